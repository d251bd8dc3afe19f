#!/usr/bin/env bash
# Builds the pretended libraries of CUDA, with the kernels that are given, for the tests that run without a device:
#
#   build.sh OUT KERNEL.cu...
#
# makes OUT/libcuda.so.1, libcudart.so.13, libnvrtc.so.13, libcublas.so.13, libcublasLt.so.13 and the parts of cuDNN that JavaCPP's
# presets name. device.cuh is looked for beside the first kernel. Only what is older than its sources is built anew. CXX is the compiler (g++), FLAGS what it gets besides.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$1
shift
sources=$(cd "$(dirname "$1")" && pwd)
cxx=${CXX:-g++}
common=(-std=c++17 -fPIC -fvisibility=hidden -fno-gnu-unique -ffp-contract=off -fno-strict-aliasing ${FLAGS:-})
# Kernels are compiled quickly rather than well, and stop where they do what a device would not forgive.
kernels=(-Og -w -fdata-sections -fsanitize=alignment,bounds,shift,integer-divide-by-zero -I "$here" -I "$sources")
objects="$out/objects"
mkdir -p "$objects"

# The command line is part of what an object is made of.
line="$cxx ${common[*]} ${kernels[*]}"
if [ "$(cat "$objects/line" 2>/dev/null || true)" != "$line" ]; then
  rm -f "$objects"/*.o
  printf '%s' "$line" >"$objects/line"
fi

stale() { # TARGET SOURCES...: whether the target is missing or older than one of them
  local target=$1
  shift
  [ -e "$target" ] || return 0
  local source
  for source in "$@"; do
    [ "$source" -nt "$target" ] && return 0
  done
  return 1
}

jobs=()
names=()
compile() { # OBJECT ARGUMENTS...
  local object=$1
  shift
  { "$cxx" "${common[@]}" "$@" -c -o "$object.part" && mv "$object.part" "$object"; } &
  jobs+=($!)
  names+=("$object")
  if [ ${#jobs[@]} -ge 2 ]; then
    wait "${jobs[0]}"
    jobs=("${jobs[@]:1}")
  fi
}

headers=("$here"/*.hpp)
parts=()
for name in emulator sanitizer memory driver streams copies; do
  parts+=("$objects/$name.o")
  if stale "$objects/$name.o" "$here/$name.cpp" "${headers[@]}"; then
    compile "$objects/$name.o" -O2 -g1 -Wall -Wextra "$here/$name.cpp"
  fi
done
wanted=" "
for kernel in "$@"; do
  unit=$(basename "$kernel" .cu)
  wanted+="$unit "
  parts+=("$objects/shared-$unit.o")
  if stale "$objects/kernel-$unit.o" "$kernel" "$here/emulator.hpp" "$sources"/*.cuh; then
    printf '#define EMULATED_UNIT %s\n#include "emulator.hpp"\nnamespace {\n#include "%s"\n}\n' "$unit" "$(cd "$(dirname "$kernel")" && pwd)/$unit.cu" >"$objects/$unit.cpp"
    compile "$objects/kernel-$unit.o" "${kernels[@]}" "$objects/$unit.cpp"
  fi
done
for job in "${jobs[@]:-}"; do
  [ -z "$job" ] || wait "$job"
done

# Static shared memory is what is static within functions: it goes into one section for each file, whose ends the linker names.
for kernel in "$@"; do
  unit=$(basename "$kernel" .cu)
  if stale "$objects/shared-$unit.o" "$objects/kernel-$unit.o"; then
    printf 'SECTIONS { shared_%s : { *(.bss._ZZ* .data._ZZ*) } }\n' "$unit" >"$objects/$unit.ld"
    ld -r -T "$objects/$unit.ld" -o "$objects/shared-$unit.o.part" "$objects/kernel-$unit.o"
    mv "$objects/shared-$unit.o.part" "$objects/shared-$unit.o"
  fi
done

# Kernels that are gone must not stay in the library.
if [ "$(cat "$objects/kernels" 2>/dev/null || true)" != "$wanted" ]; then
  rm -f "$out/libcuda.so.1"
  printf '%s' "$wanted" >"$objects/kernels"
fi

link() { # LIBRARY SONAME ARGUMENTS...
  "$cxx" "${common[@]}" -shared -Wl,-soname,"$2" -o "$1.part" "${@:3}"
  mv "$1.part" "$1"
}
if stale "$out/libcuda.so.1" "${parts[@]}"; then
  link "$out/libcuda.so.1" libcuda.so.1 "${parts[@]}"
fi
version() { # LIBRARY SOURCE LIBRARIES...: with one node of versions, that of its own name
  local library=$1 source=$2
  shift 2
  if stale "$out/$library" "$here/$source" "${headers[@]}" "$@"; then
    printf '%s { global: *; };\n' "$library" >"$objects/$library.map"
    link "$out/$library" "$library" -O2 -I "$here" -Wl,--version-script="$objects/$library.map" "$here/$source" "$@"
  fi
}
version libcudart.so.13 runtime.cpp
version libnvrtc.so.13 compiler.cpp
version libcublasLt.so.13 products.cpp "$out/libcuda.so.1"
version libcublas.so.13 runtime.cpp
version libcudnn_graph.so.9 convolutions.cpp "$out/libcuda.so.1"
for part in cnn adv ops; do
  version libcudnn_$part.so.9 runtime.cpp
done

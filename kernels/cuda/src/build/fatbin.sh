#!/usr/bin/env bash
# Compiles every file of kernels for the devices known today: fatbin.sh SOURCES OUT
# Code for 8.0 and 9.0, and PTX of 9.0 from which a driver makes code for later ones; hopper_* for 9.0 alone.
set -euo pipefail
sources=$1
out=$2
nvcc="$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)"
[ -x "$nvcc" ] || { echo "fatbin.sh: nvcc was not found; it comes with the CUDA toolkit." >&2; exit 1; }
mkdir -p "$out"
compile() {
    local file=$1 name target=()
    name="$(basename "$file" .cu)"
    case $name in
        hopper_*) target=(-gencode arch=compute_90a,code=sm_90a) ;;
        *) target=(-gencode arch=compute_80,code=sm_80 -gencode arch=compute_90,code=[sm_90,compute_90]) ;;
    esac
    [ "$out/$name.fatbin" -nt "$file" ] && [ "$out/$name.fatbin" -nt "$sources/device.cuh" ] && return
    "$nvcc" -std=c++17 "${target[@]}" -fatbin -o "$out/$name.fatbin.part" "$file"
    mv "$out/$name.fatbin.part" "$out/$name.fatbin"
}
export -f compile
export sources out nvcc
printf '%s\0' "$sources"/*.cu | xargs -0 -n 1 -P "$(nproc)" bash -euc 'compile "$0"'

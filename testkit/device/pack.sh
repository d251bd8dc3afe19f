#!/usr/bin/env bash
# Makes the kit: a folder, and the same as one archive, with a small Java, Swath, its tests and measurements, for a machine that
# has an NVIDIA device and CUDA 13's libraries but neither Java nor Maven nor a network. There: ./run.sh [SECONDS]
#
#   testkit/device/pack.sh [FOLDER]        (target/kit unless it is said)
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
out="${1:-$here/target/kit}"
most=60000000
cd "$root"

java_home="$(sed -n 's/^java.home = //p' <(mvn -v 2>/dev/null) || true)"
for candidate in "${SWATH_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* "$java_home"; do
    if [ -n "$candidate" ] && [ -x "$candidate/bin/jlink" ] && grep -q '^JAVA_VERSION="25' "$candidate/release" 2>/dev/null; then
        jdk="$candidate"
        break
    fi
done
[ -n "${jdk:-}" ] || { echo "pack.sh: no JDK 25 was found; set SWATH_JAVA_HOME to one." >&2; exit 1; }

tests="testkit/kit testkit/golden testkit/cuda nn fianet/networks fianet/training"
mvn -q -B package -DskipTests -Dmaven.javadoc.skip -P "!emulator" -pl "testkit/device,$(echo "$tests" | tr ' ' ',')" -am

rm -rf "$out" "$out.new"
mkdir -p "$out.new/lib" "$out.new/tests"
cp testkit/device/target/lib/*.jar testkit/device/target/swath-testkit-device-*.jar "$out.new/lib/"
for module in $tests; do
    [ -d "$module/target/test-classes" ] && cp -r "$module/target/test-classes" "$out.new/tests/${module//\//-}"
done
cp testkit/device/src/kit/run.sh "$out.new/"

# Golden values of files and of the other networks, pictures, and the presets' bindings to libraries that Swath does not call.
leave_out() { # JAR PATTERN...
    local jar pattern patterns=(-false)
    jar="$(readlink -f "$1")"
    shift
    for pattern in "$@"; do
        patterns+=(-o -path "./$pattern")
    done
    mkdir "$out.new/unpacked"
    (cd "$out.new/unpacked" && "$jdk/bin/jar" xf "$jar" && find . -type f \( "${patterns[@]}" \) -delete && "$jdk/bin/jar" cfM "$jar" .)
    rm -r "$out.new/unpacked"
}
leave_out "$out.new"/lib/swath-testkit-*.jar 'golden/*_net/*' 'golden/*_in_fianet/*' 'golden/model_tiny_training/*' \
    'golden/crossvlt_*' 'golden/dataset_*' 'golden/dlsa_*' 'golden/image_*' 'golden/lgce_*' 'golden/lineage_*' 'golden/mafn_*' 'golden/rmsin_*'
leave_out "$out.new"/lib/cuda-*-linux-x86_64.jar '*/libjninpp*' '*/libjnicuf*' '*/libjnicupti*' '*/libjnicurand*' '*/libjnicusolver*' \
    '*/libjnicusparse*' '*/libjninvblas*' '*/libjninvcomp*' '*/libjninvml*'
leave_out "$out.new"/lib/cuda-*[0-9].jar '*/npp*'
rm -r "$out.new/tests/fianet-networks/dev/swath/fianet/image"
"$jdk/bin/jlink" --add-modules java.base,java.logging,java.management,jdk.incubator.vector,jdk.unsupported \
    --strip-debug --no-header-files --no-man-pages --compress zip-9 --output "$out.new/java"
# Symbols that are no other's to call are a sixth of the machine; without binutils they stay.
if command -v strip >/dev/null; then
    find "$out.new/java/lib" -name '*.so' -exec strip --strip-unneeded {} +
fi
mv "$out.new" "$out"
tar -C "$(dirname "$out")" -cJf "$out.tar.xz" "$(basename "$out")"
size=$(($(du -sb "$out" | cut -f1)))
echo "$out: $((size / 1000000)) MB; $out.tar.xz: $(($(stat -c %s "$out.tar.xz") / 1000000)) MB"
[ "$size" -le "$most" ] || { echo "pack.sh: the folder is larger than 60 MB." >&2; exit 1; }

#!/usr/bin/env bash
# Makes the kit: a folder, and the same as one archive, with a small Java, Swath, its tests and measurements, for a machine that
# has an NVIDIA device and CUDA 13's libraries but neither Java nor Maven nor a network. There: ./run.sh [SECONDS]
#
#   testkit/device/pack.sh [FOLDER]        (target/kit unless it is said)
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
out="${1:-$here/target/kit}"
most=$((60 << 20))
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
"$jdk/bin/jlink" --add-modules java.base,java.logging,java.management,jdk.incubator.vector,jdk.unsupported \
    --strip-debug --no-header-files --no-man-pages --compress zip-9 --output "$out.new/java"
mv "$out.new" "$out"
tar -C "$(dirname "$out")" -cJf "$out.tar.xz" "$(basename "$out")"
size=$(stat -c %s "$out.tar.xz")
echo "$out.tar.xz: $((size >> 20)) MiB"
[ "$size" -le "$most" ] || { echo "pack.sh: the archive is larger than 60 MiB." >&2; exit 1; }

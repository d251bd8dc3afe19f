#!/usr/bin/env bash
# Runs the kit on a machine with an NVIDIA device, CUDA 13's libraries and nothing else: run.sh [SECONDS] [RESULTS]
# The most valuable part comes first, each has a limit of its own, and results are written as they come.
set -uo pipefail
kit="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
seconds="${1:-300}"
results="${2:-$kit/results}"
begin=$SECONDS
mkdir -p "$results" || exit 1
cd "$kit" || exit 1

# Where CUDA's libraries may be: a toolkit, or what Python packages brought. The kit's own stand-ins are never among them.
folders=""
for folder in /usr/local/cuda/lib64 /usr/local/cuda-13*/lib64 /usr/local/nvidia/lib64 \
    $(python3 - <<'PY' 2>/dev/null
import site, glob, sys, os
roots = set(site.getsitepackages() + [site.getusersitepackages()] + sys.path)
for root in roots:
    for found in glob.glob(os.path.join(root, "nvidia", "*", "lib")) + glob.glob(os.path.join(root, "nvidia", "*", "lib64")):
        print(found)
PY
); do
    [ -d "$folder" ] && folders="$folders:$folder"
done
export LD_LIBRARY_PATH="${folders#:}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
java=("$kit/java/bin/java" -Xmx12g -Xss4m --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED
    -Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0
    -Dorg.bytedeco.javacpp.cachedir="$results/.javacpp" -Dswath.cuda.cache="$results/.cubin")
classpath="$(ls -d "$kit"/tests/* 2>/dev/null | tr '\n' ':')$(ls "$kit"/lib/*.jar | tr '\n' ':')"
tests="$(ls -d "$kit"/tests/* 2>/dev/null | tr '\n' ':')"

{
    date -u
    nvidia-smi 2>&1 | head -20
    echo "libraries looked for in: $LD_LIBRARY_PATH"
} >"$results/machine.txt"

left() { echo $((seconds - (SECONDS - begin))); }
status=0
# part NAME LIMIT COMMAND...
part() {
    local name=$1 limit=$2 most
    shift 2
    most=$(left)
    [ "$most" -lt 8 ] && { echo "== $name: no time left"; return; }
    [ "$limit" -lt "$most" ] || limit=$most
    local from=$SECONDS
    timeout -k 5 "$limit" "$@" >"$results/$name.log" 2>&1
    local code=$?
    tail -c 3000 "$results/$name.log" | tail -n 40
    echo "== $name: ended with $code after $((SECONDS - from)) s"
    echo "$name $code $((SECONDS - from))" >>"$results/parts.txt"
    [ $code -eq 0 ] || status=1
}

: >"$results/parts.txt"
on_device='.*\.(OpCaseTest|GoldenOpsTest|CastTest|DropoutMaskTest|ElementTypesTest|PackedWeightsTest|GoldenNetworksTest|GoldenModelTest|WholeFiaNetTest|DeviceTrainingTest|kernels\.cuda\.[A-Z].*Test)'
part compile $((seconds * 20 / 100)) "${java[@]}" -cp "$classpath" dev.swath.device.Kit compile "$results" 0
part tests $((seconds * 35 / 100)) "${java[@]}" -Dswath.test.backend=cuda -Dswath.test.shapes=20 -Dswath.kit.tests="$tests" \
    -Dswath.kit.classes="$on_device" -cp "$classpath" dev.swath.device.Kit tests "$results" $((seconds * 33 / 100))
part models $((seconds * 40 / 100)) "${java[@]}" -cp "$classpath" dev.swath.device.Kit models "$results" $((seconds * 28 / 100))
part kernels $((seconds * 25 / 100)) "${java[@]}" -cp "$classpath" dev.swath.device.Kit kernels "$results" $((seconds * 20 / 100))
part kernels-own $((seconds * 15 / 100)) "${java[@]}" -Dswath.cuda.without=cublas,cudnn -cp "$classpath" \
    dev.swath.device.Kit kernels "$results" $((seconds * 10 / 100)) -own
if command -v compute-sanitizer >/dev/null; then
    for tool in memcheck racecheck; do
        part "sanitizer-$tool" 60 compute-sanitizer --tool "$tool" --report-api-errors no --error-exitcode 9 "${java[@]}" -Dswath.cuda.pool=off \
            -Dswath.test.backend=cuda -Dswath.kit.tests="$tests" -Dswath.kit.classes='.*OpCaseTest' \
            -cp "$classpath" dev.swath.device.Kit tests "$results/$tool" 55
    done
fi
rm -rf "$results/.javacpp"
exit $status

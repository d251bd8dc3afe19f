#!/usr/bin/env bash
# Builds the pretended libraries for the tests:
#
#   prepare.sh OUT KERNELS FAULTS
#
# KERNELS and FAULTS are folders of .cu files. Without a C++ compiler nothing is built and the tests that need one are skipped,
# each by its name; where CI=true that is an error.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$1
if ! command -v "${CXX:-g++}" >/dev/null; then
  rm -rf "$out"
  if [ "${CI:-}" = true ]; then
    echo "there is no C++ compiler (g++), and the tests of the CUDA kernels need one where CI=true" >&2
    exit 1
  fi
  echo "WARNING: there is no C++ compiler (g++): the tests of the CUDA kernels are skipped" >&2
  exit 0
fi
shopt -s nullglob
kernels=("$2"/*.cu "$3"/*.cu)
# What is built beside it, and is waited for, goes first.
nice -n 5 "$here/build.sh" "$out" "${kernels[@]}"

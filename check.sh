#!/usr/bin/env bash
# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Builds and tests; see --help. The last line is always "N passed, N failed".

set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

usage() {
  cat <<'TEXT'
usage: ./check.sh [--full]

Installs what is missing (Debian 12), configures build/, builds it, and runs
the tests: lit, GoogleTest, and the integration tests, which execute kernels on
the software GPU, and on a CUDA GPU as well where there is one. The last line is "N passed, N failed"; the
status is 0 when nothing failed and every stage ran.

  --full  also the same tests under AddressSanitizer (build-asan/), more random
          kernels on the software GPU, half a minute of fuzzing for each reader
          of matrix files (build-fuzz/, utils/fuzz.py), the sweep over real
          matrices (utils/sweep.py; $SPARSEGPU_DATA names them), 240 sampled
          contractions, and clang-tidy on the sources

Environment: SPARSEGPU_JOBS, how many compilers run at once (default: as many
as there are cores, and memory for them).
TEXT
}

full=no
for argument in "$@"; do
  case $argument in
    --full) full=yes ;;
    -h|--help) usage; exit 0 ;;
    *) echo "check.sh: unknown option '$argument'" >&2; usage >&2; exit 2 ;;
  esac
done

passed=0
failed=0
failures=()
start=$SECONDS

stage() { echo "== $* [$((SECONDS - start)) s]"; }
# A stage that could not run is one failure; there is nothing to count in it.
stage_failed() {
  failed=$((failed + 1))
  failures+=("$1")
  echo "== $1" >&2
}
finish() {
  if [ ${#failures[@]} -gt 0 ]; then
    echo "Failed:"
    printf '  %s\n' "${failures[@]}"
  fi
  echo "Took $((SECONDS - start)) s."
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}
# Adds up what utils/count-tests.py makes of a results file.
count() { # file name
  local line rest
  while IFS= read -r line; do
    rest=${line#* }
    case $line in
      "passed "*) passed=$((passed + rest)) ;;
      "failed "*) failed=$((failed + 1)); failures+=("$rest") ;;
      "note "*) echo "$rest" ;;
    esac
  done < <(python3 utils/count-tests.py --name "$2" "$1" ||
           echo "failed $2: its results could not be read")
}

jobs=${SPARSEGPU_JOBS:-}
if [ -z "$jobs" ]; then
  # A compiler of MLIR sources takes up to 1.5 GiB.
  memory=$(awk '/MemAvailable/ {print int($2 / 1572864)}' /proc/meminfo)
  jobs=$(nproc)
  [ "$memory" -ge "$jobs" ] || jobs=$((memory > 1 ? memory : 1))
fi
lit_options=(-sv)
[ -t 1 ] || lit_options+=(--no-progress-bar)
lit=/usr/lib/llvm-22/bin/lit

# build_tree PRESET DIRECTORY: configures and builds.
build_tree() {
  stage "Configuring $2 (preset $1)"
  local log
  mkdir -p "$2"
  log=$2/check-configure.log
  if ! cmake --preset "$1" >"$log" 2>&1 </dev/null; then
    tail -n 30 "$log" >&2
    stage_failed "$2: configuring"
    return 1
  fi
  stage "Building $2 with $jobs jobs"
  log=$2/check-build.log
  if [ -t 1 ]; then
    ninja -C "$2" -j "$jobs" all check-sparsegpu-unit-build sparsegpu-doc </dev/null
  else
    ninja -C "$2" -j "$jobs" all check-sparsegpu-unit-build sparsegpu-doc </dev/null >"$log" 2>&1 ||
      { grep -A 12 -m 5 -E '^FAILED|error:' "$log" >&2; false; }
  fi || { stage_failed "$2: building"; return 1; }
}

# run_tests DIRECTORY LABEL: lit, GoogleTest and integration tests of a build.
run_tests() {
  local build=$1 label=$2 suite program name results programs=()
  for suite in test integration_test; do
    stage "lit $build/$suite"
    results=$build/$suite/results.json
    rm -f "$results"
    "$lit" "${lit_options[@]}" -o "$results" "$build/$suite" </dev/null
    count "$results" "$label$suite"
  done
  stage "GoogleTest $build/unittests"
  for program in "$build"/unittests/*; do
    [ -f "$program" ] && [ -x "$program" ] && programs+=("$program")
  done
  [ ${#programs[@]} -gt 0 ] || stage_failed "$build/unittests: no test programs"
  for program in "${programs[@]}"; do
    name=$(basename "$program")
    results=$build/unittests/$name.json
    rm -f "$results"
    "$program" --gtest_brief=1 --gtest_output="json:$results" </dev/null
    count "$results" "$label$name"
  done
}

stage "Looking for what the build needs"
if ! utils/setup.sh --for "$([ "$full" = yes ] && echo full || echo check)"; then
  stage_failed "setting up"
  finish
fi

build_tree dev build && run_tests build ""

if [ "$full" = yes ]; then
  # LLVM's own libraries are not instrumented: they keep caches to the end, and
  # use memory that inline code of their allocator, instrumented here, poisons.
  export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0:allow_user_poisoning=0}
  build_tree asan build-asan && run_tests build-asan "asan: "
  unset ASAN_OPTIONS

  stage "Fuzzing of the software GPU"
  rm -f build/fuzz.json
  build/unittests/EmulatorFuzzTests --runs=500 --corruptions=20000 --seed=1000 \
    --gtest_brief=1 --gtest_output=json:build/fuzz.json </dev/null
  count build/fuzz.json fuzz

  stage "Fuzzing of the readers"
  rm -f build-fuzz/fuzz.json
  if cmake --preset fuzz >build-fuzz.log 2>&1 </dev/null &&
     cmake --build --preset fuzz -j "$jobs" >>build-fuzz.log 2>&1 </dev/null; then
    mv build-fuzz.log build-fuzz/check-build.log
    python3 utils/fuzz.py --seconds 30 --json build-fuzz/fuzz.json </dev/null
    count build-fuzz/fuzz.json "fuzzing of readers"
  else
    tail -n 30 build-fuzz.log >&2
    rm -f build-fuzz.log
    stage_failed "build-fuzz: building"
  fi

  stage "Sweep over real matrices"
  rm -f build/sweep.json
  python3 utils/sweep.py --build build --json build/sweep.json </dev/null
  count build/sweep.json sweep

  stage "Sampled contractions"
  rm -f build/contractions.json
  PATH="$PWD/build/bin:$PATH" python3 integration_test/Contract/Inputs/run-contractions.py build/contractions \
    --cases 240 --seed 1000 --bits --json build/contractions.json -- sparse-run --seeds=20 </dev/null
  count build/contractions.json contractions
  rm -f build/blocks.json
  PATH="$PWD/build/bin:$PATH" python3 integration_test/Formats/Inputs/run-blocks.py build/blocks \
    --cases 240 --seed 1000 --json build/blocks.json -- sparse-run </dev/null
  count build/blocks.json blocks

  if command -v ptxas >/dev/null || [ -x /usr/local/cuda/bin/ptxas ]; then
    stage "Registers of default schedules"
    rm -f build/registers.json
    python3 benchmark/registers/registers.py --check --json build/registers.json </dev/null
    count build/registers.json registers
  fi

  stage "clang-tidy"
  rm -f build/clang-tidy.json
  python3 utils/run-clang-tidy.py --build build --json build/clang-tidy.json </dev/null
  count build/clang-tidy.json clang-tidy
fi

finish

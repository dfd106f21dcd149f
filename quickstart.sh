#!/usr/bin/env bash
# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The main job on a real matrix; see --help.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'TEXT'
usage: ./quickstart.sh

Compiles examples/spmm-csr.mlir, a sparse matrix times a dense one, to a GPU
kernel, runs it on the dependency graph of this machine's Debian packages with
64 columns, checks every element of the result, and prints a short report. It
runs on the CUDA GPU of this machine, or with none on the software GPU, which
also counts what the kernel does. Installs what is missing (Debian 12), and
builds what it needs; that takes minutes the first time and seconds after that.
All that it makes is in build/.

Environment: SPARSEGPU_JOBS, how many compilers run at once.
TEXT
}
case ${1:-} in
  "") ;;
  -h|--help) usage; exit 0 ;;
  *) echo "quickstart.sh: unknown option '$1'" >&2; usage >&2; exit 2 ;;
esac

say() { echo "== $*"; }
die() { echo "quickstart.sh: $*" >&2; exit 1; }
work=build/quickstart
mkdir -p "$work"

utils/setup.sh --for build

# Build.
if [ ! -f build/build.ninja ]; then
  say "Configuring build/"
  cmake --preset dev >"$work/configure.log" 2>&1 </dev/null ||
    { tail -n 20 "$work/configure.log" >&2; die "could not be configured"; }
fi
targets=(sparse-opt sparse-run sparsegpu_emulator sparsegpu_cuda_runtime)
if [ ! -x build/bin/sparse-run ]; then
  say "Building ${targets[*]}: a few minutes, the first time"
fi
jobs=()
[ -z "${SPARSEGPU_JOBS:-}" ] || jobs=(-j "$SPARSEGPU_JOBS")
if [ -t 1 ]; then
  ninja -C build --quiet "${jobs[@]}" "${targets[@]}" </dev/null ||
    die "the build failed"
else
  ninja -C build "${jobs[@]}" "${targets[@]}" >"$work/build.log" 2>&1 </dev/null ||
    { grep -A 12 -m 3 -E '^FAILED|error:' "$work/build.log" >&2; die "the build failed"; }
fi

# The matrix: rows and columns are packages.
matrix=$work/debian.mtx
if [ ! -s "$matrix" ] || [ /var/lib/apt/lists -nt "$matrix" ]; then
  say "Writing the dependency graph of Debian's packages to $matrix"
  python3 utils/debian-graph.py "$matrix" 2>"$work/graph.log" ||
    { cat "$work/graph.log" >&2; die "the graph could not be made"; }
fi

# Run and check. A GPU does not count: the software GPU does, in a second run.
program=examples/spmm-csr.mlir
rm -f "$work/report.json" "$work/counters.json"
status=0
run() { # report option...
  local report=$1
  shift
  status=0
  build/bin/sparse-run "$program" --input "A=$matrix" --input "B=random:?x64" \
    --json "$report" "$@" >"$work/run.log" 2>&1 </dev/null || status=$?
  if [ "$status" -gt 1 ] || [ ! -s "$report" ]; then
    cat "$work/run.log" >&2
    die "sparse-run failed"
  fi
}
if python3 utils/cuda-device.py build/lib/libsparsegpu_cuda_runtime.so \
     >"$work/gpu.json" 2>"$work/no-gpu"; then
  name=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["name"])' <"$work/gpu.json")
  say "Running $program on the GPU, $name, N = 64"
  run "$work/report.json" --device cuda --check
else
  say "Running $program on the software GPU, N = 64 ($(cat "$work/no-gpu"))"
  run "$work/report.json" --device emulator --check --counters
fi
checked=$status
chip=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["chip"])' <"$work/report.json")
if [ -s "$work/gpu.json" ]; then
  run "$work/counters.json" --device emulator --counters --chip "$chip"
fi
status=$checked

# From linalg to PTX, all kernels in one file.
say "Compiling $program for $chip"
build/bin/sparse-opt --sparse-gpu-linalg-to-sparse-gpu "$program" \
  -o "$work/1-sparse-gpu.mlir"
build/bin/sparse-opt --sparse-gpu-to-nvvm="chip=$chip" "$program" \
  -o "$work/4-nvvm.mlir"
rm -f "$work"/*.ptx "$work"/*.cubin "$work"/*.ptxas
python3 utils/kernel-code.py "$work/4-nvvm.mlir" -o "$work" >"$work/kernels"
ptxas=
for candidate in ptxas /usr/local/cuda/bin/ptxas /opt/cuda/bin/ptxas; do
  ! command -v "$candidate" >/dev/null || { ptxas=$candidate; break; }
done
if [ -n "$ptxas" ]; then
  while read -r ptx; do
    "$ptxas" -v -arch="$chip" "$ptx" -o "${ptx%.ptx}.cubin" \
      >"${ptx%.ptx}.ptxas" 2>&1 ||
      { cat "${ptx%.ptx}.ptxas" >&2; die "ptxas refuses $ptx"; }
  done <"$work/kernels"
fi

python3 utils/quickstart-report.py "$work" || status=1
[ "$status" -eq 0 ] || exit 1
echo
echo "On a matrix of your own (.mtx, .mtx.gz or .smtx):"
echo "  build/bin/sparse-run $program --input A=FILE --input B=random:?x64 --check"

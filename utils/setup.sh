#!/usr/bin/env bash
# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Installs what the build needs and this machine lacks; see --help.

set -euo pipefail

usage() {
  cat <<'TEXT'
usage: utils/setup.sh [--for build|check|full] [--list]

Installs what is missing, with apt-get on Debian 12, and says what and why.
On another system, or without root, it says what is missing and stops with
status 1. When nothing is missing it changes nothing and takes no time.

  --for build   what builds and runs the programs (quickstart.sh)
  --for check   also what the tests use (check.sh); the default
  --for full    also what check.sh --full uses
  --list        print the packages with their purpose, and install nothing
TEXT
}

tier=check
list=no
while [ $# -gt 0 ]; do
  case $1 in
    --for) tier=${2:-}; shift 2 || true ;;
    --list) list=yes; shift ;;
    -h|--help) usage; exit 0 ;;
    *) echo "setup.sh: unknown option '$1'" >&2; usage >&2; exit 2 ;;
  esac
done
case $tier in
  build) tiers=" build " ;;
  check) tiers=" build check " ;;
  full) tiers=" build check full " ;;
  *) echo "setup.sh: --for takes build, check or full" >&2; exit 2 ;;
esac

llvm=/usr/lib/llvm-22

# Package | tier | files or commands that show it is here (all of them) | why.
# What counts is that the thing is there, not how it came.
requirements="
cmake|build|cmake|configures the build
ninja-build|build|ninja|builds
clang-22|build|clang++-22|compiles
lld-22|build|ld.lld-22|links
libmlir-22-dev|build|$llvm/lib/cmake/mlir/MLIRConfig.cmake|MLIR, which everything is built on
mlir-22-tools|build|$llvm/bin/mlir-tblgen $llvm/bin/mlir-runner|generates code from .td files; the stock mlir-opt and mlir-runner
llvm-22-dev|build|$llvm/lib/cmake/llvm/LLVMConfig.cmake $llvm/bin/llvm-tblgen|LLVM, whose NVPTX back end writes PTX
llvm-22-tools|build|$llvm/bin/lit $llvm/bin/FileCheck|runs and checks the tests
zlib1g-dev|build|/usr/include/zlib.h|reads matrices compressed with gzip
libzstd-dev|build|/usr/include/zstd.h|reads matrices compressed with zstd
libcairo2-dev|build|/usr/include/cairo/cairo.h|plots of matrices as PNG
fonts-dejavu-core|build|/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf|the letters in them
libboost-context-dev|build|/usr/include/boost/context/detail/fcontext.hpp|the fibers on which the software GPU runs threads
nlohmann-json3-dev|build|/usr/include/nlohmann/json.hpp|reads and writes JSON where there is no LLVM
libcli11-dev|build|/usr/include/CLI/CLI.hpp|the command line of programs that use no LLVM
libbenchmark-dev|full|/usr/include/benchmark/benchmark.h|measures what reading and packing cost
libgtest-dev|build|/usr/include/gtest/gtest.h|unit tests
python3|build|python3|the scripts of utils/ and lit
ccache|build|ccache|makes a second build quick
clang-format-22|check|clang-format-22|the tests look at the format of the sources
libclang-rt-22-dev|full|$llvm/lib/clang/22/lib/linux/libclang_rt.asan-*.a $llvm/lib/clang/22/lib/linux/libclang_rt.fuzzer-*.a|AddressSanitizer, for the asan build, and libFuzzer
clang-tidy-22|full|clang-tidy-22|looks for faults in the sources
"

present() {
  local item
  for item in $1; do # Not quoted: the items are patterns.
    case $item in
      /*) [ -e "$item" ] || return 1 ;;
      *) command -v "$item" >/dev/null || return 1 ;;
    esac
  done
}

packages=()
reasons=""
while IFS='|' read -r package of items why; do
  [ -n "$package" ] || continue
  case $tiers in *" $of "*) ;; *) continue ;; esac
  if [ "$list" = yes ]; then
    printf '%-22s %s\n' "$package" "$why"
  elif ! present "$items"; then
    packages+=("$package")
    reasons+=$(printf '  %-22s %s' "$package" "$why")$'\n'
  fi
done <<<"$requirements"

if [ ${#packages[@]} -eq 0 ]; then
  exit 0
fi

give_up() {
  {
    echo "SparseGPU needs what this machine lacks (Debian 12's names):"
    printf '%s' "$reasons"
    echo "$1"
  } >&2
  exit 1
}

system=$(. /etc/os-release 2>/dev/null && echo "${ID:-} ${VERSION_ID:-}") || system=
if [ "$system" != "debian 12" ] || ! command -v apt-get >/dev/null; then
  give_up "Only on Debian 12 are they installed for you. Install LLVM and MLIR 22.1 (shared libraries, NVPTX back end) and the rest by your system's own means."
fi
root=()
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    root=(sudo -n)
  else
    give_up "As root: apt-get update && apt-get install --no-install-recommends ${packages[*]}"
  fi
fi

echo "Installing what is missing, with apt-get:"
printf '%s' "$reasons"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
apt() { # Waits for another apt that holds the lock.
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null >>"$log" 2>&1
}
install() { apt install -y --no-install-recommends "${packages[@]}"; }
# The package lists of a fresh machine are missing or old.
if ! install && ! { : >"$log"; apt update && install; }; then
  tail -n 20 "$log" >&2
  give_up "apt-get could not install them; its last words are above."
fi
echo "Installed."

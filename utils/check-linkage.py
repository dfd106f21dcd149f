#!/usr/bin/env python3
#===----------------------------------------------------------------------===#
#
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Checks that each program and shared library reaches MLIR as a shared library.

    check-linkage.py BUILD_DIRECTORY
    check-linkage.py --bundle BUNDLE

Static and shared MLIR in one process duplicate TypeIDs and command-line
options. So a file of ours that uses MLIR must name libMLIR.so among its
needed libraries, and must not define what only MLIR defines.

What goes into bundles runs where only the C library is: it needs no other
library, and no glibc newer than NEWEST_GLIBC; what a library exports belongs to
the interface of runtime libraries. With --bundle every ELF file of a bundle is
looked at, programs as well, which export functions of their own.
"""

import argparse
import os
import re
import subprocess
import sys

# What is copied into bundles, and what it may need.
BUNDLED = (
    "libsparsegpu_cuda_runtime.so",
    "libsparsegpu_emulator_core.so",
    "sparsegpu-bundle-run",
    "sparsegpu-gpu-benchmark",
)
C_LIBRARY = re.compile(r"(libc|libm|libdl|libpthread|libresolv|librt|ld-linux[-\w]*)\.so[.\d]*")
NEWEST_GLIBC = (2, 35)
INTERFACE = re.compile(r"(mgpu|sparsegpuRuntime|sparsegpuEmulator)[A-Z]\w*$")

# Defined in libMLIR.so only; undefined in whatever uses MLIR.
MARKER = "mlir::MLIRContext::MLIRContext("


def run(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def is_elf(path):
    if os.path.islink(path) or not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def check_bundled(path, dynamic, dynamic_symbols):
    """What is wrong with a file that has to run on its own."""
    errors = []
    for needed in re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic):
        if not C_LIBRARY.fullmatch(needed):
            errors.append(f"{path}: goes into bundles, but needs {needed}")
    for line in dynamic_symbols.splitlines():
        kind, name = line.split()[-2:]
        version = re.search(r"@GLIBC_(\d+)\.(\d+)", name)
        if version and tuple(map(int, version.groups())) > NEWEST_GLIBC:
            errors.append(f"{path}: goes into bundles, but needs {name}")
        exported = path.endswith(".so") and kind in "TDBRVWi"
        if exported and not INTERFACE.match(name):
            errors.append(f"{path}: goes into bundles, but exports {name}")
    return errors


def check_bundle(directory, arguments):
    errors, checked = [], 0
    for folder, _, names in os.walk(directory):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not is_elf(path):
                continue
            checked += 1
            dynamic = run([arguments.readelf, "-d", path])
            symbols = run([arguments.nm, "-D", path])
            if os.path.basename(folder) != "lib":
                symbols = "\n".join(line for line in symbols.splitlines() if "@" in line)
            errors += check_bundled(path, dynamic, symbols)
            if re.search(r"\((RPATH|RUNPATH)\)", dynamic):
                errors.append(f"{path}: names a folder of this machine to look in")
    if not checked:
        errors.append(f"{directory}: there is no program and no library in it")
    for error in errors:
        print("error: " + error)
    print(f"{checked} files, {len(errors)} errors")
    return 1 if errors else 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", nargs="?", help="the build tree")
    parser.add_argument("--bundle", help="a bundle, instead of a build tree")
    parser.add_argument("--readelf", default="readelf")
    parser.add_argument("--nm", default="nm")
    arguments = parser.parse_args()
    if bool(arguments.build) == bool(arguments.bundle):
        parser.error("a build tree or --bundle is needed")
    if arguments.bundle:
        return check_bundle(arguments.bundle, arguments)
    errors, checked, users = [], 0, 0
    for directory in ("bin", "lib", "unittests"):
        folder = os.path.join(arguments.build, directory)
        for name in sorted(os.listdir(folder) if os.path.isdir(folder) else []):
            path = os.path.join(folder, name)
            if not is_elf(path):
                continue
            checked += 1
            dynamic = run([arguments.readelf, "-d", path])
            symbols = run([arguments.nm, "-C", path])
            dynamic_symbols = run([arguments.nm, "-C", "-D", path])
            if name in BUNDLED:
                raw = run([arguments.nm, "-D", path])
                errors += check_bundled(path, dynamic, raw)
            lines = (symbols + dynamic_symbols).splitlines()
            uses = any(" mlir::" in line for line in lines)
            if any(MARKER in line and " U " not in line for line in lines):
                errors.append(f"{path}: defines {MARKER}): MLIR is linked statically")
            if not uses:
                continue
            users += 1
            if "libMLIR.so" not in dynamic:
                errors.append(f"{path}: uses MLIR but does not name libMLIR.so")
    if not users:
        errors.append(f"{arguments.build}: no file uses MLIR: nothing was checked")
    for error in errors:
        print("error: " + error)
    print(f"{checked} files, {users} with MLIR, {len(errors)} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())

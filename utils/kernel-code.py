#!/usr/bin/env python3
# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Takes the kernels out of what sparse-opt printed.

`--sparse-gpu-to-nvvm` leaves each kernel in a `gpu.binary`, as a string. This
writes the string of each to DIRECTORY/<binary>.<suffix> and prints the paths
in the order of the file. The suffix follows from the content: ptx, cubin,
fatbin, or bc for LLVM bitcode.
"""

import argparse
import os
import re
import sys

# MLIR prints a string on one line, whatever it holds.
BINARY = re.compile(rb'^ *gpu\.binary @"?([^\s"]+)"?(.*)$', re.MULTILINE)
STRING = re.compile(rb'"((?:[^"\\]|\\.)*)"')
ESCAPE = re.compile(rb'\\([0-9A-Fa-f]{2}|.)', re.DOTALL)
MAGIC = [(b"\x7fELF", "cubin"), (b"BC\xc0\xde", "bc"), (b"\x50\xed\x55\xba", "fatbin")]


def unescape(text):
    """The bytes that a string of MLIR's syntax stands for."""

    def replace(match):
        code = match.group(1)
        if len(code) == 2:
            return bytes([int(code, 16)])
        return {b"n": b"\n", b"t": b"\t"}.get(code, code)

    return ESCAPE.sub(replace, text)


def kernels(text):
    """(name, bytes) of each kernel in the text of a module."""
    for name, objects in BINARY.findall(text):
        # The other strings are names of chips and features.
        yield name.decode(), unescape(max(STRING.findall(objects), key=len))


def suffix(code):
    for magic, name in MAGIC:
        if code.startswith(magic):
            return name
    return "ptx"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("input", help="the output of sparse-opt, - for standard input")
    parser.add_argument("-o", "--output", default=".", metavar="DIRECTORY")
    arguments = parser.parse_args()
    try:
        if arguments.input == "-":
            text = sys.stdin.buffer.read()
        else:
            with open(arguments.input, "rb") as stream:
                text = stream.read()
        os.makedirs(arguments.output, exist_ok=True)
        found = False
        for name, code in kernels(text):
            found = True
            path = os.path.join(arguments.output, f"{name}.{suffix(code)}")
            with open(path, "wb") as stream:
                # PTX ends in a zero byte, as the driver wants it.
                stream.write(code.rstrip(b"\0") if path.endswith(".ptx") else code)
            print(path)
    except OSError as error:
        print(f"kernel-code.py: error: {error}", file=sys.stderr)
        return 1
    if not found:
        print(f"kernel-code.py: error: {arguments.input} has no kernel", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

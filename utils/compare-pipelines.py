#!/usr/bin/env python3
#===----------------------------------------------------------------------===#
#
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Runs a pipeline, feeds its dump back as --pass-pipeline, and compares.

    compare-pipelines.py sparse-opt FILE.mlir --sparse-gpu-to-nvvm=chip=sm_90

Every option of a pass must be serialisable, or a dumped pipeline makes
something else, or nothing, without a word (llvm-project issue 91774).
Exit status 0 and one line if the outputs are equal.
"""

import argparse
import difflib
import re
import subprocess
import sys


def run(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{result.stderr}")
    # LLVM records how long it took to compile a kernel.
    output = re.sub(r"TimeInMs = \d+", "TimeInMs = 0", result.stdout)
    return output, result.stderr


def parse_dump(text):
    """The pipeline of --dump-pass-pipeline as one line."""
    start = text.index("builtin.module(")
    lines = []
    for line in text[start:].splitlines():
        lines.append(line.strip())
        if line == ")":  # remarks may follow
            break
    return "".join(lines)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("program", help="sparse-opt, or a driver like it")
    parser.add_argument("file", help="the input")
    parser.add_argument("options", nargs=argparse.REMAINDER, help="the pipeline")
    arguments = parser.parse_args()
    command = [arguments.program, arguments.file]
    first, dump = run(command + arguments.options + ["--dump-pass-pipeline"])
    pipeline = parse_dump(dump)
    again, _ = run(command + ["--pass-pipeline=" + pipeline])
    if first != again:
        diff = difflib.unified_diff(
            first.splitlines(), again.splitlines(), "first", "again", lineterm=""
        )
        sys.exit("the dumped pipeline made something else:\n" + "\n".join(diff))
    _, dump_again = run(
        command + ["--pass-pipeline=" + pipeline, "--dump-pass-pipeline"]
    )
    if parse_dump(dump_again) != pipeline:
        sys.exit("the pipeline changed when it was dumped again")
    print(f"identical: {len(first)} characters from {pipeline.count(',') + 1} passes")


if __name__ == "__main__":
    main()

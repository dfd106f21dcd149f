#!/usr/bin/env python3
# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints what ptxas gives to the kernel of a tile schedule.

    registers.py [--nvcc PATH] [--chips sm_80,sm_90]

A line for each schedule: warps, warp tile, K of a stage, shared and register
stages, then for each chip the registers of a thread and the bytes that a thread
spills. unittests/CostModel/RegistersTest.cpp has the table and holds the
estimate of the cost model against it; when the kernel, ptxas or the formula
changes, put the new lines there.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

NAMES = (
    "WARPS_M",
    "WARPS_N",
    "WARP_TILE_M",
    "WARP_TILE_N",
    "TILE_K",
    "STAGES",
    "REGISTER_STAGES",
)
# The formula was fitted to these.
FITTED = [
    (2, 2, 64, 64, 32, 3, 2),
    (2, 2, 64, 64, 32, 3, 1),
    (2, 2, 64, 64, 64, 3, 2),
    (2, 4, 64, 32, 32, 4, 2),
    (2, 4, 64, 32, 16, 4, 1),
    (2, 2, 32, 32, 32, 4, 2),
    (2, 2, 32, 32, 64, 3, 2),
    (2, 2, 32, 32, 64, 3, 4),
    (1, 2, 32, 16, 128, 4, 4),
    (1, 2, 16, 32, 64, 5, 2),
    (1, 4, 64, 32, 32, 4, 2),
    (2, 2, 16, 16, 32, 4, 1),
    (1, 1, 16, 8, 32, 6, 2),
    (4, 2, 32, 64, 32, 3, 2),
    (1, 2, 32, 64, 64, 3, 2),
    (4, 4, 32, 32, 32, 3, 2),
    (2, 2, 64, 64, 16, 4, 1),
    (1, 1, 64, 64, 32, 3, 2),
    (1, 1, 16, 16, 64, 4, 2),
]
# It had not seen these.
HELD_OUT = [
    (2, 1, 64, 32, 32, 3, 2),
    (1, 2, 64, 64, 16, 3, 1),
    (4, 1, 32, 32, 32, 4, 2),
    (2, 2, 32, 64, 32, 4, 2),
    (4, 2, 64, 32, 64, 3, 2),
    (2, 4, 32, 64, 32, 3, 1),
    (4, 4, 32, 64, 32, 3, 2),
    (2, 2, 48, 48, 32, 3, 2),
    (1, 1, 32, 32, 32, 5, 2),
    (1, 4, 32, 16, 64, 4, 1),
    (2, 2, 16, 64, 32, 4, 2),
    (4, 1, 16, 16, 64, 5, 2),
    (4, 4, 16, 32, 64, 2, 2),
    (2, 2, 64, 32, 128, 2, 1),
]


def compile_one(nvcc, chip, schedule, folder):
    """Registers of a thread and bytes that it spills."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "matmul.cu")
    defines = [f"-D{name}={value}" for name, value in zip(NAMES, schedule)]
    command = [nvcc, f"-arch={chip}", "-cubin", "-Xptxas", "-v", source]
    command += ["-o", os.path.join(folder, "kernel.cubin")] + defines
    result = subprocess.run(command, capture_output=True, text=True)
    used = re.search(r"Used (\d+) registers", result.stderr)
    spilled = re.search(r"(\d+) bytes spill stores", result.stderr)
    if result.returncode or not used or not spilled:
        sys.exit(f"{' '.join(command)}\n{result.stderr}")
    return int(used.group(1)), int(spilled.group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--nvcc", default="nvcc")
    parser.add_argument("--chips", default="sm_80,sm_90")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for title, schedules in (("Fitted", FITTED), ("Held out", HELD_OUT)):
            print(f"// {title}.")
            for schedule in schedules:
                numbers = list(schedule)
                for chip in options.chips.split(","):
                    numbers += compile_one(options.nvcc, chip, schedule, folder)
                print("{" + ", ".join(map(str, numbers)) + "},", flush=True)


if __name__ == "__main__":
    main()

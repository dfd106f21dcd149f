#!/usr/bin/env python3
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the software GPU's counters against a formula.

Runs the row-split kernel (f32, N = 64, coarsening 2) with sparse-run and
compares requests, sectors and instructions with what the shape of the matrix
says they must be. Rows, steps of 32 entries, groups of four entries and left
entries are counted from the matrix here; the instructions of each were counted
by hand in the kernel's LLVM IR (see INSTRUCTIONS).

usage: formula.py SPARSE_RUN PROGRAM.mlir MATRIX.mtx...
"""
import gzip
import json
import subprocess
import sys

# Warp instructions by what executes them, counted in the LLVM IR of the kernel
# that sparse-opt makes of the program, after the passes that NVPTX runs with its
# load/store vectoriser, by the rules of docs/SoftwareGPU.md (no phi nodes, no
# unconditional branches, no casts of addresses).
INSTRUCTIONS = {
    "warp": 23,   # ids, lane and warp number, first row, bounds
    "row": 22,    # loop of rows 6, positions 7, sum with C and store 9
    "filled": 1,  # a row with entries: entering the loop of steps
    "step": 23,   # count 4, staging 9, two barriers, loop control
    "four": 57,   # four entries: 8 loads of B, 8 multiply-adds, shared loads
    "left": 20,   # one entry of what four does not divide
}
TOLERANCE = 0.05


def read_rows(path):
    """The columns of each row, in order, of a general real Matrix Market file
    or one that is symmetric or a pattern."""
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt") as file:
        symmetric = "general" not in file.readline().lower()
        for line in file:
            if not line.startswith("%") and line.strip():
                break
        size = int(line.split()[0])
        rows = [set() for _ in range(size)]
        for line in file:
            if line.startswith("%") or not line.strip():
                continue
            i, j = (int(word) - 1 for word in line.split()[:2])
            rows[i].add(j)
            if symmetric and i != j:
                rows[j].add(i)
    return [sorted(row) for row in rows]


def sectors(begin, end):
    """32-byte sectors of the bytes [begin, end) of an aligned array."""
    return (end + 31) // 32 - begin // 32


def expect(rows):
    n, width = 64, 4
    position = 0
    steps = fours = left = staged = positions = 0
    for i, row in enumerate(rows):
        # positions[i] and positions[i + 1], one request each.
        positions += sectors(4 * i, 4 * i + 4) + sectors(4 * i + 4, 4 * i + 8)
        for first in range(0, len(row), 32):
            count = min(32, len(row) - first)
            steps += 1
            fours += count // 4
            left += count % 4
            begin = width * (position + first)
            staged += 2 * sectors(begin, begin + width * count)
        position += len(row)
    warps = 4 * ((len(rows) + 3) // 4)
    tile = n * width // 32
    counts = {"warp": warps, "row": len(rows),
              "filled": sum(1 for row in rows if row),
              "step": steps, "four": fours, "left": left}
    return {
        # Two positions and two pieces of C per row; coordinates and values
        # per step; two pieces of B per entry.
        "globalLoadRequests": 4 * len(rows) + 2 * steps + 2 * position,
        "globalLoadSectors":
            positions + tile * len(rows) + staged + tile * position,
        "globalStoreRequests": 2 * len(rows),
        "globalStoreSectors": tile * len(rows),
        "warpInstructions":
            sum(INSTRUCTIONS[what] * count for what, count in counts.items()),
    }


def main():
    program, source, *matrices = sys.argv[1:]
    worst = 0
    for path in matrices:
        run = subprocess.run(
            [program, source, "--input", "A=" + path, "--counters", "--json",
             "-"], capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit(f"{path}: sparse-run failed: {run.stderr}")
        launch, = json.loads(run.stdout)["launches"]
        for name, expected in expect(read_rows(path)).items():
            off = abs(launch[name] - expected) / expected
            worst = max(worst, off)
            verdict = "ok" if off <= TOLERANCE else "WRONG"
            print(f"{path.split('/')[-1]:28} {name:20} {launch[name]:>10} "
                  f"formula {expected:>10}  {100 * off:5.2f} %  {verdict}")
    if worst > TOLERANCE:
        sys.exit("counters disagree with the formula")
    print("AGREE")


if __name__ == "__main__":
    main()

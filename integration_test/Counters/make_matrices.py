#!/usr/bin/env python3
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes PREFIX-uniform.mtx, -skewed.mtx and -banded.mtx: three shapes of rows,
the same every time.

usage: make_matrices.py PREFIX
"""
import random
import sys


def write(path, rows, columns):
    entries = [(i, j) for i, row in enumerate(rows) for j in sorted(row)]
    with open(path, "w") as file:
        file.write("%%MatrixMarket matrix coordinate pattern general\n")
        file.write(f"{len(rows)} {columns} {len(entries)}\n")
        for i, j in entries:
            file.write(f"{i + 1} {j + 1}\n")


def main():
    prefix, = sys.argv[1:]
    rng = random.Random(5)
    write(prefix + "-uniform.mtx",
          [rng.sample(range(900), 20) for _ in range(1001)], 900)
    # Few long rows, many short ones, some empty.
    write(prefix + "-skewed.mtx",
          [rng.sample(range(1500), min(1500, int(1200 / (1 + i))))
           for i in range(2000)], 1500)
    write(prefix + "-banded.mtx",
          [range(max(0, i - 3), min(800, i + 4)) for i in range(800)], 800)


if __name__ == "__main__":
    main()

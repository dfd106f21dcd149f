#!/usr/bin/env python3
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Counts what default schedules of contractions do on the software GPU.

For each program: no bank conflict of any kind; asynchronous copies move the
sectors that the tiles of the schedule need, and at most a twentieth more;
stores of C likewise; waits leave as many groups in flight as the stages allow.

    count-contractions.py FOLDER -- sparse-run [OPTION...]
"""

import argparse
import importlib.util
import json
import os
import re
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("contractions", os.path.join(here, "run-contractions.py"))
contractions = importlib.util.module_from_spec(spec)
spec.loader.exec_module(contractions)

BYTES = {"f16": 2, "bf16": 2, "f32": 4, "f64": 8, "i8": 1, "i32": 4, "f8E4M3FN": 1}
SECTOR = 32
CASES = [
    (types, einsum, shape, chip)
    for types in (("f16", "f32"), ("f16", "f16"), ("bf16", "f32"), ("f64", "f64"), ("f32", "f32"), ("i8", "i32"))
    for einsum in ("mk,kn->mn", "mk,nk->mn", "km,kn->mn")
    for shape, chip in (((256, 256, 256), "sm_80"), ((200, 144, 96), "sm_90"))
] + [
    (("f8E4M3FN", "f32"), "mk,nk->mn", (256, 256, 256), "sm_90"),
    (("f16", "f32"), "mk,kn->mn", (256, 256, 256), "sm_75"),
    (("f16", "f16"), "km,nk->mn", (384, 128, 512), "sm_80"),
]


def sectors(rows, columns, tile_rows, tile_columns, width):
    """Sectors that tiles of a matrix of `rows` x `columns` elements touch, each tile's once."""
    count = 0
    for begin in range(0, columns, tile_columns):
        end = min(columns, begin + tile_columns)
        # Rows begin at multiples of `columns` elements.
        for row in range(rows):
            first, last = (row * columns + begin) * width, (row * columns + end) * width - 1
            count += last // SECTOR - first // SECTOR + 1
    return count


def operand_sectors(letters, extent, tile, width):
    rows, columns = letters
    return sectors(extent[rows], extent[columns], tile[rows], tile[columns], width)


def ceil(a, b):
    return -(-a // b)


def faults(types, einsum, shape, schedule, launch):
    """What is wrong with the counters of the main kernel."""
    conflicts = {name: value for name, value in launch.items() if name.endswith("BankConflicts") and value}
    if conflicts:
        yield f"bank conflicts {conflicts}"
    numbers = [int(x) for x in re.search(r"[^_]tile = \[(\d+), (\d+), (\d+)\]", schedule).groups()]
    extent, tile = dict(zip("mnk", shape)), dict(zip("mnk", numbers))
    a, b = einsum.split("->")[0].split(",")
    wanted = (operand_sectors(a, extent, tile, BYTES[types[0]]) * ceil(extent["n"], tile["n"]) +
              operand_sectors(b, extent, tile, BYTES[types[0]]) * ceil(extent["m"], tile["m"]))
    moved = launch["globalAsyncSectors"]
    if moved and moved > 1.05 * wanted:
        yield f"{moved} sectors copied, {wanted} are needed"
    if moved and moved < wanted:
        yield f"{moved} sectors copied, less than the {wanted} that are needed: the count is wrong"
    parts = int((re.search(r"split_k = (\d+)", schedule) or [0, 1])[1])
    stored = parts * operand_sectors("mn", extent, tile, 4 if parts > 1 and types[1] != "f64" else BYTES[types[1]])
    if launch["globalStoreSectors"] > 1.05 * stored:
        yield f"{launch['globalStoreSectors']} sectors stored, {stored} are needed"
    stages = int((re.search(r"[^_]stages = (\d+)", schedule) or [0, 1])[1])
    steps = ceil(ceil(extent["k"], tile["k"]), parts)
    left = max((int(groups) for groups, waits in launch["asyncLeft"].items() if waits), default=0)
    if left != max(0, min(stages, steps) - 2):
        yield f"waits leave up to {left} groups, with {stages} stages and {steps} steps"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("run", nargs="+", help="sparse-run, with options")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    failures = copied = 0
    for case, (types, einsum, shape, chip) in enumerate(CASES):
        text, _ = contractions.program(einsum, dict(zip("mnk", shape), dynamic=False), types)
        path = os.path.join(options.folder, f"{case}.mlir")
        with open(path, "w") as file:
            file.write(text)
        done = subprocess.run(options.run + [path, "--chip", chip, "--schedule=explain", "--counters", "--json=-"],
                              capture_output=True, text=True)
        label = f"{einsum} {types[0]}->{types[1]} {shape} {chip}"
        if done.returncode:
            failures += 1
            print("FAILED", label, done.stderr[-400:])
            continue
        schedule = re.search(r"is computed by (#sparse_gpu.schedule<.*>)", done.stderr)[1]
        launch = json.loads(done.stdout)["launches"][0]
        copied += launch["globalAsyncSectors"] > 0
        for fault in faults(types, einsum, shape, schedule, launch):
            failures += 1
            print("FAILED", label, fault, schedule)
    print(f"{len(CASES)} programs, {copied} with asynchronous copies, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

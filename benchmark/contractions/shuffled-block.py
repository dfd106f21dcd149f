#!/usr/bin/env python3
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Counts what weights in shuffled blocks take on the software GPU.

    shuffled-block.py [--chip sm_80] [--v 64] [--sparsity 0.75] [--shape M,N,K]... [--json FILE] [--bin FOLDER]

For each shape: weights from a normal distribution (seeded) are pruned, packed
and multiplied with examples/linear-shuffled-block.mlir in f16, and the counters
are held against what the kept vectors need:

    mma         instructions over the fewest that multiply each kept vector: 16
                vectors of a group are one step
    conflicts   bank conflicts of all accesses of shared memory
    read        sectors read over A for each column tile, the named rows of B
                for each group, and the coordinates for each column tile
    written     sectors written over those of C
    used        the bytes of asynchronous copies that are used
    launches    kernels

Needs NumPy.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHAPES = ["4096,1024,4096", "4096,128,4096", "2048,2048,2048", "1024,1024,1024", "2048,128,2048", "1024,960,4096", "4096,640,2048"]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"shuffled-block.py: {' '.join(command)} failed:\n{done.stderr}")
    return done.stdout


def measure(options, m, n, k, folder):
    weights, packed = os.path.join(folder, "w.npy"), os.path.join(folder, "w.sgpk")
    numpy.save(weights, numpy.random.default_rng(1).standard_normal((m, k), dtype=numpy.float32))
    tool = lambda name: os.path.join(options.bin, name)
    pruned = json.loads(run(tool("sparse-pack"), "prune", "--pattern=shuffled-block", f"--v={options.v}",
                            f"--sparsity={options.sparsity}", weights, "-o", packed, "--json"))
    with open(os.path.join(ROOT, "examples", "linear-shuffled-block.mlir")) as file:
        program = file.read().replace("<v = 64>", f"<v = {options.v}>")
    for dynamic, static in (("tensor<?x?xf16, #weight>", f"tensor<{m}x{k}xf16, #weight>"),
                            ("%X: tensor<?x?xf16>", f"%X: tensor<{k}x{n}xf16>"),
                            ("#weight>, tensor<?x?xf16>", f"#weight>, tensor<{k}x{n}xf16>"),
                            ("%X, %c1 : tensor<?x?xf16>", f"%X, %c1 : tensor<{k}x{n}xf16>")):
        program = program.replace(dynamic, static)
    name = os.path.join(folder, "linear.mlir")
    with open(name, "w") as file:
        file.write(program)
    report = json.loads(run(tool("sparse-run"), name, f"--chip={options.chip}", "--input", f"W={packed}", "--input",
                            f"X=random:?x{n}", "--input", "bias=random:?", "--check", "--counters", "--json=-"))
    launches = report["launches"]
    launch = launches[0]
    if not launch["globalAsyncBytes"] or not launch["matrixOperations"]:
        sys.exit(f"shuffled-block.py: {m},{n},{k} with V = {options.v} on {options.chip} is computed without asynchronous "
                 "copies or tensor cores: nothing of this applies")
    # Of each row: all rows of a group have as many.
    run(tool("sparse-pack"), "convert", packed, "-o", os.path.join(folder, "w.npz"))
    kept = numpy.diff(numpy.load(os.path.join(folder, "w.npz"))["indptr"])
    least = numpy.ceil(kept / 16).sum() / 16 * -(-n // 8)
    vectors, columns = pruned["kept"] // options.v, launch["grid"][1]
    needed = (vectors * options.v * 2 * columns + vectors * n * 2 + vectors * 4 * columns) / 32
    matrix = sum(operation["operations"] for operation in launch["matrixOperations"].values())
    return {
        "m": m, "n": n, "k": k, "v": options.v, "sparsity": options.sparsity, "retained": pruned["retained"] /
        pruned["retained_unstructured"] if pruned["retained_unstructured"] else None, "launches": len(launches),
        "mma": matrix / least,
        "conflicts": sum(value for key, value in launch.items() if key.endswith("BankConflicts")),
        "read": launch["globalAsyncSectors"] / needed,
        "written": launch["globalStoreSectors"] / (m * n * 2 / 32),
        "used": launch["globalAsyncUsedBytes"] / launch["globalAsyncBytes"],
        "registers": launch["occupancy"]["registers"], "cycles": launch["estimate"]["cycles"],
        "binding": launch["estimate"]["binding"],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chip", default="sm_80")
    parser.add_argument("--v", type=int, default=64)
    parser.add_argument("--sparsity", type=float, default=0.75)
    parser.add_argument("--shape", action="append", metavar="M,N,K", help=f"default: {' '.join(SHAPES)}")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--bin", default=os.path.join(ROOT, "build", "bin"))
    options = parser.parse_args()
    for shape in options.shape or []:
        if len(shape.split(",")) != 3 or not all(size.isdigit() and int(size) > 0 for size in shape.split(",")):
            parser.error(f"--shape takes M,N,K, got {shape!r}")
    print("| m, n, k | launches | mma | conflicts | read | written | used | registers | cycles |")
    print("|---|---|---|---|---|---|---|---|---|")
    rows = []
    for shape in options.shape or SHAPES:
        with tempfile.TemporaryDirectory() as folder:
            row = measure(options, *map(int, shape.split(",")), folder)
        rows.append(row)
        print(f"| {row['m']}, {row['n']}, {row['k']} | {row['launches']} | {row['mma']:.3f} | {row['conflicts']} | "
              f"{row['read']:.3f} | {row['written']:.3f} | {100 * row['used']:.1f} % | {row['registers']} | "
              f"{row['cycles']:.0f}, {row['binding']} |", flush=True)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(rows, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())

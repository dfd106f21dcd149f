#!/usr/bin/env python3
#===----------------------------------------------------------------------===#
#
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""What each pattern retains of weights, as the table of docs/Pruning.md.

    retained-score.py [--sparse-pack PROGRAM] [--seed N] FILE...

Prunes each FILE with `sparse-pack prune` to vectors of V x 1, to shuffled
blocks and without a structure, at V = 32 and 64 and a sparsity of 50, 75 and
90 %, and prints the retained scores (the sum of kept magnitudes over that of
all). A FILE named .smtx has no values: its weights are drawn from a normal
distribution, the largest where it has entries (--seeded-magnitudes).

Status 1 unless vector-wise < shuffled block <= unstructured throughout.
"""

import argparse
import json
import os
import subprocess
import sys

SIZES = (32, 64)
SPARSITIES = (0.5, 0.75, 0.9)


def retained(arguments, path, sparsity, pattern, v=None):
    command = [arguments.sparse_pack, "prune", path, "--report-only", "--json"]
    command += ["--pattern", pattern, "--sparsity", str(sparsity)]
    if v is not None:
        command += ["--v", str(v)]
    if ".smtx" in os.path.basename(path):
        command += ["--seeded-magnitudes", "--seed", str(arguments.seed)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(result.stderr.strip())
    return json.loads(result.stdout)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument(
        "--sparse-pack", default=os.path.join(root, "build", "bin", "sparse-pack")
    )
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    heads = [f"{pattern} {v}" for v in SIZES for pattern in ("vectors", "shuffled")]
    print("| weights | shape | sparsity | " + " | ".join(heads) + " | unstructured |")
    print("|---|---|---" + "|---" * len(heads) + "|---|")
    wrong = 0
    for path in arguments.files:
        for sparsity in SPARSITIES:
            largest = retained(arguments, path, sparsity, "unstructured")
            row = []
            for v in SIZES:
                vectors = retained(arguments, path, sparsity, "vector-wise", v)
                shuffled = retained(arguments, path, sparsity, "shuffled-block", v)
                row += [vectors["retained"], shuffled["retained"]]
                wrong += not row[-2] < row[-1] <= largest["retained"]
            row.append(largest["retained"])
            shape = f"{largest['rows']} x {largest['columns']}"
            print(
                f"| {os.path.basename(path)} | {shape} | {100 * sparsity:.0f} % | "
                + " | ".join(f"{score:.4f}" for score in row)
                + " |",
                flush=True,
            )
    if wrong:
        sys.exit(f"{wrong} times it is not vector-wise < shuffled block <= unstructured")


if __name__ == "__main__":
    main()

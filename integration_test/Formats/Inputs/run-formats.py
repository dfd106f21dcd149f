#!/usr/bin/env python3
#===----------------------------------------------------------------------===#
#
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Runs SpMM on matrices in one format, and checks every result.

    run-formats.py FOLDER ENCODING... -- SPARSE_RUN...

ENCODING is the text of an attribute without its dialect, "bsr<rows = 4>".
For each: A B, A B^T, B A^T (a linear layer) and A^T B in f32 and f16, with
matrices whose sizes are no multiples of anything, with empty rows, and with
one full row (as far as the format can hold it), under --hazards. Prints a line
for each run that fails, then a summary; exit status 1 if a run failed.
"""

import itertools
import os
import random
import re
import subprocess
import sys

A = "tensor<?x?x{t}, #sparse_gpu.{f}>"
D = "tensor<?x?x{t}>"

# Indexing maps of the contraction (m, n, k) for A, B, C, and the size of B.
FORMS = {
    "a-b": ("(d0, d2)", "(d2, d1)", "(d0, d1)", "?x{n}"),
    "a-bt": ("(d0, d2)", "(d1, d2)", "(d0, d1)", "{n}x?"),
    "b-at": ("(d0, d2)", "(d1, d2)", "(d1, d0)", "{n}x?"),
    "at-b": ("(d2, d0)", "(d2, d1)", "(d0, d1)", "?x{n}"),
}

MODULE = """
#a = affine_map<(d0, d1, d2) -> {a}>
#b = affine_map<(d0, d1, d2) -> {b}>
#c = affine_map<(d0, d1, d2) -> {c}>
func.func @f(%A: {A} {{sparse_gpu.name = "A"}}, %B: {D} {{sparse_gpu.name = "B"}},
             %C: {D} {{sparse_gpu.name = "C"}}) -> ({D} {{sparse_gpu.name = "R"}}) {{
  %0 = linalg.generic {{indexing_maps = [#a, #b, #c],
      iterator_types = ["parallel", "parallel", "reduction"]}}
      ins(%A, %B : {A}, {D}) outs(%C : {D}) {{
  ^bb0(%x: {t}, %y: {t}, %z: {t}):
    %1 = arith.mulf %x, %y : {t}
    %2 = arith.addf %z, %1 : {t}
    linalg.yield %2 : {t}
  }} -> {D}
  return %0 : {D}
}}
"""


def write_matrix(folder, name, rows, cols, entries):
    path = os.path.join(folder, name)
    with open(path, "w") as out:
        out.write("%%MatrixMarket matrix coordinate real general\n")
        out.write(f"{rows} {cols} {len(entries)}\n")
        for r, c in sorted(entries):
            out.write(f"{r + 1} {c + 1} 1.0\n")
    return path


def uneven_entries(rows, cols):
    """Empty rows and a full one."""
    entries = {(3, c) for c in range(cols)}
    entries |= {(r, (7 * r + 3) % cols) for r in range(0, rows, 5)}
    return entries | {(r, (r * r) % cols) for r in range(20, 24)}


def clustered_entries(rows, cols):
    """Rows of four kinds, in no order: many columns, one, two, none."""
    kinds = [range(1, cols, 3), [cols - 1], [0, 4], []]
    return {(r, c) for r in range(rows) for c in kinds[r * r % 7 % 4]}


def thin_out(entries, rows, cols, per_row, columns):
    """Keeps, of blocks of rows x cols, `per_row` entries in each row, and in no
    more than `columns` columns."""
    kept, used, counts = set(), {}, {}
    for r, c in sorted(entries):
        block, row = used.setdefault((r // rows, c // cols), set()), (r, c // cols)
        if counts.get(row, 0) < per_row and (c in block or len(block) < columns):
            block.add(c)
            counts[row] = counts.get(row, 0) + 1
            kept.add((r, c))
    return kept


def write_matrices(folder, encoding):
    """Matrices that the format can hold, of sizes that nothing divides."""
    name, numbers = encoding.split("<")[0], [int(n) for n in re.findall(r"= (\d+)", encoding)]
    if name in ("nm", "vnm"):
        v, n, m = ([1] + numbers if name == "nm" else numbers)
        limits = (v, m, n, m if name == "nm" else 4)
        random.seed(encoding)
        dense = {(r, c) for r in range(61) for c in range(53) if random.random() < 0.4}
        return [write_matrix(folder, "random.mtx", 61, 53, thin_out(dense, *limits)),
                write_matrix(folder, "thin.mtx", 37, 45,
                             thin_out(uneven_entries(37, 45), *limits))]
    matrices = ["random:61x53:0.07",
                write_matrix(folder, "uneven.mtx", 37, 45, uneven_entries(37, 45))]
    if name in ("shuffled_block", "vector_wise"):
        matrices.append(write_matrix(folder, "clustered.mtx", 45, 29, clustered_entries(45, 29)))
    return matrices


def main():
    split = sys.argv.index("--")
    folder, encodings, sparse_run = sys.argv[1], sys.argv[2:split], sys.argv[split + 1:]
    os.makedirs(folder, exist_ok=True)
    runs = failures = 0
    for number, encoding in enumerate(encodings):
        matrices = write_matrices(folder, encoding)
        for (form, (a, b, c, shape)), t in itertools.product(FORMS.items(), ("f32", "f16")):
            module = os.path.join(folder, f"{number}-{form}-{t}.mlir")
            with open(module, "w") as out:
                out.write(MODULE.format(
                    A=A.format(t=t, f=encoding), D=D.format(t=t), a=a, b=b, c=c, t=t))
            # Every form with one matrix and one N of its own; over all forms
            # and types both matrices and five N.
            for i, matrix in enumerate(matrices):
                n = (1, 7, 33, 64, 100)[(runs + i) % 5]
                size = shape.format(n=n)
                command = sparse_run + [
                    module, "--input", f"A={matrix}",
                           "--input", f"B=random:{size}", "--values", "random",
                           "--check", "--hazards", "--seed", str(runs)]
                result = subprocess.run(command, capture_output=True, text=True)
                runs += 1
                if result.returncode != 0:
                    failures += 1
                    print(" ".join(command))
                    print(result.stdout + result.stderr)
    print(f"{runs} runs, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

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
For each: A B, A B^T and B A^T (a linear layer) in f32 and f16, with matrices
whose sizes are no multiples of anything, with empty rows, and with one full
row, under --hazards. Prints a line for each run that fails, then a summary;
exit status 1 if a run failed.
"""

import itertools
import os
import subprocess
import sys

A = "tensor<?x?x{t}, #sparse_gpu.{f}>"
D = "tensor<?x?x{t}>"

# Operands and the indexing maps of the contraction (m, n, k), A first.
FORMS = {
    "a-b": ("(d2, d1)", "(d0, d1)", "?x{n}"),
    "a-bt": ("(d1, d2)", "(d0, d1)", "{n}x?"),
    "b-at": ("(d1, d2)", "(d1, d0)", "{n}x?"),
}

MODULE = """
#a = affine_map<(d0, d1, d2) -> (d0, d2)>
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


def write_matrices(folder):
    """Sizes that nothing divides; the second has empty rows and a full one."""
    first = "random:61x53:0.07"
    path = os.path.join(folder, "uneven.mtx")
    rows, cols = 37, 45
    entries = [(3, c) for c in range(cols)]
    entries += [(r, (7 * r + 3) % cols) for r in range(0, rows, 5)]
    entries += [(r, (r * r) % cols) for r in range(20, 24)]
    entries = sorted(set(entries))
    with open(path, "w") as out:
        out.write("%%MatrixMarket matrix coordinate real general\n")
        out.write(f"{rows} {cols} {len(entries)}\n")
        for r, c in entries:
            out.write(f"{r + 1} {c + 1} 1.0\n")
    return [first, path]


def main():
    split = sys.argv.index("--")
    folder, encodings, sparse_run = sys.argv[1], sys.argv[2:split], sys.argv[split + 1:]
    os.makedirs(folder, exist_ok=True)
    runs = failures = 0
    matrices = write_matrices(folder)
    for number, encoding in enumerate(encodings):
        for (form, (b, c, shape)), t in itertools.product(FORMS.items(), ("f32", "f16")):
            module = os.path.join(folder, f"{number}-{form}-{t}.mlir")
            with open(module, "w") as out:
                out.write(MODULE.format(
                    A=A.format(t=t, f=encoding), D=D.format(t=t), b=b, c=c, t=t))
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

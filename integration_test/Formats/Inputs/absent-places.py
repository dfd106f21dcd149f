#!/usr/bin/env python3
#===----------------------------------------------------------------------===#
#
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Runs operations that show whether places without an entry take part.

    absent-places.py FOLDER ENCODING... -- SPARSE_RUN...

For each encoding (as in run-formats.py): A B where some rows of B are infinite
or NaN, and the semiring (min, +) of shortest paths, where a zero that is no
entry would be the shortest path. Prints the runs that fail, then a summary;
exit status 1 if a run failed.
"""

import os
import subprocess
import sys

MODULE = """
func.func @f(%A: tensor<?x?xf32, #sparse_gpu.{f}> {{sparse_gpu.name = "A"}},
             %B: tensor<?x?xf32> {{sparse_gpu.name = "B"}},
             %C: tensor<?x?xf32> {{sparse_gpu.name = "C"}})
    -> (tensor<?x?xf32> {{sparse_gpu.name = "D"}}) {{
  %D = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.{f}>) b(%B : tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>){semiring} -> tensor<?x?xf32>
  return %D : tensor<?x?xf32>
}}
"""

MIN_PLUS = """ identity(0x7F800000 : f32)
      combine {
      ^bb0(%a: f32, %b: f32):
        %0 = arith.addf %a, %b : f32
        sparse_gpu.yield %0 : f32
      } reduce {
      ^bb0(%x: f32, %y: f32):
        %0 = arith.minimumf %x, %y : f32
        sparse_gpu.yield %0 : f32
      }"""

ROWS, INNER, COLUMNS = 45, 53, 20


def write_operands(folder):
    """A, and B with numbers that must not reach rows without an entry there."""
    entries = sorted({(r, (r * r + 5 * k) % INNER) for r in range(ROWS) for k in range(r % 4)})
    a = os.path.join(folder, "a.mtx")
    with open(a, "w") as out:
        out.write("%%MatrixMarket matrix coordinate real general\n")
        out.write(f"{ROWS} {INNER} {len(entries)}\n")
        for r, c in entries:
            out.write(f"{r + 1} {c + 1} {1 + (r + c) % 7 / 8}\n")
    b = os.path.join(folder, "b.mtx")
    special = {4: "inf", 9: "-inf", 20: "nan", 52: "inf"}
    with open(b, "w") as out:
        out.write("%%MatrixMarket matrix coordinate real general\n")
        out.write(f"{INNER} {COLUMNS} {INNER * COLUMNS}\n")
        for k in range(INNER):
            for n in range(COLUMNS):
                out.write(f"{k + 1} {n + 1} {special.get(k, 1 + (k * n) % 11 / 8)}\n")
    return a, b


def main():
    split = sys.argv.index("--")
    folder, encodings, sparse_run = sys.argv[1], sys.argv[2:split], sys.argv[split + 1:]
    os.makedirs(folder, exist_ok=True)
    a, special = write_operands(folder)
    runs = failures = 0
    for number, encoding in enumerate(encodings):
        for name, semiring, b in (("special", "", special), ("min-plus", MIN_PLUS, "random:?x20")):
            module = os.path.join(folder, f"{number}-{name}.mlir")
            with open(module, "w") as out:
                out.write(MODULE.format(f=encoding, semiring=semiring))
            command = sparse_run + [module, "--input", f"A={a}", "--input", f"B={b}", "--check"]
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

#!/usr/bin/env python3
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs products of bytes in every layout under sparse-run --check --hazards
--counters, with default schedules and a given one, and looks for bank conflicts.

    run-bytes.py FOLDER [--only TEXT] -- sparse-run [OPTION...]
"""

import argparse
import json
import os
import subprocess
import sys

LAYOUTS = ["mk,kn", "mk,nk", "km,kn", "km,nk"]
SIZES = [(256, 256, 256), (200, 136, 72)]
# Elements of A and B, of C, and the chip.
TYPES = [("i8", "i32", "sm_80"), ("i8", "i32", "sm_75"), ("f8E4M3FN", "f32", "sm_90"), ("f8E5M2", "f32", "sm_89")]
STAGED = ("f8E4M3FN", "f16", "sm_89")
# Two warps side by side, several fragments of each, and stages of both kinds.
STAGES = ("[#sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 64], warp_tile = [32, 32], stages = 3, "
          "register_stages = 2, copy = 8, when = [alignment ge 8, result_alignment ge 16]>, "
          "#sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 64], warp_tile = [32, 32], copy = 0>]")


def program(layout, output, size, factor, result, dynamic):
    sizes = dict(zip("mnk", size))
    a, b = layout.split(",")

    def tensor(letters, element):
        return "tensor<" + "".join(f"{'?' if dynamic else sizes[x]}x" for x in letters) + element + ">"

    maps = ", ".join(f"affine_map<(m, n, k) -> ({x[0]}, {x[1]})>" for x in (a, b, output))
    ta, tb, tc = tensor(a, factor), tensor(b, factor), tensor(output, result)
    inputs = []
    for name, letters in zip("ABC", (a, b, output)):
        inputs += ["--input", f"{name}=random:{sizes[letters[0]]}x{sizes[letters[1]]}"]
    widen = "".join(f"    %{x}w = arith.extf %{x} : {factor} to {result}\n" for x in "xy")
    product = f"""linalg.matmul indexing_maps = [{maps}] ins(%A, %B : {ta}, {tb}) outs(%C : {tc}) -> {tc}"""
    if output != "mn":
        product = f"""linalg.generic {{indexing_maps = [{maps}], iterator_types = ["parallel", "parallel", "reduction"]}}
    ins(%A, %B : {ta}, {tb}) outs(%C : {tc}) {{
  ^bb0(%x: {factor}, %y: {factor}, %c: {result}):
{widen}    %p = arith.mulf %xw, %yw : {result}
    %s = arith.addf %c, %p : {result}
    linalg.yield %s : {result}
  }} -> {tc}"""
    return f"""func.func @f(%A: {ta} {{sparse_gpu.name = "A"}}, %B: {tb} {{sparse_gpu.name = "B"}}, %C: {tc} {{sparse_gpu.name = "C"}}) -> {tc} {{
  %0 = {product}
  return %0 : {tc}
}}
""", inputs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--only", default="", help="run cases with this text in their label")
    parser.add_argument("run", nargs="+", help="sparse-run, with options")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    cases = [(layout, "mn", size, types, None) for types in TYPES for layout in LAYOUTS for size in SIZES]
    cases += [(layout, "mn", (129, 72, 200), TYPES[0], STAGES) for layout in LAYOUTS]
    # Results of 16 bits go through shared memory, transposed or not.
    cases += [(layout, output, SIZES[0], STAGED, None) for layout in LAYOUTS for output in ("mn", "nm")]
    runs = failures = 0
    for number, (layout, output, size, (factor, result, chip), schedule) in enumerate(cases):
        label = f"{layout}->{output} {size} {factor} {result} {chip} {'stages' if schedule else 'default'}"
        if options.only not in label:
            continue
        runs += 1
        text, inputs = program(layout, output, size, factor, result, dynamic=schedule is not None)
        path, report = (os.path.join(options.folder, f"case{number}.{x}") for x in ("mlir", "json"))
        with open(path, "w") as file:
            file.write(text)
        command = options.run + [path, "--check", "--hazards", "--counters", "--chip", chip, "--json", report] + inputs
        if schedule:
            command += ["--schedule", schedule]
        done = subprocess.run(command, capture_output=True, text=True)
        faults = [] if done.returncode == 0 else [f"exit code {done.returncode}"]
        if not faults:
            with open(report) as file:
                launches = json.load(file)["launches"]
            for launch in launches:
                faults += [f"{key} {count}" for key, count in launch.items() if key.endswith("BankConflicts") and count]
                staged = launch["sharedStoreRequests"]
                if launch["sharedMatrixRequests"] == 0 or (launch["sharedLoadRequests"] and not staged):
                    faults.append("fragments are not loaded by ldmatrix")
        if faults:
            failures += 1
            print("FAILED", label, ", ".join(faults))
            print(" ", " ".join(f"'{word}'" if " " in word else word for word in command))
            print("\n".join((done.stdout + done.stderr).splitlines()[-6:]))
    print(f"{runs} runs, {failures} failures")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())

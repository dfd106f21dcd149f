#!/usr/bin/env python3
# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs sampled SpMM of matrices in groups of rows, computed by blocks.

    run-blocks.py FOLDER [--cases N] [--seed S] [--json FILE] -- SPARSE_RUN...

Each case: shuffled block, vector-wise or BSR, types of values and indices, tensor cores or FMAs, a chip, a
tile, stages, the default schedule in one of five; A B, A B^T or B A^T, with or
without beta and a bias by row or by column; sizes that are no multiples of
anything, and matrices without entries. Results are compared with a reference in
higher precision; hazards and differences between seeds are failures, too.
"""

import argparse
import json
import os
import random
import shlex
import subprocess
import sys

# Elements of A and B, those of C, the accumulator.
TYPES = [
    ("f16", "f32", "f32"), ("f16", "f16", "f32"), ("bf16", "f32", "f32"), ("bf16", "bf16", "f32"),
    ("f32", "f32", "f32"), ("f64", "f64", "f64"), ("i8", "i32", "i32"), ("f8E4M3FN", "f32", "f32"),
]
WIDTHS = {"f16": 2, "bf16": 2, "f32": 4, "f64": 8}
FORMS = {"a-b": [], "a-bt": ["transpose_b"], "b-at": ["transpose_b", "transpose_c"]}


def schedule(rng, v, factor, chip):
    """A list of two, or the default's None."""
    if rng.random() < 0.2:
        return None
    # sm_75 multiplies f16 and i8 only. One product of tf32 is not within the bound
    # of f32, three are.
    mma = (chip != "sm_75" or factor in ("f16", "i8")) and (v < 32 or rng.random() < 0.75)
    if not mma and v < 32:
        return None
    warp = rng.choice([m for m in (16, 32, 64) if m <= v and (mma or m >= 32)]), rng.choice([16, 32])
    k = 32 if factor in ("i8", "f8E4M3FN") else 16
    tile = [v, warp[1] * rng.choice([1, 2, 4]), k * rng.choice([1, 2])]
    stages, copy = rng.randint(1, 4), rng.choice([16, 8, 4])
    # What a block has at most (SCH-20); without asynchronous copies there is one stage.
    stage = (v + tile[1]) * tile[2] * WIDTHS.get(factor, 1) + tile[2] * 8
    if v // warp[0] * (tile[1] // warp[1]) > 32 or stage * (1 if chip == "sm_75" else stages) > (65536 if chip == "sm_75" else 166912):
        return None
    path = "fma" if not mma else "mma_3xtf32" if factor == "f32" else "mma"
    fields = (f"scope = block, path = {path}, tile = {tile}, warp_tile = {list(warp)}, "
              f"stages = {stages}, register_stages = {rng.randint(1, 2)}")
    wide = rng.choice(["", ", result_alignment ge 8", ", result_alignment ge 16"])
    return (f"[#sparse_gpu.schedule<{fields}, copy = {copy}, when = [alignment ge {copy}{wide}]>, "
            f"#sparse_gpu.schedule<{fields}, copy = 0>]")


def program(rng, sparse, factor, result, accumulator, form):
    """Its text, and whether the bias is by row or column, if there is one."""
    flags, before, uses, epilogue, argument, along = list(FORMS[form]), "", "", "", "", ""
    b, c = f"tensor<?x?x{factor}>", f"tensor<?x?x{result}>"
    if rng.random() < 0.5 and accumulator != "i32":
        along = rng.choice("mn")
        argument = f', %bias: tensor<?x{result}> {{sparse_gpu.name = "bias"}}'
        flags.append(f"input_maps = [affine_map<(m, n) -> ({along})>]")
        narrow = result != accumulator
        widened = f"  %w = arith.extf %x : {result} to {accumulator}\n" if narrow else ""
        rounded = f"  %r = arith.truncf %s : {accumulator} to {result}\n" if narrow else ""
        epilogue = (f"  epilogue {{\n^bb0(%a: {accumulator}, %x: {result}):\n{widened}"
                    f"  %s = arith.addf %a, {'%w' if narrow else '%x'} : {accumulator}\n{rounded}"
                    f"  sparse_gpu.yield {'%r' if narrow else '%s'} : {result}\n}}")
    inputs = f"inputs(%bias : tensor<?x{result}>)" if along else ""
    if rng.random() < 0.5:
        before = f"  %beta = arith.constant {'3' if accumulator == 'i32' else '0.5'} : {accumulator}\n"
        uses = f"beta(%beta : {accumulator})"
    attributes = "{" + ", ".join(flags) + "}" if flags else ""
    return f"""func.func @f(%A: {sparse} {{sparse_gpu.name = "A"}}, %B: {b} {{sparse_gpu.name = "B"}},
             %C: {c} {{sparse_gpu.name = "C"}}{argument}) -> ({c} {{sparse_gpu.name = "D"}}) {{
{before}  %D = sparse_gpu.spmm a(%A : {sparse}) b(%B : {b}) {inputs} outs(%C : {c}) {uses} {attributes}
{epilogue} -> {c}
  return %D : {c}
}}
""", along


def write_integers(rng, path, m, k, density):
    entries = [(i, j) for i in range(1, m + 1) for j in range(1, k + 1) if rng.random() < density]
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"%%MatrixMarket matrix coordinate integer general\n{m} {k} {len(entries)}\n")
        file.writelines(f"{i} {j} {rng.choice([-9, -4, -1, 2, 7])}\n" for i, j in entries)


def case(rng, folder, runner):
    """What is run."""
    v = rng.choice([16, 32, 64, 128])
    factor, result, accumulator = rng.choice(TYPES)
    chip = "sm_90" if factor.startswith("f8") else rng.choice(["sm_75", "sm_80", "sm_90"])
    form = rng.choice(list(FORMS))
    width = rng.choice(["", "", ", coordinates = i64", ", coordinates = i16", ", positions = i64, coordinates = index"])
    sparse = f"tensor<?x?x{factor}, #sparse_gpu.{rng.choice([f'shuffled_block<v = {v}{width}>', f'vector_wise<v = {v}{width}>', f'bsr<rows = {v}, columns = {rng.choice([1, 2, 4, 8, 16])}{width}>'])}>"
    text, along = program(rng, sparse, factor, result, accumulator, form)
    name = os.path.join(folder, "case.mlir")
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)
    m = rng.choice([1, v - 1, v, v + 1, 2 * v + 3, 3 * v, 200])
    k, n = rng.choice([1, 7, 16, 17, 33, 64, 100, 130]), rng.choice([1, 3, 8, 16, 17, 32, 40, 64, 65, 128])
    density = rng.choice([0, 0.02, 0.2, 0.6])
    a = f"random:{m}x{k}:{density}"
    if factor == "i8":
        a = os.path.join(folder, "case.mtx")
        write_integers(rng, a, m, k, density)
    command = runner + [name, f"--chip={chip}", "--check", "--hazards", "--seeds=2", "--input", f"A={a}"]
    command += ["--input", f"B=random:{f'{k}x{n}' if form == 'a-b' else f'{n}x{k}'}"]
    command += ["--input", f"C=random:{f'{n}x{m}' if form == 'b-at' else f'{m}x{n}'}"]
    if along:
        command += ["--input", f"bias=random:{m if along == 'm' else n}"]
    by = schedule(rng, v, factor, chip)
    return command + ([f"--schedule={by}"] if by else [])


def main():
    at = sys.argv.index("--")
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("folder")
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", help="write which cases passed to this file, for count-tests.py")
    options = parser.parse_args(sys.argv[1:at])
    os.makedirs(options.folder, exist_ok=True)
    tests, by_default = [], 0
    for number in range(options.cases):
        rng = random.Random(options.seed * 100000 + number)
        command = case(rng, options.folder, sys.argv[at + 1:])
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        good = run.returncode == 0 and "hazards   0" in run.stdout and "warning" not in run.stderr
        by_default += not any(word.startswith("--schedule") for word in command)
        tests.append({"name": f"case {number}", "code": "PASS" if good else "FAIL"})
        if not good:
            with open(os.path.join(options.folder, "case.mlir"), encoding="utf-8") as file:
                print(file.read())
            print(f"case {number}: {shlex.join(command)}\n{run.stdout}{run.stderr}", flush=True)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"tests": tests}, file, indent=1)
    failures = sum(test["code"] == "FAIL" for test in tests)
    print(f"{len(tests)} cases, {by_default} by default schedules, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

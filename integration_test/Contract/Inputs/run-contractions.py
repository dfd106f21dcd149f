#!/usr/bin/env python3
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs sampled contractions under sparse-run --check --hazards.

Each case is a program that is written here: a matrix product with any operand
transposed, a batched one, or a convolution; its types, shapes, and, unless the
default is taken, a schedule. The sample is drawn from the given seed.

With --bits a matrix that a pipelined schedule computed is compared with what
the same schedule gives with one stage: products are added in the same order.

    run-contractions.py FOLDER --cases 20 [--seed 1] [--split] [--only TEXT] [--json FILE] -- sparse-run [OPTION...]
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys

SIZES = [1, 7, 16, 17, 63, 64, 65, 127, 128, 129, 200, 384]
# Elements of A and B, and of C.
TYPES = [
    ("f16", "f32"), ("f16", "f16"), ("f32", "f32"), ("f64", "f64"), ("i8", "i32"),
    ("bf16", "f32"), ("bf16", "bf16"), ("f8E4M3FN", "f32"), ("f8E5M2", "f16"),
]
# Where tensor cores multiply as FMAs do: f32 would be rounded to tf32.
MMA = {"f16", "bf16", "f64", "i8", "f8E4M3FN", "f8E5M2"}

BYTES = {"f16": 2, "bf16": 2, "f32": 4, "f64": 8}

# Kernels without one of the mechanisms, and with one that is off by default.
PIPELINES = ["swizzle=false", "asynchronous-copies=false", "stage-epilogue=false", "persistent-blocks=1"]

EINSUMS = [
    "mk,kn->mn", "mk,nk->mn", "km,kn->mn", "km,nk->mn",
    "mk,kn->nm", "km,nk->nm",
    "bmk,bkn->bmn", "bmk,bnk->bmn", "mbk,kbn->bmn", "bkm,kn->bmn",
    "mkl,lkn->mn", "pqk,kn->pqn", "mk,knr->mnr", "mk,k->m", "k,kn->n",
]


def program(einsum, shape, types):
    """A linalg.generic for `einsum`."""
    inputs, output = einsum.split("->")
    a, b = inputs.split(",")
    loops = sorted(set(a + b))
    loops = [x for x in loops if x in output] + [x for x in loops if x not in output]
    names = ", ".join(f"d{i}" for i in range(len(loops)))

    def the_map(letters):
        return f"affine_map<({names}) -> ({', '.join(f'd{loops.index(x)}' for x in letters)})>"

    def tensor(letters, element, dynamic):
        sizes = "x".join("?" if dynamic else str(shape[x]) for x in letters)
        return f"tensor<{sizes}x{element}>"

    factor, result = types
    dynamic = shape["dynamic"]
    ta, tb = tensor(a, factor, dynamic), tensor(b, factor, dynamic)
    tc = tensor(output, result, dynamic)
    kinds = ", ".join('"parallel"' if x in output else '"reduction"' for x in loops)
    widen = ""
    x, y = "%x", "%y"
    if factor != result:
        op = "arith.extsi" if factor == "i8" else "arith.extf"
        widen = (f"    %xw = {op} %x : {factor} to {result}\n"
                 f"    %yw = {op} %y : {factor} to {result}\n")
        x, y = "%xw", "%yw"
    kind = "i" if result == "i32" else "f"
    return f"""func.func @f(%A: {ta} {{sparse_gpu.name = "A"}}, %B: {tb} {{sparse_gpu.name = "B"}}, %C: {tc} {{sparse_gpu.name = "C"}}) -> {tc} {{
  %0 = linalg.generic {{indexing_maps = [{the_map(a)}, {the_map(b)}, {the_map(output)}],
    iterator_types = [{kinds}]}} ins(%A, %B : {ta}, {tb}) outs(%C : {tc}) {{
  ^bb0(%x: {factor}, %y: {factor}, %c: {result}):
{widen}    %p = arith.mul{kind} {x}, {y} : {result}
    %s = arith.add{kind} %c, %p : {result}
    linalg.yield %s : {result}
  }} -> {tc}
  return %0 : {tc}
}}
""", (a, b, output)


def convolution(rng, types):
    """linalg.conv_2d_nhwc_hwcf with strides and dilations."""
    n, h, w = rng.choice([1, 2]), rng.choice([1, 3, 8, 14]), rng.choice([1, 5, 9])
    c, f = rng.choice([1, 3, 8, 16, 24]), rng.choice([1, 7, 16, 64])
    kh, kw = rng.choice([1, 2, 3]), rng.choice([1, 3])
    sh, sw, dh, dw = (rng.choice([1, 2]) for _ in range(4))
    ih, iw = (h - 1) * sh + (kh - 1) * dh + 1, (w - 1) * sw + (kw - 1) * dw + 1
    factor, result = types
    ta = f"tensor<{n}x{ih}x{iw}x{c}x{factor}>"
    tb = f"tensor<{kh}x{kw}x{c}x{f}x{factor}>"
    tc = f"tensor<{n}x{h}x{w}x{f}x{result}>"
    return f"""func.func @f(%A: {ta} {{sparse_gpu.name = "A"}}, %B: {tb} {{sparse_gpu.name = "B"}}, %C: {tc} {{sparse_gpu.name = "C"}}) -> {tc} {{
  %0 = linalg.conv_2d_nhwc_hwcf {{strides = dense<[{sh}, {sw}]> : vector<2xi64>, dilations = dense<[{dh}, {dw}]> : vector<2xi64>}}
    ins(%A, %B : {ta}, {tb}) outs(%C : {tc}) -> {tc}
  return %0 : {tc}
}}
"""


def schedule(rng, factor, split):
    """A schedule, or the default's None. `split`: K in parts, more of them than
    it has steps in some."""
    if not split and rng.random() < 0.4:
        return None
    path = "mma" if factor in MMA and rng.random() < 0.75 else "fma"
    m, n = (32, 16) if path == "fma" else (16, 8)
    k = 32 if path == "mma" and factor[:2] in ("i8", "f8") else 16
    warp = (m * rng.choice([1, 2]), n * rng.choice([1, 2, 3]))
    grid = (rng.choice([1, 2]), rng.choice([1, 2, 4]))
    tile = (warp[0] * grid[0], warp[1] * grid[1], k * rng.choice([1, 2, 4]))
    copy = rng.choice([16, 8, 4, 0])
    fields = (f"scope = block, path = {path}, tile = [{tile[0]}, {tile[1]}, {tile[2]}], "
              f"warp_tile = [{warp[0]}, {warp[1]}]")
    # As many stages as the shared memory of a block holds (SCH-20).
    limit = 101376 if factor.startswith("f8") else 166912
    stage = (tile[0] + tile[1]) * tile[2] * BYTES.get(factor, 1)
    stages = min(rng.randint(1, 6), limit // stage)
    stages = f", stages = {stages}, register_stages = {rng.randint(1, 4)}"
    if split or rng.random() < 0.3:
        stages += f", split_k = {rng.choice([2, 3, 4, 5, 8, 16, 64])}"
    last = f"#sparse_gpu.schedule<{fields}{stages}, copy = 0>"
    if copy == 0:
        return f"[{last}]"
    wide = f", result_alignment ge {rng.choice([2, 4, 8, 16])}" if rng.random() < 0.5 else ""
    return (f"[#sparse_gpu.schedule<{fields}{stages}, copy = {copy}, "
            f"when = [alignment ge {copy}{wide}]>, {last}]")


# Results that can be written.
MATRICES = [einsum for einsum in EINSUMS if len(einsum.split("->")[1]) == 2]


def same_bits(folder, command):
    """Whether the result is that of the schedule with one stage of each kind."""
    texts = []
    for stages in (True, False):
        if not stages:
            command = [re.sub(r"stages = \d+", "stages = 1", word) for word in command]
        path = os.path.join(folder, f"result{stages}.mtx")
        words = [word for word in command if word not in ("--check", "--hazards") and "--seeds" not in word]
        if subprocess.run(words + [f"--output=0={path}"], capture_output=True).returncode:
            return False
        with open(path) as file:
            texts.append(file.read())
    return texts[0] == texts[1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bits", action="store_true", help="compare with the kernel that is not pipelined")
    parser.add_argument("--split", action="store_true", help="schedules with split_k only")
    parser.add_argument("--only", default="", help="run cases with this text in their line")
    parser.add_argument("--json", help="a results file for count-tests.py")
    parser.add_argument("run", nargs="+", help="sparse-run, with options")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    rng = random.Random(options.seed)
    failures = 0
    results = []
    for case in range(options.cases):
        types = rng.choice(TYPES)
        chosen = schedule(rng, types[0], options.split)
        if rng.random() < 0.2:
            text, what = convolution(rng, types), "conv_2d_nhwc_hwcf"
            inputs = []
        else:
            what = rng.choice(EINSUMS)
            limit = 20 if "b" in what or "l" in what or "p" in what or "r" in what else 400
            shape = {x: rng.choice([s for s in SIZES if s <= limit]) for x in "mnkpqrlb"}
            if "b" in what:
                shape["m"], shape["n"], shape["k"] = (
                    rng.choice([1, 7, 17, 64, 65]) for _ in range(3))
                shape["b"] = rng.choice([1, 2, 5])
            shape["dynamic"] = rng.random() < 0.5
            text, operands = program(what, shape, types)
            inputs = []
            for name, letters in zip("ABC", operands):
                sizes = "x".join(str(shape[x]) for x in letters)
                inputs += ["--input", f"{name}=random:{sizes}"]
        path = os.path.join(options.folder, f"case{case}.mlir")
        with open(path, "w") as file:
            file.write(text)
        command = options.run + [path, "--check", "--hazards", "--seed",
                                 str(case + 1)] + inputs
        if chosen:
            command += ["--schedule", chosen]
        if types[0].startswith("f8"):
            command += ["--chip", "sm_89"]
        elif types[0] in ("f16", "i8", "f32"):
            # Copies go through registers on older chips, and instructions and
            # defaults are others.
            command += ["--chip", rng.choice(["sm_75", "sm_80", "sm_90"])]
        label = f"{case}: {what} {types[0]}->{types[1]} {chosen or 'default'}"
        if rng.random() < 0.3:
            pipeline = rng.choice(PIPELINES)
            command += ["--pipeline", pipeline]
            label += " " + pipeline
        if options.only and options.only not in label:
            continue
        done = subprocess.run(command, capture_output=True, text=True)
        passed = done.returncode == 0 and "PASS" in done.stdout
        if passed and options.bits and chosen and what in MATRICES:
            passed = same_bits(options.folder, command)
        results.append({"name": label, "code": "PASS" if passed else "FAIL"})
        if not passed:
            failures += 1
            print("FAILED", label)
            print(" ", " ".join(f"'{word}'" if " " in word else word for word in command))
            print("\n".join((done.stdout + done.stderr).splitlines()[-6:]))
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"tests": results}, file)
    print(f"{len(results)} runs, {failures} failures")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs contractions whose results are staged under sparse-run --check --hazards.

Each case is a program that is written here, with a schedule that knows the
alignment of the result, unless the default is taken. Where rows of C are not
aligned, the kernel without that guard is launched: a case says which one it
expects by its number.

    run-staging.py FOLDER [--seeds 2] [--only TEXT] -- sparse-run [OPTION...]
"""

import argparse
import os
import subprocess
import sys


def tensor(letters, sizes, element, dynamic=False):
    return "tensor<" + "".join(f"{'?' if dynamic else sizes[x]}x" for x in letters) + element + ">"


def product(einsum, sizes, types, epilogue="", dynamic=False):
    """C += A * B, or with `epilogue` D = f(C + A * B, D) in place of D."""
    inputs, output = einsum.split("->")
    a, b = inputs.split(",")
    loops = output + "".join(sorted(set(a + b) - set(output)))
    names = ", ".join(loops)
    factor, result = types
    ta, tb = (tensor(x, sizes, factor, dynamic) for x in (a, b))
    tc = tensor(output, sizes, result, dynamic)
    maps = ", ".join(f"affine_map<({names}) -> ({', '.join(x)})>" for x in (a, b, output))
    kinds = ", ".join('"parallel"' if x in output else '"reduction"' for x in loops)
    widen, x, y = "", "%x", "%y"
    if factor != result:
        op = "arith.extsi" if factor == "i8" else "arith.extf"
        widen = f"    %xw = {op} %x : {factor} to {result}\n    %yw = {op} %y : {factor} to {result}\n"
        x, y = "%xw", "%yw"
    arguments = {"A": ta, "B": tb, "C": tc}
    shapes = {"A": a, "B": b, "C": output}
    after, value = "", "%0"
    if epilogue:
        same = f"affine_map<({', '.join(output)}) -> ({', '.join(output)})>"
        parallel = ", ".join('"parallel"' for _ in output)
        arguments["D"], shapes["D"] = tc, output
        after = (f"  %1 = linalg.generic {{indexing_maps = [{same}, {same}], iterator_types = [{parallel}]}} "
                 f"ins(%0 : {tc}) outs(%D : {tc}) {{\n  ^bb0(%x: {result}, %d: {result}):\n"
                 f"    {epilogue}\n    linalg.yield %r : {result}\n  }} -> {tc}\n")
        value = "%1"
    inputs = []
    for name, letters in shapes.items():
        inputs += ["--input", f"{name}=random:" + "x".join(str(sizes[x]) for x in letters)]
    listed = ", ".join(f'%{name}: {kind} {{sparse_gpu.name = "{name}"}}'
                       for name, kind in arguments.items())
    return f"""func.func @f({listed}) -> {tc} {{
  %0 = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{kinds}]}}
      ins(%A, %B : {ta}, {tb}) outs(%C : {tc}) {{
  ^bb0(%x: {factor}, %y: {factor}, %c: {result}):
{widen}    %p = arith.mulf {x}, {y} : {result}
    %s = arith.addf %c, %p : {result}
    linalg.yield %s : {result}
  }} -> {tc}
{after}  return {value} : {tc}
}}
""", inputs


def quantised(m, n, k, result):
    """i8 factors, a result of 16 bits, scaled."""
    t32, tr = f"tensor<{m}x{n}xi32>", f"tensor<{m}x{n}x{result}>"
    text = f"""#id = affine_map<(m, n) -> (m, n)>
func.func @f(%A: tensor<{m}x{k}xi8> {{sparse_gpu.name = "A"}}, %B: tensor<{n}x{k}xi8> {{sparse_gpu.name = "B"}}) -> {tr} {{
  %z = arith.constant 0 : i32
  %e = tensor.empty() : {t32}
  %c = linalg.fill ins(%z : i32) outs(%e : {t32}) -> {t32}
  %p = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
    ins(%A, %B : tensor<{m}x{k}xi8>, tensor<{n}x{k}xi8>) outs(%c : {t32}) -> {t32}
  %f = tensor.empty() : {tr}
  %d = linalg.generic {{indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}}
      ins(%p : {t32}) outs(%f : {tr}) {{
  ^bb0(%x: i32, %o: {result}):
    %t = arith.sitofp %x : i32 to {result}
    linalg.yield %t : {result}
  }} -> {tr}
  return %d : {tr}
}}
"""
    return text, ["--input", f"A=random:{m}x{k}", "--input", f"B=random:{n}x{k}"]


def schedule(tile, warp, stages=2, path="mma", bytes=16):
    fields = f"scope = block, path = {path}, tile = {tile}, warp_tile = {warp}"
    return (f"[#sparse_gpu.schedule<{fields}, stages = {stages}, register_stages = 2, "
            f"when = [alignment ge 8, result_alignment ge {bytes}], copy = 8>, "
            f"#sparse_gpu.schedule<{fields}, copy = 0>]")


SMALL = schedule([64, 64, 32], [32, 32])
ADD = "%r = arith.addf %x, %d : {0}"
# Label, (program, inputs), schedule, number of the kernel that is launched.
CASES = [
    ("whole tiles", product("mk,kn->mn", dict(m=128, n=128, k=64), ("f16", "f16")), SMALL, 0),
    ("rows and columns at the edge", product("mk,kn->mn", dict(m=77, n=88, k=40), ("f16", "f16")), SMALL, 0),
    ("bf16, one stage", product("mk,kn->mn", dict(m=70, n=72, k=72), ("bf16", "bf16")),
     schedule([64, 64, 32], [32, 32], stages=1), 0),
    ("rows of 8 bytes", product("mk,kn->mn", dict(m=70, n=76, k=20), ("f16", "f16"), dynamic=True),
     schedule([64, 64, 32], [32, 32], bytes=8), 0),
    ("rows of 8 bytes, 16 wanted", product("mk,kn->mn", dict(m=70, n=76, k=20), ("f16", "f16"), dynamic=True), SMALL, 1),
    ("odd N", product("mk,kn->mn", dict(m=70, n=77, k=24), ("f16", "f16"), dynamic=True), SMALL, 1),
    ("odd N, B transposed", product("mk,nk->mn", dict(m=70, n=77, k=24), ("f16", "f16"), dynamic=True), SMALL, 1),
    ("odd M", product("mk,kn->mn", dict(m=1, n=200, k=24), ("f16", "f16"), dynamic=True), SMALL, 0),
    ("transposed C", product("mk,kn->nm", dict(m=72, n=80, k=40), ("f16", "f16")), SMALL, 0),
    ("transposed C at the edge", product("mk,nk->nm", dict(m=88, n=67, k=40), ("f16", "f16")), SMALL, 0),
    ("transposed C, FMAs", product("mk,nk->nm", dict(m=72, n=67, k=24), ("f16", "f16")),
     schedule([64, 64, 16], [32, 32], path="fma"), 0),
    ("C is read by the epilogue", product("mk,kn->mn", dict(m=77, n=88, k=40), ("f16", "f16"), ADD.format("f16")), SMALL, 0),
    ("transposed C is read by the epilogue",
     product("mk,nk->nm", dict(m=88, n=77, k=40), ("f16", "f16"), ADD.format("f16")), SMALL, 0),
    ("rows of C apart", product("bmk,bkn->mbn", dict(b=2, m=70, n=72, k=40), ("f16", "f16")), SMALL, 0),
    ("rows of a transposed C apart", product("bmk,bnk->nbm", dict(b=2, m=40, n=33, k=40), ("bf16", "bf16")),
     schedule([32, 32, 16], [16, 16], stages=3), 0),
    ("batch", product("bmk,bkn->bmn", dict(b=3, m=40, n=72, k=40), ("f16", "f16")), SMALL, 0),
    ("unequal tiles, four stages", product("mk,kn->mn", dict(m=100, n=88, k=104), ("f16", "f16")),
     schedule([32, 96, 16], [16, 24], stages=4), 0),
    ("C larger than the operands", product("mk,kn->mn", dict(m=130, n=136, k=32), ("f16", "f16")),
     schedule([128, 128, 16], [64, 32], stages=1), 0),
    ("many tiles for a block", product("mk,kn->mn", dict(m=33, n=40, k=24), ("f16", "f16")),
     schedule([16, 16, 16], [16, 16]), 0),
    ("i8 to f16", quantised(70, 80, 64, "f16"), schedule([64, 64, 64], [32, 32]), 0),
    ("default, f16", product("mk,kn->mn", dict(m=200, n=136, k=64), ("f16", "f16"), dynamic=True), None, 0),
    ("default, odd N", product("mk,nk->mn", dict(m=65, n=67, k=64), ("f16", "f16"), dynamic=True), None, 1),
    ("default, bf16", product("mk,kn->mn", dict(m=129, n=64, k=200), ("bf16", "bf16")), None, 0),
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--only", default="")
    parser.add_argument("run", nargs="+", help="sparse-run, with options")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    failures = runs = 0
    for number, (label, (text, inputs), chosen, kernel) in enumerate(CASES):
        if options.only not in label:
            continue
        path = os.path.join(options.folder, f"staging{number}.mlir")
        with open(path, "w") as file:
            file.write(text)
        for seed in range(1, options.seeds + 1):
            command = options.run + [path, "--check", "--hazards", "--counters", "--seed", str(seed)] + inputs
            if chosen:
                command += ["--schedule", chosen]
            done = subprocess.run(command, capture_output=True, text=True)
            runs += 1
            right = f"_kernel_{kernel}," in done.stdout
            if done.returncode != 0 or "PASS" not in done.stdout or not right:
                failures += 1
                print("FAILED", label, "" if right else f"(kernel {kernel} was not launched)")
                print(" ", " ".join(f"'{word}'" if " " in word else word for word in command))
                print("\n".join((done.stdout + done.stderr).splitlines()[-6:]))
    print(f"{runs} runs, {failures} failures")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())

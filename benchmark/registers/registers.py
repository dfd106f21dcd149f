#!/usr/bin/env python3
# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Registers and shared memory of the default schedules of contractions, and of
weights in shuffled blocks, as the cost model predicts them and as ptxas gives
them.

    registers.py [--chips sm_80,sm_90] [--filter TEXT] [--needed] [--check]
                 [--json FILE] [--sparse-opt PATH] [--ptxas PATH]

A line for each kernel: what a thread has at most by the model (`.maxnreg` in
its PTX), what ptxas uses, the bytes that it spills, and the bytes of shared
memory of the model and of the launch. --needed adds the fewest registers, in
multiples of 8, with which nothing spills. --check: spills, a model that is off
by more than a fifth, and shared memory that is not as predicted are failures.
Weights in shuffled blocks may use less than the model gives them.
Nothing runs, so no GPU is needed.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

FACTORS = [("f16", "f32"), ("f16", "f16"), ("bf16", "f32"), ("i8", "i32"), ("f64", "f64"), ("f32", "f32")]
SIZES = [
    (1024, 1024, 1024), (2048, 2048, 2048), (4096, 4096, 4096), (1024, 768, 768), (1024, 2304, 768),
    (1024, 768, 3072), (512, 4096, 1024), (1024, 64, 2048), (129, 200, 384), (65, 63, 127),
]
BATCHED = [(12, 512, 512, 64), (12, 512, 64, 512), (12, 1024, 1024, 64)]
# Batch, height and width of the result, channels, window, filters, stride.
CONVOLUTIONS = [
    (64, 56, 56, 64, 3, 3, 64, 1), (64, 28, 28, 128, 3, 3, 128, 1), (64, 14, 14, 256, 3, 3, 256, 1),
    (64, 7, 7, 512, 3, 3, 512, 1), (64, 112, 112, 3, 7, 7, 64, 2), (64, 56, 56, 64, 1, 1, 256, 1),
]


# Bytes whose neighbours are not along K have fragments of their own. Those of
# i8 and nn are among FACTORS.
BYTES = [("i8", "i32", ["nt", "tn", "tt"]), ("f8E4M3FN", "f32", ["nn", "nt", "tn", "tt"])]


# Weights in shuffled blocks: groups of rows, elements, sizes.
SPARSE = "shuffled block"
SPARSE_FACTORS = [("f16", "f32"), ("f16", "f16"), ("bf16", "f32"), ("i8", "i32"), ("f64", "f64"), ("f8E4M3FN", "f32")]
SPARSE_SIZES = [("?", "?", "?"), (4096, 1024, 4096), (2048, 64, 512)]


def function(op, attributes, a, b, c):
    return f"""func.func @f(%A: {a}, %B: {b}, %C: {c}) -> {c} {{
  %0 = linalg.{op} {attributes} ins(%A, %B : {a}, {b}) outs(%C : {c}) -> {c}
  return %0 : {c}
}}
"""


def programs():
    """Name and text of each."""
    for factor, result in FACTORS:
        for m, n, k in SIZES:
            yield f"{m}x{n}x{k} {factor} {result}", function(
                "matmul", "", f"tensor<{m}x{k}x{factor}>", f"tensor<{k}x{n}x{factor}>", f"tensor<{m}x{n}x{result}>")
    for factor, result, layouts in BYTES:
        for layout in layouts:
            a, b = "mk" if layout[0] == "n" else "km", "kn" if layout[1] == "n" else "nk"
            maps = ", ".join(f"affine_map<(m, n, k) -> ({x[0]}, {x[1]})>" for x in (a, b, "mn"))
            for m, n, k in SIZES:
                size = {"m": m, "n": n, "k": k}
                yield f"{m}x{n}x{k} {factor} {result} {layout}", function(
                    "matmul", f"indexing_maps = [{maps}]", f"tensor<{size[a[0]]}x{size[a[1]]}x{factor}>",
                    f"tensor<{size[b[0]]}x{size[b[1]]}x{factor}>", f"tensor<{m}x{n}x{result}>")
    for batch, m, n, k in BATCHED:
        yield f"{batch} x {m}x{n}x{k} f16 f32", function(
            "batch_matmul", "", f"tensor<{batch}x{m}x{k}xf16>", f"tensor<{batch}x{k}x{n}xf16>",
            f"tensor<{batch}x{m}x{n}xf32>")
    for n, h, w, c, kh, kw, f, s in CONVOLUTIONS:
        yield f"conv {n}x{h}x{w}x{c} by {kh}x{kw}x{f} f16 f32", function(
            "conv_2d_nhwc_hwcf", f"{{strides = dense<{s}> : vector<2xi64>, dilations = dense<1> : vector<2xi64>}}",
            f"tensor<{n}x{(h - 1) * s + kh}x{(w - 1) * s + kw}x{c}xf16>", f"tensor<{kh}x{kw}x{c}x{f}xf16>",
            f"tensor<{n}x{h}x{w}x{f}xf32>")
    for v in (16, 32, 64, 128):
        for factor, result in SPARSE_FACTORS:
            for m, n, k in SPARSE_SIZES:
                w = f"tensor<{m}x{k}x{factor}, #sparse_gpu.shuffled_block<v = {v}>>"
                yield f"{SPARSE} {v} {m}x{n}x{k} {factor} {result}", function(
                    "matmul", "", w, f"tensor<{k}x{n}x{factor}>", f"tensor<{m}x{n}x{result}>")


class Tools:
    def __init__(self, options):
        self.opt, self.ptxas = options.sparse_opt, options.ptxas

    def lower(self, text, chip, passes):
        run = subprocess.run([self.opt, "-"] + passes, input=text, capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"registers.py: {self.opt} failed:\n{run.stderr}")
        return run

    def assemble(self, ptx, chip):
        """Registers and spilled bytes of each kernel, by name."""
        with tempfile.NamedTemporaryFile("w", suffix=".ptx") as file:
            file.write(ptx)
            file.flush()
            run = subprocess.run([self.ptxas, "-v", f"-arch={chip}", file.name, "-o", "/dev/null"],
                                 capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"registers.py: {self.ptxas} failed:\n{run.stderr}")
        return {
            re.match(r" '([^']*)'", part)[1]: (int(re.search(r"Used (\d+) registers", part)[1]),
                                               int(re.search(r"(\d+) bytes spill stores", part)[1]))
            for part in run.stderr.split("Compiling entry function")[1:]
        }


def kernels_of(ptx):
    """Name and bound of each kernel that has a bound."""
    for part in ptx.split(".visible .entry ")[1:]:
        bound = re.search(r"\.maxnreg (\d+)", part.split("{")[0])
        if bound:
            yield re.match(r"\w+", part)[0], int(bound[1])


def rebound(ptx, bounds):
    """`ptx` with other bounds."""
    parts = ptx.split(".visible .entry ")
    for i in range(1, len(parts)):
        registers = bounds.get(re.match(r"\w+", parts[i])[0])
        if registers:
            parts[i] = re.sub(r"\.maxnreg \d+", f".maxnreg {registers}", parts[i], count=1)
    return ".visible .entry ".join(parts)


def find_needed(tools, ptx, chip, names):
    """The fewest registers without spills, by bisection; None above 255. ptxas
    refuses some kernels with 24."""
    low, high = {n: 3 for n in names}, {n: 33 for n in names}
    while any(high[n] - low[n] > 1 for n in names):
        middle = {n: (low[n] + high[n] + 1) // 2 for n in names}
        found = tools.assemble(rebound(ptx, {n: min(255, 8 * middle[n]) for n in names}), chip)
        for n in names:
            if high[n] - low[n] > 1:
                (low if found[n][1] else high)[n] = middle[n]
    return {n: min(255, 8 * high[n]) if high[n] < 33 else None for n in names}


def measure(tools, name, text, chip, needed):
    run = tools.lower(text, chip, [f"--sparse-gpu-to-nvvm=chip={chip} format=isa schedule=explain"])
    # "  kernel      TILE: at most R registers, B bytes shared", in order.
    predicted = re.findall(r"kernel +(.*): at most (\d+) registers, (\d+) bytes shared", run.stderr)
    escaped = re.search(r'assembly = "((?:[^"\\]|\\.)*)"', run.stdout)[1]
    ptx = re.sub(r"\\([0-9A-F]{2})", lambda hexed: chr(int(hexed[1], 16)), escaped)
    ptx = ptx.replace('\\"', '"').replace("\\\\", "\\")
    launches = tools.lower(text, chip, [
        f"--sparse-gpu-{part}=chip={chip}" for part in ("linalg-to-sparse-gpu", "to-tiles", "tiles-to-gpu")]).stdout
    constants = dict(re.findall(r"(%\w+) = arith.constant (\d+) : i32", launches))
    shared = {kernel: int(constants[size]) for kernel, size in re.findall(
        r"gpu.launch_func .*?@\w+::@(\w+) .*dynamic_shared_memory_size (%\w+)", launches)}
    used = tools.assemble(ptx, chip)
    bounds = list(kernels_of(ptx))
    if len(bounds) != len(predicted):
        sys.exit(f"registers.py: {name} has {len(bounds)} bounded kernels, but {len(predicted)} are predicted")
    fewest = find_needed(tools, ptx, chip, [n for n, _ in bounds]) if needed else {}
    for (kernel, bound), (tile, registers, size) in zip(bounds, predicted):
        yield {
            "chip": chip, "program": name, "kernel": kernel, "tile": tile, "predicted": int(registers),
            "bound": bound, "used": used[kernel][0], "spilled": used[kernel][1],
            "predicted shared": int(size), "shared": shared[kernel], "needed": fewest.get(kernel),
        }


def fault(row):
    """What is wrong, or nothing."""
    if row["bound"] != row["predicted"]:
        return f"bounded by {row['bound']}, not by what is predicted"
    if row["spilled"]:
        return f"spills {row['spilled']} bytes"
    if not row["program"].startswith(SPARSE) and abs(row["predicted"] - row["used"]) > 0.2 * row["used"]:
        return "registers are off by more than a fifth"
    if row["predicted shared"] != row["shared"]:
        return "shared memory is not as predicted"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--chips", default="sm_80,sm_90")
    parser.add_argument("--filter", default="", help="programs with this text in their name")
    parser.add_argument("--needed", action="store_true", help="look for the fewest registers without spills")
    parser.add_argument("--check", action="store_true", help="print faults only, and fail if there are any")
    parser.add_argument("--json", help="write all rows to this file, and which are right, for count-tests.py")
    parser.add_argument("--sparse-opt", default="build/bin/sparse-opt")
    parser.add_argument("--ptxas", default=shutil.which("ptxas") or "/usr/local/cuda/bin/ptxas")
    options = parser.parse_args()
    tools = Tools(options)
    work = [(name, text, chip) for chip in options.chips.split(",")
            for name, text in programs()
            if options.filter in name and (chip >= "sm_89" or "f8E4M3FN" not in name)]
    rows, faults = [], 0
    columns = ["chip", "program", "tile", "predicted", "used", "spilled", "shared"] + ["needed"] * options.needed
    if not options.check:
        print(" | ".join(columns))
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(lambda item: list(measure(tools, *item, options.needed)), work):
            for row in found:
                rows.append(row)
                wrong = fault(row)
                faults += bool(wrong)
                if wrong or not options.check:
                    print(" | ".join(str(row[c]) for c in columns) + (f" <- {wrong}" if wrong else ""), flush=True)
    if options.json:
        with open(options.json, "w") as file:
            tests = [{"name": f"{row['chip']} {row['program']} {row['kernel']}",
                      "code": "FAIL" if fault(row) else "PASS"} for row in rows]
            json.dump({"kernels": rows, "tests": tests}, file, indent=1)
    print(f"{len(rows)} kernels, {faults} faults")
    return 1 if options.check and faults else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What asynchronous copies, swizzling, shared and register stages are worth, by
the counters of the software GPU and by the cost model.

    ablation.py [--chip sm_80] [--filter TEXT] [--json FILE] [--sparse-opt PATH] [--sparse-run PATH]

Each shape is computed with the tiles of its default schedule in five ways:

    none          copies of 16 bytes through registers, rows one behind the other
    + async       asynchronous copies
    + swizzle     layouts without bank conflicts
    + stages      the default's stages of shared memory
    + registers   two register stages, or the default's if those are more

A line for each says: bank conflicts, groups of asynchronous copies that the
main loop's waits leave in flight, registers by ptxas, cycles by the software
GPU's formula and what they are bound by, and microseconds by the cost model
(which assumes swizzled, asynchronous copies). No GPU has confirmed either.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time

MATMULS = [
    (1024, 1024, 1024), (1024, 768, 768), (1024, 2304, 768), (1024, 3072, 768), (1024, 768, 3072), (512, 4096, 1024),
    (1024, 64, 2048), (1024, 64, 4096), (12544, 256, 512), (2048, 2048, 2048), (4096, 4096, 4096),
]
BATCHED = [(12, 512, 512, 64), (12, 512, 64, 512), (12, 1024, 1024, 64)]
# Batch, height and width of the result, channels, window, filters: ResNet-50's.
CONVOLUTIONS = [
    (64, 56, 56, 64, 3, 3, 64), (64, 28, 28, 128, 3, 3, 128), (64, 14, 14, 256, 3, 3, 256), (64, 7, 7, 512, 3, 3, 512),
]


def function(op, attributes, a, b, c):
    return f"""func.func @f(%A: {a} {{sparse_gpu.name = "A"}}, %B: {b} {{sparse_gpu.name = "B"}}, %C: {c} {{sparse_gpu.name = "C"}}) -> {c} {{
  %0 = linalg.{op} {attributes} ins(%A, %B : {a}, {b}) outs(%C : {c}) -> {c}
  return %0 : {c}
}}
"""


def programs():
    for m, n, k in MATMULS:
        yield f"matmul {m}x{n}x{k}", function(
            "matmul", "", f"tensor<{m}x{k}xf16>", f"tensor<{k}x{n}xf16>", f"tensor<{m}x{n}xf32>")
    for batch, m, n, k in BATCHED:
        yield f"{batch} x {m}x{n}x{k}", function(
            "batch_matmul", "", f"tensor<{batch}x{m}x{k}xf16>", f"tensor<{batch}x{k}x{n}xf16>",
            f"tensor<{batch}x{m}x{n}xf32>")
    for n, h, w, c, kh, kw, f in CONVOLUTIONS:
        yield f"conv {n}x{h}x{w}x{c} {kh}x{kw}x{f}", function(
            "conv_2d_nhwc_hwcf", "{strides = dense<1> : vector<2xi64>, dilations = dense<1> : vector<2xi64>}",
            f"tensor<{n}x{h + kh - 1}x{w + kw - 1}x{c}xf16>", f"tensor<{kh}x{kw}x{c}x{f}xf16>",
            f"tensor<{n}x{h}x{w}x{f}xf32>")


def run(command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"ablation.py: {' '.join(command)} failed:\n{done.stderr}")
    return done


def schedules(options, text):
    """The default schedule of a program, and those of the five variants; K in one part."""
    done = run([options.sparse_opt, "-", f"--sparse-gpu-linalg-to-sparse-gpu=chip={options.chip} schedule=explain"], text)
    default = re.search(r"is computed by #sparse_gpu.schedule<(.*)>", done.stderr)[1]
    base = re.sub(r", (split_k|stages|register_stages|registers) = \d+", "", default.split(", when")[0])
    base = base.replace("unit = default, ", "")

    def field(name):
        return int((re.search(rf"[ <]{name} = (\d+)", default) or [0, 1])[1])

    shared, registers = field("stages"), max(2, field("register_stages"))
    one = f"{{{base}}}"
    return default, [
        ("none", one, "asynchronous-copies=false swizzle=false"),
        ("+ async", one, "swizzle=false"),
        ("+ swizzle", one, ""),
        ("+ stages", f"{{{base}, stages = {max(2, shared)}}}", ""),
        ("+ registers", f"{{{base}, stages = {max(2, shared)}, register_stages = {registers}}}", ""),
    ]


def measure(options, text, schedule, pipeline):
    level1 = run([options.sparse_opt, "-",
                  f"--sparse-gpu-linalg-to-sparse-gpu=chip={options.chip} schedule={schedule}"], text).stdout
    with tempfile.NamedTemporaryFile("w", suffix=".mlir") as file:
        file.write(level1)
        file.flush()
        done = run([options.sparse_run, file.name, "--chip", options.chip, "--counters", "--json=-",
                    "--schedule=explain", "--pipeline", pipeline])
    launch = json.loads(done.stdout)["launches"][0]
    waits = {int(left): count for left, count in launch["asyncLeft"].items() if count}
    predicted = re.search(r"about ([0-9.]+) us by the model, bound by (.*)", done.stderr)
    return {
        "conflicts": sum(v for k, v in launch.items() if k.endswith("BankConflicts")),
        "left in flight": max(waits, key=lambda left: waits[left]) if waits else 0,
        "registers": launch["occupancy"]["registers"],
        "cycles": round(launch["estimate"]["cycles"]),
        "bound by": launch["estimate"]["binding"],
        "model us": float(predicted[1]) if predicted else None,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--chip", default="sm_80")
    parser.add_argument("--filter", default="", help="shapes with this text in their name")
    parser.add_argument("--json", help="write all numbers to this file")
    parser.add_argument("--sparse-opt", default="build/bin/sparse-opt")
    parser.add_argument("--sparse-run", default="build/bin/sparse-run")
    options = parser.parse_args()
    columns = ["conflicts", "left in flight", "registers", "cycles", "bound by", "model us"]
    print("| shape | variant | " + " | ".join(columns) + " |")
    print("|" + "---|" * (len(columns) + 2))
    work = [(name, text) for name, text in programs() if options.filter in name]
    results, began = [], time.time()
    for i, (name, text) in enumerate(work):
        default, variants = schedules(options, text)
        for variant, schedule, pipeline in variants:
            row = measure(options, text, schedule, pipeline)
            results.append({"shape": name, "variant": variant, "schedule": schedule, "pipeline": pipeline,
                            "default": default, "chip": options.chip, **row})
            print(f"| {name} | {variant} | " + " | ".join(str(row[c]) for c in columns) + " |", flush=True)
        if sys.stderr.isatty():
            print(f"{i + 1} of {len(work)} shapes, {time.time() - began:.0f} s", file=sys.stderr)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())

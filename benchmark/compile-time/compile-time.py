#!/usr/bin/env python3
# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures how long sparse-opt takes from linalg to PTX for SpMM, and for a
dense product and a weight in shuffled blocks on tensor cores.

Beside it, on the same file and in the same run: the stock `mlir-opt
--sparsifier` with its GPU options, and, where there is one, `nvcc -ptx` on an
equivalent kernel written by hand. Programs take turns, so that other load on
the machine meets all of them alike. A time is that of the whole process,
start-up included; the table has the median with the quartiles, and the
processor time, which other load changes least.

The target for SpMM is at most 1.6 times the stock sparsifier, and at most 150
ms; for the dense product, which stock MLIR does not take to tensor cores, at
most 300 ms, the choice of the schedule and the second kernel included, and for
shuffled blocks 400 ms. The status is 0 whatever was measured.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LLVM = "/usr/lib/llvm-22/bin"
TARGET_RATIO, TARGET_SECONDS = 1.6, 0.150
# Those that have no counterpart, with the most seconds that they may take.
ALONE = {"matmul": 0.300, "linear": 0.400, "linear-dynamic": 0.400}
TITLES = {
    "static": "SpMM, N = 64", "dynamic": "SpMM, N dynamic", "matmul": "matmul 4096 x 4096 x 4096, f16",
    "linear": "shuffled block (V = 64) 4096 x 4096 by 4096 x 1024, f16",
    "linear-dynamic": "shuffled block (V = 64) with bias and ReLU, f16, sizes dynamic",
}  # fmt: skip

# Without a strategy for parallel loops the sparsifier makes no kernel at all.
STOCK = (
    "--sparsifier=parallelization-strategy=dense-outer-loop"
    " gpu-triple=nvptx64-nvidia-cuda gpu-chip=sm_80 gpu-features=+ptx71"
    " gpu-format=isa"
)
OURS = "--sparse-gpu-to-nvvm=chip=sm_80 format=isa"


class Failure(Exception):
    """A message for the user."""


def find(program, *folders):
    path = os.pathsep.join((*folders, os.environ.get("PATH", "")))
    return shutil.which(program, path=path)


def measure(command):
    """(wall, processor) seconds of one process."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode:
        raise Failure(f"{' '.join(command)}: {message.decode(errors='replace').strip()}")
    return wall, usage.ru_utime + usage.ru_stime


def summary(samples):
    walls = [wall for wall, _ in samples]
    quarters = statistics.quantiles(walls, n=4) if len(walls) > 1 else walls * 3
    return {
        "runs": len(walls),
        "median": statistics.median(walls),
        "first_quartile": quarters[0],
        "third_quartile": quarters[2],
        "fastest": min(walls),
        "processor_median": statistics.median(cpu for _, cpu in samples),
    }


WALL = re.compile(r"(\d+\.\d+) \([ \d.]+%\)  ( *)([^\d\s].*)$")


def stages(command):
    """Seconds of each stage of one run of ours, from --mlir-timing."""
    done = subprocess.run(
        [*command, "--mlir-timing", "--mlir-timing-display=tree"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
    )  # fmt: skip
    result = {"parse": 0.0}
    arrow = 1
    for line in done.stderr.splitlines():
        match = WALL.search(line)
        if not match or match.group(2):  # Nested: part of another line.
            continue
        seconds, name = float(match.group(1)), match.group(3)
        if name in ("Total", "'builtin.module' Pipeline"):
            # The latter is upstream's sparsifier inside of BufferizeModule.
            continue
        if name == "Parser":
            key = "parse"
        elif name == "GpuModuleToBinaryPass":
            key = "LLVM's back end"
        elif name in ("Output", "Rest"):
            key = "print, rest"
        else:
            key = f"level {arrow - 1} to {arrow}"
        result[key] = result.get(key, 0.0) + seconds
        # Each arrow ends with the check of its level.
        if name == "CheckLevel" and arrow < 4:
            arrow += 1
    return result


def make_contestants(sparse_opt, mlir_opt, nvcc, directory):
    """{case: {name: command}}; the output goes to a file, as in use."""
    contestants = {}
    for case in ("static", "dynamic"):
        source = os.path.join(HERE, f"spmm-{case}.mlir")

        def output(name, case=case):
            return os.path.join(directory, f"{name}-{case}")

        programs = {
            "sparse-opt": [sparse_opt, OURS, source, "-o", output("ours")],
            "mlir-opt --sparsifier": [mlir_opt, STOCK, source, "-o", output("stock")],
        }
        if nvcc:
            programs["nvcc -ptx"] = [
                nvcc, "-ptx", "-arch=sm_80", "-o", output("nvcc"),
                *(["-DSTATIC_ONLY"] if case == "static" else []),
                os.path.join(HERE, "spmm.cu"),
            ]  # fmt: skip
        contestants[case] = programs
    for case in ALONE:
        source = os.path.join(HERE, f"{case}.mlir")
        if case == "linear-dynamic":
            source = os.path.join(ROOT, "examples", "linear-shuffled-block.mlir")
        contestants[case] = {
            "sparse-opt": [sparse_opt, OURS, source, "-o", os.path.join(directory, f"ours-{case}")]
        }
    return contestants


def check_outputs(programs):
    """Each must have made a kernel, or the comparison means nothing."""
    for name, command in programs.items():
        with open(command[command.index("-o") + 1], encoding="utf-8") as stream:
            if ".visible .entry" not in stream.read():
                raise Failure(f"{name} made no kernel: {' '.join(command)}")


def run(arguments):
    sparse_opt = find("sparse-opt", os.path.join(arguments.build, "bin"))
    mlir_opt = find("mlir-opt", LLVM)
    if not sparse_opt or not mlir_opt:
        raise Failure(f"needs sparse-opt (in {arguments.build}/bin) and mlir-opt")
    nvcc = None if arguments.no_nvcc else find("nvcc", "/usr/local/cuda/bin", "/opt/cuda/bin")
    empty = ["-o", os.devnull, os.devnull]
    report = {"load_before": os.getloadavg()[0], "cases": {}}
    with tempfile.TemporaryDirectory() as directory:
        contestants = make_contestants(sparse_opt, mlir_opt, nvcc, directory)
        contestants = {c: p for c, p in contestants.items() if not arguments.case or c in arguments.case}
        for case, programs in contestants.items():
            programs = dict(programs)
            slow = programs.pop("nvcc -ptx", None)
            programs["sparse-opt, no input"] = [sparse_opt, *empty]
            programs["mlir-opt, no input"] = [mlir_opt, *empty]
            samples = {name: [] for name in programs}
            measured_stages = []
            for repeat in range(arguments.repeats + 1):
                for name, command in programs.items():
                    sample = measure(command)
                    if repeat:  # The first warms the page cache.
                        samples[name].append(sample)
                if repeat:
                    measured_stages.append(stages(programs["sparse-opt"]))
            if slow:
                count = min(arguments.repeats, 5)
                samples["nvcc -ptx"] = [measure(slow) for _ in range(count + 1)][1:]
            check_outputs(contestants[case])
            ours, stock = samples["sparse-opt"], samples.get("mlir-opt --sparsifier", [])
            report["cases"][case] = {
                "programs": {name: summary(s) for name, s in samples.items()},
                "ratio": statistics.median(o[0] / s[0] for o, s in zip(ours, stock)) if stock else None,
                "processor_ratio":
                    statistics.median(o[1] / s[1] for o, s in zip(ours, stock)) if stock else None,
                "stages": {
                    name: statistics.median(s[name] for s in measured_stages)
                    for name in measured_stages[0]
                },
            }
    report["load_after"] = os.getloadavg()[0]
    return report


def print_report(report):
    for case, result in report["cases"].items():
        print(f"{TITLES[case]}: linalg to PTX, ms")
        print(f"  {'':24}{'median':>9} {'quartiles':>15} {'processor':>10} {'runs':>5}")
        for name, s in result["programs"].items():
            spread = f"{s['first_quartile'] * 1e3:.1f}-{s['third_quartile'] * 1e3:.1f}"
            print(
                f"  {name:24}{s['median'] * 1e3:9.1f} {spread:>15}"
                f" {s['processor_median'] * 1e3:10.1f} {s['runs']:5}"
            )
        median = result["programs"]["sparse-opt"]["median"]
        if result["ratio"] is None:
            met = median <= ALONE[case]
            print(f"  target {ALONE[case] * 1e3:.0f} ms: {'met' if met else 'missed'}")
        else:
            met = result["ratio"] <= TARGET_RATIO and median <= TARGET_SECONDS
            print(
                f"  sparse-opt takes {result['ratio']:.2f} x the stock sparsifier"
                f" ({result['processor_ratio']:.2f} x its processor time);"
                f" target {TARGET_RATIO} x and {TARGET_SECONDS * 1e3:.0f} ms:"
                f" {'met' if met else 'missed'}"
            )
        print("  sparse-opt by stage, ms, after start-up:")
        for name, seconds in result["stages"].items():
            print(f"    {name:22}{seconds * 1e3:9.1f}")
        print()
    print(
        "load of the machine before and after:"
        f" {report['load_before']:.1f}, {report['load_after']:.1f}"
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), metavar="DIRECTORY")
    parser.add_argument("--repeats", type=int, default=21, help="default: 21")
    parser.add_argument("--case", action="append", choices=TITLES, help="only this, may be repeated")
    parser.add_argument("--no-nvcc", action="store_true", help="leave nvcc out")
    parser.add_argument("--json", metavar="FILE", help="write the numbers to FILE")
    arguments = parser.parse_args()
    try:
        report = run(arguments)
    except (Failure, OSError, subprocess.CalledProcessError) as failure:
        print(f"compile-time.py: error: {failure}", file=sys.stderr)
        return 1
    print_report(report)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as stream:
            json.dump(report, stream, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())

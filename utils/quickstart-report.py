#!/usr/bin/env python3
# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints the report of quickstart.sh from the files that it left."""

import argparse
import json
import os
import re
import sys

SCHEDULE = re.compile(r"#sparse_gpu\.schedule<((?:[^<>]|<[^<>]*>)*)>")
ENTRY = re.compile(r"\.entry (\w+)\(")


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as stream:
        return stream.read()


def by(sizes):
    return " x ".join(str(size) for size in sizes)


def line(name, text):
    print(f"{name:<11}{text}")


def ptxas_line(path, kernel):
    """What `ptxas -v` said of a kernel, or None when it was not run."""
    if not os.path.isfile(path):
        return None
    text = read(path).split(f"Compiling entry function '{kernel}'")[-1]
    text = text.split("Compiling entry function")[0]

    def number(pattern):
        match = re.search(pattern, text)
        return int(match.group(1)) if match else 0

    registers = number(r"Used (\d+) registers")
    spilled = number(r"(\d+) bytes spill stores")
    # ptxas counts the name of the dynamic arena as one byte.
    shared = number(r"(\d+) bytes smem")
    shared = shared if shared > 1 else 0
    return (
        f"{registers} registers, {spilled} bytes spilled,"
        f" {shared} bytes of static shared memory"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", help="where quickstart.sh left its files")
    directory = parser.parse_args().directory
    report = json.loads(read(directory, "report.json"))
    arguments = {argument["name"]: argument for argument in report["arguments"]}
    a, b = arguments["A"], arguments["B"]
    columns = b["shape"][1]
    # A GPU does not count: the software GPU did, in a run of its own.
    on_gpu = report["runtime"] == "cuda"
    counted = json.loads(read(directory, "counters.json")) if on_gpu else report
    # One launch; the kernels are in the order of the schedules.
    launch = counted["launches"][0]
    ptx = read(directory, "kernels").split()[0]
    schedules = SCHEDULE.findall(read(directory, "1-sparse-gpu.mlir"))
    number = ENTRY.findall(read(ptx)).index(launch["kernel"])

    print()
    line(
        "matrix",
        f"{a['rows']} x {a['columns']}, {a['nonzeros']} nonzeros"
        f" ({a['nonzeros'] / a['rows']:.1f} per row), as {a['format']}:"
        f" {a['bytes'] / 2**20:.1f} MiB; {a['source']}",
    )
    element = re.search(r"x([a-z0-9]+),", a["type"]).group(1)
    line("product", f"C += A * B with N = {columns} columns, in {element}")
    line("kernel", f"{launch['kernel']} for {report['chip']}: {ptx}")
    line("schedule", f"{schedules[number]} (one of {len(schedules)})")
    line(
        "launch",
        f"grid {by(launch['grid'])}, block {by(launch['block'])},"
        f" {launch['dynamicShared']} bytes of dynamic shared memory",
    )
    line("ptxas", ptxas_line(ptx + "as", launch["kernel"]) or "not found; no cubin")
    where = ", on the software GPU" if on_gpu else ""
    for kind in ("Load", "Store"):
        line(
            f"{kind.lower()}s",
            f"{launch[f'global{kind}Requests']} requests to global memory,"
            f" {launch[f'global{kind}Sectors']} sectors of 32 bytes{where}",
        )
    line("executed", f"{launch['warpInstructions']} instructions of a warp{where}")
    line(
        "device",
        f"{report['device']}, {min(report['call_seconds']):.2f} s with copies"
        + (" (not the time of the kernel)" if on_gpu else " (no time of a GPU)"),
    )
    for check in report["checks"]:
        line(
            "error",
            f"largest {check['largest_error']:.3g}; the worst element uses"
            f" {check['worst_ratio']:.1%} of its bound {check['bound']:.3g}",
        )
    print("PASS" if report["passed"] else "FAIL")
    return 0 if report["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())

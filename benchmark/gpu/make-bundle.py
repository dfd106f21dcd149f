#!/usr/bin/env python3
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the bundle of the benchmark: one folder that runs on a GPU machine.

    benchmark/gpu/make-bundle.py DIR            the list "default" of cases.json
    benchmark/gpu/make-bundle.py --smoke DIR    a few small cases, without data

A case is a matrix x operation x format x type x N. A matrix is the name of a
file in the data folder, without its ending, or a generator: `random:SHAPE:D`,
`powerlaw:SHAPE:MEAN`, `banded:SHAPE:HALFWIDTH` (those of sparse-run), or
`two-four:SHAPE`, which has two random nonzeros in each four neighbours of a row.
Values are random for all of them. On the GPU machine: DIR/benchmark.
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MOST_BYTES = 48 << 20
TYPES = ("f16", "bf16", "f32", "f64")

# The program of an operation in a format. C is overwritten: the function fills
# it, so that initialising the output is in the time, as in the baselines' with
# beta = 0. N is static.
PROGRAMS = {
    ("spmm", "csr"): """\
func.func @spmm(
    %A: tensor<?x?x{type}, #sparse_gpu.csr> {{sparse_gpu.name = "A"}},
    %B: tensor<?x{n}x{type}> {{sparse_gpu.name = "B"}},
    %C: tensor<?x{n}x{type}> {{sparse_gpu.name = "C"}})
    -> (tensor<?x{n}x{type}> {{sparse_gpu.name = "D"}}) {{
  %zero = arith.constant 0.0 : {type}
  %init = linalg.fill ins(%zero : {type}) outs(%C : tensor<?x{n}x{type}>) -> tensor<?x{n}x{type}>
  %D = linalg.matmul
      ins(%A, %B : tensor<?x?x{type}, #sparse_gpu.csr>, tensor<?x{n}x{type}>)
      outs(%init : tensor<?x{n}x{type}>) -> tensor<?x{n}x{type}>
  return %D : tensor<?x{n}x{type}>
}}
""",
}
INPUTS = {"spmm": ["B=random:?x{n}", "C=zeros"]}


class Failure(Exception):
    """A message for the user."""


def member(group, place, name, kind, default=None):
    value = group.get(name, default)
    if not isinstance(value, kind) or (isinstance(value, list) and not value):
        raise Failure(f"{place}: '{name}' must be a {'list' if kind is list else kind.__name__}")
    return value


def read_cases(path, which):
    """The cases of a list: {name, operation, format, matrix, type, n, two_four}."""
    try:
        with open(path, encoding="utf-8") as stream:
            document = json.load(stream)
    except (OSError, ValueError) as error:
        raise Failure(f"{path}: {error}") from error
    if not isinstance(document, dict) or document.get("sparsegpu_benchmark_cases") != 1:
        raise Failure(f"{path}: 'sparsegpu_benchmark_cases' must be 1")
    lists = document.get("lists")
    if not isinstance(lists, dict) or which not in lists:
        raise Failure(f"{path}: there is no list '{which}'")
    cases, names = [], set()
    for index, group in enumerate(lists[which]):
        place = f"{path}: {which}[{index}]"
        if not isinstance(group, dict):
            raise Failure(f"{place} must be an object")
        operation = member(group, place, "operation", str)
        form = member(group, place, "format", str)
        if (operation, form) not in PROGRAMS:
            raise Failure(f"{place}: there is no program yet for '{operation}' in format '{form}'")
        for matrix in member(group, place, "matrices", list):
            for element in member(group, place, "types", list):
                if element not in TYPES:
                    raise Failure(f"{place}: '{element}' is no type; there are {', '.join(TYPES)}")
                for n in member(group, place, "n", list):
                    if not isinstance(n, int) or n < 1:
                        raise Failure(f"{place}: n must be positive whole numbers, not {n}")
                    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", matrix)
                    name = f"{operation}-{form}-{plain}-{element}-n{n}"
                    if name not in names:
                        cases.append({
                            "name": name, "operation": operation, "format": form, "matrix": matrix,
                            "type": element, "n": n, "two_four": bool(group.get("two_four", False)),
                        })  # fmt: skip
                    names.add(name)
    return cases


def write_two_four(shape, path):
    """A Matrix Market pattern with two nonzeros in each aligned group of four."""
    match = re.fullmatch(r"(\d+)x(\d+)", shape)
    if not match or int(match.group(2)) % 4:
        raise Failure(f"two-four:{shape}: the shape must be ROWSxCOLUMNS, columns a multiple of 4")
    rows, columns = int(match.group(1)), int(match.group(2))
    choose = random.Random(f"two-four:{shape}")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write("%%MatrixMarket matrix coordinate pattern general\n")
        stream.write(f"{rows} {columns} {rows * columns // 2}\n")
        for row in range(1, rows + 1):
            for group in range(1, columns + 1, 4):
                for column in sorted(choose.sample(range(group, group + 4), 2)):
                    stream.write(f"{row} {column}\n")


def matrix_spec(matrix, data, scratch):
    """What sparse-run takes as input for a matrix of the list."""
    if matrix.startswith("two-four:"):
        path = os.path.join(scratch, re.sub(r"\W+", "-", matrix) + ".mtx")
        if not os.path.exists(path):
            write_two_four(matrix.split(":", 1)[1], path)
        return "file:" + path
    if ":" in matrix:
        return matrix
    for ending in (".mtx", ".mtx.gz", ".smtx", ".smtx.gz"):
        path = os.path.join(data, matrix + ending)
        if os.path.exists(path):
            return "file:" + path
    raise Failure(f"there is no matrix '{matrix}' in {data}; SPARSEGPU_DATA names the folder")


def add_case(case, arguments, scratch):
    source = os.path.join(scratch, f"{case['operation']}-{case['type']}-n{case['n']}.mlir")
    with open(source, "w", encoding="utf-8") as stream:
        stream.write(PROGRAMS[case["operation"], case["format"]].format(**case))
    # The matrix's name, not the case's, is the seed: one matrix has one set of
    # values, which the bundle then stores or names once.
    seed = int.from_bytes(case["matrix"].encode()[-4:], "little") % 1000003
    command = [
        os.path.join(arguments.build, "bin", "sparse-run"), source,
        "--input", "A=" + matrix_spec(case["matrix"], arguments.data, scratch),
        "--values", "random", "--seed", str(seed),
        "--emit-bundle", arguments.directory, "--bundle-case", case["name"],
        "--bundle-operands", "device", "--bundle-check-elements", "0",
    ]  # fmt: skip
    for spec in INPUTS[case["operation"]]:
        command += ["--input", spec.format(**case)]
    if arguments.chips:
        command += ["--bundle-chips", arguments.chips]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"case {case['name']}: {done.stderr.strip() or 'sparse-run failed'}")


def folder_bytes(folder):
    return sum(
        os.path.getsize(os.path.join(where, name))
        for where, _, names in os.walk(folder)
        for name in names
    )


def check_size(directory, cases, most):
    """Names the matrices that take most, when it is too much."""
    total = folder_bytes(directory)
    if total <= most:
        return total
    with open(os.path.join(directory, "manifest.json"), encoding="utf-8") as stream:
        manifest = {case["name"]: case for case in json.load(stream)["cases"]}
    sizes = {}
    for case in cases:
        files = {b["file"] for b in manifest[case["name"]]["buffers"] if b.get("file")}
        sizes[case["matrix"]] = sum(os.path.getsize(os.path.join(directory, f)) for f in files)
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
    raise Failure(
        f"{directory} has {total / 2**20:.1f} MiB, more than {most / 2**20:.0f}; the largest matrices: "
        + ", ".join(f"{name} ({size / 2**20:.1f} MiB)" for name, size in largest)
    )


def make_bundle(arguments):
    cases = read_cases(arguments.cases, "smoke" if arguments.smoke else arguments.list)
    if arguments.matrices:
        wanted = arguments.matrices.split(",")
        known = {case["matrix"] for case in cases}
        for name in wanted:
            if name not in known:
                raise Failure(f"--matrices: the list has no '{name}'; it has {', '.join(sorted(known))}")
        cases = [case for case in cases if case["matrix"] in wanted]
    for program in ("sparse-run", "sparsegpu-gpu-benchmark"):
        if not os.path.exists(os.path.join(arguments.build, "bin", program)):
            raise Failure(f"{arguments.build}/bin has no {program}: build it first, or see --build")
    if os.path.isdir(arguments.directory) and os.listdir(arguments.directory):
        raise Failure(f"{arguments.directory} is not empty")

    live = sys.stderr.isatty()
    with tempfile.TemporaryDirectory() as scratch:
        for done, case in enumerate(cases, 1):
            if live:
                print(f"\r\033[K[{done}/{len(cases)}] {case['name']}", end="", file=sys.stderr, flush=True)
            add_case(case, arguments, scratch)
    if live:
        print("\r\033[K", end="", file=sys.stderr)
    with open(os.path.join(arguments.directory, "benchmark.json"), "w", encoding="utf-8") as stream:
        json.dump({"sparsegpu_benchmark": 1, "cases": cases}, stream, indent=1)
    shutil.copy2(
        os.path.join(arguments.build, "bin", "sparsegpu-gpu-benchmark"),
        os.path.join(arguments.directory, "benchmark"),
    )
    shutil.copy2(os.path.join(HERE, "report.py"), os.path.join(arguments.directory, "report.py"))
    total = check_size(arguments.directory, cases, arguments.most_mib << 20)
    print(
        f"{arguments.directory}: {len(cases)} cases, {total / 2**20:.1f} MiB;"
        f" run {arguments.directory}/benchmark on the GPU machine"
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("directory", metavar="DIR", help="the bundle; must not be there or be empty")
    parser.add_argument("--smoke", action="store_true", help="the list of a few small cases")
    parser.add_argument("--list", default="default", metavar="NAME", help="a list of the file")
    parser.add_argument("--cases", default=os.path.join(HERE, "cases.json"), metavar="FILE")
    parser.add_argument("--matrices", metavar="NAME,...", help="only these matrices of the list")
    parser.add_argument("--chips", metavar="CHIP,...", help="default: those of sparse-run --bundle-chips")
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), metavar="DIRECTORY")
    parser.add_argument(
        "--data", metavar="DIRECTORY", help="the matrices (default: $SPARSEGPU_DATA, or ../shared/data)",
        default=os.environ.get("SPARSEGPU_DATA") or os.path.join(ROOT, "..", "shared", "data"),
    )  # fmt: skip
    parser.add_argument("--most-mib", type=int, default=MOST_BYTES >> 20, metavar="MIB",
                        help="refuse a larger bundle (default: 48)")  # fmt: skip
    try:
        make_bundle(parser.parse_args())
    except (Failure, OSError) as failure:
        print(f"make-bundle.py: error: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

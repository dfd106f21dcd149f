#!/usr/bin/env python3
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures reading and packing against SciPy, in turns on one machine.

Makes a random matrix, or takes one from a file, and a Matrix Market file of it,
then runs formats-benchmark and SciPy alternately and compares medians: ours, theirs,
ours, theirs. Both may use the same processors (--cpus); SciPy's conversions use
one, its reader (fast_matrix_market) all. Values are float32 and indices int32
for both. A ratio above 1 says that we are faster.

`scaling` is our time on one processor over that on all of them. `work` is the
processor time of SciPy over ours on one processor: on a machine that others
use, it says more than the time that passes.
"""

import argparse
import gzip
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import scipy
import scipy.io
import scipy.sparse

# Our benchmark -> what it is called in the table, and SciPy's counterpart.
CASES = {
    "read/matrix.mtx": ("Matrix Market", "mmread"),
    "read/matrix.mtx.gz": ("Matrix Market, gzip", "mmread-gzip"),
    "transpose": ("CSR to CSC", "tocsc"),
    "coo-to-csr": ("COO to CSR", "coo-tocsr"),
    "pack/coo": ("CSR to COO", "tocoo"),
    "pack/dcsr": ("CSR to DCSR", None),
    "pack/bsr:rows=4,columns=4": ("CSR to BSR 4 x 4", "tobsr4"),
    "pack/sliced_ell:rows=32": ("CSR to sliced ELL", None),
    "pack/condensed_tiles:layout=tcf,window=16,tile=8": ("CSR to TCF", None),
    "pack/condensed_tiles:layout=me_tcf,window=16,tile=8": ("CSR to ME-TCF", None),
    "pack/condensed_tiles:layout=bit_tcf,window=16,tile=8": ("CSR to BitTCF", None),
    "pack/condensed_tiles:layout=me_bcrs,window=16,tile=8": ("CSR to ME-BCRS", None),
    "pack/row_merge": ("CSR to row-merge", None),
}


def make_matrix(structure, rows, nonzeros, seed):
    """A square CSR matrix with float32 values and int32 indices."""
    random = numpy.random.default_rng(seed)
    if structure == "random":
        row = random.integers(0, rows, nonzeros)
        col = random.integers(0, rows, nonzeros)
    else:  # A band of blocks of 4 x 4, as finite elements have.
        blocks = nonzeros // 16
        at = numpy.repeat(random.integers(0, rows // 4, blocks), 16)
        beside = numpy.repeat(random.integers(-50, 51, blocks), 16)
        place = numpy.tile(numpy.arange(16), blocks)
        row = 4 * at + place // 4
        col = 4 * numpy.clip(at + beside, 0, rows // 4 - 1) + place % 4
    matrix = scipy.sparse.coo_matrix(
        (numpy.ones(len(row), numpy.float32), (row, col)), shape=(rows, rows)
    ).tocsr()
    matrix.data = random.random(matrix.nnz, dtype=numpy.float32) + 0.5
    matrix.sort_indices()
    return matrix


def read_matrix(path):
    """The CSR matrix of a Matrix Market file, values float32, indices int32.
    Empty rows and columns make its sizes multiples of 4, which SciPy's blocks
    need."""
    try:
        matrix = scipy.sparse.csr_matrix(scipy.io.mmread(path))
    except (OSError, ValueError) as error:
        sys.exit(f"compare-scipy.py: {path}: {error}")
    if numpy.iscomplexobj(matrix.data):
        sys.exit(f"compare-scipy.py: {path}: complex values are not compared")
    matrix = matrix.astype(numpy.float32)
    matrix.resize([(size + 3) // 4 * 4 for size in matrix.shape])
    matrix.sort_indices()
    return matrix


def scipy_cases(matrix, folder):
    """SciPy's counterparts, by the names in CASES."""
    coo = matrix.tocoo()
    plain, packed = str(folder / "matrix.mtx"), str(folder / "matrix.mtx.gz")
    return {
        "mmread": lambda: scipy.io.mmread(plain),
        "mmread-gzip": lambda: scipy.io.mmread(packed),
        "tocsc": matrix.tocsc,
        "coo-tocsr": coo.tocsr,
        "tocoo": matrix.tocoo,
        "tobsr4": lambda: matrix.tobsr((4, 4)),
    }


def run_ours(program, folder, filter_text, min_time, cpus):
    """{name: (seconds, processor seconds)} of one run of the program."""
    command = [
        str(program),
        f"--matrix={folder / 'matrix.npz'}",
        f"--read={folder / 'matrix.mtx'}",
        f"--read={folder / 'matrix.mtx.gz'}",
        f"--benchmark_min_time={min_time}",
        f"--benchmark_min_warmup_time={min_time}",
        f"--benchmark_filter={filter_text}",
        "--benchmark_format=json",
    ]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, cpus),
    )
    result = {}
    for run in json.loads(done.stdout)["benchmarks"]:
        name = run["name"].removesuffix("/real_time")
        name = name.removesuffix("/process_time")
        result[name] = (run["real_time"] * 1e-3, run["cpu_time"] * 1e-3)
    return result


def time_theirs(call, min_time):
    """The mean times, as run_ours gives, of calls that take min_time, after one
    that is not counted: memory that the machine has not touched before is far
    slower, for both."""
    call()
    calls, start, used = 0, time.perf_counter(), time.process_time()
    while True:
        call()
        calls += 1
        passed = time.perf_counter() - start
        if passed >= min_time:
            return passed / calls, (time.process_time() - used) / calls


def measure(arguments, folder, cpus):
    if arguments.matrix:
        matrix = read_matrix(arguments.matrix)
    else:
        matrix = make_matrix(arguments.structure, arguments.rows,
                             arguments.nonzeros, arguments.seed)
    scipy.sparse.save_npz(folder / "matrix.npz", matrix, compressed=False)
    scipy.io.mmwrite(folder / "matrix.mtx", matrix, precision=7)
    with open(folder / "matrix.mtx", "rb") as source, \
            gzip.open(folder / "matrix.mtx.gz", "wb", 6) as target:
        shutil.copyfileobj(source, target)
    theirs = scipy_cases(matrix, folder)
    one = {min(cpus)}
    times = {name: {"ours": [], "one": [], "theirs": []} for name in CASES}
    for _ in range(arguments.rounds):
        ours = run_ours(arguments.program, folder, arguments.filter,
                        arguments.min_time, cpus)
        alone = run_ours(arguments.program, folder, arguments.filter,
                         arguments.min_time, one) if len(cpus) > 1 else {}
        for name, (_, counterpart) in CASES.items():
            if name not in ours:
                continue
            times[name]["ours"].append(ours[name])
            if name in alone:
                times[name]["one"].append(alone[name])
            if counterpart:
                times[name]["theirs"].append(
                    time_theirs(theirs[counterpart], arguments.min_time))
    cases = []
    for name, (title, counterpart) in CASES.items():
        if not times[name]["ours"]:
            continue
        def median(whose, clock=0):
            return statistics.median(t[clock] for t in times[name][whose])

        ours = median("ours")
        case = {"name": name, "title": title, "seconds": ours,
                "nsPerNonzero": ours / matrix.nnz * 1e9, "samples": times[name]}
        if times[name]["one"]:
            case["scaling"] = median("one") / ours
        if counterpart:
            case["scipySeconds"] = median("theirs")
            case["ratio"] = case["scipySeconds"] / ours
            alone = "one" if times[name]["one"] else "ours"
            case["work"] = median("theirs", 1) / median(alone, 1)
        cases.append(case)
    name = arguments.matrix.name if arguments.matrix else arguments.structure
    return {"structure": name, "rows": matrix.shape[0],
            "nonzeros": int(matrix.nnz), "cases": cases}


def print_table(report):
    print(f"{report['structure']}: {report['rows']} rows, "
          f"{report['nonzeros']} nonzeros; {report['cpus']} processors, "
          f"SciPy {report['scipy']}, {report['rounds']} rounds")
    print(f"{'':24}{'ms':>10}{'ns/nonzero':>12}{'SciPy ms':>10}"
          f"{'ratio':>8}{'work':>8}{'scaling':>9}")
    for case in report["cases"]:
        theirs = f"{case['scipySeconds'] * 1e3:10.1f}{case['ratio']:8.2f}" \
            f"{case['work']:8.2f}" if "ratio" in case else " " * 25 + "-"
        scaling = f"{case['scaling']:9.2f}" if "scaling" in case else ""
        print(f"{case['title']:24}{case['seconds'] * 1e3:10.1f}"
              f"{case['nsPerNonzero']:12.2f}{theirs}{scaling}")


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path,
                        default=root / "build/bin/formats-benchmark")
    parser.add_argument("--structure", choices=["random", "blocks"],
                        default="random")
    parser.add_argument("--matrix", type=pathlib.Path,
                        help="a Matrix Market file, plain or .gz, instead")
    parser.add_argument("--rows", type=int, default=200000)
    parser.add_argument("--nonzeros", type=int, default=3000000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--min-time", type=float, default=0.3,
                        help="seconds that a case is run in a round")
    parser.add_argument("--filter", default=".",
                        help="which of our benchmarks, as a regular expression")
    parser.add_argument("--cpus", type=int, default=2,
                        help="processors that both may use")
    parser.add_argument("--json", action="store_true",
                        help="print JSON, with all samples")
    arguments = parser.parse_args()
    if not arguments.program.exists():
        sys.exit(f"compare-scipy.py: no {arguments.program}; build it with "
                 "ninja -C build formats-benchmark")
    available = sorted(os.sched_getaffinity(0))
    if arguments.cpus < 1 or arguments.cpus > len(available):
        sys.exit(f"compare-scipy.py: --cpus is 1 to {len(available)}, "
                 f"got {arguments.cpus}")
    cpus = set(available[:arguments.cpus])
    os.sched_setaffinity(0, cpus)
    with tempfile.TemporaryDirectory() as folder:
        report = measure(arguments, pathlib.Path(folder), cpus)
    report.update({
        "date": time.strftime("%Y-%m-%d"), "machine": platform.machine(),
        "cpus": arguments.cpus, "rounds": arguments.rounds,
        "scipy": scipy.__version__, "numpy": numpy.__version__})
    if arguments.json:
        print(json.dumps(report, indent=1))
    else:
        print_table(report)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the kernels on every real matrix of a folder and checks each result.

For each Matrix Market or .smtx file: A * B in f32 with each N; on ten of them
the same in f16, bf16 and f64; on five of them also A * B^T, B * A^T and A * x.
Patterns of the Deep Learning Matrix Collection (dlmc_*) are multiplied in
shuffled blocks as well, in f16 on tensor cores: as they are, which fills places
up, and pruned to the pattern with seeded magnitudes ("pruned").
Values are random, so that no error hides behind ones; sparse-run compares each
element with a computation in double precision and the bound of its rounding
error. Files with complex numbers must be refused, with a message that says so.

The last column of the table is the worst error of a matrix as a part of its
bound; above 1 is a failure. The status is 0 when every run passed.
"""

import argparse
import concurrent.futures
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COLUMNS = [1, 3, 8, 31, 32, 33, 64, 100, 128]
SUFFIXES = (".mtx", ".mtx.gz", ".smtx", ".smtx.gz")

# Ten of many kinds: rectangular, one full row, empty rows, pruned weights.
TYPED = [
    "karate", "ash219", "lp_e226", "olm1000", "adder_dcop_05", "bcsstk13", "cora",
    "wiki-Vote", "dlmc_rn50_mag_0.98_bn_3_bg2_1_1",
    "dlmc_tf_mag_0.9_body_encoder_layer_0_self_attention_mha_q",
]  # fmt: skip
PRODUCTS = ["west0479", "ash219", "lp_e226", "Groebner_id2003_aug", "wiki-Vote"]
QUICK = ["karate", "lp_e226", "mbeacxc", "adder_dcop_05", "wiki-Vote"]
QUICK_COLUMNS = [1, 33, 64]

# Rows of a group, and N.
BLOCKS = [(32, 33), (64, 64), (128, 8)]

HEADER = "!A = tensor<?x?x{t}, #sparse_gpu.csr>\n!D = tensor<?x?x{t}>\n"
FUNCTION = """func.func @product(%A: !A {{sparse_gpu.name = "A"}},
    %B: !D {{sparse_gpu.name = "B"}}, %C: !D {{sparse_gpu.name = "C"}}) -> !D {{
  %0 = linalg.matmul {maps} ins({ins}) outs(%C : !D) -> !D
  return %0 : !D
}}
"""


def matmul(a, b, ins):
    maps = f"""indexing_maps = [affine_map<(m, n, k) -> {a}>,
      affine_map<(m, n, k) -> {b}>, affine_map<(m, n, k) -> (m, n)>]"""
    return HEADER + FUNCTION.format(maps=maps, ins=ins).replace("{", "{{").replace(
        "}", "}}"
    )


def blocks(v):
    """A * B in shuffled blocks, sums and C in f32."""
    product = matmul("(m, k)", "(k, n)", "%A, %B : !A, !D").replace("csr>", f"shuffled_block<v = {v}>>")
    return product.replace("!D = ", "!C = tensor<?x?xf32>\n!D = ").replace("%C: !D", "%C: !C").replace(
        "-> !D", "-> !C").replace("outs(%C : !D)", "outs(%C : !C)").replace("return %0 : !D", "return %0 : !C")


# Program, and the shape of B for N columns.
PROGRAMS = {
    "A*B": (matmul("(m, k)", "(k, n)", "%A, %B : !A, !D"), "?x{n}"),
    "A*Bt": (matmul("(m, k)", "(n, k)", "%A, %B : !A, !D"), "{n}x?"),
    "B*At": (matmul("(m, k)", "(n, k)", "%B, %A : !D, !A"), "{n}x?"),
    "A*x": (
        HEADER
        + """func.func @product(%A: !A {{sparse_gpu.name = "A"}},
    %B: tensor<?x{t}> {{sparse_gpu.name = "B"}},
    %C: tensor<?x{t}> {{sparse_gpu.name = "C"}}) -> tensor<?x{t}> {{
  %0 = linalg.matvec ins(%A, %B : !A, tensor<?x{t}>)
                     outs(%C : tensor<?x{t}>) -> tensor<?x{t}>
  return %0 : tensor<?x{t}>
}}
""",
        "?",
    ),
}
PROGRAMS.update({f"S{v}*B": (blocks(v), "?x{n}") for v, _ in BLOCKS})


class Case:
    """One run: a matrix, a product, an element type and N."""

    def __init__(self, path, product, element, columns, pruned=None):
        self.path = path
        self.matrix = stem(path)
        self.product = product
        self.element = element
        self.columns = columns
        self.pruned = pruned  # The rows of a group, or none.
        self.name = f"{self.matrix} {product} {element} N={columns}{' pruned' if pruned else ''}"
        self.cost = os.path.getsize(path) * (columns + 8)


def stem(path):
    name = os.path.basename(path)
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return name


def is_complex(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rb") as stream:
        return b" complex" in stream.readline().lower()


def make_cases(paths, arguments):
    columns = QUICK_COLUMNS if arguments.quick else COLUMNS
    typed = QUICK[:2] if arguments.quick else TYPED
    products = QUICK[1:3] if arguments.quick else PRODUCTS
    cases = []
    for path in paths:
        name = stem(path)
        elements = ["f32"] + (["f16", "bf16", "f64"] if name in typed else [])
        cases += [Case(path, "A*B", t, n) for t in elements for n in columns]
        if name in products:
            cases += [Case(path, p, "f32", n) for p in ("A*Bt", "B*At") for n in columns]
            cases.append(Case(path, "A*x", "f32", 1))
        if name.startswith("dlmc_"):
            cases += [Case(path, f"S{v}*B", "f16", n, p) for v, n in BLOCKS for p in (None, v)]
    # The longest first, so that no long one runs alone at the end.
    return sorted(cases, key=lambda case: -case.cost)


class Runner:
    def __init__(self, arguments, directory):
        self.arguments = arguments
        self.directory = directory
        self.program = os.path.join(arguments.build, "bin", "sparse-run")
        # Runs go side by side; each takes one core.
        self.environment = dict(os.environ, SPARSEGPU_EMULATOR="workers=1")
        if arguments.jobs == 1:
            del self.environment["SPARSEGPU_EMULATOR"]

    def source(self, product, element):
        """The file with the program, written once."""
        path = os.path.join(self.directory, f"{product.replace('*', '-')}-{element}.mlir")
        if not os.path.exists(path):
            with open(path, "w", encoding="ascii") as stream:
                stream.write(PROGRAMS[product][0].format(t=element))
        return path

    def execute(self, command):
        try:
            return subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                text=True, errors="replace", env=self.environment, timeout=1200,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 124, "", "took over 20 minutes")

    def prune(self, case):
        """The matrix in shuffled blocks; its file, or what went wrong."""
        path = os.path.join(self.directory, f"{case.matrix}-{case.pruned}.sgpk")
        done = self.execute([
            os.path.join(os.path.dirname(self.program), "sparse-pack"), "prune", "--pattern=shuffled-block",
            f"--v={case.pruned}", "--sparsity=0.75", "--seeded-magnitudes", f"--seed={self.arguments.seed}",
            case.path, "-o", path,
        ])  # fmt: skip
        return path, done

    def run(self, case):
        """The outcome of a case, as a dictionary for the report."""
        shape = PROGRAMS[case.product][1].format(n=case.columns)
        path = case.path
        if case.pruned:
            path, done = self.prune(case)
            if done.returncode:
                return {"name": case.name, "matrix": case.matrix, "seconds": 0, "code": "FAIL",
                        "message": last_line(done)}  # fmt: skip
        command = [
            self.program, self.source(case.product, case.element), "--check",
            "--values=random", "--json=-", f"--seed={self.arguments.seed}",
            f"--input=A={path}", f"--input=B=random:{shape}",
        ]  # fmt: skip
        start = time.monotonic()
        done = self.execute(command)
        outcome = {
            "name": case.name, "matrix": case.matrix, "product": case.product,
            "element": case.element, "columns": case.columns,
            "seconds": round(time.monotonic() - start, 3),
        }  # fmt: skip
        try:
            report = json.loads(done.stdout)
            sparse = next(a for a in report["arguments"] if a["name"] == "A")
            outcome["shape"] = [sparse["rows"], sparse["columns"], sparse["nonzeros"]]
            outcome["ratio"] = max(check["worst_ratio"] for check in report["checks"])
            outcome["error"] = max(check["largest_error"] for check in report["checks"])
            passed = report["passed"] and done.returncode == 0 and outcome["ratio"] <= 1
        except (ValueError, KeyError, StopIteration):
            passed = False
        outcome["code"] = "PASS" if passed else "FAIL"
        if not passed:
            outcome["message"] = last_line(done)
            outcome["command"] = " ".join(command)
        return outcome

    def refuse(self, path):
        """A complex matrix: an error that names the file and says why."""
        command = [
            self.program, self.source("A*B", "f32"), f"--input=A={path}",
            "--input=B=random:?x8",
        ]  # fmt: skip
        done = self.execute(command)
        clear = path in done.stderr and "complex" in done.stderr
        return {
            "name": f"{stem(path)} is refused",
            "code": "PASS" if done.returncode == 2 and clear else "FAIL",
            "message": last_line(done),
        }


def last_line(done):
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return f"status {done.returncode}: {lines[-1] if lines else 'no output'}"


def print_table(outcomes):
    matrices = {}
    for outcome in outcomes:
        matrices.setdefault(outcome["matrix"], []).append(outcome)
    width = max(map(len, matrices), default=6)
    print(
        f"{'matrix':{width}} {'rows':>7} {'columns':>7} {'nonzeros':>8} {'runs':>5}"
        f" {'failed':>6} {'seconds':>8} {'error/bound':>11}"
    )
    for name in sorted(matrices, key=str.lower):
        runs = matrices[name]
        shape = next((run["shape"] for run in runs if "shape" in run), ["?"] * 3)
        ratios = [run["ratio"] for run in runs if "ratio" in run]
        failed = sum(run["code"] != "PASS" for run in runs)
        print(
            f"{name:{width}} {shape[0]:>7} {shape[1]:>7} {shape[2]:>8} {len(runs):>5}"
            f" {failed:>6} {sum(run['seconds'] for run in runs):>8.1f}"
            f" {max(ratios) if ratios else float('nan'):>11.3f}"
        )


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data",
        default=os.environ.get("SPARSEGPU_DATA") or os.path.join(ROOT, "..", "shared", "data"),
        metavar="DIRECTORY",
        help="the matrices (default: $SPARSEGPU_DATA, or ../shared/data)",
    )
    parser.add_argument(
        "--build", default=os.path.join(ROOT, "build"), metavar="DIRECTORY",
        help="the build tree with bin/sparse-run (default: build)",
    )  # fmt: skip
    parser.add_argument(
        "--quick", action="store_true", help="a handful of matrices, under a minute"
    )
    parser.add_argument(
        "--only", metavar="TEXT", help="only matrices whose name contains TEXT"
    )
    parser.add_argument(
        "--jobs", type=int, choices=[1, 2], default=2, help="runs at once (default: 2)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the values (default: 1)")
    parser.add_argument("--json", metavar="FILE", help="write every run to FILE")
    return parser.parse_args()


def fail(message):
    print(f"sweep.py: error: {message}", file=sys.stderr)
    return 2


def main():
    arguments = parse_arguments()
    if not os.path.isdir(arguments.data):
        return fail(f"{arguments.data} is no directory: name the matrices by --data")
    if not os.path.exists(os.path.join(arguments.build, "bin", "sparse-run")):
        return fail(f"{arguments.build}/bin/sparse-run is not built")
    data = os.path.abspath(arguments.data)
    paths = [os.path.join(data, f) for f in sorted(os.listdir(data)) if f.endswith(SUFFIXES)]
    if arguments.only:
        paths = [path for path in paths if arguments.only in stem(path)]
    refused = [path for path in paths if is_complex(path)]
    paths = [path for path in paths if path not in refused]
    if arguments.quick:
        paths = [path for path in paths if stem(path) in QUICK]
    if not paths and not refused:
        return fail(f"{data} has no matrices that match")
    cases = make_cases(paths, arguments)
    progress = sys.stderr.isatty()
    start = time.monotonic()
    outcomes = []
    directory = tempfile.mkdtemp(prefix="sparsegpu-sweep-")
    runner = Runner(arguments, directory)
    for case in cases:  # Written before the runs go side by side.
        runner.source(case.product, case.element)
    refusals = [runner.refuse(path) for path in refused]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        futures = [pool.submit(runner.run, case) for case in cases]
        for future in concurrent.futures.as_completed(futures):
            outcomes.append(future.result())
            if progress:
                text = f"{len(outcomes)}/{len(cases)} {outcomes[-1]['name']}"
                print(f"\r\033[K{text[:78]}", end="", file=sys.stderr, flush=True)
    if progress:
        print("\r\033[K", end="", file=sys.stderr)
    print_table(outcomes)
    everything = outcomes + refusals
    failures = [outcome for outcome in everything if outcome["code"] != "PASS"]
    for refusal in refusals:
        print(f"{refusal['name']}: {refusal['message']}")
    for outcome in failures:
        print(f"FAIL {outcome['name']}: {outcome['message']}")
        if "command" in outcome:
            print(f"     {outcome['command']}")
    if not failures:  # Else the commands above still need the programs.
        shutil.rmtree(directory)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as stream:
            json.dump({"tests": everything}, stream, indent=1)
    print(
        f"{len(paths)} matrices, {len(cases)} runs, {len(refused)} refused,"
        f" {len(failures)} failures, {time.monotonic() - start:.0f} s"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""coverage.py BUNDLE REPORT: what the suite has to cover is in the bundle, and each
case was compared in all its results."""

import json
import os
import sys

bundle, report = sys.argv[1:]
with open(os.path.join(bundle, "manifest.json"), encoding="utf-8") as stream:
    manifest = json.load(stream)
with open(report, encoding="utf-8") as stream:
    outcomes = {case["name"]: case for case in json.load(stream)["cases"]}

programs = {program["id"]: program for program in manifest["programs"]}
missing = []


def need(what, wanted, found):
    missing.extend(f"{what} {value}" for value in wanted if value not in found)


def elements(program, suffix):
    return {p["element"] for p in program["parameters"] if p["name"].endswith(suffix)}


columns, rows = set(), []
for case in manifest["cases"]:
    if case["name"].startswith("matmul/"):
        columns |= {b["shape"][1] for b in case["buffers"] if b["parameter"] == "B"}
    rows += [(m["rows"], m["columns"], m["nonzeros"]) for m in case["matrices"]]
    outcome = outcomes.get(case["name"])
    if not outcome or not outcome["passed"]:
        missing.append(f"a pass of {case['name']}")
    elif len(outcome["checks"]) != len(programs[case["program"]]["results"]):
        missing.append(f"a result of {case['name']}")

need("N =", [0, 1, 2, 3, 5, 7, 8, 16, 31, 32, 33, 64, 100, 128, 200, 256, 500, 512], columns)
used = [programs[case["program"]] for case in manifest["cases"]]
values = set().union(*(elements(program, ".values") for program in used))
need("values of", ["f16", "bf16", "f32", "f64"], values)
need("positions of", ["i8", "i16", "i32", "i64", "index"],
     set().union(*(elements(program, ".positions") for program in used)))  # fmt: skip
need("coordinates of", ["i8", "i16", "i32", "i64"],
     set().union(*(elements(program, ".coordinates") for program in used)))  # fmt: skip
need("operands on the", ["device", "host"], {program["operands"] for program in used})
schedules = " ".join(program["schedule"] for program in used)
need("schedules with", ["warps", "lanes", "coarsening", "unroll", "step", "when"],
     [word for word in schedules.replace("<", " ").replace(",", " ").split()])  # fmt: skip
need("a matrix with", ["no rows", "no columns", "no entries", "one row", "one column"], [
    name for name, found in {
        "no rows": any(m == 0 for m, _, _ in rows),
        "no columns": any(k == 0 for _, k, _ in rows),
        "no entries": any(m and k and not n for m, k, n in rows),
        "one row": any(m == 1 and k > 1 for m, k, _ in rows),
        "one column": any(k == 1 and m > 1 for m, k, _ in rows),
    }.items() if found
])  # fmt: skip
for text in missing:
    print("missing: " + text)
print(f"{len(manifest['cases'])} cases, {len(missing)} missing")
sys.exit(bool(missing))

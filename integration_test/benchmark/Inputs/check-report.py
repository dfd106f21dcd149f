# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks the JSON of a run on the software GPU: all contenders, no times."""

import json
import sys

with open(sys.argv[1], encoding="utf-8") as stream:
    report = json.load(stream)
assert report["complete"] and not report["timed"]
assert "probes" not in report
assert len(report["cases"]) == 8
for case in report["cases"]:
    assert case["complete"] and "bound" not in case, case["name"]
    assert case["ratio"] == {} and case["flops"] > 0
    assert len(case["contenders"]) == 18, len(case["contenders"])
    assert case["contenders"][0]["check"]["worst_ratio"] <= 1
    for contender in case["contenders"]:
        assert contender["state"] != "ok" or contender["check"]["passed"]
        for member in ("warm", "cold", "preprocessing", "break_even"):
            assert member not in contender, contender["name"]

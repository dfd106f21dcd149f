#!/usr/bin/env python3
# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Counts the tests in a results file, for check.sh.

Takes what `lit -o FILE` writes, what `--gtest_output=json:FILE` writes, or
{"tests": [{"name": ..., "code": "PASS" | "FAIL" | ...}]}, which is lit's.
Prints one line "passed N", one line "failed NAME" for each failure, and a line
"note ..." on tests that did not run: those are neither passed nor failed. A
file that is missing or has no tests at all is one failure.
"""

import argparse
import json
import sys

PASSED = {"PASS", "FLAKYPASS", "XFAIL"}
NOT_RUN = {"UNSUPPORTED", "SKIPPED", "EXCLUDED"}


def lit_tests(results):
    """(name, code) of each test in lit's results."""
    for test in results["tests"]:
        yield test["name"], test["code"]


def gtest_tests(results):
    """(name, code) of each test in GoogleTest's results."""
    for suite in results["testsuites"]:
        for test in suite["testsuite"]:
            name = f"{suite['name']}.{test['name']}"
            if test.get("result") == "SKIPPED":
                yield name, "SKIPPED"
            elif test.get("status") == "NOTRUN" or test.get("result") != "COMPLETED":
                yield name, "EXCLUDED"
            else:
                yield name, "FAIL" if test.get("failures") else "PASS"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results")
    parser.add_argument("--name", required=True, help="of the suite or program")
    arguments = parser.parse_args()
    try:
        with open(arguments.results, encoding="utf-8") as stream:
            results = json.load(stream)
        read = gtest_tests if "testsuites" in results else lit_tests
        tests = list(read(results))
    except (OSError, ValueError, KeyError) as error:
        # A program that ends early leaves no file.
        print(f"failed {arguments.name}: no results ({error})")
        return 0
    passed = sum(code in PASSED for _, code in tests)
    not_run = [name for name, code in tests if code in NOT_RUN]
    print(f"passed {passed}")
    for name, code in tests:
        if code not in PASSED and code not in NOT_RUN:
            print(f"failed {arguments.name}: {name}")
    if not tests:
        print(f"failed {arguments.name}: no tests were found")
    if not_run:
        print(f"note {arguments.name}: {len(not_run)} not run: {', '.join(not_run)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

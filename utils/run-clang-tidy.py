#!/usr/bin/env python3
# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs clang-tidy-22 on this project's sources, with what .clang-tidy says.

Each source is one test: it passes when clang-tidy says nothing about it and
the headers of this project that it includes. The status is 0 when all pass.
"""

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDERS = ("lib", "tools", "unittests")


def sources(build):
    """The sources of the build that are ours, relative to the root."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as stream:
        files = {os.path.realpath(command["file"]) for command in json.load(stream)}
    relative = (os.path.relpath(file, os.path.realpath(ROOT)) for file in files)
    return sorted(file for file in relative if file.split(os.sep)[0] in FOLDERS)


def tidy(build, file):
    command = ["clang-tidy-22", "-p", build, "--quiet", "--warnings-as-errors=*", file]
    done = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return file, done.returncode, done.stdout + (done.stderr if done.returncode else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--json", metavar="FILE", help="write the results to FILE")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("files", nargs="*", help="default: all sources of the build")
    arguments = parser.parse_args()
    build = os.path.abspath(arguments.build)
    tests = []
    try:
        files = arguments.files or sources(build)
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for file, status, output in pool.map(lambda f: tidy(build, f), files):
                tests.append({"name": file, "code": "FAIL" if status else "PASS"})
                if status:
                    print(output.rstrip(), flush=True)
    except OSError as error:
        print(f"run-clang-tidy.py: error: {error}", file=sys.stderr)
        return 2
    failed = sum(test["code"] == "FAIL" for test in tests)
    print(f"clang-tidy: {len(tests)} sources, {failed} with remarks")
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as stream:
            json.dump({"tests": tests}, stream, indent=1)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

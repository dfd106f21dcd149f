#!/usr/bin/env python3
# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fuzzes the readers of matrix files, the containers and the compression.

Runs the programs that `cmake --preset fuzz && cmake --build --preset fuzz`
makes, one after the other, from the seeds that the project makes and from what
earlier runs found worth keeping. Prints a table at the end. Status 1 when a
target crashed, hung, took too much memory or broke a rule of
unittests/Formats/Fuzz/Oracles.h; the input is kept, and the command that runs
it again is printed.
"""

import argparse
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DICTIONARIES = os.path.join(ROOT, "unittests", "Formats", "Fuzz", "dictionaries")
# An input is at most as long as can be looked at in a moment. One request for
# memory, and all of it, must stay below limits that no such input is worth;
# Zstandard alone takes a window of 128 MiB when a frame says so.
LIMITS = {
    "max_len": 4096,
    "timeout": 10,
    "malloc_limit_mb": 512,
    "rss_limit_mb": 2560,
}


def targets_in(folder):
    names = [n[5:] for n in os.listdir(folder) if n.startswith("fuzz-")]
    return sorted(n for n in names if os.access(f"{folder}/fuzz-{n}", os.X_OK))


def last_number(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def run(target, folder, arguments):
    """Fuzzes one target; what came of it as a row of the table."""
    program = os.path.join(folder, "fuzz-" + target)
    corpus = os.path.join(arguments.corpus, target)
    findings = os.path.join(folder, "findings", target)
    for path in (corpus, findings):
        os.makedirs(path, exist_ok=True)
    before = set(os.listdir(findings))
    command = [program, f"-max_total_time={arguments.seconds}"]
    command += [f"-{name}={value}" for name, value in LIMITS.items()]
    command += [f"-artifact_prefix={findings}/", "-print_final_stats=1"]
    if arguments.seed is not None:
        command.append(f"-seed={arguments.seed}")
    dictionary = os.path.join(DICTIONARIES, target + ".dict")
    if os.path.exists(dictionary):
        command.append(f"-dict={dictionary}")
    command += [corpus, os.path.join(folder, "seeds", target)]
    # It ends by itself; an input that hangs is a finding after LIMITS.timeout.
    process = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    log = process.stderr.decode("utf-8", "replace")
    with open(os.path.join(folder, f"{target}.log"), "w", encoding="utf-8") as file:
        file.write(log)
    found = sorted(set(os.listdir(findings)) - before)
    reason = re.search(
        r"finding: .*|runtime error: .*|ERROR: (?:AddressSanitizer|libFuzzer): .*", log
    )
    return {
        "target": target,
        "executions": last_number(r"stat::number_of_executed_units: (\d+)", log),
        "covered": last_number(r" cov: (\d+)", log),
        "counters": last_number(r"\((\d+) inline 8-bit counters\)", log),
        "corpus": last_number(r" corp: (\d+)", log),
        "ok": process.returncode == 0 and not found,
        "reason": reason.group(0)[:300] if reason else f"status {process.returncode}",
        "again": [f"{program} {findings}/{name}" for name in found],
    }


def print_table(rows):
    print(f"{'target':15} {'executions':>11} {'covered':>16} {'corpus':>7}  findings")
    for row in rows:
        share = f"{row['covered']} of {row['counters']}"
        print(
            f"{row['target']:15} {row['executions']:>11} {share:>16} "
            f"{row['corpus']:>7}  {'none' if row['ok'] else row['reason']}"
        )
        for command in row["again"]:
            print(f"  {command}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", help="which; all without")
    parser.add_argument("--build", default=os.path.join(ROOT, "build-fuzz"))
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--minutes", type=int, help="the same in minutes")
    parser.add_argument("--seed", type=int, help="of the random changes")
    parser.add_argument(
        "--corpus", help="where inputs worth keeping lie; BUILD/fuzz/corpus without"
    )
    parser.add_argument("--json", help="a results file for count-tests.py")
    arguments = parser.parse_args()
    if arguments.minutes:
        arguments.seconds = 60 * arguments.minutes
    folder = os.path.join(os.path.abspath(arguments.build), "fuzz")
    arguments.corpus = arguments.corpus or os.path.join(folder, "corpus")
    known = targets_in(folder) if os.path.isdir(folder) else []
    if not known:
        print(
            f"fuzz.py: no targets in {folder}: "
            "cmake --preset fuzz && cmake --build --preset fuzz",
            file=sys.stderr,
        )
        return 2
    for target in arguments.targets:
        if target not in known:
            print(
                f"fuzz.py: no target {target}; there are: {', '.join(known)}",
                file=sys.stderr,
            )
            return 2
    seeds = os.path.join(folder, "seeds")
    subprocess.run([os.path.join(folder, "write-fuzz-seeds"), seeds], check=True)
    rows = []
    for target in arguments.targets or known:
        if sys.stderr.isatty():
            print(f"\r\33[K{target} ...", end="", file=sys.stderr, flush=True)
        rows.append(run(target, folder, arguments))
    if sys.stderr.isatty():
        print("\r\33[K", end="", file=sys.stderr, flush=True)
    print_table(rows)
    if arguments.json:
        tests = [
            {"name": row["target"], "code": "PASS" if row["ok"] else "FAIL"}
            for row in rows
        ]
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump({"tests": tests}, file)
    return 0 if all(row["ok"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())

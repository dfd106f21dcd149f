#!/usr/bin/env python3
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes one bundle of the whole integration suite.

    utils/integration-bundle.py -o /tmp/suite && /tmp/suite/run --check

The cases are those of integration_test/Suite/cases.json: groups, each a program
with its inputs and some axes; every combination of the axes' values is a case.
`{axis}` in a string of a group stands for the value. The members of a group:

| member | |
|---|---|
| name | of its cases; no two are called the same |
| program | a file of integration_test/Suite/Inputs |
| define | aliases of the program (`!T`, `#A`) that are defined otherwise |
| inputs | --input of sparse-run; a file's name means one of Inputs, after "data:" one of the real matrices |
| axes | lists of values |
| schedule, operands, values, seed, elements | the options of sparse-run |

"real" lists further groups, for --real. The bundle runs without this source
tree; it must stay below 48 MiB. The status is 0 when every case is in it.
"""  # noqa: E501

import argparse
import collections
import concurrent.futures
import hashlib
import itertools
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIMIT = 48 << 20
MEMBERS = {"name", "program", "define", "inputs", "axes", "schedule", "operands", "values",
           "seed", "elements"}  # fmt: skip


class Failure(Exception):
    """An error for the user."""


class Case:
    """One case: a program's text, and the options of sparse-run."""

    def __init__(self, group, point, folders):
        def fill(text):
            return re.sub(r"\{(\w+)\}", lambda m: str(point[m.group(1)]), str(text))

        try:
            self.name = fill(group["name"])
            self.program = fill(group["program"])
            self.define = {fill(k): fill(v) for k, v in group.get("define", {}).items()}
            self.inputs = {k: fill(v) for k, v in group["inputs"].items()}
            self.options = {
                "--schedule": fill(group.get("schedule", "")),
                "--bundle-operands": fill(group.get("operands", "auto")),
                "--values": fill(group.get("values", "random")),
                "--seed": fill(group.get("seed", 1)),
                "--bundle-check-elements": fill(group.get("elements", 12000)),
            }
        except KeyError as error:
            raise Failure(f"group {group.get('name')!r} has no member or axis {error}") from None
        self.folders = folders
        self.text = self.read_program()

    def read_program(self):
        path = os.path.join(self.folders["programs"], self.program)
        try:
            with open(path, encoding="ascii") as stream:
                text = stream.read()
        except OSError as error:
            raise Failure(f"case {self.name}: {path}: {error.strerror}") from None
        for alias, meaning in self.define.items():
            text, count = re.subn(
                rf"^{re.escape(alias)} = .*$", lambda _: f"{alias} = {meaning}", text, flags=re.M
            )  # fmt: skip
            if count != 1:
                raise Failure(f"case {self.name}: {self.program} defines no alias {alias}")
        return text

    def compiled(self):
        """What the compiled program follows from: cases of one are made together."""
        return (self.text, self.options["--schedule"], self.options["--bundle-operands"])

    def bind(self, folder):
        """The values of --input; files are put beside the program."""
        for name, spec in self.inputs.items():
            path = os.path.join(self.folders["programs"], spec)
            if spec.startswith("data:"):
                path = os.path.join(self.folders["data"], spec.removeprefix("data:"))
                if not os.path.isfile(path):
                    raise Failure(f"case {self.name}: {path} is not there")
            if os.path.isfile(path):
                spec = os.path.basename(path)
                if not os.path.lexists(os.path.join(folder, spec)):
                    os.symlink(os.path.abspath(path), os.path.join(folder, spec))
            yield f"--input={name}={spec}"


def read_cases(arguments):
    folder = os.path.join(ROOT, "integration_test", "Suite")
    with open(os.path.join(folder, "cases.json"), encoding="ascii") as stream:
        document = json.load(stream)
    folders = {"programs": os.path.join(folder, "Inputs"), "data": arguments.data}
    if arguments.real and not os.path.isdir(arguments.data):
        raise Failure(f"{arguments.data} is no folder: name the matrices by --data")
    groups = document["groups"] + (document["real"] if arguments.real else [])
    cases = []
    for group in groups:
        unknown = set(group) - MEMBERS
        if unknown:
            raise Failure(f"group {group.get('name')!r} has members that mean nothing: {unknown}")
        axes = group.get("axes", {})
        for values in itertools.product(*axes.values()):
            cases.append(Case(group, dict(zip(axes, values)), folders))
    for name, count in collections.Counter(case.name for case in cases).items():
        if count > 1:
            raise Failure(f"{count} cases are called {name}")
    if arguments.filter:
        cases = [case for case in cases if re.search(arguments.filter, case.name)]
    if not cases:
        raise Failure(f"no case matches --filter={arguments.filter}")
    return cases


class Maker:
    """Makes a bundle for each worker; they are put together afterwards."""

    def __init__(self, arguments, directory):
        self.program = os.path.join(os.path.abspath(arguments.build), "bin", "sparse-run")
        self.chips = arguments.chips
        self.directory = directory
        self.parts = queue.SimpleQueue()
        self.folders = [os.path.join(directory, f"part{i}") for i in range(arguments.jobs)]
        for folder in self.folders:
            self.parts.put(folder)

    def make(self, cases):
        """Makes the cases of one program; returns (case, message) of failures."""
        part = self.parts.get()
        try:
            return [(case, message) for case in cases for message in self.add(case, part)]
        finally:
            self.parts.put(part)

    def add(self, case, part):
        digest = hashlib.sha256(case.text.encode()).hexdigest()[:16]
        folder = os.path.join(self.directory, os.path.basename(part) + "-" + digest)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, case.program), "w", encoding="ascii") as stream:
            stream.write(case.text)
        try:
            command = [self.program, case.program, f"--emit-bundle={part}",
                       f"--bundle-case={case.name}", *case.bind(folder)]  # fmt: skip
        except Failure as failure:
            return [str(failure)]
        command += [f"{key}={value}" for key, value in case.options.items() if value]
        if self.chips:
            command.append(f"--bundle-chips={self.chips}")
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", check=False,
        )  # fmt: skip
        if done.returncode == 0:
            return []
        errors = [line for line in done.stderr.splitlines() if "error:" in line]
        last = errors[-1:] or done.stderr.splitlines()[-1:] or ["no message"]
        return [f"case {case.name}: status {done.returncode}: {last[0]}"]

    def merge(self, cases, target):
        """One bundle of the parts, its cases in the order of the list."""
        parts = [part for part in self.folders if os.path.isdir(part)]
        manifests = []
        for part in parts:
            with open(os.path.join(part, "manifest.json"), encoding="utf-8") as stream:
                manifests.append(json.load(stream))
        manifest = manifests[0]
        for other in manifests[1:]:
            manifest["programs"] += other["programs"]
            manifest["cases"] += other["cases"]
        place = {case.name: i for i, case in enumerate(cases)}
        manifest["cases"].sort(key=lambda case: place[case["name"]])
        for part in parts[1:]:
            for kind in ("programs", "data"):
                for name in os.listdir(os.path.join(part, kind)):
                    to = os.path.join(parts[0], kind, name)
                    if not os.path.exists(to):  # Named after what it holds.
                        shutil.move(os.path.join(part, kind, name), to)
        with open(os.path.join(parts[0], "manifest.json"), "w", encoding="utf-8") as stream:
            json.dump(manifest, stream, indent=1)
            stream.write("\n")
        shutil.move(parts[0], target)
        return len(manifest["programs"])


def total_size(directory):
    return sum(
        os.path.getsize(os.path.join(folder, name))
        for folder, _, names in os.walk(directory)
        for name in names
    )


def make_bundle(arguments, cases, directory):
    maker = Maker(arguments, directory)
    programs = collections.defaultdict(list)
    for case in cases:
        programs[case.compiled()].append(case)
    start, done, failures = time.monotonic(), 0, []
    progress = sys.stderr.isatty()
    # The programs with most cases first, so that none of them is left at the end.
    work = sorted(programs.values(), key=len, reverse=True)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        futures = {pool.submit(maker.make, group): group for group in work}
        for future in concurrent.futures.as_completed(futures):
            failures += [message for _, message in future.result()]
            done += len(futures[future])
            if progress:
                text = f"{done}/{len(cases)} {futures[future][-1].name}"
                print(f"\r\033[K{text[:78]}", end="", file=sys.stderr, flush=True)
    if progress:
        print("\r\033[K", end="", file=sys.stderr)
    if failures:
        for message in failures:
            print(f"integration-bundle.py: error: {message}", file=sys.stderr)
        raise Failure(f"{len(failures)} of {len(cases)} cases could not be made; no bundle")
    count = maker.merge(cases, arguments.output)
    size = total_size(arguments.output)
    print(
        f"{len(cases)} cases, {count} programs, {size / (1 << 20):.1f} MiB,"
        f" {time.monotonic() - start:.0f} s: {arguments.output}"
    )
    if size >= LIMIT:
        raise Failure(f"{arguments.output} has {size} bytes; the limit is {LIMIT}")


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-o", "--output", metavar="DIR", help="the bundle, a new folder")
    parser.add_argument(
        "--build", default=os.path.join(ROOT, "build"), metavar="DIR",
        help="the build tree with bin/sparse-run (default: build)",
    )  # fmt: skip
    parser.add_argument(
        "--real", action="store_true", help="also the cases on real matrices of --data"
    )
    parser.add_argument(
        "--data",
        default=os.environ.get("SPARSEGPU_DATA") or os.path.join(ROOT, "..", "shared", "data"),
        metavar="DIR",
        help="the real matrices (default: $SPARSEGPU_DATA, or ../shared/data)",
    )
    parser.add_argument(
        "--chips", metavar="sm_80,...", help="the chips that get machine code (default: seven)"
    )
    parser.add_argument("--filter", metavar="REGEX", help="only the cases whose names match")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count(), help="cases made at once (default: cores)"
    )
    parser.add_argument("--list", action="store_true", help="print the names of the cases")
    arguments = parser.parse_args()
    if not arguments.list and not arguments.output:
        parser.error("-o DIR is needed")
    if arguments.jobs < 1:
        parser.error("--jobs must be at least 1")
    if arguments.filter:
        try:
            re.compile(arguments.filter)
        except re.error as error:
            parser.error(f"--filter: {error}")
    return arguments


def main():
    arguments = parse_arguments()
    try:
        cases = read_cases(arguments)
        if arguments.list:
            print("\n".join(case.name for case in cases))
            return 0
        program = os.path.join(arguments.build, "bin", "sparse-run")
        if not os.path.exists(program):
            raise Failure(f"{program} is not built")
        arguments.output = arguments.output.rstrip("/") or "/"
        if os.path.lexists(arguments.output):
            raise Failure(f"{arguments.output} is there already: remove it, or name another folder")
        parent = os.path.dirname(os.path.abspath(arguments.output))
        try:
            os.makedirs(parent, exist_ok=True)
            # Beside the bundle: the same file system, and room for it.
            directory = tempfile.mkdtemp(prefix=".integration-bundle-", dir=parent)
        except OSError as error:
            raise Failure(f"cannot write in {parent}: {error.strerror}") from None
        try:
            make_bundle(arguments, cases, directory)
        finally:
            shutil.rmtree(directory)
    except Failure as failure:
        print(f"integration-bundle.py: error: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

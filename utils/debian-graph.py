#!/usr/bin/env python3
# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the dependency graph of a Debian package archive as Matrix Market.

Rows and columns are packages, in alphabetical order. Row p has an entry in
column q when package p names q in Depends or Pre-Depends, as an alternative or
alone. A virtual package stands for all packages that provide it; a name that
no package has or provides is skipped and counted, as are dependencies of a
package on itself. Versions are not looked at: a package that occurs in several
lists (security updates, architectures) has the dependencies of all of them.

The lists are those that apt downloaded for this machine
(/var/lib/apt/lists/*_Packages, compressed or not), else what `apt-cache
dumpavail` prints, else the installed packages (/var/lib/dpkg/status).
"""

import argparse
import bz2
import glob
import gzip
import lzma
import os
import re
import shutil
import subprocess
import sys
import zlib

LISTS = "/var/lib/apt/lists"
STATUS = "/var/lib/dpkg/status"
APT_HELPER = "/usr/lib/apt/apt-helper"

# Field names are case-insensitive; a field goes on in lines that begin with a
# blank (Debian Policy, section 5.1).
FIELD = re.compile(
    r"^(package|depends|pre-depends|provides):((?:.*\n?)(?:[ \t].*\n?)*)",
    re.IGNORECASE | re.MULTILINE,
)
# The name at the start of an alternative: "name:any (>= 1) [amd64]".
NAME = re.compile(r"\s*([a-z0-9][a-z0-9+.-]*)", re.IGNORECASE)


class Failure(Exception):
    """A message for the user."""


def run(command):
    """The standard output of a command, or None when it is missing or fails."""
    if not shutil.which(command[0]):
        return None
    result = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False
    )
    return result.stdout if result.returncode == 0 else None


def read_list(path):
    """The bytes of a package list, decompressed by its suffix."""
    openers = {".gz": gzip.open, ".xz": lzma.open, ".bz2": bz2.open}
    suffix = os.path.splitext(path)[1]
    try:
        if suffix in openers:
            with openers[suffix](path, "rb") as stream:
                return stream.read()
        if suffix not in (".lz4", ".zst"):
            with open(path, "rb") as stream:
                return stream.read()
    except OSError as error:
        raise Failure(f"{path}: {error.strerror or error}") from error
    except (EOFError, lzma.LZMAError, zlib.error) as error:
        raise Failure(f"{path}: {error}") from error
    if not os.path.isfile(path):
        raise Failure(f"{path}: No such file or directory")
    # Python has no lz4 or zstd of its own; apt reads what it wrote.
    tool = "lz4" if suffix == ".lz4" else "zstd"
    for command in ([APT_HELPER, "cat-file", path], [tool, "-dc", path]):
        data = run(command)
        if data is not None:
            return data
    raise Failure(
        f"{path}: cannot decompress: damaged, or neither apt nor {tool} is here"
    )


def find_lists():
    """Package lists of this machine as (where they come from, [bytes])."""
    paths = sorted(
        path
        for path in glob.glob(os.path.join(LISTS, "*_Packages*"))
        if re.search(r"_Packages(\.(lz4|gz|xz|bz2|zst))?$", path)
    )
    if paths:
        lists = [read_list(path) for path in paths]
        if any(data.strip() for data in lists):
            return LISTS, lists
    data = run(["apt-cache", "dumpavail"])
    if data and data.strip():
        return "apt-cache dumpavail", [data]
    if os.path.isfile(STATUS):
        return STATUS, [read_list(STATUS)]
    raise Failure(
        "no package lists: run 'apt-get update', or name lists with --packages"
    )


def names(field):
    """The package names in a relation field, alternatives included."""
    for alternative in re.split("[,|]", field):
        match = NAME.match(alternative)
        if match:
            yield match.group(1).lower()


def parse(lists):
    """({package: set of names it depends on}, {virtual: set of providers})."""
    depends, providers = {}, {}
    for data in lists:
        for stanza in data.decode("utf-8", "replace").split("\n\n"):
            fields = {}
            for key, value in FIELD.findall(stanza):
                fields.setdefault(key.lower(), value)
            package = fields.get("package", "").strip().lower()
            if not package:
                continue
            targets = depends.setdefault(package, set())
            for key in ("depends", "pre-depends"):
                if key in fields:
                    targets.update(names(fields[key]))
            for virtual in names(fields.get("provides", "")):
                providers.setdefault(virtual, set()).add(package)
    return depends, providers


def resolve(depends, providers):
    """({package: set of packages}, unknown names skipped, selves skipped)."""
    graph, unknown, selves = {}, 0, 0
    for package, targets in depends.items():
        edges = set()
        for target in targets:
            if target in depends:
                edges.add(target)
            elif target in providers:
                edges.update(providers[target])
            else:
                unknown += 1
        if package in edges:
            edges.remove(package)
            selves += 1
        graph[package] = edges
    return graph, unknown, selves


def select(graph, count):
    """The graph among the `count` packages that most others depend on."""
    if count is None or count >= len(graph):
        return graph
    popularity = dict.fromkeys(graph, 0)
    for edges in graph.values():
        for target in edges:
            popularity[target] += 1
    kept = set(sorted(graph, key=lambda p: (-popularity[p], p))[:count])
    return {package: graph[package] & kept for package in kept}


def matrix_market(graph, pattern, source):
    """The text of the matrix, by rows, and its number of entries."""
    packages = sorted(graph)
    index = {package: i + 1 for i, package in enumerate(packages)}
    lines = []
    for row, package in enumerate(packages, start=1):
        edges = sorted(index[target] for target in graph[package])
        value = "" if pattern or not edges else f" {1.0 / len(edges)!r}"
        lines.extend(f"{row} {column}{value}" for column in edges)
    field = "pattern" if pattern else "real"
    header = [
        f"%%MatrixMarket matrix coordinate {field} general",
        "% dependencies between Debian packages, in alphabetical order",
        f"% source: {source}",
        f"{len(packages)} {len(packages)} {len(lines)}",
    ]
    return "\n".join(header + lines) + "\n", len(lines)


def write(path, text):
    try:
        if path == "-":
            sys.stdout.write(text)
            sys.stdout.flush()
            return
        with open(path, "w", encoding="ascii") as stream:
            stream.write(text)
    except OSError as error:
        raise Failure(f"{path}: cannot write: {error.strerror}") from error


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, found {value}")
    return value


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "output", help="the file to write, or - for standard output"
    )
    parser.add_argument(
        "--max-packages",
        type=positive,
        metavar="N",
        help="keep only the N packages that most others depend on",
    )
    parser.add_argument(
        "--pattern",
        action="store_true",
        help="write no values (default: each entry is 1 / entries in its row)",
    )
    parser.add_argument(
        "--packages",
        action="append",
        metavar="FILE",
        help="read this package list instead of this machine's; repeatable",
    )
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    try:
        if arguments.packages:
            source = ", ".join(map(os.path.basename, arguments.packages))
            lists = [read_list(path) for path in arguments.packages]
        else:
            source, lists = find_lists()
        depends, providers = parse(lists)
        if not depends:
            raise Failure(f"{source}: no packages found")
        graph, unknown, selves = resolve(depends, providers)
        graph = select(graph, arguments.max_packages)
        text, entries = matrix_market(graph, arguments.pattern, source)
        write(arguments.output, text)
    except Failure as failure:
        print(f"debian-graph.py: error: {failure}", file=sys.stderr)
        return 1
    print(
        f"debian-graph.py: {len(graph)} packages, {entries} dependencies from "
        f"{source}; skipped {unknown} on unknown names, {selves} on itself",
        file=sys.stderr,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

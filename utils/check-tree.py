#!/usr/bin/env python3
#===----------------------------------------------------------------------===#
#
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Checks what the project promises about its own source tree.

    check-tree.py [ROOT]

1. names     `def FooBar : Pass<"sparse-gpu-foo-bar">` has lib/**/FooBar*.cpp,
             test/**/foo-bar.mlir, and test/**/foo-bar-errors.mlir where its
             source emits errors.
2. options   No cl::opt, cl::list or getenv in lib/: options of a pass are in
             tablegen, or a dumped pipeline would not do the same again.
             lib/Runtime may read the environment: a runtime library under a
             stock runner has nothing else.
3. length    Source files: a warning above 400 lines, an error above 600.
             Tests, .td files and generated files are exempt.
4. rules     Each constraint id that a message of lib/ names, "(SPMM-1)",
             is in a test and in docs/Spec.md.
5. licence   Each source file begins with the licence header.

Exit status 1 if there is an error; a warning is printed only.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys

WARN_LINES, FAIL_LINES = 400, 600
SOURCES = (".cpp", ".h", ".c", ".cu", ".py", ".td")
LICENCE = "Apache-2.0 WITH LLVM-exception"
PASS = re.compile(r'def (\w+)\s*:\s*Pass<"sparse-gpu-([a-z0-9-]+)"')
RULE = re.compile(r"\(([A-Z][A-Z0-9]*-\d+)\)")
EMITS = re.compile(r"emit(?:Op)?Error|emitRemark|emitWarning|signalPassFailure")
OPTION = re.compile(r"\bcl::(?:opt|list|bits)\b|\bgetenv\s*\(")


class Tree:
    def __init__(self, root):
        self.root = root
        self.errors, self.warnings = [], []
        self.files = self.list_files()

    def list_files(self):
        """Files that git tracks, or would; all files where there is no git."""
        command = ["git", "-C", self.root, "ls-files", "-co", "--exclude-standard"]
        if os.path.exists(self.path(".git")) and shutil.which("git"):
            result = subprocess.run(command, capture_output=True, text=True)
            if result.returncode == 0:
                names = result.stdout.splitlines()
                return sorted(n for n in names if os.path.isfile(self.path(n)))
        found = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = [f for f in folders if not f.startswith((".", "build"))]
            found += [
                os.path.relpath(os.path.join(folder, n), self.root) for n in names
            ]
        return sorted(found)

    def path(self, name):
        return os.path.join(self.root, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def under(self, *folders):
        return [n for n in self.files if n.startswith(tuple(f + "/" for f in folders))]

    def error(self, where, what):
        self.errors.append(f"{where}: {what}")


def strip_comments(text):
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)


def join_strings(text):
    """Adjacent string literals as one, as the compiler sees them."""
    return re.sub(r'"\s*\n?\s*"', "", text)


def check_names(tree):
    tests = {os.path.basename(n): n for n in tree.under("test")}
    for td in tree.under("include"):
        if not td.endswith(".td"):
            continue
        for name, flag in PASS.findall(tree.read(td)):
            expected = "".join(part.capitalize() for part in flag.split("-"))
            # BufferizeModule and bufferize, SpMM and spmm, GPU and gpu.
            if not name.lower().startswith(expected.lower()):
                tree.error(td, f"pass {name} has the flag sparse-gpu-{flag}")
            sources = [
                n for n in tree.under("lib") if os.path.basename(n) == name + ".cpp"
            ]
            if not sources:
                tree.error(td, f"pass {name} has no lib/**/{name}.cpp")
            if flag + ".mlir" not in tests:
                tree.error(td, f"pass {name} has no test/**/{flag}.mlir")
            emits = any(EMITS.search(tree.read(n)) for n in sources)
            if emits and flag + "-errors.mlir" not in tests:
                tree.error(
                    td,
                    f"pass {name} emits errors but has no test/**/{flag}-errors.mlir",
                )


def check_options(tree):
    for name in tree.under("lib"):
        if not name.endswith((".cpp", ".h")):
            continue
        for number, line in enumerate(strip_comments(tree.read(name)).split("\n"), 1):
            found = OPTION.search(line)
            if found and "lib/Runtime/" in name and "getenv" in found.group(0):
                continue
            if found:
                tree.error(f"{name}:{number}", f"{found.group(0)} in a library")


def check_length(tree):
    for name in tree.under("lib", "include", "tools", "utils", "python", "benchmark"):
        if not name.endswith(SOURCES) or name.endswith(".td"):
            continue
        text = tree.read(name)
        if "@generated" in text[:2000]:
            continue
        lines = text.count("\n")
        if lines > FAIL_LINES:
            tree.error(name, f"{lines} lines, more than {FAIL_LINES}")
        elif lines > WARN_LINES:
            tree.warnings.append(f"{name}: {lines} lines, more than {WARN_LINES}")


def check_rules(tree):
    tests = "".join(tree.read(n) for n in tree.under("test", "unittests"))
    spec_name = "docs/Spec.md"
    spec = tree.read(spec_name) if spec_name in tree.files else ""
    rules = {}
    for name in tree.under("lib"):
        if name.endswith((".cpp", ".h")):
            code = join_strings(strip_comments(tree.read(name)))
            for literal in re.findall(r'"(?:[^"\\\n]|\\.)*"', code):
                # A rule that is passed to a function as "SPMM-5" counts too.
                for rule in RULE.findall(literal) + re.findall(
                    r'^"([A-Z]+-\d+)"$', literal
                ):
                    rules.setdefault(rule, name)
    for rule, name in sorted(rules.items()):
        if not re.search(re.escape(rule) + r"(?!\d)", tests):
            tree.error(name, f"rule {rule} is in no test")
        if not re.search(re.escape(rule) + r"(?!\d)", spec):
            tree.error(name, f"rule {rule} is not in {spec_name}")
    return len(rules)


def check_licence(tree):
    for name in tree.files:
        if name.endswith(SOURCES) and name.split("/")[0] in (
            "lib include tools unittests utils python benchmark cmake".split()
        ):
            if LICENCE not in tree.read(name)[:1000]:
                tree.error(name, f"no licence header ({LICENCE})")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("root", nargs="?", default=default, help="the source tree")
    tree = Tree(parser.parse_args().root)
    check_names(tree)
    check_options(tree)
    check_length(tree)
    rules = check_rules(tree)
    check_licence(tree)
    for warning in tree.warnings:
        print("warning: " + warning)
    for error in tree.errors:
        print("error: " + error)
    print(f"{len(tree.files)} files, {rules} rules, {len(tree.errors)} errors")
    return 1 if tree.errors else 0


if __name__ == "__main__":
    sys.exit(main())

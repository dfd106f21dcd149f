#!/usr/bin/env python3
#===----------------------------------------------------------------------===#
#
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Checks that relative links of Markdown files name a file that exists.

    check-links.py [ROOT]
"""

import argparse
import os
import re
import sys

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("root", nargs="?", default=default, help="the source tree")
    root = parser.parse_args().root
    links, errors = 0, 0
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if not f.startswith((".", "build"))]
        for name in names:
            if not name.endswith(".md"):
                continue
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8") as file:
                text = re.sub(r"```.*?```", "", file.read(), flags=re.S)
            for target in LINK.findall(text):
                if "://" in target or target.startswith("mailto:"):
                    continue
                links += 1
                if not os.path.exists(os.path.join(folder, target)):
                    print(f"error: {os.path.relpath(path, root)}: {target}")
                    errors += 1
    print(f"{links} links, {errors} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
#===----------------------------------------------------------------------===#
#
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Lists the project's C and C++ files, one per line, for clang-format --files=.

    list-sources.py [ROOT]
"""

import argparse
import os

FOLDERS = ("include", "lib", "tools", "unittests", "cmake", "benchmark")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("root", nargs="?", default=default, help="the source tree")
    root = parser.parse_args().root
    for folder in FOLDERS:
        for path, _, names in os.walk(os.path.join(root, folder)):
            for name in sorted(names):
                if name.endswith((".c", ".cpp", ".h")):
                    print(os.path.join(path, name))


if __name__ == "__main__":
    main()

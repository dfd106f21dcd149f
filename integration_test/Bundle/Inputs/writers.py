# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""writers.py N BUNDLE COMMAND...: N processes add a case each at the same time."""

import os
import subprocess
import sys

os.umask(0o022)
count, bundle, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
writers = [
    subprocess.Popen([*command, f"--emit-bundle={bundle}", f"--bundle-case=c{i}"])
    for i in range(count)
]
if any([writer.wait() for writer in writers]):
    sys.exit("a writer failed")
for folder, _, files in os.walk(bundle):
    for name in [".", *files]:
        path = os.path.join(folder, name)
        if os.stat(path).st_mode & 0o044 != 0o044:
            sys.exit(f"{path} cannot be read by others")

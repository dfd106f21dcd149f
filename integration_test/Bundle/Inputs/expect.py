# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""expect.py STATUS COMMAND...: runs it, prints what it wrote, and fails unless it
ended with that status: a crash is another one."""

import subprocess
import sys

done = subprocess.run(
    sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
)
sys.stdout.buffer.write(done.stdout)
if done.returncode != int(sys.argv[1]):
    sys.exit(f"status {done.returncode}, expected {sys.argv[1]}")

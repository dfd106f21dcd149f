#!/usr/bin/env python3
# Part of the SparseGPU project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints what libsparsegpu_cuda_runtime.so says of the first CUDA GPU.

A JSON object with name, chip, driver and more (SparseGPU/Runtime/Runtime.h).
Where there is no GPU the reason goes to standard error, and the status is 1.
"""

import argparse
import ctypes
import sys


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("library", help="libsparsegpu_cuda_runtime.so")
    try:
        library = ctypes.CDLL(parser.parse_args().library)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    describe = library.sparsegpuRuntimeDeviceJSON
    describe.restype = ctypes.c_void_p
    release = library.sparsegpuRuntimeFreeString
    release.argtypes = [ctypes.c_void_p]
    reason = library.sparsegpuRuntimeLastError
    reason.restype = ctypes.c_char_p
    text = describe(0) if library.sparsegpuRuntimeDeviceCount() > 0 else None
    if not text:
        print(reason().decode(), file=sys.stderr)
        return 1
    print(ctypes.string_at(text).decode())
    release(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

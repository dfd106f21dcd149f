#===----------------------------------------------------------------------===#
#
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#

"""What the lit suites of test/ and integration_test/ share.

Programs come from the build tree and from LLVM's tools, by PATH; those that
may be missing become features, so that a test says what it needs:

| feature | when |
|---|---|
| ptxas, nvcc | the program of CUDA is found |
| clang-format-22, clang-tidy-22 | the program is found |
| sparse-run, sparse-pack | the program is built |
| emulator | libsparsegpu_emulator.so is built |
| cuda-gpu | there is a CUDA GPU: /dev/nvidiactl is there and libcuda.so loads |
| asan | the build has AddressSanitizer |
"""

import ctypes
import os
import subprocess

import lit.formats
import lit.util


def _has_gpu():
    if not os.path.exists("/dev/nvidiactl"):
        return False
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
        count = ctypes.c_int(0)
        return (
            cuda.cuInit(0) == 0
            and cuda.cuDeviceGetCount(ctypes.byref(count)) == 0
            and count.value > 0
        )
    except OSError:
        return False


def configure(config, lit_config):
    config.test_format = lit.formats.ShTest(execute_external=False)
    config.suffixes = [".mlir", ".test", ".ll"]
    config.excludes = ["Inputs", "CMakeLists.txt", "lit.cfg.py"]

    bin_dir = os.path.join(config.build_root, "bin")
    lib_dir = os.path.join(config.build_root, "lib")
    cuda = ["/usr/local/cuda/bin", "/opt/cuda/bin"]
    path = [bin_dir, config.llvm_tools_dir]
    path += [config.environment.get("PATH", os.environ.get("PATH", ""))]
    path += [directory for directory in cuda if os.path.isdir(directory)]
    config.environment["PATH"] = os.pathsep.join(path)

    def find(program):
        return lit.util.which(program, config.environment["PATH"])

    for program in ("ptxas", "nvcc", "clang-format-22", "clang-tidy-22"):
        if find(program):
            config.available_features.add(program)
    for program in ("sparse-run", "sparse-pack"):
        if os.path.exists(os.path.join(bin_dir, program)):
            config.available_features.add(program)
    if os.path.exists(os.path.join(lib_dir, "libsparsegpu_emulator.so")):
        config.available_features.add("emulator")
    if _has_gpu():
        config.available_features.add("cuda-gpu")
    if "address" in config.sanitizer:
        config.available_features.add("asan")
        # LLVM's own shared libraries are not instrumented: they keep caches,
        # and use memory that inline code of their allocator poisons in ours.
        config.environment["ASAN_OPTIONS"] = (
            "detect_leaks=0:allow_user_poisoning=0")
        # The stock runner is not instrumented, the runtime that it loads is.
        clang = os.path.join(config.llvm_tools_dir, "clang++")
        runtime = subprocess.run(
            [clang, "-print-file-name=libclang_rt.asan-x86_64.so"],
            capture_output=True, text=True).stdout.strip()
        config.substitutions.append(
            (r"\bmlir-runner\b(?!\.)", f"env LD_PRELOAD={runtime} mlir-runner"))

    config.substitutions += [
        ("%sparsegpu_src", config.source_root),
        ("%sparsegpu_build", config.build_root),
        ("%sparsegpu_libs", lib_dir),
        ("%mlir_libs", config.llvm_lib_dir),
        ("%python", config.python),
        ("%readelf", os.path.join(config.llvm_tools_dir, "llvm-readelf")),
        ("%nm", os.path.join(config.llvm_tools_dir, "llvm-nm")),
    ]

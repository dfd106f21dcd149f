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
| fake-cuda | the fake CUDA driver of the unit tests is built |
| cuda-gpu | there is a CUDA GPU: /dev/nvidiactl is there and libcuda.so loads |
| matplotlib, scipy, sklearn | the tests' Python has it |
| cairo | the build has it, so that sparse-pack plot makes PNG |
| asan | the build has AddressSanitizer |

`sparse-run` in a test means `sparse-run --device=emulator`, so that results do
not depend on the machine; a later --device in the same command wins. With
`lit --param device=auto` it means `sparse-run --device=auto`: the GPU where
there is one. integration_test/CUDA/on-the-gpu.test runs the suite that way.
"""

import ctypes
import os
import subprocess

import lit.formats
import lit.util


def _find_gpu():
    """The name of the first CUDA GPU, or None."""
    if not os.path.exists("/dev/nvidiactl"):
        return None
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return None
    count = ctypes.c_int(0)
    if cuda.cuInit(0) or cuda.cuDeviceGetCount(ctypes.byref(count)):
        return None
    name = ctypes.create_string_buffer(256)
    if count.value == 0 or cuda.cuDeviceGetName(name, len(name), 0):
        return None
    return name.value.decode()


def _choose_device(config, lit_config):
    """Where sparse-run runs kernels; says so."""
    gpu = _find_gpu()
    if gpu:
        config.available_features.add("cuda-gpu")
    device = lit_config.params.get("device", "emulator")
    if device not in ("emulator", "auto"):
        lit_config.fatal(f"--param device={device}: expected emulator or auto")
    # The program's name alone, not in a path and not with a suffix; bundles are
    # written for no device.
    config.substitutions.append(
        (r"(?<![\w/.-])sparse-run(?= )(?![^|;&]*--emit-bundle)",
         f"sparse-run --device={device}"))
    if device == "auto":
        # Beside the results of a suite that may be running.
        config.test_exec_root = os.path.join(config.test_exec_root, "on-gpu")
        where = gpu or "the software GPU; there is no CUDA GPU"
    else:
        where = "the software GPU"
        if gpu:
            where += f", and on {gpu} in CUDA/on-the-gpu.test"
    lit_config.note(f"{config.name}: kernels run on {where}")


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
    fake_cuda = os.path.join(config.build_root, "unittests", "fake-cuda")
    if os.path.exists(os.path.join(fake_cuda, "libcuda.so.1")):
        config.available_features.add("fake-cuda")
    _choose_device(config, lit_config)
    for module in ("matplotlib", "scipy", "sklearn"):
        if not subprocess.run([config.python, "-c", f"import {module}"],
                              stderr=subprocess.DEVNULL).returncode:
            config.available_features.add(module)
    if config.cairo == "ON":
        config.available_features.add("cairo")
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
        ("%lit", os.path.join(config.llvm_tools_dir, "lit")),
        # Before a command: it finds the fake driver, which executes nothing;
        # and the same with the software GPU behind it, which takes kernels
        # from FAKE_CUDA_BITCODE (unittests/CUDARuntime/FakeDriver/FakeCuda.h).
        ("%fake_cuda_execute", f"env LD_LIBRARY_PATH={fake_cuda}"
         f" FAKE_CUDA_EMULATOR={lib_dir}/libsparsegpu_emulator.so"),
        ("%fake_cuda", f"env LD_LIBRARY_PATH={fake_cuda}"),
        ("%mlir_libs", config.llvm_lib_dir),
        ("%python", config.python),
        ("%readelf", os.path.join(config.llvm_tools_dir, "llvm-readelf")),
        ("%nm", os.path.join(config.llvm_tools_dir, "llvm-nm")),
    ]

#===----------------------------------------------------------------------===#
#
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Matrix products with each compute path, with and without pipelines.

    compute-paths.py FOLDER PATH... -- SHARED_STAGES x REGISTER_STAGES...

For each PATH (a key of PATHS) and each K of SIZES, C += A B^T is computed without
stages, and then with each number of stages, under hazards and two seeds. Every
element must be the same bits. Prints "PATH: same: N".
"""

import os
import subprocess
import sys

# Type of A and B, of C, path of the schedule, tile, tile of a warp.
PATHS = {
    "f16": ("f16", "f32", "mma", "32, 16, 64", "16, 8"),
    "f16-f16": ("f16", "f16", "mma", "32, 16, 32", "16, 16"),
    "bf16": ("bf16", "f32", "mma", "32, 16, 32", "16, 8"),
    "tf32": ("f32", "f32", "mma", "32, 16, 32", "16, 8"),
    "3xtf32": ("f32", "f32", "mma_3xtf32", "32, 16, 32", "16, 8"),
    "s8": ("i8", "i32", "mma", "32, 16, 64", "16, 8"),
    "f64": ("f64", "f64", "mma", "32, 16, 16", "16, 8"),
    "fma": ("f32", "f32", "fma", "32, 16, 16", "32, 16"),
}
# Three to fifteen tiles, most with a rest; shorter than most pipelines. Rows begin at
# multiples of 16 bytes, for copies of 16 bytes.
SIZES = [240, 48]
M, N = 65, 40

PROGRAM = """func.func @f(%A: tensor<{m}x{k}x{factor}> {{sparse_gpu.name = "A"}}, %B: tensor<{n}x{k}x{factor}> {{sparse_gpu.name = "B"}}, %C: tensor<{m}x{n}x{result}> {{sparse_gpu.name = "C"}}) -> (tensor<{m}x{n}x{result}> {{sparse_gpu.name = "D"}}) {{
  %0 = linalg.matmul
    indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
    ins(%A, %B : tensor<{m}x{k}x{factor}>, tensor<{n}x{k}x{factor}>) outs(%C : tensor<{m}x{n}x{result}>) -> tensor<{m}x{n}x{result}>
  return %0 : tensor<{m}x{n}x{result}>
}}
"""


def compute(folder, path, size, shared, registers):
    factor, result, kind, tile, warp = PATHS[path]
    program = os.path.join(folder, f"{path}.mlir")
    with open(program, "w", encoding="utf-8") as file:
        file.write(PROGRAM.format(m=M, n=N, k=size, factor=factor, result=result))
    output = os.path.join(folder, f"{path}.mtx")
    schedule = (
        f"scope = block, path = {kind}, tile = [{tile}], warp_tile = [{warp}], "
        f"stages = {shared}, register_stages = {registers}"
    )
    command = ["sparse-run", program, "--device", "emulator", "--hazards"]
    command += ["--seeds", "2", "--schedule", schedule, "--output", f"D={output}"]
    for name, rows in (("A", M), ("B", N)):
        command += ["--input", f"{name}=random:{rows}x{size}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{path} {size} {shared}x{registers}:\n{done.stdout}{done.stderr}")
    if "PIPE-" in done.stderr and "PIPE-11" not in done.stderr:
        sys.exit(f"{path} {size} {shared}x{registers}: {done.stderr}")
    with open(output, encoding="utf-8") as file:
        return file.read()


def main():
    folder, *arguments = sys.argv[1:]
    at = arguments.index("--")
    os.makedirs(folder, exist_ok=True)
    for path in arguments[:at]:
        count = 0
        for size in SIZES:
            expected = compute(folder, path, size, 1, 1)
            for stages in arguments[at + 1 :]:
                shared, registers = stages.split("x")
                if compute(folder, path, size, shared, registers) != expected:
                    sys.exit(f"{path} {size} {stages}: other results")
                count += 1
        print(f"{path}: same: {count}")


main()

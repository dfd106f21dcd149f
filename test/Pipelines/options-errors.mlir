// Options of the whole pipeline that are refused, each with one clear error.
// RUN: not sparse-opt %s --sparse-gpu-to-nvvm="chip=sm_81" 2>&1 | FileCheck %s --check-prefix=CHIP
// RUN: not sparse-opt %s --sparse-gpu-to-nvvm="features=+tensor" 2>&1 | FileCheck %s --check-prefix=FEATURE
// RUN: not sparse-opt %s --sparse-gpu-to-nvvm="chip=sm_90 features=+ptx70" 2>&1 | FileCheck %s --check-prefix=PTX
// RUN: not sparse-opt %s --sparse-gpu-to-nvvm="format=elf" 2>&1 | FileCheck %s --check-prefix=FORMAT
// RUN: not sparse-opt %s --sparse-gpu-to-nvvm="chip=sm_70 format=bin" 2>&1 | FileCheck %s --check-prefix=ASSEMBLER
// RUN: not sparse-opt %s --sparse-gpu-to-nvvm="operands=managed" 2>&1 | FileCheck %s --check-prefix=OPERANDS
// RUN: not sparse-opt %s --sparse-gpu-to-nvvm="schedule={warps = 99}" 2>&1 | FileCheck %s --check-prefix=SCHEDULE
// RUN: not sparse-opt %s --sparse-gpu-to-nvvm="schedule={unit = window}" 2>&1 | FileCheck %s --check-prefix=UNIT
// RUN: not sparse-opt %s --sparse-gpu-to-nvvm="schedule=fast" 2>&1 | FileCheck %s --check-prefix=TEXT
// RUN: not sparse-opt %s --sparse-gpu-to-nvvm="speed=9" 2>&1 | FileCheck %s --check-prefix=OPTION
// RUN: not sparse-opt %s --sparse-gpu-to-nvvm="require-gpu=maybe" 2>&1 | FileCheck %s --check-prefix=BOOL
// CHIP:      error: unknown chip 'sm_81'
// FEATURE:   error: unknown feature 'tensor' of the NVPTX target
// PTX:       error: feature '+ptx70' is too low for chip 'sm_90', which needs at least +ptx78
// FORMAT:    error: option 'format' must be isa, bin, fatbin or llvm, got 'elf'
// ASSEMBLER: error: chip 'sm_70' has no assembler in CUDA 13
// OPERANDS:  error: option 'operands' must be host or device, got 'managed'
// SCHEDULE:  error: schedule field 'warps' must be 1 to 32, got 99 (SCH-2)
// UNIT:      error: operand A of type {{.*}} cannot be computed by {{.*}}: #sparse_gpu.csr has no unit 'window'; it offers: row (SCH-8)
// TEXT:      error: option 'schedule' is not a schedule: 'fast'
// OPTION:    no such option speed
// BOOL:      'maybe' is invalid value for boolean argument
func.func @spmm(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #sparse_gpu.csr>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

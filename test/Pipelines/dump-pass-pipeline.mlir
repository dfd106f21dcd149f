// A dumped pipeline, fed back, makes the same code, whatever the options.
// RUN: %python %sparsegpu_src/utils/compare-pipelines.py sparse-opt %s --sparse-gpu-to-nvvm | FileCheck %s
// RUN: %python %sparsegpu_src/utils/compare-pipelines.py sparse-opt %s \
// RUN:   --sparse-gpu-to-nvvm="chip=sm_90a features=+ptx81 format=llvm operands=device require-gpu schedule={[#sparse_gpu.schedule<warps = 8, coarsening = 4, when = [n ge 64, rows lt 100]>, #sparse_gpu.schedule<lanes = 16, unroll = 2>]}" | FileCheck %s
// RUN: %python %sparsegpu_src/utils/compare-pipelines.py sparse-opt %s \
// RUN:   --sparse-gpu-to-nvvm="chip=sm_89 schedule={warps = 2, step = 64}" | FileCheck %s
// RUN: %python %sparsegpu_src/utils/compare-pipelines.py sparse-opt %s \
// RUN:   --sparse-gpu-to-nvvm="schedule=warps=2,step=64 enable-runtime-library=false" | FileCheck %s
// RUN: %python %sparsegpu_src/utils/compare-pipelines.py sparse-opt %s \
// RUN:   --sparse-gpu-linalg-to-sparse-gpu="schedule={warps = 2}" --sparse-gpu-to-tiles --sparse-gpu-tiles-to-gpu="operands=device" | FileCheck %s
// CHECK: identical:
func.func @spmm(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #sparse_gpu.csr>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

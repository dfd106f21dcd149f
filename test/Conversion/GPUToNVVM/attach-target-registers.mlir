// The registers of a schedule become the bound of its kernel.
// RUN: sparse-opt %s --split-input-file --sparse-gpu-attach-target | FileCheck %s --check-prefix=TARGET
// RUN: sparse-opt %s --split-input-file --sparse-gpu-linalg-to-sparse-gpu="schedule={scope=block,tile=[64,64,16],warp_tile=[32,32],copy=0,registers=136}" \
// RUN:   --sparse-gpu-to-tiles --sparse-gpu-tiles-to-gpu | FileCheck %s --check-prefix=GPU
// RUN: sparse-opt %s --split-input-file --sparse-gpu-to-nvvm="schedule={scope=block,tile=[64,64,16],warp_tile=[32,32],copy=0,registers=136}" | FileCheck %s --check-prefix=PTX
// RUN: sparse-opt %s --split-input-file --sparse-gpu-to-nvvm="schedule={scope=block,tile=[64,64,16],warp_tile=[32,32],copy=0}" | FileCheck %s --check-prefix=NONE

// GPU: gpu.dynamic_shared_memory {sparse_gpu.registers = 136 : i32}
// PTX: .maxnreg 136
// NONE: .entry
// NONE-NOT: .maxnreg
func.func @f(%A: tensor<100x64xf32>, %B: tensor<64x90xf32>, %C: tensor<100x90xf32>) -> tensor<100x90xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<100x64xf32>, tensor<64x90xf32>) outs(%C : tensor<100x90xf32>) -> tensor<100x90xf32>
  return %0 : tensor<100x90xf32>
}

// -----

module attributes {gpu.container_module} {
  gpu.module @kernels {
    // TARGET: gpu.func @bounded() kernel attributes {known_block_size = array<i32: 128, 1, 1>, nvvm.maxnreg = 96 : i32}
    // TARGET-NEXT: gpu.dynamic_shared_memory :
    gpu.func @bounded() kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %0 = gpu.dynamic_shared_memory {sparse_gpu.registers = 96 : i32} : memref<?xi8, #gpu.address_space<workgroup>>
      gpu.return
    }
    // TARGET: gpu.func @free() kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
    gpu.func @free() kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %0 = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      gpu.return
    }
  }
}

// What must have run before.
// RUN: sparse-opt %s --pass-pipeline='builtin.module(func.func(sparse-gpu-spmm-to-tiles))' --split-input-file --verify-diagnostics

#csr = #sparse_gpu.csr
func.func @tensors(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error @+1 {{must have its storage and memrefs as operands here (LVL2-2)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>)
    schedules [#sparse_gpu.schedule] -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#csr = #sparse_gpu.csr
func.func @storage_on_tensors(%p: tensor<5xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>, %B: tensor<4x4xf32>, %C: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // expected-error @+1 {{must have its storage and memrefs as operands here (LVL2-2)}}
  %0 = sparse_gpu.spmm a(%p, %c, %v : tensor<5xi32>, tensor<?xi32>, tensor<?xf32> of tensor<4x4xf32, #csr>)
    b(%B : tensor<4x4xf32>) outs(%C : tensor<4x4xf32>)
    schedules [#sparse_gpu.schedule] -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

// -----

#csr = #sparse_gpu.csr
func.func @no_schedule(%p: memref<5xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %B: memref<4x4xf32>, %C: memref<4x4xf32>) {
  // expected-error @+1 {{needs schedules, the last of them without guards: run --sparse-gpu-assign-schedule first (LVL1-1)}}
  sparse_gpu.spmm a(%p, %c, %v : memref<5xi32>, memref<?xi32>, memref<?xf32> of tensor<4x4xf32, #csr>)
    b(%B : memref<4x4xf32>) outs(%C : memref<4x4xf32>)
  return
}

// -----

#csr = #sparse_gpu.csr
func.func @tile_of_one_row(%p: memref<5xi32>, %c: memref<?xi32>, %v: memref<?xf16>, %B: memref<4x64xf16>, %C: memref<4x64xf32>) {
  // expected-error @+1 {{has an operand A of type 'tensor<4x4xf16, #sparse_gpu.csr>' whose steps are no tiles of 32 rows that can be copied, which a schedule with 'tile' needs (LVL2-6)}}
  sparse_gpu.spmm a(%p, %c, %v : memref<5xi32>, memref<?xi32>, memref<?xf16> of tensor<4x4xf16, #csr>)
    b(%B : memref<4x64xf16>) outs(%C : memref<4x64xf32>)
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [32, 64, 32], warp_tile = [32, 32]>]
  return
}

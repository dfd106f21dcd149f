// RUN: sparse-opt %s --pass-pipeline='builtin.module(func.func(sparse-gpu-contract-to-tiles))' --split-input-file --verify-diagnostics

func.func @f(%A: memref<4x16xf16>, %B: memref<16x8xf16>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{needs schedules, the last of them without guards: run --sparse-gpu-assign-schedule first (LVL1-1)}}
  sparse_gpu.contract a(%A : memref<4x16xf16>) b(%B : memref<16x8xf16>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
  return
}

// -----

func.func @f(%A: tensor<4x16xf16>, %B: tensor<16x8xf16>, %C: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // expected-error @+1 {{must have memrefs as operands here (LVL2-2)}}
  %0 = sparse_gpu.contract a(%A : tensor<4x16xf16>) b(%B : tensor<16x8xf16>) outs(%C : tensor<4x8xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// -----

func.func @f(%A: memref<4x16xf16>, %B: memref<16x8xf16>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{guard #sparse_gpu.guard<nnz gt 3> is for sparse operands (SCH-15)}}
  sparse_gpu.contract a(%A : memref<4x16xf16>) b(%B : memref<16x8xf16>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    schedules [#sparse_gpu.schedule<scope = block, tile = [64, 64, 32], warp_tile = [32, 32], when = [nnz gt 3]>,
               #sparse_gpu.schedule<scope = block, tile = [64, 64, 32], warp_tile = [32, 32]>]
  return
}

// -----

func.func @f(%A: memref<4x16xf16>, %B: memref<16x8xf16>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{a guard on an alignment compares with ge and a power of two up to 16, got #sparse_gpu.guard<alignment ge 12> (SCH-15)}}
  sparse_gpu.contract a(%A : memref<4x16xf16>) b(%B : memref<16x8xf16>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    schedules [#sparse_gpu.schedule<scope = block, tile = [64, 64, 32], warp_tile = [32, 32], when = [alignment ge 12]>,
               #sparse_gpu.schedule<scope = block, tile = [64, 64, 32], warp_tile = [32, 32]>]
  return
}

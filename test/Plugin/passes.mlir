// The dialect and single passes, in the stock mlir-opt.
// UNSUPPORTED: asan
// RUN: mlir-opt %s --load-dialect-plugin=%sparsegpu_libs/SparseGPUPlugin.so --load-pass-plugin=%sparsegpu_libs/SparseGPUPlugin.so \
// RUN:   --pass-pipeline="builtin.module(sparse-gpu-linalg-to-spmm,canonicalize,sparse-gpu-assign-schedule{schedule={warps = 2}})" | FileCheck %s
// CHECK: sparse_gpu.spmm {{.*}} schedules [#sparse_gpu.schedule<unit = row, warps = 2>]
func.func @spmm(%A: tensor<?x?xf32, #sparse_gpu.csr>, %x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %0 = linalg.matvec ins(%A, %x : tensor<?x?xf32, #sparse_gpu.csr>, tensor<?xf32>) outs(%y : tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

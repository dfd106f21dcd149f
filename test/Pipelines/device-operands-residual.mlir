// A residual that the result overwrites: an element is read where, and before,
// it is written, so nothing is copied.
// RUN: sparse-opt %s --sparse-gpu-linalg-to-sparse-gpu="operands=device" --sparse-gpu-to-tiles="operands=device" | FileCheck %s
// CHECK-LABEL: func.func @residual
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.copy
// CHECK: return
func.func @residual(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x64xf32>, %C: tensor<?x64xf32> {bufferization.writable = true}, %R: tensor<?x64xf32> {bufferization.writable = true}) -> tensor<?x64xf32> {
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%C : tensor<?x64xf32>) -> tensor<?x64xf32>
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #sparse_gpu.csr>, tensor<?x64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  %1 = linalg.add ins(%0, %R : tensor<?x64xf32>, tensor<?x64xf32>) outs(%R : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %1 : tensor<?x64xf32>
}

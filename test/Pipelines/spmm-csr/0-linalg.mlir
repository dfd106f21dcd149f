// The kernel at level 0, and what arrow 0 -> 1 makes of it.
// RUN: sparse-opt %s --sparse-gpu-linalg-to-sparse-gpu | FileCheck %s
//
// Level 0 is what a user writes: linalg on tensors, one of them with a sparse
// encoding. C = A * B, A sparse with M and K known only at run time, B and C
// with 64 columns. Nothing here says GPU, and nothing says how.
//
// 1. --sparse-gpu-linalg-to-spmm takes the product as sparse_gpu.spmm. linalg
//    adds to its output, so beta is 1.
// 2. Canonicalisation sees that C was filled with zero: beta and the fill go,
//    and the kernel will not read C.
// 3. --sparse-gpu-assign-schedule chooses how: N = 64 is above 32, so each
//    lane of a warp computes two columns.
// 4. --sparse-gpu-check-level checks the contract of level 1.

// CHECK-LABEL: func.func @spmm(
// CHECK-SAME:    %[[A:[^:]*]]: tensor<?x?xf32, #sparse_gpu.csr>, %[[B:[^:]*]]: tensor<?x64xf32>, %[[C:[^:]*]]: tensor<?x64xf32>
// CHECK-NEXT:    %[[R:.*]] = sparse_gpu.spmm a(%[[A]] : tensor<?x?xf32, #sparse_gpu.csr>) b(%[[B]] : tensor<?x64xf32>)
// CHECK-SAME:      outs(%[[C]] : tensor<?x64xf32>) schedules [#sparse_gpu.schedule<unit = row, coarsening = 2>] -> tensor<?x64xf32>
// CHECK-NEXT:    return %[[R]]
func.func @spmm(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x64xf32>,
                %C: tensor<?x64xf32> {bufferization.writable = true})
    -> tensor<?x64xf32> {
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%C : tensor<?x64xf32>)
    -> tensor<?x64xf32>
  %0 = linalg.matmul
    ins(%A, %B : tensor<?x?xf32, #sparse_gpu.csr>, tensor<?x64xf32>)
    outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

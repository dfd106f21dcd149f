// The counters of the software GPU agree with the formula of the row-split
// kernel within 5 % on three matrices: requests, sectors, instructions.
//
// RUN: %python %S/make_matrices.py %t
// RUN: %python %S/formula.py %sparsegpu_build/bin/sparse-run %s %t-uniform.mtx %t-skewed.mtx %t-banded.mtx \
// RUN:   | FileCheck %s
// CHECK: AGREE

func.func @spmm(%A: tensor<?x?xf32, #sparse_gpu.csr> {sparse_gpu.name = "A"},
                %B: tensor<?x64xf32>, %C: tensor<?x64xf32>)
    -> tensor<?x64xf32> {
  %0 = linalg.matmul
    ins(%A, %B : tensor<?x?xf32, #sparse_gpu.csr>, tensor<?x64xf32>)
    outs(%C : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

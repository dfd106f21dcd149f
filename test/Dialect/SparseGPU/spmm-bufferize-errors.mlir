// A sparse operand is never turned into a dense buffer without a word.
// RUN: sparse-opt %s --one-shot-bufferize="bufferize-function-boundaries" -verify-diagnostics

func.func @sparse(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>,
                  %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error @+2 {{has a sparse operand A: run --sparse-gpu-decompose-sparse-values before bufferization}}
  // expected-error @+1 {{failed to bufferize op}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>)
    b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

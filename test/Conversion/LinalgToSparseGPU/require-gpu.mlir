// require-gpu makes an error of what would stay on the CPU; without it the
// operation is left as it was, beside one that is taken.
// RUN: sparse-opt %s --sparse-gpu-linalg-to-spmm="require-gpu" --verify-diagnostics
// RUN: sparse-opt %s --sparse-gpu-linalg-to-spmm 2>/dev/null | FileCheck %s

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>
#ROWS = #sparse_tensor.encoding<{ map = (i, j) -> (i : compressed, j : dense) }>

// CHECK-LABEL: func @left(
// CHECK-SAME:    %[[A:[^:]*]]: tensor<4x8xf32, #[[ROWS:[a-zA-Z0-9_$]+]]>, %[[B:[^:]*]]: tensor<8x8xf32>
// CHECK:         %[[T:.*]] = linalg.matmul ins(%[[A]], %[[B]] : tensor<4x8xf32, #[[ROWS]]>, tensor<8x8xf32>)
// CHECK:         sparse_gpu.spmm {{.*}} b(%[[T]] : tensor<4x8xf32>)
func.func @left(%A: tensor<4x8xf32, #ROWS>, %B: tensor<8x8xf32>,
    %C: tensor<4x8xf32>, %S: tensor<4x4xf32, #CSR>) -> tensor<4x8xf32> {
  // expected-error @+1 {{'linalg.matmul' was not taken to the GPU: operand #0}}
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf32, #ROWS>, tensor<8x8xf32>)
                     outs(%C : tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = linalg.matmul ins(%S, %0 : tensor<4x4xf32, #CSR>, tensor<4x8xf32>)
                     outs(%C : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

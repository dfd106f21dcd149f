// beta is dropped exactly where C holds zeros or does not count: then the
// kernel does not read C.
// RUN: sparse-opt %s --canonicalize --split-input-file | FileCheck %s

#csr = #sparse_gpu.csr

// C was filled with zero: beta goes, and the fill with it.
// CHECK-LABEL: func @filled(
// CHECK-SAME:    %{{.*}}, %{{.*}}, %[[C:.*]]: tensor<?x?xf32>)
// CHECK-NOT:     linalg.fill
// CHECK:         sparse_gpu.spmm {{.*}} outs(%[[C]] : tensor<?x?xf32>) -> tensor<?x?xf32>
func.func @filled(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>,
                  %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>)
    outs(%init : tensor<?x?xf32>) beta(%one : f32) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#csr = #sparse_gpu.csr

// Adding to -0.0 keeps its sign in rows without entries: that C is read.

// CHECK-LABEL: func @filled_with_negative_zero(
// CHECK:         linalg.fill
// CHECK:         sparse_gpu.spmm {{.*}} beta(
func.func @filled_with_negative_zero(%A: tensor<?x?xf32, #csr>,
    %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %beta: f32) -> tensor<?x?xf32> {
  %zero = arith.constant -0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>)
    outs(%init : tensor<?x?xf32>) beta(%beta : f32) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#csr = #sparse_gpu.csr

// CHECK-LABEL: func @beta_is_zero(
// CHECK-SAME:    %{{.*}}, %{{.*}}, %[[C:.*]]: tensor<?x?xf32>)
// CHECK:         outs(%[[C]] : tensor<?x?xf32>) -> tensor<?x?xf32>
func.func @beta_is_zero(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>,
                        %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) beta(%zero : f32) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#csr = #sparse_gpu.csr

// A fill with anything else, and an unknown beta, stay.
// CHECK-LABEL: func @kept(
// CHECK:         %[[ONES:.*]] = linalg.fill
// CHECK:         sparse_gpu.spmm {{.*}} outs(%[[ONES]] : tensor<?x?xf32>) beta(
// CHECK:         sparse_gpu.spmm {{.*}} beta(
func.func @kept(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>,
    %C: tensor<?x?xf32>, %beta: f32) -> (tensor<?x?xf32>, tensor<?x?xf32>) {
  %one = arith.constant 1.0 : f32
  %init = linalg.fill ins(%one : f32) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>)
    outs(%init : tensor<?x?xf32>) beta(%one : f32) -> tensor<?x?xf32>
  %1 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) beta(%beta : f32) -> tensor<?x?xf32>
  return %0, %1 : tensor<?x?xf32>, tensor<?x?xf32>
}

// -----

// Casts that only forget sizes are taken into the operation, at all operands;
// users of the result see the type that they had.

// CHECK-LABEL: func @casts
// CHECK-SAME: (%[[A:.*]]: tensor<4x16xf32, #sparse_gpu.csr>, %[[B:.*]]: tensor<16x8xf32>, %[[C:.*]]: tensor<?x8xf32>)
// CHECK: %[[R:.*]] = sparse_gpu.spmm a(%[[A]] : tensor<4x16xf32, #sparse_gpu.csr>) b(%[[B]] : tensor<16x8xf32>) outs(%[[C]] : tensor<?x8xf32>) -> tensor<?x8xf32>
// CHECK: %[[CAST:.*]] = tensor.cast %[[R]] : tensor<?x8xf32> to tensor<?x?xf32>
// CHECK: return %[[CAST]]
func.func @casts(%A: tensor<4x16xf32, #sparse_gpu.csr>, %B: tensor<16x8xf32>,
                 %C: tensor<?x8xf32>) -> tensor<?x?xf32> {
  %a = tensor.cast %A : tensor<4x16xf32, #sparse_gpu.csr>
    to tensor<?x?xf32, #sparse_gpu.csr>
  %b = tensor.cast %B : tensor<16x8xf32> to tensor<?x?xf32>
  %c = tensor.cast %C : tensor<?x8xf32> to tensor<?x?xf32>
  %0 = sparse_gpu.spmm a(%a : tensor<?x?xf32, #sparse_gpu.csr>)
         b(%b : tensor<?x?xf32>) outs(%c : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

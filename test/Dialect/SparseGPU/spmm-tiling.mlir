// spmm is tiled over the columns of C by upstream's transform operations.
// RUN: sparse-opt %s --transform-interpreter --canonicalize --split-input-file | FileCheck %s

#csr = #sparse_gpu.csr

// B, C and the inputs that depend on n are sliced; A and the bias by row not.
// CHECK-LABEL: func @tile(
// CHECK-SAME:    %[[A:[^:]*]]: tensor<?x?xf32, #sparse_gpu.csr>, %[[B:[^:]*]]: tensor<?x128xf32>, %[[C:[^:]*]]: tensor<?x128xf32>, %[[BIAS:[^:]*]]: tensor<128xf32>, %[[ROWBIAS:[^:]*]]: tensor<?xf32>)
// CHECK:         scf.for %[[N:.*]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args(%[[ACC:.*]] = %[[C]])
// CHECK-DAG:       %[[BN:.*]] = tensor.extract_slice %[[B]][0, %[[N]]] [%{{.*}}, 32] [1, 1]
// CHECK-DAG:       %[[CN:.*]] = tensor.extract_slice %[[ACC]][0, %[[N]]] [%{{.*}}, 32] [1, 1]
// CHECK-DAG:       %[[BIASN:.*]] = tensor.extract_slice %[[BIAS]][%[[N]]] [32] [1]
// CHECK:           %[[R:.*]] = sparse_gpu.spmm a(%[[A]] : {{.*}}) b(%[[BN]] : tensor<?x32xf32>) inputs(%[[BIASN]], %[[ROWBIAS]] : tensor<32xf32>, tensor<?xf32>) outs(%[[CN]] : tensor<?x32xf32>)
// CHECK:           %[[NEXT:.*]] = tensor.insert_slice %[[R]] into %[[ACC]][0, %[[N]]] [%{{.*}}, 32] [1, 1]
// CHECK:           scf.yield %[[NEXT]]
func.func @tile(%A: tensor<?x?xf32, #csr>, %B: tensor<?x128xf32>,
    %C: tensor<?x128xf32>, %bias: tensor<128xf32>, %row_bias: tensor<?xf32>) -> tensor<?x128xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x128xf32>)
    inputs(%bias, %row_bias : tensor<128xf32>, tensor<?xf32>) outs(%C : tensor<?x128xf32>)
    {input_maps = [affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m)>]} epilogue {
    ^bb0(%acc: f32, %b: f32, %r: f32):
      %1 = arith.addf %acc, %b : f32
      %2 = arith.addf %1, %r : f32
      sparse_gpu.yield %2 : f32
    } -> tensor<?x128xf32>
  return %0 : tensor<?x128xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["sparse_gpu.spmm"]} in %root
      : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [32]
      : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

#csr = #sparse_gpu.csr

// Columns are dimension 0 of a transposed operand.
// CHECK-LABEL: func @tile_transposed(
// CHECK-SAME:    %{{[^:]*}}: tensor<?x?xf32, #sparse_gpu.csr>, %[[B:[^:]*]]: tensor<?x?xf32>, %[[C:[^:]*]]: tensor<?x?xf32>)
// CHECK:         scf.for %[[N:.*]] = %{{.*}} iter_args(%[[ACC:.*]] = %[[C]])
// CHECK-DAG:       %[[BN:.*]] = tensor.extract_slice %[[B]][%[[N]], 0]
// CHECK-DAG:       %[[CN:.*]] = tensor.extract_slice %[[ACC]][%[[N]], 0]
// CHECK:           sparse_gpu.spmm {{.*}} b(%[[BN]] : tensor<?x?xf32>) outs(%[[CN]] : tensor<?x?xf32>) {transpose_b, transpose_c}
// CHECK:           tensor.insert_slice %{{.*}} into %[[ACC]][%[[N]], 0]
func.func @tile_transposed(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>,
                           %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) {transpose_b, transpose_c} -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["sparse_gpu.spmm"]} in %root
      : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [32]
      : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

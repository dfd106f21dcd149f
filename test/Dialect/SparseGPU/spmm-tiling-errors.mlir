// A product with a vector has no columns to tile.
// RUN: sparse-opt %s --transform-interpreter -verify-diagnostics

func.func @vector(%A: tensor<?x?xf32, #sparse_gpu.csr>, %x: tensor<?xf32>,
                  %y: tensor<?xf32>) -> tensor<?xf32> {
  // expected-error @+4 {{on a vector has no columns to tile}}
  // The second is upstream's, spelled so.
  // expected-error @+2 {{faild to tile operation}}
  // expected-error @+1 {{failed to generate tiling loops}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>)
    b(%x : tensor<?xf32>) outs(%y : tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
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

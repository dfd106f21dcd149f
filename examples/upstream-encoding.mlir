// The same product as spmm-csr.mlir on upstream's own sparse encoding: a
// program that was written for `mlir-opt --sparsifier` needs no change.
//
// `scale` is not a product of a sparse with a dense matrix, so it stays on the
// CPU: sparse-opt says so in a remark and gives it to upstream's sparsifier in
// the same run. (`require-gpu` makes it an error.)
//
//   build/bin/sparse-opt --sparse-gpu-to-nvvm="chip=sm_80" \
//       examples/upstream-encoding.mlir

#CSR = #sparse_tensor.encoding<{
  map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32
}>

func.func @spmm(
    %A: tensor<?x?xf32, #CSR> {sparse_gpu.name = "A"},
    %B: tensor<?x?xf32> {sparse_gpu.name = "B"},
    %C: tensor<?x?xf32> {sparse_gpu.name = "C"})
    -> (tensor<?x?xf32> {sparse_gpu.name = "D"}) {
  %D = linalg.matmul ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>)
                     outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %D : tensor<?x?xf32>
}

func.func private @scale(%A: tensor<?x?xf32, #CSR>, %factor: f32)
    -> tensor<?x?xf32, #CSR> {
  %0 = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      outs(%A : tensor<?x?xf32, #CSR>) {
    ^bb0(%a: f32):
      %1 = arith.mulf %a, %factor : f32
      linalg.yield %1 : f32
  } -> tensor<?x?xf32, #CSR>
  return %0 : tensor<?x?xf32, #CSR>
}

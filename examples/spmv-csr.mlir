// y = A * x: a sparse matrix times a vector, y written from zero.
//
// The nest is the same as for a matrix; with one column, all 32 lanes of a warp
// share out the nonzeros of a row and add up their parts by shuffles.
//
//   build/bin/sparse-run examples/spmv-csr.mlir \
//       --input A=random:1000x800:powerlaw --check

func.func @spmv(
    %A: tensor<?x?xf32, #sparse_gpu.csr> {sparse_gpu.name = "A"},
    %x: tensor<?xf32> {sparse_gpu.name = "x"})
    -> (tensor<?xf32> {sparse_gpu.name = "y"}) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %rows = tensor.dim %A, %c0 : tensor<?x?xf32, #sparse_gpu.csr>
  %empty = tensor.empty(%rows) : tensor<?xf32>
  // The fill costs nothing: the kernel writes every element without reading it.
  %y0 = linalg.fill ins(%zero : f32) outs(%empty : tensor<?xf32>) -> tensor<?xf32>
  %y = linalg.matvec
      ins(%A, %x : tensor<?x?xf32, #sparse_gpu.csr>, tensor<?xf32>)
      outs(%y0 : tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

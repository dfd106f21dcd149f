// SpMM on a matrix in a format that comes from a plugin.
//
//   sparse-run --load-dialect-plugin=SkylinePlugin.so skyline.mlir
//     --input A=matrix.mtx --input B=random:?x64 --check

func.func @spmm(
    %A: tensor<?x?xf32, #skyline.rows> {sparse_gpu.name = "A"},
    %B: tensor<?x?xf32> {sparse_gpu.name = "B"},
    %C: tensor<?x?xf32> {sparse_gpu.name = "C"})
    -> (tensor<?x?xf32> {sparse_gpu.name = "D"}) {
  %D = linalg.matmul
      ins(%A, %B : tensor<?x?xf32, #skyline.rows>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %D : tensor<?x?xf32>
}

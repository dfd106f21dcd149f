// C - R, where R is overwritten.
func.func @f(%A: tensor<?x?xf32, #sparse_gpu.sum<[#sparse_gpu.bsr<rows = 4, columns = 4>, #sparse_gpu.csr], split = [(full_blocks 4, 4, 30)]>> {sparse_gpu.name = "A"}, %B: tensor<?x?xf32> {sparse_gpu.name = "B"}, %C: tensor<?x?xf32> {sparse_gpu.name = "C"}, %R: tensor<?x?xf32> {sparse_gpu.name = "R"}) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #sparse_gpu.sum<[#sparse_gpu.bsr<rows = 4, columns = 4>, #sparse_gpu.csr], split = [(full_blocks 4, 4, 30)]>>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  %1 = linalg.sub ins(%0, %R : tensor<?x?xf32>, tensor<?x?xf32>) outs(%R : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %1 : tensor<?x?xf32>
}

func.func @spmm(%A: tensor<?x?xf32, #sparse_gpu.csr> {sparse_gpu.name = "A"},
                %B: tensor<?x?xf32> {sparse_gpu.name = "B"},
                %C: tensor<?x?xf32> {sparse_gpu.name = "C"})
    -> (tensor<?x?xf32> {sparse_gpu.name = "D"}) {
  %0 = linalg.matmul
    ins(%A, %B : tensor<?x?xf32, #sparse_gpu.csr>, tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

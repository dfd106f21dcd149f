// A program whose kernel has another name than that of examples/spmm-csr.mlir.
func.func @another(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>,
                   %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul
    ins(%A, %B : tensor<?x?xf32, #sparse_gpu.csr>, tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// A weight in shuffled blocks times dense columns, on tensor cores.
func.func @linear(%W: tensor<4096x4096xf16, #sparse_gpu.shuffled_block<v = 64>>, %X: tensor<4096x1024xf16>, %Y: tensor<4096x1024xf32>) -> tensor<4096x1024xf32> {
  %0 = linalg.matmul ins(%W, %X : tensor<4096x4096xf16, #sparse_gpu.shuffled_block<v = 64>>, tensor<4096x1024xf16>) outs(%Y : tensor<4096x1024xf32>) -> tensor<4096x1024xf32>
  return %0 : tensor<4096x1024xf32>
}

// A small matrix that is a product of long ones.
func.func @f(%A: tensor<65x2048xf16>, %B: tensor<2048x35xf16>, %C: tensor<65x35xf32>) -> tensor<65x35xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<65x2048xf16>, tensor<2048x35xf16>) outs(%C : tensor<65x35xf32>) -> tensor<65x35xf32>
  return %0 : tensor<65x35xf32>
}

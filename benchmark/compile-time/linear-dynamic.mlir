// examples/linear-shuffled-block.mlir.
#weight = #sparse_gpu.shuffled_block<v = 64>
#outputs = affine_map<(m, n) -> (m)>
#all = affine_map<(m, n) -> (m, n)>
func.func @linear(%W: tensor<?x?xf16, #weight> {sparse_gpu.name = "W"},
                  %X: tensor<?x?xf16> {sparse_gpu.name = "X"},
                  %bias: tensor<?xf16> {sparse_gpu.name = "bias"})
    -> (tensor<?x?xf16> {sparse_gpu.name = "Y"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %outputs = tensor.dim %W, %c0 : tensor<?x?xf16, #weight>
  %samples = tensor.dim %X, %c1 : tensor<?x?xf16>
  %sums = tensor.empty(%outputs, %samples) : tensor<?x?xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%sums : tensor<?x?xf32>) -> tensor<?x?xf32>
  %WX = linalg.matmul ins(%W, %X : tensor<?x?xf16, #weight>, tensor<?x?xf16>)
                      outs(%zeros : tensor<?x?xf32>) -> tensor<?x?xf32>
  %empty = tensor.empty(%outputs, %samples) : tensor<?x?xf16>
  %Y = linalg.generic {indexing_maps = [#all, #outputs, #all],
                       iterator_types = ["parallel", "parallel"]}
      ins(%WX, %bias : tensor<?x?xf32>, tensor<?xf16>) outs(%empty : tensor<?x?xf16>) {
  ^bb0(%sum: f32, %b: f16, %out: f16):
    %wide = arith.extf %b : f16 to f32
    %shifted = arith.addf %sum, %wide : f32
    %relu = arith.maximumf %shifted, %zero : f32
    %rounded = arith.truncf %relu : f32 to f16
    linalg.yield %rounded : f16
  } -> tensor<?x?xf16>
  return %Y : tensor<?x?xf16>
}

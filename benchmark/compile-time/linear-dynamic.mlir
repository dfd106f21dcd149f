// examples/linear-shuffled-block.mlir.
func.func @linear(
    %W: tensor<?x?xf16, #sparse_gpu.shuffled_block<v = 64>> {sparse_gpu.name = "W"},
    %X: tensor<?x?xf16> {sparse_gpu.name = "X"},
    %bias: tensor<?xf16> {sparse_gpu.name = "bias"})
    -> (tensor<?x?xf16> {sparse_gpu.name = "Y"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %outputs = tensor.dim %W, %c0 : tensor<?x?xf16, #sparse_gpu.shuffled_block<v = 64>>
  %samples = tensor.dim %X, %c1 : tensor<?x?xf16>
  %empty = tensor.empty(%outputs, %samples) : tensor<?x?xf16>
  %Y = sparse_gpu.spmm
      a(%W : tensor<?x?xf16, #sparse_gpu.shuffled_block<v = 64>>)
      b(%X : tensor<?x?xf16>)
      inputs(%bias : tensor<?xf16>)
      outs(%empty : tensor<?x?xf16>)
      {input_maps = [affine_map<(m, n) -> (m)>]}
      epilogue {
      ^bb0(%sum: f32, %b: f16):
        %zero = arith.constant 0.0 : f32
        %wide = arith.extf %b : f16 to f32
        %shifted = arith.addf %sum, %wide : f32
        %relu = arith.maximumf %shifted, %zero : f32
        %rounded = arith.truncf %relu : f32 to f16
        sparse_gpu.yield %rounded : f16
      } -> tensor<?x?xf16>
  return %Y : tensor<?x?xf16>
}

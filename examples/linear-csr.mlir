// Y = max(X * transpose(W) + bias, 0): a linear layer whose pruned weight W is
// sparse (outputs x inputs), with bias and ReLU fused into the same kernel.
//
// This is written at level 1, where one operation says all of it. X * W^T is
// `transpose_b` with `transpose_c`: the kernel computes W * X^T and reads and
// writes X and Y as they are stored (samples x inputs, samples x outputs). The
// epilogue sees each finished sum with one element of each of `inputs`;
// `input_maps` says which: (m, n) is a row of W, which is a column of Y, and a
// sample; so bias[m].
//
//   build/bin/sparse-run examples/linear-csr.mlir \
//       --input W=random:512x256:0.1 --input X=random:48x? --check

func.func @linear(
    %W: tensor<?x?xf32, #sparse_gpu.csr> {sparse_gpu.name = "W"},
    %X: tensor<?x?xf32> {sparse_gpu.name = "X"},
    %bias: tensor<?xf32> {sparse_gpu.name = "bias"})
    -> (tensor<?x?xf32> {sparse_gpu.name = "Y"}) {
  %c0 = arith.constant 0 : index
  %outputs = tensor.dim %W, %c0 : tensor<?x?xf32, #sparse_gpu.csr>
  %samples = tensor.dim %X, %c0 : tensor<?x?xf32>
  %empty = tensor.empty(%samples, %outputs) : tensor<?x?xf32>
  %Y = sparse_gpu.spmm
      a(%W : tensor<?x?xf32, #sparse_gpu.csr>)
      b(%X : tensor<?x?xf32>)
      inputs(%bias : tensor<?xf32>)
      outs(%empty : tensor<?x?xf32>)
      {transpose_b, transpose_c, input_maps = [affine_map<(m, n) -> (m)>]}
      epilogue {
      ^bb0(%sum: f32, %b: f32):
        %zero = arith.constant 0.0 : f32
        %shifted = arith.addf %sum, %b : f32
        %relu = arith.maximumf %shifted, %zero : f32
        sparse_gpu.yield %relu : f32
      } -> tensor<?x?xf32>
  return %Y : tensor<?x?xf32>
}

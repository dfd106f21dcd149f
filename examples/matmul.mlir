// C = C + A * B: dense matrices, on tensor cores.
//
// Ordinary linalg; nothing is sparse. Products of f16 are summed in f32. All
// sizes are known only when the program runs: one kernel takes operands whose
// rows begin at multiples of 16 bytes, another one all others.
//
//   build/bin/sparse-opt --sparse-gpu-to-nvvm="chip=sm_80 schedule=explain" examples/matmul.mlir
//   build/bin/sparse-run examples/matmul.mlir \
//       --input A=random:200x136 --input B=random:?x152 --check --counters

func.func @matmul(
    %A: tensor<?x?xf16> {sparse_gpu.name = "A"},
    %B: tensor<?x?xf16> {sparse_gpu.name = "B"},
    %C: tensor<?x?xf32> {sparse_gpu.name = "C"})
    -> (tensor<?x?xf32> {sparse_gpu.name = "D"}) {
  %D = linalg.matmul
      ins(%A, %B : tensor<?x?xf16>, tensor<?x?xf16>)
      outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %D : tensor<?x?xf32>
}

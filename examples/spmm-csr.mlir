// C = C + A * B: a sparse matrix A times a dense matrix B.
//
// This is ordinary linalg. The only thing that says "sparse" is the encoding of
// A's type: #sparse_gpu.csr is compressed sparse rows (docs/Formats/CSR.md),
// 32-bit positions and coordinates unless said otherwise. All sizes are known
// only when the program runs.
//
//   build/bin/sparse-opt --sparse-gpu-to-nvvm="chip=sm_80" examples/spmm-csr.mlir
//   build/bin/sparse-run examples/spmm-csr.mlir \
//       --input A=graph:debian --input B=random:?x64 --check
//
// MLIR does not keep the names of arguments: `sparse_gpu.name` is the name by
// which sparse-run knows them.

func.func @spmm(
    %A: tensor<?x?xf32, #sparse_gpu.csr> {sparse_gpu.name = "A"},
    %B: tensor<?x?xf32> {sparse_gpu.name = "B"},
    %C: tensor<?x?xf32> {sparse_gpu.name = "C"})
    -> (tensor<?x?xf32> {sparse_gpu.name = "D"}) {
  %D = linalg.matmul
      ins(%A, %B : tensor<?x?xf32, #sparse_gpu.csr>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %D : tensor<?x?xf32>
}

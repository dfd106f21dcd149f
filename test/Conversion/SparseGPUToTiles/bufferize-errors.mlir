// A sparse value that was not decomposed is an error, not a dense buffer.
// RUN: sparse-opt %s --sparse-gpu-bufferize --split-input-file --verify-diagnostics

func.func @spmm(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error @+1 {{'sparse_gpu.spmm' has a value with a #sparse_gpu format: run --sparse-gpu-decompose-sparse-values first (LVL1-2)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

func.func @matmul(%pos: tensor<?xi32>, %crd: tensor<?xi32>, %val: tensor<?xf32>, %m: index, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error @+1 {{'sparse_gpu.assemble' has a value with a #sparse_gpu format: run --sparse-gpu-decompose-sparse-values first (LVL1-2)}}
  %A = sparse_gpu.assemble fields(%pos, %crd, %val) sizes(%m, %m) : tensor<?xi32>, tensor<?xi32>, tensor<?xf32> to tensor<?x?xf32, #sparse_gpu.csr>
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #sparse_gpu.csr>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

// expected-error @+1 {{'func.func' has a value with a #sparse_gpu format: run --sparse-gpu-decompose-sparse-values first (LVL1-2)}}
func.func private @declared(tensor<?x?xf32, #sparse_gpu.csr>)

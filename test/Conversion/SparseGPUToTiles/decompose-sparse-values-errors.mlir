// What cannot be replaced by storage is an error, never a dense value.
// RUN: sparse-opt %s --sparse-gpu-decompose-sparse-values --split-input-file --verify-diagnostics

#csr = #sparse_gpu.csr
func.func @to_dense(%A: tensor<?x?xf32, #csr>) -> tensor<?x?xf32> {
  // expected-error @+2 {{casts between formats move data: 'tensor<?x?xf32, #sparse_gpu.csr>' to 'tensor<?x?xf32>' (LVL0-2)}}
  // expected-error @+1 {{failed to legalize operation 'tensor.cast'}}
  %0 = tensor.cast %A : tensor<?x?xf32, #csr> to tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#csr = #sparse_gpu.csr
func.func @to_sparse(%A: tensor<?x?xf32>) -> tensor<?x?xf32, #csr> {
  // expected-error @+2 {{casts between formats move data: 'tensor<?x?xf32>' to 'tensor<?x?xf32, #sparse_gpu.csr>' (LVL0-2)}}
  // expected-error @+1 {{failed to legalize operation 'tensor.cast'}}
  %0 = tensor.cast %A : tensor<?x?xf32> to tensor<?x?xf32, #csr>
  return %0 : tensor<?x?xf32, #csr>
}

// -----

#csr = #sparse_gpu.csr
#wide = #sparse_gpu.csr<positions = i64>
func.func @to_other(%A: tensor<?x?xf32, #csr>) -> tensor<?x?xf32, #wide> {
  // expected-error @+2 {{casts between formats move data: 'tensor<?x?xf32, #sparse_gpu.csr>' to 'tensor<?x?xf32, #sparse_gpu.csr<positions = i64>>' (LVL0-2)}}
  // expected-error @+1 {{failed to legalize operation 'tensor.cast'}}
  %0 = tensor.cast %A : tensor<?x?xf32, #csr> to tensor<?x?xf32, #wide>
  return %0 : tensor<?x?xf32, #wide>
}

// -----

#csr = #sparse_gpu.csr
func.func @element(%A: tensor<?x?xf32, #csr>, %i: index) -> f32 {
  // expected-error @+1 {{failed to legalize operation 'tensor.extract'}}
  %0 = tensor.extract %A[%i, %i] : tensor<?x?xf32, #csr>
  return %0 : f32
}

// -----

#csr = #sparse_gpu.csr
func.func @linalg(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error @+1 {{failed to legalize operation 'linalg.matmul'}}
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #csr>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

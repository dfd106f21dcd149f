// Each numbered constraint of sparse_gpu.convert broken once (docs/Spec.md).
// RUN: sparse-opt %s -split-input-file -verify-diagnostics

func.func @f(%x: tensor<?x?xf32>) {
  // expected-error @+1 {{operand or result needs a sparse format, got 'tensor<?x?xf32>' and 'tensor<?x?xf32>' (CVT-1)}}
  %0 = sparse_gpu.convert %x : tensor<?x?xf32> to tensor<?x?xf32>
  return
}

// -----

#up = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>
func.func @f(%x: tensor<?x?xf32, #up>) {
  // expected-error @+1 {{operand must be a matrix, dense or with a sparse format, got 'tensor<?x?xf32, #sparse_tensor.encoding<}}
  %0 = sparse_gpu.convert %x : tensor<?x?xf32, #up> to tensor<?x?xf32, #sparse_gpu.csr>
  return
}

// -----

func.func @f(%x: tensor<?x?xf32, #sparse_gpu.csr>) {
  // expected-error @+1 {{result must be a matrix, dense or with a sparse format, got 'tensor<?xf32>' (CVT-1)}}
  %0 = sparse_gpu.convert %x : tensor<?x?xf32, #sparse_gpu.csr> to tensor<?xf32>
  return
}

// -----

func.func @f(%x: tensor<?x?xf32, #sparse_gpu.csr>) {
  // expected-error @+1 {{operand and result must have the same elements, got 'tensor<?x?xf32, #sparse_gpu.csr>' and 'tensor<?x?xf16, #sparse_gpu.coo>' (CVT-2)}}
  %0 = sparse_gpu.convert %x : tensor<?x?xf32, #sparse_gpu.csr> to tensor<?x?xf16, #sparse_gpu.coo>
  return
}

// -----

func.func @f(%x: tensor<3x?xf32, #sparse_gpu.csr>) {
  // expected-error @+1 {{dimension 1 of the result is 4, which the operand's type 'tensor<3x?xf32, #sparse_gpu.csr>' does not say (CVT-3)}}
  %0 = sparse_gpu.convert %x : tensor<3x?xf32, #sparse_gpu.csr> to tensor<3x4xf32, #sparse_gpu.coo>
  return
}

// -----

func.func @f(%x: tensor<?x?xf32, #sparse_gpu.csr>) {
  // expected-error @+1 {{'prune' is a sparsity from 0 up to but not including 1, got 1}}
  %0 = sparse_gpu.convert %x prune 1.0 : tensor<?x?xf32, #sparse_gpu.csr> to tensor<?x?xf32, #sparse_gpu.nm>
  return
}

// -----

func.func @f(%x: tensor<?x?xf32, #sparse_gpu.csr>) {
  // expected-error @+1 {{'prune' needs a result with a sparse format, got 'tensor<?x?xf32>' (CVT-5)}}
  %0 = sparse_gpu.convert %x prune 0.5 : tensor<?x?xf32, #sparse_gpu.csr> to tensor<?x?xf32>
  return
}

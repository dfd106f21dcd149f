// RUN: sparse-opt %s --sparse-gpu-lower-conversions -split-input-file -verify-diagnostics

func.func @not_held() -> tensor<2x4xf32, #sparse_gpu.nm> {
  %0 = arith.constant dense<[[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 1.0]]> : tensor<2x4xf32>
  // expected-error @+1 {{'sparse_gpu.convert' of operand #0 of type 'tensor<2x4xf32>' to 'tensor<2x4xf32, #sparse_gpu.nm>': row 1 has 3 entries in group 0, columns 0 to 3; 2:4 storage holds 2 (CVT-4)}}
  %1 = sparse_gpu.convert %0 : tensor<2x4xf32> to tensor<2x4xf32, #sparse_gpu.nm>
  return %1 : tensor<2x4xf32, #sparse_gpu.nm>
}

// -----

func.func @index_too_narrow() -> tensor<1x300xf32, #sparse_gpu.csr<coordinates = i8>> {
  %0 = arith.constant sparse<[[0, 299]], [1.0]> : tensor<1x300xf32>
  // expected-error @+1 {{the coordinate 299 does not fit 8 bits, whose largest value is 255 (CVT-4)}}
  %1 = sparse_gpu.convert %0 : tensor<1x300xf32> to tensor<1x300xf32, #sparse_gpu.csr<coordinates = i8>>
  return %1 : tensor<1x300xf32, #sparse_gpu.csr<coordinates = i8>>
}

// -----

func.func @bad_storage() -> tensor<2x2xf32, #sparse_gpu.coo> {
  %p = arith.constant dense<[0, 2, 1]> : tensor<3xi32>
  %c = arith.constant dense<[0]> : tensor<1xi32>
  %v = arith.constant dense<[1.0]> : tensor<1xf32>
  %0 = sparse_gpu.assemble fields(%p, %c, %v)
    : tensor<3xi32>, tensor<1xi32>, tensor<1xf32> to tensor<2x2xf32, #sparse_gpu.csr>
  // expected-error @+1 {{CSR4}}
  %1 = sparse_gpu.convert %0 : tensor<2x2xf32, #sparse_gpu.csr> to tensor<2x2xf32, #sparse_gpu.coo>
  return %1 : tensor<2x2xf32, #sparse_gpu.coo>
}

// -----

func.func @elements(%x: tensor<?x?xi4, #sparse_gpu.csr>) -> tensor<?x?xi4, #sparse_gpu.coo> {
  // expected-error @+1 {{elements of type i4 cannot be converted (CVT-4)}}
  %0 = sparse_gpu.convert %x : tensor<?x?xi4, #sparse_gpu.csr> to tensor<?x?xi4, #sparse_gpu.coo>
  return %0 : tensor<?x?xi4, #sparse_gpu.coo>
}

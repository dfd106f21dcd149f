// sparse_gpu.convert: how it prints, and what is known before it runs.
// RUN: sparse-opt %s --split-input-file | sparse-opt --split-input-file | FileCheck %s --check-prefix=PRINT
// RUN: sparse-opt %s --canonicalize --split-input-file | FileCheck %s

#csr = #sparse_gpu.csr
#coo = #sparse_gpu.coo
#bsr = #sparse_gpu.bsr<rows = 2, columns = 2>

// PRINT-LABEL: func @roundtrip(
// PRINT: sparse_gpu.convert %{{.*}} : tensor<?x?xf16, #sparse_gpu.csr> to tensor<?x?xf16, #sparse_gpu.shuffled_block<v = 64>>
func.func @roundtrip(%x: tensor<?x?xf16, #csr>) -> tensor<?x?xf16, #sparse_gpu.shuffled_block<v = 64>> {
  %y = sparse_gpu.convert %x : tensor<?x?xf16, #csr>
    to tensor<?x?xf16, #sparse_gpu.shuffled_block<v = 64>>
  return %y : tensor<?x?xf16, #sparse_gpu.shuffled_block<v = 64>>
}

// To the same type: the operand.
// CHECK-LABEL: func @identity(
// CHECK-SAME:    %[[X:.*]]: tensor<?x?xf32, #sparse_gpu.csr>)
// CHECK-NEXT:    return %[[X]]
func.func @identity(%x: tensor<?x?xf32, #csr>) -> tensor<?x?xf32, #csr> {
  %y = sparse_gpu.convert %x : tensor<?x?xf32, #csr> to tensor<?x?xf32, #csr>
  return %y : tensor<?x?xf32, #csr>
}

// To the same format: a cast.
// CHECK-LABEL: func @forget_sizes(
// CHECK-NEXT:    tensor.cast %{{.*}} : tensor<4x5xf32, #sparse_gpu.csr> to tensor<?x5xf32, #sparse_gpu.csr>
func.func @forget_sizes(%x: tensor<4x5xf32, #csr>) -> tensor<?x5xf32, #csr> {
  %y = sparse_gpu.convert %x : tensor<4x5xf32, #csr> to tensor<?x5xf32, #csr>
  return %y : tensor<?x5xf32, #csr>
}

// A format between that keeps every entry is skipped, there and back as well.
// CHECK-LABEL: func @skip(
// CHECK-SAME:    %[[X:.*]]: tensor<?x?xf32, #sparse_gpu.csr>)
// CHECK-NEXT:    %[[Y:.*]] = sparse_gpu.convert %[[X]] : tensor<?x?xf32, #sparse_gpu.csr> to tensor<?x?xf32, #sparse_gpu.bsr<rows = 2, columns = 2>>
// CHECK-NEXT:    return %[[Y]], %[[X]]
func.func @skip(%x: tensor<?x?xf32, #csr>) -> (tensor<?x?xf32, #bsr>, tensor<?x?xf32, #csr>) {
  %0 = sparse_gpu.convert %x : tensor<?x?xf32, #csr> to tensor<?x?xf32, #coo>
  %1 = sparse_gpu.convert %0 : tensor<?x?xf32, #coo> to tensor<?x?xf32, #bsr>
  %2 = sparse_gpu.convert %0 : tensor<?x?xf32, #coo> to tensor<?x?xf32, #csr>
  return %1, %2 : tensor<?x?xf32, #bsr>, tensor<?x?xf32, #csr>
}

// Blocks do not know which zeros were entries; a dense matrix has no -0 more.
// CHECK-LABEL: func @keep(
// CHECK-COUNT-4: sparse_gpu.convert
func.func @keep(%x: tensor<?x?xf32, #csr>, %d: tensor<?x?xf32>) -> (tensor<?x?xf32, #coo>, tensor<?x?xf32>) {
  %0 = sparse_gpu.convert %x : tensor<?x?xf32, #csr> to tensor<?x?xf32, #bsr>
  %1 = sparse_gpu.convert %0 : tensor<?x?xf32, #bsr> to tensor<?x?xf32, #coo>
  %2 = sparse_gpu.convert %d : tensor<?x?xf32> to tensor<?x?xf32, #csr>
  %3 = sparse_gpu.convert %2 : tensor<?x?xf32, #csr> to tensor<?x?xf32>
  return %1, %3 : tensor<?x?xf32, #coo>, tensor<?x?xf32>
}

// -----

// Constants are converted here. Dense: what is not zero.
// CHECK-LABEL: func @dense_constant(
// CHECK-DAG: %[[P:.*]] = arith.constant dense<[0, 1, 3]> : tensor<3xi32>
// CHECK-DAG: %[[C:.*]] = arith.constant dense<[1, 0, 2]> : tensor<3xi8>
// CHECK-DAG: %[[V:.*]] = arith.constant dense<[5.000000e-01, -2.000000e+00, 0x7FC00000]> : tensor<3xf32>
// CHECK-DAG: %[[CC:.*]] = tensor.cast %[[C]] : tensor<3xi8> to tensor<?xi8>
// CHECK-DAG: %[[VC:.*]] = tensor.cast %[[V]] : tensor<3xf32> to tensor<?xf32>
// CHECK: sparse_gpu.assemble fields(%[[P]], %[[CC]], %[[VC]])
func.func @dense_constant() -> tensor<2x3xf32, #sparse_gpu.csr<coordinates = i8>> {
  %0 = arith.constant dense<[[-0.0, 0.5, 0.0], [-2.0, 0.0, 0x7FC00000]]> : tensor<2x3xf32>
  %1 = sparse_gpu.convert %0 : tensor<2x3xf32> to tensor<2x3xf32, #sparse_gpu.csr<coordinates = i8>>
  return %1 : tensor<2x3xf32, #sparse_gpu.csr<coordinates = i8>>
}

// Sparse elements, in any order: zeros among them are entries.
// CHECK-LABEL: func @sparse_constant(
// CHECK-DAG: arith.constant dense<[0, 0, 3]> : tensor<3xi32>
// CHECK-DAG: arith.constant dense<[0, 1, 0]> : tensor<3xi32>
// CHECK-DAG: arith.constant dense<[0, 7, -1]> : tensor<3xi8>
// CHECK: sparse_gpu.assemble
// CHECK-SAME: to tensor<?x2xi8, #sparse_gpu.coo>
func.func @sparse_constant() -> tensor<?x2xi8, #sparse_gpu.coo> {
  %0 = arith.constant sparse<[[3, 0], [0, 1], [0, 0]], [-1, 7, 0]> : tensor<4x2xi8>
  %1 = sparse_gpu.convert %0 : tensor<4x2xi8> to tensor<?x2xi8, #sparse_gpu.coo>
  return %1 : tensor<?x2xi8, #sparse_gpu.coo>
}

// Assembled of constants, and back to dense.
// CHECK-LABEL: func @assembled(
// CHECK: %[[D:.*]] = arith.constant dense<{{\[}}[0.000000e+00, 1.000000e+00], [0.000000e+00, 0.000000e+00], [2.000000e+00, 3.000000e+00]]> : tensor<3x2xf64>
// CHECK: return %[[D]]
func.func @assembled() -> tensor<3x2xf64> {
  %p = arith.constant dense<[0, 1, 1, 3]> : tensor<4xi32>
  %c = arith.constant dense<[1, 0, 1]> : tensor<3xi32>
  %v = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf64>
  %0 = sparse_gpu.assemble fields(%p, %c, %v)
    : tensor<4xi32>, tensor<3xi32>, tensor<3xf64> to tensor<3x2xf64, #sparse_gpu.csr>
  %1 = sparse_gpu.convert %0 : tensor<3x2xf64, #sparse_gpu.csr> to tensor<3x2xf64>
  return %1 : tensor<3x2xf64>
}

// Without an entry, and without a row.
// CHECK-LABEL: func @empty(
// CHECK-DAG: arith.constant dense<0> : tensor<3xi32>
// CHECK-DAG: arith.constant dense<0> : tensor<1xi32>
// CHECK-DAG: arith.constant dense<> : tensor<0xf32>
// CHECK-COUNT-2: sparse_gpu.assemble
func.func @empty() -> (tensor<2x2xf32, #sparse_gpu.csr>, tensor<0x7xf32, #sparse_gpu.csr>) {
  %0 = arith.constant dense<0.0> : tensor<2x2xf32>
  %1 = sparse_gpu.convert %0 : tensor<2x2xf32> to tensor<2x2xf32, #sparse_gpu.csr>
  %2 = arith.constant dense<> : tensor<0x7xf32>
  %3 = sparse_gpu.convert %2 : tensor<0x7xf32> to tensor<0x7xf32, #sparse_gpu.csr>
  return %1, %3 : tensor<2x2xf32, #sparse_gpu.csr>, tensor<0x7xf32, #sparse_gpu.csr>
}

// What a format cannot hold is left for the pass that says so.
// CHECK-LABEL: func @not_held(
// CHECK: sparse_gpu.convert
func.func @not_held() -> tensor<1x4xf32, #sparse_gpu.nm> {
  %0 = arith.constant dense<1.0> : tensor<1x4xf32>
  %1 = sparse_gpu.convert %0 : tensor<1x4xf32> to tensor<1x4xf32, #sparse_gpu.nm>
  return %1 : tensor<1x4xf32, #sparse_gpu.nm>
}

// The two largest of four stay.
// CHECK-LABEL: func @pruned(
// CHECK-DAG: arith.constant dense<[-4.000000e+00, 3.000000e+00]> : tensor<2xf32>
// CHECK: sparse_gpu.assemble
// CHECK-NOT: sparse_gpu.convert
func.func @pruned() -> tensor<1x4xf32, #sparse_gpu.nm> {
  %0 = arith.constant dense<[[1.0, -4.0, 2.0, 3.0]]> : tensor<1x4xf32>
  %1 = sparse_gpu.convert %0 prune 0.5 : tensor<1x4xf32> to tensor<1x4xf32, #sparse_gpu.nm>
  return %1 : tensor<1x4xf32, #sparse_gpu.nm>
}

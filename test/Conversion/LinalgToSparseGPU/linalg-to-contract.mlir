// Contractions of dense tensors, in all their spellings.
// RUN: sparse-opt %s --sparse-gpu-linalg-to-contract | FileCheck %s

// CHECK-DAG: #[[MK:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[KN:.*]] = affine_map<(d0, d1, d2) -> (d2, d1)>
// CHECK-DAG: #[[MN:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[IMAGE:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 * 2 + d4, d2 + d5 * 3, d6)>

// CHECK-LABEL: func.func @matmul
// CHECK: sparse_gpu.contract a(%{{.*}} : tensor<?x?xf16>) b(%{{.*}} : tensor<?x?xf16>) outs(%{{.*}} : tensor<?x?xf32>) beta maps [#[[MK]], #[[KN]], #[[MN]]]
func.func @matmul(%A: tensor<?x?xf16>, %B: tensor<?x?xf16>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf16>, tensor<?x?xf16>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// CHECK-LABEL: func.func @transposed
// CHECK: sparse_gpu.contract {{.*}} maps [#[[MK]], #[[MK2:.*]], #[[MN]]]
func.func @transposed(%A: tensor<4x8xf64>, %B: tensor<6x8xf64>, %C: tensor<4x6xf64>) -> tensor<4x6xf64> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
    ins(%A, %B : tensor<4x8xf64>, tensor<6x8xf64>) outs(%C : tensor<4x6xf64>) -> tensor<4x6xf64>
  return %0 : tensor<4x6xf64>
}

// CHECK-LABEL: func.func @batched
// CHECK: sparse_gpu.contract
func.func @batched(%A: tensor<?x?x?xf32>, %B: tensor<?x?x?xf32>, %C: tensor<?x?x?xf32>) -> tensor<?x?x?xf32> {
  %0 = linalg.batch_matmul ins(%A, %B : tensor<?x?x?xf32>, tensor<?x?x?xf32>) outs(%C : tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  return %0 : tensor<?x?x?xf32>
}

// CHECK-LABEL: func.func @convolution
// CHECK: sparse_gpu.contract {{.*}} maps [#[[IMAGE]],
func.func @convolution(%A: tensor<1x9x14x8xf16>, %B: tensor<3x2x8x16xf16>, %C: tensor<1x4x11x16xf32>) -> tensor<1x4x11x16xf32> {
  %0 = linalg.conv_2d_nhwc_hwcf {strides = dense<[2, 1]> : vector<2xi64>, dilations = dense<[1, 3]> : vector<2xi64>}
    ins(%A, %B : tensor<1x9x14x8xf16>, tensor<3x2x8x16xf16>) outs(%C : tensor<1x4x11x16xf32>) -> tensor<1x4x11x16xf32>
  return %0 : tensor<1x4x11x16xf32>
}

// A fill with zero is nothing to add, which canonicalisation sees.
// RUN: sparse-opt %s --sparse-gpu-linalg-to-contract --canonicalize | FileCheck %s --check-prefix=FILL
// FILL-LABEL: func.func @filled
// FILL-NOT: linalg.fill
// FILL: sparse_gpu.contract {{.*}} outs(%{{.*}} : tensor<4x6xi32>) maps
func.func @filled(%A: tensor<4x8xi8>, %B: tensor<8x6xi8>) -> tensor<4x6xi32> {
  %zero = arith.constant 0 : i32
  %empty = tensor.empty() : tensor<4x6xi32>
  %C = linalg.fill ins(%zero : i32) outs(%empty : tensor<4x6xi32>) -> tensor<4x6xi32>
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xi8>, tensor<8x6xi8>) outs(%C : tensor<4x6xi32>) -> tensor<4x6xi32>
  return %0 : tensor<4x6xi32>
}

// Other operations are none of its business.
// CHECK-LABEL: func.func @other
// CHECK: linalg.add
func.func @other(%A: tensor<4xf32>, %B: tensor<4xf32>, %C: tensor<4xf32>) -> tensor<4xf32> {
  %0 = linalg.add ins(%A, %B : tensor<4xf32>, tensor<4xf32>) outs(%C : tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// The nest of a contraction: tiles by offsets, accumulators as values.
// RUN: sparse-opt %s --pass-pipeline='builtin.module(func.func(sparse-gpu-contract-to-tiles,canonicalize))' | FileCheck %s

#plain = #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32]>
#aligned = #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32], when = [alignment ge 16]>

// Both strides of rows and the addresses are multiples of 16, or the other
// kernel.
// CHECK-LABEL: func.func @matmul
// CHECK: memref.extract_aligned_pointer_as_index
// CHECK: arith.cmpi eq
// CHECK: scf.if
// CHECK: scf.forall (%[[M:.*]], %[[N:.*]], %{{.*}}) = (0, 0, 0) to (%{{.*}}, %{{.*}}, 1) step (64, 64, 1)
// CHECK: %[[ZERO:.*]] = linalg.fill
// CHECK: scf.for %[[K:.*]] = %{{.*}} to %{{.*}} step %c32 iter_args(%[[ACC:.*]] = %[[ZERO]]) -> (tensor<64x64xf32>)
// CHECK:   %[[A:.*]] = sparse_gpu.load {{.*}} contiguous 1 run 32 : memref<?x?xf16>, tensor<64xindex>, tensor<32xindex> -> tensor<64x32xf16>
// CHECK:   %[[B:.*]] = sparse_gpu.load {{.*}} contiguous 1 run 64 : memref<?x?xf16>, tensor<32xindex>, tensor<64xindex> -> tensor<32x64xf16>
// CHECK:   linalg.matmul ins(%[[A]], %[[B]] : {{.*}}) outs(%[[ACC]]
// CHECK: sparse_gpu.store {{.*}} contiguous 1 run 64
// CHECK: mapping = [#gpu.block<x>, #gpu.block<y>, #gpu.block<z>]
// CHECK: } else {
// CHECK: scf.forall
func.func @matmul(%A: memref<?x?xf16>, %B: memref<?x?xf16>, %C: memref<?x?xf32>) {
  sparse_gpu.contract a(%A : memref<?x?xf16>) b(%B : memref<?x?xf16>) outs(%C : memref<?x?xf32>)
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    schedules [#aligned, #plain]
  return
}

// A stored with its rows along memory: runs of the tile's first dimension.
// Sizes that are whole tiles are constants.
// CHECK-LABEL: func.func @transposed
// CHECK: %[[C64:.*]] = arith.constant 64 : index
// CHECK: sparse_gpu.load {{.*}} rows(%{{.*}}) [%[[C64]]] {{.*}} contiguous 0 run 64 : memref<96x128xf16>
func.func @transposed(%A: memref<96x128xf16>, %B: memref<96x64xf16>, %C: memref<128x64xf32>) {
  sparse_gpu.contract a(%A : memref<96x128xf16>) b(%B : memref<96x64xf16>) outs(%C : memref<128x64xf32>)
    maps [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    schedules [#plain]
  return
}

// Loops of one kind are one index: 1 x 4 x 11 pixels, 3 x 2 x 24 coordinates.
// Along the channels 8 of them follow each other in any tile of 32.
// CHECK-LABEL: func.func @convolution
// CHECK: scf.forall {{.*}} to (44, 16, 1) step (64, 64, 1)
// CHECK: scf.for %{{.*}} = %c0 to %c144 step %c32
// CHECK: tensor.generate
// CHECK:   arith.remui
// CHECK:   arith.divui
// CHECK: sparse_gpu.load {{.*}} contiguous 1 run 8 : memref<1x9x14x24xf16>
func.func @convolution(%A: memref<1x9x14x24xf16>, %B: memref<3x2x24x16xf16>, %C: memref<1x4x11x16xf32>) {
  sparse_gpu.contract a(%A : memref<1x9x14x24xf16>) b(%B : memref<3x2x24x16xf16>) outs(%C : memref<1x4x11x16xf32>)
    maps [affine_map<(n, h, w, f, y, x, c) -> (n, h * 2 + y, w + x * 3, c)>, affine_map<(n, h, w, f, y, x, c) -> (y, x, c, f)>, affine_map<(n, h, w, f, y, x, c) -> (n, h, w, f)>]
    schedules [#plain]
  return
}

// What C holds, a bias, a cast: one elementwise operation.
// CHECK-LABEL: func.func @epilogue
// CHECK: scf.for
// CHECK: %[[OLD:.*]] = sparse_gpu.load %arg3
// CHECK: %[[BIAS:.*]] = sparse_gpu.load %arg2
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %[[OLD]], %[[BIAS]] : tensor<64x64xf32>, tensor<64x64xf16>, tensor<64x64xf16>)
// CHECK: arith.extf
// CHECK: arith.addf
// CHECK: arith.maximumf
func.func @epilogue(%A: memref<?x?xf16>, %B: memref<?x?xf16>, %bias: memref<?xf16>, %C: memref<?x?xf16>) {
  sparse_gpu.contract a(%A : memref<?x?xf16>) b(%B : memref<?x?xf16>) inputs(%bias : memref<?xf16>) outs(%C : memref<?x?xf16>) beta
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    schedules [#plain] {input_maps = [affine_map<(m, n, k) -> (n)>]} epilogue {
    ^bb0(%x: f32, %b: f16):
      %0 = arith.extf %b : f16 to f32
      %1 = arith.maximumf %x, %0 : f32
      %2 = arith.truncf %1 : f32 to f16
      sparse_gpu.yield %2 : f16
    }
  return
}

// The product at level 1, and what arrow 1 -> 2 makes of it.
// RUN: sparse-opt %s --sparse-gpu-to-tiles | FileCheck %s
// It is what the arrow makes of the level before:
// RUN: sparse-opt %S/0-linalg.mlir --sparse-gpu-linalg-to-sparse-gpu="schedule={scope = block, path = mma, tile = [32, 32, 32], warp_tile = [16, 16], stages = 3, register_stages = 2}" > %t.made
// RUN: sparse-opt %s > %t.shown
// RUN: diff %t.made %t.shown
//
// Level 1 is one operation with its schedule. The loop (d0, d1, d2) that A and C
// have is an m loop, that of B and C an n loop, that of A and B a k loop.
//
// 1. --sparse-gpu-bufferize makes memrefs of the tensors.
// 2. --sparse-gpu-contract-to-tiles makes the nest of units and steps, all
//    coordinates kept: a block for each tile of C, a step for 32 of K.

// CHECK-LABEL: func.func @matmul(
// CHECK:         scf.forall (%{{.*}}) = (0, 0, 0) to (128, 64, 1) step (32, 32, 1) {
// CHECK:           scf.for {{.*}} -> (tensor<32x32xf32>) {
// CHECK-COUNT-2:     sparse_gpu.load
// CHECK:             linalg.matmul
// CHECK:           sparse_gpu.store
#map = affine_map<(d0, d1, d2) -> (d0, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d2, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1)>
module {
  func.func @matmul(%arg0: tensor<128x96xf16>, %arg1: tensor<96x64xf16>, %arg2: tensor<128x64xf32> {bufferization.writable = true}) -> tensor<128x64xf32> {
    %0 = sparse_gpu.contract a(%arg0 : tensor<128x96xf16>) b(%arg1 : tensor<96x64xf16>) outs(%arg2 : tensor<128x64xf32>) maps [#map, #map1, #map2] schedules [#sparse_gpu.schedule<unit = default, scope = block, path = mma, tile = [32, 32, 32], warp_tile = [16, 16], stages = 3, register_stages = 2>] -> tensor<128x64xf32>
    return %0 : tensor<128x64xf32>
  }
}


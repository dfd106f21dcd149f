// The product at level 1, and what arrow 1 -> 2 makes of it.
// RUN: sparse-opt %s --sparse-gpu-to-tiles | FileCheck %s
// It is what the arrow makes of the level before:
// RUN: sparse-opt %S/0-linalg.mlir --sparse-gpu-linalg-to-sparse-gpu="schedule={scope = block, path = mma, tile = [32, 32, 32], warp_tile = [16, 16], stages = 3, register_stages = 2}" > %t.made
// RUN: sparse-opt %s > %t.shown
// RUN: diff %t.made %t.shown
//
// Level 1 is one operation with its schedule.
//
// 1. --sparse-gpu-decompose-sparse-values puts the storage in place of W:
//    positions, columns, values, the permutation of rows, the number of rows.
// 2. --sparse-gpu-bufferize makes memrefs of the tensors.
// 3. --sparse-gpu-spmm-to-tiles makes the nest: a block for each group of rows
//    and 32 columns of Y, a step for 32 kept columns of W.

// CHECK-LABEL: func.func @linear(
// CHECK:         scf.forall (%{{.*}}) = (0, 0) to (%{{.*}}, 64) step (1, 32) {
// CHECK:           scf.for {{.*}} -> (tensor<32x32xf32>) {
// CHECK:             sparse_gpu.coordinates
// CHECK-COUNT-2:     sparse_gpu.load
// CHECK:             linalg.matmul
// CHECK:           sparse_gpu.store {{.*}} partial
module {
  func.func @linear(%arg0: tensor<?x96xf16, #sparse_gpu.shuffled_block>, %arg1: tensor<96x64xf16>, %arg2: tensor<?x64xf32> {bufferization.writable = true}) -> tensor<?x64xf32> {
    %0 = sparse_gpu.spmm a(%arg0 : tensor<?x96xf16, #sparse_gpu.shuffled_block>) b(%arg1 : tensor<96x64xf16>) outs(%arg2 : tensor<?x64xf32>) schedules [#sparse_gpu.schedule<unit = row_group, scope = block, path = mma, tile = [32, 32, 32], warp_tile = [16, 16], stages = 3, register_stages = 2>] -> tensor<?x64xf32>
    return %0 : tensor<?x64xf32>
  }
}


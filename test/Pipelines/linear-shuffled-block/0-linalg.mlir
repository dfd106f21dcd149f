// The product of a linear layer with a pruned weight at level 0, and what arrow
// 0 -> 1 makes of it.
// RUN: sparse-opt %s --sparse-gpu-linalg-to-sparse-gpu="schedule={scope = block, path = mma, tile = [32, 32, 32], warp_tile = [16, 16], stages = 3, register_stages = 2}" | FileCheck %s
//
// Level 0 is what a user writes: Y = W X. The format says that rows of W form
// groups of 32 with the same columns, whose rows need not be neighbours.
//
// 1. --sparse-gpu-linalg-to-spmm takes the product as sparse_gpu.spmm.
// 2. --sparse-gpu-assign-schedule writes down the schedule that is asked for; a
//    block computes a group of rows. Without one it asks the model of
//    docs/CostModel.md. Tiles of 32 x 32 are for reading, not for speed.

// CHECK-LABEL: func.func @linear(
// CHECK-NOT:     linalg
// CHECK:         sparse_gpu.spmm a(%{{.*}} : tensor<?x96xf16, #sparse_gpu.shuffled_block>) b(%{{.*}} : tensor<96x64xf16>)
// CHECK-SAME:      schedules [#sparse_gpu.schedule<unit = row_group, scope = block, path = mma, tile = [32, 32, 32], warp_tile = [16, 16], stages = 3, register_stages = 2>]
#weight = #sparse_gpu.shuffled_block<v = 32>
func.func @linear(%W: tensor<?x96xf16, #weight>, %X: tensor<96x64xf16>,
                  %Y: tensor<?x64xf32> {bufferization.writable = true}) -> tensor<?x64xf32> {
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%Y : tensor<?x64xf32>) -> tensor<?x64xf32>
  %0 = linalg.matmul ins(%W, %X : tensor<?x96xf16, #weight>, tensor<96x64xf16>)
                     outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

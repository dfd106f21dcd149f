// A dense matrix product at level 0, and what arrow 0 -> 1 makes of it.
// RUN: sparse-opt %s --sparse-gpu-linalg-to-sparse-gpu="schedule={scope = block, path = mma, tile = [32, 32, 32], warp_tile = [16, 16], stages = 3, register_stages = 2}" | FileCheck %s
//
// Level 0 is what a user writes. The sizes are whole tiles here, so that the
// levels below are short to read.
//
// 1. --sparse-gpu-linalg-to-contract takes the product as sparse_gpu.contract:
//    loops, and the subscripts of A, B and C by these. linalg adds to its output.
// 2. Canonicalisation sees that C was filled with zero.
// 3. --sparse-gpu-assign-schedule writes down the schedule that is asked for;
//    without one it asks the model of docs/CostModel.md. Tiles of 32 x 32 by
//    four warps are for reading, not for speed.

// CHECK-LABEL: func.func @matmul(
// CHECK-NOT:     linalg
// CHECK:         sparse_gpu.contract a(%{{.*}} : tensor<128x96xf16>) b(%{{.*}} : tensor<96x64xf16>) outs(%{{.*}} : tensor<128x64xf32>) maps
// CHECK-SAME:      schedules [#sparse_gpu.schedule<unit = default, scope = block, path = mma, tile = [32, 32, 32], warp_tile = [16, 16], stages = 3, register_stages = 2>]
func.func @matmul(%A: tensor<128x96xf16>, %B: tensor<96x64xf16>,
                  %C: tensor<128x64xf32> {bufferization.writable = true})
    -> tensor<128x64xf32> {
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%C : tensor<128x64xf32>)
    -> tensor<128x64xf32>
  %0 = linalg.matmul
    ins(%A, %B : tensor<128x96xf16>, tensor<96x64xf16>)
    outs(%init : tensor<128x64xf32>) -> tensor<128x64xf32>
  return %0 : tensor<128x64xf32>
}

// The product at level 2, and what arrow 2 -> 3 makes of it.
// RUN: sparse-opt %s --sparse-gpu-tiles-to-gpu="operands=device" | FileCheck %s
// It is what the arrow makes of the level before:
// RUN: sparse-opt %S/1-sparse-gpu.mlir --sparse-gpu-to-tiles > %t.made
// RUN: sparse-opt %s > %t.shown
// RUN: diff %t.made %t.shown
//
// Level 2 is the nest that all kernels share. A tile is loaded by the offsets of
// its rows and of its columns; `contiguous` and `run` say how much of it can be
// copied at once.
//
// 1. --sparse-gpu-map-to-gpu: 128 threads copy each tile to shared memory in
//    pieces of 16 bytes, asynchronously; each of four warps multiplies 16 x 16
//    with ldmatrix and mma.sync, accumulators in registers.
// 2. --sparse-gpu-swizzle: an XOR in the columns of each buffer, so that neither
//    copies nor ldmatrix have bank conflicts (docs/Swizzling.md).
// 3. --sparse-gpu-pipeline-loads: three buffers of each, copies run two steps
//    ahead; fragments are loaded one k ahead of the mma, across steps
//    (docs/Pipelining.md).
// 4. --sparse-gpu-place-shared-memory: one arena.

// CHECK-LABEL: gpu.func @matmul_kernel(
// CHECK-COUNT-2: nvgpu.device_async_copy
// CHECK:         nvgpu.device_async_create_group
// CHECK-COUNT-2: nvgpu.device_async_copy
// CHECK:         nvgpu.device_async_create_group
// CHECK:         scf.for {{.*}} -> (vector<2x2xf32>
// CHECK:           nvgpu.ldmatrix
// CHECK:           nvgpu.mma.sync
// CHECK:           nvgpu.device_async_wait %{{.*}} {numGroups = 1 : i32}
// CHECK-NEXT:      gpu.barrier
// CHECK:           nvgpu.ldmatrix
// CHECK:           nvgpu.mma.sync
// CHECK:           scf.yield
// CHECK:         memref.store
module {
  func.func @matmul(%arg0: memref<128x96xf16>, %arg1: memref<96x64xf16>, %arg2: memref<128x64xf32>) -> memref<128x64xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %c32 = arith.constant 32 : index
    %c64 = arith.constant 64 : index
    %c96 = arith.constant 96 : index
    %c0 = arith.constant 0 : index
    scf.forall (%arg3, %arg4, %arg5) = (0, 0, 0) to (128, 64, 1) step (32, 32, 1) {
      %0 = tensor.empty() : tensor<32x32xf32>
      %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<32x32xf32>) -> tensor<32x32xf32>
      %2 = scf.for %arg6 = %c0 to %c96 step %c32 iter_args(%arg7 = %1) -> (tensor<32x32xf32>) {
        %generated_1 = tensor.generate  {
        ^bb0(%arg8: index):
          %6 = arith.addi %arg3, %arg8 : index
          %7 = arith.muli %6, %c96 : index
          tensor.yield %7 : index
        } : tensor<32xindex>
        %generated_2 = tensor.generate  {
        ^bb0(%arg8: index):
          %6 = arith.addi %arg6, %arg8 : index
          tensor.yield %6 : index
        } : tensor<32xindex>
        %3 = sparse_gpu.load %arg0 rows(%generated_1) [%c32] columns(%generated_2) [%c32] contiguous 1 run 32 : memref<128x96xf16>, tensor<32xindex>, tensor<32xindex> -> tensor<32x32xf16>
        %generated_3 = tensor.generate  {
        ^bb0(%arg8: index):
          %6 = arith.addi %arg6, %arg8 : index
          %7 = arith.muli %6, %c64 : index
          tensor.yield %7 : index
        } : tensor<32xindex>
        %generated_4 = tensor.generate  {
        ^bb0(%arg8: index):
          %6 = arith.addi %arg4, %arg8 : index
          tensor.yield %6 : index
        } : tensor<32xindex>
        %4 = sparse_gpu.load %arg1 rows(%generated_3) [%c32] columns(%generated_4) [%c32] contiguous 1 run 32 : memref<96x64xf16>, tensor<32xindex>, tensor<32xindex> -> tensor<32x32xf16>
        %5 = linalg.matmul ins(%3, %4 : tensor<32x32xf16>, tensor<32x32xf16>) outs(%arg7 : tensor<32x32xf32>) -> tensor<32x32xf32>
        scf.yield %5 : tensor<32x32xf32>
      }
      %generated = tensor.generate  {
      ^bb0(%arg6: index):
        %3 = arith.addi %arg3, %arg6 : index
        %4 = arith.muli %3, %c64 : index
        tensor.yield %4 : index
      } : tensor<32xindex>
      %generated_0 = tensor.generate  {
      ^bb0(%arg6: index):
        %3 = arith.addi %arg4, %arg6 : index
        tensor.yield %3 : index
      } : tensor<32xindex>
      sparse_gpu.store %2 into %arg2 rows(%generated) [%c32] columns(%generated_0) [%c32] contiguous 1 run 32 : tensor<32x32xf32>, tensor<32xindex>, tensor<32xindex> into memref<128x64xf32>
    } {mapping = [#gpu.block<x>, #gpu.block<y>, #gpu.block<z>], sparse_gpu.schedule = #sparse_gpu.schedule<unit = default, scope = block, path = mma, tile = [32, 32, 32], warp_tile = [16, 16], stages = 3, register_stages = 2>}
    return %arg2 : memref<128x64xf32>
  }
}


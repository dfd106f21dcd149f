// The product at level 2, and what arrow 2 -> 3 makes of it.
// RUN: sparse-opt %s --sparse-gpu-tiles-to-gpu="operands=device" | FileCheck %s
// It is what the arrow makes of the level before:
// RUN: sparse-opt %S/1-sparse-gpu.mlir --sparse-gpu-to-tiles > %t.made
// RUN: sparse-opt %s > %t.shown
// RUN: diff %t.made %t.shown
//
// Level 2 is the nest that dense products have, too: tiles are loaded by the
// offsets of their rows and columns. Those of rows of X are read from the step's
// coordinates, those of rows of Y from the permutation.
//
// 1. --sparse-gpu-map-to-gpu: coordinates are copied to shared memory; then 16
//    bytes of W and of a row of X that they name by each of 128 threads; each of
//    four warps multiplies 16 x 16 with ldmatrix and mma.sync.
// 2. --sparse-gpu-swizzle: an XOR in the columns of each buffer.
// 3. --sparse-gpu-pipeline-loads: a chain. Coordinates run two steps ahead of
//    the copies that need them, which run two steps ahead of the products.

// CHECK-LABEL: gpu.func @linear_kernel(
// Coordinates of two steps, then copies of the first, and so on.
// CHECK-COUNT-2: nvgpu.device_async_copy {{.*}}memref<?xi32> to memref<3x1x32xi32
// CHECK:         nvgpu.device_async_wait %{{.*}} {numGroups = 1 : i32}
// CHECK-NEXT:    gpu.barrier
// CHECK-COUNT-2: nvgpu.device_async_copy {{.*}}{bypassL1}
// CHECK:         scf.for {{.*}} -> (vector<2x2xf32>
// CHECK:           nvgpu.ldmatrix
// CHECK:           memref.load %{{.*}} : memref<3x1x32xi32, #gpu.address_space<workgroup>>
// CHECK:           nvgpu.device_async_copy {{.*}}{bypassL1}
// CHECK:           nvgpu.device_async_copy {{.*}}memref<?xi32> to memref<3x1x32xi32
// CHECK:           nvgpu.device_async_create_group
// CHECK-COUNT-2:   nvgpu.mma.sync
// CHECK:           nvgpu.device_async_wait %{{.*}} {numGroups = 1 : i32}
// CHECK-NEXT:      gpu.barrier
// CHECK-COUNT-2:   nvgpu.ldmatrix
// CHECK-COUNT-2:   nvgpu.mma.sync
// CHECK:         } {sparse_gpu.pipelined}
// CHECK:         memref.load
// CHECK:         memref.store
module {
  func.func @linear(%arg0: memref<?xi32>, %arg1: memref<?xi32>, %arg2: memref<?xf16>, %arg3: memref<?xi32>, %arg4: index, %arg5: memref<96x64xf16>, %arg6: memref<?x64xf32>) -> memref<?x64xf32> {
    %c-1 = arith.constant -1 : index
    %cst = arith.constant 0.000000e+00 : f32
    %c0 = arith.constant 0 : index
    %c64 = arith.constant 64 : index
    %c32 = arith.constant 32 : index
    %c1 = arith.constant 1 : index
    %0 = arith.ceildivui %arg4, %c32 : index
    scf.forall (%arg7, %arg8) = (0, 0) to (%0, 64) step (1, 32) {
      %1 = memref.load %arg0[%arg7] : memref<?xi32>
      %2 = arith.index_castui %1 : i32 to index
      %3 = arith.addi %arg7, %c1 : index
      %4 = memref.load %arg0[%3] : memref<?xi32>
      %5 = arith.index_castui %4 : i32 to index
      %6 = arith.subi %5, %2 : index
      %7 = tensor.empty() : tensor<32x32xf32>
      %8 = linalg.fill ins(%cst : f32) outs(%7 : tensor<32x32xf32>) -> tensor<32x32xf32>
      %9 = scf.for %arg9 = %c0 to %6 step %c32 iter_args(%arg10 = %8) -> (tensor<32x32xf32>) {
        %10 = arith.addi %2, %arg9 : index
        %11 = arith.subi %6, %arg9 : index
        %12 = arith.minui %11, %c32 : index
        %13 = sparse_gpu.coordinates %arg1[%10] [%12] : memref<?xi32> -> tensor<?xindex>
        %generated_1 = tensor.generate  {
        ^bb0(%arg11: index):
          tensor.yield %arg11 : index
        } : tensor<32xindex>
        %generated_2 = tensor.generate  {
        ^bb0(%arg11: index):
          %17 = arith.addi %10, %arg11 : index
          %18 = arith.muli %17, %c32 : index
          tensor.yield %18 : index
        } : tensor<32xindex>
        %14 = sparse_gpu.load %arg2 rows(%generated_1) [%c32] columns(%generated_2) [%12] contiguous 0 run 32 : memref<?xf16>, tensor<32xindex>, tensor<32xindex> -> tensor<32x32xf16>
        %generated_3 = tensor.generate  {
        ^bb0(%arg11: index):
          %extracted = tensor.extract %13[%arg11] : tensor<?xindex>
          %17 = arith.muli %extracted, %c64 : index
          tensor.yield %17 : index
        } : tensor<32xindex>
        %generated_4 = tensor.generate  {
        ^bb0(%arg11: index):
          %17 = arith.addi %arg8, %arg11 : index
          tensor.yield %17 : index
        } : tensor<32xindex>
        %15 = sparse_gpu.load %arg5 rows(%generated_3) [%12] columns(%generated_4) [%c32] contiguous 1 run 32 : memref<96x64xf16>, tensor<32xindex>, tensor<32xindex> -> tensor<32x32xf16>
        %16 = linalg.matmul ins(%14, %15 : tensor<32x32xf16>, tensor<32x32xf16>) outs(%arg10 : tensor<32x32xf32>) -> tensor<32x32xf32>
        scf.yield %16 : tensor<32x32xf32>
      }
      %generated = tensor.generate  {
      ^bb0(%arg9: index):
        %10 = arith.muli %arg7, %c32 : index
        %11 = arith.addi %10, %arg9 : index
        %12 = memref.load %arg3[%11] : memref<?xi32>
        %13 = arith.index_castui %12 : i32 to index
        %14 = arith.muli %13, %c64 : index
        %15 = arith.cmpi ult, %13, %arg4 : index
        %16 = arith.select %15, %14, %c-1 : index
        tensor.yield %16 : index
      } : tensor<32xindex>
      %generated_0 = tensor.generate  {
      ^bb0(%arg9: index):
        %10 = arith.addi %arg8, %arg9 : index
        tensor.yield %10 : index
      } : tensor<32xindex>
      sparse_gpu.store %9 into %arg6 rows(%generated) [%c32] columns(%generated_0) [%c32] contiguous 1 run 32 partial : tensor<32x32xf32>, tensor<32xindex>, tensor<32xindex> into memref<?x64xf32>
    } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<unit = row_group, scope = block, path = mma, tile = [32, 32, 32], warp_tile = [16, 16], stages = 3, register_stages = 2>}
    return %arg6 : memref<?x64xf32>
  }
}


// Views of shared buffers, as other compilers make them, are seen through by
// swizzling and pipelining.
// RUN: sparse-opt %s --sparse-gpu-swizzle --sparse-gpu-pipeline-loads="shared-stages=3 register-stages=1" --canonicalize --cse -verify-diagnostics | FileCheck %s

#shared = #gpu.address_space<workgroup>

// Half of a buffer with dimensions of 1 and of no known size, filled as rows of
// 32 and read by ldmatrix.
// CHECK-LABEL: gpu.func @subview
// CHECK-SAME: %[[A:[^:]*]]: memref<?x?xf16>, %[[K:[^:]*]]: index
// CHECK: %[[S:.*]] = memref.alloc() : memref<3x2x128x32xf16, #gpu
// CHECK-NOT: memref.subview
// CHECK-NOT: memref.cast
// CHECK: %[[KEY:.*]] = arith.shli
// CHECK: %[[COLUMN:.*]] = arith.xori %{{.*}}, %[[KEY]]
// CHECK: nvgpu.device_async_copy %[[A]][%{{.*}}, %{{.*}}], %[[S]][%c0, %c1, %{{.*}}, %[[COLUMN]]], 8
// CHECK: scf.for
// CHECK: nvgpu.device_async_copy %[[A]][%{{.*}}, %{{.*}}], %[[S]][%{{.*}}, %c1, %{{.*}}, %[[COLUMN]]], 8
// CHECK: nvgpu.ldmatrix %[[S]][%{{.*}}, %c1, %{{.*}}, %{{.*}}]
// CHECK: sparse_gpu.pipelined
gpu.module @m1 {
  gpu.func @subview(%A: memref<?x?xf16>, %K: index, %init: vector<4x2xf16>) kernel attributes {known_block_size = array<i32: 512, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %all = memref.alloc() : memref<2x128x32xf16, #shared>
    %s = memref.subview %all[1, 0, 0] [1, 128, 32] [1, 1, 1] : memref<2x128x32xf16, #shared> to memref<128x32xf16, strided<[32, 1], offset: 4096>, #shared>
    %d = memref.cast %s : memref<128x32xf16, strided<[32, 1], offset: 4096>, #shared> to memref<?x?xf16, strided<[32, 1], offset: ?>, #shared>
    %t = gpu.thread_id x
    %lane = gpu.lane_id
    %row = arith.divui %t, %c4 : index
    %chunk = arith.remui %t, %c4 : index
    %col = arith.muli %chunk, %c8 : index
    %lrow = arith.remui %lane, %c16 : index
    %half = arith.divui %lane, %c16 : index
    %lcol = arith.muli %half, %c8 : index
    %r = scf.for %k = %c0 to %K step %c32 iter_args(%acc = %init) -> (vector<4x2xf16>) {
      gpu.barrier
      %from = arith.addi %k, %col : index
      %u = nvgpu.device_async_copy %A[%row, %from], %d[%row, %col], 8 : memref<?x?xf16> to memref<?x?xf16, strided<[32, 1], offset: ?>, #shared>
      %g = nvgpu.device_async_create_group %u
      nvgpu.device_async_wait %g
      gpu.barrier
      %f = nvgpu.ldmatrix %s[%lrow, %lcol] {numTiles = 4 : i32, transpose = false} : memref<128x32xf16, strided<[32, 1], offset: 4096>, #shared> -> vector<4x2xf16>
      %e = arith.addf %acc, %f : vector<4x2xf16>
      scf.yield %e : vector<4x2xf16>
    }
    vector.print %r : vector<4x2xf16>
    gpu.return
  }

// Rows of a buffer with one dimension, and a flat view of a buffer with two:
// four elements at a multiple of four are in one row.
// CHECK-LABEL: gpu.func @reshaped
// CHECK: %[[FLAT:.*]] = memref.alloc() : memref<3x1024xf32, #gpu
// CHECK: %[[ROWS:.*]] = memref.alloc() : memref<3x32x32xf32, #gpu
// CHECK-NOT: shape
// CHECK: %[[FOUR:.*]] = arith.muli %{{.*}}, %c4
// CHECK: scf.for
// CHECK: nvgpu.device_async_copy %{{.*}}, %[[ROWS]][%{{.*}}, %{{.*}}, %{{.*}}], 4
// CHECK: memref.load %[[FLAT]][%{{.*}}, %{{.*}}]
// CHECK: vector.load %[[ROWS]][%{{.*}}, %{{.*}}, %{{.*}}] {{.*}}vector<4xf32>
// CHECK: sparse_gpu.pipelined
  gpu.func @reshaped(%A: memref<?xf32>, %K: index, %init: f32) kernel attributes {known_block_size = array<i32: 256, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %c5 = arith.constant 5 : index
    %c7 = arith.constant 7 : index
    %c8 = arith.constant 8 : index
    %c1024 = arith.constant 1024 : index
    // expected-remark @+1 {{not swizzled: it needs two or more dimensions}}
    %a = memref.alloc() : memref<1024xf32, #shared>
    %rows = memref.expand_shape %a [[0, 1]] output_shape [32, 32] : memref<1024xf32, #shared> into memref<32x32xf32, #shared>
    %b = memref.alloc() : memref<32x32xf32, #shared>
    %flat = memref.collapse_shape %b [[0, 1]] : memref<32x32xf32, #shared> into memref<1024xf32, #shared>
    %t = gpu.thread_id x
    %four = arith.muli %t, %c4 : index
    %row = arith.divui %t, %c8 : index
    %r = arith.remui %t, %c8 : index
    %col = arith.muli %r, %c4 : index
    %sum = scf.for %k = %c0 to %K step %c1024 iter_args(%acc = %init) -> (f32) {
      gpu.barrier
      %from = arith.addi %k, %four : index
      %u = nvgpu.device_async_copy %A[%from], %rows[%row, %col], 4 : memref<?xf32> to memref<32x32xf32, #shared>
      %v = nvgpu.device_async_copy %A[%from], %flat[%four], 4 : memref<?xf32> to memref<1024xf32, #shared>
      %g = nvgpu.device_async_create_group %u, %v
      nvgpu.device_async_wait %g
      gpu.barrier
      %x = memref.load %rows[%c5, %c7] : memref<32x32xf32, #shared>
      %y = vector.load %flat[%four] {alignment = 16 : i64} : memref<1024xf32, #shared>, vector<4xf32>
      %y0 = vector.extract %y[0] : f32 from vector<4xf32>
      %z = arith.addf %x, %y0 : f32
      %e = arith.addf %acc, %z : f32
      scf.yield %e : f32
    }
    vector.print %sum : f32
    gpu.return
  }

// Three elements anywhere may be in two rows: the view stays, and a remark says
// so.
// CHECK-LABEL: gpu.func @torn
// CHECK: memref.collapse_shape
  gpu.func @torn(%A: memref<?xf32>, %K: index) kernel attributes {known_block_size = array<i32: 256, 1, 1>} {
    // expected-remark @+1 {{its use by 'memref.collapse_shape' is not an access that is understood (SWZ-2)}}
    %b = memref.alloc() : memref<32x32xf32, #shared>
    // expected-note @+1 {{this use}}
    %flat = memref.collapse_shape %b [[0, 1]] : memref<32x32xf32, #shared> into memref<1024xf32, #shared>
    %y = vector.load %flat[%K] : memref<1024xf32, #shared>, vector<4xf32>
    vector.print %y : vector<4xf32>
    gpu.return
  }
}

// Streaming loops around the load loop become one with it, and what is carried
// are their indices: no division in the loop.
// RUN: sparse-opt %s --split-input-file --sparse-gpu-pipeline-loads="shared-stages=3 register-stages=2" --canonicalize --cse -verify-diagnostics | FileCheck %s
// RUN: sparse-opt %s --split-input-file --sparse-gpu-pipeline-loads="shared-stages=3 register-stages=2" | FileCheck %s --check-prefix=NONE
// NONE-NOT: sparse_gpu.chain
// NONE-NOT: affine

#shared = #gpu.address_space<workgroup>

// 3 x 3 x 32 channels of a convolution's input, 16 at a time: 18 iterations.
// Copies are two of them ahead, where the channel is 0 again: carried are h, w
// and the channel of that tile.
// CHECK-LABEL: @convolution
// CHECK-SAME: %[[A:[^:]*]]: memref<64x64x32xf32>
// CHECK: %[[S:.*]] = memref.alloc() : memref<3x16xf32, #gpu
// CHECK: nvgpu.device_async_copy %[[A]][%{{.*}}, %{{.*}}, %{{.*}}], %[[S]][%c0, %{{.*}}], 4 :
// CHECK: nvgpu.device_async_copy %[[A]][%{{.*}}, %{{.*}}, %{{.*}}], %[[S]][%c1, %{{.*}}], 4 :
// CHECK: gpu.barrier
// CHECK: memref.load
// CHECK: %{{.*}}:7 = scf.for %[[N:.*]] = %c0 to %c18 step %c1 iter_args(%{{.*}} = %{{.*}}, %{{.*}} = %c0, %{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}, %[[H:.*]] = %c0, %[[W:.*]] = %c1, %[[K:.*]] = %c0)
// CHECK-NOT: div
// CHECK-NOT: rem
// CHECK: %[[Y:.*]] = arith.addi {{.*}}%[[H]]
// CHECK: %[[CHANNEL:.*]] = arith.muli %[[K]], %c16
// CHECK: nvgpu.device_async_copy %[[A]][%[[Y]], %{{.*}}, %{{.*}}], %[[S]]
// CHECK: %[[NEXTK:.*]] = arith.addi %[[K]], %c1
// CHECK: %[[ENDK:.*]] = arith.cmpi eq, %[[NEXTK]], %c2
// CHECK: %[[NEWK:.*]] = arith.select %[[ENDK]], %c0, %[[NEXTK]]
// CHECK: %[[NEXTW:.*]] = arith.addi %[[W]], %c1
// CHECK: %[[ENDW:.*]] = arith.cmpi eq, %[[NEXTW]], %c3
// CHECK: %[[STARTW:.*]] = arith.select %[[ENDW]], %c0, %[[NEXTW]]
// CHECK: %[[NEWW:.*]] = arith.select %[[ENDK]], %[[STARTW]], %[[W]]
// CHECK: %[[ENDS:.*]] = arith.andi %[[ENDK]], %[[ENDW]]
// CHECK: %[[NEXTH:.*]] = arith.addi %[[H]], %c1
// CHECK: %[[NEWH:.*]] = arith.select %[[ENDS]], %[[NEXTH]], %[[H]]
// CHECK: scf.yield {{.*}}, %[[NEWH]], %[[NEWW]], %[[NEWK]] :
// CHECK-NEXT: } {sparse_gpu.pipelined}
func.func @convolution(%A: memref<64x64x32xf32>, %y: index, %x: index, %column: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c32 = arith.constant 32 : index
  %s = memref.alloc() : memref<16xf32, #shared>
  %r = scf.for %h = %c0 to %c3 step %c1 iter_args(%inH = %init) -> (f32) {
    %yh = arith.addi %y, %h : index
    %rh = scf.for %w = %c0 to %c3 step %c1 iter_args(%inW = %inH) -> (f32) {
      %xw = arith.addi %x, %w : index
      %rw = scf.for %k = %c0 to %c32 step %c16 iter_args(%acc = %inW) -> (f32) {
        gpu.barrier
        %from = arith.addi %k, %column : index
        %t = nvgpu.device_async_copy %A[%yh, %xw, %from], %s[%column], 4 : memref<64x64x32xf32> to memref<16xf32, #shared>
        %g = nvgpu.device_async_create_group %t
        nvgpu.device_async_wait %g
        gpu.barrier
        %part = scf.for %i = %c0 to %c16 step %c4 iter_args(%d = %acc) -> (f32) {
          %v = memref.load %s[%i] : memref<16xf32, #shared>
          %e = arith.addf %d, %v : f32
          scf.yield %e : f32
        }
        scf.yield %part : f32
      }
      scf.yield %rw : f32
    }
    scf.yield %rh : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Nothing carried from iteration to iteration, bounds without a sign, and of
// 32 bits; only the inner index is used, so only that one is carried.
// CHECK-LABEL: @no_values
// CHECK: arith.cmpi ugt, %{{.*}}, %c4_i32 : i32
// CHECK: scf.for %{{.*}} = %c0 to %{{.*}} step %c1 iter_args(%{{.*}} = %c0, %{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}, %[[K:.*]] = %{{.*}}) -> (index, !nvgpu.device.async.token, !nvgpu.device.async.token, index) {
// CHECK: %[[OFFSET:.*]] = arith.muli %{{.*}}, %c64_i32 : i32
// CHECK: arith.addi %[[OFFSET]], %c4_i32 : i32
// CHECK: memref.store
// CHECK: scf.yield
func.func @no_values(%A: memref<512xf32>, %n: index, %m: i32, %x: index, %C: memref<64xf32, #shared>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : i32
  %c64 = arith.constant 64 : i32
  %s = memref.alloc() : memref<64xf32, #shared>
  scf.for %i = %c0 to %n step %c1 {
    %end = arith.muli %m, %c64 : i32
    scf.for unsigned %k = %c4 to %end step %c64 : i32 {
      gpu.barrier
      %from = arith.index_cast %k : i32 to index
      %t = nvgpu.device_async_copy %A[%from], %s[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      nvgpu.device_async_wait %g
      gpu.barrier
      %v = memref.load %s[%c0] : memref<64xf32, #shared>
      memref.store %v, %C[%x] : memref<64xf32, #shared>
    }
  }
  return
}

// -----

#shared = #gpu.address_space<workgroup>

// One iteration in all: nothing to overlap.
// CHECK-LABEL: @one_iteration
// CHECK-NOT: affine
// CHECK: memref.alloc() : memref<64xf32, #gpu
// CHECK: nvgpu.device_async_wait
func.func @one_iteration(%A: memref<512xf32>, %x: index, %C: memref<64xf32, #shared>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-remark @below {{(PIPE-11)}}
  %s = memref.alloc() : memref<64xf32, #shared>
  scf.for %i = %c0 to %c1 step %c1 {
    // expected-note @below {{this loop}}
    scf.for %k = %c0 to %c1 step %c1 {
      gpu.barrier
      %t = nvgpu.device_async_copy %A[%k], %s[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      nvgpu.device_async_wait %g
      gpu.barrier
      %v = memref.load %s[%c0] : memref<64xf32, #shared>
      memref.store %v, %C[%x] : memref<64xf32, #shared>
    }
  }
  return
}

// -----

#shared = #gpu.address_space<workgroup>

// A division between the loops, by data: for tiles past the end it is not
// executed.
// CHECK-LABEL: @division
// CHECK: scf.for %{{.*}} iter_args({{.*}}, %[[I:.*]] = %{{.*}}, %[[K:.*]] = %{{.*}})
// CHECK: %[[EXISTS:.*]] = arith.cmpi ugt
// CHECK: %[[Q:.*]] = scf.if %[[EXISTS]] -> (index) {
// CHECK:   arith.divui %[[I]], %{{.*}}
// CHECK: } else {
// CHECK:   scf.yield %c0
// CHECK: nvgpu.device_async_copy %{{.*}}[%[[Q]], %[[K]]]
// CHECK: sparse_gpu.pipelined
func.func @division(%A: memref<64x512xf32>, %n: index, %m: index, %x: index, %d: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = memref.alloc() : memref<64xf32, #shared>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%outer = %init) -> (f32) {
    %q = arith.divui %i, %d : index
    %in = scf.for %k = %c0 to %m step %c1 iter_args(%acc = %outer) -> (f32) {
      gpu.barrier
      %t = nvgpu.device_async_copy %A[%q, %k], %s[%x], 1 : memref<64x512xf32> to memref<64xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      nvgpu.device_async_wait %g
      gpu.barrier
      %v = memref.load %s[%c0] : memref<64xf32, #shared>
      %e = arith.addf %acc, %v : f32
      scf.yield %e : f32
    }
    scf.yield %in : f32
  }
  return %r : f32
}

// Slots for buffers that stores or copies fill; the order stays, but one
// barrier is gone.
// RUN: sparse-opt %s --split-input-file --sparse-gpu-multi-buffer=slots=3 -verify-diagnostics | FileCheck %s
// A second run finds that each iteration writes another slot.
// RUN: sparse-opt %s --split-input-file --sparse-gpu-multi-buffer=slots=3 | sparse-opt --split-input-file --sparse-gpu-multi-buffer 2>&1 | FileCheck %s --check-prefix=TWICE
// TWICE: gets no slots: the elements that are written are not the same in each iteration (MBUF-4)
// TWICE-NOT: memref<2x3x

#shared = #gpu.address_space<workgroup>

// In a loop around, other threads may still read slot 0: a barrier is before.
// CHECK-LABEL: @stores
// CHECK: %[[S:.*]] = memref.alloc() : memref<3x64xf32, #gpu
// CHECK: scf.for
// CHECK: gpu.barrier
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}, %[[SLOT:.*]] = %c0{{.*}}) -> (f32, index)
// CHECK-NOT: gpu.barrier
// CHECK: memref.store %{{.*}}, %[[S]][%[[SLOT]], %{{.*}}]
// CHECK: gpu.barrier
// CHECK: memref.load %[[S]][%[[SLOT]], %{{.*}}]
// CHECK-NOT: gpu.barrier
// CHECK: %[[LAST:.*]] = arith.cmpi eq, %[[SLOT]], %c2
// CHECK: %[[SUM:.*]] = arith.addi %[[SLOT]], %c1
// CHECK: %[[NEXT:.*]] = arith.select %[[LAST]], %{{.*}}, %[[SUM]]
// CHECK: scf.yield %{{.*}}, %[[NEXT]]
// CHECK-NEXT: } {mine}
func.func @stores(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %s = memref.alloc() : memref<64xf32, #shared>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%outer = %init) -> (f32) {
    %in = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %outer) -> (f32) {
      gpu.barrier
      %v = memref.load %A[%k] : memref<512xf32>
      memref.store %v, %s[%x] : memref<64xf32, #shared>
      gpu.barrier
      %w = memref.load %s[%y] : memref<64xf32, #shared>
      %d = arith.addf %acc, %w : f32
      scf.yield %d : f32
    } {mine}
    scf.yield %in : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Copies stay where they are, with their wait; a view is seen through.
// CHECK-LABEL: gpu.func @copies
// CHECK-SAME: workgroup(%[[S:.*]] : memref<3x64x4xf32, #gpu
// CHECK-NOT: gpu.barrier
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}, %[[SLOT:.*]] =
// CHECK: nvgpu.device_async_copy %{{.*}}, %[[S]][%[[SLOT]], %{{.*}}, %{{.*}}], 4
// CHECK: nvgpu.device_async_wait
// CHECK: gpu.barrier
// CHECK: vector.load %[[S]][%[[SLOT]],
// CHECK-NOT: gpu.barrier
// CHECK: scf.yield
gpu.module @m {
  gpu.func @copies(%A: memref<512xf32>, %n: index, %x: index, %y: index) workgroup(%s: memref<64x4xf32, #shared>) kernel {
    %c0 = arith.constant 0 : index
    %c64 = arith.constant 64 : index
    %init = arith.constant dense<0.0> : vector<4xf32>
    %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (vector<4xf32>) {
      gpu.barrier
      %flat = memref.collapse_shape %s [[0, 1]] : memref<64x4xf32, #shared> into memref<256xf32, #shared>
      %t = nvgpu.device_async_copy %A[%k], %s[%x, %c0], 4 : memref<512xf32> to memref<64x4xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      nvgpu.device_async_wait %g
      gpu.barrier
      %w = vector.load %flat[%c64] : memref<256xf32, #shared>, vector<4xf32>
      %d = arith.addf %acc, %w : vector<4xf32>
      scf.yield %d : vector<4xf32>
    }
    vector.print %r : vector<4xf32>
    gpu.return
  }
}

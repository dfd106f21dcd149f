// What is not pipelined, and why: each rule of docs/Spec.md broken once. The
// loop is as it was.
// RUN: sparse-opt %s --split-input-file --sparse-gpu-pipeline-loads -verify-diagnostics | FileCheck %s
// CHECK-NOT: sparse_gpu.pipelined

#shared = #gpu.address_space<workgroup>

// A view of a larger buffer; where it is cannot be changed.
// CHECK-LABEL: @not_an_alloc
func.func @not_an_alloc(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %big = memref.alloc() : memref<128xf32, #shared>
  // expected-remark @below {{buffer 'memref<64xf32, strided<[1]>, #gpu.address_space<workgroup>>' is not pipelined: it is neither a memref.alloc nor a workgroup attribution (PIPE-2)}}
  %a = memref.reinterpret_cast %big to offset: [0], sizes: [64], strides: [1] : memref<128xf32, #shared> to memref<64xf32, strided<[1]>, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, strided<[1]>, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, strided<[1]>, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// The size is known when the kernel runs.
// CHECK-LABEL: @dynamic_shape
func.func @dynamic_shape(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{its shape is not static, or its layout is not the identity (PIPE-2)}}
  %a = memref.alloc(%n) : memref<?xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<?xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<?xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Each iteration has a buffer of its own already.
// CHECK-LABEL: @made_inside
func.func @made_inside(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index

  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    // expected-remark @below {{it is made inside the loop (PIPE-2)}}
    %a = memref.alloc() : memref<64xf32, #shared>
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Also filled by a store: the store is not asynchronous.
// CHECK-LABEL: @stored
func.func @stored(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{'memref.store' uses it, which is neither an asynchronous copy into it nor a read (PIPE-3)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    memref.store %init, %a[%y] : memref<64xf32, #shared>
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Used through a view, of which nothing is known.
// CHECK-LABEL: @viewed
func.func @viewed(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{'memref.reinterpret_cast' uses it, which is neither an asynchronous copy into it nor a read (PIPE-3)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %view = memref.reinterpret_cast %a to offset: [0], sizes: [32], strides: [1] : memref<64xf32, #shared> to memref<32xf32, strided<[1]>, #shared>
    %v = memref.load %view[%y] : memref<32xf32, strided<[1]>, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Read behind the loop: the last iteration must not be overwritten.
// CHECK-LABEL: @used_behind
func.func @used_behind(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{'memref.load' uses it outside of the loop (PIPE-4)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  %last = memref.load %a[%y] : memref<64xf32, #shared>
  memref.store %last, %A[%y] : memref<512xf32>
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Filled once.
// CHECK-LABEL: @no_loop
func.func @no_loop(%A: memref<512xf32>, %x: index) -> f32 {
  // expected-remark @below {{buffer 'memref<64xf32, #gpu.address_space<workgroup>>' is not pipelined: no loop fills it and waits for it (PIPE-4)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  %t = nvgpu.device_async_copy %A[%x], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
  %g = nvgpu.device_async_create_group %t
  nvgpu.device_async_wait %g
  gpu.barrier
  %v = memref.load %a[%x] : memref<64xf32, #shared>
  return %v : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Loops of two levels that both fill buffers share their barriers.
// CHECK-LABEL: @nested
func.func @nested(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{a loop that fills buffers is inside of another one (PIPE-5)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-remark @below {{a loop that fills buffers is inside of another one (PIPE-5)}}
  %b = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %t = nvgpu.device_async_copy %A[%k], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    // expected-note @below {{in this loop}}
    %s = scf.for %j = %c0 to %n step %c64 iter_args(%inner = %acc) -> (f32) {
      gpu.barrier
      %u = nvgpu.device_async_copy %A[%j], %b[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
      %h = nvgpu.device_async_create_group %u
      nvgpu.device_async_wait %h
      gpu.barrier
      %v = memref.load %a[%y] : memref<64xf32, #shared>
      %w = memref.load %b[%y] : memref<64xf32, #shared>
      %m = arith.mulf %v, %w : f32
      %d = arith.addf %inner, %m : f32
      scf.yield %d : f32
    }
    scf.yield %s : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// One buffer cannot be, so the other is not.
// CHECK-LABEL: @all_or_none
func.func @all_or_none(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{another buffer that is filled in the loop cannot be (PIPE-6)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-remark @below {{'memref.store' uses it}}
  %b = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    memref.store %init, %b[%y] : memref<64xf32, #shared>
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %u = nvgpu.device_async_copy %A[%from], %b[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t, %u
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Pipelined by hand: a group stays in flight.
// CHECK-LABEL: @partial_wait
func.func @partial_wait(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{a wait is not for all groups of its iteration (PIPE-7)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g {numGroups = 1 : i32}
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Read before the wait.
// CHECK-LABEL: @read_early
func.func @read_early(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{it is read before a wait for all copies into it (PIPE-7)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    nvgpu.device_async_wait %g
    gpu.barrier
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// What other threads copied is not visible yet.
// CHECK-LABEL: @no_barrier
func.func @no_barrier(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{no barrier is between the wait for it and its first read (PIPE-7)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Other threads may still read what is overwritten.
// CHECK-LABEL: @no_barrier_before
func.func @no_barrier_before(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{no barrier is between its last read and the copies of the next iteration (PIPE-7)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// A group under a condition: the number of groups is not known.
// CHECK-LABEL: @conditional_group
func.func @conditional_group(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32, %p: i1) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{a group is made in a loop or a condition inside the loop (PIPE-7)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    scf.if %p {
      %h = nvgpu.device_async_create_group %t
    }
    %g = nvgpu.device_async_create_group
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Barriers of a warp and of the block in one loop.
// CHECK-LABEL: @two_barriers
func.func @two_barriers(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32, %mask: i32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{barriers in the loop are of different kinds (PIPE-7)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    nvvm.bar.warp.sync %mask : i32
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Two buffers, the second waited for behind the first read.
// CHECK-LABEL: @two_waits
func.func @two_waits(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{buffers are not waited for at one place (PIPE-7)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-remark @below {{buffers are not waited for at one place (PIPE-7)}}
  %b = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %u = nvgpu.device_async_copy %A[%from], %b[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %v0 = memref.load %a[%y] : memref<64xf32, #shared>
    %h = nvgpu.device_async_create_group %u
    nvgpu.device_async_wait %h
    gpu.barrier
    %v1 = memref.load %b[%y] : memref<64xf32, #shared>
    %v = arith.mulf %v0, %v1 : f32
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Other elements in each iteration.
// CHECK-LABEL: @moving_destination
func.func @moving_destination(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{the elements that a copy fills are not the same in each iteration (PIPE-8)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %to = arith.remui %from, %c64 : index
    %t = nvgpu.device_async_copy %A[%from], %a[%to], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// A copy in some iterations only.
// CHECK-LABEL: @moving_condition
func.func @moving_condition(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{the number of copies into it is not the same in each iteration (PIPE-8)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %p = arith.cmpi ult, %from, %n : index
    scf.if %p {
      %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    }
    %g = nvgpu.device_async_create_group
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// The address comes from the iteration before.
// CHECK-LABEL: @carried_address
func.func @carried_address(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{a copy depends on what the loop carries from one iteration to the next (PIPE-9)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %i = arith.fptosi %acc : f32 to i32
    %at = arith.index_cast %i : i32 to index
    %t = nvgpu.device_async_copy %A[%at], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// The address comes from an operation with effects.
// CHECK-LABEL: @effect_address
func.func @effect_address(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{'func.call' cannot be executed ahead of its iteration for a copy (PIPE-9)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %at = func.call @next() : () -> index
    %t = nvgpu.device_async_copy %A[%at], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}
func.func private @next() -> index

// -----

#shared = #gpu.address_space<workgroup>

// What is computed beside a copy is used elsewhere.
// CHECK-LABEL: @result_beside
func.func @result_beside(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32, %p: i1) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{'arith.mulf' uses what is computed beside a copy (PIPE-9)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %f = scf.if %p -> f32 {
      %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
      scf.yield %init : f32
    } else {
      scf.yield %init : f32
    }
    %g = nvgpu.device_async_create_group
    nvgpu.device_async_wait %g
    gpu.barrier
    %u = memref.load %a[%y] : memref<64xf32, #shared>
    %v = arith.mulf %u, %f : f32
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// The loop writes what later iterations copy.
// CHECK-LABEL: @writes_source
func.func @writes_source(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{'memref.store' in the loop may write what a copy reads (PIPE-10)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    memref.store %d, %A[%x] : memref<512xf32>
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// The loop writes what addresses are read from.
// CHECK-LABEL: @writes_addresses
func.func @writes_addresses(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{'memref.store' in the loop may write what an address of a copy is read from (PIPE-10)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  %i = memref.alloc() : memref<64xindex, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %at = memref.load %i[%x] : memref<64xindex, #shared>
    %t = nvgpu.device_async_copy %A[%at], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    memref.store %x, %i[%y] : memref<64xindex, #shared>
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// One iteration: nothing to overlap.
// CHECK-LABEL: @one_iteration
func.func @one_iteration(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{the loop has one iteration or none (PIPE-11)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{this loop}}
  %r = scf.for %k = %c0 to %c64 step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Seven slots are more than the rule allows.
// An error: there is no output.
func.func @too_many(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-error @below {{stages must be 1 to 6 (shared) and 1 to 4 (registers), got 7 and 2 (PIPE-1)}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 7 : i64}
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Of two barriers of one kind the second is for half of the threads.
// CHECK-LABEL: @named
func.func @named(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %1 = arith.constant 1 : i32
  %2 = arith.constant 2 : i32
  %32 = arith.constant 32 : i32
  %64 = arith.constant 64 : i32
  %same = arith.constant 64 : i32
  // expected-remark @below {{barriers in the loop are of different kinds (PIPE-7)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{in this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    nvvm.barrier id = %1 number_of_threads = %64
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    nvvm.barrier id = %1 number_of_threads = %same
    nvvm.barrier id = %2 number_of_threads = %32
    %v = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  } {sparse_gpu.shared_stages = 2 : i64}
  return %r : f32
}

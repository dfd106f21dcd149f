// Which buffers get no slots, and which barriers stay: each rule broken once.
// RUN: sparse-opt %s --split-input-file --sparse-gpu-multi-buffer -verify-diagnostics | FileCheck %s
// RUN: not sparse-opt %s --split-input-file --sparse-gpu-multi-buffer=slots=7 2>&1 | FileCheck %s --check-prefix=RANGE
// RANGE: error: slots must be 2 to 6, got 7 (MBUF-1)

#shared = #gpu.address_space<workgroup>

// The size is known when the kernel runs.
// CHECK-LABEL: @dynamic
func.func @dynamic(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{its shape is not static, its layout not the identity, or it is made inside the loop (MBUF-2)}}
  %a = memref.alloc(%n) : memref<?xf32, #shared>
  // expected-note @below {{for this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %v = memref.load %A[%k] : memref<512xf32>
    memref.store %v, %a[%x] : memref<?xf32, #shared>
    gpu.barrier
    %w = memref.load %a[%y] : memref<?xf32, #shared>
    %d = arith.addf %acc, %w : f32
    scf.yield %d : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// An operation that reads and writes.
// CHECK-LABEL: @atomic
func.func @atomic(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{its use by 'memref.atomic_rmw' is not an access that is understood (MBUF-3)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{for this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %v = memref.load %A[%k] : memref<512xf32>
    memref.store %v, %a[%x] : memref<64xf32, #shared>
    %q = memref.atomic_rmw addf %v, %a[%x] : (f32, memref<64xf32, #shared>) -> f32
    gpu.barrier
    %w = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %w : f32
    scf.yield %d : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// It is read behind the loop, too.
// CHECK-LABEL: @outside
func.func @outside(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{it is not used in one loop alone (MBUF-3)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %v = memref.load %A[%k] : memref<512xf32>
    memref.store %v, %a[%x] : memref<64xf32, #shared>
    gpu.barrier
    %w = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %w : f32
    scf.yield %d : f32
  }
  %z = memref.load %a[%x] : memref<64xf32, #shared>
  vector.print %z : f32
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Each iteration writes another element, and reads older ones.
// CHECK-LABEL: @moving
func.func @moving(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{the elements that are written are not the same in each iteration (MBUF-4)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{for this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %v = memref.load %A[%k] : memref<512xf32>
    memref.store %v, %a[%k] : memref<64xf32, #shared>
    gpu.barrier
    %w = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %w : f32
    scf.yield %d : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// A read of what the iteration before wrote.
// CHECK-LABEL: @older
func.func @older(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  // expected-remark @below {{it is read before all of an iteration's writes to it (MBUF-5)}}
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-note @below {{for this loop}}
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    %w = memref.load %a[%y] : memref<64xf32, #shared>
    gpu.barrier
    memref.store %w, %a[%x] : memref<64xf32, #shared>
    gpu.barrier
    %d = arith.addf %acc, %w : f32
    scf.yield %d : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Another buffer is written in the loop, whose order the barrier keeps.
// CHECK-LABEL: @writes
func.func @writes(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32, %C: memref<64xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    // expected-remark @below {{the barrier stays: 'memref.store' writes other memory in the loop (MBUF-6)}}
    gpu.barrier
    %v = memref.load %A[%k] : memref<512xf32>
    memref.store %v, %a[%x] : memref<64xf32, #shared>
    memref.store %v, %C[%x] : memref<64xf32>
    gpu.barrier
    %w = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %w : f32
    scf.yield %d : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// No barrier is between: the first one is for something else.
// CHECK-LABEL: @no_middle
func.func @no_middle(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    // expected-remark @below {{the barrier stays: no barrier is between all writes and all reads (MBUF-6)}}
    gpu.barrier
    %v = memref.load %A[%k] : memref<512xf32>
    memref.store %v, %a[%x] : memref<64xf32, #shared>
    
    %w = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %w : f32
    scf.yield %d : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// A barrier of the block and one of the warp.
// CHECK-LABEL: @kinds
func.func @kinds(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %mask = arith.constant -1 : i32
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    // expected-remark @below {{the barrier stays: barriers in the loop are of different kinds (MBUF-6)}}
    gpu.barrier
    %v = memref.load %A[%k] : memref<512xf32>
    memref.store %v, %a[%x] : memref<64xf32, #shared>
    nvvm.bar.warp.sync %mask : i32
    %w = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %w : f32
    scf.yield %d : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// A barrier in a condition.
// CHECK-LABEL: @nested
func.func @nested(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32, %c: i1) -> f32 {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    // expected-remark @below {{the barrier stays: there are barriers in a loop or a condition inside the loop (MBUF-6)}}
    gpu.barrier
    %v = memref.load %A[%k] : memref<512xf32>
    memref.store %v, %a[%x] : memref<64xf32, #shared>
    scf.if %c {
      gpu.barrier
    }
    gpu.barrier
    %w = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %w : f32
    scf.yield %d : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// A copy fills a buffer that is used elsewhere, too.
// CHECK-LABEL: @other_copy
func.func @other_copy(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32, %b: memref<64xf32, #shared>) -> f32 {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    // expected-remark @below {{the barrier stays: a copy fills another buffer in the loop (MBUF-6)}}
    gpu.barrier
    %v = memref.load %A[%k] : memref<512xf32>
    memref.store %v, %a[%x] : memref<64xf32, #shared>
    %t = nvgpu.device_async_copy %A[%k], %b[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    gpu.barrier
    %w = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %w : f32
    scf.yield %d : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// The second barrier is for half of the threads.
// CHECK-LABEL: @named
func.func @named(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %1 = arith.constant 1 : i32
  %2 = arith.constant 2 : i32
  %32 = arith.constant 32 : i32
  %64 = arith.constant 64 : i32
  %a = memref.alloc() : memref<64xf32, #shared>
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    // expected-remark @below {{the barrier stays: barriers in the loop are of different kinds (MBUF-6)}}
    nvvm.barrier id = %1 number_of_threads = %64
    %v = memref.load %A[%k] : memref<512xf32>
    memref.store %v, %a[%x] : memref<64xf32, #shared>
    nvvm.barrier id = %2 number_of_threads = %32
    %w = memref.load %a[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %w : f32
    scf.yield %d : f32
  }
  return %r : f32
}

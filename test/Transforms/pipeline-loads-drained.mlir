// Shared memory is pipelined, registers in part, or with loops around it anew in
// each of their iterations: a remark says why.
// RUN: sparse-opt %s --split-input-file --sparse-gpu-pipeline-loads="shared-stages=2 register-stages=2" -verify-diagnostics --canonicalize --cse | FileCheck %s

#shared = #gpu.address_space<workgroup>

// The extent of the inner loop is data.
// CHECK-LABEL: @dynamic_extent
// CHECK: scf.for
// CHECK: nvgpu.device_async_copy
// CHECK: scf.for
// CHECK: memref.load
// CHECK: sparse_gpu.pipelined
func.func @dynamic_extent(%A: memref<512xf32>, %n: index, %x: index, %m: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    // expected-remark @below {{registers are not pipelined: the extent of the loop is not static, or more than 64 (PIPE-12)}}
    %s = scf.for %i = %c0 to %m step %c1 iter_args(%d = %acc) -> (f32) {
      %v = memref.load %a[%i] : memref<64xf32, #shared>
      %e = arith.addf %d, %v : f32
      scf.yield %e : f32
    }
    scf.yield %s : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// A store in each iteration: reads of the next iteration stay behind it, those
// of the next step in the same iteration do not.
// CHECK-LABEL: @ordered
// CHECK: gpu.launch
// CHECK: scf.for
// CHECK: nvgpu.device_async_wait
// CHECK-NEXT: gpu.barrier
// CHECK: nvgpu.device_async_create_group
// CHECK: %[[V0:.*]] = memref.load
// CHECK: %[[V1:.*]] = memref.load
// CHECK: arith.addf {{.*}}, %[[V0]]
// CHECK: %[[V2:.*]] = memref.load
// CHECK: arith.addf {{.*}}, %[[V1]]
// CHECK: arith.addf {{.*}}, %[[V2]]
// CHECK: memref.store
// CHECK: scf.yield
func.func @ordered(%A: memref<512xf32>, %n: index, %init: f32, %C: memref<64xf32, #shared>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c64 = arith.constant 64 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%x, %ty, %tz) in (%sx = %c64, %sy = %c1, %sz = %c1)
             workgroup(%a: memref<64xf32, #shared>) {
    %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
      gpu.barrier
      %from = arith.addi %k, %x : index
      %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      nvgpu.device_async_wait %g
      gpu.barrier
      %s = scf.for %i = %c0 to %c3 step %c1 iter_args(%d = %acc) -> (f32) {
        %v = memref.load %a[%i] : memref<64xf32, #shared>
        %e = arith.addf %d, %v : f32
        scf.yield %e : f32
      }
      // expected-remark @below {{the register pipeline is drained in each iteration: 'memref.store' cannot change places with reads of the next iteration (PIPE-13)}}
      memref.store %s, %C[%x] : memref<64xf32, #shared>
      scf.yield %s : f32
    }
    gpu.terminator
  }
  return
}

// -----

#shared = #gpu.address_space<workgroup>

// Where it reads depends on the iteration: past the end that may be anywhere.
// CHECK-LABEL: @moving_read
// CHECK: sparse_gpu.pipelined
func.func @moving_read(%A: memref<512xf32>, %n: index, %x: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %from = arith.addi %k, %x : index
    %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %base = arith.divui %k, %c64 : index
    %s = scf.for %i = %c0 to %c4 step %c1 iter_args(%d = %acc) -> (f32) {
      %at = arith.addi %i, %base : index
      // expected-remark @below {{'memref.load' cannot change places with reads of the next iteration (PIPE-13)}}
      %v = memref.load %a[%at] : memref<64xf32, #shared>
      %e = arith.addf %d, %v : f32
      scf.yield %e : f32
    }
    scf.yield %s : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// The extent of the inner loop is data of the outer one.
// CHECK-LABEL: @triangular
// CHECK: scf.for
// CHECK: nvgpu.device_async_copy
// CHECK: scf.for
// CHECK: sparse_gpu.pipelined
func.func @triangular(%A: memref<512xf32>, %n: index, %x: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-remark @below {{the pipeline is drained in each iteration of this loop: the extent of the loop inside is not the same in each of its iterations (PIPE-14)}}
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%outer = %init) -> (f32) {
    // expected-note @below {{the pipelined loop}}
    %s = scf.for %k = %c0 to %i step %c64 iter_args(%acc = %outer) -> (f32) {
      gpu.barrier
      %from = arith.addi %k, %x : index
      %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      nvgpu.device_async_wait %g
      gpu.barrier
      %v = memref.load %a[%c0] : memref<64xf32, #shared>
      %d = arith.addf %acc, %v : f32
      scf.yield %d : f32
    }
    scf.yield %s : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// A value is printed once for each iteration of the outer loop.
// CHECK-LABEL: @between
// CHECK: scf.for
// CHECK: nvgpu.device_async_copy
// CHECK: scf.for
// CHECK: sparse_gpu.pipelined
func.func @between(%A: memref<512xf32>, %n: index, %x: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-remark @below {{the pipeline is drained in each iteration of this loop: 'vector.print' is between it and the loop inside (PIPE-14)}}
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%outer = %init) -> (f32) {
    vector.print %outer : f32
    // expected-note @below {{the pipelined loop}}
    %s = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %outer) -> (f32) {
      gpu.barrier
      %from = arith.addi %k, %x : index
      %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      nvgpu.device_async_wait %g
      gpu.barrier
      %v = memref.load %a[%c0] : memref<64xf32, #shared>
      %d = arith.addf %acc, %v : f32
      scf.yield %d : f32
    }
    scf.yield %s : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// The accumulator is scaled between.
// CHECK-LABEL: @scaled
// CHECK: scf.for
// CHECK: nvgpu.device_async_copy
// CHECK: scf.for
// CHECK: sparse_gpu.pipelined
func.func @scaled(%A: memref<512xf32>, %n: index, %x: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-remark @below {{the pipeline is drained in each iteration of this loop: what it carries is not what the loop inside carries (PIPE-14)}}
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%outer = %init) -> (f32) {
    // expected-note @below {{the pipelined loop}}
    %s = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %outer) -> (f32) {
      gpu.barrier
      %from = arith.addi %k, %x : index
      %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      nvgpu.device_async_wait %g
      gpu.barrier
      %v = memref.load %a[%c0] : memref<64xf32, #shared>
      %d = arith.addf %acc, %v : f32
      scf.yield %d : f32
    }
    %scaled = arith.mulf %s, %init : f32
    scf.yield %scaled : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// Each iteration of the outer loop fills another part.
// CHECK-LABEL: @moving_copy
// CHECK: scf.for
// CHECK: nvgpu.device_async_copy
// CHECK: scf.for
// CHECK: sparse_gpu.pipelined
func.func @moving_copy(%A: memref<512xf32>, %n: index, %x: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-remark @below {{the pipeline is drained in each iteration of this loop: the elements that a copy fills are not the same in each of its iterations (PIPE-14)}}
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%outer = %init) -> (f32) {
    // expected-note @below {{the pipelined loop}}
    %s = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %outer) -> (f32) {
      gpu.barrier
      %from = arith.addi %k, %x : index
      %t = nvgpu.device_async_copy %A[%from], %a[%i], 1 : memref<512xf32> to memref<64xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      nvgpu.device_async_wait %g
      gpu.barrier
      %v = memref.load %a[%c0] : memref<64xf32, #shared>
      %d = arith.addf %acc, %v : f32
      scf.yield %d : f32
    }
    scf.yield %s : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// A condition around the inner loop.
// CHECK-LABEL: @condition
// CHECK: scf.for
// CHECK: nvgpu.device_async_copy
// CHECK: scf.for
// CHECK: sparse_gpu.pipelined
func.func @condition(%A: memref<512xf32>, %n: index, %x: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-remark @below {{the pipeline is drained in each iteration of this loop: the loop inside is under a condition (PIPE-14)}}
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%outer = %init) -> (f32) {
    %even = arith.cmpi ult, %i, %x : index
    %s = scf.if %even -> (f32) {
    // expected-note @below {{the pipelined loop}}
    %in = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %outer) -> (f32) {
      gpu.barrier
      %from = arith.addi %k, %x : index
      %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      nvgpu.device_async_wait %g
      gpu.barrier
      %v = memref.load %a[%c0] : memref<64xf32, #shared>
      %d = arith.addf %acc, %v : f32
      scf.yield %d : f32
    }
    scf.yield %in : f32
    } else {
      scf.yield %outer : f32
    }
    scf.yield %s : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// A while loop around it.
// CHECK-LABEL: @no_for
// CHECK: scf.while
// CHECK: nvgpu.device_async_copy
// CHECK: scf.for
// CHECK: sparse_gpu.pipelined
func.func @no_for(%A: memref<512xf32>, %n: index, %x: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  // expected-remark @below {{the pipeline is drained in each iteration of this loop: it is no scf.for (PIPE-14)}}
  %r = scf.while (%outer = %init) : (f32) -> f32 {
    %more = arith.cmpf olt, %outer, %init : f32
    scf.condition(%more) %outer : f32
  } do {
  ^bb0(%begin: f32):
    // expected-note @below {{the pipelined loop}}
    %s = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %begin) -> (f32) {
      gpu.barrier
      %from = arith.addi %k, %x : index
      %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      nvgpu.device_async_wait %g
      gpu.barrier
      %v = memref.load %a[%c0] : memref<64xf32, #shared>
      %d = arith.addf %acc, %v : f32
      scf.yield %d : f32
    }
    scf.yield %s : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// The outer loop finishes a result in each iteration: nothing to remark.
// CHECK-LABEL: @results
// CHECK: sparse_gpu.pipelined
func.func @results(%A: memref<512xf32>, %n: index, %x: index, %init: f32, %C: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  scf.for %i = %c0 to %n step %c1 {
    %s = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
      gpu.barrier
      %t = nvgpu.device_async_copy %A[%k], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      nvgpu.device_async_wait %g
      gpu.barrier
      %v = memref.load %a[%c0] : memref<64xf32, #shared>
      %d = arith.addf %acc, %v : f32
      scf.yield %d : f32
    }
    memref.store %s, %C[%i] : memref<64xf32>
  }
  return
}

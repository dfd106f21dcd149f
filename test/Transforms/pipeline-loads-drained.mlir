// Shared memory is pipelined, registers in part: a remark says why.
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

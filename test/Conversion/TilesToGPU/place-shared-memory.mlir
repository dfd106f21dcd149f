// Buffers of a launch one behind the other, each at a multiple of 128 bytes.
// RUN: sparse-opt %s --sparse-gpu-place-shared-memory | FileCheck %s

// CHECK-LABEL: func.func @f
// CHECK: %[[SIZE:.*]] = arith.constant 608 : i32
// CHECK: gpu.launch {{.*}} dynamic_shared_memory_size %[[SIZE]]
// CHECK-NOT: memref.alloc
// CHECK: %[[ALL:.*]] = gpu.dynamic_shared_memory
// CHECK: %[[ZERO:.*]] = arith.constant 0 : index
// CHECK: memref.view %[[ALL]][%[[ZERO]]][] {{.*}} to memref<5x3xf16, #gpu.address_space<workgroup>>
// CHECK: %[[NEXT:.*]] = arith.constant 128 : index
// CHECK: memref.view %{{.*}}[%[[NEXT]]][] {{.*}} to memref<2x4x15xf32, #gpu.address_space<workgroup>>
// CHECK-NOT: memref.dealloc
func.func @f(%x: f32, %h: f16) {
  %c1 = arith.constant 1 : index
  %c0 = arith.constant 0 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    %a = memref.alloc() : memref<5x3xf16, #gpu.address_space<workgroup>>
    %b = memref.alloc() : memref<2x4x15xf32, #gpu.address_space<workgroup>>
    memref.store %x, %b[%c0, %c0, %c0] : memref<2x4x15xf32, #gpu.address_space<workgroup>>
    memref.store %h, %a[%c0, %c0] : memref<5x3xf16, #gpu.address_space<workgroup>>
    memref.dealloc %a : memref<5x3xf16, #gpu.address_space<workgroup>>
    gpu.terminator
  }
  return
}

// A buffer that is used behind a barrier gets the place of one that is not used
// any more; in a loop there must be a barrier on the way back as well.
// CHECK-LABEL: func.func @shared
// CHECK: %[[SIZE:.*]] = arith.constant 4096 : i32
// CHECK: gpu.launch {{.*}} dynamic_shared_memory_size %[[SIZE]]
// CHECK: %[[ZERO:.*]] = arith.constant 0 : index
// CHECK: memref.view %{{.*}}[%[[ZERO]]][] {{.*}} to memref<1024xf32
// CHECK: %[[FIRST:.*]] = arith.constant 0 : index
// CHECK: memref.view %{{.*}}[%[[FIRST]]][] {{.*}} to memref<512xf16

// CHECK-LABEL: func.func @noWayBack
// CHECK: arith.constant 5120 : i32

// CHECK-LABEL: func.func @noBarrier
// CHECK: arith.constant 5120 : i32

// CHECK-LABEL: func.func @inFlight
// CHECK: arith.constant 5120 : i32

// CHECK-LABEL: func.func @passedOn
// CHECK: arith.constant 5120 : i32
#wg = #gpu.address_space<workgroup>
func.func @shared(%x: f32, %h: f16, %n: index) {
  %c1 = arith.constant 1 : index
  %c0 = arith.constant 0 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    %a = memref.alloc() : memref<1024xf32, #wg>
    %b = memref.alloc() : memref<512xf16, #wg>
    scf.for %i = %c0 to %n step %c1 {
      scf.for %j = %c0 to %n step %c1 {
        gpu.barrier
        memref.store %x, %a[%tx] : memref<1024xf32, #wg>
      }
      gpu.barrier
      memref.store %h, %b[%tx] : memref<512xf16, #wg>
    }
    gpu.terminator
  }
  return
}

func.func @noWayBack(%x: f32, %h: f16, %n: index) {
  %c1 = arith.constant 1 : index
  %c0 = arith.constant 0 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    %a = memref.alloc() : memref<1024xf32, #wg>
    %b = memref.alloc() : memref<512xf16, #wg>
    scf.for %i = %c0 to %n step %c1 {
      scf.for %j = %c0 to %n step %c1 {
        memref.store %x, %a[%tx] : memref<1024xf32, #wg>
        gpu.barrier
      }
      gpu.barrier
      memref.store %h, %b[%tx] : memref<512xf16, #wg>
    }
    gpu.terminator
  }
  return
}

func.func @noBarrier(%x: f32, %h: f16, %n: index) {
  %c1 = arith.constant 1 : index
  %c0 = arith.constant 0 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    %a = memref.alloc() : memref<1024xf32, #wg>
    %b = memref.alloc() : memref<512xf16, #wg>
    memref.store %x, %a[%tx] : memref<1024xf32, #wg>
    // A barrier that some turns of the loop never meet.
    scf.for %i = %c0 to %n step %c1 {
      gpu.barrier
    }
    memref.store %h, %b[%tx] : memref<512xf16, #wg>
    gpu.terminator
  }
  return
}

func.func @inFlight(%from: memref<1024xf32>, %h: f16, %n: index) {
  %c1 = arith.constant 1 : index
  %c0 = arith.constant 0 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    %a = memref.alloc() : memref<1024xf32, #wg>
    %b = memref.alloc() : memref<512xf16, #wg>
    %t = nvgpu.device_async_copy %from[%tx], %a[%tx], 1 : memref<1024xf32> to memref<1024xf32, #wg>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g {numGroups = 1 : i32}
    gpu.barrier
    memref.store %h, %b[%tx] : memref<512xf16, #wg>
    gpu.terminator
  }
  return
}

func.func private @elsewhere(memref<1024xf32, #wg>)
func.func @passedOn(%h: f16) {
  %c1 = arith.constant 1 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    %a = memref.alloc() : memref<1024xf32, #wg>
    %b = memref.alloc() : memref<512xf16, #wg>
    func.call @elsewhere(%a) : (memref<1024xf32, #wg>) -> ()
    gpu.barrier
    memref.store %h, %b[%tx] : memref<512xf16, #wg>
    gpu.terminator
  }
  return
}

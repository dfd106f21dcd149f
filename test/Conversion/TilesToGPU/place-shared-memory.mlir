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

// A fixed number of blocks go through those of the grid; a barrier ends each
// turn where there is shared memory, behind a wait for copies.
// RUN: sparse-opt %s --sparse-gpu-persistent-blocks="blocks=216" | FileCheck %s

// CHECK-LABEL: func.func @f(
// CHECK-SAME: %[[X:[a-z0-9]*]]: index, %[[Y:[a-z0-9]*]]: index, %[[Z:[a-z0-9]*]]: index
// CHECK: %[[PLANE:.*]] = arith.muli %[[X]], %[[Y]]
// CHECK: %[[TOTAL:.*]] = arith.muli %[[PLANE]], %[[Z]]
// CHECK: %[[LIMIT:.*]] = arith.constant 216 : index
// CHECK: %[[ONE:.*]] = arith.constant 1 : index
// CHECK: %[[COUNT:.*]] = arith.minui %[[TOTAL]], %[[LIMIT]]
// CHECK: gpu.launch blocks(%[[B:.*]], %{{.*}}, %{{.*}}) in (%[[N:.*]] = %[[COUNT]], %{{.*}} = %[[ONE]], %{{.*}} = %[[ONE]])
// CHECK-NEXT: %[[S:.*]] = memref.alloc()
// CHECK-NEXT: scf.for %[[I:.*]] = %[[B]] to %[[TOTAL]] step %[[N]] {
// CHECK: %[[BX:.*]] = arith.remui %[[I]], %[[X]]
// CHECK: %[[REST:.*]] = arith.divui %[[I]], %[[X]]
// CHECK: %[[BY:.*]] = arith.remui %[[REST]], %[[Y]]
// CHECK: %[[BZ:.*]] = arith.divui %[[REST]], %[[Y]]
// CHECK: nvgpu.device_async_copy
// CHECK: memref.store %{{.*}}, %{{.*}}[%[[BX]], %[[BY]], %[[BZ]]]
// CHECK: memref.store %{{.*}}, %{{.*}}[%[[X]], %[[Y]], %[[Z]]]
// CHECK: %[[ALL:.*]] = nvgpu.device_async_create_group
// CHECK: nvgpu.device_async_wait %[[ALL]] {numGroups = 0 : i32}
// CHECK-NEXT: gpu.barrier
// CHECK-NEXT: } {sparse_gpu.grid_stride}
// CHECK-NEXT: gpu.terminator

// CHECK-LABEL: func.func @alone
// CHECK: scf.for
// CHECK-NOT: gpu.barrier
func.func @f(%X: index, %Y: index, %Z: index, %m: memref<?x?x?xf32>, %v: f32) {
  %c1 = arith.constant 1 : index
  %c0 = arith.constant 0 : index
  gpu.launch blocks(%x, %y, %z) in (%sx = %X, %sy = %Y, %sz = %Z)
             threads(%tx, %ty, %tz) in (%bx = %c1, %by = %c1, %bz = %c1) {
    %s = memref.alloc() : memref<64xf32, #gpu.address_space<workgroup>>
    %t = nvgpu.device_async_copy %m[%c0, %c0, %c0], %s[%tx], 1 : memref<?x?x?xf32> to memref<64xf32, #gpu.address_space<workgroup>>
    %z2 = gpu.block_id z
    memref.store %v, %m[%x, %y, %z2] : memref<?x?x?xf32>
    %sy2 = gpu.grid_dim y
    memref.store %v, %m[%sx, %sy2, %sz] : memref<?x?x?xf32>
    gpu.terminator
  }
  return
}

func.func @alone(%X: index, %m: memref<?xf32>, %v: f32) {
  %c1 = arith.constant 1 : index
  gpu.launch blocks(%x, %y, %z) in (%sx = %X, %sy = %c1, %sz = %c1)
             threads(%tx, %ty, %tz) in (%bx = %c1, %by = %c1, %bz = %c1) {
    memref.store %v, %m[%x] : memref<?xf32>
    gpu.terminator
  }
  return
}

// Numbers of threads in the grid are those of the original blocks; shared memory
// by its number is shared memory; what is on the stack is made once.
// CHECK-LABEL: func.func @threads(
// CHECK: gpu.launch blocks(%[[B:[^,]*]], {{.*}} threads(%[[T:[^,]*]], %{{.*}}, %{{.*}}) in (%[[N:[^ ]*]] =
// CHECK-NEXT: %[[S:.*]] = memref.alloc() : memref<64xf32, 3>
// CHECK-NEXT: %[[P:.*]] = memref.alloca() : memref<4xf32>
// CHECK-NEXT: scf.for %[[I:.*]] = %[[B]] to
// CHECK: %[[BX:.*]] = arith.remui %[[I]]
// CHECK: %[[FIRST:.*]] = arith.muli %[[BX]], %[[N]]
// CHECK: %[[G:.*]] = arith.addi %[[FIRST]], %[[T]]
// CHECK: memref.store %{{.*}}, %{{.*}}[%[[G]]]
// CHECK: gpu.barrier
// CHECK-NEXT: } {sparse_gpu.grid_stride}
func.func @threads(%X: index, %m: memref<?xf32>, %v: f32) {
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  gpu.launch blocks(%x, %y, %z) in (%sx = %X, %sy = %c1, %sz = %c1)
             threads(%tx, %ty, %tz) in (%bx = %c64, %by = %c1, %bz = %c1) {
    %g = gpu.global_id x
    %s = memref.alloc() : memref<64xf32, 3>
    %p = memref.alloca() : memref<4xf32>
    memref.store %v, %s[%tx] : memref<64xf32, 3>
    memref.store %v, %m[%g] : memref<?xf32>
    gpu.terminator
  }
  return
}

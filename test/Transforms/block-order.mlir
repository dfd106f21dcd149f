// Blocks are renumbered in groups of rows: those of the launch that says so
// itself, and by the option.
// RUN: sparse-opt %s --sparse-gpu-block-order="group=4" | FileCheck %s
// RUN: sparse-opt %s --sparse-gpu-block-order | FileCheck %s --check-prefix=OWN

// CHECK-LABEL: func.func @f
// CHECK: gpu.launch blocks(%[[X:.*]], %[[Y:.*]], %[[Z:.*]]) in (%[[SX:.*]] = %{{.*}}, %[[SY:.*]] = %{{.*}}, %{{.*}} = %{{.*}}) threads
// CHECK: %[[G:.*]] = arith.constant 4 : index
// CHECK: %[[ROW:.*]] = arith.muli %[[Y]], %[[SX]]
// CHECK: %[[NUMBER:.*]] = arith.addi %[[X]], %[[ROW]]
// CHECK: %[[PER:.*]] = arith.muli %[[G]], %[[SY]]
// CHECK: %[[GROUP:.*]] = arith.divui %[[NUMBER]], %[[PER]]
// CHECK: %[[FIRST:.*]] = arith.muli %[[GROUP]], %[[G]]
// CHECK: %[[IN:.*]] = arith.remui %[[NUMBER]], %[[PER]]
// CHECK: %[[LEFT:.*]] = arith.subi %[[SX]], %[[FIRST]]
// CHECK: %[[ROWS:.*]] = arith.minui %[[LEFT]], %[[G]]
// CHECK: %[[REST:.*]] = arith.remui %[[IN]], %[[ROWS]]
// CHECK: %[[NEWX:.*]] = arith.addi %[[FIRST]], %[[REST]]
// CHECK: %[[NEWY:.*]] = arith.divui %[[IN]], %[[ROWS]]
// CHECK: memref.store %{{.*}}, %{{.*}}[%[[NEWX]], %[[NEWY]], %[[Z]]]
// CHECK: memref.store %{{.*}}, %{{.*}}[%[[NEWY]], %[[NEWX]], %[[SX]]]

// CHECK-LABEL: func.func @own
// CHECK: gpu.launch
// CHECK: arith.constant 7 : index
// CHECK-NOT: sparse_gpu.block_order

// OWN-LABEL: func.func @f
// OWN-NOT: arith.divui
// OWN-LABEL: func.func @own
// OWN: arith.constant 7 : index
// OWN: arith.divui
// OWN-NOT: sparse_gpu.block_order
func.func @f(%m: memref<?x?x?xf32>, %X: index, %Y: index, %Z: index, %v: f32) {
  %c1 = arith.constant 1 : index
  gpu.launch blocks(%x, %y, %z) in (%sx = %X, %sy = %Y, %sz = %Z)
             threads(%tx, %ty, %tz) in (%bx = %c1, %by = %c1, %bz = %c1) {
    memref.store %v, %m[%x, %y, %z] : memref<?x?x?xf32>
    %y2 = gpu.block_id y
    %size = gpu.grid_dim x
    memref.store %v, %m[%y2, %x, %size] : memref<?x?x?xf32>
    gpu.terminator
  }
  return
}

func.func @own(%m: memref<?x?x?xf32>, %X: index, %Y: index, %Z: index, %v: f32) {
  %c1 = arith.constant 1 : index
  gpu.launch blocks(%x, %y, %z) in (%sx = %X, %sy = %Y, %sz = %Z)
             threads(%tx, %ty, %tz) in (%bx = %c1, %by = %c1, %bz = %c1) {
    memref.store %v, %m[%x, %y, %z] : memref<?x?x?xf32>
    gpu.terminator
  } {sparse_gpu.block_order = 7 : i64}
  return
}

// More rows than a grid has are as many as it has: products do not overflow.
// CHECK-LABEL: func.func @all
// CHECK: gpu.launch
// CHECK: arith.constant 2147483647 : index
func.func @all(%X: index, %Y: index, %m: memref<?x?xf32>, %v: f32) {
  %c1 = arith.constant 1 : index
  gpu.launch blocks(%x, %y, %z) in (%sx = %X, %sy = %Y, %sz = %c1)
             threads(%tx, %ty, %tz) in (%bx = %c1, %by = %c1, %bz = %c1) {
    memref.store %v, %m[%x, %y] : memref<?x?xf32>
    gpu.terminator
  } {sparse_gpu.block_order = 4611686018427387904 : i64}
  return
}

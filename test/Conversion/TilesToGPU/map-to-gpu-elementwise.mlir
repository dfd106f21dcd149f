// A nest of blocks without a contraction: each lane has one element of a row, and
// neighbours have neighbours.
// RUN: sparse-opt %s --pass-pipeline='builtin.module(func.func(sparse-gpu-map-to-gpu))' | FileCheck %s

// CHECK-LABEL: func.func @sum
// CHECK: gpu.launch blocks({{.*}}) in {{.*}} threads(%[[THREAD:[a-z0-9_]+]], {{.*}}) in (%{{.*}} = %c128
// CHECK-NOT: gpu.barrier
// CHECK-NOT: workgroup
// CHECK-DAG: %[[WARP:.*]] = arith.divui %[[THREAD]], %c32
// CHECK-DAG: %[[LANE:.*]] = arith.remui %[[THREAD]], %c32
// The lane's number again, as 4 x group + thread of a group.
// CHECK-DAG: arith.divui %[[LANE]], %c4
// CHECK-DAG: arith.remui %[[LANE]], %c4
// CHECK: scf.for %{{.*}} = %{{.*}} to %c4{{[_0-9]*}} step %c1{{[_0-9]*}} iter_args(%[[SUM:.*]] = %{{.*}}) -> (vector<1x1xf32>)
// CHECK:   scf.if
// CHECK:   memref.load %{{.*}}[%{{.*}}] : memref<{{.*}}xf32, strided<[1]>>
// CHECK:   arith.addf
// Nothing is asked of --sparse-gpu-pipeline-loads.
// CHECK-NOT: register_stages
// CHECK: memref.store
// CHECK-NOT: memref.store
func.func @sum(%S: memref<4x300xf32>, %C: memref<300xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c300 = arith.constant 300 : index
  %zero = arith.constant 0.0 : f32
  scf.forall (%first, %y) = (0, 0) to (300, 1) step (128, 1) {
    %count = arith.subi %c300, %first : index
    %columns = tensor.generate {
    ^bb0(%i: index):
      %at = arith.addi %first, %i : index
      tensor.yield %at : index
    } : tensor<128xindex>
    %row = tensor.generate {
    ^bb0(%i: index):
      tensor.yield %c0 : index
    } : tensor<1xindex>
    %empty = tensor.empty() : tensor<1x128xf32>
    %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x128xf32>) -> tensor<1x128xf32>
    %sum = scf.for %p = %c0 to %c4 step %c1 iter_args(%acc = %init) -> (tensor<1x128xf32>) {
      %base = arith.muli %p, %c300 : index
      %rows = tensor.generate {
      ^bb0(%i: index):
        tensor.yield %base : index
      } : tensor<1xindex>
      %part = sparse_gpu.load %S rows(%rows) [%c1] columns(%columns) [%count] contiguous 1 run 4 : memref<4x300xf32>, tensor<1xindex>, tensor<128xindex> -> tensor<1x128xf32>
      %next = linalg.add ins(%acc, %part : tensor<1x128xf32>, tensor<1x128xf32>) outs(%empty : tensor<1x128xf32>) -> tensor<1x128xf32>
      scf.yield %next : tensor<1x128xf32>
    }
    sparse_gpu.store %sum into %C rows(%row) [%c1] columns(%columns) [%count] contiguous 1 run 4 : tensor<1x128xf32>, tensor<1xindex>, tensor<128xindex> into memref<300xf32>
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, tile = [1, 128, 1], warp_tile = [1, 32], copy = 0>}
  return
}

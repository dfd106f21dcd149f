// The kernel at level 1, and what arrow 1 -> 2 makes of it.
// RUN: sparse-opt %s --sparse-gpu-to-tiles | FileCheck %s
// It is what the arrow makes of the level before:
// RUN: sparse-opt %S/0-linalg.mlir --sparse-gpu-linalg-to-sparse-gpu > %t.made
// RUN: sparse-opt %s > %t.shown
// RUN: diff %t.made %t.shown
//
// Level 1 is one operation on one sparse tensor, with its schedule: which unit
// of the format one worker computes (a row per warp), and with what tiles.
//
// 1. --sparse-gpu-decompose-sparse-values replaces the sparse tensor by what
//    CSR stores, positions, coordinates and values, and its two sizes. This is
//    the ABI of the function.
// 2. --sparse-gpu-bufferize makes memrefs of the tensors; C is written in
//    place, since the caller allows it.
// 3. --sparse-gpu-spmm-to-tiles expands the operation to the nest of units and
//    steps. The format fills in units, steps, coordinates, decode and rows.
// 4. Level 2's contract: no value of a sparse type is left.

// CHECK-LABEL: func.func @spmm(
// CHECK-SAME:    %[[POS:[^:]*]]: memref<?xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[VAL:[^:]*]]: memref<?xf32>, %[[M:[^:]*]]: index, %[[K:[^:]*]]: index, %[[B:[^:]*]]: memref<?x64xf32>, %[[C:[^:]*]]: memref<?x64xf32>)
// CHECK:         scf.forall (%[[BLOCK:.*]], %{{.*}}) = (0, 0) to (%[[M]], 64) step (4, 64) {
// CHECK:           scf.forall (%[[WARP:.*]]) in (4) {
// CHECK:             %[[ROW:.*]] = arith.addi %[[BLOCK]], %[[WARP]]
// CHECK:             scf.for {{.*}} iter_args(%[[ACC:.*]] = %{{.*}}) -> (tensor<1x64xf32>) {
// CHECK:               %[[COORDS:.*]] = sparse_gpu.coordinates %[[CRD]]
// CHECK:               %[[A:.*]] = sparse_gpu.decode %[[VAL]]
// CHECK:               %[[ROWS_OF_B:.*]] = sparse_gpu.gather %[[B]] rows(%[[COORDS]])
// CHECK:               linalg.matmul ins(%[[A]], %[[ROWS_OF_B]] : {{.*}}) outs(%[[ACC]] : tensor<1x64xf32>)
// CHECK:             sparse_gpu.scatter %{{.*}} into %[[C]]
func.func @spmm(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x64xf32>, %C: tensor<?x64xf32> {bufferization.writable = true}) -> tensor<?x64xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x64xf32>) outs(%C : tensor<?x64xf32>) schedules [#sparse_gpu.schedule<unit = row, coarsening = 2>] -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

// Products with the transposed matrix: units gather rows of B once, and the
// coordinates of each step name rows of the result, which is reduced into
// atomically.
//
// RUN: sparse-opt %s --pass-pipeline='builtin.module(func.func(sparse-gpu-spmm-to-tiles,canonicalize))' --split-input-file | FileCheck %s

#csr = #sparse_gpu.csr

// C of the accumulator type that is added to: one nest, into C itself.

// CHECK-LABEL: func @in_place(
// CHECK-SAME:    %[[POS:.*]]: memref<?xi32>, %[[CRD:.*]]: memref<?xi32>, %[[VAL:.*]]: memref<?xf32>, %[[M:.*]]: index, %[[K:.*]]: index, %[[B:.*]]: memref<?x?xf32>, %[[C:.*]]: memref<?x?xf32>
// CHECK-NOT:     memref.alloc
// CHECK:         scf.forall (%[[U:.*]], %[[N:.*]]) = (0, 0) to (%[[M]], %{{.*}}) step (4, 32)
// CHECK:           %[[UNIT:.*]] = tensor.from_elements %{{.*}} : tensor<1xindex>
// CHECK:           %[[ROW:.*]] = sparse_gpu.gather %[[B]] rows(%[[UNIT]]) columns(%[[N]]) : memref<?x?xf32>, tensor<1xindex> -> tensor<1x32xf32>
// CHECK:           scf.for %[[S:.*]] = %{{.*}} to %{{.*}} step %{{.*}} {
// CHECK:             %[[ROWS:.*]] = sparse_gpu.coordinates %[[CRD]][%[[S]]]
// CHECK:             %[[A:.*]] = sparse_gpu.decode %[[VAL]][%[[S]]]
// CHECK:             %[[P:.*]] = linalg.generic {{.*}} ins(%[[A]], %[[ROW]] : tensor<1x?xf32>, tensor<1x32xf32>)
// CHECK:             sparse_gpu.scatter %[[P]] into %[[C]] rows(%[[ROWS]]) columns(%[[N]]) reduce {
// CHECK:               arith.addf
// CHECK-NOT:     scf.forall
func.func @in_place(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index,
                    %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  %one = arith.constant 1.0 : f32
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>) beta(%one : f32)
    schedules [#sparse_gpu.schedule<unit = row>] {transpose_a}
  return
}

// -----

#csr = #sparse_gpu.csr

// Another beta: a nest that scales C comes first. No beta: one that clears it.

// CHECK-LABEL: func @scaled(
// CHECK:         scf.forall
// CHECK:           sparse_gpu.gather
// CHECK:           arith.mulf
// CHECK:           sparse_gpu.scatter {{.*}} columns(%{{.*}}) : tensor<1x32xf32>
// CHECK:         scf.forall
// CHECK:           sparse_gpu.scatter {{.*}} reduce
func.func @scaled(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index,
                  %B: memref<?x?xf32>, %C: memref<?x?xf32>, %beta: f32) {
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>) beta(%beta : f32)
    schedules [#sparse_gpu.schedule<unit = row>] {transpose_a}
  return
}

// CHECK-LABEL: func @cleared(
// CHECK:         scf.forall
// CHECK:           %[[ZERO:.*]] = linalg.fill
// CHECK:           sparse_gpu.scatter %[[ZERO]]
// CHECK:         scf.forall
// CHECK:           sparse_gpu.scatter {{.*}} reduce
func.func @cleared(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index,
                   %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>)
    schedules [#sparse_gpu.schedule<unit = row>] {transpose_a}
  return
}

// -----

#csr = #sparse_gpu.csr

// C in f16: sums in a workspace of f32, K x N, and a nest that finishes.

// CHECK-LABEL: func @workspace(
// CHECK-SAME:    %[[K:[^:]*]]: index, %[[B:[^:]*]]: memref<?x?xf16>, %[[C:[^:]*]]: memref<?x?xf16>)
// CHECK:         %[[N:.*]] = memref.dim %[[B]], %c1
// CHECK:         %[[W:.*]] = memref.alloc(%[[K]], %[[N]]) {sparse_gpu.workspace} : memref<?x?xf32>
// CHECK:         scf.forall (%{{.*}}) = (0, 0) to (%[[K]], %[[N]])
// CHECK:           sparse_gpu.scatter %{{.*}} into %[[W]]
// CHECK:         scf.forall
// CHECK:           sparse_gpu.scatter %{{.*}} into %[[W]] {{.*}} reduce
// CHECK:         scf.forall (%{{.*}}) = (0, 0) to (%[[K]], %[[N]])
// CHECK:           sparse_gpu.gather %[[W]]
// CHECK:           arith.truncf
// CHECK:           sparse_gpu.scatter %{{.*}} into %[[C]]
// CHECK:         memref.dealloc %[[W]]
func.func @workspace(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf16>, %m: index, %k: index,
                     %B: memref<?x?xf16>, %C: memref<?x?xf16>) {
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf16>, index, index of tensor<?x?xf16, #csr>)
    b(%B : memref<?x?xf16>) outs(%C : memref<?x?xf16>)
    schedules [#sparse_gpu.schedule<unit = row>] {transpose_a}
  return
}

// -----

#csc = #sparse_gpu.csc

// Known sizes are in the type of the workspace, in part or all of them.

// CHECK-LABEL: func @known_columns(
// CHECK-SAME:    %[[M:[^:]*]]: index,
// CHECK:         memref.alloc(%[[M]]) {sparse_gpu.workspace} : memref<?x64xf32>
func.func @known_columns(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf16>, %m: index, %k: index,
                         %B: memref<?x64xf16>, %C: memref<?x64xf16>) {
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf16>, index, index of tensor<?x?xf16, #csc>)
    b(%B : memref<?x64xf16>) outs(%C : memref<?x64xf16>)
    schedules [#sparse_gpu.schedule<unit = column>]
  return
}

// CHECK-LABEL: func @known(
// CHECK:         memref.alloc() {sparse_gpu.workspace} : memref<30x7xf32>
func.func @known(%p: memref<21xi32>, %c: memref<?xi32>, %v: memref<?xf16>,
                 %B: memref<20x7xf16>, %C: memref<30x7xf16>) {
  sparse_gpu.spmm a(%p, %c, %v : memref<21xi32>, memref<?xi32>, memref<?xf16> of tensor<30x20xf16, #csc>)
    b(%B : memref<20x7xf16>) outs(%C : memref<30x7xf16>)
    schedules [#sparse_gpu.schedule<unit = column>]
  return
}

// The nest of row-merge tiles.
// RUN: sparse-opt %s --pass-pipeline='builtin.module(func.func(sparse-gpu-spmm-to-tiles,canonicalize))' --split-input-file | FileCheck %s

#f = #sparse_gpu.row_merge

// The columns of a tile follow from its own; a value is behind as many values
// of its tile as there are bits in the rows before and below its own.
// CHECK-LABEL: func @divides(
// CHECK-SAME:    %[[P:[^:]*]]: memref<5xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[O:[^:]*]]: memref<?xi32>, %[[MASKS:[^:]*]]: memref<?xi16>, %[[V:[^:]*]]: memref<?xf32>
// CHECK:         scf.forall {{.*}} to (4, 32)
// CHECK:           memref.load %[[P]]
// CHECK:           memref.load %[[P]]
// CHECK:           tensor.generate
// CHECK:             memref.load %[[CRD]]
// CHECK-NOT:         arith.minui
// CHECK:           } : tensor<?xindex>
// CHECK:           tensor.generate
// CHECK:             memref.load %[[MASKS]]
// CHECK:             scf.if
// CHECK:               math.ctpop %{{.*}} : i16
// CHECK:               scf.for
// CHECK:                 math.ctpop %{{.*}} : i16
// CHECK:               memref.load %[[O]]
// CHECK:               memref.load %[[V]]
// CHECK:           } : tensor<16x?xf32>
// CHECK:           tensor.generate
// CHECK:             memref.load %[[MASKS]]
// CHECK-NOT:         math.ctpop
// CHECK:           } : tensor<16x?xi1>
// CHECK-NOT:     partial
func.func @divides(%p: memref<5xi32>, %c: memref<?xi32>, %o: memref<?xi32>, %s: memref<?xi16>, %v: memref<?xf32>,
    %B: memref<64x32xf32>, %C: memref<64x32xf32>) {
  sparse_gpu.spmm a(%p, %c, %o, %s, %v : memref<5xi32>, memref<?xi32>, memref<?xi32>, memref<?xi16>, memref<?xf32>
      of tensor<64x64xf32, #f>)
    b(%B : memref<64x32xf32>) outs(%C : memref<64x32xf32>)
    schedules [#sparse_gpu.schedule]
  return
}

// -----

#f = #sparse_gpu.row_merge

// Columns beyond the last are the last; rows beyond the last are not stored.
// CHECK-LABEL: func @edges(
// CHECK:         tensor.generate
// CHECK:           arith.minui
// CHECK:         } : tensor<?xindex>
// CHECK:         sparse_gpu.scatter {{.*}}partial
func.func @edges(%p: memref<?xi32>, %c: memref<?xi32>, %o: memref<?xi32>, %s: memref<?xi16>, %v: memref<?xf32>, %m: index,
    %B: memref<50x32xf32>, %C: memref<?x32xf32>) {
  sparse_gpu.spmm a(%p, %c, %o, %s, %v, %m : memref<?xi32>, memref<?xi32>, memref<?xi32>, memref<?xi16>, memref<?xf32>,
      index of tensor<?x50xf32, #f>)
    b(%B : memref<50x32xf32>) outs(%C : memref<?x32xf32>)
    schedules [#sparse_gpu.schedule]
  return
}

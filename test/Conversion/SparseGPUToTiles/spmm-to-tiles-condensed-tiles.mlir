// The nest of condensed tiles: steps, coordinates and decode of each layout.
// RUN: sparse-opt %s --pass-pipeline='builtin.module(func.func(sparse-gpu-spmm-to-tiles,canonicalize))' --split-input-file | FileCheck %s

#f = #sparse_gpu.condensed_tiles<layout = bit_tcf, window = 8, tile = 8>

// Columns lie side by side. A value is at the offset of its tile, plus the
// number of bits below its own; it takes part where its bit is set.
// CHECK-LABEL: func @bit_tcf(
// CHECK-SAME:    %[[W:[^:]*]]: memref<9xi32>, %[[T:[^:]*]]: memref<?xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[BITS:[^:]*]]: memref<?xi64>, %[[V:[^:]*]]: memref<?xf32>
// CHECK:         scf.forall {{.*}} to (8, 32)
// CHECK:           %[[FIRST:.*]] = memref.load %[[W]]
// CHECK:           %[[NEXT:.*]] = memref.load %[[W]]
// CHECK:           scf.for %[[S:[^ ]*]] =
// CHECK:             sparse_gpu.coordinates %[[CRD]][%[[S]]]
// CHECK:             %[[A:.*]] = tensor.generate
// CHECK:               %[[BEGIN:.*]] = memref.load %[[T]]
// CHECK:               %[[WORD:.*]] = memref.load %[[BITS]]
// CHECK:               arith.shrui %[[WORD]]
// CHECK:               math.ctpop %{{.*}} : i64
// CHECK:               scf.if
// CHECK:                 memref.load %[[V]]
// CHECK:             } : tensor<8x?xf32>
// CHECK:             %[[PRESENT:.*]] = tensor.generate
// CHECK-NOT:           math.ctpop
// CHECK:             } : tensor<8x?xi1>
// CHECK:             linalg.generic {{.*}} ins(%[[A]], %{{.*}}, %[[PRESENT]] :
// CHECK:               arith.select
func.func @bit_tcf(%w: memref<9xi32>, %t: memref<?xi32>, %c: memref<?xi32>, %p: memref<?xi64>, %v: memref<?xf32>,
    %B: memref<64x32xf32>, %C: memref<64x32xf32>) {
  sparse_gpu.spmm a(%w, %t, %c, %p, %v : memref<9xi32>, memref<?xi32>, memref<?xi32>, memref<?xi64>, memref<?xf32>
      of tensor<64x64xf32, #f>)
    b(%B : memref<64x32xf32>) outs(%C : memref<64x32xf32>)
    schedules [#sparse_gpu.schedule]
  return
}

// -----

#f = #sparse_gpu.condensed_tiles<layout = me_tcf>

// Entries are scattered to where their ids say.
// CHECK-LABEL: func @me_tcf(
// CHECK-SAME:    %{{[^:]*}}: memref<5xi32>, %[[T:[^:]*]]: memref<?xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[IDS:[^:]*]]: memref<?xi8>, %[[V:[^:]*]]: memref<?xf32>
// CHECK:         scf.for %[[S:[^ ]*]] =
// CHECK:           %[[K:.*]] = sparse_gpu.coordinates %[[CRD]][%[[S]]] [%[[COUNT:.*]]] :
// CHECK:           %[[A:.*]], %[[PRESENT:.*]] = sparse_gpu.decode_ids %[[V]] at %[[IDS]] in %[[T]][%[[S]]] [%[[COUNT]]] tiles of 8
// CHECK:           %[[B:.*]] = sparse_gpu.gather %{{.*}} rows(%[[K]])
// CHECK:           linalg.generic {{.*}} ins(%[[A]], %[[B]], %[[PRESENT]] :
func.func @me_tcf(%w: memref<5xi32>, %t: memref<?xi32>, %c: memref<?xi32>, %p: memref<?xi8>, %v: memref<?xf32>,
    %B: memref<64x32xf32>, %C: memref<64x32xf32>) {
  sparse_gpu.spmm a(%w, %t, %c, %p, %v : memref<5xi32>, memref<?xi32>, memref<?xi32>, memref<?xi8>, memref<?xf32>
      of tensor<64x64xf32, #f>)
    b(%B : memref<64x32xf32>) outs(%C : memref<64x32xf32>)
    schedules [#sparse_gpu.schedule]
  return
}

// -----

#f = #sparse_gpu.condensed_tiles<layout = tcf>

// No list of columns: rows of the window are searched for the condensed column.
// Rows that do not exist are not stored.
// CHECK-LABEL: func @tcf(
// CHECK-SAME:    %[[P:[^:]*]]: memref<?xi32>, %[[T:[^:]*]]: memref<?xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[COND:[^:]*]]: memref<?xi32>, %{{[^:]*}}: memref<?xi32>, %[[V:[^:]*]]: memref<?xf32>
// CHECK:         memref.load %[[T]]
// CHECK:         tensor.generate
// CHECK:           scf.for
// CHECK:             memref.load %[[P]]
// CHECK:             scf.while
// CHECK:               memref.load %[[COND]]
// CHECK:             memref.load %[[CRD]]
// CHECK:         } : tensor<?xindex>
// CHECK:         tensor.generate
// CHECK:           memref.load %[[V]]
// CHECK:         } : tensor<16x?xf32>
// CHECK:         } : tensor<16x?xi1>
// CHECK:         sparse_gpu.scatter {{.*}}partial
func.func @tcf(%p: memref<?xi32>, %t: memref<?xi32>, %c: memref<?xi32>, %d: memref<?xi32>, %l: memref<?xi32>,
    %v: memref<?xf32>, %m: index, %B: memref<64x32xf32>, %C: memref<?x32xf32>) {
  sparse_gpu.spmm a(%p, %t, %c, %d, %l, %v, %m : memref<?xi32>, memref<?xi32>, memref<?xi32>, memref<?xi32>, memref<?xi32>,
      memref<?xf32>, index of tensor<?x64xf32, #f>)
    b(%B : memref<64x32xf32>) outs(%C : memref<?x32xf32>)
    schedules [#sparse_gpu.schedule]
  return
}

// -----

#f = #sparse_gpu.condensed_tiles<layout = me_bcrs, window = 8, tile = 1>

// Vectors lie side by side, and everything takes part.
// CHECK-LABEL: func @me_bcrs_vectors(
// CHECK-SAME:    %{{[^:]*}}: memref<9xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[V:[^:]*]]: memref<?xf32>
// CHECK:         scf.for %[[S:[^ ]*]] =
// CHECK:           sparse_gpu.coordinates %[[CRD]][%[[S]]]
// CHECK:           sparse_gpu.decode %[[V]][%[[S]]] {{.*}} -> tensor<8x?xf32>
// CHECK:           linalg.matmul
func.func @me_bcrs_vectors(%p: memref<9xi32>, %c: memref<?xi32>, %v: memref<?xf32>,
    %B: memref<64x32xf32>, %C: memref<64x32xf32>) {
  sparse_gpu.spmm a(%p, %c, %v : memref<9xi32>, memref<?xi32>, memref<?xf32> of tensor<64x64xf32, #f>)
    b(%B : memref<64x32xf32>) outs(%C : memref<64x32xf32>)
    schedules [#sparse_gpu.schedule]
  return
}

// -----

#f = #sparse_gpu.condensed_tiles<layout = me_bcrs, window = 8, tile = 4>

// Tiles row by row, the last of a window no wider than its vectors.
// CHECK-LABEL: func @me_bcrs_tiles(
// CHECK-SAME:    %{{[^:]*}}: memref<9xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[V:[^:]*]]: memref<?xf32>
// CHECK:         sparse_gpu.coordinates %[[CRD]]
// CHECK:         tensor.generate
// CHECK:           arith.minui
// CHECK:           memref.load %[[V]]
// CHECK:         } : tensor<8x?xf32>
// CHECK:         linalg.matmul
func.func @me_bcrs_tiles(%p: memref<9xi32>, %c: memref<?xi32>, %v: memref<?xf32>,
    %B: memref<64x32xf32>, %C: memref<64x32xf32>) {
  sparse_gpu.spmm a(%p, %c, %v : memref<9xi32>, memref<?xi32>, memref<?xf32> of tensor<64x64xf32, #f>)
    b(%B : memref<64x32xf32>) outs(%C : memref<64x32xf32>)
    schedules [#sparse_gpu.schedule]
  return
}

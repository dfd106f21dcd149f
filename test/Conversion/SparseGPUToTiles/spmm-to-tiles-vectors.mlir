// Formats of vectors and of N:M in the nest.
// RUN: sparse-opt %s --pass-pipeline='builtin.module(func.func(sparse-gpu-spmm-to-tiles,canonicalize))' --split-input-file | FileCheck %s

#format = #sparse_gpu.shuffled_block<v = 8>

// Vectors and their columns lie side by side; the result goes to the rows of
// the permutation, some of which may not exist.
// CHECK-LABEL: func @shuffled_block(
// CHECK-SAME:    %[[P:[^:]*]]: memref<?xi32>, %[[COLUMNS:[^:]*]]: memref<?xi32>, %[[V:[^:]*]]: memref<?xf32>, %[[PERMUTATION:[^:]*]]: memref<?xi32>
// CHECK:         scf.for %[[S:.*]] = %{{.*}} to %{{.*}} step
// CHECK:           sparse_gpu.coordinates %[[COLUMNS]][%[[S]]]
// CHECK:           sparse_gpu.decode %[[V]][%[[S]]] [%{{.*}}] : memref<?xf32> -> tensor<8x?xf32>
// CHECK:         %[[ROWS:.*]] = tensor.generate
// CHECK:           memref.load %[[PERMUTATION]]
// CHECK:         } : tensor<8xindex>
// CHECK:         sparse_gpu.scatter %{{.*}} rows(%[[ROWS]]) columns(%{{.*}}) {partial}
func.func @shuffled_block(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>,
    %r: memref<?xi32>, %m: index, %k: index, %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  sparse_gpu.spmm a(%p, %c, %v, %r, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, memref<?xi32>, index, index of tensor<?x?xf32, #format>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>)
    schedules [#sparse_gpu.schedule<unit = row_group>]
  return
}

// -----

#format = #sparse_gpu.vector_wise<v = 16>

// No row is beyond the last, because 16 divides the number of rows.
// CHECK-LABEL: func @vector_wise(
// CHECK:         sparse_gpu.decode %{{.*}} : memref<?xf32> -> tensor<16x?xf32>
// CHECK:         tensor.generate
// CHECK-NOT:       memref.load
// CHECK:         } : tensor<16xindex>
// CHECK-NOT:     partial
// CHECK:         return
func.func @vector_wise(%p: memref<3xi32>, %c: memref<?xi32>, %v: memref<?xf32>,
    %k: index, %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  sparse_gpu.spmm a(%p, %c, %v, %k : memref<3xi32>, memref<?xi32>, memref<?xf32>, index of tensor<32x?xf32, #format>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>)
    schedules [#sparse_gpu.schedule<unit = row_group>]
  return
}

// -----

#format = #sparse_gpu.nm<n = 2, m = 4>

// Two bits of a word of 16 indices, added to the first column of the group.
// CHECK-LABEL: func @nm(
// CHECK-SAME:    %[[METADATA:[^:]*]]: memref<?xi32>, %[[V:[^:]*]]: memref<?xf32>
// CHECK:         scf.for %[[S:.*]] = %{{.*}} to %{{.*}} step
// CHECK:           tensor.generate
// CHECK:             %[[WORD:.*]] = memref.load %[[METADATA]]
// CHECK:             %[[INDEX:.*]] = arith.index_castui %[[WORD]]
// CHECK:             arith.shrui %[[INDEX]]
// CHECK:           } : tensor<?xindex>
// CHECK:           sparse_gpu.decode %[[V]][%[[S]]] [%{{.*}}] : memref<?xf32> -> tensor<1x?xf32>
func.func @nm(%d: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index,
    %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  sparse_gpu.spmm a(%d, %v, %m, %k : memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #format>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>)
    schedules [#sparse_gpu.schedule<unit = row>]
  return
}

// -----

#format = #sparse_gpu.vnm<v = 8, n = 2, m = 16>

// A row of B is gathered for eight rows; a value is found by its place.
// CHECK-LABEL: func @vnm(
// CHECK-SAME:    %[[COLUMNS:[^:]*]]: memref<?xi8>, %[[METADATA:[^:]*]]: memref<?xi32>, %[[V:[^:]*]]: memref<?xf32>
// CHECK:         scf.for
// CHECK:           tensor.generate
// CHECK:             memref.load %[[COLUMNS]]
// CHECK:           } : tensor<?xindex>
// CHECK:           tensor.generate
// CHECK-COUNT-2:     arith.select
// CHECK:           } : tensor<8x?xf32>
// CHECK:         sparse_gpu.scatter {{.*}} {partial}
func.func @vnm(%c: memref<?xi8>, %d: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index,
    %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  sparse_gpu.spmm a(%c, %d, %v, %m, %k : memref<?xi8>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #format>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>)
    schedules [#sparse_gpu.schedule<unit = block_row>]
  return
}

// Units of blocks: the tile of A is a piece of the values, rows of B are those
// that the step's coordinates name, rows of C those of the permutation.
// RUN: sparse-opt %s --pass-pipeline='builtin.module(func.func(sparse-gpu-spmm-to-tiles,canonicalize))' | FileCheck %s

#format = #sparse_gpu.shuffled_block<v = 32>

// CHECK-LABEL: func @blocks(
// CHECK-SAME:    %[[P:[^:]*]]: memref<?xi32>, %[[COLUMNS:[^:]*]]: memref<?xi32>, %[[V:[^:]*]]: memref<?xf16>, %[[PERMUTATION:[^:]*]]: memref<?xi32>, %[[M:[^:]*]]: index
// CHECK:         memref.extract_aligned_pointer_as_index
// CHECK:         scf.if
// CHECK:         scf.forall (%[[U:.*]], %[[N:.*]]) = (0, 0) to (%{{.*}}, %{{.*}}) step (1, 64) {
// CHECK:           %[[BEGIN:.*]] = arith.index_castui
// CHECK:           %[[END:.*]] = arith.index_castui
// CHECK:           %[[SIZE:.*]] = arith.subi %[[END]], %[[BEGIN]]
// CHECK:           scf.for %[[S:.*]] = %c0 to %[[SIZE]] step %c32 iter_args
// CHECK:             %[[AT:.*]] = arith.addi %[[BEGIN]], %[[S]]
// CHECK:             %[[LEFT:.*]] = arith.subi %[[SIZE]], %[[S]]
// CHECK:             %[[COUNT:.*]] = arith.minui %[[LEFT]], %c32
// CHECK:             %[[CRD:.*]] = sparse_gpu.coordinates %[[COLUMNS]][%[[AT]]] [%[[COUNT]]] : memref<?xi32> -> tensor<?xindex>
// CHECK:             arith.muli %{{.*}}, %c32 : index
// CHECK:             sparse_gpu.load %[[V]] rows(%{{.*}}) [%c32] columns(%{{.*}}) [%[[COUNT]]] contiguous 0 run 32 : memref<?xf16>,
// CHECK:             %[[ROW:.*]] = tensor.extract %[[CRD]]
// CHECK:             arith.muli %[[ROW]],
// CHECK:             sparse_gpu.load %{{.*}} rows(%{{.*}}) [%[[COUNT]]] columns(%{{.*}}) [%{{.*}}] contiguous 1 run 64
// CHECK:             linalg.matmul ins(%{{.*}}, %{{.*}} : tensor<32x32xf16>, tensor<32x64xf16>)
// A row that does not exist has a negative offset.
// CHECK:           tensor.generate
// CHECK:             memref.load %[[PERMUTATION]]
// CHECK:             %[[ROW2:.*]] = arith.index_castui
// CHECK:             %[[OFFSET:.*]] = arith.muli %[[ROW2]]
// CHECK:             %[[EXISTS:.*]] = arith.cmpi ult, %[[ROW2]], %[[M]]
// CHECK:             arith.select %[[EXISTS]], %[[OFFSET]], %c-1
// CHECK:           sparse_gpu.store {{.*}} contiguous 1 run 64 partial
// CHECK:         } {mapping = [#gpu.block<x>, #gpu.block<y>]
// CHECK:         else
// CHECK:         scf.forall
// CHECK:           sparse_gpu.store {{.*}} contiguous 1 run 32 partial
func.func @blocks(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf16>, %r: memref<?xi32>, %m: index, %k: index,
                  %B: memref<?x?xf16>, %C: memref<?x?xf32>) {
  sparse_gpu.spmm a(%p, %c, %v, %r, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf16>, memref<?xi32>, index, index of tensor<?x?xf16, #format>)
    b(%B : memref<?x?xf16>) outs(%C : memref<?x?xf32>)
    schedules [#sparse_gpu.schedule<unit = row_group, scope = block, path = mma, tile = [32, 64, 32], warp_tile = [16, 32], when = [alignment ge 16]>,
               #sparse_gpu.schedule<unit = row_group, scope = block, path = mma, tile = [32, 32, 32], warp_tile = [16, 32], copy = 0>]
  return
}

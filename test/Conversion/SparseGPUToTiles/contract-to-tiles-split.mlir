// K in parts: blocks of all parts store sums into a workspace, a second nest adds
// them and finishes C.
// RUN: sparse-opt %s --pass-pipeline='builtin.module(func.func(sparse-gpu-contract-to-tiles,canonicalize))' | FileCheck %s

#split = #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32], split_k = 4>
#one = #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32], copy = 0>
#aligned = #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32], split_k = 4, when = [alignment ge 16, result_alignment ge 4]>

// Four parts of 128 each, of 5 batches: all alike. Rows of the workspace are
// multiples of 16 bytes, whatever C is.
// CHECK-LABEL: func.func @batches
// CHECK-DAG:   %[[PARTS:.*]] = arith.constant 4 : index
// CHECK-DAG:   %[[SIZE:.*]] = arith.constant 128 : index
// CHECK-DAG:   %[[ELEMENTS:.*]] = arith.constant 17920 : index
// CHECK:       %[[SUMS:.*]] = memref.alloc() {sparse_gpu.workspace} : memref<4x5x56x64xf32>
// CHECK:       scf.forall (%[[M:.*]], %[[N:.*]], %[[Z:.*]]) = (0, 0, 0) to (56, 64, 20) step (64, 64, 1)
// CHECK-DAG:     %[[PART:.*]] = arith.remui %[[Z]], %[[PARTS]]
// CHECK-DAG:     %[[BATCH:.*]] = arith.divui %[[Z]], %[[PARTS]]
// CHECK-DAG:     %[[BEGIN:.*]] = arith.muli %[[PART]], %[[SIZE]]
// CHECK-DAG:     %[[BASE:.*]] = arith.muli %[[PART]], %[[ELEMENTS]]
// Where a part begins is in the offsets of rows of A, not in the loop.
// CHECK:         scf.for %[[K:.*]] = %c0 to %[[SIZE]] step %c32
// CHECK:             %[[ROW:.*]] = arith.addi %{{.*}}, %[[BEGIN]]
// CHECK:           tensor.generate
// CHECK:             arith.addi %{{.*}}, %[[ROW]]
// CHECK:           tensor.generate
// CHECK-NEXT:      ^bb0(%[[I:.*]]: index):
// CHECK-NEXT:        %[[COLUMN:.*]] = arith.addi %[[K]], %[[I]]
// CHECK-NEXT:        tensor.yield %[[COLUMN]]
// CHECK:           linalg.matmul
// CHECK-NOT:     linalg
// CHECK:         sparse_gpu.store %{{.*}} into %[[SUMS]] {{.*}} contiguous 1 run 64
// CHECK:       sparse_gpu.schedule = #sparse_gpu.schedule<{{.*}}, split_k = 4, when = [result_alignment ge 16]>
// One lane for each element, the first part first.
// CHECK:       scf.forall (%[[FIRST:.*]], %{{.*}}) = (0, 0) to (17920, 1) step (128, 1)
// CHECK:         %[[ZERO:.*]] = linalg.fill
// CHECK:         scf.for %[[I:.*]] = %c0 to %[[PARTS]] step %c1 iter_args(%[[SUM:.*]] = %[[ZERO]]) -> (tensor<1x128xf32>)
// CHECK:           %[[ADDED:.*]] = sparse_gpu.load %[[SUMS]] {{.*}} -> tensor<1x128xf32>
// CHECK:           linalg.add ins(%[[SUM]], %[[ADDED]]
// CHECK:         sparse_gpu.load %arg2
// CHECK:         linalg.generic
// CHECK:         sparse_gpu.store %{{.*}} into %arg2
// CHECK:       mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<{{.*}}tile = [1, 128, 1], warp_tile = [1, 32]
// CHECK:       memref.dealloc %[[SUMS]]
func.func @batches(%A: memref<5x56x512xf16>, %B: memref<5x512x64xf16>, %C: memref<5x56x64xf16>) {
  sparse_gpu.contract a(%A : memref<5x56x512xf16>) b(%B : memref<5x512x64xf16>) outs(%C : memref<5x56x64xf16>) beta
    maps [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (b, k, n)>, affine_map<(b, m, n, k) -> (b, m, n)>]
    schedules [#split]
  return
}

// Sizes from run time. The workspace is there before the guards, for whoever
// needs it. Two elements of C are 4 bytes: two of the workspace are 8.
// CHECK-LABEL: func.func @dynamic
// CHECK:       %[[SUMS:.*]] = memref.alloc(%[[M:.*]], %[[N:.*]]) {sparse_gpu.workspace} : memref<4x?x?xf32>
// CHECK:       scf.if
// CHECK:         %[[STEPS:.*]] = arith.ceildivui %[[K:.*]], %c32
// CHECK:         %[[EACH:.*]] = arith.ceildivui %[[STEPS]], %c4
// CHECK:         %[[SIZE:.*]] = arith.muli %[[EACH]], %c32
// A part beyond K is empty.
// CHECK:         %[[AT:.*]] = arith.muli %{{.*}}, %[[SIZE]]
// CHECK:         %[[BEGIN:.*]] = arith.minui %[[AT]], %[[K]]
// CHECK:         %[[LEFT:.*]] = arith.subi %[[K]], %[[BEGIN]]
// CHECK:         %[[OWN:.*]] = arith.minui %[[SIZE]], %[[LEFT]]
// CHECK:         scf.for %[[STEP:.*]] = %c0 to %[[OWN]] step %c32
// CHECK:           arith.subi %[[OWN]], %[[STEP]]
// CHECK:         sparse_gpu.store %{{.*}} into %[[SUMS]]
// CHECK:         when = [alignment ge 16, result_alignment ge 8]>
// CHECK:         sparse_gpu.store %{{.*}} into %arg2
// CHECK:       } else {
// CHECK-NOT:     %[[SUMS]]
// CHECK:         sparse_gpu.store %{{.*}} into %arg2
// CHECK:       }
// CHECK:       memref.dealloc %[[SUMS]]
func.func @dynamic(%A: memref<?x?xf16>, %B: memref<?x?xf16>, %C: memref<?x?xf16>) {
  sparse_gpu.contract a(%A : memref<?x?xf16>) b(%B : memref<?x?xf16>) outs(%C : memref<?x?xf16>)
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    schedules [#aligned, #one]
  return
}

// The workspace is in the order of C, transposed here: the lanes of the second
// nest, along its elements, are side by side in both.
// CHECK-LABEL: func.func @transposed
// CHECK:       %[[SUMS:.*]] = memref.alloc() {sparse_gpu.workspace} : memref<4x65x33xf32>
// CHECK:       sparse_gpu.store %{{.*}} into %[[SUMS]] {{.*}} contiguous 0 run 64
// CHECK-NOT:   result_alignment
// CHECK:       scf.forall {{.*}} to (2145, 1) step (128, 1)
// The loops of the bias follow from the element's number.
// CHECK:         tensor.generate
// CHECK:         arith.remui %{{.*}}, %c33
// CHECK:         sparse_gpu.load %arg2
// CHECK:         tensor.generate
// CHECK:         %[[PLACE:.*]] = arith.addi
// CHECK-NEXT:    tensor.yield %[[PLACE]]
// CHECK:         sparse_gpu.store %{{.*}} into %arg3
func.func @transposed(%A: memref<33x100xf16>, %B: memref<100x65xf16>, %bias: memref<33xf32>, %C: memref<65x33xf32>) {
  sparse_gpu.contract a(%A : memref<33x100xf16>) b(%B : memref<100x65xf16>) inputs(%bias : memref<33xf32>) outs(%C : memref<65x33xf32>)
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (n, m)>]
    schedules [#split] {input_maps = [affine_map<(m, n, k) -> (m)>]} epilogue {
    ^bb0(%x: f32, %b: f32):
      %0 = arith.addf %x, %b : f32
      sparse_gpu.yield %0 : f32
    }
  return
}

// Coordinates of several loops: their offsets are not sums, so the loop counts
// from the beginning of the part.
// CHECK-LABEL: func.func @convolution
// CHECK-DAG:   %[[K:.*]] = arith.constant 144 : index
// CHECK:       %[[BEGIN:.*]] = arith.minui %{{.*}}, %[[K]]
// CHECK:       scf.for %[[STEP:.*]] = %c0 to %{{.*}} step %c32
// CHECK-NEXT:    %[[AT:.*]] = arith.addi %[[BEGIN]], %[[STEP]]
// CHECK:         arith.subi %[[K]], %[[AT]]
func.func @convolution(%A: memref<1x9x14x24xf16>, %B: memref<3x2x24x16xf16>, %C: memref<1x4x11x16xf32>) {
  sparse_gpu.contract a(%A : memref<1x9x14x24xf16>) b(%B : memref<3x2x24x16xf16>) outs(%C : memref<1x4x11x16xf32>)
    maps [affine_map<(n, h, w, f, y, x, c) -> (n, h * 2 + y, w + x * 3, c)>, affine_map<(n, h, w, f, y, x, c) -> (y, x, c, f)>, affine_map<(n, h, w, f, y, x, c) -> (n, h, w, f)>]
    schedules [#split]
  return
}

// A vector has no rows whose alignment would say that parts are aligned.
// CHECK-LABEL: func.func @vector
// CHECK:       memref.alloc(%{{.*}}) {sparse_gpu.workspace} : memref<4x?xi32>
// CHECK:       split_k = 4, when = [alignment ge 16]>
// CHECK:       sparse_gpu.store %{{.*}} into %arg2
func.func @vector(%A: memref<?x?xi8>, %x: memref<?xi8>, %y: memref<?xi32>) {
  sparse_gpu.contract a(%A : memref<?x?xi8>) b(%x : memref<?xi8>) outs(%y : memref<?xi32>)
    maps [affine_map<(n, k) -> (k, n)>, affine_map<(n, k) -> (k)>, affine_map<(n, k) -> (n)>]
    schedules [#aligned, #one]
  return
}

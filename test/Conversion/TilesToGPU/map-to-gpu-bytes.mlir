// Bytes that do not lie along K, as B here and A below: ldmatrix transposes
// them in pairs, and permutations of bytes make fragments of two columns of B
// (rows of A) that are neighbours.
//
// RUN: sparse-opt %s --split-input-file --sparse-gpu-linalg-to-sparse-gpu="chip=sm_80 schedule={[#sparse_gpu.schedule<scope = block, path = mma, tile = [32, 32, 64], warp_tile = [16, 16], when = [alignment ge 16, result_alignment ge 16]>, #sparse_gpu.schedule<scope = block, path = mma, tile = [32, 32, 64], warp_tile = [16, 16], copy = 0>]}" \
// RUN:   --sparse-gpu-to-tiles --sparse-gpu-map-to-gpu=chip=sm_80 | FileCheck %s
// RUN: sparse-opt %s --split-input-file --sparse-gpu-linalg-to-sparse-gpu="chip=sm_75 schedule={scope = block, path = mma, tile = [32, 32, 64], warp_tile = [16, 16], copy = 0}" \
// RUN:   --sparse-gpu-to-tiles --sparse-gpu-map-to-gpu=chip=sm_75 | FileCheck %s --check-prefix=OLD
//
// Three tiles of eight columns are not pairs: bytes are loaded one by one.
// RUN: sparse-opt %s --split-input-file --sparse-gpu-linalg-to-sparse-gpu="chip=sm_80 schedule={scope = block, path = mma, tile = [32, 48, 64], warp_tile = [16, 24], copy = 0}" \
// RUN:   --sparse-gpu-to-tiles --sparse-gpu-map-to-gpu=chip=sm_80 | FileCheck %s --check-prefix=ODD

// CHECK-LABEL: func @columns(
// CHECK:         %[[B:.*]] = memref.alloc() : memref<64x32xi8, #gpu.address_space<workgroup>>
// The lines of the matrices, as the comment of loadPairs says.
// CHECK:         %[[UPPER:.*]] = arith.xori %{{.*}}, %{{.*}} : index
// CHECK-NEXT:    %[[FOUR:.*]] = arith.divui %[[IN:.*]], %c2
// CHECK-NEXT:    arith.muli %[[FOUR]], %c4
// CHECK-NEXT:    arith.remui %[[IN]], %c2
// CHECK:         arith.muli %[[UPPER]], %c2
// CHECK:         %[[SEL0:.*]] = arith.select %{{.*}}, %c25632{{.*}}, %c8292{{.*}} : i32
// CHECK:         %[[SEL1:.*]] = arith.select %{{.*}}, %c30001{{.*}}, %c12661{{.*}} : i32
// CHECK:         nvgpu.device_async_wait
// CHECK:           scf.for %[[K:.*]] = %c0{{.*}} to %c64{{.*}} step %c32{{.*}} -> (vector<2x4xi32>)
// CHECK:             nvgpu.ldmatrix %{{.*}} {numTiles = 4 : i32, transpose = false}
// CHECK:             %[[P:.*]] = sparse_gpu.ldmatrix_pairs %[[B]][%{{.*}}, %{{.*}}] : memref<64x32xi8, #gpu.address_space<workgroup>> -> vector<4x2xi16>
// CHECK:             nvvm.prmt <default> %[[SEL0]], %[[LOW:.*]], %[[HIGH:.*]] : i32
// CHECK:             nvvm.prmt <default> %[[SEL1]], %[[LOW]], %[[HIGH]] : i32
// CHECK-COUNT-2:     nvvm.prmt <default>
// CHECK-NOT:         memref.load
// CHECK:             nvgpu.mma.sync{{.*}} {mmaShape = [16, 8, 32]} : (vector<4x4xi8>, vector<2x4xi8>, vector<2x2xi32>) -> vector<2x2xi32>
// CHECK:             nvgpu.mma.sync
// CHECK-NOT:         nvgpu.mma.sync
// CHECK:             scf.yield %{{.*}} : vector<2x4xi32>
// A lane has four neighbouring columns of C.
// CHECK:         vector.store %{{.*}} {alignment = 16 : i64} : memref<{{.*}}xi32{{.*}}>, vector<4xi32>

// Two instructions of 8 x 8 x 16: A by ldmatrix as it lies, of B a matrix for
// each two of k.
// OLD-LABEL: func @columns(
// OLD:         scf.for %{{.*}} -> (vector<1x4xi32>, vector<1x4xi32>)
// OLD:           nvgpu.ldmatrix
// OLD:           sparse_gpu.ldmatrix_pairs %{{.*}} -> vector<2x2xi16>
// OLD-COUNT-2:   nvvm.prmt <default>
// OLD-COUNT-4:   nvgpu.mma.sync{{.*}}mmaShape = [8, 8, 16]

// ODD-LABEL: func @columns(
// ODD-NOT:     ldmatrix_pairs
// ODD:         memref.load %{{.*}} : memref<64x48xi8, #gpu.address_space<workgroup>>
// ODD:         nvgpu.mma.sync
func.func @columns(%A: tensor<64x64xi8>, %B: tensor<64x96xi8>, %C: tensor<64x96xi32>) -> tensor<64x96xi32> {
  %0 = linalg.matmul ins(%A, %B : tensor<64x64xi8>, tensor<64x96xi8>) outs(%C : tensor<64x96xi32>) -> tensor<64x96xi32>
  return %0 : tensor<64x96xi32>
}

// -----

// Rows of A: those of a fragment are 2 * (lane / 4) and the next one.
// CHECK-LABEL: func @rows(
// CHECK:         %[[A:.*]] = memref.alloc() : memref<64x32xi8, #gpu.address_space<workgroup>>
// CHECK:           scf.for %[[K:.*]] = %c0{{.*}} to %c64{{.*}} step %c32{{.*}} -> (vector<2x2xi32>, vector<2x2xi32>)
// CHECK:             sparse_gpu.ldmatrix_pairs %[[A]]
// CHECK-COUNT-4:     nvvm.prmt <default>
// CHECK:             nvgpu.ldmatrix
// CHECK-COUNT-2:     nvgpu.mma.sync

// OLD-LABEL: func @rows(
// OLD:         scf.for %{{.*}} -> (vector<2x2xi32>, vector<2x2xi32>)
// OLD:           sparse_gpu.ldmatrix_pairs %{{.*}} -> vector<2x2xi16>
// OLD-COUNT-2:   nvvm.prmt <default>
// OLD-COUNT-4:   nvgpu.mma.sync{{.*}}mmaShape = [8, 8, 16]
func.func @rows(%A: tensor<64x64xi8>, %B: tensor<96x64xi8>, %C: tensor<64x96xi32>) -> tensor<64x96xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
    ins(%A, %B : tensor<64x64xi8>, tensor<96x64xi8>) outs(%C : tensor<64x96xi32>) -> tensor<64x96xi32>
  return %0 : tensor<64x96xi32>
}

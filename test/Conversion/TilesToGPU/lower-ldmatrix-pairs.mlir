// RUN: sparse-opt %s --sparse-gpu-lower-ldmatrix-pairs --split-input-file | FileCheck %s

// One view of the buffer for all accesses, subscripts of which are halved.
#shared = #gpu.address_space<workgroup>
// CHECK-LABEL: func @pairs(
// CHECK-SAME:    %[[R:[^:]*]]: index, %[[C:[^:]*]]: index
// CHECK:         %[[B:.*]] = memref.alloc() : memref<64x128xi8, #gpu.address_space<workgroup>>
// CHECK-NEXT:    %[[FLAT:.*]] = memref.collapse_shape %[[B]] {{\[\[}}0, 1]] : {{.*}} into memref<8192xi8, #gpu.address_space<workgroup>>
// CHECK:         %[[HALVES:.*]] = memref.view %[[FLAT]][%c0{{.*}}][] : {{.*}} to memref<64x64xi16, #gpu.address_space<workgroup>>
// CHECK:         %[[H:.*]] = arith.shrui %[[C]], %c1{{.*}} : index
// CHECK:         nvgpu.ldmatrix %[[HALVES]][%[[R]], %[[H]]] {numTiles = 4 : i32, transpose = true} : memref<64x64xi16, #gpu.address_space<workgroup>> -> vector<4x2xi16>
// CHECK:         nvgpu.ldmatrix %[[HALVES]][{{.*}}] {numTiles = 2 : i32, transpose = true} : {{.*}} -> vector<2x2xi16>
// CHECK-NOT:     sparse_gpu.ldmatrix_pairs
func.func @pairs(%r: index, %c: index) -> (vector<4x2xi16>, vector<2x2xi16>) {
  %b = memref.alloc() : memref<64x128xi8, #shared>
  %0 = sparse_gpu.ldmatrix_pairs %b[%r, %c] : memref<64x128xi8, #shared> -> vector<4x2xi16>
  %1 = sparse_gpu.ldmatrix_pairs %b[%c, %r] : memref<64x128xi8, #shared> -> vector<2x2xi16>
  return %0, %1 : vector<4x2xi16>, vector<2x2xi16>
}

// -----

// A buffer with slots.
#shared = #gpu.address_space<workgroup>
// CHECK-LABEL: func @slots(
// CHECK:         memref.collapse_shape %{{.*}} {{\[\[}}0, 1, 2]] : {{.*}} into memref<6144xi8, #gpu.address_space<workgroup>>
// CHECK:         nvgpu.ldmatrix %{{.*}}[%arg1, %arg0, %{{.*}}] {{.*}} : memref<3x32x32xi16, #gpu.address_space<workgroup>>
func.func @slots(%r: index, %s: index) -> vector<1x2xi16> {
  %b = memref.alloc() : memref<3x32x64xi8, #shared>
  %0 = sparse_gpu.ldmatrix_pairs %b[%s, %r, %r] : memref<3x32x64xi8, #shared> -> vector<1x2xi16>
  return %0 : vector<1x2xi16>
}

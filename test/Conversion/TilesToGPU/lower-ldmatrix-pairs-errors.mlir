// RUN: sparse-opt %s --sparse-gpu-lower-ldmatrix-pairs --split-input-file --verify-diagnostics

#shared = #gpu.address_space<workgroup>
func.func @dynamic(%b: memref<?x64xi8, #shared>, %r: index) -> vector<4x2xi16> {
  // expected-error @+1 {{needs a buffer of static shape and identity layout with rows of an even number of bytes, got 'memref<?x64xi8, #gpu.address_space<workgroup>>' (LDP-2)}}
  %0 = sparse_gpu.ldmatrix_pairs %b[%r, %r] : memref<?x64xi8, #shared> -> vector<4x2xi16>
  return %0 : vector<4x2xi16>
}

// -----

#shared = #gpu.address_space<workgroup>
func.func @strided(%b: memref<32x64xi8, strided<[128, 1]>, #shared>, %r: index) -> vector<4x2xi16> {
  // expected-error @+1 {{identity layout}}
  %0 = sparse_gpu.ldmatrix_pairs %b[%r, %r] : memref<32x64xi8, strided<[128, 1]>, #shared> -> vector<4x2xi16>
  return %0 : vector<4x2xi16>
}

// -----

#shared = #gpu.address_space<workgroup>
func.func @odd(%b: memref<32x33xi8, #shared>, %r: index) -> vector<4x2xi16> {
  // expected-error @+1 {{rows of an even number of bytes}}
  %0 = sparse_gpu.ldmatrix_pairs %b[%r, %r] : memref<32x33xi8, #shared> -> vector<4x2xi16>
  return %0 : vector<4x2xi16>
}

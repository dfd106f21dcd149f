// Copies that stay synchronous, and why: each rule of docs/Spec.md broken once.
// What is no copy of global memory gets no remark.
// RUN: sparse-opt %s --sparse-gpu-async-copies -verify-diagnostics | FileCheck %s

#shared = #gpu.address_space<workgroup>

// CHECK-NOT: nvgpu.device_async_copy
func.func @arithmetic(%A: memref<64xf32>, %s: memref<64xf32, #shared>, %x: index) {
  %v = memref.load %A[%x] : memref<64xf32>
  %w = arith.addf %v, %v : f32
  // expected-remark @below {{the copy to shared memory is not asynchronous: what is stored is not loaded from rows of global memory as it is (ASYNC-1)}}
  memref.store %w, %s[%x] : memref<64xf32, #shared>
  return
}

func.func @columns(%A: memref<64x64xf32, strided<[1, 64]>>, %s: memref<64xf32, #shared>, %x: index) {
  %v = memref.load %A[%x, %x] : memref<64x64xf32, strided<[1, 64]>>
  // expected-remark @below {{(ASYNC-1)}}
  memref.store %v, %s[%x] : memref<64xf32, #shared>
  return
}

func.func @not_zero(%A: memref<64xf32>, %s: memref<64xf32, #shared>, %x: index, %p: i1) {
  %minus = arith.constant -0.0 : f32
  %v = memref.load %A[%x] : memref<64xf32>
  %w = arith.select %p, %v, %minus : f32
  // expected-remark @below {{(ASYNC-1)}}
  memref.store %w, %s[%x] : memref<64xf32, #shared>
  return
}

func.func @used_twice(%A: memref<64xf32>, %s: memref<64xf32, #shared>, %x: index) -> f32 {
  %v = memref.load %A[%x] : memref<64xf32>
  // expected-remark @below {{what is stored is used elsewhere, or was loaded in another block (ASYNC-2)}}
  memref.store %v, %s[%x] : memref<64xf32, #shared>
  return %v : f32
}

func.func @loaded_before(%A: memref<64xf32>, %s: memref<64xf32, #shared>, %x: index, %p: i1) {
  %v = memref.load %A[%x] : memref<64xf32>
  scf.if %p {
    // expected-remark @below {{(ASYNC-2)}}
    memref.store %v, %s[%x] : memref<64xf32, #shared>
  }
  return
}

func.func @overwritten(%A: memref<64xf32>, %s: memref<64xf32, #shared>, %x: index, %f: f32) {
  %v = memref.load %A[%x] : memref<64xf32>
  memref.store %f, %A[%x] : memref<64xf32>
  // expected-remark @below {{'memref.store' is between its load and its store (ASYNC-3)}}
  memref.store %v, %s[%x] : memref<64xf32, #shared>
  return
}

func.func @barrier(%A: memref<64xf32>, %s: memref<64xf32, #shared>, %x: index) {
  %v = memref.load %A[%x] : memref<64xf32>
  gpu.barrier
  // expected-remark @below {{'gpu.barrier' is between its load and its store (ASYNC-3)}}
  memref.store %v, %s[%x] : memref<64xf32, #shared>
  return
}

// A row of unknown alignment; one half alone.
func.func @alignment(%A: memref<?x?xf16>, %B: memref<64xf16>, %s: memref<64xf16, #shared>, %x: index) {
  %c0 = arith.constant 0 : index
  %v = vector.load %A[%x, %x] : memref<?x?xf16>, vector<8xf16>
  // expected-remark @below {{16 bytes side by side, known to be aligned to 2 and 16, are not pieces of 4, 8 or 16 (ASYNC-4)}}
  vector.store %v, %s[%c0] : memref<64xf16, #shared>, vector<8xf16>
  %w = memref.load %B[%c0] : memref<64xf16>
  // expected-remark @below {{2 bytes side by side, known to be aligned to 2 and 16, are not pieces of 4, 8 or 16 (ASYNC-4)}}
  memref.store %w, %s[%c0] : memref<64xf16, #shared>
  return
}

func.func @no_copies(%A: memref<64xf32>, %s: memref<64xf32, #shared>, %x: index, %f: f32) {
  memref.store %f, %s[%x] : memref<64xf32, #shared>
  %v = memref.load %s[%x] : memref<64xf32, #shared>
  memref.store %v, %A[%x] : memref<64xf32>
  return
}

// Copies through registers become asynchronous: how wide, with which zeros, and
// where they are waited for.
// RUN: sparse-opt %s --split-input-file --sparse-gpu-async-copies --canonicalize --cse -verify-diagnostics | FileCheck %s
// Nothing is left for a second run.
// RUN: sparse-opt %s --split-input-file --sparse-gpu-async-copies --canonicalize --cse > %t.once
// RUN: sparse-opt %t.once --split-input-file --sparse-gpu-async-copies --canonicalize --cse -verify-diagnostics | diff %t.once -

#shared = #gpu.address_space<workgroup>

// Known to be aligned: 8 halves are 16 bytes. The wait is before the barrier,
// behind both.
// CHECK-LABEL: @vectors
// CHECK: %[[S:.*]] = memref.alloc() {alignment = 16 : i64} : memref<32x64xf16, #gpu
// CHECK: %[[A:.*]] = memref.assume_alignment
// CHECK: %[[T0:.*]] = nvgpu.device_async_copy %[[A]][%[[R:.*]], %[[C:.*]]], %[[S]][%[[R]], %[[C]]], 8 {bypassL1}
// CHECK: %[[T1:.*]] = nvgpu.device_async_copy %[[A]][%{{.*}}, %[[C]]], %[[S]][%{{.*}}, %[[C]]], 4 :
// CHECK-NOT: vector.load
// CHECK-NOT: vector.store
// CHECK: %[[G:.*]] = nvgpu.device_async_create_group %[[T0]], %[[T1]]
// CHECK-NEXT: nvgpu.device_async_wait %[[G]] {numGroups = 0 : i32}
// CHECK-NEXT: gpu.barrier
func.func @vectors(%arg: memref<64x64xf16>, %r: index, %x: index) {
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %s = memref.alloc() : memref<32x64xf16, #shared>
  %A = memref.assume_alignment %arg, 16 : memref<64x64xf16>
  %c = arith.muli %x, %c8 : index
  %v = vector.load %A[%r, %c] : memref<64x64xf16>, vector<8xf16>
  vector.store %v, %s[%r, %c] : memref<32x64xf16, #shared>, vector<8xf16>
  %r1 = arith.addi %r, %c1 : index
  %w = vector.load %A[%r1, %c] : memref<64x64xf16>, vector<4xf16>
  vector.store %w, %s[%r1, %c] : memref<32x64xf16, #shared>, vector<4xf16>
  gpu.barrier
  return
}

// -----

#shared = #gpu.address_space<workgroup>

// Each element for itself where nothing is known; the alignment that accesses
// state is believed; 12 bytes at a multiple of 16 are 8 and 4; 32 are 16 and 16.
// CHECK-LABEL: @pieces
// CHECK-SAME: %[[A:[^:]*]]: memref<?x?xf32>, %[[B:[^:]*]]: memref<1024xf32> {llvm.align = 64 : i64}
// CHECK: nvgpu.device_async_copy %[[A]][%[[R:.*]], %[[X:.*]]], %{{.*}}[%[[R]], %c0], 1 :
// CHECK: %[[X1:.*]] = arith.addi %[[X]], %c1
// CHECK: nvgpu.device_async_copy %[[A]][%[[R]], %[[X1]]], %{{.*}}[%[[R]], %c1], 1 :
// CHECK: nvgpu.device_async_copy %[[A]][%[[R]], %[[X]]], %{{.*}}[%[[R]], %c8], 2 :
// CHECK: nvgpu.device_async_copy %[[B]][%c16], %{{.*}}[%[[R]], %c16], 2 :
// CHECK: nvgpu.device_async_copy %[[B]][%c18], %{{.*}}[%[[R]], %c18], 1 :
// CHECK: nvgpu.device_async_copy %[[B]][%c16], %{{.*}}[%[[R]], %c24], 4 {bypassL1} :
// CHECK: nvgpu.device_async_copy %[[B]][%c20], %{{.*}}[%[[R]], %c28], 4 {bypassL1} :
// CHECK: nvgpu.device_async_wait
// CHECK-NEXT: return
func.func @pieces(%A: memref<?x?xf32>, %B: memref<1024xf32> {llvm.align = 64 : i64}, %r: index, %x: index) {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c24 = arith.constant 24 : index
  %s = memref.alloc() : memref<32x32xf32, #shared>
  %v = vector.load %A[%r, %x] : memref<?x?xf32>, vector<2xf32>
  vector.store %v, %s[%r, %c0] : memref<32x32xf32, #shared>, vector<2xf32>
  %w = vector.load %A[%r, %x] {alignment = 8 : i64} : memref<?x?xf32>, vector<2xf32>
  vector.store %w, %s[%r, %c8] : memref<32x32xf32, #shared>, vector<2xf32>
  %y = vector.load %B[%c16] : memref<1024xf32>, vector<3xf32>
  vector.store %y, %s[%r, %c16] : memref<32x32xf32, #shared>, vector<3xf32>
  %z = vector.load %B[%c16] : memref<1024xf32>, vector<8xf32>
  vector.store %z, %s[%r, %c24] : memref<32x32xf32, #shared>, vector<8xf32>
  return
}

// -----

#shared = #gpu.address_space<workgroup>

// Single elements side by side are one copy, also with others between: four of
// f16, and two of f32. An alignment that a view keeps.
// CHECK-LABEL: @neighbours
// CHECK-NOT: memref.load
// CHECK: nvgpu.device_async_copy %{{.*}}[%{{.*}}], %{{.*}}[%{{.*}}], 4 : memref<64xf16, strided<[1], offset: 64>> to
// CHECK-NOT: memref.load
// CHECK: nvgpu.device_async_copy %{{.*}}[%{{.*}}], %{{.*}}[%{{.*}}], 2 : memref<64xf32
// CHECK-NOT: memref.store
// CHECK: gpu.barrier
func.func @neighbours(%arg: memref<128xf16>, %argB: memref<64xf32> {llvm.align = 16 : i64}, %x: index) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %s = memref.alloc() : memref<64xf16, #shared>
  %q = memref.alloc() : memref<64xf32, #shared>
  %all = memref.assume_alignment %arg, 32 : memref<128xf16>
  %A = memref.subview %all[64] [64] [1] : memref<128xf16> to memref<64xf16, strided<[1], offset: 64>>
  %i = arith.muli %x, %c4 : index
  %i1 = arith.addi %i, %c1 : index
  %i2 = affine.apply affine_map<(d0) -> (d0 + 2)>(%i)
  %i3 = arith.addi %i2, %c1 : index
  %v0 = memref.load %A[%i] : memref<64xf16, strided<[1], offset: 64>>
  memref.store %v0, %s[%i] : memref<64xf16, #shared>
  %w0 = memref.load %argB[%i] : memref<64xf32>
  %v1 = memref.load %A[%i1] : memref<64xf16, strided<[1], offset: 64>>
  memref.store %w0, %q[%i] : memref<64xf32, #shared>
  memref.store %v1, %s[%i1] : memref<64xf16, #shared>
  %v2 = memref.load %A[%i2] : memref<64xf16, strided<[1], offset: 64>>
  memref.store %v2, %s[%i2] : memref<64xf16, #shared>
  %v3 = memref.load %A[%i3] : memref<64xf16, strided<[1], offset: 64>>
  memref.store %v3, %s[%i3] : memref<64xf16, #shared>
  %w1 = memref.load %argB[%i1] : memref<64xf32>
  memref.store %w1, %q[%i1] : memref<64xf32, #shared>
  gpu.barrier
  return
}

// -----

#shared = #gpu.address_space<workgroup>

// Zeros for what does not exist: chosen, not loaded, out of bounds.
// CHECK-LABEL: @zeros
// CHECK-SAME: %[[A:[^:]*]]: memref<4x?xf32, strided<[64, 1]>>, %[[X:[^:]*]]: index, %[[P:[^:]*]]: i1
// CHECK: %[[N0:.*]] = arith.select %[[P]], %c2, %c0
// CHECK: nvgpu.device_async_copy %[[A]][%c0, %[[X]]], %{{.*}}[%c0], 2, %[[N0]]
// CHECK-NOT: scf.if
// CHECK: %[[X8:.*]] = arith.addi %[[X]], %c8
// CHECK: %[[N1:.*]] = arith.select %[[P]], %c0, %c1
// CHECK: nvgpu.device_async_copy %[[A]][%c0, %[[X8]]], %{{.*}}[%c8], 1, %[[N1]]
// CHECK: %[[END:.*]] = memref.dim %[[A]], %c1
// CHECK: %[[LEFT:.*]] = arith.subi %[[END]], %[[X]]
// CHECK: %[[SOME:.*]] = arith.maxsi %[[LEFT]], %c0
// CHECK: %[[N2:.*]] = arith.minsi %[[SOME]], %c1
// CHECK: nvgpu.device_async_copy %[[A]][%c0, %[[X]]], %{{.*}}[%c16], 1, %[[N2]]
// CHECK: %[[NEXT:.*]] = arith.subi %[[LEFT]], %c1
// CHECK: %[[SOME1:.*]] = arith.maxsi %[[NEXT]], %c0
// CHECK: %[[N3:.*]] = arith.minsi %[[SOME1]], %c1
// CHECK: nvgpu.device_async_copy %[[A]][%c0, %{{.*}}], %{{.*}}[%c17], 1, %[[N3]]
// CHECK: gpu.barrier
func.func @zeros(%A: memref<4x?xf32, strided<[64, 1]>>, %x: index, %p: i1) {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %zero = arith.constant 0.0 : f32
  %zeros = arith.constant dense<0.0> : vector<2xf32>
  %s = memref.alloc() : memref<64xf32, #shared>
  %v = vector.load %A[%c0, %x] {alignment = 8 : i64} : memref<4x?xf32, strided<[64, 1]>>, vector<2xf32>
  %vz = arith.select %p, %v, %zeros : vector<2xf32>
  vector.store %vz, %s[%c0] : memref<64xf32, #shared>, vector<2xf32>
  %w = scf.if %p -> (f32) {
    scf.yield %zero : f32
  } else {
    %x8 = arith.addi %x, %c8 : index
    %l = memref.load %A[%c0, %x8] : memref<4x?xf32, strided<[64, 1]>>
    scf.yield %l : f32
  }
  memref.store %w, %s[%c8] : memref<64xf32, #shared>
  %u = vector.transfer_read %A[%c0, %x], %zero : memref<4x?xf32, strided<[64, 1]>>, vector<2xf32>
  vector.transfer_write %u, %s[%c16] {in_bounds = [true]} : vector<2xf32>, memref<64xf32, #shared>
  gpu.barrier
  return
}

// -----

#shared = #gpu.address_space<workgroup>

// The copies of a loop, under a condition, are waited for behind both; a load
// that only reads global memory in between waits for nothing, a store does.
// CHECK-LABEL: @waits
// CHECK: scf.for
// CHECK:   scf.if
// CHECK:     nvgpu.device_async_copy
// CHECK-NOT: nvgpu.device_async_wait
// CHECK: memref.load
// CHECK: %[[G:.*]] = nvgpu.device_async_create_group {sparse_gpu.no_tokens}
// CHECK-NEXT: nvgpu.device_async_wait %[[G]]
// CHECK-NEXT: memref.store
// CHECK: scf.for
// CHECK:   nvgpu.device_async_copy
// CHECK-NEXT: nvgpu.device_async_create_group
// CHECK-NEXT: nvgpu.device_async_wait
// CHECK-NEXT: gpu.barrier
// CHECK:   nvgpu.device_async_copy
// CHECK-NEXT: nvgpu.device_async_create_group
// CHECK-NEXT: nvgpu.device_async_wait
// CHECK-NEXT: {{^ *}$}}
func.func @waits(%A: memref<512xf32>, %C: memref<512xf32>, %n: index, %p: i1) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = memref.alloc() : memref<64xf32, #shared>
  %t = memref.alloc() : memref<64xf32, #shared>
  scf.for %i = %c0 to %n step %c1 {
    scf.if %p {
      %v = memref.load %A[%i] : memref<512xf32>
      memref.store %v, %s[%i] : memref<64xf32, #shared>
    }
  }
  %o = memref.load %A[%n] : memref<512xf32>
  memref.store %o, %C[%c0] : memref<512xf32>
  scf.for %i = %c0 to %n step %c1 {
    %v = memref.load %A[%i] : memref<512xf32>
    memref.store %v, %s[%i] : memref<64xf32, #shared>
    gpu.barrier
    %w = memref.load %A[%i] : memref<512xf32>
    memref.store %w, %t[%i] : memref<64xf32, #shared>
  }
  return
}

// -----

#shared = #gpu.address_space<workgroup>

// Attributions are different memory: halves of two tiles, stored in turn.
// CHECK-LABEL: gpu.func @attributions
// CHECK-COUNT-2: nvgpu.device_async_copy %{{.*}}[%{{.*}}], %{{.*}}[%c0], 2 :
// CHECK-NOT: memref.store
gpu.module @m {
  gpu.func @attributions(%A: memref<64xf16> {llvm.align = 4 : i64}, %B: memref<64xf16> {llvm.align = 4 : i64})
      workgroup(%s: memref<64xf16, #shared>, %t: memref<64xf16, #shared>) kernel {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %a0 = memref.load %A[%c0] : memref<64xf16>
    %b0 = memref.load %B[%c0] : memref<64xf16>
    memref.store %a0, %s[%c0] : memref<64xf16, #shared>
    memref.store %b0, %t[%c0] : memref<64xf16, #shared>
    %a1 = memref.load %A[%c1] : memref<64xf16>
    %b1 = memref.load %B[%c1] : memref<64xf16>
    memref.store %a1, %s[%c1] : memref<64xf16, #shared>
    memref.store %b1, %t[%c1] : memref<64xf16, #shared>
    gpu.return
  }
}

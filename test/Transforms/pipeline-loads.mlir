// Slots, copies that run ahead, one barrier, reads that run ahead, waits.
// RUN: sparse-opt %s --split-input-file --sparse-gpu-pipeline-loads --canonicalize --cse | FileCheck %s
// Nothing is left to be pipelined, and a second run has nothing to say.
// RUN: sparse-opt %s --split-input-file --sparse-gpu-pipeline-loads --canonicalize --cse > %t.once
// RUN: sparse-opt %t.once --split-input-file --sparse-gpu-pipeline-loads --canonicalize --cse -verify-diagnostics | diff %t.once -

#shared = #gpu.address_space<workgroup>

// Three stages, registers within a step: waits leave one group in flight, the
// slot of the copies is two after that of the reads.
// CHECK-LABEL: @shared_stages
// CHECK-SAME: (%[[A:.*]]: memref<64x512xf16>, %[[K:[^:]*]]: index
// CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG: %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG: %[[C8:.*]] = arith.constant 8 : index
// CHECK: %[[BUFFER:.*]] = memref.alloc() {alignment = 128 : i64} : memref<3x64x16xf16, #gpu
// CHECK-NOT: gpu.barrier
// CHECK: %[[SOME:.*]] = arith.cmpi sgt, %[[K]], %[[C0]]
// CHECK: %[[N0:.*]] = arith.select %{{.*}}, %[[C8]], %[[C0]]
// CHECK: %[[COPY0:.*]] = nvgpu.device_async_copy %[[A]][%{{.*}}, %[[C0]]], %[[BUFFER]][%[[C0]], {{.*}}], 8, %[[N0]]
// CHECK: %[[GROUP0:.*]] = nvgpu.device_async_create_group %[[COPY0]]
// CHECK: nvgpu.device_async_copy {{.*}}, %[[BUFFER]][%[[C1]],
// CHECK: %[[GROUP1:.*]] = nvgpu.device_async_create_group
// CHECK-NOT: nvgpu
// CHECK: %[[LOOP:.*]]:4 = scf.for %[[IV:.*]] = %[[C0]] to %[[K]] step %{{.*}} iter_args(%[[ACC:.*]] = %{{.*}}, %[[SLOT:.*]] = %[[C0]], %[[TOKEN0:.*]] = %[[GROUP0]], %[[TOKEN1:.*]] = %[[GROUP1]])
// CHECK:   nvgpu.device_async_wait %[[TOKEN0]] {numGroups = 1 : i32}
// CHECK-NEXT: gpu.barrier
// CHECK:   %[[LEFT:.*]] = arith.subi %[[K]], %[[IV]]
// CHECK:   %[[EXISTS:.*]] = arith.cmpi ugt, %[[LEFT]],
// CHECK:   %[[WRAPS:.*]] = arith.cmpi uge, %[[SLOT]], %[[C1]]
// CHECK:   %[[PLUS:.*]] = arith.addi %[[SLOT]], %[[C2]]
// CHECK:   %[[MINUS:.*]] = arith.subi %[[SLOT]], %[[C1]]
// CHECK:   %[[TWO:.*]] = arith.select %[[WRAPS]], %[[MINUS]], %[[PLUS]]
// CHECK:   %[[COUNT:.*]] = arith.select %[[EXISTS]], %[[C8]], %[[C0]]
// CHECK:   nvgpu.device_async_copy {{.*}}, %[[BUFFER]][%[[TWO]], {{.*}}], 8, %[[COUNT]]
// CHECK:   %[[GROUP:.*]] = nvgpu.device_async_create_group
// CHECK-NOT: gpu.barrier
// CHECK:   nvgpu.ldmatrix %[[BUFFER]][%[[SLOT]],
// CHECK:   nvgpu.mma.sync
// CHECK:   scf.yield %{{.*}}, %{{.*}}, %[[TOKEN1]], %[[GROUP]]
// CHECK: } {sparse_gpu.pipelined}
// CHECK-NEXT: nvgpu.device_async_wait %[[LOOP]]#3 {numGroups = 0 : i32}
// CHECK-NEXT: memref.dealloc %[[BUFFER]]
// CHECK: return %[[LOOP]]#0
func.func @shared_stages(%A: memref<64x512xf16>, %K: index, %row: index, %column: index, %B: vector<2x2xf16>) -> vector<2x2xf32> {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %zero = arith.constant dense<0.0> : vector<2x2xf32>
  %a = memref.alloc() {alignment = 128 : i64} : memref<64x16xf16, #shared>
  %r = scf.for %k = %c0 to %K step %c16 iter_args(%acc = %zero) -> (vector<2x2xf32>) {
    gpu.barrier
    %t = nvgpu.device_async_copy %A[%row, %k], %a[%row, %column], 8 : memref<64x512xf16> to memref<64x16xf16, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %fa = nvgpu.ldmatrix %a[%row, %column] {numTiles = 4 : i32, transpose = false} : memref<64x16xf16, #shared> -> vector<4x2xf16>
    %d = nvgpu.mma.sync(%fa, %B, %acc) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
    scf.yield %d : vector<2x2xf32>
  } {sparse_gpu.shared_stages = 3 : i64, sparse_gpu.register_stages = 1 : i64}
  memref.dealloc %a : memref<64x16xf16, #shared>
  return %r : vector<2x2xf32>
}

// -----

#shared = #gpu.address_space<workgroup>

// Two and three stages: the read of the next step is before the arithmetic,
// the first read of the next iteration behind the wait of this one. The wait
// is for a group that was committed in the same iteration, after the oldest.
// CHECK-LABEL: @both
// CHECK: %[[GROUP0:.*]] = nvgpu.device_async_create_group
// CHECK: %[[GROUP1:.*]] = nvgpu.device_async_create_group
// CHECK: nvgpu.device_async_wait %[[GROUP0]] {numGroups = 1 : i32}
// CHECK-NEXT: gpu.barrier
// CHECK: %[[FIRST:.*]] = nvgpu.ldmatrix %[[BUFFER:.*]][%c0,
// CHECK: scf.for {{.*}} iter_args(%[[ACC:.*]] = %{{.*}}, %[[SLOT:.*]] = %c0, %[[TOKEN:.*]] = %[[GROUP1]], %[[AHEAD:.*]] = %[[FIRST]])
// CHECK-NOT: gpu.barrier
// CHECK:   %[[READ1:.*]] = nvgpu.ldmatrix %[[BUFFER]][%[[SLOT]],
// CHECK:   nvgpu.device_async_copy
// CHECK:   %[[GROUP2:.*]] = nvgpu.device_async_create_group
// CHECK:   %[[D0:.*]] = nvgpu.mma.sync(%[[AHEAD]], %{{.*}}, %[[ACC]])
// CHECK:   %[[READ2:.*]] = nvgpu.ldmatrix %[[BUFFER]][%[[SLOT]],
// CHECK:   %[[D1:.*]] = nvgpu.mma.sync(%[[READ1]], %{{.*}}, %[[D0]])
// CHECK:   nvgpu.device_async_wait %[[TOKEN]] {numGroups = 1 : i32}
// CHECK-NEXT: gpu.barrier
// CHECK:   %[[NEXT:.*]] = arith.select
// CHECK:   %[[READ3:.*]] = nvgpu.ldmatrix %[[BUFFER]][%[[NEXT]],
// CHECK:   %[[D2:.*]] = nvgpu.mma.sync(%[[READ2]], %{{.*}}, %[[D1]])
// CHECK-NOT: gpu.barrier
// CHECK:   scf.yield %[[D2]], %[[NEXT]], %[[GROUP2]], %[[READ3]]
func.func @both(%A: memref<64x512xf16>, %K: index, %row: index, %column: index, %B: vector<2x2xf16>) -> vector<2x2xf32> {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c48 = arith.constant 48 : index
  %zero = arith.constant dense<0.0> : vector<2x2xf32>
  %a = memref.alloc() : memref<64x48xf16, #shared>
  %r = scf.for %k = %c0 to %K step %c48 iter_args(%acc = %zero) -> (vector<2x2xf32>) {
    gpu.barrier
    %t = nvgpu.device_async_copy %A[%row, %k], %a[%row, %column], 8 : memref<64x512xf16> to memref<64x48xf16, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %s = scf.for %kk = %c0 to %c48 step %c16 iter_args(%d = %acc) -> (vector<2x2xf32>) {
      %fa = nvgpu.ldmatrix %a[%row, %kk] {numTiles = 4 : i32, transpose = false} : memref<64x48xf16, #shared> -> vector<4x2xf16>
      %e = nvgpu.mma.sync(%fa, %B, %d) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
      scf.yield %e : vector<2x2xf32>
    }
    scf.yield %s : vector<2x2xf32>
  } {sparse_gpu.shared_stages = 3 : i64, sparse_gpu.register_stages = 2 : i64}
  return %r : vector<2x2xf32>
}

// -----

#shared = #gpu.address_space<workgroup>

// One shared stage: buffer, barriers and waits stay; reads run ahead in a tile.
// CHECK-LABEL: @registers_only
// CHECK: memref.alloc() : memref<64x48xf16, #gpu
// CHECK: scf.for
// CHECK: gpu.barrier
// CHECK: nvgpu.device_async_wait
// CHECK: gpu.barrier
// CHECK: %[[READ0:.*]] = nvgpu.ldmatrix
// CHECK: %[[READ1:.*]] = nvgpu.ldmatrix
// CHECK: %[[READ2:.*]] = nvgpu.ldmatrix
// CHECK: nvgpu.mma.sync(%[[READ0]]
// CHECK: nvgpu.mma.sync(%[[READ1]]
// CHECK: nvgpu.mma.sync(%[[READ2]]
func.func @registers_only(%A: memref<64x512xf16>, %K: index, %row: index, %column: index, %B: vector<2x2xf16>) -> vector<2x2xf32> {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c48 = arith.constant 48 : index
  %zero = arith.constant dense<0.0> : vector<2x2xf32>
  %a = memref.alloc() : memref<64x48xf16, #shared>
  %r = scf.for %k = %c0 to %K step %c48 iter_args(%acc = %zero) -> (vector<2x2xf32>) {
    gpu.barrier
    %t = nvgpu.device_async_copy %A[%row, %k], %a[%row, %column], 8 : memref<64x512xf16> to memref<64x48xf16, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %s = scf.for %kk = %c0 to %c48 step %c16 iter_args(%d = %acc) -> (vector<2x2xf32>) {
      %fa = nvgpu.ldmatrix %a[%row, %kk] {numTiles = 4 : i32, transpose = false} : memref<64x48xf16, #shared> -> vector<4x2xf16>
      %e = nvgpu.mma.sync(%fa, %B, %d) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
      scf.yield %e : vector<2x2xf32>
    }
    scf.yield %s : vector<2x2xf32>
  } {sparse_gpu.shared_stages = 1 : i64, sparse_gpu.register_stages = 3 : i64}
  return %r : vector<2x2xf32>
}

// -----

#shared = #gpu.address_space<workgroup>

// Four stages of a loop with two iterations are two; both tiles exist for
// sure, so the prologue's copies have no condition. In a loop around it other
// threads may still read the slots: a barrier is before the prologue.
// CHECK-LABEL: @clipped_in_loop
// CHECK: memref.alloc() : memref<2x64xf32, #gpu
// CHECK: scf.for
// CHECK-NEXT: gpu.barrier
// CHECK: nvgpu.device_async_copy %{{.*}}[%{{.*}}], %{{.*}}[%c0, %{{.*}}], 4 :
// CHECK: scf.for
// CHECK: nvgpu.device_async_wait {{.*}} {numGroups = 0 : i32}
// CHECK: gpu.barrier
// CHECK: nvgpu.device_async_copy
// CHECK: memref.load
// CHECK: nvgpu.device_async_wait {{.*}} {numGroups = 0 : i32}
func.func @clipped_in_loop(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %c128 = arith.constant 128 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%outer = %init) -> (f32) {
    %s = scf.for %k = %c0 to %c128 step %c64 iter_args(%acc = %outer) -> (f32) {
      gpu.barrier
      %from = arith.addi %k, %x : index
      %t = nvgpu.device_async_copy %A[%from], %a[%x], 4 : memref<512xf32> to memref<64xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      nvgpu.device_async_wait %g
      gpu.barrier
      %v = memref.load %a[%y] : memref<64xf32, #shared>
      %d = arith.addf %acc, %v : f32
      scf.yield %d : f32
    } {sparse_gpu.shared_stages = 4 : i64}
    %scaled = arith.mulf %s, %init : f32
    scf.yield %scaled : f32
  }
  return %r : f32
}

// -----

#shared = #gpu.address_space<workgroup>

// A buffer that the loop writes by stores has its own order: a barrier before
// its stores and one behind them. Both stay; copies are behind the second.
// CHECK-LABEL: @other_writes
// CHECK: memref.alloc() : memref<2x64xf32, #gpu
// CHECK: memref.alloc() : memref<64xf32, #gpu
// CHECK: gpu.launch
// CHECK-NOT: gpu.barrier
// CHECK: scf.for
// CHECK: gpu.barrier
// CHECK: memref.store
// CHECK: nvgpu.device_async_wait {{.*}} {numGroups = 0 : i32}
// CHECK: gpu.barrier
// CHECK: nvgpu.device_async_copy
// CHECK: nvgpu.device_async_create_group
// CHECK-NOT: gpu.barrier
// CHECK: memref.load
// CHECK: memref.load
// CHECK-NOT: gpu.barrier
// CHECK: scf.yield
func.func @other_writes(%A: memref<512xf32>, %n: index, %C: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %zero = arith.constant 0.0 : f32
  %a = memref.alloc() : memref<64xf32, #shared>
  %b = memref.alloc() : memref<64xf32, #shared>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%x, %ty, %tz) in (%sx = %c64, %sy = %c1, %sz = %c1) {
    %k63 = arith.constant 63 : index
    %y = arith.subi %k63, %x : index
    %s = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %zero) -> (f32) {
      gpu.barrier
      %from = arith.addi %k, %x : index
      %t = nvgpu.device_async_copy %A[%from], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      memref.store %acc, %b[%x] : memref<64xf32, #shared>
      nvgpu.device_async_wait %g
      gpu.barrier
      %v = memref.load %a[%y] : memref<64xf32, #shared>
      %w = memref.load %b[%y] : memref<64xf32, #shared>
      %d = arith.addf %w, %v : f32
      scf.yield %d : f32
    } {sparse_gpu.shared_stages = 2 : i64}
    memref.store %s, %C[%x] : memref<64xf32>
    gpu.terminator
  }
  return
}

// -----

#shared = #gpu.address_space<workgroup>

// A chain. Coordinates have d = 2, the gather d = 1: with two slots each. The
// gather reads coordinates of the tile that it loads. A coordinate that the
// computation reads too has three.
// CHECK-LABEL: gpu.func @chain
// CHECK-SAME: workgroup(%[[I:.*]] : memref<2x16xi32, {{.*}}, %[[V:.*]] : memref<2x16xf32, {{.*}}, %[[W:.*]] : memref<3x16xi32,
// CHECK: nvgpu.device_async_copy {{.*}} %[[I]][%c0,
// CHECK: nvgpu.device_async_copy {{.*}} %[[W]][%c0,
// CHECK: %[[GROUP0:.*]] = nvgpu.device_async_create_group
// CHECK: nvgpu.device_async_wait %[[GROUP0]] {numGroups = 0 : i32}
// CHECK-NEXT: nvvm.bar.warp.sync
// CHECK: memref.load %[[I]][%c0,
// CHECK: nvgpu.device_async_copy {{.*}} %[[V]][%c0,
// CHECK: nvgpu.device_async_copy {{.*}} %[[I]][%c1,
// CHECK: nvgpu.device_async_copy {{.*}} %[[W]][%c1,
// CHECK: %[[GROUP1:.*]] = nvgpu.device_async_create_group
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}, %[[SLOT:.*]] = %c0, %[[SLOT3:.*]] = %c0, %[[TOKEN:.*]] = %[[GROUP1]])
// CHECK:   nvgpu.device_async_wait %[[TOKEN]] {numGroups = 0 : i32}
// CHECK-NEXT: nvvm.bar.warp.sync
// CHECK:   %[[NEXT:.*]] = arith.select
// CHECK:   memref.load %[[I]][%[[NEXT]],
// CHECK:   nvgpu.device_async_copy {{.*}} %[[V]][%[[NEXT]],
// CHECK:   nvgpu.device_async_copy {{.*}} %[[I]][%[[SLOT]],
// CHECK:   nvgpu.device_async_copy {{.*}} %[[W]][
// CHECK:   nvgpu.device_async_create_group
// CHECK:   memref.load %[[V]][%[[SLOT]],
// CHECK:   memref.load %[[W]][%[[SLOT3]],
gpu.module @kernels {
  gpu.func @chain(%A: memref<512xf32>, %indices: memref<512xi32>, %n: index, %x: index, %C: memref<16xf32>)
      workgroup(%i: memref<16xi32, #shared>, %v: memref<16xf32, #shared>, %w: memref<16xi32, #shared>) kernel {
    %c0 = arith.constant 0 : index
    %c16 = arith.constant 16 : index
    %all = arith.constant -1 : i32
    %zero = arith.constant 0.0 : f32
    %r = scf.for %k = %c0 to %n step %c16 iter_args(%acc = %zero) -> (f32) {
      nvvm.bar.warp.sync %all : i32
      %from = arith.addi %k, %x : index
      %t = nvgpu.device_async_copy %indices[%from], %i[%x], 1 : memref<512xi32> to memref<16xi32, #shared>
      %u = nvgpu.device_async_copy %indices[%from], %w[%x], 1 : memref<512xi32> to memref<16xi32, #shared>
      %g = nvgpu.device_async_create_group %t, %u
      nvgpu.device_async_wait %g
      nvvm.bar.warp.sync %all : i32
      %p = memref.load %i[%x] : memref<16xi32, #shared>
      %q = memref.load %w[%x] : memref<16xi32, #shared>
      %s = arith.addi %p, %q : i32
      %at = arith.index_cast %s : i32 to index
      %o = nvgpu.device_async_copy %A[%at], %v[%x], 1 : memref<512xf32> to memref<16xf32, #shared>
      %h = nvgpu.device_async_create_group %o
      nvgpu.device_async_wait %h
      nvvm.bar.warp.sync %all : i32
      %y = memref.load %v[%x] : memref<16xf32, #shared>
      %z = memref.load %w[%c0] : memref<16xi32, #shared>
      %f = arith.sitofp %z : i32 to f32
      %m = arith.mulf %f, %y : f32
      %d = arith.addf %acc, %m : f32
      scf.yield %d : f32
    } {sparse_gpu.shared_stages = 2 : i64}
    memref.store %r, %C[%x] : memref<16xf32>
    gpu.return
  }
}

// -----

#shared = #gpu.address_space<workgroup>

// A coordinate that is loaded from global memory is loaded one iteration before
// the copy, carried as a value, and not loaded past the end.
// A read without a form with slots reads a view; without barriers, where each
// thread reads what it copied, there are none.
// CHECK-LABEL: @guarded
// CHECK-SAME: %[[INDICES:[^:]*]]: memref<?xi32>
// CHECK-NOT: gpu.barrier
// CHECK: scf.if
// CHECK: nvgpu.device_async_copy
// CHECK: %[[FIRST:.*]] = scf.if %{{.*}} -> (i32)
// CHECK-NEXT: memref.load %[[INDICES]][%c1]
// CHECK: scf.for %[[IV:.*]] = {{.*}} iter_args({{.*}}, %[[CARRIED:[^ ]*]] = %[[FIRST]])
// CHECK:   nvgpu.device_async_wait
// CHECK-NOT: memref.load
// CHECK:   %[[FROM:.*]] = arith.index_cast %[[CARRIED]]
// CHECK:   nvgpu.device_async_copy %{{.*}}[%[[FROM]],
// CHECK:   %[[LEFT:.*]] = arith.cmpi ugt, %{{.*}}, %c2
// CHECK:   %[[TWO:.*]] = arith.addi %[[IV]], %c2
// CHECK:   %[[NEXT:.*]] = scf.if %[[LEFT]] -> (i32)
// CHECK:     memref.load %[[INDICES]][%[[TWO]]]
// CHECK:   } else {
// CHECK:     scf.yield %c0_i32
// CHECK:   %[[VIEW:.*]] = memref.subview {{.*}} to memref<64x4xf32, strided<[4, 1], offset: ?>
// CHECK:   vector.transfer_read %[[VIEW]]
// CHECK-NOT: gpu.barrier
// CHECK:   scf.yield {{.*}}, %[[NEXT]]
func.func @guarded(%A: memref<512x4xf32>, %indices: memref<?xi32>, %n: index, %x: index) -> vector<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant dense<0.0> : vector<4xf32>
  %f0 = arith.constant 0.0 : f32
  %a = memref.alloc() : memref<64x4xf32, #shared>
  %s = scf.for %k = %c0 to %n step %c1 iter_args(%acc = %zero) -> (vector<4xf32>) {
    %i = memref.load %indices[%k] : memref<?xi32>
    %from = arith.index_cast %i : i32 to index
    %t = nvgpu.device_async_copy %A[%from, %c0], %a[%x, %c0], 4 : memref<512x4xf32> to memref<64x4xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    %rows = vector.transfer_read %a[%x, %c0], %f0 {in_bounds = [true, true]} : memref<64x4xf32, #shared>, vector<1x4xf32>
    %v = vector.extract %rows[0] : vector<4xf32> from vector<1x4xf32>
    %d = arith.addf %acc, %v : vector<4xf32>
    scf.yield %d : vector<4xf32>
  } {sparse_gpu.shared_stages = 2 : i64}
  return %s : vector<4xf32>
}

// -----

#shared = #gpu.address_space<workgroup>

// What a loop stores to is no other argument: its copies may run ahead.
// CHECK-LABEL: @noalias
// CHECK: sparse_gpu.pipelined
func.func @noalias(%A: memref<512xf32>, %C: memref<512xf32> {llvm.noalias}, %n: index, %x: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  scf.for %k = %c0 to %n step %c1 {
    %t = nvgpu.device_async_copy %A[%k], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    %v = memref.load %a[%x] : memref<64xf32, #shared>
    memref.store %v, %C[%k] : memref<512xf32>
  } {sparse_gpu.shared_stages = 2 : i64}
  return
}

// -----

#shared = #gpu.address_space<workgroup>

// No asynchronous copies: registers only.
// CHECK-LABEL: @stores
// CHECK: scf.for
// CHECK: gpu.barrier
// CHECK: memref.store
// CHECK: gpu.barrier
// CHECK: %[[V0:.*]] = memref.load %{{.*}}[%c0]
// CHECK: %[[V1:.*]] = memref.load %{{.*}}[%c1]
// CHECK: arith.addf %{{.*}}, %[[V0]]
// CHECK: %[[V2:.*]] = memref.load %{{.*}}[%c2]
// CHECK: arith.addf %{{.*}}, %[[V1]]
// CHECK: arith.addf %{{.*}}, %[[V2]]
func.func @stores(%A: memref<512xf32>, %n: index, %x: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  %r = scf.for %k = %c0 to %n step %c1 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %u = memref.load %A[%k] : memref<512xf32>
    memref.store %u, %a[%x] : memref<64xf32, #shared>
    gpu.barrier
    %s = scf.for %i = %c0 to %c3 step %c1 iter_args(%d = %acc) -> (f32) {
      %v = memref.load %a[%i] : memref<64xf32, #shared>
      %e = arith.addf %d, %v : f32
      scf.yield %e : f32
    }
    scf.yield %s : f32
  } {sparse_gpu.register_stages = 2 : i64}
  return %r : f32
}

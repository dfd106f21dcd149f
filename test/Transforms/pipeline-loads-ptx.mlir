// In PTX: the derived count of groups, ldmatrix of step k + 1 before mma of
// step k, also across iterations, and accumulators that stay in registers.
// RUN: sparse-opt %s --sparse-gpu-pipeline-loads="shared-stages=4 register-stages=2" --canonicalize --cse \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=isa" \
// RUN: | sed 's/\\0A/\n/g' | FileCheck %s

#shared = #gpu.address_space<workgroup>

// The prologue: three tiles, then the first read of the first one.
// CHECK: .visible .entry
// CHECK-COUNT-3: cp.async.commit_group
// CHECK: cp.async.wait_group{{.*}}2;
// CHECK: bar.sync
// CHECK: ldmatrix{{.*}}.x4{{.*}} {[[A0:%r[0-9]+]],
// The loop. Its blocks need not be in order, so it is found by its first read.
// CHECK: ldmatrix{{.*}}.x4{{.*}} {[[A1:%r[0-9]+]],
// CHECK-NOT: {{(ld|st)\.(global|local|shared)}}
// CHECK: cp.async.commit_group
// CHECK-NOT: {{(ld|st)\.(global|local|shared)}}
// CHECK: mma.sync
// CHECK-NEXT: {{{[^}]*}}}
// CHECK-NEXT: {[[A0]],
// CHECK-NOT: {{(ld|st)\.(global|local|shared)}}
// CHECK: cp.async.wait_group{{.*}}2;
// CHECK-NEXT: bar.sync
// CHECK-NOT: {{(ld|st)\.(global|local|shared)}}
// CHECK: ldmatrix{{.*}}.x4{{.*}} {[[A0]],
// CHECK-NOT: {{(ld|st)\.(global|local|shared)}}
// CHECK: mma.sync
// CHECK-NEXT: {{{[^}]*}}}
// CHECK-NEXT: {[[A1]],
// CHECK-NOT: {{(ld|st)\.(global|local|shared)}}
// CHECK: cp.async.wait_group{{.*}}0;
// CHECK-NOT: cp.async
func.func @multiply(%a: memref<16x512xf16>, %b: memref<512x8xf16>, %c: memref<16x8xf32>, %K: index) {
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%lane, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1)
             workgroup(%sa: memref<16x32xf16, #shared>, %sb: memref<32x8xf16, #shared>) {
    %k0 = arith.constant 0 : index
    %k2 = arith.constant 2 : index
    %k4 = arith.constant 4 : index
    %k8 = arith.constant 8 : index
    %k16 = arith.constant 16 : index
    %k32 = arith.constant 32 : index
    %zero = arith.constant dense<0.0> : vector<2x2xf32>
    %r16 = arith.remui %lane, %k16 : index
    %half = arith.divui %lane, %k16 : index
    %offset = arith.muli %half, %k8 : index
    %offset2 = arith.addi %offset, %k16 : index
    %sum = scf.for %k = %k0 to %K step %k32 iter_args(%acc = %zero) -> (vector<2x2xf32>) {
      gpu.barrier
      %left = arith.addi %k, %offset : index
      %right = arith.addi %k, %offset2 : index
      %ta = nvgpu.device_async_copy %a[%r16, %left], %sa[%r16, %offset], 8 {bypassL1}
        : memref<16x512xf16> to memref<16x32xf16, #shared>
      %tc = nvgpu.device_async_copy %a[%r16, %right], %sa[%r16, %offset2], 8 {bypassL1}
        : memref<16x512xf16> to memref<16x32xf16, #shared>
      %kb = arith.addi %k, %lane : index
      %tb = nvgpu.device_async_copy %b[%kb, %k0], %sb[%lane, %k0], 8 {bypassL1}
        : memref<512x8xf16> to memref<32x8xf16, #shared>
      %g = nvgpu.device_async_create_group %ta, %tb, %tc
      nvgpu.device_async_wait %g {numGroups = 0 : i32}
      gpu.barrier
      %part = scf.for %kk = %k0 to %k32 step %k16 iter_args(%d = %acc) -> (vector<2x2xf32>) {
        %column = arith.addi %kk, %offset : index
        %fa = nvgpu.ldmatrix %sa[%r16, %column] {numTiles = 4 : i32, transpose = false}
          : memref<16x32xf16, #shared> -> vector<4x2xf16>
        %rowB = arith.addi %kk, %r16 : index
        %fb = nvgpu.ldmatrix %sb[%rowB, %k0] {numTiles = 2 : i32, transpose = true}
          : memref<32x8xf16, #shared> -> vector<2x2xf16>
        %e = nvgpu.mma.sync(%fa, %fb, %d) {mmaShape = [16, 8, 16]}
          : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
        scf.yield %e : vector<2x2xf32>
      }
      scf.yield %part : vector<2x2xf32>
    }
    %group = arith.divui %lane, %k4 : index
    %bottom = arith.addi %group, %k8 : index
    %rest = arith.remui %lane, %k4 : index
    %n = arith.muli %rest, %k2 : index
    %upper = vector.extract %sum[0] : vector<2xf32> from vector<2x2xf32>
    %lower = vector.extract %sum[1] : vector<2xf32> from vector<2x2xf32>
    vector.store %upper, %c[%group, %n] : memref<16x8xf32>, vector<2xf32>
    vector.store %lower, %c[%bottom, %n] : memref<16x8xf32>, vector<2xf32>
    gpu.terminator
  }
  return
}

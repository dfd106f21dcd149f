// A tile of a matmul as engineers write it by hand: cp.async into tiles of
// 64 x 32 and 32 x 64 halves, ldmatrix with and without transposition, mma.sync
// with accumulators in registers. Without a swizzle its shared memory has bank
// conflicts, with sparse-gpu-swizzle none, and the result is the same, bit by
// bit. 128 threads, 2 x 2 warps of 32 x 32; K = 96 in steps of 32; two blocks.
// DEFINE: %{run} = mlir-opt -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// DEFINE: | env SPARSEGPU_EMULATOR=hazards,seeds=4,counters=%t.json mlir-runner --entry-point-result=void \
// DEFINE:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so

// RUN: cat %s | %{run} > %t.plain
// RUN: FileCheck %s --input-file=%t.plain
// RUN: FileCheck %s --check-prefix=PLAIN --input-file=%t.json
// RUN: sparse-opt %s --sparse-gpu-swizzle=explain 2> %t.remarks | %{run} > %t.swizzled
// RUN: FileCheck %s --check-prefix=REMARKS --input-file=%t.remarks
// RUN: grep -v "base@" %t.plain > %t.plain-values
// RUN: grep -v "base@" %t.swizzled | diff %t.plain-values -
// RUN: FileCheck %s --check-prefix=SWIZZLED --input-file=%t.json

// What differs from the host's result.
// CHECK: rank = 0
// CHECK-NEXT: [0]

// REMARKS: no bank conflicts with column xor ((row / 2) mod 4) * 8; accesses: 4
// REMARKS: no bank conflicts with column xor (row mod 8) * 8; accesses: 4

// Each of 8 warps loads 2 x 4 matrices of A and 2 x 4 of B in 2 x 3 steps: 192
// requests of 4 phases. Rows of A have 64 bytes, so that 8 rows take 4
// wavefronts; rows of B 128, and 8: conflicts are 96 * 4 * (3 + 7).
// PLAIN: "sharedAsyncBankConflicts": 0,
// PLAIN: "sharedMatrixBankConflicts": 3840,
// PLAIN: "sharedMatrixBytes": 98304,
// PLAIN-NEXT: "sharedMatrixRequests": 192,
// PLAIN: "sharedMatrixWavefronts": 4608,
// SWIZZLED: "sharedAsyncBankConflicts": 0,
// SWIZZLED: "sharedMatrixBankConflicts": 0,
// SWIZZLED: "sharedMatrixRequests": 192,
// SWIZZLED: "sharedMatrixWavefronts": 768,

#shared = #gpu.address_space<workgroup>

func.func private @printMemrefF32(memref<*xf32>)

func.func @matmul(%A: memref<64x96xf16>, %B: memref<96x128xf16>, %C: memref<64x128xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c128 = arith.constant 128 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%t, %ty, %tz) in (%sx = %c128, %sy = %c1, %sz = %c1)
             workgroup(%a_s: memref<64x32xf16, #shared>, %b_s: memref<32x64xf16, #shared>) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k2 = arith.constant 2 : index
    %k4 = arith.constant 4 : index
    %k8 = arith.constant 8 : index
    %k16 = arith.constant 16 : index
    %k32 = arith.constant 32 : index
    %k64 = arith.constant 64 : index
    %k96 = arith.constant 96 : index
    %zero = arith.constant dense<0.0> : vector<2x2xf32>
    %zeroh = arith.constant dense<0.0> : vector<2x2xf16>
    // The block's columns of B and C.
    %first = arith.muli %bx, %k64 : index
    // Copies: 4 pieces of 16 bytes in a row of A, 8 in one of B.
    %ar = arith.divui %t, %k4 : index
    %ap = arith.remui %t, %k4 : index
    %ac = arith.muli %ap, %k8 : index
    %ar2 = arith.addi %ar, %k32 : index
    %br = arith.divui %t, %k8 : index
    %bp = arith.remui %t, %k8 : index
    %bc = arith.muli %bp, %k8 : index
    %br2 = arith.addi %br, %k16 : index
    // The warp's part of C, and where its lanes point ldmatrix.
    %warp = arith.divui %t, %k32 : index
    %lane = arith.remui %t, %k32 : index
    %wm = arith.divui %warp, %k2 : index
    %wn = arith.remui %warp, %k2 : index
    %m0 = arith.muli %wm, %k32 : index
    %n0 = arith.muli %wn, %k32 : index
    %in = arith.remui %lane, %k16 : index
    %half = arith.divui %lane, %k16 : index
    %right = arith.muli %half, %k8 : index
    %row0 = arith.addi %m0, %in : index
    %row1 = arith.addi %row0, %k16 : index
    %col0 = arith.addi %n0, %right : index
    %col1 = arith.addi %col0, %k16 : index
    %sums:8 = scf.for %k = %k0 to %k96 step %k32
        iter_args(%oc00 = %zero, %oc01 = %zero, %oc02 = %zero, %oc03 = %zero, %oc10 = %zero, %oc11 = %zero, %oc12 = %zero, %oc13 = %zero)
        -> (vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>) {
      gpu.barrier
      %gc = arith.addi %k, %ac : index
      %gn = arith.addi %first, %bc : index
      %gr = arith.addi %k, %br : index
      %gr2 = arith.addi %k, %br2 : index
      %t0 = nvgpu.device_async_copy %A[%ar, %gc], %a_s[%ar, %ac], 8 : memref<64x96xf16> to memref<64x32xf16, #shared>
      %t1 = nvgpu.device_async_copy %A[%ar2, %gc], %a_s[%ar2, %ac], 8 : memref<64x96xf16> to memref<64x32xf16, #shared>
      %t2 = nvgpu.device_async_copy %B[%gr, %gn], %b_s[%br, %bc], 8 : memref<96x128xf16> to memref<32x64xf16, #shared>
      %t3 = nvgpu.device_async_copy %B[%gr2, %gn], %b_s[%br2, %bc], 8 : memref<96x128xf16> to memref<32x64xf16, #shared>
      %g = nvgpu.device_async_create_group %t0, %t1, %t2, %t3
      nvgpu.device_async_wait %g {numGroups = 0 : i32}
      gpu.barrier
      %inner:8 = scf.for %kk = %k0 to %k32 step %k16
          iter_args(%ic00 = %oc00, %ic01 = %oc01, %ic02 = %oc02, %ic03 = %oc03, %ic10 = %oc10, %ic11 = %oc11, %ic12 = %oc12, %ic13 = %oc13)
          -> (vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>) {
        %ka = arith.addi %kk, %right : index
        %kb = arith.addi %kk, %in : index
        %fa0 = nvgpu.ldmatrix %a_s[%row0, %ka] {numTiles = 4 : i32, transpose = false} : memref<64x32xf16, #shared> -> vector<4x2xf16>
        %fa1 = nvgpu.ldmatrix %a_s[%row1, %ka] {numTiles = 4 : i32, transpose = false} : memref<64x32xf16, #shared> -> vector<4x2xf16>
        %fb0 = nvgpu.ldmatrix %b_s[%kb, %col0] {numTiles = 4 : i32, transpose = true} : memref<32x64xf16, #shared> -> vector<4x2xf16>
        %fb1 = nvgpu.ldmatrix %b_s[%kb, %col1] {numTiles = 4 : i32, transpose = true} : memref<32x64xf16, #shared> -> vector<4x2xf16>
        %b0l = vector.extract %fb0[0] : vector<2xf16> from vector<4x2xf16>
        %b0h = vector.extract %fb0[1] : vector<2xf16> from vector<4x2xf16>
        %b0i = vector.insert %b0l, %zeroh[0] : vector<2xf16> into vector<2x2xf16>
        %b0 = vector.insert %b0h, %b0i[1] : vector<2xf16> into vector<2x2xf16>
        %b1l = vector.extract %fb0[2] : vector<2xf16> from vector<4x2xf16>
        %b1h = vector.extract %fb0[3] : vector<2xf16> from vector<4x2xf16>
        %b1i = vector.insert %b1l, %zeroh[0] : vector<2xf16> into vector<2x2xf16>
        %b1 = vector.insert %b1h, %b1i[1] : vector<2xf16> into vector<2x2xf16>
        %b2l = vector.extract %fb1[0] : vector<2xf16> from vector<4x2xf16>
        %b2h = vector.extract %fb1[1] : vector<2xf16> from vector<4x2xf16>
        %b2i = vector.insert %b2l, %zeroh[0] : vector<2xf16> into vector<2x2xf16>
        %b2 = vector.insert %b2h, %b2i[1] : vector<2xf16> into vector<2x2xf16>
        %b3l = vector.extract %fb1[2] : vector<2xf16> from vector<4x2xf16>
        %b3h = vector.extract %fb1[3] : vector<2xf16> from vector<4x2xf16>
        %b3i = vector.insert %b3l, %zeroh[0] : vector<2xf16> into vector<2x2xf16>
        %b3 = vector.insert %b3h, %b3i[1] : vector<2xf16> into vector<2x2xf16>
        %s00 = nvgpu.mma.sync(%fa0, %b0, %ic00) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
        %s01 = nvgpu.mma.sync(%fa0, %b1, %ic01) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
        %s02 = nvgpu.mma.sync(%fa0, %b2, %ic02) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
        %s03 = nvgpu.mma.sync(%fa0, %b3, %ic03) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
        %s10 = nvgpu.mma.sync(%fa1, %b0, %ic10) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
        %s11 = nvgpu.mma.sync(%fa1, %b1, %ic11) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
        %s12 = nvgpu.mma.sync(%fa1, %b2, %ic12) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
        %s13 = nvgpu.mma.sync(%fa1, %b3, %ic13) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
        scf.yield %s00, %s01, %s02, %s03, %s10, %s11, %s12, %s13 : vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>
      }
      scf.yield %inner#0, %inner#1, %inner#2, %inner#3, %inner#4, %inner#5, %inner#6, %inner#7 : vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>, vector<2x2xf32>
    }
    %q = arith.divui %lane, %k4 : index
    %e = arith.remui %lane, %k4 : index
    %e2 = arith.muli %e, %k2 : index
    %m1 = arith.addi %m0, %q : index
    %nb = arith.addi %n0, %first : index
    %n1 = arith.addi %nb, %e2 : index
    %o00 = arith.constant 0 : index
    %r00 = arith.addi %m1, %o00 : index
    %o01 = arith.constant 8 : index
    %r01 = arith.addi %m1, %o01 : index
    %o10 = arith.constant 16 : index
    %r10 = arith.addi %m1, %o10 : index
    %o11 = arith.constant 24 : index
    %r11 = arith.addi %m1, %o11 : index
    %p0 = arith.constant 0 : index
    %cc0 = arith.addi %n1, %p0 : index
    %p1 = arith.constant 8 : index
    %cc1 = arith.addi %n1, %p1 : index
    %p2 = arith.constant 16 : index
    %cc2 = arith.addi %n1, %p2 : index
    %p3 = arith.constant 24 : index
    %cc3 = arith.addi %n1, %p3 : index
    %v000 = vector.extract %sums#0[0] : vector<2xf32> from vector<2x2xf32>
    vector.store %v000, %C[%r00, %cc0] : memref<64x128xf32>, vector<2xf32>
    %v001 = vector.extract %sums#0[1] : vector<2xf32> from vector<2x2xf32>
    vector.store %v001, %C[%r01, %cc0] : memref<64x128xf32>, vector<2xf32>
    %v010 = vector.extract %sums#1[0] : vector<2xf32> from vector<2x2xf32>
    vector.store %v010, %C[%r00, %cc1] : memref<64x128xf32>, vector<2xf32>
    %v011 = vector.extract %sums#1[1] : vector<2xf32> from vector<2x2xf32>
    vector.store %v011, %C[%r01, %cc1] : memref<64x128xf32>, vector<2xf32>
    %v020 = vector.extract %sums#2[0] : vector<2xf32> from vector<2x2xf32>
    vector.store %v020, %C[%r00, %cc2] : memref<64x128xf32>, vector<2xf32>
    %v021 = vector.extract %sums#2[1] : vector<2xf32> from vector<2x2xf32>
    vector.store %v021, %C[%r01, %cc2] : memref<64x128xf32>, vector<2xf32>
    %v030 = vector.extract %sums#3[0] : vector<2xf32> from vector<2x2xf32>
    vector.store %v030, %C[%r00, %cc3] : memref<64x128xf32>, vector<2xf32>
    %v031 = vector.extract %sums#3[1] : vector<2xf32> from vector<2x2xf32>
    vector.store %v031, %C[%r01, %cc3] : memref<64x128xf32>, vector<2xf32>
    %v100 = vector.extract %sums#4[0] : vector<2xf32> from vector<2x2xf32>
    vector.store %v100, %C[%r10, %cc0] : memref<64x128xf32>, vector<2xf32>
    %v101 = vector.extract %sums#4[1] : vector<2xf32> from vector<2x2xf32>
    vector.store %v101, %C[%r11, %cc0] : memref<64x128xf32>, vector<2xf32>
    %v110 = vector.extract %sums#5[0] : vector<2xf32> from vector<2x2xf32>
    vector.store %v110, %C[%r10, %cc1] : memref<64x128xf32>, vector<2xf32>
    %v111 = vector.extract %sums#5[1] : vector<2xf32> from vector<2x2xf32>
    vector.store %v111, %C[%r11, %cc1] : memref<64x128xf32>, vector<2xf32>
    %v120 = vector.extract %sums#6[0] : vector<2xf32> from vector<2x2xf32>
    vector.store %v120, %C[%r10, %cc2] : memref<64x128xf32>, vector<2xf32>
    %v121 = vector.extract %sums#6[1] : vector<2xf32> from vector<2x2xf32>
    vector.store %v121, %C[%r11, %cc2] : memref<64x128xf32>, vector<2xf32>
    %v130 = vector.extract %sums#7[0] : vector<2xf32> from vector<2x2xf32>
    vector.store %v130, %C[%r10, %cc3] : memref<64x128xf32>, vector<2xf32>
    %v131 = vector.extract %sums#7[1] : vector<2xf32> from vector<2x2xf32>
    vector.store %v131, %C[%r11, %cc3] : memref<64x128xf32>, vector<2xf32>
    gpu.terminator
  }
  return
}

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c5 = arith.constant 5 : index
  %c7 = arith.constant 7 : index
  %c11 = arith.constant 11 : index
  %c64 = arith.constant 64 : index
  %c96 = arith.constant 96 : index
  %c128 = arith.constant 128 : index
  %zero = arith.constant 0.0 : f32
  %a = memref.alloc() : memref<64x96xf16>
  %b = memref.alloc() : memref<96x128xf16>
  %c = memref.alloc() : memref<64x128xf32>
  scf.for %k = %c0 to %c96 step %c1 {
    scf.for %i = %c0 to %c64 step %c1 {
      // (5 i + 3 k) mod 11
      %i5 = arith.muli %i, %c5 : index
      %k3 = arith.muli %k, %c3 : index
      %s = arith.addi %i5, %k3 : index
      %m = arith.remui %s, %c11 : index
      %x = arith.index_cast %m : index to i32
      %f = arith.sitofp %x : i32 to f16
      memref.store %f, %a[%i, %k] : memref<64x96xf16>
    }
    scf.for %j = %c0 to %c128 step %c1 {
      // (k + 3 j) mod 7 - 3
      %j3 = arith.muli %j, %c3 : index
      %s = arith.addi %j3, %k : index
      %m = arith.remui %s, %c7 : index
      %n = arith.subi %m, %c3 : index
      %x = arith.index_cast %n : index to i32
      %f = arith.sitofp %x : i32 to f16
      memref.store %f, %b[%k, %j] : memref<96x128xf16>
    }
  }
  %ua = memref.cast %a : memref<64x96xf16> to memref<*xf16>
  %ub = memref.cast %b : memref<96x128xf16> to memref<*xf16>
  %uc = memref.cast %c : memref<64x128xf32> to memref<*xf32>
  gpu.host_register %ua : memref<*xf16>
  gpu.host_register %ub : memref<*xf16>
  gpu.host_register %uc : memref<*xf32>
  call @matmul(%a, %b, %c) : (memref<64x96xf16>, memref<96x128xf16>, memref<64x128xf32>) -> ()
  %wrong = memref.alloc() : memref<f32>
  memref.store %zero, %wrong[] : memref<f32>
  scf.for %i = %c0 to %c64 step %c1 {
    scf.for %j = %c0 to %c128 step %c1 {
      %sum = scf.for %k = %c0 to %c96 step %c1 iter_args(%acc = %zero) -> f32 {
        %x = memref.load %a[%i, %k] : memref<64x96xf16>
        %y = memref.load %b[%k, %j] : memref<96x128xf16>
        %xf = arith.extf %x : f16 to f32
        %yf = arith.extf %y : f16 to f32
        %p = arith.mulf %xf, %yf : f32
        %q = arith.addf %acc, %p : f32
        scf.yield %q : f32
      }
      %got = memref.load %c[%i, %j] : memref<64x128xf32>
      %diff = arith.subf %got, %sum : f32
      %abs = math.absf %diff : f32
      %w = memref.load %wrong[] : memref<f32>
      %w1 = arith.addf %w, %abs : f32
      memref.store %w1, %wrong[] : memref<f32>
    }
  }
  %uw = memref.cast %wrong : memref<f32> to memref<*xf32>
  call @printMemrefF32(%uw) : (memref<*xf32>) -> ()
  call @printMemrefF32(%uc) : (memref<*xf32>) -> ()
  return
}

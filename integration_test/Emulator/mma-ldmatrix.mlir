// One warp multiplies a 16 x 16 by a 16 x 8 matrix of f16 in shared memory:
// nvgpu.ldmatrix with and without transposition, nvgpu.mma.sync with f32 and
// with f16 accumulators. The host checks it.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so \
// RUN: | FileCheck %s

// What differs, the product itself (its last row), what differs in f16.
// CHECK: rank = 0
// CHECK-NEXT: [0]
// CHECK: rank = 2
// CHECK: [255, 206, 157, 108, 59, 10, -39, -88]]
// CHECK: rank = 0
// CHECK-NEXT: [0]

#shared = #gpu.address_space<workgroup>

func.func private @printMemrefF32(memref<*xf32>)

func.func @multiply(%a: memref<16x16xf16>, %b: memref<16x8xf16>, %c: memref<16x8xf32>, %h: memref<16x8xf16>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%lane, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1)
             workgroup(%sa: memref<16x16xf16, #shared>, %sb: memref<16x8xf16, #shared>) {
    scf.for %i = %lane to %c16 step %c32 {
      scf.for %j = %c0 to %c16 step %c1 {
        %x = memref.load %a[%i, %j] : memref<16x16xf16>
        memref.store %x, %sa[%i, %j] : memref<16x16xf16, #shared>
      }
      scf.for %j = %c0 to %c8 step %c1 {
        %x = memref.load %b[%i, %j] : memref<16x8xf16>
        memref.store %x, %sb[%i, %j] : memref<16x8xf16, #shared>
      }
    }
    gpu.barrier
    // Lanes 0 to 15 point at the rows of the left half, the others right.
    %row = arith.remui %lane, %c16 : index
    %half = arith.divui %lane, %c16 : index
    %column = arith.muli %half, %c8 : index
    %fa = nvgpu.ldmatrix %sa[%row, %column] {numTiles = 4 : i32, transpose = false}
      : memref<16x16xf16, #shared> -> vector<4x2xf16>
    %fb = nvgpu.ldmatrix %sb[%row, %c0] {numTiles = 2 : i32, transpose = true}
      : memref<16x8xf16, #shared> -> vector<2x2xf16>
    %zero = arith.constant dense<0.0> : vector<2x2xf32>
    %zeroh = arith.constant dense<0.0> : vector<2x2xf16>
    %d = nvgpu.mma.sync(%fa, %fb, %zero) {mmaShape = [16, 8, 16]}
      : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
    %dh = nvgpu.mma.sync(%fa, %fb, %zeroh) {mmaShape = [16, 8, 16]}
      : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf16>) -> vector<2x2xf16>
    %group = arith.divui %lane, %c4 : index
    %below = arith.addi %group, %c8 : index
    %rest = arith.remui %lane, %c4 : index
    %left = arith.muli %rest, %c2 : index
    %top = vector.extract %d[0] : vector<2xf32> from vector<2x2xf32>
    %bottom = vector.extract %d[1] : vector<2xf32> from vector<2x2xf32>
    vector.store %top, %c[%group, %left] : memref<16x8xf32>, vector<2xf32>
    vector.store %bottom, %c[%below, %left] : memref<16x8xf32>, vector<2xf32>
    %toph = vector.extract %dh[0] : vector<2xf16> from vector<2x2xf16>
    %bottomh = vector.extract %dh[1] : vector<2xf16> from vector<2x2xf16>
    vector.store %toph, %h[%group, %left] : memref<16x8xf16>, vector<2xf16>
    vector.store %bottomh, %h[%below, %left] : memref<16x8xf16>, vector<2xf16>
    gpu.terminator
  }
  return
}

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %c7 = arith.constant 7 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %zero = arith.constant 0.0 : f32
  %a = memref.alloc() : memref<16x16xf16>
  %b = memref.alloc() : memref<16x8xf16>
  %c = memref.alloc() : memref<16x8xf32>
  %h = memref.alloc() : memref<16x8xf16>
  scf.for %i = %c0 to %c16 step %c1 {
    scf.for %j = %c0 to %c16 step %c1 {
      // (3 i + j) mod 7
      %i2 = arith.addi %i, %i : index
      %i3 = arith.addi %i2, %i : index
      %s = arith.addi %i3, %j : index
      %m = arith.remui %s, %c7 : index
      %v = arith.index_cast %m : index to i32
      %f = arith.sitofp %v : i32 to f16
      memref.store %f, %a[%i, %j] : memref<16x16xf16>
    }
    scf.for %j = %c0 to %c8 step %c1 {
      // k - j - (k mod 5)
      %m = arith.remui %i, %c5 : index
      %d = arith.subi %i, %j : index
      %e = arith.subi %d, %m : index
      %v = arith.index_cast %e : index to i32
      %f = arith.sitofp %v : i32 to f16
      memref.store %f, %b[%i, %j] : memref<16x8xf16>
    }
  }
  %ua = memref.cast %a : memref<16x16xf16> to memref<*xf16>
  %ub = memref.cast %b : memref<16x8xf16> to memref<*xf16>
  %uc = memref.cast %c : memref<16x8xf32> to memref<*xf32>
  %uh = memref.cast %h : memref<16x8xf16> to memref<*xf16>
  gpu.host_register %ua : memref<*xf16>
  gpu.host_register %ub : memref<*xf16>
  gpu.host_register %uc : memref<*xf32>
  gpu.host_register %uh : memref<*xf16>
  func.call @multiply(%a, %b, %c, %h) : (memref<16x16xf16>, memref<16x8xf16>, memref<16x8xf32>, memref<16x8xf16>) -> ()
  // The sums of what differs.
  %wrong = memref.alloc() : memref<f32>
  %wrongh = memref.alloc() : memref<f32>
  memref.store %zero, %wrong[] : memref<f32>
  memref.store %zero, %wrongh[] : memref<f32>
  scf.for %i = %c0 to %c16 step %c1 {
    scf.for %j = %c0 to %c8 step %c1 {
      %sum = scf.for %k = %c0 to %c16 step %c1 iter_args(%acc = %zero) -> f32 {
        %x = memref.load %a[%i, %k] : memref<16x16xf16>
        %y = memref.load %b[%k, %j] : memref<16x8xf16>
        %xf = arith.extf %x : f16 to f32
        %yf = arith.extf %y : f16 to f32
        %p = arith.mulf %xf, %yf : f32
        %q = arith.addf %acc, %p : f32
        scf.yield %q : f32
      }
      %got = memref.load %c[%i, %j] : memref<16x8xf32>
      %diff = arith.subf %got, %sum : f32
      %abs = math.absf %diff : f32
      %w = memref.load %wrong[] : memref<f32>
      %w1 = arith.addf %w, %abs : f32
      memref.store %w1, %wrong[] : memref<f32>
      %goth = memref.load %h[%i, %j] : memref<16x8xf16>
      %gotf = arith.extf %goth : f16 to f32
      %diffh = arith.subf %gotf, %sum : f32
      %absh = math.absf %diffh : f32
      %v = memref.load %wrongh[] : memref<f32>
      %v1 = arith.addf %v, %absh : f32
      memref.store %v1, %wrongh[] : memref<f32>
    }
  }
  %uw = memref.cast %wrong : memref<f32> to memref<*xf32>
  %uv = memref.cast %wrongh : memref<f32> to memref<*xf32>
  call @printMemrefF32(%uw) : (memref<*xf32>) -> ()
  call @printMemrefF32(%uc) : (memref<*xf32>) -> ()
  call @printMemrefF32(%uv) : (memref<*xf32>) -> ()
  return
}

// C = A B by mma.sp, A with two stored elements in each four: these, B and the
// metadata are three shared buffers, all copied asynchronously. Integers, so
// that all sums are exact. Swizzled, and under each pipeline, results are those
// of loops on the host and of the kernel as it stands, under three seeds,
// without a hazard.
//
// DEFINE: %{libraries} = %sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so
// RUN: %python %S/Inputs/pipelines.py "mlir-runner" %{libraries} %s equal 1x2 2x1 2x2 3x2 4x1 5x2 6x2 | FileCheck %s
// CHECK: equal: 7
// RUN: %python %S/Inputs/pipelines.py "mlir-runner" %{libraries} %s same \
// RUN:   --sparse-gpu-swizzle "--sparse-gpu-swizzle;--sparse-gpu-pipeline-loads=shared-stages=3 register-stages=2" \
// RUN: | FileCheck %s --check-prefix=SWIZZLED
// SWIZZLED: same: 2
// RUN: sparse-opt %s -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | mlir-runner --entry-point-result=void --shared-libs=%{libraries} | FileCheck %s --check-prefix=RESULT
// RESULT: [0, 0, 0, 0, 0]

#shared = #gpu.address_space<workgroup>

func.func private @printMemrefI32(memref<*xi32>)

// Of A (32 x K) the stored half, and 16 bits of metadata for each 16 columns.
func.func @multiply(%a: memref<32x256xf16>, %e: memref<32x32xi16>, %b: memref<512x8xf16>, %c: memref<32x8xf32>, %K: index) {
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c64, %sy = %c1, %sz = %c1)
             workgroup(%sa: memref<32x32xf16, #shared>, %se: memref<32x4xi16, #shared>, %sb: memref<64x8xf16, #shared>) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k2 = arith.constant 2 : index
    %k4 = arith.constant 4 : index
    %k8 = arith.constant 8 : index
    %k16 = arith.constant 16 : index
    %k32 = arith.constant 32 : index
    %k64 = arith.constant 64 : index
    %zero = arith.constant dense<0.0> : vector<2x2xf32>
    %lane = arith.remui %tx, %k32 : index
    %warp = arith.divui %tx, %k32 : index
    %m = arith.muli %warp, %k16 : index
    // Rows of four chunks of A, twice sixteen; two numbers of metadata each.
    %copyRow = arith.divui %tx, %k4 : index
    %chunk = arith.remui %tx, %k4 : index
    %copyColumn = arith.muli %chunk, %k8 : index
    %below = arith.addi %copyRow, %k16 : index
    %rowE = arith.divui %tx, %k2 : index
    %halfE = arith.remui %tx, %k2 : index
    %columnE = arith.muli %halfE, %k2 : index
    %r16 = arith.remui %lane, %k16 : index
    %row = arith.addi %m, %r16 : index
    %half = arith.divui %lane, %k16 : index
    %offset = arith.muli %half, %k8 : index
    %group = arith.divui %lane, %k4 : index
    %rest = arith.remui %lane, %k4 : index
    %top = arith.addi %m, %group : index
    %bottom = arith.addi %top, %k8 : index
    %part = arith.remui %rest, %k2 : index
    %sum = scf.for %k = %k0 to %K step %k64 iter_args(%acc = %zero) -> (vector<2x2xf32>) {
      gpu.barrier
      %stored = arith.divui %k, %k2 : index
      %from = arith.addi %stored, %copyColumn : index
      %t0 = nvgpu.device_async_copy %a[%copyRow, %from], %sa[%copyRow, %copyColumn], 8 {bypassL1}
        : memref<32x256xf16> to memref<32x32xf16, #shared>
      %t1 = nvgpu.device_async_copy %a[%below, %from], %sa[%below, %copyColumn], 8 {bypassL1}
        : memref<32x256xf16> to memref<32x32xf16, #shared>
      %words = arith.divui %k, %k16 : index
      %fromE = arith.addi %words, %columnE : index
      %t2 = nvgpu.device_async_copy %e[%rowE, %fromE], %se[%rowE, %columnE], 2
        : memref<32x32xi16> to memref<32x4xi16, #shared>
      %kb = arith.addi %k, %tx : index
      %t3 = nvgpu.device_async_copy %b[%kb, %k0], %sb[%tx, %k0], 8 {bypassL1}
        : memref<512x8xf16> to memref<64x8xf16, #shared>
      %g = nvgpu.device_async_create_group %t0, %t1, %t2, %t3
      nvgpu.device_async_wait %g {numGroups = 0 : i32}
      gpu.barrier
      %products = scf.for %kk = %k0 to %k32 step %k16 iter_args(%d = %acc) -> (vector<2x2xf32>) {
        %column = arith.addi %kk, %offset : index
        %fa = nvgpu.ldmatrix %sa[%row, %column] {numTiles = 4 : i32, transpose = false}
          : memref<32x32xf16, #shared> -> vector<4x2xf16>
        %dense = arith.muli %kk, %k2 : index
        %rowB = arith.addi %dense, %lane : index
        %fb = nvgpu.ldmatrix %sb[%rowB, %k0] {numTiles = 4 : i32, transpose = true}
          : memref<64x8xf16, #shared> -> vector<4x2xf16>
        // Lanes 0 and 1 of four have those of the columns 0 to 15, 16 to 31.
        %word = arith.divui %kk, %k8 : index
        %at = arith.addi %word, %part : index
        %e0 = memref.load %se[%top, %at] : memref<32x4xi16, #shared>
        %e1 = memref.load %se[%bottom, %at] : memref<32x4xi16, #shared>
        %fe = vector.from_elements %e0, %e1 : vector<2xi16>
        %p = nvgpu.mma.sp.sync(%fa, %fb, %d) metadata(%fe) {mmaShape = [16, 8, 32]}
          : (vector<4x2xf16>, vector<4x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
        scf.yield %p : vector<2x2xf32>
      }
      scf.yield %products : vector<2x2xf32>
    }
    %n = arith.muli %rest, %k2 : index
    %upper = vector.extract %sum[0] : vector<2xf32> from vector<2x2xf32>
    %lower = vector.extract %sum[1] : vector<2xf32> from vector<2x2xf32>
    vector.store %upper, %c[%top, %n] : memref<32x8xf32>, vector<2xf32>
    vector.store %lower, %c[%bottom, %n] : memref<32x8xf32>, vector<2xf32>
    gpu.terminator
  }
  return
}

// (first * row + second * column + 3 row column) mod 15 - 7
func.func @value(%row: index, %column: index, %first: index, %second: index) -> f32 {
  %c3 = arith.constant 3 : index
  %c7 = arith.constant 7 : i32
  %c15 = arith.constant 15 : index
  %p = arith.muli %row, %first : index
  %q = arith.muli %column, %second : index
  %rc = arith.muli %row, %column : index
  %r = arith.muli %rc, %c3 : index
  %s = arith.addi %p, %q : index
  %t = arith.addi %s, %r : index
  %u = arith.remui %t, %c15 : index
  %v = arith.index_cast %u : index to i32
  %w = arith.subi %v, %c7 : i32
  %f = arith.sitofp %w : i32 to f32
  return %f : f32
}

// Which two of four columns are stored: one of six pairs, for each row and four.
func.func @pair(%row: index, %four: index) -> (index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c5 = arith.constant 5 : index
  %c6 = arith.constant 6 : index
  %p = arith.muli %row, %c5 : index
  %q = arith.addi %p, %four : index
  %r = arith.muli %row, %four : index
  %s = arith.addi %q, %r : index
  %which = arith.remui %s, %c6 : index
  %pair:2 = scf.index_switch %which -> index, index
  case 0 { scf.yield %c0, %c1 : index, index }
  case 1 { scf.yield %c0, %c2 : index, index }
  case 2 { scf.yield %c0, %c3 : index, index }
  case 3 { scf.yield %c1, %c2 : index, index }
  case 4 { scf.yield %c1, %c3 : index, index }
  default { scf.yield %c2, %c3 : index, index }
  return %pair#0, %pair#1 : index, index
}

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %c5 = arith.constant 5 : index
  %c7 = arith.constant 7 : index
  %c8 = arith.constant 8 : index
  %c11 = arith.constant 11 : index
  %c32 = arith.constant 32 : index
  %c64 = arith.constant 64 : index
  %c256 = arith.constant 256 : index
  %c512 = arith.constant 512 : index
  %none = arith.constant 0 : i32
  %one = arith.constant 1 : i32
  %zero = arith.constant 0.0 : f32
  %a = memref.alloc() : memref<32x256xf16>
  %e = memref.alloc() : memref<32x32xi16>
  %b = memref.alloc() : memref<512x8xf16>
  %c = memref.alloc() : memref<32x8xf32>
  %wrong = memref.alloc() : memref<5xi32>
  scf.for %i = %c0 to %c32 step %c1 {
    scf.for %j = %c0 to %c256 step %c1 {
      %x = func.call @value(%i, %j, %c7, %c11) : (index, index, index, index) -> f32
      %h = arith.truncf %x : f32 to f16
      memref.store %h, %a[%i, %j] : memref<32x256xf16>
    }
    scf.for %j = %c0 to %c32 step %c1 {
      %bits = scf.for %n = %c0 to %c4 step %c1 iter_args(%old = %c0) -> (index) {
        %j4 = arith.muli %j, %c4 : index
        %four = arith.addi %j4, %n : index
        %pair:2 = func.call @pair(%i, %four) : (index, index) -> (index, index)
        %high = arith.muli %pair#1, %c4 : index
        %code = arith.addi %pair#0, %high : index
        %shift = arith.muli %n, %c4 : index
        %moved = arith.shli %code, %shift : index
        %new = arith.ori %old, %moved : index
        scf.yield %new : index
      }
      %w = arith.index_cast %bits : index to i32
      %word = arith.trunci %w : i32 to i16
      memref.store %word, %e[%i, %j] : memref<32x32xi16>
    }
  }
  scf.for %i = %c0 to %c512 step %c1 {
    scf.for %j = %c0 to %c8 step %c1 {
      %x = func.call @value(%i, %j, %c5, %c2) : (index, index, index, index) -> f32
      %h = arith.truncf %x : f32 to f16
      memref.store %h, %b[%i, %j] : memref<512x8xf16>
    }
  }
  %ua = memref.cast %a : memref<32x256xf16> to memref<*xf16>
  %ue = memref.cast %e : memref<32x32xi16> to memref<*xi16>
  %ub = memref.cast %b : memref<512x8xf16> to memref<*xf16>
  %uc = memref.cast %c : memref<32x8xf32> to memref<*xf32>
  %uwrong = memref.cast %wrong : memref<5xi32> to memref<*xi32>
  gpu.host_register %ua : memref<*xf16>
  gpu.host_register %ue : memref<*xi16>
  gpu.host_register %ub : memref<*xf16>
  gpu.host_register %uc : memref<*xf32>
  // Elements that are not those of loops on the host, for five K.
  scf.for %i = %c0 to %c5 step %c1 {
    %K = func.call @length(%i) : (index) -> index
    func.call @multiply(%a, %e, %b, %c, %K) : (memref<32x256xf16>, memref<32x32xi16>, memref<512x8xf16>, memref<32x8xf32>, index) -> ()
    %fours = arith.divui %K, %c4 : index
    %count = scf.for %row = %c0 to %c32 step %c1 iter_args(%rows = %none) -> (i32) {
      %inRow = scf.for %column = %c0 to %c8 step %c1 iter_args(%old = %rows) -> (i32) {
        %sum = scf.for %four = %c0 to %fours step %c1 iter_args(%s = %zero) -> (f32) {
          %pair:2 = func.call @pair(%row, %four) : (index, index) -> (index, index)
          %j0 = arith.muli %four, %c2 : index
          %j1 = arith.addi %j0, %c1 : index
          %base = arith.muli %four, %c4 : index
          %i0 = arith.addi %base, %pair#0 : index
          %i1 = arith.addi %base, %pair#1 : index
          %a0 = func.call @value(%row, %j0, %c7, %c11) : (index, index, index, index) -> f32
          %a1 = func.call @value(%row, %j1, %c7, %c11) : (index, index, index, index) -> f32
          %b0 = func.call @value(%i0, %column, %c5, %c2) : (index, index, index, index) -> f32
          %b1 = func.call @value(%i1, %column, %c5, %c2) : (index, index, index, index) -> f32
          %p0 = arith.mulf %a0, %b0 : f32
          %p1 = arith.mulf %a1, %b1 : f32
          %s0 = arith.addf %s, %p0 : f32
          %s1 = arith.addf %s0, %p1 : f32
          scf.yield %s1 : f32
        }
        %x = memref.load %c[%row, %column] : memref<32x8xf32>
        %differs = arith.cmpf une, %x, %sum : f32
        %more = arith.select %differs, %one, %none : i32
        %new = arith.addi %old, %more : i32
        scf.yield %new : i32
      }
      scf.yield %inRow : i32
    }
    memref.store %count, %wrong[%i] : memref<5xi32>
  }
  call @printMemrefI32(%uwrong) : (memref<*xi32>) -> ()
  return
}

// 0, 64, 128, 320, 512
func.func @length(%i: index) -> index {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %c128 = arith.constant 128 : index
  %c320 = arith.constant 320 : index
  %c512 = arith.constant 512 : index
  %K = scf.index_switch %i -> index
  case 0 { scf.yield %c0 : index }
  case 1 { scf.yield %c64 : index }
  case 2 { scf.yield %c128 : index }
  case 3 { scf.yield %c320 : index }
  default { scf.yield %c512 : index }
  return %K : index
}

// C = A B on tensor cores, one block of two warps, tiles of 64 along K, with K
// as the program runs: none, shorter than a tile, shorter than the pipeline,
// not divisible. A is copied in a loop, B is not; both end with what is left
// of K. Results of each pipeline are the bits of the kernel as it stands, under
// three seeds, without a hazard.
//
// DEFINE: %{libraries} = %sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so
// RUN: %python %S/Inputs/pipelines.py "mlir-runner" %{libraries} %s equal \
// RUN:   1x1 1x2 1x3 1x4 2x1 2x2 2x3 2x4 3x1 3x2 3x3 3x4 \
// RUN:   4x1 4x2 4x3 4x4 5x1 5x2 5x3 5x4 6x1 6x2 6x3 6x4 \
// RUN: | FileCheck %s
// CHECK: equal: 24

// A kernel with a wait, a barrier or a slot less is seen to be wrong.
// RUN: %python %S/Inputs/pipelines.py "mlir-runner" %{libraries} %s broken 2x1 3x1 3x2 4x3 | FileCheck %s --check-prefix=BROKEN
// BROKEN-NOT: NOT SEEN
// BROKEN: 2x1: no wait in the loop: hazards and results
// BROKEN: 2x1: one group too many in flight: hazards
// BROKEN: 2x1: no barrier in the loop: hazards
// BROKEN: 2x1: copies into the slot that is read: hazards
// BROKEN: 4x3: copies into the slot that is read: hazards
// BROKEN-NOT: NOT SEEN

#shared = #gpu.address_space<workgroup>

func.func private @printMemrefI32(memref<*xi32>)

func.func @multiply(%a: memref<32x512xf16>, %b: memref<512x8xf16>, %c: memref<32x8xf32>, %K: index) {
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c64, %sy = %c1, %sz = %c1)
             workgroup(%sa: memref<32x64xf16, #shared>, %sb: memref<64x8xf16, #shared>) {
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
    // What a thread copies of A: rows of 8 chunks, four times 8 rows.
    %copyRow = arith.divui %tx, %k8 : index
    %chunk = arith.remui %tx, %k8 : index
    %copyColumn = arith.muli %chunk, %k8 : index
    // What a lane points ldmatrix at.
    %r16 = arith.remui %lane, %k16 : index
    %row = arith.addi %m, %r16 : index
    %half = arith.divui %lane, %k16 : index
    %offset = arith.muli %half, %k8 : index
    %sum = scf.for %k = %k0 to %K step %k64 iter_args(%acc = %zero) -> (vector<2x2xf32>) {
      gpu.barrier
      %left = arith.subi %K, %k : index
      %mine = arith.subi %left, %copyColumn : index
      %some = arith.maxsi %mine, %k0 : index
      %count = arith.minsi %some, %k8 : index
      %from = arith.addi %k, %copyColumn : index
      scf.for %i = %k0 to %k32 step %k8 {
        %r = arith.addi %copyRow, %i : index
        %t = nvgpu.device_async_copy %a[%r, %from], %sa[%r, %copyColumn], 8, %count {bypassL1}
          : memref<32x512xf16> to memref<32x64xf16, #shared>
      }
      %kb = arith.addi %k, %tx : index
      %inside = arith.cmpi slt, %kb, %K : index
      %countB = arith.select %inside, %k8, %k0 : index
      %tb = nvgpu.device_async_copy %b[%kb, %k0], %sb[%tx, %k0], 8, %countB {bypassL1}
        : memref<512x8xf16> to memref<64x8xf16, #shared>
      %g = nvgpu.device_async_create_group %tb
      nvgpu.device_async_wait %g {numGroups = 0 : i32}
      gpu.barrier
      %part = scf.for %kk = %k0 to %k64 step %k16 iter_args(%d = %acc) -> (vector<2x2xf32>) {
        %column = arith.addi %kk, %offset : index
        %fa = nvgpu.ldmatrix %sa[%row, %column] {numTiles = 4 : i32, transpose = false}
          : memref<32x64xf16, #shared> -> vector<4x2xf16>
        %rowB = arith.addi %kk, %r16 : index
        %fb = nvgpu.ldmatrix %sb[%rowB, %k0] {numTiles = 2 : i32, transpose = true}
          : memref<64x8xf16, #shared> -> vector<2x2xf16>
        %e = nvgpu.mma.sync(%fa, %fb, %d) {mmaShape = [16, 8, 16]}
          : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
        scf.yield %e : vector<2x2xf32>
      }
      scf.yield %part : vector<2x2xf32>
    }
    %group = arith.divui %lane, %k4 : index
    %top = arith.addi %m, %group : index
    %bottom = arith.addi %top, %k8 : index
    %rest = arith.remui %lane, %k4 : index
    %n = arith.muli %rest, %k2 : index
    %upper = vector.extract %sum[0] : vector<2xf32> from vector<2x2xf32>
    %lower = vector.extract %sum[1] : vector<2xf32> from vector<2x2xf32>
    vector.store %upper, %c[%top, %n] : memref<32x8xf32>, vector<2xf32>
    vector.store %lower, %c[%bottom, %n] : memref<32x8xf32>, vector<2xf32>
    gpu.terminator
  }
  return
}

// Values that no sum of products has exactly.
func.func @fill(%x: memref<*xf16>, %rows: index, %columns: index, %salt: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c37 = arith.constant 37 : index
  %c101 = arith.constant 101 : index
  %c127 = arith.constant 127 : index
  %scale = arith.constant 0.0731 : f32
  %shift = arith.constant 4.637 : f32
  %n = arith.muli %rows, %columns : index
  %flat = memref.reinterpret_cast %x to offset: [0], sizes: [%n], strides: [1] : memref<*xf16> to memref<?xf16>
  scf.for %i = %c0 to %n step %c1 {
    %p = arith.muli %i, %c37 : index
    %q = arith.divui %i, %columns : index
    %r = arith.muli %q, %c101 : index
    %s = arith.addi %p, %r : index
    %t = arith.addi %s, %salt : index
    %u = arith.remui %t, %c127 : index
    %v = arith.index_cast %u : index to i32
    %f = arith.sitofp %v : i32 to f32
    %g = arith.mulf %f, %scale : f32
    %h = arith.subf %g, %shift : f32
    %e = arith.truncf %h : f32 to f16
    memref.store %e, %flat[%i] : memref<?xf16>
  }
  return
}

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %c8 = arith.constant 8 : index
  %c10 = arith.constant 10 : index
  %c32 = arith.constant 32 : index
  %c512 = arith.constant 512 : index
  %a = memref.alloc() : memref<32x512xf16>
  %b = memref.alloc() : memref<512x8xf16>
  %c = memref.alloc() : memref<32x8xf32>
  %bits = memref.alloc() : memref<32x8xi32>
  %ua = memref.cast %a : memref<32x512xf16> to memref<*xf16>
  %ub = memref.cast %b : memref<512x8xf16> to memref<*xf16>
  %uc = memref.cast %c : memref<32x8xf32> to memref<*xf32>
  %ubits = memref.cast %bits : memref<32x8xi32> to memref<*xi32>
  call @fill(%ua, %c32, %c512, %c0) : (memref<*xf16>, index, index, index) -> ()
  call @fill(%ub, %c512, %c8, %c5) : (memref<*xf16>, index, index, index) -> ()
  gpu.host_register %ua : memref<*xf16>
  gpu.host_register %ub : memref<*xf16>
  gpu.host_register %uc : memref<*xf32>
  scf.for %i = %c0 to %c10 step %c1 {
    %K = func.call @length(%i) : (index) -> index
    func.call @multiply(%a, %b, %c, %K) : (memref<32x512xf16>, memref<512x8xf16>, memref<32x8xf32>, index) -> ()
    scf.for %row = %c0 to %c32 step %c1 {
      scf.for %column = %c0 to %c8 step %c1 {
        %x = memref.load %c[%row, %column] : memref<32x8xf32>
        %y = arith.bitcast %x : f32 to i32
        memref.store %y, %bits[%row, %column] : memref<32x8xi32>
      }
    }
    func.call @printMemrefI32(%ubits) : (memref<*xi32>) -> ()
  }
  return
}

// 0, 8, 64, 72, 128, 200, 256, 320, 456, 512
func.func @length(%i: index) -> index {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c64 = arith.constant 64 : index
  %c72 = arith.constant 72 : index
  %c128 = arith.constant 128 : index
  %c200 = arith.constant 200 : index
  %c256 = arith.constant 256 : index
  %c320 = arith.constant 320 : index
  %c456 = arith.constant 456 : index
  %c512 = arith.constant 512 : index
  %K = scf.index_switch %i -> index
  case 0 { scf.yield %c0 : index }
  case 1 { scf.yield %c8 : index }
  case 2 { scf.yield %c64 : index }
  case 3 { scf.yield %c72 : index }
  case 4 { scf.yield %c128 : index }
  case 5 { scf.yield %c200 : index }
  case 6 { scf.yield %c256 : index }
  case 7 { scf.yield %c320 : index }
  case 8 { scf.yield %c456 : index }
  default { scf.yield %c512 : index }
  return %K : index
}

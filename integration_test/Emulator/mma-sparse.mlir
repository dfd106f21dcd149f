// nvgpu.mma.sp.sync. A is ones; its metadata, in the first two of four lanes,
// says that the upper eight rows have them in the first two columns of each
// four, the lower ones in the last two. A row of B is 1, 10, 100 or 1000.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so \
// RUN: | FileCheck %s

// CHECK: [88, 88, 88, 88, 88, 88, 88, 88]
// CHECK: [88, 88, 88, 88, 88, 88, 88, 88]
// CHECK-COUNT-7: [8800, 8800, 8800, 8800, 8800, 8800, 8800, 8800]

func.func private @printMemrefF32(memref<*xf32>)

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %c32 = arith.constant 32 : index
  %d = memref.alloc() : memref<16x8xf32>
  %u = memref.cast %d : memref<16x8xf32> to memref<*xf32>
  gpu.host_register %u : memref<*xf32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%lane, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %group = arith.divui %lane, %c4 : index
    %inGroup = arith.remui %lane, %c4 : index
    %left = arith.muli %inGroup, %c2 : index
    %a = arith.constant dense<1.0> : vector<4x2xf16>
    // Registers hold the rows 2 (lane mod 4) and the next one, plus 8 each.
    %even = arith.remui %inGroup, %c2 : index
    %isEven = arith.cmpi eq, %even, %c0 : index
    %low = arith.constant dense<[1.0, 10.0]> : vector<2xf16>
    %high = arith.constant dense<[100.0, 1000.0]> : vector<2xf16>
    %pair = arith.select %isEven, %low, %high : vector<2xf16>
    %b0 = arith.constant dense<0.0> : vector<4x2xf16>
    %b1 = vector.insert %pair, %b0[0] : vector<2xf16> into vector<4x2xf16>
    %b2 = vector.insert %pair, %b1[1] : vector<2xf16> into vector<4x2xf16>
    %b3 = vector.insert %pair, %b2[2] : vector<2xf16> into vector<4x2xf16>
    %b = vector.insert %pair, %b3[3] : vector<2xf16> into vector<4x2xf16>
    %c = arith.constant dense<0.0> : vector<2x2xf32>
    // 0b0100 and 0b1110 for each chunk; nothing of use in the other lanes.
    %metadata = arith.constant dense<[0x4444, 0xEEEE]> : vector<2xi16>
    %other = arith.constant dense<0> : vector<2xi16>
    %has = arith.cmpi ult, %inGroup, %c2 : index
    %m = arith.select %has, %metadata, %other : vector<2xi16>
    %r = nvgpu.mma.sp.sync(%a, %b, %c) metadata(%m) {mmaShape = [16, 8, 32]}
      : (vector<4x2xf16>, vector<4x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
    %top = vector.extract %r[0] : vector<2xf32> from vector<2x2xf32>
    %bottom = vector.extract %r[1] : vector<2xf32> from vector<2x2xf32>
    %below = arith.addi %group, %c8 : index
    vector.store %top, %d[%group, %left] : memref<16x8xf32>, vector<2xf32>
    vector.store %bottom, %d[%below, %left] : memref<16x8xf32>, vector<2xf32>
    gpu.terminator
  }
  call @printMemrefF32(%u) : (memref<*xf32>) -> ()
  return
}

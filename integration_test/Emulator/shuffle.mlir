// gpu.shuffle in its four modes, with the predicate that says whether there was a
// source.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | SPARSEGPU_EMULATOR=seeds=4 mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so \
// RUN: | FileCheck %s

func.func private @printMemrefI32(memref<*xi32>)

func.func @main() {
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  %out = memref.alloc() : memref<4x32xi32>
  %u = memref.cast %out : memref<4x32xi32> to memref<*xi32>
  gpu.host_register %u : memref<*xi32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k2 = arith.constant 2 : index
    %k3 = arith.constant 3 : index
    %two = arith.constant 2 : i32
    %three = arith.constant 3 : i32
    %width = arith.constant 32 : i32
    %none = arith.constant -1 : i32
    %ten = arith.constant 10 : i32
    %t = arith.index_cast %tx : index to i32
    %v = arith.muli %t, %ten : i32
    %a, %pa = gpu.shuffle xor %v, %three, %width : i32
    %b, %pb = gpu.shuffle up %v, %two, %width : i32
    %c, %pc = gpu.shuffle down %v, %two, %width : i32
    %d, %pd = gpu.shuffle idx %v, %three, %width : i32
    %a1 = arith.select %pa, %a, %none : i32
    %b1 = arith.select %pb, %b, %none : i32
    %c1_ = arith.select %pc, %c, %none : i32
    %d1 = arith.select %pd, %d, %none : i32
    memref.store %a1, %out[%k0, %tx] : memref<4x32xi32>
    memref.store %b1, %out[%k1, %tx] : memref<4x32xi32>
    memref.store %c1_, %out[%k2, %tx] : memref<4x32xi32>
    memref.store %d1, %out[%k3, %tx] : memref<4x32xi32>
    gpu.terminator
  }
  // CHECK:      [30, 20, 10, 0, 70, 60, 50, 40, {{.*}}, 310, 300, 290, 280]
  // CHECK-NEXT: [-1, -1, 0, 10, 20, {{.*}}, 270, 280, 290]
  // CHECK-NEXT: [20, 30, 40, {{.*}}, 300, 310, -1, -1]
  // CHECK-NEXT: [30, 30, 30, {{.*}}, 30, 30, 30]
  call @printMemrefI32(%u) : (memref<*xi32>) -> ()
  return
}

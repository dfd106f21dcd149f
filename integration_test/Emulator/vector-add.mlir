// Vector addition with a grid that covers the vectors and a guard.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so \
// RUN: | FileCheck %s

func.func private @printMemrefF32(memref<*xf32>)

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = arith.constant 1000 : index
  %block = arith.constant 128 : index
  %grid = arith.ceildivui %n, %block : index
  %a = memref.alloc() : memref<1000xf32>
  %b = memref.alloc() : memref<1000xf32>
  %c = memref.alloc() : memref<1000xf32>
  scf.for %i = %c0 to %n step %c1 {
    %i32 = arith.index_cast %i : index to i32
    %f = arith.sitofp %i32 : i32 to f32
    %two = arith.constant 2.0 : f32
    %g = arith.mulf %f, %two : f32
    memref.store %f, %a[%i] : memref<1000xf32>
    memref.store %g, %b[%i] : memref<1000xf32>
  }
  // Device memory, copies in and out, and one stream.
  %t0 = gpu.wait async
  %da, %t1 = gpu.alloc async [%t0] () : memref<1000xf32>
  %db, %t2 = gpu.alloc async [%t1] () : memref<1000xf32>
  %t3 = gpu.memcpy async [%t2] %da, %a : memref<1000xf32>, memref<1000xf32>
  %t4 = gpu.memcpy async [%t3] %db, %b : memref<1000xf32>, memref<1000xf32>
  %t5 = gpu.launch async [%t4] blocks(%bx, %by, %bz) in (%gx = %grid, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %block, %sy = %c1, %sz = %c1) {
    %base = arith.muli %bx, %sx : index
    %i = arith.addi %base, %tx : index
    %in = arith.cmpi ult, %i, %n : index
    scf.if %in {
      %x = memref.load %da[%i] : memref<1000xf32>
      %y = memref.load %db[%i] : memref<1000xf32>
      %z = arith.addf %x, %y : f32
      memref.store %z, %db[%i] : memref<1000xf32>
    }
    gpu.terminator
  }
  %t6 = gpu.memcpy async [%t5] %c, %db : memref<1000xf32>, memref<1000xf32>
  %t7 = gpu.dealloc async [%t6] %da : memref<1000xf32>
  %t8 = gpu.dealloc async [%t7] %db : memref<1000xf32>
  gpu.wait [%t8]
  %part = memref.subview %c[994][6][1] : memref<1000xf32> to memref<6xf32, strided<[1], offset: 994>>
  %u = memref.cast %part : memref<6xf32, strided<[1], offset: 994>> to memref<*xf32>
  // CHECK: [2982, 2985, 2988, 2991, 2994, 2997]
  call @printMemrefF32(%u) : (memref<*xf32>) -> ()
  return
}

// Reductions over a block of several warps, the last one partial: shuffles with
// clamps, shared memory, barriers.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so \
// RUN: | FileCheck %s

func.func private @printMemrefF32(memref<*xf32>)
func.func private @printMemrefI32(memref<*xi32>)

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %n = arith.constant 100 : index
  %f = memref.alloc() : memref<2x100xf32>
  %sums = memref.alloc() : memref<2xf32>
  %maxima = memref.alloc() : memref<2xi32>
  scf.for %r = %c0 to %c2 step %c1 {
    scf.for %i = %c0 to %n step %c1 {
      %row = arith.muli %r, %n : index
      %x = arith.addi %row, %i : index
      %x32 = arith.index_cast %x : index to i32
      %v = arith.sitofp %x32 : i32 to f32
      memref.store %v, %f[%r, %i] : memref<2x100xf32>
    }
  }
  %uf = memref.cast %f : memref<2x100xf32> to memref<*xf32>
  %us = memref.cast %sums : memref<2xf32> to memref<*xf32>
  %um = memref.cast %maxima : memref<2xi32> to memref<*xi32>
  gpu.host_register %uf : memref<*xf32>
  gpu.host_register %us : memref<*xf32>
  gpu.host_register %um : memref<*xi32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c2, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %n, %sy = %c1, %sz = %c1) {
    %v = memref.load %f[%bx, %tx] : memref<2x100xf32>
    %sum = gpu.all_reduce add %v uniform {} : (f32) -> f32
    %i = arith.fptosi %v : f32 to i32
    %max = gpu.all_reduce maxsi %i uniform {} : (i32) -> i32
    memref.store %sum, %sums[%bx] : memref<2xf32>
    memref.store %max, %maxima[%bx] : memref<2xi32>
    gpu.terminator
  }
  // CHECK: [4950, 14950]
  call @printMemrefF32(%us) : (memref<*xf32>) -> ()
  // CHECK: [99, 199]
  call @printMemrefI32(%um) : (memref<*xi32>) -> ()
  return
}

// A transposition through a tile in static shared memory, and a second kernel
// that uses dynamic shared memory; 2-D blocks.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so \
// RUN: | FileCheck %s

func.func private @printMemrefI32(memref<*xi32>)

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %bytes = arith.constant 256 : i32
  %a = memref.alloc() : memref<8x8xi32>
  scf.for %i = %c0 to %c8 step %c1 {
    scf.for %j = %c0 to %c8 step %c1 {
      %r = arith.muli %i, %c8 : index
      %s = arith.addi %r, %j : index
      %v = arith.index_cast %s : index to i32
      memref.store %v, %a[%i, %j] : memref<8x8xi32>
    }
  }
  %u = memref.cast %a : memref<8x8xi32> to memref<*xi32>
  gpu.host_register %u : memref<*xi32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c8, %sz = %c1)
             workgroup(%tile : memref<8x8xi32, #gpu.address_space<workgroup>>) {
    %v = memref.load %a[%ty, %tx] : memref<8x8xi32>
    memref.store %v, %tile[%ty, %tx] : memref<8x8xi32, #gpu.address_space<workgroup>>
    gpu.barrier
    %w = memref.load %tile[%tx, %ty] : memref<8x8xi32, #gpu.address_space<workgroup>>
    memref.store %w, %a[%ty, %tx] : memref<8x8xi32>
    gpu.terminator
  }
  // CHECK: [0, 8, 16, 24, 32, 40, 48, 56]
  // CHECK: [7, 15, 23, 31, 39, 47, 55, 63]
  call @printMemrefI32(%u) : (memref<*xi32>) -> ()
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c8, %sz = %c1)
             dynamic_shared_memory_size %bytes {
    %zero = arith.constant 0 : index
    %arena = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
    %tile = memref.view %arena[%zero][] : memref<?xi8, #gpu.address_space<workgroup>>
              to memref<8x8xi32, #gpu.address_space<workgroup>>
    %v = memref.load %a[%ty, %tx] : memref<8x8xi32>
    memref.store %v, %tile[%ty, %tx] : memref<8x8xi32, #gpu.address_space<workgroup>>
    gpu.barrier
    %w = memref.load %tile[%tx, %ty] : memref<8x8xi32, #gpu.address_space<workgroup>>
    memref.store %w, %a[%ty, %tx] : memref<8x8xi32>
    gpu.terminator
  }
  // CHECK: [0, 1, 2, 3, 4, 5, 6, 7]
  // CHECK: [56, 57, 58, 59, 60, 61, 62, 63]
  call @printMemrefI32(%u) : (memref<*xi32>) -> ()
  return
}

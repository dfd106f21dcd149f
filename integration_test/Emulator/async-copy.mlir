// A pipeline of two stages: asynchronous copies into shared memory, a group for
// each tile, and the wait for all but the newest group. The last tile is read
// past its end with a number of elements of zero, which fills with zeros.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | SPARSEGPU_EMULATOR=seeds=4 mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so \
// RUN: | FileCheck %s

func.func private @printMemrefF32(memref<*xf32>)

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %f0 = arith.constant 0.0 : f32
  %in = memref.alloc() : memref<448xf32>
  %out = memref.alloc() : memref<16xf32>
  scf.for %i = %c0 to %c16 step %c1 {
    memref.store %f0, %out[%i] : memref<16xf32>
  }
  %n = arith.constant 448 : index
  scf.for %i = %c0 to %n step %c1 {
    %r = arith.remui %i, %c16 : index
    %x = arith.index_cast %r : index to i32
    %f = arith.sitofp %x : i32 to f32
    memref.store %f, %in[%i] : memref<448xf32>
  }
  %uin = memref.cast %in : memref<448xf32> to memref<*xf32>
  %uout = memref.cast %out : memref<16xf32> to memref<*xf32>
  gpu.host_register %uin : memref<*xf32>
  gpu.host_register %uout : memref<*xf32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c16, %sy = %c1, %sz = %c1)
             workgroup(%tile : memref<2x64xf32, #gpu.address_space<workgroup>>) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k2 = arith.constant 2 : index
    %k4 = arith.constant 4 : index
    %k7 = arith.constant 7 : index
    %k8 = arith.constant 8 : index
    %k15 = arith.constant 15 : index
    %k64 = arith.constant 64 : index
    %zero = arith.constant 0.0 : f32
    %col = arith.muli %tx, %k4 : index
    %first = nvgpu.device_async_copy %in[%col], %tile[%k0, %col], 4
        : memref<448xf32> to memref<2x64xf32, #gpu.address_space<workgroup>>
    %group = nvgpu.device_async_create_group %first
    // Tile 7 does not exist: no element of it is read.
    %sum = scf.for %t = %k0 to %k8 step %k1 iter_args(%acc = %zero) -> f32 {
      %next = arith.addi %t, %k1 : index
      %stage = arith.remui %next, %k2 : index
      %base = arith.muli %next, %k64 : index
      %at = arith.addi %base, %col : index
      %exists = arith.cmpi ult, %next, %k7 : index
      %count = arith.select %exists, %k4, %k0 : index
      %copy = nvgpu.device_async_copy %in[%at], %tile[%stage, %col], 4, %count
          : memref<448xf32> to memref<2x64xf32, #gpu.address_space<workgroup>>
      %g = nvgpu.device_async_create_group %copy
      nvgpu.device_async_wait %g {numGroups = 1 : i32}
      gpu.barrier
      // What the thread at the other end copied.
      %mirror = arith.subi %k15, %tx : index
      %row = arith.muli %mirror, %k4 : index
      %now = arith.remui %t, %k2 : index
      %part = scf.for %j = %k0 to %k4 step %k1 iter_args(%a = %acc) -> f32 {
        %c = arith.addi %row, %j : index
        %v = memref.load %tile[%now, %c] : memref<2x64xf32, #gpu.address_space<workgroup>>
        %s = arith.addf %a, %v : f32
        scf.yield %s : f32
      }
      gpu.barrier
      scf.yield %part : f32
    }
    memref.store %sum, %out[%tx] : memref<16xf32>
    gpu.terminator
  }
  // Each thread sums four neighbours of 0 .. 15, seven times.
  // CHECK: [378, 266, 154, 42, 378, 266, 154, 42, 378, 266, 154, 42, 378, 266, 154, 42]
  call @printMemrefF32(%uout) : (memref<*xf32>) -> ()
  return
}

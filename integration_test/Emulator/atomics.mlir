// memref.atomic_rmw of integers and floats, in global and in shared memory.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | SPARSEGPU_EMULATOR=seeds=4 mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so \
// RUN: | FileCheck %s

func.func private @printMemrefI32(memref<*xi32>)
func.func private @printMemrefF32(memref<*xf32>)

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c6 = arith.constant 6 : index
  %c128 = arith.constant 128 : index
  %zero = arith.constant 0 : i32
  %f0 = arith.constant 0.0 : f32
  %ints = memref.alloc() : memref<6xi32>
  %floats = memref.alloc() : memref<2xf32>
  scf.for %i = %c0 to %c6 step %c1 {
    memref.store %zero, %ints[%i] : memref<6xi32>
  }
  memref.store %f0, %floats[%c0] : memref<2xf32>
  memref.store %f0, %floats[%c1] : memref<2xf32>
  %ui = memref.cast %ints : memref<6xi32> to memref<*xi32>
  %uf = memref.cast %floats : memref<2xf32> to memref<*xf32>
  gpu.host_register %ui : memref<*xi32>
  gpu.host_register %uf : memref<*xf32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c4, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c128, %sy = %c1, %sz = %c1)
             workgroup(%local : memref<1xi32, #gpu.address_space<workgroup>>) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k2 = arith.constant 2 : index
    %k3 = arith.constant 3 : index
    %k4 = arith.constant 4 : index
    %k5 = arith.constant 5 : index
    %z = arith.constant 0 : i32
    %half = arith.constant 0.5 : f32
    %x = arith.index_cast %tx : index to i32
    %f = arith.sitofp %x : i32 to f32
    %isFirst = arith.cmpi eq, %tx, %k0 : index
    scf.if %isFirst {
      memref.store %z, %local[%k0] : memref<1xi32, #gpu.address_space<workgroup>>
    }
    gpu.barrier
    memref.atomic_rmw addi %x, %local[%k0] : (i32, memref<1xi32, #gpu.address_space<workgroup>>) -> i32
    gpu.barrier
    scf.if %isFirst {
      %s = memref.load %local[%k0] : memref<1xi32, #gpu.address_space<workgroup>>
      memref.atomic_rmw addi %s, %ints[%k0] : (i32, memref<6xi32>) -> i32
    }
    memref.atomic_rmw maxs %x, %ints[%k1] : (i32, memref<6xi32>) -> i32
    memref.atomic_rmw ori %x, %ints[%k2] : (i32, memref<6xi32>) -> i32
    memref.atomic_rmw maxu %x, %ints[%k3] : (i32, memref<6xi32>) -> i32
    memref.atomic_rmw addi %x, %ints[%k4] : (i32, memref<6xi32>) -> i32
    memref.atomic_rmw mins %x, %ints[%k5] : (i32, memref<6xi32>) -> i32
    memref.atomic_rmw addf %half, %floats[%k0] : (f32, memref<2xf32>) -> f32
    memref.atomic_rmw maximumf %f, %floats[%k1] : (f32, memref<2xf32>) -> f32
    gpu.terminator
  }
  // CHECK: [32512, 127, 127, 127, 32512, 0]
  call @printMemrefI32(%ui) : (memref<*xi32>) -> ()
  // CHECK: [256, 127]
  call @printMemrefF32(%uf) : (memref<*xf32>) -> ()
  return
}

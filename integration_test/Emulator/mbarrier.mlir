// Half of the threads produce, all arrive at an mbarrier, and each polls it before
// it reads what another one wrote; three phases.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | SPARSEGPU_EMULATOR=seeds=4 mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so \
// RUN: | FileCheck %s

func.func private @printMemrefI32(memref<*xi32>)

!group = !nvgpu.mbarrier.group<memorySpace = #gpu.address_space<workgroup>>
!token = !nvgpu.mbarrier.token

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %out = memref.alloc() : memref<64xi32>
  %u = memref.cast %out : memref<64xi32> to memref<*xi32>
  gpu.host_register %u : memref<*xi32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c64, %sy = %c1, %sz = %c1)
             workgroup(%data : memref<64xi32, #gpu.address_space<workgroup>>) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k3 = arith.constant 3 : index
    %k64 = arith.constant 64 : index
    %one = arith.constant 1 : i32
    %bar = nvgpu.mbarrier.create -> !group
    %isFirst = arith.cmpi eq, %tx, %k0 : index
    scf.if %isFirst {
      nvgpu.mbarrier.init %bar[%k0], %k64 : !group
    }
    gpu.barrier
    %mine = arith.index_cast %tx : index to i32
    %n = arith.addi %tx, %k1 : index
    %neighbour = arith.remui %n, %k64 : index
    %result = scf.for %i = %k0 to %k3 step %k1 iter_args(%v = %mine) -> i32 {
      memref.store %v, %data[%tx] : memref<64xi32, #gpu.address_space<workgroup>>
      %token = nvgpu.mbarrier.arrive %bar[%k0] : !group -> !token
      scf.while : () -> () {
        %done = nvgpu.mbarrier.test.wait %bar[%k0], %token : !group, !token
        %true = arith.constant true
        %again = arith.xori %done, %true : i1
        scf.condition(%again)
      } do {
        scf.yield
      }
      %w = memref.load %data[%neighbour] : memref<64xi32, #gpu.address_space<workgroup>>
      %x = arith.addi %w, %one : i32
      gpu.barrier
      scf.yield %x : i32
    }
    memref.store %result, %out[%tx] : memref<64xi32>
    gpu.terminator
  }
  // Thread i ends with (i + 3) mod 64, plus 3.
  // CHECK: [6, 7, 8, 9, 10, {{.*}}, 65, 66, 3, 4, 5]
  call @printMemrefI32(%u) : (memref<*xi32>) -> ()
  return
}

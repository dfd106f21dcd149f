// Regions of the async dialect on threads of the host, each with streams of its
// own: two fill halves of a buffer, a third waits for both and reverses it.
// `gpu-to-llvm` yields streams in the place of events.
// RUN: mlir-opt %s -gpu-kernel-outlining \
// RUN: | mlir-opt -pass-pipeline='builtin.module(gpu.module(strip-debuginfo,convert-gpu-to-nvvm),nvvm-attach-target)' \
// RUN: | mlir-opt -gpu-async-region -gpu-to-llvm -reconcile-unrealized-casts -gpu-module-to-binary="format=llvm" \
// RUN: | mlir-opt -async-to-async-runtime -async-runtime-ref-counting \
// RUN: | mlir-opt -convert-async-to-llvm -convert-func-to-llvm -convert-arith-to-llvm -convert-cf-to-llvm -reconcile-unrealized-casts > %t
// RUN: mlir-runner %t --entry-point-result=void -O0 \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_async_runtime.so,%mlir_libs/libmlir_runner_utils.so \
// RUN: | FileCheck %s
// RUN: env SPARSEGPU_EMULATOR=hazards,seeds=3 mlir-runner %t --entry-point-result=void -O0 \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_async_runtime.so,%mlir_libs/libmlir_runner_utils.so 2>&1 \
// RUN: | FileCheck %s

// CHECK-NOT: hazard
// CHECK: [13, 12, 11, 10, 3, 2, 1, 0]
func.func @main() {
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c7 = arith.constant 7 : index
  %c8 = arith.constant 8 : index
  %ten = arith.constant 10 : i32
  %host = memref.alloc() : memref<8xi32>
  %any = memref.cast %host : memref<8xi32> to memref<*xi32>
  gpu.host_register %any : memref<*xi32>

  %t0, %f0 = async.execute () -> !async.value<memref<8xi32>> {
    %device = gpu.alloc() : memref<8xi32>
    gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
               threads(%tx, %ty, %tz) in (%nx = %c4, %ny = %c1, %nz = %c1) {
      %v = arith.index_cast %tx : index to i32
      memref.store %v, %device[%tx] : memref<8xi32>
      gpu.terminator
    }
    async.yield %device : memref<8xi32>
  }
  %t1, %f1 = async.execute [%t0] (%f0 as %device : !async.value<memref<8xi32>>)
      -> !async.value<memref<8xi32>> {
    gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
               threads(%tx, %ty, %tz) in (%nx = %c4, %ny = %c1, %nz = %c1) {
      %v = arith.index_cast %tx : index to i32
      %w = arith.addi %v, %ten : i32
      %at = arith.addi %tx, %c4 : index
      memref.store %w, %device[%at] : memref<8xi32>
      gpu.terminator
    }
    async.yield %device : memref<8xi32>
  }
  %t2, %f2 = async.execute [%t0] (%f0 as %device : !async.value<memref<8xi32>>)
      -> !async.value<memref<8xi32>> {
    %copy = gpu.alloc() : memref<8xi32>
    gpu.memcpy %copy, %host : memref<8xi32>, memref<8xi32>
    async.yield %copy : memref<8xi32>
  }
  %t3 = async.execute [%t1, %t2] (%f1 as %device : !async.value<memref<8xi32>>,
                                  %f2 as %copy : !async.value<memref<8xi32>>) {
    gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
               threads(%tx, %ty, %tz) in (%nx = %c8, %ny = %c1, %nz = %c1) {
      %v = memref.load %device[%tx] : memref<8xi32>
      %at = arith.subi %c7, %tx : index
      memref.store %v, %copy[%at] : memref<8xi32>
      gpu.terminator
    }
    gpu.memcpy %host, %copy : memref<8xi32>, memref<8xi32>
    async.yield
  }
  async.await %t3 : !async.token
  call @printMemrefI32(%any) : (memref<*xi32>) -> ()
  return
}
func.func private @printMemrefI32(memref<*xi32>)

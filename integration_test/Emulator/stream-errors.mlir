// A kernel that fails in the background ends the program where it is waited
// for, and what polls for it on another stream does not hang.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | not mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so,%mlir_libs/libmlir_c_runner_utils.so 2>&1 \
// RUN: | FileCheck %s

// CHECK: 7
// CHECK: sparsegpu-emulator: error: kernel 'fail', block (0,0,0), thread (0,0,0): assertion 'no'
// CHECK-NOT: 8

module attributes {gpu.container_module} {
gpu.module @kernels {
  gpu.func @poll(%flag: memref<i32>) kernel {
    %c0 = arith.constant 0 : i32
    scf.while : () -> () {
      %now = memref.atomic_rmw addi %c0, %flag[] : (i32, memref<i32>) -> i32
      %wait = arith.cmpi eq, %now, %c0 : i32
      scf.condition(%wait)
    } do {
      scf.yield
    }
    gpu.return
  }
  gpu.func @fail(%flag: memref<i32>) kernel {
    %no = arith.constant 0 : i1
    %c1 = arith.constant 1 : i32
    cf.assert %no, "no"
    memref.store %c1, %flag[] : memref<i32>
    gpu.return
  }
}

func.func @main() {
  %i1 = arith.constant 1 : index
  %c0 = arith.constant 0 : i32
  %c7 = arith.constant 7 : i32
  %c8 = arith.constant 8 : i32
  %flag = gpu.alloc host_shared () : memref<i32>
  memref.store %c0, %flag[] : memref<i32>
  %s0 = gpu.wait async
  %s1 = gpu.wait async
  %t0 = gpu.launch_func async [%s0] @kernels::@poll blocks in (%i1, %i1, %i1)
      threads in (%i1, %i1, %i1) args(%flag : memref<i32>)
  %t1 = gpu.launch_func async [%s1] @kernels::@fail blocks in (%i1, %i1, %i1)
      threads in (%i1, %i1, %i1) args(%flag : memref<i32>)
  vector.print %c7 : i32
  gpu.wait [%t0, %t1]
  vector.print %c8 : i32
  return
}
}

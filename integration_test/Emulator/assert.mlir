// Each thread whose assertion fails says so, as on a GPU, and goes no further;
// the launch is an error.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | not mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so 2>&1 \
// RUN: | FileCheck %s

// CHECK-DAG: thread 0: first
// CHECK-DAG: thread 1: first
// CHECK-DAG: a.cc:3: f: block: [0,0,0], thread: [0,0,0] Assertion `fails` failed.
// CHECK-DAG: a.cc:3: f: block: [0,0,0], thread: [1,0,0] Assertion `fails` failed.
// CHECK-DAG: assertion 'fails' failed at a.cc:3
// CHECK-NOT: second

module attributes {gpu.container_module} {
gpu.module @kernels {
gpu.func @check(%ok: i1, %bad: i1) kernel {
  %0 = gpu.thread_id x
  cf.assert %ok, "holds"
  gpu.printf "thread %lld: first\n", %0 : index
  cf.assert %bad, "fails" loc(callsite(callsite("f"("a.cc":3:9) at "b.cc":1:8) at "c.cc":1:12))
  gpu.printf "thread %lld: second\n", %0 : index
  gpu.return
}
}
func.func @main() {
  %c2 = arith.constant 2 : index
  %c1 = arith.constant 1 : index
  %no = arith.constant 0 : i1
  %yes = arith.constant 1 : i1
  gpu.launch_func @kernels::@check
      blocks in (%c1, %c1, %c1) threads in (%c2, %c1, %c1) args(%yes : i1, %no : i1)
  return
}
}

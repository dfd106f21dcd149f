// An operation that is not supported yet is refused when the module is loaded.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | not mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so 2>&1 \
// RUN: | FileCheck %s

// CHECK: sparsegpu-emulator: error: kernel 'main_kernel' uses bulk asynchronous copy 'llvm.nvvm.cp.async.bulk.commit.group' of sm_90, which the emulator does not support

func.func @main() {
  %c1 = arith.constant 1 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    nvvm.cp.async.bulk.commit.group
    gpu.terminator
  }
  return
}

// The environment variable turns on counters and hazards under the stock runner:
// the kernel writes one element too far.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN:   -o %t.mlir
// RUN: env SPARSEGPU_EMULATOR=hazards,counters=%t.json mlir-runner %t.mlir \
// RUN:     --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so 2>&1 \
// RUN: | FileCheck %s
// RUN: FileCheck %s --check-prefix=COUNTERS < %t.json
// RUN: env SPARSEGPU_EMULATOR=speed=2 not mlir-runner %t.mlir \
// RUN:     --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so 2>&1 \
// RUN: | FileCheck %s --check-prefix=OPTION

// CHECK: sparsegpu-emulator: hazard: out-of-bounds global access in kernel 'main_kernel', block (0,0,0), thread (64,0,0)
// CHECK-SAME: store of 4 bytes
// CHECK-SAME: device allocation of 256 bytes
// COUNTERS-DAG: "kernel": "main_kernel"
// COUNTERS-DAG: "globalStoreRequests": 3
// COUNTERS-DAG: "globalStoreSectors": 9
// OPTION: sparsegpu-emulator: error: SPARSEGPU_EMULATOR: option 'speed=2': unknown

func.func @main() {
  %c1 = arith.constant 1 : index
  %n = arith.constant 65 : index
  %size = arith.constant 64 : index
  %t0 = gpu.wait async
  %a, %t1 = gpu.alloc async [%t0] (%size) : memref<?xf32>
  %t2 = gpu.launch async [%t1] blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %n, %sy = %c1, %sz = %c1) {
    %zero = arith.constant 0.0 : f32
    memref.store %zero, %a[%tx] : memref<?xf32>
    gpu.terminator
  }
  %t3 = gpu.dealloc async [%t2] %a : memref<?xf32>
  gpu.wait [%t3]
  return
}

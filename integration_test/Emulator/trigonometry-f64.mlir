// sin, cos and tan of f64, with arguments so large that libdevice multiplies words
// of 128 bits to reduce them; the same without CUDA, by the host's library.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | SPARSEGPU_EMULATOR=seeds=4 mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so \
// RUN: | FileCheck %s

func.func private @printMemrefF64(memref<*xf64>)

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %out = memref.alloc() : memref<3x3xf64>
  %in = memref.alloc() : memref<3xf64>
  %small = arith.constant 0.5 : f64
  %large = arith.constant 1.0e+10 : f64
  %huge = arith.constant 1.0e+22 : f64
  memref.store %small, %in[%c0] : memref<3xf64>
  memref.store %large, %in[%c1] : memref<3xf64>
  memref.store %huge, %in[%c2] : memref<3xf64>
  %u = memref.cast %out : memref<3x3xf64> to memref<*xf64>
  %v = memref.cast %in : memref<3xf64> to memref<*xf64>
  gpu.host_register %u : memref<*xf64>
  gpu.host_register %v : memref<*xf64>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c3, %sy = %c1, %sz = %c1) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k2 = arith.constant 2 : index
    %x = memref.load %in[%tx] : memref<3xf64>
    %s = math.sin %x : f64
    %c = math.cos %x : f64
    %t = math.tan %x : f64
    memref.store %s, %out[%k0, %tx] : memref<3x3xf64>
    memref.store %c, %out[%k1, %tx] : memref<3x3xf64>
    memref.store %t, %out[%k2, %tx] : memref<3x3xf64>
    gpu.terminator
  }
  // CHECK:      [0.479426,   -0.487506,   -0.852201]
  // CHECK-NEXT: [0.877583,   0.87312,   0.523215]
  // CHECK-NEXT: [0.546302,   -0.55835,   -1.62878]
  call @printMemrefF64(%u) : (memref<*xf64>) -> ()
  return
}

// printf, and functions of the mathematical library: libdevice when CUDA is
// there, bare __nv_ calls when it is not.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so \
// RUN: | FileCheck %s

func.func private @printMemrefF32(memref<*xf32>)

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %a = memref.alloc() : memref<4x4xf32>
  %u = memref.cast %a : memref<4x4xf32> to memref<*xf32>
  gpu.host_register %u : memref<*xf32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c4, %sy = %c1, %sz = %c1) {
    %i = arith.index_cast %tx : index to i32
    %f = arith.sitofp %i : i32 to f32
    %e = math.exp %f : f32
    %t = math.tanh %f : f32
    %q = math.rsqrt %e : f32
    %p = math.powf %e, %f : f32
    %z = arith.constant 0 : index
    %o = arith.constant 1 : index
    %w = arith.constant 2 : index
    %h = arith.constant 3 : index
    memref.store %e, %a[%z, %tx] : memref<4x4xf32>
    memref.store %t, %a[%o, %tx] : memref<4x4xf32>
    memref.store %q, %a[%w, %tx] : memref<4x4xf32>
    memref.store %p, %a[%h, %tx] : memref<4x4xf32>
    %last = arith.constant 3 : i32
    %is = arith.cmpi eq, %i, %last : i32
    scf.if %is {
      %d = arith.extf %f : f32 to f64
      gpu.printf "thread %d has %g\n", %i, %d : i32, f64
    }
    gpu.terminator
  }
  // CHECK: thread 3 has 3
  // CHECK: [1, 2.71828, 7.38906, 20.0855]
  // CHECK: [0, 0.761594, 0.964028, 0.995055]
  // CHECK: [1, 0.606531, 0.367879, 0.22313]
  // CHECK: [1, 2.71828, 54.598{{[0-9]*}}, 8103.{{[0-9]+}}]
  call @printMemrefF32(%u) : (memref<*xf32>) -> ()
  return
}

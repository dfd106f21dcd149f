// gpu.subgroup_mma: A times the transpose of B, in f16 with f32 accumulators,
// and an elementwise operation on a fragment; f64.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so \
// RUN: | FileCheck %s

// (sum over k of i + k) * 2 + 1, the same in all columns; then f64.
// CHECK: rank = 2
// CHECK-NEXT: [241, 241, 241,
// CHECK-NEXT: [273, 273, 273,
// CHECK: [721, 721, 721,
// CHECK: rank = 2
// CHECK-NEXT: [8.5, 8.5,

func.func private @printMemrefF32(memref<*xf32>)
func.func private @printMemrefF64(memref<*xf64>)

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c32 = arith.constant 32 : index
  %one = arith.constant 1.0 : f16
  %two = arith.constant 2.0 : f64
  %a = memref.alloc() : memref<16x16xf16>
  %b = memref.alloc() : memref<16x16xf16>
  %d = memref.alloc() : memref<16x16xf32>
  %x = memref.alloc() : memref<8x4xf64>
  %y = memref.alloc() : memref<4x8xf64>
  %z = memref.alloc() : memref<8x8xf64>
  scf.for %i = %c0 to %c16 step %c1 {
    scf.for %j = %c0 to %c16 step %c1 {
      %s = arith.addi %i, %j : index
      %v = arith.index_cast %s : index to i32
      %f = arith.sitofp %v : i32 to f16
      memref.store %f, %a[%i, %j] : memref<16x16xf16>
      memref.store %one, %b[%i, %j] : memref<16x16xf16>
    }
  }
  scf.for %i = %c0 to %c8 step %c1 {
    scf.for %j = %c0 to %c4 step %c1 {
      %f = arith.constant 1.0 : f64
      memref.store %f, %x[%i, %j] : memref<8x4xf64>
      memref.store %two, %y[%j, %i] : memref<4x8xf64>
    }
    scf.for %j = %c0 to %c8 step %c1 {
      %half = arith.constant 0.5 : f64
      memref.store %half, %z[%i, %j] : memref<8x8xf64>
    }
  }
  %ua = memref.cast %a : memref<16x16xf16> to memref<*xf16>
  %ub = memref.cast %b : memref<16x16xf16> to memref<*xf16>
  %ud = memref.cast %d : memref<16x16xf32> to memref<*xf32>
  %ux = memref.cast %x : memref<8x4xf64> to memref<*xf64>
  %uy = memref.cast %y : memref<4x8xf64> to memref<*xf64>
  %uz = memref.cast %z : memref<8x8xf64> to memref<*xf64>
  gpu.host_register %ua : memref<*xf16>
  gpu.host_register %ub : memref<*xf16>
  gpu.host_register %ud : memref<*xf32>
  gpu.host_register %ux : memref<*xf64>
  gpu.host_register %uy : memref<*xf64>
  gpu.host_register %uz : memref<*xf64>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%lane, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %fa = gpu.subgroup_mma_load_matrix %a[%c0, %c0] {leadDimension = 16 : index}
      : memref<16x16xf16> -> !gpu.mma_matrix<16x16xf16, "AOp">
    %fb = gpu.subgroup_mma_load_matrix %b[%c0, %c0] {leadDimension = 16 : index, transpose}
      : memref<16x16xf16> -> !gpu.mma_matrix<16x16xf16, "BOp">
    %zero = arith.constant 0.0 : f32
    %fc = gpu.subgroup_mma_constant_matrix %zero : !gpu.mma_matrix<16x16xf32, "COp">
    %p = gpu.subgroup_mma_compute %fa, %fb, %fc {b_transpose}
      : !gpu.mma_matrix<16x16xf16, "AOp">, !gpu.mma_matrix<16x16xf16, "BOp"> -> !gpu.mma_matrix<16x16xf32, "COp">
    %onef = arith.constant 1.0 : f32
    %ones = gpu.subgroup_mma_constant_matrix %onef : !gpu.mma_matrix<16x16xf32, "COp">
    %sum = gpu.subgroup_mma_elementwise addf %p, %p
      : (!gpu.mma_matrix<16x16xf32, "COp">, !gpu.mma_matrix<16x16xf32, "COp">) -> !gpu.mma_matrix<16x16xf32, "COp">
    %all = gpu.subgroup_mma_elementwise addf %sum, %ones
      : (!gpu.mma_matrix<16x16xf32, "COp">, !gpu.mma_matrix<16x16xf32, "COp">) -> !gpu.mma_matrix<16x16xf32, "COp">
    gpu.subgroup_mma_store_matrix %all, %d[%c0, %c0] {leadDimension = 16 : index}
      : !gpu.mma_matrix<16x16xf32, "COp">, memref<16x16xf32>
    %fx = gpu.subgroup_mma_load_matrix %x[%c0, %c0] {leadDimension = 4 : index}
      : memref<8x4xf64> -> !gpu.mma_matrix<8x4xf64, "AOp">
    %fy = gpu.subgroup_mma_load_matrix %y[%c0, %c0] {leadDimension = 8 : index}
      : memref<4x8xf64> -> !gpu.mma_matrix<4x8xf64, "BOp">
    %fh = gpu.subgroup_mma_load_matrix %z[%c0, %c0] {leadDimension = 8 : index}
      : memref<8x8xf64> -> !gpu.mma_matrix<8x8xf64, "COp">
    %fz = gpu.subgroup_mma_compute %fx, %fy, %fh
      : !gpu.mma_matrix<8x4xf64, "AOp">, !gpu.mma_matrix<4x8xf64, "BOp"> -> !gpu.mma_matrix<8x8xf64, "COp">
    gpu.subgroup_mma_store_matrix %fz, %z[%c0, %c0] {leadDimension = 8 : index}
      : !gpu.mma_matrix<8x8xf64, "COp">, memref<8x8xf64>
    gpu.terminator
  }
  call @printMemrefF32(%ud) : (memref<*xf32>) -> ()
  call @printMemrefF64(%uz) : (memref<*xf64>) -> ()
  return
}

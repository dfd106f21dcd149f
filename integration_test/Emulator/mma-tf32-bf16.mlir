// tf32 through nvgpu.mma.sync, whose operands lose their low 13 bits, and bf16
// through nvvm.mma.sync. All elements of A and B are alike, so each lane gets
// one number.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so \
// RUN: | FileCheck %s

// tf32: 8 * 1.5 * 2 + lane; bf16: 16 * 1 * 2 + lane.
// CHECK: [24, 25, 26, {{.*}} 55]
// CHECK: [32, 33, 34, {{.*}} 63]

func.func private @printMemrefF32(memref<*xf32>)

func.func @main() {
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  %t = memref.alloc() : memref<32xf32>
  %b = memref.alloc() : memref<32xf32>
  %ut = memref.cast %t : memref<32xf32> to memref<*xf32>
  %ub = memref.cast %b : memref<32xf32> to memref<*xf32>
  gpu.host_register %ut : memref<*xf32>
  gpu.host_register %ub : memref<*xf32>
  // 1.5 and something that tf32 has no bits for.
  %x = arith.constant 1.5001 : f32
  %two = arith.constant 2.0 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%lane, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %l = arith.index_cast %lane : index to i32
    %f = arith.sitofp %l : i32 to f32
    %fa = vector.broadcast %x : f32 to vector<4x1xf32>
    %fb = vector.broadcast %two : f32 to vector<2x1xf32>
    %fc = vector.broadcast %f : f32 to vector<2x2xf32>
    %d = nvgpu.mma.sync(%fa, %fb, %fc) {mmaShape = [16, 8, 8], tf32Enabled}
      : (vector<4x1xf32>, vector<2x1xf32>, vector<2x2xf32>) -> vector<2x2xf32>
    %e = vector.extract %d[1, 1] : f32 from vector<2x2xf32>
    memref.store %e, %t[%lane] : memref<32xf32>
    // Two bf16: 1.0 and 2.0.
    %ones = llvm.mlir.constant(0x3f803f80 : i32) : i32
    %twos = llvm.mlir.constant(0x40004000 : i32) : i32
    %r = nvvm.mma.sync A[%ones, %ones, %ones, %ones] B[%twos, %twos] C[%f, %f, %f, %f]
      {layoutA = #nvvm.mma_layout<row>, layoutB = #nvvm.mma_layout<col>,
       multiplicandAPtxType = #nvvm.mma_type<bf16>, multiplicandBPtxType = #nvvm.mma_type<bf16>,
       shape = #nvvm.shape<m = 16, n = 8, k = 16>}
      : (i32, i32, f32) -> !llvm.struct<(f32, f32, f32, f32)>
    %s = llvm.extractvalue %r[2] : !llvm.struct<(f32, f32, f32, f32)>
    memref.store %s, %b[%lane] : memref<32xf32>
    gpu.terminator
  }
  call @printMemrefF32(%ut) : (memref<*xf32>) -> ()
  call @printMemrefF32(%ub) : (memref<*xf32>) -> ()
  return
}

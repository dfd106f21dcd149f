// Memrefs as bare pointers on both sides; memory that is copied on a stream; two
// modules, launched in turn.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="host-bare-ptr-calling-convention=1 kernel-bare-ptr-calling-convention=1 cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// RUN: | env SPARSEGPU_EMULATOR=hazards mlir-runner --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so,%mlir_libs/libmlir_c_runner_utils.so 2>&1 \
// RUN: | FileCheck %s

// CHECK-NOT: hazard
// CHECK: {{^}}1
// CHECK-NEXT: {{^}}4
// CHECK-NEXT: {{^}}7
// CHECK-NEXT: {{^}}10
func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %one = arith.constant 1 : i32
  %three = arith.constant 3 : i32
  %host = memref.alloc() : memref<4xi32>
  scf.for %i = %c0 to %c4 step %c1 {
    %v = arith.index_cast %i : index to i32
    memref.store %v, %host[%i] : memref<4xi32>
  }
  %s0 = gpu.wait async
  %device, %s1 = gpu.alloc async [%s0] () : memref<4xi32>
  %s2 = gpu.memcpy async [%s1] %device, %host : memref<4xi32>, memref<4xi32>
  gpu.wait [%s2]
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%nx = %c4, %ny = %c1, %nz = %c1) {
    %v = memref.load %device[%tx] : memref<4xi32>
    %w = arith.muli %v, %three : i32
    memref.store %w, %device[%tx] : memref<4xi32>
    gpu.terminator
  }
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c4, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%nx = %c1, %ny = %c1, %nz = %c1) {
    %v = memref.load %device[%bx] : memref<4xi32>
    %w = arith.addi %v, %one : i32
    memref.store %w, %device[%bx] : memref<4xi32>
    gpu.terminator
  }
  %s3 = gpu.wait async
  %s4 = gpu.memcpy async [%s3] %host, %device : memref<4xi32>, memref<4xi32>
  %s5 = gpu.dealloc async [%s4] %device : memref<4xi32>
  gpu.wait [%s5]
  scf.for %i = %c0 to %c4 step %c1 {
    %v = memref.load %host[%i] : memref<4xi32>
    vector.print %v : i32
  }
  return
}

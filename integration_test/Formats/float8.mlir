// Every kind of 8-bit float, widened on the host: zeros, the smallest and the
// largest subnormal and normal numbers, infinity, NaN.
//
// RUN: sparse-opt %s --sparse-gpu-to-nvvm="format=llvm" \
// RUN:   | mlir-runner -e main --entry-point-result=void \
// RUN:       --shared-libs=%mlir_libs/libmlir_c_runner_utils.so,%mlir_libs/libmlir_runner_utils.so \
// RUN:   | FileCheck %s

module {
  func.func private @printMemrefF32(memref<*xf32>)

  func.func @e4m3(%codes: memref<?xi8>, %out: memref<?xf32>, %n: index) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    scf.for %i = %c0 to %n step %c1 {
      %code = memref.load %codes[%i] : memref<?xi8>
      %x = arith.bitcast %code : i8 to f8E4M3FN
      %y = arith.extf %x : f8E4M3FN to f32
      memref.store %y, %out[%i] : memref<?xf32>
    }
    return
  }

  func.func @e5m2(%codes: memref<?xi8>, %out: memref<?xf32>, %n: index) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    scf.for %i = %c0 to %n step %c1 {
      %code = memref.load %codes[%i] : memref<?xi8>
      %x = arith.bitcast %code : i8 to f8E5M2
      %y = arith.extf %x : f8E5M2 to f32
      memref.store %y, %out[%i] : memref<?xf32>
    }
    return
  }

  memref.global "private" constant @four : memref<12xi8> =
    dense<[0, 128, 1, 135, 7, 8, 136, 56, 199, 126, 127, 255]>
  memref.global "private" constant @five : memref<12xi8> =
    dense<[0, 128, 1, 131, 3, 4, 132, 60, 193, 123, 124, 255]>

  func.func @main() {
    %n = arith.constant 12 : index
    %out = memref.alloc(%n) : memref<?xf32>
    %u = memref.cast %out : memref<?xf32> to memref<*xf32>
    %four = memref.get_global @four : memref<12xi8>
    %f = memref.cast %four : memref<12xi8> to memref<?xi8>
    call @e4m3(%f, %out, %n) : (memref<?xi8>, memref<?xf32>, index) -> ()
    // CHECK: [0, -0, 0.00195312, -0.0136719, 0.0136719, 0.015625, -0.015625, 1, -3.75, 448, {{-?}}nan, {{-?}}nan]
    call @printMemrefF32(%u) : (memref<*xf32>) -> ()
    %five = memref.get_global @five : memref<12xi8>
    %g = memref.cast %five : memref<12xi8> to memref<?xi8>
    call @e5m2(%g, %out, %n) : (memref<?xi8>, memref<?xf32>, index) -> ()
    // CHECK: [0, -0, 1.52588e-05, -4.57764e-05, 4.57764e-05, 6.10352e-05, -6.10352e-05, 1, -2.5, 57344, inf, {{-?}}nan]
    call @printMemrefF32(%u) : (memref<*xf32>) -> ()
    return
  }
}

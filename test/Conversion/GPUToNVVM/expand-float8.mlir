// 8-bit floats are widened without an instruction for them; every other
// widening stays.
// RUN: sparse-opt %s --sparse-gpu-expand-float8 | FileCheck %s

// CHECK-LABEL: func @e5m2(
// CHECK-SAME:    %[[X:.*]]: f8E5M2)
// CHECK:      %[[B:.*]] = arith.bitcast %[[X]] : f8E5M2 to i8
// CHECK:      %[[W:.*]] = arith.extui %[[B]] : i8 to i16
// CHECK:      %[[C:.*]] = arith.constant 8 : i16
// CHECK:      %[[S:.*]] = arith.shli %[[W]], %[[C]] : i16
// CHECK:      %[[H:.*]] = arith.bitcast %[[S]] : i16 to f16
// CHECK:      arith.bitcast %{{.*}} : i16 to f16
// CHECK-NEXT: arith.extf %{{.*}} : f16 to f32

func.func @e5m2(%x: f8E5M2) -> (f16, f32) {
  %0 = arith.extf %x : f8E5M2 to f16
  %1 = arith.extf %x : f8E5M2 to f32
  return %0, %1 : f16, f32
}

// CHECK-LABEL: func @e4m3(
// CHECK:      arith.bitcast %{{.*}} : f8E4M3FN to i8
// CHECK:      %[[N:.*]] = arith.bitcast %{{.*}} : i32 to f32
// CHECK:      arith.mulf %[[N]], %{{.*}} : f32
// CHECK:      arith.cmpi eq
// CHECK:      %[[R:.*]] = arith.select
// CHECK-NEXT: arith.extf %[[R]] : f32 to f64
// CHECK-NOT:  f8E4M3FN to f64
func.func @e4m3(%x: f8E4M3FN) -> f64 {
  %0 = arith.extf %x : f8E4M3FN to f64
  return %0 : f64
}

// CHECK-LABEL: func @other(
// CHECK-NEXT: arith.extf %{{.*}} : f16 to f32
// CHECK-NEXT: return
func.func @other(%x: f16) -> f32 {
  %0 = arith.extf %x : f16 to f32
  return %0 : f32
}

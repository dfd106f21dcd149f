// Elementwise operations behind a contraction become its epilogue.
// RUN: sparse-opt %s --sparse-gpu-linalg-to-contract --canonicalize --sparse-gpu-fuse-epilogue --verify-diagnostics --split-input-file | FileCheck %s

// A chain: broadcast bias, GELU, residual, cast. Nothing of linalg is left.
// CHECK-DAG: #[[MK:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[KN:.*]] = affine_map<(d0, d1, d2) -> (d2, d1)>
// CHECK-DAG: #[[MN:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[N:.*]] = affine_map<(d0, d1, d2) -> (d1)>
// CHECK-LABEL: func.func @chain
// CHECK-SAME: (%[[A:[^:]*]]: tensor<?x?xf16>, %[[B:[^:]*]]: tensor<?x?xf16>, %[[BIAS:[^:]*]]: tensor<?xf32>, %[[R:[^:]*]]: tensor<?x?xf32>, %[[C:[^:]*]]: tensor<?x?xf32>, %[[D:[^:]*]]: tensor<?x?xf16>
// CHECK-NOT: linalg
// CHECK: %[[RESULT:.*]] = sparse_gpu.contract a(%[[A]] : {{.*}}) b(%[[B]] : {{.*}}) inputs(%[[BIAS]], %[[R]] : tensor<?xf32>, tensor<?x?xf32>) outs(%[[D]] : tensor<?x?xf16>) maps [#[[MK]], #[[KN]], #[[MN]]] {input_maps = [#[[N]], #[[MN]]]} epilogue {
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: f32, %[[X:.*]]: f32, %[[Y:.*]]: f32):
// CHECK-NEXT: %[[S:.*]] = arith.addf %[[ACC]], %[[X]] : f32
// CHECK-NEXT: %[[T:.*]] = math.tanh %[[S]] : f32
// CHECK-NEXT: %[[U:.*]] = arith.addf %[[T]], %[[Y]] : f32
// CHECK-NEXT: %[[V:.*]] = arith.truncf %[[U]] : f32 to f16
// CHECK-NEXT: sparse_gpu.yield %[[V]] : f16
// CHECK: return %[[RESULT]]
func.func @chain(%A: tensor<?x?xf16>, %B: tensor<?x?xf16>, %bias: tensor<?xf32>, %R: tensor<?x?xf32>, %C: tensor<?x?xf32>, %D: tensor<?x?xf16>) -> tensor<?x?xf16> {
  %zero = arith.constant 0.0 : f32
  %fill = linalg.fill ins(%zero : f32) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf16>, tensor<?x?xf16>) outs(%fill : tensor<?x?xf32>) -> tensor<?x?xf32>
  %wide = linalg.broadcast ins(%bias : tensor<?xf32>) outs(%C : tensor<?x?xf32>) dimensions = [0]
  %1 = linalg.add ins(%0, %wide : tensor<?x?xf32>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  %2 = linalg.tanh ins(%1 : tensor<?x?xf32>) outs(%1 : tensor<?x?xf32>) -> tensor<?x?xf32>
  %3 = linalg.add ins(%2, %R : tensor<?x?xf32>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  %4 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
    ins(%3 : tensor<?x?xf32>) outs(%D : tensor<?x?xf16>) {
  ^bb0(%x: f32, %out: f16):
    %y = arith.truncf %x : f32 to f16
    linalg.yield %y : f16
  } -> tensor<?x?xf16>
  return %4 : tensor<?x?xf16>
}

// -----

// ReLU with a constant of one value; linalg.elementwise.
// CHECK-LABEL: func.func @relu
// CHECK-NOT: linalg
// CHECK: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK: sparse_gpu.contract
// CHECK: ^bb0(%[[ACC:.*]]: f32):
// CHECK-NEXT: %[[X:.*]] = arith.maximumf %[[ACC]], %[[ZERO]] : f32
// CHECK-NEXT: %[[Y:.*]] = math.exp %[[X]] : f32
// CHECK-NEXT: sparse_gpu.yield %[[Y]]
func.func @relu(%A: tensor<4x8xf16>, %B: tensor<8x6xf16>) -> tensor<4x6xf32> {
  %zeros = arith.constant dense<0.0> : tensor<4x6xf32>
  %empty = tensor.empty() : tensor<4x6xf32>
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%zeros : tensor<4x6xf32>) -> tensor<4x6xf32>
  %1 = linalg.max ins(%0, %zeros : tensor<4x6xf32>, tensor<4x6xf32>) outs(%empty : tensor<4x6xf32>) -> tensor<4x6xf32>
  %2 = linalg.elementwise kind=#linalg.elementwise_kind<exp> ins(%1 : tensor<4x6xf32>) outs(%empty : tensor<4x6xf32>) -> tensor<4x6xf32>
  return %2 : tensor<4x6xf32>
}

// -----

// C that is read becomes an input where the result has another place; a
// transposed result is stored transposed.
// CHECK-DAG: #[[MN:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[NM:.*]] = affine_map<(d0, d1, d2) -> (d1, d0)>
// CHECK-LABEL: func.func @transposed
// CHECK: sparse_gpu.contract {{.*}} inputs(%[[C:.*]] : tensor<4x6xf32>) outs(%{{.*}} : tensor<6x4xf32>) maps [#{{.*}}, #{{.*}}, #[[NM]]] {input_maps = [#[[MN]]]}
// CHECK: ^bb0(%[[ACC:.*]]: f32, %[[OLD:.*]]: f32):
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[ACC]], %[[OLD]] : f32
// CHECK-NEXT: sparse_gpu.yield %[[SUM]]
func.func @transposed(%A: tensor<4x8xf16>, %B: tensor<8x6xf16>, %C: tensor<4x6xf32>) -> tensor<6x4xf32> {
  %empty = tensor.empty() : tensor<6x4xf32>
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%C : tensor<4x6xf32>) -> tensor<4x6xf32>
  %1 = linalg.transpose ins(%0 : tensor<4x6xf32>) outs(%empty : tensor<6x4xf32>) permutation = [1, 0]
  return %1 : tensor<6x4xf32>
}

// -----

// Without C there is nothing to compute: the map changes, and that is all.
// CHECK: #[[NM:.*]] = affine_map<(d0, d1, d2) -> (d1, d0)>
// CHECK-LABEL: func.func @only_transposed
// CHECK: sparse_gpu.contract {{.*}} outs(%{{.*}} : tensor<6x4xf32>) maps [#{{.*}}, #{{.*}}, #[[NM]]] -> tensor<6x4xf32>
func.func @only_transposed(%A: tensor<4x8xf16>, %B: tensor<8x6xf16>) -> tensor<6x4xf32> {
  %zeros = arith.constant dense<0.0> : tensor<4x6xf32>
  %empty = tensor.empty() : tensor<6x4xf32>
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%zeros : tensor<4x6xf32>) -> tensor<4x6xf32>
  %1 = linalg.transpose ins(%0 : tensor<4x6xf32>) outs(%empty : tensor<6x4xf32>) permutation = [1, 0]
  return %1 : tensor<6x4xf32>
}

// -----

// In place: C stays, and what is added to it.
// CHECK-LABEL: func.func @in_place
// CHECK: sparse_gpu.contract {{.*}} inputs(%[[BIAS:.*]] : tensor<4xf32>) outs(%[[C:.*]] : tensor<4x6xf32>) beta maps
// CHECK: ^bb0(%[[ACC:.*]]: f32, %[[X:.*]]: f32):
// CHECK-NEXT: arith.addf %[[X]], %[[ACC]] : f32
func.func @in_place(%A: tensor<4x8xf16>, %B: tensor<8x6xf16>, %C: tensor<4x6xf32>, %bias: tensor<4xf32>) -> tensor<4x6xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%C : tensor<4x6xf32>) -> tensor<4x6xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
    ins(%bias : tensor<4xf32>) outs(%0 : tensor<4x6xf32>) {
  ^bb0(%b: f32, %x: f32):
    %y = arith.addf %b, %x : f32
    linalg.yield %y : f32
  } -> tensor<4x6xf32>
  return %1 : tensor<4x6xf32>
}

// -----

// C made of a bias: the broadcast is not computed. The same of a constant.
// CHECK: #[[N:.*]] = affine_map<(d0, d1, d2) -> (d1)>
// CHECK-LABEL: func.func @bias_in_c
// CHECK-NOT: linalg
// CHECK: sparse_gpu.contract {{.*}} inputs(%[[BIAS:.*]] : tensor<6xf16>) outs(%{{.*}} : tensor<4x6xf16>) maps {{.*}} {input_maps = [#[[N]]]}
// CHECK: ^bb0(%[[ACC:.*]]: f32, %[[X:.*]]: f16):
// CHECK-NEXT: %[[W:.*]] = arith.extf %[[X]] : f16 to f32
// CHECK-NEXT: %[[S:.*]] = arith.addf %[[ACC]], %[[W]] : f32
// CHECK-NEXT: arith.truncf %[[S]] : f32 to f16
// CHECK: %[[THREE:.*]] = arith.constant 3 : i32
// CHECK: sparse_gpu.contract {{.*}} outs(%{{.*}} : tensor<4x6xi32>) maps
// CHECK: ^bb0(%[[ACC:.*]]: i32):
// CHECK-NEXT: arith.addi %[[ACC]], %[[THREE]] : i32
func.func @bias_in_c(%A: tensor<4x8xf16>, %B: tensor<8x6xf16>, %bias: tensor<6xf16>, %P: tensor<4x8xi8>, %Q: tensor<8x6xi8>) -> (tensor<4x6xf16>, tensor<4x6xi32>) {
  %empty = tensor.empty() : tensor<4x6xf16>
  %C = linalg.broadcast ins(%bias : tensor<6xf16>) outs(%empty : tensor<4x6xf16>) dimensions = [0]
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%C : tensor<4x6xf16>) -> tensor<4x6xf16>
  %D = arith.constant dense<3> : tensor<4x6xi32>
  %1 = linalg.matmul ins(%P, %Q : tensor<4x8xi8>, tensor<8x6xi8>) outs(%D : tensor<4x6xi32>) -> tensor<4x6xi32>
  return %0, %1 : tensor<4x6xf16>, tensor<4x6xi32>
}

// -----

// f16 that is widened at once was never rounded; f16 that is computed with is.
// CHECK-LABEL: func.func @roundings
// CHECK: ^bb0(%[[ACC:.*]]: f32):
// CHECK-NEXT: %[[E:.*]] = math.exp %[[ACC]] : f32
// CHECK-NEXT: sparse_gpu.yield %[[E]] : f32
// CHECK: ^bb0(%[[ACC:.*]]: f32):
// CHECK-NEXT: %[[R:.*]] = arith.truncf %[[ACC]] : f32 to f16
// CHECK-NEXT: %[[E:.*]] = math.exp %[[R]] : f16
// CHECK-NEXT: sparse_gpu.yield %[[E]] : f16
func.func @roundings(%A: tensor<4x8xf16>, %B: tensor<8x6xf16>) -> (tensor<4x6xf32>, tensor<4x6xf16>) {
  %zeros = arith.constant dense<0.0> : tensor<4x6xf16>
  %empty = tensor.empty() : tensor<4x6xf32>
  %empty16 = tensor.empty() : tensor<4x6xf16>
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%zeros : tensor<4x6xf16>) -> tensor<4x6xf16>
  %1 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
    ins(%0 : tensor<4x6xf16>) outs(%empty : tensor<4x6xf32>) {
  ^bb0(%x: f16, %out: f32):
    %w = arith.extf %x : f16 to f32
    %y = math.exp %w : f32
    linalg.yield %y : f32
  } -> tensor<4x6xf32>
  %2 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%zeros : tensor<4x6xf16>) -> tensor<4x6xf16>
  %3 = linalg.exp ins(%2 : tensor<4x6xf16>) outs(%empty16 : tensor<4x6xf16>) -> tensor<4x6xf16>
  return %1, %3 : tensor<4x6xf32>, tensor<4x6xf16>
}

// -----

// Integers that become floats, by a scalar from outside; x * x reads one value
// twice.
// CHECK-LABEL: func.func @quantised
// CHECK-SAME: %[[S:[^ :]*]]: f32
// CHECK: sparse_gpu.contract {{.*}} outs(%{{.*}} : tensor<4x6xf32>)
// CHECK: ^bb0(%[[ACC:.*]]: i32):
// CHECK-NEXT: %[[F:.*]] = arith.sitofp %[[ACC]] : i32 to f32
// CHECK-NEXT: %[[P:.*]] = arith.mulf %[[F]], %[[S]] : f32
// CHECK-NEXT: %[[Q:.*]] = arith.mulf %[[P]], %[[P]] : f32
// CHECK-NEXT: sparse_gpu.yield %[[Q]] : f32
func.func @quantised(%A: tensor<4x8xi8>, %B: tensor<8x6xi8>, %s: f32) -> tensor<4x6xf32> {
  %zeros = arith.constant dense<0> : tensor<4x6xi32>
  %empty = tensor.empty() : tensor<4x6xf32>
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xi8>, tensor<8x6xi8>) outs(%zeros : tensor<4x6xi32>) -> tensor<4x6xi32>
  %1 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> ()>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
    ins(%0, %s : tensor<4x6xi32>, f32) outs(%empty : tensor<4x6xf32>) {
  ^bb0(%x: i32, %f: f32, %out: f32):
    %w = arith.sitofp %x : i32 to f32
    %y = arith.mulf %w, %f : f32
    linalg.yield %y : f32
  } -> tensor<4x6xf32>
  %2 = linalg.mul ins(%1, %1 : tensor<4x6xf32>, tensor<4x6xf32>) outs(%empty : tensor<4x6xf32>) -> tensor<4x6xf32>
  return %2 : tensor<4x6xf32>
}

// -----

// A destination that the body reads is an input, without a copy of it: each
// element is read before it is written. Transposed, there is other memory for it.
// RUN: sparse-opt %s --split-input-file --sparse-gpu-linalg-to-contract --canonicalize --sparse-gpu-fuse-epilogue --sparse-gpu-bufferize 2>/dev/null | FileCheck %s --check-prefix=BUFFER
// BUFFER-LABEL: func.func @added_to(
// BUFFER-NOT: memref.{{copy|alloc}}
// BUFFER: sparse_gpu.contract {{.*}} inputs(%[[R:.*]] : memref<4x6xf32>) outs(%[[R]] : memref<4x6xf32>)
// BUFFER-LABEL: func.func @added_to_transposed
// BUFFER: %[[OTHER:.*]] = memref.alloc
// BUFFER: sparse_gpu.contract {{.*}} inputs(%[[R:.*]] : memref<4x4xf32>) outs(%[[OTHER]] :
// CHECK-LABEL: func.func @added_to(
// CHECK: sparse_gpu.contract {{.*}} inputs(%[[R:.*]] : tensor<4x6xf32>) outs(%[[R]] : tensor<4x6xf32>)
func.func @added_to(%A: tensor<4x8xf16>, %B: tensor<8x6xf16>, %R: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %zeros = arith.constant dense<0.0> : tensor<4x6xf32>
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%zeros : tensor<4x6xf32>) -> tensor<4x6xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
    ins(%0 : tensor<4x6xf32>) outs(%R : tensor<4x6xf32>) {
  ^bb0(%x: f32, %r: f32):
    %y = arith.addf %x, %r : f32
    linalg.yield %y : f32
  } -> tensor<4x6xf32>
  return %1 : tensor<4x6xf32>
}

func.func @added_to_transposed(%A: tensor<4x8xf16>, %B: tensor<8x4xf16>, %R: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %zeros = arith.constant dense<0.0> : tensor<4x4xf32>
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x4xf16>) outs(%zeros : tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n, m)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
    ins(%0, %R : tensor<4x4xf32>, tensor<4x4xf32>) outs(%R : tensor<4x4xf32>) {
  ^bb0(%x: f32, %r: f32, %out: f32):
    %y = arith.addf %x, %r : f32
    linalg.yield %y : f32
  } -> tensor<4x4xf32>
  return %1 : tensor<4x4xf32>
}

// -----

// Users that are not elementwise are none of its business.
// CHECK-LABEL: func.func @product_of_product
// CHECK-COUNT-2: sparse_gpu.contract
func.func @product_of_product(%A: tensor<4x8xf16>, %B: tensor<8x6xf16>, %C: tensor<6x5xf16>, %D: tensor<4x6xf16>, %E: tensor<4x5xf16>) -> tensor<4x5xf16> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%D : tensor<4x6xf16>) -> tensor<4x6xf16>
  %1 = linalg.matmul ins(%0, %C : tensor<4x6xf16>, tensor<6x5xf16>) outs(%E : tensor<4x5xf16>) -> tensor<4x5xf16>
  return %1 : tensor<4x5xf16>
}

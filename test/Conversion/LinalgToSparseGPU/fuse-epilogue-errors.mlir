// Near misses: each is named with the rule that it breaks, and stays.
// RUN: sparse-opt %s --sparse-gpu-linalg-to-contract --sparse-gpu-fuse-epilogue --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @other_users
// CHECK: linalg.exp
func.func @other_users(%A: tensor<4x8xf16>, %B: tensor<8x6xf16>, %C: tensor<4x6xf32>) -> (tensor<4x6xf32>, tensor<4x6xf32>) {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%C : tensor<4x6xf32>) -> tensor<4x6xf32>
  // expected-remark @+1 {{'linalg.exp' is not a part of the contraction's epilogue: the contraction's result has other users (EPI-1); it stays on the CPU}}
  %1 = linalg.exp ins(%0 : tensor<4x6xf32>) outs(%C : tensor<4x6xf32>) -> tensor<4x6xf32>
  return %0, %1 : tensor<4x6xf32>, tensor<4x6xf32>
}

// -----

// It would be computed anew in each iteration.
// CHECK-LABEL: func.func @in_loop
// CHECK: linalg.add
func.func @in_loop(%A: tensor<4x8xf16>, %B: tensor<8x6xf16>, %C: tensor<4x6xf32>, %n: index) -> tensor<4x6xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%C : tensor<4x6xf32>) -> tensor<4x6xf32>
  %1 = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %C) -> tensor<4x6xf32> {
    // expected-remark @+1 {{'linalg.add' is not a part of the contraction's epilogue: the contraction is in another block (EPI-1)}}
    %2 = linalg.add ins(%0, %sum : tensor<4x6xf32>, tensor<4x6xf32>) outs(%sum : tensor<4x6xf32>) -> tensor<4x6xf32>
    scf.yield %2 : tensor<4x6xf32>
  }
  return %1 : tensor<4x6xf32>
}

// -----

// CHECK-LABEL: func.func @both_orders
// CHECK: linalg.generic
func.func @both_orders(%A: tensor<4x8xf16>, %B: tensor<8x4xf16>, %C: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x4xf16>) outs(%C : tensor<4x4xf32>) -> tensor<4x4xf32>
  // expected-remark @+1 {{it must read each element of the contraction's result once (EPI-2)}}
  %1 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n, m)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
    ins(%0, %0 : tensor<4x4xf32>, tensor<4x4xf32>) outs(%C : tensor<4x4xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %2 = arith.addf %x, %y : f32
    linalg.yield %2 : f32
  } -> tensor<4x4xf32>
  return %1 : tensor<4x4xf32>
}

// -----

// CHECK-LABEL: func.func @spread
// CHECK: linalg.broadcast
func.func @spread(%A: tensor<4x8xf16>, %B: tensor<8x6xf16>, %C: tensor<4x6xf32>, %D: tensor<3x4x6xf32>) -> tensor<3x4x6xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%C : tensor<4x6xf32>) -> tensor<4x6xf32>
  // expected-remark @+1 {{'linalg.broadcast' is not a part of the contraction's epilogue: it must read each element of the contraction's result once (EPI-2)}}
  %1 = linalg.broadcast ins(%0 : tensor<4x6xf32>) outs(%D : tensor<3x4x6xf32>) dimensions = [0]
  return %1 : tensor<3x4x6xf32>
}

// -----

// Written over itself in another order.
// CHECK-LABEL: func.func @over_itself
// CHECK: linalg.transpose
func.func @over_itself(%A: tensor<4x8xf16>, %B: tensor<8x4xf16>, %C: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x4xf16>) outs(%C : tensor<4x4xf32>) -> tensor<4x4xf32>
  // expected-remark @+1 {{it overwrites the contraction's result in another order (EPI-2)}}
  %1 = linalg.transpose ins(%0 : tensor<4x4xf32>) outs(%0 : tensor<4x4xf32>) permutation = [1, 0]
  return %1 : tensor<4x4xf32>
}

// -----

// CHECK-LABEL: func.func @diagonal
// CHECK: linalg.generic
func.func @diagonal(%A: tensor<4x8xf16>, %B: tensor<8x6xf16>, %C: tensor<4x6xf32>, %D: tensor<9xf32>) -> tensor<4x6xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%C : tensor<4x6xf32>) -> tensor<4x6xf32>
  // expected-remark @+1 {{the subscripts of operand 1 must be loops, each at most once (EPI-2)}}
  %1 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m + n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
    ins(%0, %D : tensor<4x6xf32>, tensor<9xf32>) outs(%C : tensor<4x6xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %2 = arith.addf %x, %y : f32
    linalg.yield %2 : f32
  } -> tensor<4x6xf32>
  return %1 : tensor<4x6xf32>
}

// -----

// Sizes that the types say differ.
func.func @sizes(%A: tensor<4x8xf16>, %B: tensor<8x?xf16>, %C: tensor<?x?xf32>, %D: tensor<5x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x?xf16>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  // expected-remark @+1 {{sizes of operand 1 are not those of the contraction (EPI-2)}}
  %1 = linalg.add ins(%0, %D : tensor<?x?xf32>, tensor<5x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %1 : tensor<?x?xf32>
}

// -----

func.func @result_sizes(%A: tensor<4x8xf16>, %B: tensor<8x?xf16>, %C: tensor<?x?xf32>, %D: tensor<5x?xf32>) -> tensor<5x?xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x?xf16>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  // expected-remark @+1 {{sizes of its result are not those of the contraction (EPI-2)}}
  %1 = linalg.exp ins(%0 : tensor<?x?xf32>) outs(%D : tensor<5x?xf32>) -> tensor<5x?xf32>
  return %1 : tensor<5x?xf32>
}

// -----

func.func @sparse(%A: tensor<4x8xf16>, %B: tensor<8x6xf16>, %C: tensor<4x6xf32>, %D: tensor<4x6xf32, #sparse_gpu.csr>) -> tensor<4x6xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%C : tensor<4x6xf32>) -> tensor<4x6xf32>
  // expected-remark @+1 {{operand 1 is sparse (EPI-2)}}
  %1 = linalg.mul ins(%0, %D : tensor<4x6xf32>, tensor<4x6xf32, #sparse_gpu.csr>) outs(%C : tensor<4x6xf32>) -> tensor<4x6xf32>
  return %1 : tensor<4x6xf32>
}

// -----

// CHECK-LABEL: func.func @index
// CHECK: linalg.index
func.func @index(%A: tensor<4x8xi8>, %B: tensor<8x6xi8>, %C: tensor<4x6xi32>) -> tensor<4x6xi32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xi8>, tensor<8x6xi8>) outs(%C : tensor<4x6xi32>) -> tensor<4x6xi32>
  // expected-remark @+1 {{its body holds 'linalg.index', which is no scalar operation of arith or math on integers and floats of 16 bits or more (EPI-3)}}
  %1 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
    ins(%0 : tensor<4x6xi32>) outs(%C : tensor<4x6xi32>) {
  ^bb0(%x: i32, %out: i32):
    %m = linalg.index 0 : index
    %i = arith.index_cast %m : index to i32
    %2 = arith.addi %x, %i : i32
    linalg.yield %2 : i32
  } -> tensor<4x6xi32>
  return %1 : tensor<4x6xi32>
}

// -----

func.func @two_results(%A: tensor<4x8xf16>, %B: tensor<8x6xf16>, %C: tensor<4x6xf32>) -> (tensor<4x6xf32>, tensor<4x6xf32>) {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%C : tensor<4x6xf32>) -> tensor<4x6xf32>
  // expected-remark @+1 {{it must have one result (EPI-3)}}
  %1:2 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
    ins(%0 : tensor<4x6xf32>) outs(%C, %C : tensor<4x6xf32>, tensor<4x6xf32>) {
  ^bb0(%x: f32, %o1: f32, %o2: f32):
    %2 = math.exp %x : f32
    linalg.yield %2, %x : f32, f32
  } -> (tensor<4x6xf32>, tensor<4x6xf32>)
  return %1#0, %1#1 : tensor<4x6xf32>, tensor<4x6xf32>
}

// -----

func.func @type(%A: tensor<4x8xf16>, %B: tensor<8x6xf16>, %C: tensor<4x6xf32>, %D: tensor<4x6xf64>) -> tensor<4x6xf64> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%C : tensor<4x6xf32>) -> tensor<4x6xf32>
  // expected-remark @+1 {{a contraction of elements of type f16 with sums of type f32 does not store elements of type f64 (EPI-4)}}
  %1 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
    ins(%0 : tensor<4x6xf32>) outs(%D : tensor<4x6xf64>) {
  ^bb0(%x: f32, %out: f64):
    %2 = arith.extf %x : f32 to f64
    linalg.yield %2 : f64
  } -> tensor<4x6xf64>
  return %1 : tensor<4x6xf64>
}

// -----

// Sums of a sparse product would be f64.
// CHECK-LABEL: func.func @wider
// CHECK: linalg.generic
func.func @wider(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %D: tensor<?x?xf64>) -> tensor<?x?xf64> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  // expected-remark @+1 {{a contraction of elements of type f32 with sums of type f32 does not store elements of type f64 (EPI-4)}}
  %1 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
    ins(%0 : tensor<?x?xf32>) outs(%D : tensor<?x?xf64>) {
  ^bb0(%x: f32, %out: f64):
    %y = arith.extf %x : f32 to f64
    linalg.yield %y : f64
  } -> tensor<?x?xf64>
  return %1 : tensor<?x?xf64>
}

// -----

// CHECK-LABEL: func.func @sizes
// CHECK: linalg.add
func.func @sizes(%A: tensor<10x20xf32, #sparse_gpu.csr>, %B: tensor<20x?xf32>, %C: tensor<?x?xf32>, %R: tensor<?x7xf32>, %D: tensor<11x?xf32>) -> tensor<11x?xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<10x20xf32, #sparse_gpu.csr>) b(%B : tensor<20x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  // expected-remark @+1 {{sizes of its result are not those of the contraction (EPI-2)}}
  %1 = linalg.add ins(%0, %R : tensor<?x?xf32>, tensor<?x7xf32>) outs(%D : tensor<11x?xf32>) -> tensor<11x?xf32>
  return %1 : tensor<11x?xf32>
}

// -----

// Nothing lowers a rounding to 8 bits.
// CHECK-LABEL: func.func @narrow
// CHECK: linalg.generic
func.func @narrow(%A: tensor<4x8xf16>, %B: tensor<8x6xf16>, %C: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf16>, tensor<8x6xf16>) outs(%C : tensor<4x6xf32>) -> tensor<4x6xf32>
  // expected-remark @+1 {{its body holds 'arith.truncf', which is no scalar operation of arith or math on integers and floats of 16 bits or more (EPI-3)}}
  %1 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
    ins(%0 : tensor<4x6xf32>) outs(%C : tensor<4x6xf32>) {
  ^bb0(%x: f32, %out: f32):
    %y = arith.truncf %x : f32 to f8E4M3FN
    %z = arith.extf %y : f8E4M3FN to f32
    linalg.yield %z : f32
  } -> tensor<4x6xf32>
  return %1 : tensor<4x6xf32>
}

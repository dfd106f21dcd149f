// Elementwise operations behind a sparse product become its epilogue.
// RUN: sparse-opt %s --sparse-gpu-fuse-epilogue --verify-diagnostics --split-input-file | FileCheck %s

// A sparse product: alpha stays, C times beta becomes an input, C is transposed.
// CHECK-DAG: #[[MN:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[M:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func.func @sparse
// CHECK-SAME: (%[[A:[^:]*]]: tensor<?x?xf16, #sparse_gpu.csr>, %[[B:[^:]*]]: tensor<?x?xf16>, %[[C:[^:]*]]: tensor<?x?xf32>, %[[BIAS:[^:]*]]: tensor<?xf32>, %[[D:[^:]*]]: tensor<?x?xf16>, %[[ALPHA:[^:]*]]: f32, %[[BETA:[^:]*]]: f32)
// CHECK-NOT: linalg
// CHECK: sparse_gpu.spmm a(%[[A]] : {{.*}}) b(%[[B]] : {{.*}}) inputs(%[[C]], %[[BIAS]] : tensor<?x?xf32>, tensor<?xf32>) outs(%[[D]] : tensor<?x?xf16>) alpha(%[[ALPHA]] : f32) {input_maps = [#[[MN]], #[[M]]], transpose_c} epilogue {
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: f32, %[[X:.*]]: f32, %[[Y:.*]]: f32):
// CHECK-NEXT: %[[P:.*]] = arith.mulf %[[X]], %[[BETA]] : f32
// CHECK-NEXT: %[[S:.*]] = arith.addf %[[ACC]], %[[P]] : f32
// CHECK-NEXT: %[[U:.*]] = arith.addf %[[S]], %[[Y]] : f32
// CHECK-NEXT: %[[V:.*]] = arith.truncf %[[U]] : f32 to f16
// CHECK-NEXT: sparse_gpu.yield %[[V]] : f16
func.func @sparse(%A: tensor<?x?xf16, #sparse_gpu.csr>, %B: tensor<?x?xf16>, %C: tensor<?x?xf32>, %bias: tensor<?xf32>, %D: tensor<?x?xf16>, %alpha: f32, %beta: f32) -> tensor<?x?xf16> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf16, #sparse_gpu.csr>) b(%B : tensor<?x?xf16>) outs(%C : tensor<?x?xf32>) alpha(%alpha : f32) beta(%beta : f32) -> tensor<?x?xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (n, m)>], iterator_types = ["parallel", "parallel"]}
    ins(%0, %bias : tensor<?x?xf32>, tensor<?xf32>) outs(%D : tensor<?x?xf16>) {
  ^bb0(%x: f32, %b: f32, %out: f16):
    %y = arith.addf %x, %b : f32
    %z = arith.truncf %y : f32 to f16
    linalg.yield %z : f16
  } -> tensor<?x?xf16>
  return %1 : tensor<?x?xf16>
}

// -----

// Another semiring, a vector, and a constant in C that becomes a part of the
// epilogue.
// CHECK-LABEL: func.func @longest
// CHECK-NOT: linalg
// CHECK: sparse_gpu.spmm {{.*}} combine {
// CHECK: reduce {
// CHECK: epilogue {
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: f32):
// CHECK-NEXT: %[[E:.*]] = math.exp %[[ACC]] : f32
// CHECK-NEXT: sparse_gpu.yield %[[E]] : f32
func.func @longest(%A: tensor<?x?xf32, #sparse_gpu.csr>, %x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%x : tensor<?xf32>) outs(%y : tensor<?xf32>) identity(0xFF800000 : f32)
    combine {
    ^bb0(%a: f32, %b: f32):
      %s = arith.addf %a, %b : f32
      sparse_gpu.yield %s : f32
    } reduce {
    ^bb0(%a: f32, %b: f32):
      %s = arith.maximumf %a, %b : f32
      sparse_gpu.yield %s : f32
    } -> tensor<?xf32>
  %1 = linalg.exp ins(%0 : tensor<?xf32>) outs(%0 : tensor<?xf32>) -> tensor<?xf32>
  return %1 : tensor<?xf32>
}

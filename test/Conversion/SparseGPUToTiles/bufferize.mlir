// The whole module is bufferized: spmm in place, dense and sparse CPU code too.
// RUN: sparse-opt %s --sparse-gpu-bufferize --split-input-file | FileCheck %s
// RUN: sparse-opt %s --sparse-gpu-bufferize="enable-runtime-library=false" --split-input-file | FileCheck %s --check-prefix=CODEGEN

#csr = #sparse_gpu.csr

// Identity layouts at the boundary of functions.
// CHECK-LABEL: func.func @spmm(
// CHECK-SAME:    %[[P:[^:]*]]: memref<?xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[V:[^:]*]]: memref<?xf32>, %[[M:[^:]*]]: index, %[[K:[^:]*]]: index, %[[B:[^:]*]]: memref<?x?xf32>, %[[C:[^:]*]]: memref<?x?xf32>)
// CHECK-SAME:    -> memref<?x?xf32>
// CHECK:         sparse_gpu.spmm a(%[[P]], %[[CRD]], %[[V]], %[[M]], %[[K]] : {{.*}}) b(%[[B]] : memref<?x?xf32>) outs(%[[C]] : memref<?x?xf32>)
// CHECK:         return %[[C]]
// CODEGEN-LABEL: func.func @spmm(
func.func @spmm(%p: tensor<?xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>, %m: index, %k: index, %B: tensor<?x?xf32>, %C: tensor<?x?xf32> {bufferization.writable = true}) -> tensor<?x?xf32> {
  %0 = sparse_gpu.spmm a(%p, %c, %v, %m, %k : tensor<?xi32>, tensor<?xi32>, tensor<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) schedules [#sparse_gpu.schedule] -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#COO = #sparse_tensor.encoding<{ map = (i, j) -> (i : compressed(nonunique), j : singleton) }>

// A named operation on an upstream tensor becomes loops over its entries, with
// upstream's library or, without it, generated storage.
// CHECK-LABEL: func.func @cpu(
// CHECK-SAME:    %[[A:[^:]*]]: !llvm.ptr, %[[B:[^:]*]]: memref<8x2xf32>, %[[C:[^:]*]]: memref<4x2xf32>)
// CHECK:         call @sparsePositions0(%[[A]]
// CHECK-NOT:     linalg.matmul
// CHECK:         scf.while
// CHECK:           memref.store %{{.*}}, %[[C]]
// CODEGEN-LABEL: func.func @cpu(
// CODEGEN-SAME:    memref<?xindex>
// CODEGEN-NOT:     !llvm.ptr
// CODEGEN-NOT:     linalg.matmul
// CODEGEN:         scf.while
func.func @cpu(%A: tensor<4x8xf32, #COO>, %B: tensor<8x2xf32>, %C: tensor<4x2xf32> {bufferization.writable = true}) -> tensor<4x2xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf32, #COO>, tensor<8x2xf32>) outs(%C : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

// -----

// Dense operations on tensors become operations on memrefs.
// CHECK-LABEL: func.func @dense(
// CHECK:         linalg.matmul ins(%{{.*}}, %{{.*}} : memref<4x8xf32>, memref<8x2xf32>) outs(%{{.*}} : memref<4x2xf32>)
// CODEGEN-LABEL: func.func @dense(
func.func @dense(%A: tensor<4x8xf32>, %B: tensor<8x2xf32>, %C: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf32>, tensor<8x2xf32>) outs(%C : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

// spmm on storage bufferizes in place into C, and into a copy where the old C
// is used later.
// RUN: sparse-opt %s --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   --split-input-file | FileCheck %s

#csr = #sparse_gpu.csr

// CHECK-LABEL: func @in_place(
// CHECK-SAME:    %[[POS:[^:]*]]: memref<?xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[VAL:[^:]*]]: memref<?xf32>, %[[M:[^:]*]]: index, %[[K:[^:]*]]: index
// CHECK-SAME:    %[[B:[^:]*]]: memref<?x?xf32>, %[[C:[^:]*]]: memref<?x?xf32>
// CHECK-NOT:     memref.copy
// CHECK:         sparse_gpu.spmm a(%[[POS]], %[[CRD]], %[[VAL]], %[[M]], %[[K]] : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #sparse_gpu.csr>)
// CHECK-SAME:      b(%[[B]] : memref<?x?xf32>) outs(%[[C]] : memref<?x?xf32>) beta(%{{.*}} : f32)
// CHECK-SAME:      schedules [#sparse_gpu.schedule<unit = row>]
// CHECK:         return %[[C]]
func.func @in_place(%p: tensor<?xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>,
    %m: index, %k: index, %B: tensor<?x?xf32>,
    %C: tensor<?x?xf32> {bufferization.writable = true}, %beta: f32) -> tensor<?x?xf32> {
  %0 = sparse_gpu.spmm a(%p, %c, %v, %m, %k : tensor<?xi32>, tensor<?xi32>,
                         tensor<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) beta(%beta : f32)
    schedules [#sparse_gpu.schedule<unit = row>] -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#csr = #sparse_gpu.csr

// Both the old and the new C are returned.
// CHECK-LABEL: func @copied(
// CHECK-SAME:    %[[C:[^:]*]]: memref<8x16xf32>)
// CHECK:         %[[NEW:.*]] = memref.alloc() {{.*}}: memref<8x16xf32>
// CHECK:         memref.copy %[[C]], %[[NEW]]
// CHECK:         sparse_gpu.spmm {{.*}} outs(%[[NEW]] : memref<8x16xf32>) beta(
// CHECK:         return %[[C]], %[[NEW]]
func.func @copied(%p: tensor<9xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>,
    %B: tensor<8x16xf32>, %beta: f32, %C: tensor<8x16xf32>)
    -> (tensor<8x16xf32>, tensor<8x16xf32>) {
  %0 = sparse_gpu.spmm a(%p, %c, %v : tensor<9xi32>, tensor<?xi32>,
                         tensor<?xf32> of tensor<8x8xf32, #csr>)
    b(%B : tensor<8x16xf32>) outs(%C : tensor<8x16xf32>) beta(%beta : f32)
    -> tensor<8x16xf32>
  return %C, %0 : tensor<8x16xf32>, tensor<8x16xf32>
}

// -----

#csr = #sparse_gpu.csr

// Without beta the old C is not read, so a new buffer needs no copy.
// CHECK-LABEL: func @not_read(
// CHECK-SAME:    %[[C:[^:]*]]: memref<8x16xf32>)
// CHECK:         %[[NEW:.*]] = memref.alloc()
// CHECK-NOT:     memref.copy
// CHECK:         sparse_gpu.spmm {{.*}} outs(%[[NEW]] : memref<8x16xf32>)
func.func @not_read(%p: tensor<9xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>,
    %B: tensor<8x16xf32>, %C: tensor<8x16xf32>)
    -> (tensor<8x16xf32>, tensor<8x16xf32>) {
  %0 = sparse_gpu.spmm a(%p, %c, %v : tensor<9xi32>, tensor<?xi32>,
                         tensor<?xf32> of tensor<8x8xf32, #csr>)
    b(%B : tensor<8x16xf32>) outs(%C : tensor<8x16xf32>) -> tensor<8x16xf32>
  return %C, %0 : tensor<8x16xf32>, tensor<8x16xf32>
}

// -----

#csr = #sparse_gpu.csr

// B may not be the buffer of C: the kernel reads B while it writes C.
// CHECK-LABEL: func @b_is_c(
// CHECK-SAME:    %[[X:[^:]*]]: memref<8x8xf32>)
// CHECK:         %[[NEW:.*]] = memref.alloc()
// CHECK:         sparse_gpu.spmm {{.*}} b(%[[X]] : memref<8x8xf32>) outs(%[[NEW]] : memref<8x8xf32>)
func.func @b_is_c(%p: tensor<9xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>,
    %X: tensor<8x8xf32> {bufferization.writable = true}) -> tensor<8x8xf32> {
  %0 = sparse_gpu.spmm a(%p, %c, %v : tensor<9xi32>, tensor<?xi32>,
                         tensor<?xf32> of tensor<8x8xf32, #csr>)
    b(%X : tensor<8x8xf32>) outs(%X : tensor<8x8xf32>) -> tensor<8x8xf32>
  return %0 : tensor<8x8xf32>
}

// -----

#csr = #sparse_gpu.csr

// The regions move along.
// CHECK-LABEL: func @regions(
// CHECK:         sparse_gpu.spmm {{.*}} inputs(%{{.*}} : memref<?xf32>) outs(%{{.*}} : memref<?x?xf32>) {input_maps
// CHECK-SAME:      epilogue {
// CHECK:           arith.addf
// CHECK:           sparse_gpu.yield
func.func @regions(%p: tensor<?xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>,
    %m: index, %k: index, %B: tensor<?x?xf32>, %bias: tensor<?xf32>,
    %C: tensor<?x?xf32> {bufferization.writable = true}) -> tensor<?x?xf32> {
  %0 = sparse_gpu.spmm a(%p, %c, %v, %m, %k : tensor<?xi32>, tensor<?xi32>,
                         tensor<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : tensor<?x?xf32>) inputs(%bias : tensor<?xf32>) outs(%C : tensor<?x?xf32>)
    {input_maps = [affine_map<(m, n) -> (m)>]} epilogue {
    ^bb0(%acc: f32, %b: f32):
      %1 = arith.addf %acc, %b : f32
      sparse_gpu.yield %1 : f32
    } -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

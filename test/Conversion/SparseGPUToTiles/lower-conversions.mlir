// Conversions between formats: constants, or calls of the packers; and who
// frees the storage.
// RUN: sparse-opt %s --sparse-gpu-lower-conversions --split-input-file | FileCheck %s

#csr = #sparse_gpu.csr<positions = i64, coordinates = index>
#bsr = #sparse_gpu.bsr<rows = 2, columns = 4>

// CHECK-DAG: llvm.mlir.global internal constant @[[TEXT:.*]]("{{.*}}lower-conversions.mlir:[[#@LINE+34]]:10: sparse_gpu.convert: operand of type tensor<?x8xf16, #sparse_gpu.csr<positions = i64, coordinates = index>> as tensor<?x?xf16, #sparse_gpu.bsr<rows = 2, columns = 4>>\00")
// CHECK-DAG: func.func private @sparsegpu_conversion_begin(!llvm.ptr, index, index) -> !llvm.ptr
// CHECK-DAG: func.func private @sparsegpu_conversion_count(!llvm.ptr, index) -> index

// CHECK-LABEL: func @calls(
// CHECK-SAME:    %[[X:.*]]: tensor<?x8xf16
// CHECK:      %[[PARTS:.*]]:4 = sparse_gpu.disassemble %[[X]]
// CHECK:      %[[K:.*]] = arith.constant 8 : index
// CHECK:      %[[H:.*]] = call @sparsegpu_conversion_begin(%{{.*}}, %[[PARTS]]#3, %[[K]])
// CHECK:      %[[W64:.*]] = arith.constant 64
// CHECK:      %[[W0:.*]] = arith.constant 0
// CHECK:      call @sparsegpu_conversion_from(%[[H]], %{{.*}}, %[[W64]], %[[W0]], %{{.*}})
// CHECK:      %[[B:.*]] = bufferization.to_buffer %[[PARTS]]#0 read_only : tensor<?xi64> to memref<?xi64>
// CHECK:      %[[N:.*]] = memref.dim %[[B]]
// CHECK:      %[[AT:.*]] = memref.extract_aligned_pointer_as_index %[[B]]
// CHECK:      call @sparsegpu_conversion_field(%[[H]], %[[AT]], %[[N]])
// CHECK-COUNT-2: call @sparsegpu_conversion_field(%[[H]]
// CHECK:      call @sparsegpu_conversion_to(%[[H]]
// CHECK-COUNT-2: call @sparsegpu_conversion_parameter(%[[H]]
// CHECK:      call @sparsegpu_conversion_run(%[[H]])
// CHECK:      %[[COUNT:.*]] = call @sparsegpu_conversion_count(%[[H]]
// CHECK:      %[[M:.*]] = memref.alloc(%[[COUNT]]) : memref<?xi32>
// CHECK:      %[[TO:.*]] = memref.extract_aligned_pointer_as_index %[[M]]
// CHECK:      call @sparsegpu_conversion_take(%[[H]], %{{.*}}, %[[TO]])
// CHECK:      bufferization.to_tensor %[[M]] restrict : memref<?xi32> to tensor<?xi32>
// CHECK-COUNT-2: call @sparsegpu_conversion_take(%[[H]]
// CHECK:      call @sparsegpu_conversion_end(%[[H]])
// CHECK:      sparse_gpu.assemble fields({{.*}}) sizes(%[[PARTS]]#3, %[[K]])
// CHECK:      sparse_gpu.spmm
// CHECK:      memref.dealloc %[[M]]
// CHECK-COUNT-2: memref.dealloc
// CHECK-NEXT: return
func.func @calls(%x: tensor<?x8xf16, #csr>, %b: tensor<?x?xf16>, %c: tensor<?x?xf16>) -> tensor<?x?xf16> {
  // The operand is not copied, and what is made is freed after its last use.
    %y = sparse_gpu.convert %x : tensor<?x8xf16, #csr> to tensor<?x?xf16, #bsr>
  %r = sparse_gpu.spmm a(%y : tensor<?x?xf16, #bsr>) b(%b : tensor<?x?xf16>)
    outs(%c : tensor<?x?xf16>) -> tensor<?x?xf16>
  return %r : tensor<?x?xf16>
}

// What a function gets, looks at and does not give back, is freed by who made
// it; in a loop, each time.
// CHECK-LABEL: func @in_a_loop(
// CHECK:      scf.for
// CHECK:        call @sparsegpu_conversion_end
// CHECK:        call @use
// CHECK-COUNT-3: memref.dealloc
// CHECK-NEXT:   scf.yield
func.func private @use(%x: tensor<?x?xf16, #bsr>, %b: tensor<?x?xf16>, %c: tensor<?x?xf16>) -> tensor<?x?xf16> {
  %r = sparse_gpu.spmm a(%x : tensor<?x?xf16, #bsr>) b(%b : tensor<?x?xf16>)
    outs(%c : tensor<?x?xf16>) -> tensor<?x?xf16>
  return %r : tensor<?x?xf16>
}
func.func @in_a_loop(%x: tensor<?x8xf16, #csr>, %b: tensor<?x?xf16>, %c: tensor<?x?xf16>, %n: index) -> tensor<?x?xf16> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%sum = %c) -> tensor<?x?xf16> {
    %y = sparse_gpu.convert %x : tensor<?x8xf16, #csr> to tensor<?x?xf16, #bsr>
    %s = func.call @use(%y, %b, %sum) : (tensor<?x?xf16, #bsr>, tensor<?x?xf16>, tensor<?x?xf16>) -> tensor<?x?xf16>
    scf.yield %s : tensor<?x?xf16>
  }
  return %r : tensor<?x?xf16>
}

// What is returned belongs to the caller, and what an unknown function gets may
// be kept.
// CHECK-LABEL: func @leaves(
// CHECK-NOT: memref.dealloc
// CHECK:     return
func.func private @unknown(tensor<?x?xf16, #bsr>)
func.func @leaves(%x: tensor<?x8xf16, #csr>) -> tensor<?x?xf16, #bsr> {
  %y = sparse_gpu.convert %x : tensor<?x8xf16, #csr> to tensor<?x?xf16, #bsr>
  %z = sparse_gpu.convert %x : tensor<?x8xf16, #csr> to tensor<?x?xf16, #bsr>
  call @unknown(%z) : (tensor<?x?xf16, #bsr>) -> ()
  return %y : tensor<?x?xf16, #bsr>
}

// From and to dense matrices.
// CHECK-LABEL: func @dense(
// CHECK-SAME:    %[[D:.*]]: tensor<?x3xf32>)
// CHECK:      %[[B:.*]] = bufferization.to_buffer %[[D]] read_only : tensor<?x3xf32> to memref<?x3xf32>
// CHECK:      %[[SIZE:.*]] = arith.muli
// CHECK:      call @sparsegpu_conversion_field({{.*}}, %[[SIZE]])
// CHECK:      %[[M:.*]] = memref.alloc(%{{.*}}) : memref<?x3xf32>
// CHECK:      bufferization.to_tensor %[[M]] restrict writable : memref<?x3xf32> to tensor<?x3xf32>
func.func @dense(%d: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %0 = sparse_gpu.convert %d : tensor<?x3xf32> to tensor<?x3xf32, #sparse_gpu.bsr>
  %1 = sparse_gpu.convert %0 : tensor<?x3xf32, #sparse_gpu.bsr> to tensor<?x3xf32>
  return %1 : tensor<?x3xf32>
}

// A constant, and a format that stays.
// CHECK-LABEL: func @constant(
// CHECK-NOT:  call
// CHECK:      sparse_gpu.assemble
// CHECK-NEXT: tensor.cast
// CHECK-NEXT: return
func.func @constant() -> tensor<?x2xf32, #sparse_gpu.csr> {
  %d = arith.constant dense<[[1.0, 0.0], [0.0, 2.0]]> : tensor<2x2xf32>
  %0 = sparse_gpu.convert %d : tensor<2x2xf32> to tensor<2x2xf32, #sparse_gpu.csr>
  %1 = sparse_gpu.convert %0 : tensor<2x2xf32, #sparse_gpu.csr> to tensor<?x2xf32, #sparse_gpu.csr>
  return %1 : tensor<?x2xf32, #sparse_gpu.csr>
}

// A program written for upstream's sparsifier: data made by
// sparse_tensor.convert, C not zero at the start, two calls, a row without
// nonzeros, dynamic shapes, compressed columns, and one operation (on rows that
// are compressed and dense inside) that stays on the CPU.
// It compiles with sparse-opt in place of mlir-opt --sparsifier and runs under
// the stock mlir-runner.
//
// RUN: sparse-opt %s --sparse-gpu-to-nvvm="format=llvm" 2>&1 >%t.mlir \
// RUN:   | FileCheck %s --check-prefix=REMARK
// RUN: mlir-runner %t.mlir -e main --entry-point-result=void \
// RUN:   --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_c_runner_utils.so,%mlir_libs/libmlir_runner_utils.so \
// RUN:   | FileCheck %s
//
// The same without upstream's sparse runtime library.
// RUN: sparse-opt %s --sparse-gpu-to-nvvm="format=llvm enable-runtime-library=false" 2>/dev/null \
// RUN:   | mlir-runner -e main --entry-point-result=void \
// RUN:   --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_c_runner_utils.so,%mlir_libs/libmlir_runner_utils.so \
// RUN:   | FileCheck %s

// REMARK: remark: 'linalg.matmul' was not taken to the GPU: operand #0
// REMARK-SAME: the levels must be {{.*}}; it stays on the CPU
// REMARK-NOT:  remark:

#CSR = #sparse_tensor.encoding<{
  map = (i, j) -> (i : dense, j : compressed)
}>
#CSC = #sparse_tensor.encoding<{
  map = (i, j) -> (j : dense, i : compressed)
}>
#ROWS = #sparse_tensor.encoding<{
  map = (i, j) -> (i : compressed, j : dense)
}>

module {
  func.func private @printMemrefF32(
      tensor<*xf32> {bufferization.access = "read"})

  func.func @spmm(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>,
                  %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
    %0 = linalg.matmul
      ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
    return %0 : tensor<?x?xf32>
  }

  func.func @columns(%A: tensor<?x?xf32, #CSC>, %B: tensor<?x?xf32>,
                     %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
    %0 = linalg.matmul
      ins(%A, %B : tensor<?x?xf32, #CSC>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
    return %0 : tensor<?x?xf32>
  }

  func.func @on_cpu(%A: tensor<?x?xf32, #ROWS>, %B: tensor<?x?xf32>,
                    %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
    %0 = linalg.matmul
      ins(%A, %B : tensor<?x?xf32, #ROWS>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
    return %0 : tensor<?x?xf32>
  }

  // A dense matrix of dynamic shape, made of a constant.
  func.func @ones(%m: index, %n: index) -> tensor<?x?xf32> {
    %c = arith.constant 1.0 : f32
    %e = tensor.empty(%m, %n) : tensor<?x?xf32>
    %f = linalg.fill ins(%c : f32) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
    return %f : tensor<?x?xf32>
  }

  func.func @main() {
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    // Row 1 has no nonzeros.
    %a = arith.constant dense<[[1.0, 0.0, 2.0, 0.0, 0.0],
                               [0.0, 0.0, 0.0, 0.0, 0.0],
                               [0.0, 3.0, 0.0, 0.0, 4.0],
                               [5.0, 6.0, 7.0, 8.0, 9.0]]> : tensor<4x5xf32>
    %b = arith.constant dense<[[1.0, 2.0, 3.0],
                               [4.0, 5.0, 6.0],
                               [7.0, 8.0, 9.0],
                               [10.0, 11.0, 12.0],
                               [13.0, 14.0, 15.0]]> : tensor<5x3xf32>
    %ad = tensor.cast %a : tensor<4x5xf32> to tensor<?x?xf32>
    %bd = tensor.cast %b : tensor<5x3xf32> to tensor<?x?xf32>
    %csr = sparse_tensor.convert %ad : tensor<?x?xf32> to tensor<?x?xf32, #CSR>
    %csc = sparse_tensor.convert %ad : tensor<?x?xf32> to tensor<?x?xf32, #CSC>
    %rows = sparse_tensor.convert %ad
      : tensor<?x?xf32> to tensor<?x?xf32, #ROWS>

    %c0 = call @ones(%c4, %c3) : (index, index) -> tensor<?x?xf32>
    %first = call @spmm(%csr, %bd, %c0)
      : (tensor<?x?xf32, #CSR>, tensor<?x?xf32>, tensor<?x?xf32>)
        -> tensor<?x?xf32>
    %u0 = tensor.cast %first : tensor<?x?xf32> to tensor<*xf32>
    // CHECK: sizes = [4, 3]
    // CHECK:      {{\[}}[16,   19,   22],
    // CHECK-NEXT: [1,   1,   1],
    // CHECK-NEXT: [65,   72,   79],
    // CHECK-NEXT: [276,   311,   346]
    call @printMemrefF32(%u0) : (tensor<*xf32>) -> ()

    // Adds once more.
    %second = call @spmm(%csr, %bd, %first)
      : (tensor<?x?xf32, #CSR>, tensor<?x?xf32>, tensor<?x?xf32>)
        -> tensor<?x?xf32>
    %u1 = tensor.cast %second : tensor<?x?xf32> to tensor<*xf32>
    // CHECK:      {{\[}}[31,   37,   43],
    // CHECK-NEXT: [1,   1,   1],
    // CHECK-NEXT: [129,   143,   157],
    // CHECK-NEXT: [551,   621,   691]
    call @printMemrefF32(%u1) : (tensor<*xf32>) -> ()

    %c1 = call @ones(%c4, %c3) : (index, index) -> tensor<?x?xf32>
    %columns = call @columns(%csc, %bd, %c1)
      : (tensor<?x?xf32, #CSC>, tensor<?x?xf32>, tensor<?x?xf32>)
        -> tensor<?x?xf32>
    %u2 = tensor.cast %columns : tensor<?x?xf32> to tensor<*xf32>
    // CHECK:      {{\[}}[16,   19,   22],
    // CHECK-NEXT: [1,   1,   1],
    // CHECK-NEXT: [65,   72,   79],
    // CHECK-NEXT: [276,   311,   346]
    call @printMemrefF32(%u2) : (tensor<*xf32>) -> ()

    %c2 = call @ones(%c4, %c3) : (index, index) -> tensor<?x?xf32>
    %cpu = call @on_cpu(%rows, %bd, %c2)
      : (tensor<?x?xf32, #ROWS>, tensor<?x?xf32>, tensor<?x?xf32>)
        -> tensor<?x?xf32>
    %u3 = tensor.cast %cpu : tensor<?x?xf32> to tensor<*xf32>
    // CHECK:      {{\[}}[16,   19,   22],
    // CHECK-NEXT: [1,   1,   1],
    // CHECK-NEXT: [65,   72,   79],
    // CHECK-NEXT: [276,   311,   346]
    call @printMemrefF32(%u3) : (tensor<*xf32>) -> ()
    return
  }
}

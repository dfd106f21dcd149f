// Conversions under the stock mlir-runner, of a constant and of a matrix that
// is made when the program runs; upstream's sparse tensors as operands.
//
// DEFINE: %{libs} = %sparsegpu_libs/libsparsegpu_emulator.so,%sparsegpu_libs/libsparsegpu_formats.so,%mlir_libs/libmlir_c_runner_utils.so,%mlir_libs/libmlir_runner_utils.so
// RUN: sparse-opt %s --sparse-gpu-to-nvvm="format=llvm" \
// RUN:   | mlir-runner -e main --entry-point-result=void --shared-libs=%{libs} | FileCheck %s
//
// A matrix that the format cannot hold: the message, and nothing after it.
// RUN: sparse-opt %s --sparse-gpu-to-nvvm="format=llvm" \
// RUN:   | not mlir-runner -e lossy --entry-point-result=void --shared-libs=%{libs} 2>&1 \
// RUN:   | FileCheck %s --check-prefix=LOSSY

#up = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 16, crdWidth = 8 }>
#bsr = #sparse_gpu.bsr<rows = 2, columns = 2>

module {
  func.func private @printMemrefF32(tensor<*xf32> {bufferization.access = "read"})

  func.func @multiply(%A: tensor<3x4xf32, #bsr>, %B: tensor<4x2xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<3x2xf32>
    %c = linalg.fill ins(%zero : f32) outs(%e : tensor<3x2xf32>) -> tensor<3x2xf32>
    %r = linalg.matmul ins(%A, %B : tensor<3x4xf32, #bsr>, tensor<4x2xf32>)
      outs(%c : tensor<3x2xf32>) -> tensor<3x2xf32>
    %u = tensor.cast %r : tensor<3x2xf32> to tensor<*xf32>
    call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
    return
  }

  func.func @main() {
    %A = arith.constant sparse<[[2, 3], [0, 1], [2, 0]], [3.0, 1.0, 2.0]> : tensor<3x4xf32>
    %B = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32>
    // CHECK:      {{\[}}[3,   4],
    // CHECK-NEXT: [0,   0],
    // CHECK-NEXT: [23,   28]]
    %0 = sparse_gpu.convert %A : tensor<3x4xf32> to tensor<3x4xf32, #bsr>
    call @multiply(%0, %B) : (tensor<3x4xf32, #bsr>, tensor<4x2xf32>) -> ()
    // CHECK:      {{\[}}[3,   4],
    // CHECK-NEXT: [0,   0],
    // CHECK-NEXT: [23,   28]]
    %1 = sparse_tensor.convert %A : tensor<3x4xf32> to tensor<3x4xf32, #up>
    %2 = sparse_tensor.convert %1 : tensor<3x4xf32, #up> to tensor<3x4xf32, #bsr>
    call @multiply(%2, %B) : (tensor<3x4xf32, #bsr>, tensor<4x2xf32>) -> ()
    return
  }

  // LOSSY:     sparsegpu: error: {{.*}}:[[#@LINE+7]]:10: sparse_gpu.convert: operand of type tensor<?x4xf32> as tensor<?x4xf32, #sparse_gpu.nm>: row 0 has 4 entries in group 0, columns 0 to 3; 2:4 storage holds 2
  // LOSSY-NOT: {{.}}
  func.func @lossy() {
    %c2 = arith.constant 2 : index
    %one = arith.constant 1.0 : f32
    %e = tensor.empty(%c2) : tensor<?x4xf32>
    %d = linalg.fill ins(%one : f32) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
    %A = sparse_gpu.convert %d : tensor<?x4xf32> to tensor<?x4xf32, #sparse_gpu.nm>
    %B = arith.constant dense<1.0> : tensor<4x2xf32>
    %g = tensor.empty(%c2) : tensor<?x2xf32>
    %zero = arith.constant 0.0 : f32
    %f = linalg.fill ins(%zero : f32) outs(%g : tensor<?x2xf32>) -> tensor<?x2xf32>
    %r = linalg.matmul ins(%A, %B : tensor<?x4xf32, #sparse_gpu.nm>, tensor<4x2xf32>)
      outs(%f : tensor<?x2xf32>) -> tensor<?x2xf32>
    %u = tensor.cast %r : tensor<?x2xf32> to tensor<*xf32>
    call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
    return
  }
}

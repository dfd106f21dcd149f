// operands=device: what cannot be in device memory, or would run on the CPU, is
// an error.
//
// RUN: sparse-opt %s --sparse-gpu-to-nvvm="operands=device" \
// RUN:   -split-input-file -verify-diagnostics

#CSR = #sparse_tensor.encoding<{
  map = (i, j) -> (i : dense, j : compressed)
}>
func.func @upstream(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x64xf32>,
                    %C: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // expected-error@+1 {{'linalg.matmul' was not taken to the GPU: operand #0 of type 'tensor<?x?xf32, #sparse_tensor.encoding<{ map = (d0, d1) -> (d0 : dense, d1 : compressed) }>>': upstream keeps the storage of its sparse tensors in host memory, which operands=device does not copy}}
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x64xf32>)
                     outs(%C : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

// -----

func.func @allocates(%A: tensor<?x?xf32, #sparse_gpu.csr>,
                     %B: tensor<?x64xf32>, %m: index) -> tensor<?x64xf32> {
  %zero = arith.constant 0.0 : f32
  // expected-error@+1 {{'memref.alloc' would run on the CPU or allocate, which operands=device does not do}}
  %e = tensor.empty(%m) : tensor<?x64xf32>
  %c = linalg.fill ins(%zero : f32) outs(%e : tensor<?x64xf32>)
    -> tensor<?x64xf32>
  %0 = linalg.matmul
    ins(%A, %B : tensor<?x?xf32, #sparse_gpu.csr>, tensor<?x64xf32>)
    outs(%c : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

// -----

func.func @convert(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x64xf32>,
                   %C: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // expected-error @+1 {{'sparse_gpu.convert' of operand #0 of type 'tensor<?x?xf32, #sparse_gpu.csr>' to 'tensor<?x?xf32, #sparse_gpu.coo>': it runs on the host and allocates, which operands=device does not do: convert before, or use operands=host (LVL3-5)}}
  %A2 = sparse_gpu.convert %A : tensor<?x?xf32, #sparse_gpu.csr> to tensor<?x?xf32, #sparse_gpu.coo>
  %0 = linalg.matmul ins(%A2, %B : tensor<?x?xf32, #sparse_gpu.coo>, tensor<?x64xf32>)
                     outs(%C : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

// -----

func.func @constant(%B: tensor<2x64xf32>, %C: tensor<2x64xf32>) -> tensor<2x64xf32> {
  %d = arith.constant dense<[[1.0, 0.0], [0.0, 2.0]]> : tensor<2x2xf32>
  // expected-error @+1 {{'memref.get_global' is a constant in host memory, which a kernel cannot read with operands=device: pass it as an argument (LVL3-5)}}
  %A = sparse_gpu.convert %d : tensor<2x2xf32> to tensor<2x2xf32, #sparse_gpu.csr>
  %0 = linalg.matmul ins(%A, %B : tensor<2x2xf32, #sparse_gpu.csr>, tensor<2x64xf32>)
                     outs(%C : tensor<2x64xf32>) -> tensor<2x64xf32>
  return %0 : tensor<2x64xf32>
}

// What is not taken is named, with the operand and the rule; it stays on the
// CPU, unless require-gpu makes it an error (require-gpu.mlir).
// RUN: sparse-opt %s --sparse-gpu-linalg-to-spmm --split-input-file --verify-diagnostics

#COO = #sparse_tensor.encoding<{ map = (i, j) -> (i : compressed(nonunique, nonordered), j : singleton(nonordered)) }>

// Triplets in no order.
func.func @f(%A: tensor<?x?xf32, #COO>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.matmul' was not taken to the GPU: operand #0 of type '{{.*}}': the levels must be ordered; it stays on the CPU}}
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #COO>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

#LOOSE = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : loose_compressed) }>

// Gaps between the rows.
func.func @f(%A: tensor<?x?xf32, #LOOSE>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.matmul' was not taken to the GPU: operand #0 of type '{{.*}}': the levels must be (dense, compressed), (compressed, compressed), or (compressed(nonunique), singleton); it stays on the CPU}}
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #LOOSE>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

#BSR = #sparse_tensor.encoding<{ map = (i, j) -> (i floordiv 2 : dense, j floordiv 2 : compressed, j mod 2 : dense, i mod 2 : dense) }>

// Blocks column by column.
func.func @f(%A: tensor<?x?xf32, #BSR>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.matmul' was not taken to the GPU: operand #0 of type '{{.*}}': the levels of blocks must be (dense, compressed, dense, dense), in the order of the dimensions; it stays on the CPU}}
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #BSR>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

#SLICE = #sparse_tensor.encoding<{ map = (i : #sparse_tensor<slice(0, ?, 1)>, j : #sparse_tensor<slice(0, ?, 1)>) -> (i : dense, j : compressed) }>

func.func @f(%A: tensor<?x?xf32, #SLICE>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.matmul' was not taken to the GPU: operand #0 of type '{{.*}}': slices of sparse tensors are not taken; it stays on the CPU}}
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #SLICE>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

#ONES = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), explicitVal = 1.0 : f32 }>

func.func @f(%A: tensor<?x?xf32, #ONES>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.matmul' was not taken to the GPU: operand #0 of type '{{.*}}': explicitVal and implicitVal are not taken; it stays on the CPU}}
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #ONES>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32, #CSR>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.matmul' was not taken to the GPU: operand #1 of type '{{.*}}': only one operand may be sparse; it stays on the CPU}}
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32, #CSR>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

func.func @f(%A: tensor<?x?xf32>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32, #CSR>) {
  // expected-remark-re @+1 {{'linalg.matmul' was not taken to the GPU: operand #2 of type '{{.*}}': a sparse result is not taken; it stays on the CPU}}
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32, #CSR>) -> tensor<?x?xf32, #CSR>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// Sparse A and sparse C: the second is named.
func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32, #CSR>) {
  // expected-remark-re @+1 {{'linalg.matmul' was not taken to the GPU: operand #2 of type '{{.*}}': a sparse result is not taken; it stays on the CPU}}
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32, #CSR>) -> tensor<?x?xf32, #CSR>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// Integers.
func.func @f(%A: tensor<?x?xi32, #CSR>, %B: tensor<?x?xi32>, %C: tensor<?x?xi32>) {
  // expected-remark-re @+1 {{'linalg.matmul' was not taken to the GPU: operand #0 of type '{{.*}}': the body must multiply the two inputs in floating point, widened at most, and add the product to the output; it stays on the CPU}}
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xi32, #CSR>, tensor<?x?xi32>) outs(%C : tensor<?x?xi32>) -> tensor<?x?xi32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

func.func @f(%A: tensor<?x?xf8E4M3FN, #CSR>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.matmul' was not taken to the GPU: operand #0 of type '{{.*}}': elements must be f16, bf16, f32 or f64; it stays on the CPU}}
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf8E4M3FN, #CSR>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf8E5M2>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.matmul' was not taken to the GPU: operand #1 of type '{{.*}}': elements must be f16, bf16, f32 or f64; it stays on the CPU}}
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf8E5M2>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

#B = #sparse_tensor.encoding<{ map = (b, i, j) -> (b : dense, i : dense, j : compressed) }>

// A batch.
func.func @f(%A: tensor<?x?x?xf32, #B>, %B: tensor<?x?x?xf32>, %C: tensor<?x?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.batch_matmul' was not taken to the GPU: operand #0 of type '{{.*}}': the sparse operand must be a matrix; it stays on the CPU}}
  %0 = linalg.batch_matmul ins(%A, %B : tensor<?x?x?xf32, #B>, tensor<?x?x?xf32>) outs(%C : tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// The body negates an input: its value must not be lost.
func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.generic' was not taken to the GPU: operand #0 of type '{{.*}}': the body must multiply the two inputs in floating point, widened at most, and add the product to the output; it stays on the CPU}}
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                       affine_map<(m, n, k) -> (k, n)>,
                       affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %n = arith.negf %a : f32
      %1 = arith.mulf %n, %b : f32
      %2 = arith.addf %c, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// It subtracts.
func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.generic' was not taken to the GPU: operand #0 of type '{{.*}}': the body must multiply the two inputs in floating point, widened at most, and add the product to the output; it stays on the CPU}}
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                       affine_map<(m, n, k) -> (k, n)>,
                       affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %1 = arith.mulf %a, %b : f32
      %2 = arith.subf %c, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// Another semiring.
func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.generic' was not taken to the GPU: operand #0 of type '{{.*}}': the body must multiply the two inputs in floating point, widened at most, and add the product to the output; it stays on the CPU}}
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                       affine_map<(m, n, k) -> (k, n)>,
                       affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %1 = arith.addf %a, %b : f32
      %2 = arith.maximumf %c, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// It squares one input.
func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.generic' was not taken to the GPU: operand #0 of type '{{.*}}': the body must multiply the two inputs in floating point, widened at most, and add the product to the output; it stays on the CPU}}
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                       affine_map<(m, n, k) -> (k, n)>,
                       affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %1 = arith.mulf %a, %a : f32
      %2 = arith.addf %c, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// It does not add to the output.
func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.generic' was not taken to the GPU: operand #0 of type '{{.*}}': the body must multiply the two inputs in floating point, widened at most, and add the product to the output; it stays on the CPU}}
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                       affine_map<(m, n, k) -> (k, n)>,
                       affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %1 = arith.mulf %a, %b : f32
      %2 = arith.addf %1, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// Something follows the addition.
func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.generic' was not taken to the GPU: operand #0 of type '{{.*}}': the body must multiply the two inputs in floating point, widened at most, and add the product to the output; it stays on the CPU}}
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                       affine_map<(m, n, k) -> (k, n)>,
                       affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %1 = arith.mulf %a, %b : f32
      %2 = arith.addf %c, %1 : f32
      %3 = math.exp %2 : f32
      linalg.yield %3 : f32
  } -> tensor<?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// Three inputs.
func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>, %D: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.generic' was not taken to the GPU: operand #0 of type '{{.*}}': only operations with two inputs and one output are taken; it stays on the CPU}}
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                       affine_map<(m, n, k) -> (k, n)>,
                       affine_map<(m, n, k) -> (m, n)>,
                       affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%A, %B, %D : tensor<?x?xf32, #CSR>, tensor<?x?xf32>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32, %d: f32):
      %1 = arith.mulf %a, %b : f32
      %2 = arith.mulf %1, %c : f32
      %3 = arith.addf %d, %2 : f32
      linalg.yield %3 : f32
  } -> tensor<?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// A map that adds.
func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.generic' was not taken to the GPU: operand #1 of type '{{.*}}': indexing maps must be projected permutations; it stays on the CPU}}
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                       affine_map<(m, n, k) -> (k + n, n)>,
                       affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %1 = arith.mulf %a, %b : f32
      %2 = arith.addf %c, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// Elementwise.
func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.generic' was not taken to the GPU: operand #0 of type '{{.*}}': exactly one reduction loop is taken; it stays on the CPU}}
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, k) -> (m, k)>,
                       affine_map<(m, k) -> (m, k)>,
                       affine_map<(m, k) -> (m, k)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %1 = arith.mulf %a, %b : f32
      %2 = arith.addf %c, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// A full contraction.
func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>, %C: tensor<f32>) {
  // expected-remark-re @+1 {{'linalg.generic' was not taken to the GPU: operand #0 of type '{{.*}}': exactly one reduction loop is taken; it stays on the CPU}}
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, k) -> (m, k)>,
                       affine_map<(m, k) -> (m, k)>,
                       affine_map<(m, k) -> ()>],
      iterator_types = ["reduction", "reduction"]}
      ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>)
      outs(%C : tensor<f32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %1 = arith.mulf %a, %b : f32
      %2 = arith.addf %c, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<f32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// One sparse matrix with a batch of dense ones.
func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?x?xf32>, %C: tensor<?x?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.generic' was not taken to the GPU: operand #1 of type '{{.*}}': the dense operand must be a matrix or a vector, without batch dimensions; it stays on the CPU}}
  %0 = linalg.generic {
      indexing_maps = [affine_map<(b, m, n, k) -> (m, k)>,
                       affine_map<(b, m, n, k) -> (b, k, n)>,
                       affine_map<(b, m, n, k) -> (b, m, n)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?x?xf32>)
      outs(%C : tensor<?x?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %1 = arith.mulf %a, %b : f32
      %2 = arith.addf %c, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<?x?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// The sparse operand is not contracted.
func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.generic' was not taken to the GPU: operand #0 of type '{{.*}}': the reduction loop must run over the sparse operand; it stays on the CPU}}
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, n)>,
                       affine_map<(m, n, k) -> (m, k)>,
                       affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %1 = arith.mulf %a, %b : f32
      %2 = arith.addf %c, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// The dense operand is not contracted.
func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.generic' was not taken to the GPU: operand #1 of type '{{.*}}': the maps are not those of a matrix product; it stays on the CPU}}
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                       affine_map<(m, n, k) -> (m, n)>,
                       affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %1 = arith.mulf %a, %b : f32
      %2 = arith.addf %c, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// The dense operand has the rows of the sparse one.
func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.generic' was not taken to the GPU: operand #1 of type '{{.*}}': the maps are not those of a matrix product; it stays on the CPU}}
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                       affine_map<(m, n, k) -> (k, m)>,
                       affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %1 = arith.mulf %a, %b : f32
      %2 = arith.addf %c, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<?x?xf32>
  return
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// The output has the reduction loop as a dimension.
func.func @f(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-remark-re @+1 {{'linalg.generic' was not taken to the GPU: operand #1 of type '{{.*}}': the maps are not those of a matrix product; it stays on the CPU}}
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                       affine_map<(m, n, k) -> (k, n)>,
                       affine_map<(m, n, k) -> (m, k)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %1 = arith.mulf %a, %b : f32
      %2 = arith.addf %c, %1 : f32
      linalg.yield %2 : f32
  } -> tensor<?x?xf32>
  return
}

// -----

// Nothing else can compile an operation on a #sparse_gpu format: an error.

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32, #sparse_gpu.csr>, %C: tensor<?x?xf32>) {
  // expected-error-re @+1 {{'linalg.matmul' was not taken to the GPU: operand #1 of type '{{.*}}': only one operand may be sparse}}
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #sparse_gpu.csr>, tensor<?x?xf32, #sparse_gpu.csr>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xi32, #sparse_gpu.csr>, %B: tensor<?x?xi32>, %C: tensor<?x?xi32>) {
  // expected-error-re @+1 {{'linalg.matmul' was not taken to the GPU: operand #0 of type '{{.*}}': the body must multiply the two inputs in floating point, widened at most, and add the product to the output}}
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xi32, #sparse_gpu.csr>, tensor<?x?xi32>) outs(%C : tensor<?x?xi32>) -> tensor<?x?xi32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %i: index) -> f32 {
  // expected-error @+1 {{'tensor.extract' has an operand or result with a #sparse_gpu format, which no lowering takes (LVL0-1)}}
  %0 = tensor.extract %A[%i, %i] : tensor<?x?xf32, #sparse_gpu.csr>
  return %0 : f32
}

// -----

func.func @f(%m: index) -> tensor<?x?xf32, #sparse_gpu.csr> {
  // expected-error @+1 {{'tensor.empty' has an operand or result with a #sparse_gpu format, which no lowering takes (LVL0-1)}}
  %0 = tensor.empty(%m, %m) : tensor<?x?xf32, #sparse_gpu.csr>
  return %0 : tensor<?x?xf32, #sparse_gpu.csr>
}

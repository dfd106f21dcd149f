// RUN: sparse-opt %s --sparse-gpu-linalg-to-contract="require-gpu" --split-input-file --verify-diagnostics

func.func @f(%A: tensor<4x8xi16>, %B: tensor<8x6xi16>, %C: tensor<4x6xi32>) -> tensor<4x6xi32> {
  // expected-error @+1 {{'linalg.matmul' was not taken to the GPU: elements of types i16, i16 and i32 are not multiplied on the GPU (CTR-3)}}
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xi16>, tensor<8x6xi16>) outs(%C : tensor<4x6xi32>) -> tensor<4x6xi32>
  return %0 : tensor<4x6xi32>
}

// -----

// A sum over a loop that only A has.
func.func @f(%A: tensor<4x8x3xf32>, %B: tensor<8x6xf32>, %C: tensor<4x6xf32>) -> tensor<4x6xf32> {
  // expected-error @+1 {{'linalg.generic' was not taken to the GPU: loop d3 is in the subscripts of one operand only (CTR-3)}}
  %0 = linalg.generic {indexing_maps = [affine_map<(m, n, k, l) -> (m, k, l)>, affine_map<(m, n, k, l) -> (k, n)>, affine_map<(m, n, k, l) -> (m, n)>],
    iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
    ins(%A, %B : tensor<4x8x3xf32>, tensor<8x6xf32>) outs(%C : tensor<4x6xf32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %1 = arith.mulf %x, %y : f32
    %2 = arith.addf %z, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<4x6xf32>
  return %0 : tensor<4x6xf32>
}

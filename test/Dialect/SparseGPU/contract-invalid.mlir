// RUN: sparse-opt %s --split-input-file --verify-diagnostics

func.func @f(%A: tensor<4x16xf16>, %B: memref<16x8xf16>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{operands must be dense, and all tensors or all memrefs; got 'tensor<4x16xf16>' (CTR-1)}}
  sparse_gpu.contract a(%A : tensor<4x16xf16>) b(%B : memref<16x8xf16>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] 
  return
}

// -----

func.func @f(%A: tensor<4x16xf16>, %B: tensor<16x8xf16>, %C: tensor<4x8xf32>) {
  // expected-error @+1 {{has a result of C's type exactly when C is a tensor (CTR-1)}}
  sparse_gpu.contract a(%A : tensor<4x16xf16>) b(%B : tensor<16x8xf16>) outs(%C : tensor<4x8xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] 
  return
}

// -----

func.func @f(%A: memref<4x16xf16>, %B: memref<16x8xf32>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{cannot multiply elements of A, B and C of types 'f16', 'f32' and 'f32' (CTR-2)}}
  sparse_gpu.contract a(%A : memref<4x16xf16>) b(%B : memref<16x8xf32>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] 
  return
}

// -----

func.func @f(%A: memref<4x16xi8>, %B: memref<16x8xi8>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{cannot multiply elements of A, B and C of types 'i8', 'i8' and 'f32' (CTR-2)}}
  sparse_gpu.contract a(%A : memref<4x16xi8>) b(%B : memref<16x8xi8>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] 
  return
}

// -----

func.func @f(%A: memref<4x16xf16>, %B: memref<16x8xf16>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{needs maps of A, B and C, got 2 (CTR-3)}}
  sparse_gpu.contract a(%A : memref<4x16xf16>) b(%B : memref<16x8xf16>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>] 
  return
}

// -----

func.func @f(%A: memref<4x16xf16>, %B: memref<16x8xf16>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{the map of operand B does not give the subscripts of 'memref<16x8xf16>' (CTR-3)}}
  sparse_gpu.contract a(%A : memref<4x16xf16>) b(%B : memref<16x8xf16>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k)>, affine_map<(m, n, k) -> (m, n)>] 
  return
}

// -----

func.func @f(%A: memref<4x16xf16>, %B: memref<16x8xf16>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{the subscripts of C must be loops, each at most once (CTR-3)}}
  sparse_gpu.contract a(%A : memref<4x16xf16>) b(%B : memref<16x8xf16>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m + n, n)>] 
  return
}

// -----

func.func @f(%A: memref<4x16xf16>, %B: memref<16x8xf16>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{the subscripts of A must be sums of loops with positive factors (CTR-3)}}
  sparse_gpu.contract a(%A : memref<4x16xf16>) b(%B : memref<16x8xf16>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (m + 1, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] 
  return
}

// -----

func.func @f(%A: memref<4x16xf16>, %B: memref<16x8xf16>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{loop d0 is in the subscripts of one operand only (CTR-3)}}
  sparse_gpu.contract a(%A : memref<4x16xf16>) b(%B : memref<16x8xf16>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] 
  return
}

// -----

func.func @f(%A: memref<4x16xf16>, %B: memref<16x8xf16>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{loop d2 is nowhere a subscript alone, so its extent is not known (CTR-3)}}
  sparse_gpu.contract a(%A : memref<4x16xf16>) b(%B : memref<16x8xf16>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (m, k * 2)>, affine_map<(m, n, k) -> (k * 3, n)>, affine_map<(m, n, k) -> (m, n)>] 
  return
}

// -----

func.func @f(%A: memref<4x16xf16>, %B: memref<15x8xf16>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{dimension 0 of operand B is 15 ('memref<15x8xf16>'), but loop d2 has 16 iterations (CTR-4)}}
  sparse_gpu.contract a(%A : memref<4x16xf16>) b(%B : memref<15x8xf16>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] 
  return
}

// -----

func.func @f(%A: memref<4x16xf16>, %B: memref<16x8xf16>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{subscript 0 of operand A of type 'memref<4x16xf16>' reaches 6 (CTR-4)}}
  sparse_gpu.contract a(%A : memref<4x16xf16>) b(%B : memref<16x8xf16>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (m * 2, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] 
  return
}

// -----

func.func @f(%A: memref<4x16xf16>, %B: memref<16x8xf16>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{has 0 inputs, 1 input maps, and no epilogue (CTR-5)}}
  sparse_gpu.contract a(%A : memref<4x16xf16>) b(%B : memref<16x8xf16>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] {input_maps = [affine_map<(m, n, k) -> (n)>]}
  return
}

// -----

func.func @f(%A: memref<4x16xf16>, %B: memref<16x8xf16>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{region 'epilogue' must take 'f32' and end in sparse_gpu.yield of 'f32' (CTR-5)}}
  sparse_gpu.contract a(%A : memref<4x16xf16>) b(%B : memref<16x8xf16>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] epilogue {
  ^bb0(%x: f16):
    sparse_gpu.yield %x : f16
  }
  return
}

// -----

func.func @f(%A: memref<?x?xf16>, %r: tensor<16xindex>, %c: tensor<8xindex>, %m: index) {
  // expected-error @+1 {{needs a tile of 'memref<?x?xf16>' with one static row for each of 'tensor<16xindex>' and one column for each of 'tensor<8xindex>', got 'tensor<16x4xf16>' (LDT-1)}}
  %0 = sparse_gpu.load %A rows(%r)[%m] columns(%c)[%m] contiguous 1 run 4
    : memref<?x?xf16>, tensor<16xindex>, tensor<8xindex> -> tensor<16x4xf16>
  return
}

// -----

func.func @f(%A: memref<?x?xf16>, %r: tensor<16xindex>, %c: tensor<8xindex>, %m: index) {
  // expected-error @+1 {{needs 'contiguous' to be 0 or 1, and 'run' to divide that size of 'tensor<16x8xf16>' (LDT-1)}}
  %0 = sparse_gpu.load %A rows(%r)[%m] columns(%c)[%m] contiguous 1 run 3
    : memref<?x?xf16>, tensor<16xindex>, tensor<8xindex> -> tensor<16x8xf16>
  return
}

// -----

func.func @f(%A: memref<?x?xf16>, %r: tensor<16xindex>, %c: tensor<8xindex>, %m: index, %t: tensor<16x8xf16>) {
  // expected-error @+1 {{needs 'contiguous' to be 0 or 1, and 'run' to divide that size of 'tensor<16x8xf16>' (STT-1)}}
  sparse_gpu.store %t into %A rows(%r)[%m] columns(%c)[%m] contiguous 2 run 8
    : tensor<16x8xf16>, tensor<16xindex>, tensor<8xindex> into memref<?x?xf16>
  return
}

// -----

// An epilogue may make floats of integers, but they are not added to.
func.func @f(%A: memref<4x16xi8>, %B: memref<16x8xi8>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{cannot multiply elements of A, B and C of types 'i8', 'i8' and 'f32' (CTR-2)}}
  sparse_gpu.contract a(%A : memref<4x16xi8>) b(%B : memref<16x8xi8>) outs(%C : memref<4x8xf32>) beta maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] epilogue {
  ^bb0(%x: i32):
    %y = arith.sitofp %x : i32 to f32
    sparse_gpu.yield %y : f32
  }
  return
}

// -----

func.func @f(%A: memref<4x16xf64>, %B: memref<16x8xf64>, %C: memref<4x8xf32>) {
  // expected-error @+1 {{cannot multiply elements of A, B and C of types 'f64', 'f64' and 'f32' (CTR-2)}}
  sparse_gpu.contract a(%A : memref<4x16xf64>) b(%B : memref<16x8xf64>) outs(%C : memref<4x8xf32>) maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] epilogue {
  ^bb0(%x: f64):
    %y = arith.truncf %x : f64 to f32
    sparse_gpu.yield %y : f32
  }
  return
}

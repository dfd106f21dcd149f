// Each numbered constraint of sparse_gpu.spmm broken once (docs/Spec.md).
// RUN: sparse-opt %s -split-input-file -verify-diagnostics

func.func @f(%A: tensor<?x?xf32>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{operand A needs a sparse format, got 'tensor<?x?xf32>' (SPMM-1)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{takes one sparse tensor as operand A, or storage with its type after 'of'; got 2 values (SPMM-1)}}
  %0 = sparse_gpu.spmm a(%A, %A : tensor<?x?xf32, #sparse_gpu.csr>, tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{'a_type' needs a sparse format, got 'tensor<?x?xf32>' (SPMM-1)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr> of tensor<?x?xf32>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%p: tensor<?xi32>, %v: tensor<?xf32>, %m: index, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{operand A is not the storage of 'tensor<?x?xf32, #sparse_gpu.csr>': expected 'tensor<?xi32>', 'tensor<?xi32>', 'tensor<?xf32>', 'index', 'index' (SPMM-1)}}
  %0 = sparse_gpu.spmm a(%p, %p, %v, %m : tensor<?xi32>, tensor<?xi32>, tensor<?xf32>, index of tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%p: tensor<?xi64>, %q: tensor<?xi32>, %v: tensor<?xf32>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{operand A is not the storage of}}
  %0 = sparse_gpu.spmm a(%p, %q, %v : tensor<?xi64>, tensor<?xi32>, tensor<?xf32> of tensor<4x4xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: memref<?x?xf32>) {
  // expected-error @+1 {{operands B and C must both be tensors or both be memrefs (SPMM-2)}}
  sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : memref<?x?xf32>)
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{has a result of C's type exactly when C is a tensor (SPMM-2)}}
  sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>)
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{has a result of C's type exactly when C is a tensor (SPMM-2)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) -> tensor<4x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  // expected-error @+1 {{has a result of C's type exactly when C is a tensor (SPMM-2)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : memref<?x?xf32>)
    outs(%C : memref<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %d: memref<?xf32>) {
  // expected-error @+1 {{input 0 must be a tensor or memref as C is (SPMM-2)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>) inputs(%d : memref<?xf32>)
    outs(%C : tensor<?x?xf32>)
    {input_maps = [affine_map<(m, n) -> (n)>]} epilogue {
    ^bb0(%acc: f32, %x: f32):
      sparse_gpu.yield %acc : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{operand B must be dense, got 'tensor<?x?xf32, #sparse_gpu.csr>' (SPMM-3)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%A : tensor<?x?xf32, #sparse_gpu.csr>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{operand C must be dense, got 'tensor<?x?xf32, #sparse_gpu.csr>' (SPMM-3)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%A : tensor<?x?xf32, #sparse_gpu.csr>) -> tensor<?x?xf32, #sparse_gpu.csr>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{operands B and C must have the same rank, 1 or 2; got 'tensor<?xf32>' and 'tensor<?x?xf32>' (SPMM-3)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?xf32>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?x?xf32>, %C: tensor<?x?x?xf32>) {
  // expected-error @+1 {{operands B and C must have the same rank, 1 or 2; got 'tensor<?x?x?xf32>' and 'tensor<?x?x?xf32>' (SPMM-3)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?x?xf32>)
    outs(%C : tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?xf32>, %C: tensor<?xf32>) {
  // expected-error @+1 {{a vector cannot be transposed (SPMM-4)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?xf32>)
    outs(%C : tensor<?xf32>) {transpose_b} -> tensor<?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?xf32>, %C: tensor<?xf32>) {
  // expected-error @+1 {{a vector cannot be transposed (SPMM-4)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?xf32>)
    outs(%C : tensor<?xf32>) {transpose_c} -> tensor<?xf32>
  return
}

// -----

func.func @f(%A: tensor<4x8xf32, #sparse_gpu.csr>, %B: tensor<9x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{K of operand A is 8 ('tensor<4x8xf32, #sparse_gpu.csr>') but K of operand B is 9 ('tensor<9x?xf32>') (SPMM-5)}}
  %0 = sparse_gpu.spmm a(%A : tensor<4x8xf32, #sparse_gpu.csr>) b(%B : tensor<9x?xf32>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<4x8xf32, #sparse_gpu.csr>, %B: tensor<8x9xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{K of operand A is 8 ('tensor<4x8xf32, #sparse_gpu.csr>') but K of operand B is 9 ('tensor<8x9xf32>') (SPMM-5)}}
  %0 = sparse_gpu.spmm a(%A : tensor<4x8xf32, #sparse_gpu.csr>) b(%B : tensor<8x9xf32>)
    outs(%C : tensor<?x?xf32>) {transpose_b} -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<4x8xf32, #sparse_gpu.csr>, %B: tensor<8x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{K of operand A is 4 ('tensor<4x8xf32, #sparse_gpu.csr>') but K of operand B is 8 ('tensor<8x?xf32>') (SPMM-5)}}
  %0 = sparse_gpu.spmm a(%A : tensor<4x8xf32, #sparse_gpu.csr>) b(%B : tensor<8x?xf32>)
    outs(%C : tensor<?x?xf32>) {transpose_a} -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<4x8xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<5x?xf32>) {
  // expected-error @+1 {{M of operand A is 4 ('tensor<4x8xf32, #sparse_gpu.csr>') but M of operand C is 5 ('tensor<5x?xf32>') (SPMM-6)}}
  %0 = sparse_gpu.spmm a(%A : tensor<4x8xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<5x?xf32>) -> tensor<5x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x16xf32>, %C: tensor<?x17xf32>) {
  // expected-error @+1 {{N of operand B is 16 ('tensor<?x16xf32>') but N of operand C is 17 ('tensor<?x17xf32>') (SPMM-6)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x16xf32>)
    outs(%C : tensor<?x17xf32>) -> tensor<?x17xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x16xf32>, %C: tensor<17x?xf32>) {
  // expected-error @+1 {{N of operand B is 16 ('tensor<?x16xf32>') but N of operand C is 17 ('tensor<17x?xf32>') (SPMM-6)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x16xf32>)
    outs(%C : tensor<17x?xf32>) {transpose_c} -> tensor<17x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xi32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{elements of A, B and C must be f16, bf16, f32 or f64, of A and B also f8E4M3FN or f8E5M2; or i8, i8 and i32 (with an epilogue and without beta C may also be of i8 or i32, or of floats below f64 after i8); got 'i32', 'f32' and 'f32' (SPMM-7)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xi32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xi8>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{elements of A, B and C must be f16, bf16, f32 or f64, of A and B also f8E4M3FN or f8E5M2; or i8, i8 and i32 (with an epilogue and without beta C may also be of i8 or i32, or of floats below f64 after i8); got 'f32', 'i8' and 'f32' (SPMM-7)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xi8>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf8E4M3FN>) {
  // expected-error @+1 {{elements of A, B and C must be f16, bf16, f32 or f64, of A and B also f8E4M3FN or f8E5M2; or i8, i8 and i32 (with an epilogue and without beta C may also be of i8 or i32, or of floats below f64 after i8); got 'f32', 'f32' and 'f8E4M3FN' (SPMM-7)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf8E4M3FN>) -> tensor<?x?xf8E4M3FN>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %s: f64) {
  // expected-error @+1 {{'alpha' must have the accumulator type 'f32', got 'f64' (SPMM-8)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) alpha(%s : f64) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %s: f16) {
  // expected-error @+1 {{'beta' must have the accumulator type 'f32', got 'f16' (SPMM-8)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) beta(%s : f16) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf64>, %C: tensor<?x?xf32>, %s: f32) {
  // expected-error @+1 {{'beta' must have the accumulator type 'f64', got 'f32' (SPMM-8)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf64>)
    outs(%C : tensor<?x?xf32>) beta(%s : f32) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{takes 'combine', 'reduce' and 'identity' together (SPMM-9)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) identity(0xFF800000 : f32) -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{takes 'combine', 'reduce' and 'identity' together (SPMM-9)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>)
    combine {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.addf %a, %b : f32
      sparse_gpu.yield %1 : f32
    } reduce {
    ^bb0(%x: f32, %y: f32):
      %1 = arith.maximumf %x, %y : f32
      sparse_gpu.yield %1 : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{takes 'combine', 'reduce' and 'identity' together (SPMM-9)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) identity(0xFF800000 : f32)
    combine {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.addf %a, %b : f32
      sparse_gpu.yield %1 : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{takes 'combine', 'reduce' and 'identity' together (SPMM-9)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) identity(0xFF800000 : f32)
    reduce {
    ^bb0(%x: f32, %y: f32):
      %1 = arith.maximumf %x, %y : f32
      sparse_gpu.yield %1 : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %s: f32) {
  // expected-error @+1 {{takes 'alpha' and 'beta' only without a semiring of its own (SPMM-9)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) alpha(%s : f32) identity(0xFF800000 : f32)
    combine {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.addf %a, %b : f32
      sparse_gpu.yield %1 : f32
    } reduce {
    ^bb0(%x: f32, %y: f32):
      %1 = arith.maximumf %x, %y : f32
      sparse_gpu.yield %1 : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %s: f32) {
  // expected-error @+1 {{takes 'alpha' and 'beta' only without a semiring of its own (SPMM-9)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) beta(%s : f32) identity(0xFF800000 : f32)
    combine {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.addf %a, %b : f32
      sparse_gpu.yield %1 : f32
    } reduce {
    ^bb0(%x: f32, %y: f32):
      %1 = arith.maximumf %x, %y : f32
      sparse_gpu.yield %1 : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{'identity' must have the accumulator type 'f32', got 'f64' (SPMM-9)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) identity(0.0 : f64)
    combine {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.addf %a, %b : f32
      sparse_gpu.yield %1 : f32
    } reduce {
    ^bb0(%x: f32, %y: f32):
      %1 = arith.maximumf %x, %y : f32
      sparse_gpu.yield %1 : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{region 'combine' must take 'f32', 'f32' (SPMM-10)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) identity(0xFF800000 : f32)
    combine {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %1 = arith.addf %a, %b : f32
      sparse_gpu.yield %1 : f32
    } reduce {
    ^bb0(%x: f32, %y: f32):
      %1 = arith.maximumf %x, %y : f32
      sparse_gpu.yield %1 : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{region 'reduce' must take 'f32', 'f32' (SPMM-10)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) identity(0xFF800000 : f32)
    combine {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.addf %a, %b : f32
      sparse_gpu.yield %1 : f32
    } reduce {
    ^bb0(%x: f32, %y: f32, %z: f32):
      %1 = arith.maximumf %x, %y : f32
      sparse_gpu.yield %1 : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{region 'combine' must end in sparse_gpu.yield of 'f32' (SPMM-10)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) identity(0xFF800000 : f32)
    combine {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.addf %a, %b : f32
      %2 = arith.extf %1 : f32 to f64
      sparse_gpu.yield %2 : f64
    } reduce {
    ^bb0(%x: f32, %y: f32):
      %1 = arith.maximumf %x, %y : f32
      sparse_gpu.yield %1 : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{region 'reduce' must have one block (SPMM-10)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) identity(0xFF800000 : f32)
    combine {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.addf %a, %b : f32
      sparse_gpu.yield %1 : f32
    } reduce {
    ^bb0(%x: f32, %y: f32):
      %1 = arith.maximumf %x, %y : f32
      cf.br ^next
    ^next:
      sparse_gpu.yield %1 : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{region 'epilogue' must take 'f32' (SPMM-11)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>)
    epilogue {
    ^bb0(%acc: f64):
      sparse_gpu.yield %acc : f64
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{region 'epilogue' must end in sparse_gpu.yield of 'f32' (SPMM-11)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>)
    epilogue {
    ^bb0(%acc: f32):
      %1 = arith.truncf %acc : f32 to f16
      sparse_gpu.yield %1 : f16
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{region 'epilogue' must end in sparse_gpu.yield of 'f32' (SPMM-11)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>)
    epilogue {
    ^bb0(%acc: f32):
      "llvm.unreachable"() : () -> ()
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %d: tensor<?xf32>) {
  // expected-error @+1 {{region 'epilogue' must take 'f32', 'f32' (SPMM-11)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>) inputs(%d : tensor<?xf32>)
    outs(%C : tensor<?x?xf32>)
    {input_maps = [affine_map<(m, n) -> (n)>]} epilogue {
    ^bb0(%acc: f32):
      sparse_gpu.yield %acc : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %d: tensor<?xf32>) {
  // expected-error @+1 {{has 1 inputs but 0 input maps (SPMM-12)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>) inputs(%d : tensor<?xf32>)
    outs(%C : tensor<?x?xf32>)
    epilogue {
    ^bb0(%acc: f32, %x: f32):
      sparse_gpu.yield %acc : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{has 0 inputs but 1 input maps (SPMM-12)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>)
    {input_maps = [affine_map<(m, n) -> (n)>]} -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %d: tensor<?xf32>) {
  // expected-error @+1 {{has inputs but no epilogue (SPMM-12)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>) inputs(%d : tensor<?xf32>)
    outs(%C : tensor<?x?xf32>)
    {input_maps = [affine_map<(m, n) -> (n)>]} -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %d: tensor<?xf32>) {
  // expected-error @+1 {{input 0 of type 'tensor<?xf32>' needs a map from (m, n) to its subscripts, each m or n at most once; got affine_map<(d0, d1) -> (d0, d1)> (SPMM-12)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>) inputs(%d : tensor<?xf32>)
    outs(%C : tensor<?x?xf32>)
    {input_maps = [affine_map<(m, n) -> (m, n)>]} epilogue {
    ^bb0(%acc: f32, %x: f32):
      sparse_gpu.yield %acc : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %d: tensor<?xf32>) {
  // expected-error @+1 {{input 0 of type 'tensor<?xf32>' needs a map from (m, n) to its subscripts, each m or n at most once; got affine_map<(d0, d1) -> ()> (SPMM-12)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>) inputs(%d : tensor<?xf32>)
    outs(%C : tensor<?x?xf32>)
    {input_maps = [affine_map<(m, n) -> ()>]} epilogue {
    ^bb0(%acc: f32, %x: f32):
      sparse_gpu.yield %acc : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %d: tensor<?xf32>) {
  // expected-error @+1 {{input 0 of type 'tensor<?xf32>' needs a map from (m, n) to its subscripts, each m or n at most once; got affine_map<(d0, d1) -> (d0 + d1)> (SPMM-12)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>) inputs(%d : tensor<?xf32>)
    outs(%C : tensor<?x?xf32>)
    {input_maps = [affine_map<(m, n) -> (m + n)>]} epilogue {
    ^bb0(%acc: f32, %x: f32):
      sparse_gpu.yield %acc : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %d: tensor<?xf32>) {
  // expected-error @+1 {{input 0 of type 'tensor<?xf32>' needs a map from (m, n) to its subscripts, each m or n at most once; got affine_map<(d0, d1)[s0] -> (d1)> (SPMM-12)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>) inputs(%d : tensor<?xf32>)
    outs(%C : tensor<?x?xf32>)
    {input_maps = [affine_map<(m, n)[s] -> (n)>]} epilogue {
    ^bb0(%acc: f32, %x: f32):
      sparse_gpu.yield %acc : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %d: tensor<?xf32>) {
  // expected-error @+1 {{input 0 of type 'tensor<?xf32>' needs a map from (m, n) to its subscripts, each m or n at most once; got affine_map<(d0) -> (d0)> (SPMM-12)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>) inputs(%d : tensor<?xf32>)
    outs(%C : tensor<?x?xf32>)
    {input_maps = [affine_map<(m) -> (m)>]} epilogue {
    ^bb0(%acc: f32, %x: f32):
      sparse_gpu.yield %acc : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %buf: memref<f32>) {
  // expected-error @+1 {{region 'epilogue' may hold only scalar operations without effects, found 'memref.load' (SPMM-13)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>)
    epilogue {
    ^bb0(%acc: f32):
      %1 = memref.load %buf[] : memref<f32>
      sparse_gpu.yield %1 : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %p: i1) {
  // expected-error @+1 {{region 'combine' may hold only scalar operations without effects, found 'scf.if' (SPMM-13)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) identity(0xFF800000 : f32)
    combine {
    ^bb0(%a: f32, %b: f32):
      %1 = scf.if %p -> f32 {
        scf.yield %a : f32
      } else {
        scf.yield %b : f32
      }
      sparse_gpu.yield %1 : f32
    } reduce {
    ^bb0(%x: f32, %y: f32):
      %1 = arith.maximumf %x, %y : f32
      sparse_gpu.yield %1 : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  // expected-error @+1 {{operand A must be given as tensors or as memrefs, as B and C are; got 'tensor<?x?xf32, #sparse_gpu.csr>' (SPMM-2)}}
  sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>)
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) {
  // expected-error @+1 {{input 0 must be dense, got 'tensor<?x?xf32, #sparse_gpu.csr>' (SPMM-3)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    inputs(%A : tensor<?x?xf32, #sparse_gpu.csr>) outs(%C : tensor<?x?xf32>)
    {input_maps = [affine_map<(m, n) -> (m, n)>]}
    epilogue {
    ^bb0(%x: f32, %y: f32):
      sparse_gpu.yield %x : f32
    } -> tensor<?x?xf32>
  return
}

// -----

func.func @f(%A: tensor<10x4xf32, #sparse_gpu.csr>, %B: tensor<4x8xf32>, %C: tensor<8x10xf32>, %bias: tensor<8xf32>) {
  // expected-error @+1 {{dimension 0 of input 0 is 8 but M of C is 10 (SPMM-12)}}
  %0 = sparse_gpu.spmm a(%A : tensor<10x4xf32, #sparse_gpu.csr>) b(%B : tensor<4x8xf32>)
    inputs(%bias : tensor<8xf32>) outs(%C : tensor<8x10xf32>)
    {transpose_c, input_maps = [affine_map<(m, n) -> (m)>]}
    epilogue {
    ^bb0(%x: f32, %y: f32):
      sparse_gpu.yield %x : f32
    } -> tensor<8x10xf32>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>, %t: tensor<4xf32>, %i: index) {
  // expected-error @+1 {{region 'epilogue' may hold only scalar operations without effects, found 'tensor.extract' (SPMM-13)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>)
    epilogue {
    ^bb0(%x: f32):
      %1 = tensor.extract %t[%i] : tensor<4xf32>
      sparse_gpu.yield %1 : f32
    } -> tensor<?x?xf32>
  return
}

// -----

// An i8 of floats needs an epilogue that makes it.
func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xi8>) {
  // expected-error @+1 {{got 'f32', 'f32' and 'i8' (SPMM-7)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xi8>) -> tensor<?x?xi8>
  return
}

// -----

// beta would add quantised elements to sums.
func.func @f(%A: tensor<?x?xi8, #sparse_gpu.csr>, %B: tensor<?x?xi8>, %C: tensor<?x?xf32>, %beta: i32) {
  // expected-error @+1 {{got 'i8', 'i8' and 'f32' (SPMM-7)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xi8, #sparse_gpu.csr>) b(%B : tensor<?x?xi8>) outs(%C : tensor<?x?xf32>) beta(%beta : i32)
    epilogue {
    ^bb0(%acc: i32):
      %0 = arith.sitofp %acc : i32 to f32
      sparse_gpu.yield %0 : f32
    } -> tensor<?x?xf32>
  return
}

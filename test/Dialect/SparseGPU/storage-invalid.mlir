// Each numbered constraint of sparse_gpu.assemble and disassemble broken once (docs/Spec.md).
// RUN: sparse-opt %s -split-input-file -verify-diagnostics

func.func @f(%p: tensor<?xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>, %m: index) {
  // expected-error @+1 {{needs a result with a sparse format, got 'tensor<?x?xf32>' (ASM-1)}}
  %0 = sparse_gpu.assemble fields(%p, %c, %v) sizes(%m, %m)
    : tensor<?xi32>, tensor<?xi32>, tensor<?xf32> to tensor<?x?xf32>
  return
}

// -----

func.func @f(%p: tensor<?xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>, %m: index) {
  // expected-error @+1 {{takes 3 fields for 'tensor<?x?xf32, #sparse_gpu.csr>', got 2 (ASM-2)}}
  %0 = sparse_gpu.assemble fields(%p, %c) sizes(%m, %m)
    : tensor<?xi32>, tensor<?xi32> to tensor<?x?xf32, #sparse_gpu.csr>
  return
}

// -----

func.func @f(%p: tensor<?xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>, %m: index) {
  // expected-error @+1 {{field 'coordinates' of 'tensor<?x?xf32, #sparse_gpu.csr>' is 'tensor<?xi32>', got 'tensor<?xf32>' (ASM-2)}}
  %0 = sparse_gpu.assemble fields(%p, %v, %v) sizes(%m, %m)
    : tensor<?xi32>, tensor<?xf32>, tensor<?xf32> to tensor<?x?xf32, #sparse_gpu.csr>
  return
}

// -----

func.func @f(%p: tensor<?xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>, %m: index) {
  // expected-error @+1 {{field 'values' of 'tensor<?x?xf64, #sparse_gpu.csr>' is 'tensor<?xf64>', got 'tensor<?xf32>' (ASM-2)}}
  %0 = sparse_gpu.assemble fields(%p, %c, %v) sizes(%m, %m)
    : tensor<?xi32>, tensor<?xi32>, tensor<?xf32> to tensor<?x?xf64, #sparse_gpu.csr>
  return
}

// -----

func.func @f(%p: tensor<?xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>, %m: index, %q: tensor<8xi32>) {
  // expected-error @+1 {{field 'positions' of 'tensor<8x8xf32, #sparse_gpu.csr>' is 'tensor<9xi32>', got 'tensor<8xi32>' (ASM-2)}}
  %0 = sparse_gpu.assemble fields(%q, %c, %v)
    : tensor<8xi32>, tensor<?xi32>, tensor<?xf32> to tensor<8x8xf32, #sparse_gpu.csr>
  return
}

// -----

func.func @f(%p: tensor<?xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>, %m: index, %w: tensor<?x?xf32>) {
  // expected-error @+1 {{field 'values' of 'tensor<?x?xf32, #sparse_gpu.csr>' is 'tensor<?xf32>', got 'tensor<?x?xf32>' (ASM-2)}}
  %0 = sparse_gpu.assemble fields(%p, %c, %w) sizes(%m, %m)
    : tensor<?xi32>, tensor<?xi32>, tensor<?x?xf32> to tensor<?x?xf32, #sparse_gpu.csr>
  return
}

// -----

func.func @f(%p: tensor<?xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>, %m: index) {
  // expected-error @+1 {{takes one size per dynamic dimension of 'tensor<?x8xf32, #sparse_gpu.csr>', got 2 (ASM-3)}}
  %0 = sparse_gpu.assemble fields(%p, %c, %v) sizes(%m, %m)
    : tensor<?xi32>, tensor<?xi32>, tensor<?xf32> to tensor<?x8xf32, #sparse_gpu.csr>
  return
}

// -----

func.func @f(%p: tensor<?xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>, %m: index) {
  // expected-error @+1 {{takes one size per dynamic dimension of 'tensor<?x?xf32, #sparse_gpu.csr>', got 0 (ASM-3)}}
  %0 = sparse_gpu.assemble fields(%p, %c, %v)
    : tensor<?xi32>, tensor<?xi32>, tensor<?xf32> to tensor<?x?xf32, #sparse_gpu.csr>
  return
}

// -----

func.func @f(%A: tensor<?x?xf32>) {
  // expected-error @+1 {{needs an operand with a sparse format, got 'tensor<?x?xf32>' (DIS-1)}}
  %0:5 = sparse_gpu.disassemble %A : tensor<?x?xf32>
    to tensor<?xi32>, tensor<?xi32>, tensor<?xf32>, index, index
  return
}

// -----

func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>) {
  // expected-error @+1 {{gives the storage of 'tensor<?x?xf32, #sparse_gpu.csr>' as 'tensor<?xi32>', 'tensor<?xi32>', 'tensor<?xf32>', 'index', 'index' (DIS-2)}}
  %0:4 = sparse_gpu.disassemble %A : tensor<?x?xf32, #sparse_gpu.csr>
    to tensor<?xi32>, tensor<?xi32>, tensor<?xf32>, index
  return
}

// -----

func.func @f(%A: tensor<4x4xf32, #sparse_gpu.csr>) {
  // expected-error @+1 {{gives the storage of 'tensor<4x4xf32, #sparse_gpu.csr>' as 'tensor<5xi32>', 'tensor<?xi32>', 'tensor<?xf32>' (DIS-2)}}
  %0:3 = sparse_gpu.disassemble %A : tensor<4x4xf32, #sparse_gpu.csr>
    to tensor<?xi32>, tensor<?xi32>, tensor<?xf32>
  return
}

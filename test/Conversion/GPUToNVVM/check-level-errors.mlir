// Each rule of each level broken once; the level itself too.
// RUN: split-file %s %t
// RUN: sparse-opt %t/1.mlir --sparse-gpu-check-level="level=1" --split-input-file --verify-diagnostics
// RUN: sparse-opt %t/2.mlir --sparse-gpu-check-level="level=2" --split-input-file --verify-diagnostics
// RUN: sparse-opt %t/3.mlir --sparse-gpu-check-level="level=3" --split-input-file --verify-diagnostics
// RUN: sparse-opt %t/4.mlir --sparse-gpu-check-level="level=4" --split-input-file --verify-diagnostics
// RUN: echo "" | not sparse-opt --sparse-gpu-check-level="level=0" 2>&1 | FileCheck %s -DLEVEL=0
// RUN: echo "" | not sparse-opt --sparse-gpu-check-level="level=5" 2>&1 | FileCheck %s -DLEVEL=5
// CHECK: error: option 'level' must be 1 to 4, got [[LEVEL]]

//--- 1.mlir
func.func @none(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error @+1 {{'sparse_gpu.spmm' needs schedules, the last of them without guards (LVL1-1)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}
// -----
func.func @guarded(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error @+1 {{'sparse_gpu.spmm' needs schedules, the last of them without guards (LVL1-1)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>)
    schedules [#sparse_gpu.schedule<when = [n gt 8]>] -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

//--- 2.mlir
// expected-error @+1 {{'func.func' still has a value of a sparse type (LVL2-1)}}
func.func private @declaration(tensor<?x?xf32, #sparse_gpu.csr>)
// -----
#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>
// expected-error @+1 {{'func.func' still has a value of a sparse type (LVL2-1)}}
func.func private @upstream() -> tensor<?x?xf32, #CSR>
// -----
func.func @value(%p: tensor<?xi32>, %v: tensor<?xf32>, %m: index) {
  // expected-error @+1 {{'sparse_gpu.assemble' still has a value of a sparse type (LVL2-1)}}
  %0 = sparse_gpu.assemble fields(%p, %p, %v) sizes(%m, %m) : tensor<?xi32>, tensor<?xi32>, tensor<?xf32> to tensor<?x?xf32, #sparse_gpu.csr>
  return
}
// -----
func.func @block(%x: index) {
  // expected-error @+1 {{'scf.execute_region' still has a value of a sparse type (LVL2-1)}}
  scf.execute_region {
    cf.br ^next
  ^next:
    scf.yield
  ^dead(%A: tensor<?x?xf32, #sparse_gpu.csr>):
    scf.yield
  }
  return
}
// -----
func.func @left(%p: memref<5xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %B: memref<4x4xf32>, %C: memref<4x4xf32>) {
  // expected-error @+1 {{'sparse_gpu.spmm' is left at level 2 (LVL2-2)}}
  sparse_gpu.spmm a(%p, %c, %v : memref<5xi32>, memref<?xi32>, memref<?xf32> of tensor<4x4xf32, #sparse_gpu.csr>)
    b(%B : memref<4x4xf32>) outs(%C : memref<4x4xf32>)
  return
}

//--- 3.mlir
gpu.module @kernels {
  gpu.func @tensor() kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    // expected-error @+1 {{'tensor.empty' has a tensor in a kernel (LVL3-1)}}
    %0 = tensor.empty() : tensor<4xf32>
    gpu.return
  }
}
// -----
gpu.module @kernels {
  gpu.func @linalg(%A: memref<4x4xf32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    // expected-error @+1 {{'linalg.matmul' is left in a kernel (LVL3-2)}}
    linalg.matmul ins(%A, %A : memref<4x4xf32>, memref<4x4xf32>) outs(%A : memref<4x4xf32>)
    gpu.return
  }
}
// -----
gpu.module @kernels {
  // expected-error @+1 {{'gpu.func' has no known block size (LVL3-3)}}
  gpu.func @block_size() kernel {
    gpu.return
  }
}
// -----
gpu.module @kernels {
  gpu.func @accumulator(%in: memref<?xf32>, %out: memref<4xf32>, %n: index) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    scf.for %i = %c0 to %n step %c1 {
      %x = memref.load %in[%i] : memref<?xf32>
      %old = memref.load %out[%c0] : memref<4xf32>
      %new = arith.addf %old, %x : f32
      // expected-error @+1 {{'memref.store' keeps an accumulator in memory inside a loop (LVL3-4)}}
      memref.store %new, %out[%c0] : memref<4xf32>
    }
    gpu.return
  }
}
// -----
gpu.module @kernels {
  gpu.func @through_a_view(%in: memref<?xf32>, %out: memref<2x2xf32>, %n: index) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %view = memref.reinterpret_cast %out to offset: [0], sizes: [2, 2], strides: [2, 1] : memref<2x2xf32> to memref<2x2xf32>
    scf.for %i = %c0 to %n step %c1 {
      %x = memref.load %in[%i] : memref<?xf32>
      %old = memref.load %out[%c0, %c1] : memref<2x2xf32>
      %new = arith.addf %old, %x : f32
      // expected-error @+1 {{'memref.store' keeps an accumulator in memory inside a loop (LVL3-4)}}
      memref.store %new, %view[%c0, %c1] : memref<2x2xf32>
    }
    gpu.return
  }
}

//--- 4.mlir
// expected-error @+1 {{'func.func' was not lowered to LLVM (LVL4-1)}}
func.func @f() {
  return
}
// -----
llvm.func @f(%p: !llvm.ptr) {
  // expected-error @+1 {{'builtin.unrealized_conversion_cast' was not lowered to LLVM (LVL4-1)}}
  %0 = builtin.unrealized_conversion_cast %p : !llvm.ptr to memref<?xf32>
  llvm.return
}
// -----
// expected-error @+1 {{'gpu.module' was not lowered to LLVM (LVL4-1)}}
gpu.module @kernels {
}

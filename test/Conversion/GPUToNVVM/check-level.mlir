// Modules that keep the contract of a level pass, and are not changed.
// RUN: split-file %s %t
// RUN: sparse-opt %t/1.mlir --sparse-gpu-check-level="level=1" | FileCheck %t/1.mlir
// RUN: sparse-opt %t/2.mlir --sparse-gpu-check-level="level=2" | FileCheck %t/2.mlir
// RUN: sparse-opt %t/3.mlir --sparse-gpu-check-level="level=3" | FileCheck %t/3.mlir
// RUN: sparse-opt %t/4.mlir --sparse-gpu-check-level="level=4" | FileCheck %t/4.mlir

//--- 1.mlir
// CHECK-LABEL: func @scheduled(
// CHECK:         sparse_gpu.spmm
func.func @scheduled(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>)
    schedules [#sparse_gpu.schedule<when = [n gt 8]>, #sparse_gpu.schedule] -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

//--- 2.mlir
// CHECK-LABEL: func @dense(
func.func @dense(%p: memref<?xi32>, %x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

//--- 3.mlir
// A reduction in registers; memory that a loop reads at one place and writes
// at another, or that is shared, is no accumulator. Host code is not looked at.
// CHECK-LABEL: gpu.module @kernels
gpu.module @kernels {
  gpu.func @kernel(%in: memref<?xf32>, %out: memref<?xf32>, %n: index) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %zero = arith.constant 0.0 : f32
    scf.for %row = %c0 to %n step %c1 {
      %sum = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %zero) -> (f32) {
        %x = memref.load %in[%i] : memref<?xf32>
        %y = memref.load %out[%i] : memref<?xf32>
        %0 = arith.addf %acc, %x : f32
        %1 = arith.addf %0, %y : f32
        scf.yield %1 : f32
      }
      %old = memref.load %out[%row] : memref<?xf32>
      %new = arith.addf %old, %sum : f32
      memref.store %new, %out[%row] : memref<?xf32>
    }
    gpu.return
  }
  gpu.func @helper(%x: f32) {
    gpu.return
  }
}
func.func @host(%A: memref<4x4xf32>) {
  linalg.matmul ins(%A, %A : memref<4x4xf32>, memref<4x4xf32>) outs(%A : memref<4x4xf32>)
  return
}

//--- 4.mlir
// CHECK-LABEL: llvm.func @f
llvm.func @f(%p: !llvm.ptr) {
  llvm.return
}

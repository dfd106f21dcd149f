// disassemble of assemble is the storage itself, where the types are equal.
// RUN: sparse-opt %s --canonicalize --split-input-file | FileCheck %s

#csr = #sparse_gpu.csr

// CHECK-LABEL: func @fold(
// CHECK-SAME:    %[[POS:.*]]: tensor<?xi32>, %[[CRD:.*]]: tensor<?xi32>, %[[VAL:.*]]: tensor<?xf32>, %[[M:.*]]: index, %[[K:.*]]: index)
// CHECK-NEXT:    return %[[CRD]], %[[K]]
func.func @fold(%pos: tensor<?xi32>, %crd: tensor<?xi32>, %val: tensor<?xf32>,
                %m: index, %k: index) -> (tensor<?xi32>, index) {
  %A = sparse_gpu.assemble fields(%pos, %crd, %val) sizes(%m, %k)
    : tensor<?xi32>, tensor<?xi32>, tensor<?xf32> to tensor<?x?xf32, #csr>
  %0:5 = sparse_gpu.disassemble %A : tensor<?x?xf32, #csr>
    to tensor<?xi32>, tensor<?xi32>, tensor<?xf32>, index, index
  return %0#1, %0#4 : tensor<?xi32>, index
}

// -----

#csr = #sparse_gpu.csr

// Fields of a known size were assembled: the types differ, nothing folds.
// CHECK-LABEL: func @no_fold(
// CHECK:         sparse_gpu.assemble
// CHECK:         sparse_gpu.disassemble
func.func @no_fold(%pos: tensor<5xi32>, %crd: tensor<9xi32>,
    %val: tensor<9xf32>, %m: index, %k: index) -> tensor<?xi32> {
  %A = sparse_gpu.assemble fields(%pos, %crd, %val) sizes(%m, %k)
    : tensor<5xi32>, tensor<9xi32>, tensor<9xf32> to tensor<?x?xf32, #csr>
  %0:5 = sparse_gpu.disassemble %A : tensor<?x?xf32, #csr>
    to tensor<?xi32>, tensor<?xi32>, tensor<?xf32>, index, index
  return %0#1 : tensor<?xi32>
}

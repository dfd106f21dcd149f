// A sparse value becomes its fields and dynamic sizes, wherever it flows.
// RUN: sparse-opt %s --sparse-gpu-decompose-sparse-values --split-input-file | FileCheck %s

#csr = #sparse_gpu.csr

// CHECK-LABEL: func private @callee(tensor<?xi32>, tensor<?xi32>, tensor<?xf32>, index, index, index)
// CHECK-SAME:    -> (tensor<5xi32>, tensor<?xi32>, tensor<?xf32>, index)
func.func private @callee(tensor<?x?xf32, #csr>, index) -> tensor<4x?xf32, #csr>
// CHECK-LABEL: func @call(
// CHECK-SAME:    %[[P:[^:]*]]: tensor<?xi32>, %[[C:[^:]*]]: tensor<?xi32>, %[[V:[^:]*]]: tensor<?xf32>, %[[M:[^:]*]]: index, %[[K:[^:]*]]: index, %[[I:[^:]*]]: index)
// CHECK:         %[[R:.*]]:4 = call @callee(%[[P]], %[[C]], %[[V]], %[[M]], %[[K]], %[[I]])
// CHECK:         return %[[R]]#0, %[[R]]#1, %[[R]]#2, %[[R]]#3
func.func @call(%A: tensor<?x?xf32, #csr>, %i: index) -> tensor<4x?xf32, #csr> {
  %0 = call @callee(%A, %i) : (tensor<?x?xf32, #csr>, index) -> tensor<4x?xf32, #csr>
  return %0 : tensor<4x?xf32, #csr>
}

// -----

#csr = #sparse_gpu.csr

// Attributes of an argument go to each of its parts; those of the others stay
// where they belong.
// CHECK-LABEL: func @attributes(
// CHECK-SAME:    %{{[^:]*}}: tensor<?xi32> {sparse_gpu.name = "A"}, %{{[^:]*}}: tensor<?xi32> {sparse_gpu.name = "A"}, %{{[^:]*}}: tensor<?xf32> {sparse_gpu.name = "A"}
// CHECK-SAME:    %{{[^:]*}}: index {sparse_gpu.name = "A"}, %{{[^:]*}}: tensor<?xf32> {bufferization.writable = false})
// CHECK-SAME:    -> (tensor<?xf32> {sparse_gpu.name = "y"}, tensor<?xi32>, tensor<?xi32>, tensor<?xf32>, index)
func.func @attributes(%A: tensor<?x8xf32, #csr> {sparse_gpu.name = "A"},
    %x: tensor<?xf32> {bufferization.writable = false})
    -> (tensor<?xf32> {sparse_gpu.name = "y"}, tensor<?x8xf32, #csr>) {
  return %x, %A : tensor<?xf32>, tensor<?x8xf32, #csr>
}

// -----

#csr = #sparse_gpu.csr

// CHECK-LABEL: func @scf_if(
// CHECK-SAME:    %[[COND:[^:]*]]: i1, %[[P0:[^:]*]]: tensor<?xi32>, %[[C0:[^:]*]]: tensor<?xi32>, %[[V0:[^:]*]]: tensor<?xf32>, %[[M0:[^:]*]]: index
// CHECK-SAME:    %[[P1:[^:]*]]: tensor<?xi32>, %[[C1:[^:]*]]: tensor<?xi32>, %[[V1:[^:]*]]: tensor<?xf32>, %[[M1:[^:]*]]: index)
// CHECK:         %[[R:.*]]:4 = scf.if %[[COND]] -> (tensor<?xi32>, tensor<?xi32>, tensor<?xf32>, index) {
// CHECK:           scf.yield %[[P0]], %[[C0]], %[[V0]], %[[M0]]
// CHECK:         } else {
// CHECK:           scf.yield %[[P1]], %[[C1]], %[[V1]], %[[M1]]
// CHECK:         return %[[R]]#0, %[[R]]#1, %[[R]]#2, %[[R]]#3
func.func @scf_if(%p: i1, %A: tensor<?x8xf32, #csr>, %B: tensor<?x8xf32, #csr>) -> tensor<?x8xf32, #csr> {
  %0 = scf.if %p -> tensor<?x8xf32, #csr> {
    scf.yield %A : tensor<?x8xf32, #csr>
  } else {
    scf.yield %B : tensor<?x8xf32, #csr>
  }
  return %0 : tensor<?x8xf32, #csr>
}

// -----

#csr = #sparse_gpu.csr

// Two matrices change places in a loop, with all their parts.
// CHECK-LABEL: func @scf_for(
// CHECK-SAME:    %[[N:[^:]*]]: index, %[[P0:[^:]*]]: tensor<5xi32>, %[[C0:[^:]*]]: tensor<?xi32>, %[[V0:[^:]*]]: tensor<?xf32>, %[[P1:[^:]*]]: tensor<5xi32>, %[[C1:[^:]*]]: tensor<?xi32>, %[[V1:[^:]*]]: tensor<?xf32>)
// CHECK:         scf.for {{.*}} iter_args(%[[A0:.*]] = %[[P0]], %[[A1:.*]] = %[[C0]], %[[A2:.*]] = %[[V0]], %[[B0:.*]] = %[[P1]], %[[B1:.*]] = %[[C1]], %[[B2:.*]] = %[[V1]])
// CHECK:           scf.yield %[[B0]], %[[B1]], %[[B2]], %[[A0]], %[[A1]], %[[A2]]
func.func @scf_for(%n: index, %A: tensor<4x4xf32, #csr>, %B: tensor<4x4xf32, #csr>) -> tensor<4x4xf32, #csr> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0:2 = scf.for %i = %c0 to %n step %c1 iter_args(%x = %A, %y = %B) -> (tensor<4x4xf32, #csr>, tensor<4x4xf32, #csr>) {
    scf.yield %y, %x : tensor<4x4xf32, #csr>, tensor<4x4xf32, #csr>
  }
  return %0#0 : tensor<4x4xf32, #csr>
}

// -----

#csr = #sparse_gpu.csr

// CHECK-LABEL: func @scf_while(
// CHECK:         scf.while (%{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}) : (tensor<5xi32>, tensor<?xi32>, tensor<?xf32>, index)
func.func @scf_while(%n: index, %A: tensor<4x4xf32, #csr>) -> tensor<4x4xf32, #csr> {
  %c0 = arith.constant 0 : index
  %0:2 = scf.while (%x = %A, %i = %n) : (tensor<4x4xf32, #csr>, index) -> (tensor<4x4xf32, #csr>, index) {
    %c = arith.cmpi ne, %i, %c0 : index
    scf.condition(%c) %x, %i : tensor<4x4xf32, #csr>, index
  } do {
  ^bb0(%x: tensor<4x4xf32, #csr>, %i: index):
    scf.yield %x, %c0 : tensor<4x4xf32, #csr>, index
  }
  return %0#0 : tensor<4x4xf32, #csr>
}

// -----

#csr = #sparse_gpu.csr

// CHECK-LABEL: func @branches(
// CHECK-SAME:    %[[COND:[^:]*]]: i1, %[[P0:[^:]*]]: tensor<5xi32>, %[[C0:[^:]*]]: tensor<?xi32>, %[[V0:[^:]*]]: tensor<?xf32>, %[[P1:[^:]*]]: tensor<5xi32>, %[[C1:[^:]*]]: tensor<?xi32>, %[[V1:[^:]*]]: tensor<?xf32>)
// CHECK:         cf.cond_br %[[COND]], ^[[NEXT:.*]](%[[P0]], %[[C0]], %[[V0]] : {{.*}}), ^[[NEXT]](%[[P1]], %[[C1]], %[[V1]] : {{.*}})
// CHECK:       ^[[NEXT]](%[[P2:[^:]*]]: tensor<5xi32>, %[[C2:[^:]*]]: tensor<?xi32>, %[[V2:[^:]*]]: tensor<?xf32>):
// CHECK:         cf.br ^[[LAST:.*]](%[[P2]], %[[C2]], %[[V2]] : {{.*}})
// CHECK:       ^[[LAST]](%[[P3:[^:]*]]: tensor<5xi32>, %[[C3:[^:]*]]: tensor<?xi32>, %[[V3:[^:]*]]: tensor<?xf32>):
// CHECK:         return %[[P3]], %[[C3]], %[[V3]]
func.func @branches(%p: i1, %A: tensor<4x4xf32, #csr>, %B: tensor<4x4xf32, #csr>) -> tensor<4x4xf32, #csr> {
  cf.cond_br %p, ^bb1(%A : tensor<4x4xf32, #csr>), ^bb1(%B : tensor<4x4xf32, #csr>)
^bb1(%0 : tensor<4x4xf32, #csr>):
  cf.br ^bb2(%0 : tensor<4x4xf32, #csr>)
^bb2(%1 : tensor<4x4xf32, #csr>):
  return %1 : tensor<4x4xf32, #csr>
}

// -----

#csr = #sparse_gpu.csr

// A size is an operand or a constant, or a choice between the two.
// CHECK-LABEL: func @dims(
// CHECK-SAME:    %{{[^:]*}}: tensor<?xi32>, %{{[^:]*}}: tensor<?xi32>, %{{[^:]*}}: tensor<?xf32>, %[[M:[^:]*]]: index, %[[I:[^:]*]]: index)
// CHECK-DAG:     %[[IS_M:.*]] = arith.cmpi eq, %[[I]], %{{.*}} : index
// CHECK-DAG:     %[[EITHER:.*]] = arith.select %[[IS_M]], %[[M]], %[[C8:[^ ]*]] : index
// CHECK:         return %[[M]], %[[K:.*]], %[[EITHER]]
func.func @dims(%A: tensor<?x8xf32, #csr>, %i: index) -> (index, index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = tensor.dim %A, %c0 : tensor<?x8xf32, #csr>
  %1 = tensor.dim %A, %c1 : tensor<?x8xf32, #csr>
  %2 = tensor.dim %A, %i : tensor<?x8xf32, #csr>
  return %0, %1, %2: index, index, index
}

// -----

#csr = #sparse_gpu.csr

// CHECK-LABEL: func @cast_to_dynamic(
// CHECK-SAME:    %[[P:[^:]*]]: tensor<5xi32>, %[[C:[^:]*]]: tensor<?xi32>, %[[V:[^:]*]]: tensor<?xf32>)
// CHECK:         %[[M:.*]] = arith.constant 4 : index
// CHECK:         %[[PD:.*]] = tensor.cast %[[P]] : tensor<5xi32> to tensor<?xi32>
// CHECK:         return %[[PD]], %[[C]], %[[V]], %[[M]]
func.func @cast_to_dynamic(%A: tensor<4x8xf32, #csr>) -> tensor<?x8xf32, #csr> {
  %0 = tensor.cast %A : tensor<4x8xf32, #csr> to tensor<?x8xf32, #csr>
  return %0 : tensor<?x8xf32, #csr>
}

// CHECK-LABEL: func @cast_to_static(
// CHECK-SAME:    %[[P:[^:]*]]: tensor<?xi32>, %[[C:[^:]*]]: tensor<?xi32>, %[[V:[^:]*]]: tensor<?xf32>, %[[M:[^:]*]]: index, %[[K:[^:]*]]: index)
// CHECK:         %[[PS:.*]] = tensor.cast %[[P]] : tensor<?xi32> to tensor<5xi32>
// CHECK:         return %[[PS]], %[[C]], %[[V]], %[[K]]
func.func @cast_to_static(%A: tensor<?x?xf32, #csr>) -> tensor<4x?xf32, #csr> {
  %0 = tensor.cast %A : tensor<?x?xf32, #csr> to tensor<4x?xf32, #csr>
  return %0 : tensor<4x?xf32, #csr>
}

// -----

#csr = #sparse_gpu.csr

// CHECK-LABEL: func @select(
// CHECK-SAME:    %[[COND:[^:]*]]: i1, %[[P0:[^:]*]]: tensor<5xi32>, %[[C0:[^:]*]]: tensor<?xi32>, %[[V0:[^:]*]]: tensor<?xf32>, %[[P1:[^:]*]]: tensor<5xi32>, %[[C1:[^:]*]]: tensor<?xi32>, %[[V1:[^:]*]]: tensor<?xf32>)
// CHECK:         arith.select %[[COND]], %[[P0]], %[[P1]] : tensor<5xi32>
// CHECK:         arith.select %[[COND]], %[[C0]], %[[C1]] : tensor<?xi32>
// CHECK:         arith.select %[[COND]], %[[V0]], %[[V1]] : tensor<?xf32>
func.func @select(%p: i1, %A: tensor<4x4xf32, #csr>, %B: tensor<4x4xf32, #csr>) -> tensor<4x4xf32, #csr> {
  %0 = arith.select %p, %A, %B : tensor<4x4xf32, #csr>
  return %0 : tensor<4x4xf32, #csr>
}

// -----

#csr = #sparse_gpu.csr

// assemble and disassemble are gone; fields get the format's own types.
// CHECK-LABEL: func @assemble(
// CHECK-SAME:    %[[P:[^:]*]]: tensor<5xi32>, %[[C:[^:]*]]: tensor<9xi32>, %[[V:[^:]*]]: tensor<9xf32>, %[[M:[^:]*]]: index, %[[K:[^:]*]]: index)
// CHECK:         %[[PD:.*]] = tensor.cast %[[P]] : tensor<5xi32> to tensor<?xi32>
// CHECK:         %[[CD:.*]] = tensor.cast %[[C]] : tensor<9xi32> to tensor<?xi32>
// CHECK:         %[[VD:.*]] = tensor.cast %[[V]] : tensor<9xf32> to tensor<?xf32>
// CHECK:         return %[[PD]], %[[CD]], %[[VD]], %[[M]], %[[K]]
func.func @assemble(%p: tensor<5xi32>, %c: tensor<9xi32>, %v: tensor<9xf32>, %m: index, %k: index) -> tensor<?x?xf32, #csr> {
  %A = sparse_gpu.assemble fields(%p, %c, %v) sizes(%m, %k)
    : tensor<5xi32>, tensor<9xi32>, tensor<9xf32> to tensor<?x?xf32, #csr>
  return %A : tensor<?x?xf32, #csr>
}

// CHECK-LABEL: func @disassemble(
// CHECK-SAME:    %[[P:[^:]*]]: tensor<?xi32>, %{{[^:]*}}: tensor<?xi32>, %{{[^:]*}}: tensor<?xf32>, %[[M:[^:]*]]: index)
// CHECK-NEXT:    return %[[P]], %[[M]]
func.func @disassemble(%A: tensor<?x8xf32, #csr>) -> (tensor<?xi32>, index) {
  %0:4 = sparse_gpu.disassemble %A : tensor<?x8xf32, #csr> to tensor<?xi32>, tensor<?xi32>, tensor<?xf32>, index
  return %0#0, %0#3 : tensor<?xi32>, index
}

// -----

#csr = #sparse_gpu.csr

// spmm keeps the type of its operand, which is now its storage.
// CHECK-LABEL: func @spmm(
// CHECK-SAME:    %[[P:[^:]*]]: tensor<?xi32>, %[[C:[^:]*]]: tensor<?xi32>, %[[V:[^:]*]]: tensor<?xf32>, %[[M:[^:]*]]: index
// CHECK:         sparse_gpu.spmm a(%[[P]], %[[C]], %[[V]], %[[M]] : tensor<?xi32>, tensor<?xi32>, tensor<?xf32>, index of tensor<?x8xf32, #sparse_gpu.csr>)
func.func @spmm(%A: tensor<?x8xf32, #csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x8xf32, #csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

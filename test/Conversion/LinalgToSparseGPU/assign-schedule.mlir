// The default schedules by the number of columns N.
// RUN: sparse-opt %s --sparse-gpu-assign-schedule --split-input-file | FileCheck %s

#csr = #sparse_gpu.csr

// CHECK-LABEL: func @n1(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row, lanes = 1>] ->
func.func @n1(%A: tensor<?x?xf32, #csr>, %B: tensor<?x1xf32>,
               %C: tensor<?x1xf32>) -> tensor<?x1xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x1xf32>)
    outs(%C : tensor<?x1xf32>) -> tensor<?x1xf32>
  return %0 : tensor<?x1xf32>
}

// CHECK-LABEL: func @n2(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row, lanes = 2>] ->
func.func @n2(%A: tensor<?x?xf32, #csr>, %B: tensor<?x2xf32>,
               %C: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x2xf32>)
    outs(%C : tensor<?x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// CHECK-LABEL: func @n3(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row, lanes = 4>] ->
func.func @n3(%A: tensor<?x?xf32, #csr>, %B: tensor<?x3xf32>,
               %C: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x3xf32>)
    outs(%C : tensor<?x3xf32>) -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}

// CHECK-LABEL: func @n8(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row, lanes = 8>] ->
func.func @n8(%A: tensor<?x?xf32, #csr>, %B: tensor<?x8xf32>,
               %C: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x8xf32>)
    outs(%C : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// CHECK-LABEL: func @n9(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row, lanes = 16>] ->
func.func @n9(%A: tensor<?x?xf32, #csr>, %B: tensor<?x9xf32>,
               %C: tensor<?x9xf32>) -> tensor<?x9xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x9xf32>)
    outs(%C : tensor<?x9xf32>) -> tensor<?x9xf32>
  return %0 : tensor<?x9xf32>
}

// CHECK-LABEL: func @n16(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row, lanes = 16>] ->
func.func @n16(%A: tensor<?x?xf32, #csr>, %B: tensor<?x16xf32>,
               %C: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x16xf32>)
    outs(%C : tensor<?x16xf32>) -> tensor<?x16xf32>
  return %0 : tensor<?x16xf32>
}

// CHECK-LABEL: func @n17(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row>] ->
func.func @n17(%A: tensor<?x?xf32, #csr>, %B: tensor<?x17xf32>,
               %C: tensor<?x17xf32>) -> tensor<?x17xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x17xf32>)
    outs(%C : tensor<?x17xf32>) -> tensor<?x17xf32>
  return %0 : tensor<?x17xf32>
}

// CHECK-LABEL: func @n31(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row>] ->
func.func @n31(%A: tensor<?x?xf32, #csr>, %B: tensor<?x31xf32>,
               %C: tensor<?x31xf32>) -> tensor<?x31xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x31xf32>)
    outs(%C : tensor<?x31xf32>) -> tensor<?x31xf32>
  return %0 : tensor<?x31xf32>
}

// CHECK-LABEL: func @n32(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row>] ->
func.func @n32(%A: tensor<?x?xf32, #csr>, %B: tensor<?x32xf32>,
               %C: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x32xf32>)
    outs(%C : tensor<?x32xf32>) -> tensor<?x32xf32>
  return %0 : tensor<?x32xf32>
}

// CHECK-LABEL: func @n33(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row, coarsening = 2>] ->
func.func @n33(%A: tensor<?x?xf32, #csr>, %B: tensor<?x33xf32>,
               %C: tensor<?x33xf32>) -> tensor<?x33xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x33xf32>)
    outs(%C : tensor<?x33xf32>) -> tensor<?x33xf32>
  return %0 : tensor<?x33xf32>
}

// CHECK-LABEL: func @n64(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row, coarsening = 2>] ->
func.func @n64(%A: tensor<?x?xf32, #csr>, %B: tensor<?x64xf32>,
               %C: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x64xf32>)
    outs(%C : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

// CHECK-LABEL: func @n128(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row, coarsening = 2>] ->
func.func @n128(%A: tensor<?x?xf32, #csr>, %B: tensor<?x128xf32>,
               %C: tensor<?x128xf32>) -> tensor<?x128xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x128xf32>)
    outs(%C : tensor<?x128xf32>) -> tensor<?x128xf32>
  return %0 : tensor<?x128xf32>
}

// N is where B has it: dimension 0 of a transposed B.
// CHECK-LABEL: func @transposed(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row, lanes = 8>] {transpose_b}
func.func @transposed(%A: tensor<?x?xf32, #csr>, %B: tensor<8x100xf32>,
                      %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<8x100xf32>)
    outs(%C : tensor<?x?xf32>) {transpose_b} -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// A vector is one column.
// CHECK-LABEL: func @vector(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row, lanes = 1>]
func.func @vector(%A: tensor<?x?xf32, #csr>, %x: tensor<?xf32>,
                  %y: tensor<?xf32>) -> tensor<?xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%x : tensor<?xf32>)
    outs(%y : tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// Known only at run time: a list with guards, the last without.
// CHECK-LABEL: func @dynamic(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row, coarsening = 2, when = [n gt 16]>,
// CHECK-SAME:      #sparse_gpu.schedule<unit = row, lanes = 8, unroll = 1>] ->
func.func @dynamic(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>,
                   %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// Schedules that are there stay.
// CHECK-LABEL: func @given(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row, warps = 16>] ->
func.func @given(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>,
                 %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>)
    schedules [#sparse_gpu.schedule<warps = 16>] -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// A reduction of more than one operation cannot be shared between lanes, so
// even one column takes whole warps.
// CHECK-LABEL: func @long_reduction(
// CHECK:         schedules [#sparse_gpu.schedule<unit = row>]
func.func @long_reduction(%A: tensor<?x?xf32, #csr>, %x: tensor<?xf32>,
                          %y: tensor<?xf32>) -> tensor<?xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%x : tensor<?xf32>)
    outs(%y : tensor<?xf32>) identity(0.0 : f32)
    combine {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.mulf %a, %b : f32
      sparse_gpu.yield %1 : f32
    } reduce {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.cmpf ogt, %a, %b : f32
      %2 = arith.select %1, %a, %b : f32
      sparse_gpu.yield %2 : f32
    } -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

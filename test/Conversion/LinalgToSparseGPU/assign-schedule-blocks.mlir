// Default schedules of matrices whose units have many rows with the same columns.
// RUN: sparse-opt %s --split-input-file --sparse-gpu-assign-schedule | FileCheck %s
// RUN: sparse-opt %s --split-input-file --sparse-gpu-assign-schedule=schedule=explain 2>&1 | FileCheck %s --check-prefix=WHY

// By blocks on tensor cores: one schedule for operands that can be copied 16
// bytes at once, one for all others.
// CHECK-LABEL: func.func @blocks
// CHECK: schedules [#sparse_gpu.schedule<unit = row_group, scope = block, path = mma, tile = [64, {{.*}}], {{.*}}registers = {{[0-9]+}}, when = [alignment ge 16, result_alignment ge 8]>,
// CHECK-SAME: #sparse_gpu.schedule<unit = row_group, scope = block, path = mma, tile = [64, 32, 32], warp_tile = [32, 32], copy = 0, {{.*}}>]
// WHY: remark: is computed by #sparse_gpu.schedule<unit = row_group, scope = block
// WHY: one in 4 entries is taken to be stored
// WHY: {{^}}  kernel      64x{{.*}} bytes shared
#block = #sparse_gpu.shuffled_block<v = 64>
func.func @blocks(%A: tensor<?x?xf16, #block>, %B: tensor<?x?xf16>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf16, #block>) b(%B : tensor<?x?xf16>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

// Rows of a transposed C are stored one by one; 16 bytes of halves are staged.
// CHECK-LABEL: func.func @halves
// CHECK: tile = [32, {{.*}}when = [alignment ge 16, result_alignment ge 16]>
#block = #sparse_gpu.vector_wise<v = 32>
func.func @halves(%A: tensor<?x?xf16, #block>, %B: tensor<?x?xf16>, %C: tensor<?x?xf16>) -> tensor<?x?xf16> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf16, #block>) b(%B : tensor<?x?xf16>) outs(%C : tensor<?x?xf16>) -> tensor<?x?xf16>
  return %0 : tensor<?x?xf16>
}

// -----

// CHECK-LABEL: func.func @transposed
// CHECK: tile = [32, {{.*}}when = [alignment ge 16]>
#block = #sparse_gpu.vector_wise<v = 32>
func.func @transposed(%A: tensor<?x?xf16, #block>, %B: tensor<?x?xf16>, %C: tensor<?x?xf16>) -> tensor<?x?xf16> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf16, #block>) b(%B : tensor<?x?xf16>) outs(%C : tensor<?x?xf16>) {transpose_c} -> tensor<?x?xf16>
  return %0 : tensor<?x?xf16>
}

// -----

// No instruction of tensor cores has 8 rows of halves, and none multiplies f32 as
// FMAs do; a vector is one column; f16 times f32; Aᵀ.
// CHECK-LABEL: func.func @warps
// CHECK-NOT: scope = block
// WHY: units of warps, on FMAs, by fixed rules
#eight = #sparse_gpu.shuffled_block<v = 8>
#block = #sparse_gpu.shuffled_block<v = 64>
func.func @warps(%A8: tensor<?x?xf16, #eight>, %A32: tensor<?x?xf32, #block>, %A: tensor<?x?xf16, #block>,
                 %B: tensor<?x?xf16>, %B32: tensor<?x?xf32>, %x: tensor<?xf16>, %C: tensor<?x?xf32>, %y: tensor<?xf32>)
    -> (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>, tensor<?x?xf32>, tensor<?x?xf32>) {
  %0 = sparse_gpu.spmm a(%A8 : tensor<?x?xf16, #eight>) b(%B : tensor<?x?xf16>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  %1 = sparse_gpu.spmm a(%A32 : tensor<?x?xf32, #block>) b(%B32 : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  %2 = sparse_gpu.spmm a(%A : tensor<?x?xf16, #block>) b(%x : tensor<?xf16>) outs(%y : tensor<?xf32>) -> tensor<?xf32>
  %3 = sparse_gpu.spmm a(%A : tensor<?x?xf16, #block>) b(%B32 : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  %4 = sparse_gpu.spmm a(%A : tensor<?x?xf16, #block>) b(%B : tensor<?x?xf16>) outs(%C : tensor<?x?xf32>) {transpose_a} -> tensor<?x?xf32>
  return %0, %1, %2, %3, %4 : tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>, tensor<?x?xf32>, tensor<?x?xf32>
}

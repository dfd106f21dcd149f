// i8 products that become i8 again: each sector would be stored four times without
// staging. --check has no reference for the shift, so the result is held
// against that of the same kernel without staging.
//
// RUN: sparse-run %s --hazards --seeds 3 --counters --output D=%t.staged.npy | FileCheck %s
// RUN: sparse-run %s --hazards --counters --output D=%t.direct.npy --pipeline "stage-epilogue=false" | FileCheck %s --check-prefix=DIRECT
// RUN: cmp %t.staged.npy %t.direct.npy
// RUN: sparse-run %s --hazards --output D=%t.persistent.npy --pipeline "persistent-blocks=1"
// RUN: cmp %t.staged.npy %t.persistent.npy

// CHECK: global memory
// CHECK-NEXT: stores 128 2048 0.066 100% 0.066 {{.*}} 1.00x
// CHECK: shared memory
// CHECK-NEXT: loads {{.*}} 0 (0%)
// CHECK-NEXT: stores {{.*}} 0 (0%)
// CHECK-NEXT: ldmatrix {{.*}} 0 (0%)
// CHECK: hazards 0
// DIRECT: global memory
// DIRECT-NEXT: stores {{.*}} 25% {{.*}} 4.00x
// DIRECT: hazards 0
#id = affine_map<(m, n) -> (m, n)>
func.func @matmul(%A: tensor<256x256xi8> {sparse_gpu.name = "A"}, %B: tensor<256x256xi8> {sparse_gpu.name = "B"}) -> (tensor<256x256xi8> {sparse_gpu.name = "D"}) {
  %z = arith.constant 0 : i32
  %e = tensor.empty() : tensor<256x256xi32>
  %C = linalg.fill ins(%z : i32) outs(%e : tensor<256x256xi32>) -> tensor<256x256xi32>
  %P = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
    ins(%A, %B : tensor<256x256xi8>, tensor<256x256xi8>) outs(%C : tensor<256x256xi32>) -> tensor<256x256xi32>
  %f = tensor.empty() : tensor<256x256xi8>
  %D = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%P : tensor<256x256xi32>) outs(%f : tensor<256x256xi8>) {
  ^bb0(%x: i32, %o: i8):
    %s = arith.constant 2 : i32
    %y = arith.shrsi %x, %s : i32
    %t = arith.trunci %y : i32 to i8
    linalg.yield %t : i8
  } -> tensor<256x256xi8>
  return %D : tensor<256x256xi8>
}

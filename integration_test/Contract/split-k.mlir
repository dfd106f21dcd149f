// K in parts: launches, and how they access global memory.
//
// DEFINE: %{run} = sparse-run %s --check --counters --input A=random:64x1040 --input B=random:1040x96 --input C=random:96x64
// DEFINE: %{tiles} = scope = block, path = mma, tile = [64, 32, 16], warp_tile = [32, 16], copy = 0
// RUN: %{run} --schedule "%{tiles}, split_k = 5" | FileCheck %s
//
// Three tiles, five parts. A fragment has four times two neighbours along n,
// that is eight rows of C with one element each: eight neighbours of the workspace.
// CHECK: launch    f_kernel_0, grid 1 x 3 x 5, block 128
// CHECK-NOT: atomic
// CHECK: stores {{.*}} 100% {{.*}} 1.00x
// One lane for each of the 6144 elements: whole sectors in the workspace and in
// C, although C is transposed.
// CHECK: launch    f_kernel_1, grid 48 x 1 x 1, block 128
// CHECK-NOT: atomic
// CHECK: global memory
// 192 warps load five parts of 128 bytes and 64 of C's.
// CHECK: loads 1152 4224 {{.*}} 100% {{.*}} 1.00x
// CHECK: stores 192 384 {{.*}} 100% {{.*}} 1.00x
// CHECK: PASS
//
// The order of additions is that of the parts: the same bits in each run, in
// whatever order blocks run.
// RUN: %{run} --schedule "%{tiles}, split_k = 5" --seeds 5 | FileCheck %s --check-prefix=SAME
// SAME: PASS

func.func @f(%A: tensor<64x1040xf16> {sparse_gpu.name = "A"}, %B: tensor<1040x96xf16> {sparse_gpu.name = "B"},
             %C: tensor<96x64xf16> {sparse_gpu.name = "C"}) -> tensor<96x64xf16> {
  %0 = linalg.generic {indexing_maps = [affine_map<(n, m, k) -> (m, k)>, affine_map<(n, m, k) -> (k, n)>, affine_map<(n, m, k) -> (n, m)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%A, %B : tensor<64x1040xf16>, tensor<1040x96xf16>) outs(%C : tensor<96x64xf16>) {
  ^bb0(%a: f16, %b: f16, %c: f16):
    %p = arith.mulf %a, %b : f16
    %s = arith.addf %c, %p : f16
    linalg.yield %s : f16
  } -> tensor<96x64xf16>
  return %0 : tensor<96x64xf16>
}

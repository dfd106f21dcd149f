// 256 blocks of 16 x 16 on 108 persistent ones, of A100: up to three turns in
// the same shared memory. The result goes through shared memory as well.
//
// RUN: sparse-run %s --check --hazards --seeds 3 --counters --pipeline "persistent-blocks=1" --schedule "[#sparse_gpu.schedule<scope = block, path = mma, tile = [16, 16, 32], warp_tile = [16, 16], stages = 3, register_stages = 2, when = [alignment ge 16, result_alignment ge 16]>, #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32], copy = 0>]" | FileCheck %s
// RUN: not sparse-run %s --pipeline "no-such-option=1" 2>&1 | FileCheck %s --check-prefix=NONE
// The grid is that of the tiles without:
// RUN: sparse-run %s --check --counters --schedule "[#sparse_gpu.schedule<scope = block, path = mma, tile = [16, 16, 32], warp_tile = [16, 16], stages = 3, register_stages = 2, when = [alignment ge 16, result_alignment ge 16]>, #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32], copy = 0>]" | FileCheck %s --check-prefix=ALL
// Blocks of sparse kernels, which stage in shared memory too:
// RUN: sparse-run %sparsegpu_src/examples/spmm-csr.mlir --input A=random:2000x300:0.02 --input B=random:?x40 --check --hazards --counters --pipeline "persistent-blocks=1" | FileCheck %s --check-prefix=SPARSE

// CHECK: grid 108 x 1 x 1, block 32 x 1 x 1
// CHECK: hazards 0
// CHECK: PASS
// NONE: --pipeline: there are no such options
// SPARSE: grid 108 x 1 x 1, block 128 x 1 x 1
// SPARSE: hazards 0
// SPARSE: PASS
// ALL: grid 16 x 16 x 1
// ALL: PASS
func.func @matmul(
    %A: tensor<256x256xf16> {sparse_gpu.name = "A"},
    %B: tensor<256x256xf16> {sparse_gpu.name = "B"})
    -> (tensor<256x256xf16> {sparse_gpu.name = "D"}) {
  %z = arith.constant 0.0 : f16
  %e = tensor.empty() : tensor<256x256xf16>
  %C = linalg.fill ins(%z : f16) outs(%e : tensor<256x256xf16>) -> tensor<256x256xf16>
  %D = linalg.matmul
      ins(%A, %B : tensor<256x256xf16>, tensor<256x256xf16>)
      outs(%C : tensor<256x256xf16>) -> tensor<256x256xf16>
  return %D : tensor<256x256xf16>
}

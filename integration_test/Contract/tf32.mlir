// f32 on tensor cores: three products of tf32 are within the bound of f32; one
// is not, which --check sees.
// RUN: sparse-run %s --device emulator --check --hazards \
// RUN:   --schedule "scope = block, path = mma_3xtf32, tile = [64, 64, 32], warp_tile = [32, 32], stages = 3, register_stages = 2" | FileCheck %s
// CHECK: hazards   0
// CHECK: PASS
// RUN: not sparse-run %s --device emulator --check \
// RUN:   --schedule "scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32]" | FileCheck %s --check-prefix=ONE
// ONE: FAIL
func.func @f(%A: tensor<129x200xf32>, %B: tensor<65x200xf32>, %C: tensor<129x65xf32>) -> tensor<129x65xf32> {
  %0 = linalg.matmul
    indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
    ins(%A, %B : tensor<129x200xf32>, tensor<65x200xf32>) outs(%C : tensor<129x65xf32>) -> tensor<129x65xf32>
  return %0 : tensor<129x65xf32>
}

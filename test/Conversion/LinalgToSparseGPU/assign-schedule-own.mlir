// What the model says of schedules that an operation has.
// RUN: sparse-opt %s --sparse-gpu-assign-schedule="schedule=explain" 2>&1 | FileCheck %s
// RUN: sparse-opt %s --sparse-gpu-assign-schedule 2>&1 | FileCheck %s --check-prefix=QUIET

// CHECK: remark: has schedules of its own
// CHECK-NEXT: kernel 128x128x32, warps 2x2 of 64x64, mma 16x8x16, stages 3 shared 1 register, copies of 16 B: about {{[0-9.]+}} us by the model, bound by
// CHECK-NEXT: kernel 64x64x32, warps 2x2 of 32x32, mma 16x8x16, stages 1 shared 1 register, copies of 2 B: about
// QUIET-NOT: remark
func.func @f(%A: tensor<1024x1024xf16>, %B: tensor<1024x1024xf16>, %C: tensor<1024x1024xf32>) -> tensor<1024x1024xf32> {
  %0 = sparse_gpu.contract a(%A : tensor<1024x1024xf16>) b(%B : tensor<1024x1024xf16>) outs(%C : tensor<1024x1024xf32>)
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [128, 128, 32], warp_tile = [64, 64], stages = 3, when = [alignment ge 16]>,
               #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32], copy = 0>] -> tensor<1024x1024xf32>
  return %0 : tensor<1024x1024xf32>
}

// Rounded to tf32; and no tile that the model knows.
// CHECK: remark: has schedules of its own
// CHECK-NEXT: kernel 64x64x16, warps 2x2 of 32x32, mma 16x8x8, {{.*}}: about
// CHECK-NEXT: kernel {{.*}}: the model does not know it: {{.*}}(TILE-{{[0-9]}})
func.func @tf32(%A: tensor<1024x1024xf32>, %B: tensor<1024x1024xf32>, %C: tensor<1024x1024xf32>) -> tensor<1024x1024xf32> {
  %0 = sparse_gpu.contract a(%A : tensor<1024x1024xf32>) b(%B : tensor<1024x1024xf32>) outs(%C : tensor<1024x1024xf32>)
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 16], warp_tile = [32, 32], stages = 2, when = [alignment ge 16]>,
               #sparse_gpu.schedule<scope = block, tile = [96, 16, 16], warp_tile = [32, 16], copy = 16, stages = 2>] -> tensor<1024x1024xf32>
  return %0 : tensor<1024x1024xf32>
}

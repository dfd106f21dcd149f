// Floats of 8 bits on tensor cores of sm_89: PTX 8.4, and a loop that is
// pipelined although the products are calls of intrinsics.
// RUN: sparse-opt %s --sparse-gpu-to-nvvm="operands=device chip=sm_89 schedule={scope = block, path = mma, tile = [32, 16, 64], warp_tile = [16, 16], stages = 3, register_stages = 2}" \
// RUN:   --verify-diagnostics | sed -e 's/\\0A/\n/g' -e 's/\\09/ /g' | FileCheck %s
// RUN: not sparse-opt %s --sparse-gpu-to-nvvm="operands=device chip=sm_89 features=+ptx80 schedule={scope = block, path = mma, tile = [32, 16, 64], warp_tile = [16, 16]}" 2>&1 | FileCheck %s --check-prefix=LOW
// LOW: error: feature '+ptx80' is too low for mma of 8-bit floats, which needs at least +ptx84
// RUN: not sparse-opt %s --sparse-gpu-to-nvvm="operands=device chip=sm_86 schedule={scope = block, path = mma, tile = [32, 16, 64], warp_tile = [16, 16]}" 2>&1 | FileCheck %s --check-prefix=OLD
// OLD: error: path mma has no instruction for f8E4M3FN with sums of f32 before sm_89 (SCH-16)

// CHECK: .version 8.4
// CHECK: cp.async.wait_group 1;
// CHECK: mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32
func.func @f(%A: tensor<256x256xf8E4M3FN>, %B: tensor<256x256xf8E4M3FN>, %C: tensor<256x256xf32>) -> tensor<256x256xf32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(m,n,k)->(m,k)>, affine_map<(m,n,k)->(n,k)>, affine_map<(m,n,k)->(m,n)>], iterator_types=["parallel","parallel","reduction"]} ins(%A, %B : tensor<256x256xf8E4M3FN>, tensor<256x256xf8E4M3FN>) outs(%C: tensor<256x256xf32>) {
  ^bb0(%x: f8E4M3FN, %y: f8E4M3FN, %z: f32):
   %1 = arith.extf %x : f8E4M3FN to f32
   %2 = arith.extf %y : f8E4M3FN to f32
   %3 = arith.mulf %1, %2 : f32
   %4 = arith.addf %z, %3 : f32
   linalg.yield %4 : f32 } -> tensor<256x256xf32>
  return %0 : tensor<256x256xf32>
}

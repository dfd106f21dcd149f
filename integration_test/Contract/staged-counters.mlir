// A result of 16 bits goes through shared memory: a quarter of the requests, 16
// bytes a lane instead of 4; each sector of C is stored once, whole, instead of
// twice in halves; there are no bank conflicts. The arena is what the model
// says, since the tile of C has the place of the operands.
//
// RUN: sparse-run %s --check --hazards --counters | FileCheck %s
// RUN: sed -e 's/f16/bf16/g' %s > %t.bf16.mlir
// RUN: sparse-run %t.bf16.mlir --check --hazards --counters | FileCheck %s
// RUN: sparse-opt %s --sparse-gpu-linalg-to-sparse-gpu="schedule=explain" -o %t.level1 2>&1 | FileCheck %s --check-prefix=MODEL
//
// The same without, by a schedule that knows nothing of the result's alignment:
// RUN: sparse-run %s --check --hazards --counters --schedule "[#sparse_gpu.schedule<scope = block, path = mma, tile = [32, 32, 64], warp_tile = [32, 16], stages = 4, register_stages = 4, when = [alignment ge 16, result_alignment ge 4]>, #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32], copy = 0>]" | FileCheck %s --check-prefix=DIRECT
//
// One stage of 16 in K has 8192 bytes of operands, C 32768:
// RUN: sparse-run %s --check --hazards --counters --schedule "[#sparse_gpu.schedule<scope = block, path = mma, tile = [128, 128, 16], warp_tile = [64, 32], when = [alignment ge 16, result_alignment ge 16]>, #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32], copy = 0>]" | FileCheck %s --check-prefix=LARGE

// CHECK: shared memory of a block: 0 static, 32768 dynamic bytes
// CHECK: global memory
// CHECK-NEXT: stores 256 4096 0.131 100% 0.131 1024 1.00x
// CHECK: shared memory
// CHECK-NEXT: loads {{.*}} 0 (0%)
// CHECK-NEXT: stores {{.*}} 0 (0%)
// CHECK-NEXT: ldmatrix {{.*}} 0 (0%)
// CHECK-NEXT: async copies {{.*}} 0 (0%)
// CHECK: hazards 0
// CHECK: PASS

// MODEL: C staged in place
// MODEL: 32768 bytes shared

// DIRECT: shared memory of a block: 0 static, 32768 dynamic bytes
// DIRECT: global memory
// DIRECT-NEXT: stores 1024 8192 0.262 50% 0.131 1024 2.00x
// DIRECT: PASS

// LARGE: shared memory of a block: 0 static, 32768 dynamic bytes
// LARGE: stores {{.*}} 100% {{.*}} 1.00x
// LARGE: loads {{.*}} 0 (0%)
// LARGE-NEXT: stores {{.*}} 0 (0%)
// LARGE: hazards 0
// LARGE: PASS
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

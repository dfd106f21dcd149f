// Sums of nothing: an elementwise nest with the epilogue of zeros, whatever the
// schedules.
// RUN: sparse-opt %s --sparse-gpu-contract-to-tiles --canonicalize | FileCheck %s
// RUN: sparse-opt %s --sparse-gpu-contract-to-tiles --canonicalize --sparse-gpu-tiles-to-gpu | FileCheck %s --check-prefix=GPU

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>
#s = #sparse_gpu.schedule<unit = default, scope = block, path = mma, tile = [16, 16, 16], warp_tile = [16, 16], copy = 0, split_k = 4>

// CHECK-LABEL: func.func @added(
// CHECK-NOT: memref.alloc
// CHECK: scf.forall
// CHECK: linalg.fill
// CHECK-NOT: linalg.matmul
// CHECK: sparse_gpu.load %arg2
// CHECK: linalg.generic
// CHECK: sparse_gpu.store
// CHECK-NOT: scf.forall
// CHECK: return
// GPU: gpu.launch_func
func.func @added(%A: memref<8x0xf16>, %B: memref<0x24xf16>, %C: memref<8x24xf32>) {
  sparse_gpu.contract a(%A : memref<8x0xf16>) b(%B : memref<0x24xf16>)
    outs(%C : memref<8x24xf32>) beta maps [#a, #b, #c] schedules [#s]
  return
}

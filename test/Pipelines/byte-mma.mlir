// The default kernel of bytes that do not lie along K: PTX transposes them by
// ldmatrix and prmt, and loads no single byte from shared memory in the loop.
// RUN: sparse-opt %s --sparse-gpu-to-nvvm="operands=device chip=sm_80" --verify-diagnostics \
// RUN:   | sed -e 's/\\0A/\n/g' -e 's/\\09/ /g' | FileCheck %s
// RUN: sparse-opt %s --sparse-gpu-to-nvvm="operands=device chip=sm_75" --verify-diagnostics \
// RUN:   | sed -e 's/\\0A/\n/g' -e 's/\\09/ /g' | FileCheck %s --check-prefix=OLD

// CHECK:     cp.async.wait_group
// CHECK-NOT: ld.shared
// CHECK:     ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16
// CHECK-NOT: ld.shared
// CHECK:     prmt.b32
// CHECK-NOT: ld.shared
// CHECK:     mma.sync.aligned.m16n8k32.row.col.satfinite.s32.s8.s8.s32
// CHECK-NOT: ld.shared
// CHECK:     st.global.v4

// OLD-NOT: ld.shared
// OLD:     ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16
// OLD-NOT: ld.shared
// OLD:     prmt.b32
// OLD-NOT: ld.shared
// OLD:     mma.sync.aligned.m8n8k16.row.col.satfinite.s32.s8.s8.s32
// OLD-NOT: ld.shared
func.func @f(%A: tensor<1024x1024xi8>, %B: tensor<1024x1024xi8>, %C: tensor<1024x1024xi32>) -> tensor<1024x1024xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    ins(%A, %B : tensor<1024x1024xi8>, tensor<1024x1024xi8>) outs(%C : tensor<1024x1024xi32>) -> tensor<1024x1024xi32>
  return %0 : tensor<1024x1024xi32>
}

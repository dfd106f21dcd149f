// The model splits K where C has few tiles, all sizes are known, and there may be
// a workspace.
// RUN: sparse-opt %s --sparse-gpu-assign-schedule | FileCheck %s --check-prefixes=CHECK,SPLIT
// RUN: sparse-opt %s --sparse-gpu-assign-schedule="workspace=false" | FileCheck %s --check-prefixes=CHECK,ONE
// RUN: sparse-opt %s --sparse-gpu-assign-schedule="schedule=explain" 2>&1 >/dev/null | FileCheck %s --check-prefix=WHY
// RUN: sparse-opt %s --sparse-gpu-assign-schedule="schedule=explain workspace=false" 2>&1 >/dev/null | FileCheck %s --check-prefix=WHYNOT
// Arguments of functions do not depend on the model: device memory is the caller's.
// RUN: sparse-opt %s --sparse-gpu-linalg-to-sparse-gpu="operands=device" | FileCheck %s --check-prefixes=CHECK,ONE
// RUN: sparse-opt %s --sparse-gpu-linalg-to-sparse-gpu="operands=host" | FileCheck %s --check-prefixes=CHECK,SPLIT

#mk = affine_map<(m, n, k) -> (m, k)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>

// Both schedules, that for aligned operands and the other one.
// CHECK-LABEL: func.func @deep(
// SPLIT: schedules [#sparse_gpu.schedule<{{.*}}split_k = 16, registers = {{[0-9]+}}, when = {{.*}}>, #sparse_gpu.schedule<{{.*}}copy = 0, split_k = 16, registers = {{[0-9]+}}>]
// ONE-NOT: split_k
// WHY: remark: is computed by #sparse_gpu.schedule<{{.*}}, split_k = 16
// WHY: K split by 16
// WHY: split {{.*}} cycles to sum 16 parts of K
// WHYNOT: K is in one part: there is no workspace
func.func @deep(%A: tensor<64x16384xf16>, %B: tensor<16384x64xf16>, %C: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %0 = sparse_gpu.contract a(%A : tensor<64x16384xf16>) b(%B : tensor<16384x64xf16>) outs(%C : tensor<64x64xf32>) maps [#mk, #kn, #mn] -> tensor<64x64xf32>
  return %0 : tensor<64x64xf32>
}

// FMAs as well.
// CHECK-LABEL: func.func @fmas(
// SPLIT: schedules [#sparse_gpu.schedule<{{.*}}tile = [64, 64, 16], {{.*}}split_k = 16, registers = {{[0-9]+}}, when = {{.*}}>, #sparse_gpu.schedule<{{.*}}copy = 0, split_k = 16, registers = {{[0-9]+}}>]
// ONE-NOT: split_k
// WHY: tiles of FMAs, K split by 16 by the model
func.func @fmas(%A: tensor<64x16384xf32>, %B: tensor<16384x64xf32>, %C: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %0 = sparse_gpu.contract a(%A : tensor<64x16384xf32>) b(%B : tensor<16384x64xf32>) outs(%C : tensor<64x64xf32>) maps [#mk, #kn, #mn] -> tensor<64x64xf32>
  return %0 : tensor<64x64xf32>
}

// Enough tiles.
// CHECK-LABEL: func.func @large(
// CHECK-NOT: split_k
func.func @large(%A: tensor<4096x4096xf16>, %B: tensor<4096x4096xf16>, %C: tensor<4096x4096xf32>) -> tensor<4096x4096xf32> {
  %0 = sparse_gpu.contract a(%A : tensor<4096x4096xf16>) b(%B : tensor<4096x4096xf16>) outs(%C : tensor<4096x4096xf32>) maps [#mk, #kn, #mn] -> tensor<4096x4096xf32>
  return %0 : tensor<4096x4096xf32>
}

// A workspace of a size that nobody knows is not for the model to ask for.
// CHECK-LABEL: func.func @unknown(
// CHECK-NOT: split_k
// WHY: K is in one part: sizes are known at run time only
func.func @unknown(%A: tensor<?x16384xf16>, %B: tensor<16384x64xf16>, %C: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %0 = sparse_gpu.contract a(%A : tensor<?x16384xf16>) b(%B : tensor<16384x64xf16>) outs(%C : tensor<?x64xf32>) maps [#mk, #kn, #mn] -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

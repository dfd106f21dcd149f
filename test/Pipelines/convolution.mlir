// A convolution is one pipeline: kernel rows, kernel columns and channels are
// one loop of 3 * 3 * 64, in steps of the schedule, so that nothing is drained
// between them. The blocks' own loops around it finish a result each, which is
// no reason for a remark.
// RUN: sparse-opt %s --sparse-gpu-linalg-to-sparse-gpu --sparse-gpu-to-tiles --sparse-gpu-tiles-to-gpu="operands=device chip=sm_80" \
// RUN:   --verify-diagnostics | FileCheck %s
// CHECK: gpu.func
// CHECK: %[[K:.*]] = arith.constant 576 : index
// CHECK: nvgpu.device_async_copy
// CHECK: scf.for %{{.*}} = %c0{{.*}} to %[[K]] step
// CHECK-NOT: scf.for
// CHECK: nvgpu.device_async_copy
// CHECK: nvgpu.ldmatrix
// CHECK: nvgpu.mma.sync
// CHECK: sparse_gpu.pipelined
// CHECK-NOT: sparse_gpu.pipelined
func.func @f(%I: tensor<8x18x18x64xf16>, %F: tensor<3x3x64x128xf16>, %O: tensor<8x16x16x128xf32>) -> tensor<8x16x16x128xf32> {
  %0 = linalg.conv_2d_nhwc_hwcf ins(%I, %F : tensor<8x18x18x64xf16>, tensor<3x3x64x128xf16>) outs(%O : tensor<8x16x16x128xf32>) -> tensor<8x16x16x128xf32>
  return %0 : tensor<8x16x16x128xf32>
}

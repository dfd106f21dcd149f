// operands=device: the function takes the caller's stream last and launches on
// it; it allocates, copies and synchronises nothing, and makes no stream.
// operands=host, for contrast, does all of it.
//
// RUN: sparse-opt %s --sparse-gpu-to-nvvm="operands=device" \
// RUN:   | mlir-translate --mlir-to-llvmir | FileCheck %s --check-prefix=DEVICE
// RUN: sparse-opt %s --sparse-gpu-to-nvvm="operands=host" \
// RUN:   | mlir-translate --mlir-to-llvmir | FileCheck %s --check-prefix=HOST

// The last argument is the stream, and that of the launch.
// DEVICE-LABEL: define {{.*}} @spmm(
// DEVICE-SAME: ptr %[[STREAM:[0-9]+]])
// DEVICE-NOT: call {{.*}}@mgpu{{(Stream|Event|Mem)}}
// DEVICE: call void @mgpuLaunchKernel({{.*}}, ptr %[[STREAM]],
// DEVICE-NOT: call {{.*}}@mgpu{{(Stream|Event|Mem)}}
// DEVICE: ret

// HOST-LABEL: define {{.*}} @spmm(
// HOST: call ptr @mgpuStreamCreate
// HOST: call ptr @mgpuMemAlloc
// HOST: call void @mgpuMemcpy
// HOST: call void @mgpuLaunchKernel
// HOST: call void @mgpuMemcpy
// HOST: call void @mgpuMemFree
// HOST: call void @mgpuStreamSynchronize
// HOST: call void @mgpuStreamDestroy
func.func @spmm(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x64xf32>,
                %C: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %0 = linalg.matmul
    ins(%A, %B : tensor<?x?xf32, #sparse_gpu.csr>, tensor<?x64xf32>)
    outs(%C : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

// Where a workspace is: on the device from the start, or an argument.
//
// RUN: sparse-opt %s --sparse-gpu-place-operands="operands=host" | FileCheck %s --check-prefix=HOST
// RUN: sparse-opt %s --sparse-gpu-place-operands="operands=device" | FileCheck %s --check-prefix=DEVICE

// HOST-LABEL: func @f(
// HOST-SAME:    %[[M:.*]]: index, %[[B:.*]]: memref<?x?xf16>)
// HOST:         %[[N:.*]] = memref.dim %[[B]], %c1
// HOST:         %[[W:.*]], %[[T:.*]] = gpu.alloc async [%{{.*}}] (%[[M]], %[[N]]) : memref<?x?xf32>
// HOST:         gpu.wait [%[[T]]]
// HOST-NOT:     gpu.memcpy
// HOST:         gpu.launch
// HOST:           memref.store %{{.*}}, %[[W]]
// HOST-NOT:     gpu.memcpy
// HOST:         gpu.dealloc async [%{{.*}}] %[[W]]
// HOST-NOT:     memref.alloc

// The size query has the arguments of the function.
// DEVICE-LABEL: func @f_workspace_bytes(
// DEVICE-SAME:    %[[M:.*]]: index, %[[B:.*]]: memref<?x?xf16>) -> index
// DEVICE:         %[[N:.*]] = memref.dim %[[B]], %{{.*}}
// DEVICE:         %[[R:.*]] = arith.muli %{{.*}}, %[[M]]
// DEVICE:         arith.muli %[[R]], %[[N]]
// DEVICE:         return %{{.*}} : index

// DEVICE-LABEL: func @f(
// DEVICE-SAME:    %[[M:[^:]*]]: index, %[[B:[^:]*]]: memref<?x?xf16>, %[[BYTES:[^:]*]]: memref<?xi8>, %{{[^:]*}}: !llvm.ptr)
// DEVICE:         %[[W:.*]] = memref.view %[[BYTES]][%{{.*}}][%[[M]], %{{.*}}] : memref<?xi8> to memref<?x?xf32>
// DEVICE:         gpu.launch async
// DEVICE:           memref.store %{{.*}}, %[[W]]
// DEVICE-NOT:     dealloc
func.func @f(%m: index, %B: memref<?x?xf16>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %n = memref.dim %B, %c1 : memref<?x?xf16>
  %W = memref.alloc(%m, %n) {sparse_gpu.workspace} : memref<?x?xf32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    memref.store %zero, %W[%c0, %c0] : memref<?x?xf32>
    gpu.terminator
  } {sparse_gpu.nest}
  memref.dealloc %W : memref<?x?xf32>
  return
}

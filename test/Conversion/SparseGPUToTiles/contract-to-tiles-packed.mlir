// Operands with gaps or an offset, in host memory: their copies on the device
// will be packed, so that is what the nests compute with. In device memory they
// are taken as they lie.
// RUN: sparse-opt %s --sparse-gpu-contract-to-tiles --canonicalize | FileCheck %s
// RUN: sparse-opt %s --sparse-gpu-contract-to-tiles=operands=device --canonicalize | FileCheck %s --check-prefix=DEVICE
// RUN: not sparse-opt %s --sparse-gpu-contract-to-tiles=operands=moon 2>&1 | FileCheck %s --check-prefix=MOON
// MOON: option 'operands' must be host or device, got 'moon'

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>
#s = #sparse_gpu.schedule<unit = default, scope = block, path = mma, tile = [16, 16, 16], warp_tile = [16, 16], copy = 0>

// CHECK-LABEL: func.func @added(
// CHECK-SAME: %[[A:[a-z0-9]*]]: memref<?x40xf16, strided<[200, 2], offset: 305>>, %[[B:[a-z0-9]*]]: memref<40x24xf16>, %[[C:[a-z0-9]*]]: memref<?x24xf32, strided<[?, 1], offset: ?>>
// CHECK: %[[ROWS:.*]] = memref.dim %[[A]]
// CHECK: %[[PA:.*]] = memref.alloc(%[[ROWS]]) : memref<?x40xf16>
// CHECK: memref.copy %[[A]], %[[PA]]
// CHECK: %[[PC:.*]] = memref.alloc(%{{.*}}) : memref<?x24xf32>
// CHECK: memref.copy %[[C]], %[[PC]]
// CHECK: scf.forall
// CHECK: sparse_gpu.load %[[PA]]
// CHECK: sparse_gpu.load %[[B]]
// CHECK: sparse_gpu.store %{{.*}} into %[[PC]]
// CHECK: memref.copy %[[PC]], %[[C]]
// CHECK-DAG: memref.dealloc %[[PA]]
// CHECK-DAG: memref.dealloc %[[PC]]

// DEVICE-LABEL: func.func @added(
// DEVICE-SAME: %[[A:[a-z0-9]*]]: memref<?x40xf16, strided<[200, 2], offset: 305>>
// DEVICE-NOT: memref.copy
// DEVICE: sparse_gpu.load %[[A]]
func.func @added(%A: memref<?x40xf16, strided<[200, 2], offset: 305>>, %B: memref<40x24xf16>, %C: memref<?x24xf32, strided<[?, 1], offset: ?>>) {
  sparse_gpu.contract a(%A : memref<?x40xf16, strided<[200, 2], offset: 305>>) b(%B : memref<40x24xf16>)
    outs(%C : memref<?x24xf32, strided<[?, 1], offset: ?>>) beta maps [#a, #b, #c] schedules [#s]
  return
}

// What C held is not needed; one operand twice is packed once.
// CHECK-LABEL: func.func @square(
// CHECK-SAME: %[[A:[a-z0-9]*]]: memref<24x24xf16, strided<[30, 1]>>, %[[C:[a-z0-9]*]]: memref<24x24xf32, strided<[30, 1]>>
// CHECK: %[[PA:.*]] = memref.alloc() : memref<24x24xf16>
// CHECK: memref.copy %[[A]], %[[PA]]
// CHECK: %[[PC:.*]] = memref.alloc() : memref<24x24xf32>
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.copy
// CHECK: scf.forall
// CHECK: memref.copy %[[PC]], %[[C]]
func.func @square(%A: memref<24x24xf16, strided<[30, 1]>>, %C: memref<24x24xf32, strided<[30, 1]>>) {
  sparse_gpu.contract a(%A : memref<24x24xf16, strided<[30, 1]>>) b(%A : memref<24x24xf16, strided<[30, 1]>>)
    outs(%C : memref<24x24xf32, strided<[30, 1]>>) maps [#a, #b, #c] schedules [#s]
  return
}

// sparse_gpu.contract and the tiles of its nest, as text and as bytecode.
// RUN: sparse-opt %s | sparse-opt | FileCheck %s
// RUN: sparse-opt %s --emit-bytecode | sparse-opt | FileCheck %s
// RUN: sparse-opt %s --mlir-print-op-generic | sparse-opt | FileCheck %s

// CHECK-LABEL: func.func @matmul
// CHECK: sparse_gpu.contract a(%{{.*}} : tensor<?x?xf16>) b(%{{.*}} : tensor<?x?xf16>) outs(%{{.*}} : tensor<?x?xf32>) beta maps [{{.*}}] -> tensor<?x?xf32>
func.func @matmul(%A: tensor<?x?xf16>, %B: tensor<?x?xf16>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = sparse_gpu.contract a(%A : tensor<?x?xf16>) b(%B : tensor<?x?xf16>) outs(%C : tensor<?x?xf32>) beta
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>] -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// CHECK-LABEL: func.func @epilogue
// CHECK: sparse_gpu.contract {{.*}} inputs(%{{.*}} : memref<8xf16>) outs({{.*}}) maps
// CHECK-SAME: schedules [#sparse_gpu.schedule<unit = default, scope = block, path = mma, tile = [128, 128, 32], warp_tile = [64, 64], stages = 3, register_stages = 2, split_k = 8, registers = 200, when = [alignment ge 16]>, #sparse_gpu.schedule<unit = default, scope = block, tile = [64, 64, 16], warp_tile = [32, 32], copy = 0>]
// CHECK-SAME: input_maps = [#{{.*}}]
// CHECK-SAME: epilogue {
func.func @epilogue(%A: memref<4x16xf16>, %B: memref<16x8xf16>, %bias: memref<8xf16>, %C: memref<4x8xf16>) {
  sparse_gpu.contract a(%A : memref<4x16xf16>) b(%B : memref<16x8xf16>) inputs(%bias : memref<8xf16>)
    outs(%C : memref<4x8xf16>)
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [128, 128, 32], warp_tile = [64, 64], stages = 3, register_stages = 2, split_k = 8, registers = 200, when = [alignment ge 16]>,
               #sparse_gpu.schedule<scope = block, tile = [64, 64, 16], warp_tile = [32, 32], copy = 0>]
    {input_maps = [affine_map<(m, n, k) -> (n)>]}
    epilogue {
    ^bb0(%x: f32, %b: f16):
      %0 = arith.extf %b : f16 to f32
      %1 = arith.addf %x, %0 : f32
      %2 = arith.truncf %1 : f32 to f16
      sparse_gpu.yield %2 : f16
    }
  return
}

// CHECK-LABEL: func.func @tiles
// CHECK: sparse_gpu.load %{{.*}} rows(%{{.*}}) [%{{.*}}] columns(%{{.*}}) [%{{.*}}] contiguous 1 run 8
// CHECK: sparse_gpu.store %{{.*}} into %{{.*}} rows(%{{.*}}) [%{{.*}}] columns(%{{.*}}) [%{{.*}}] contiguous 1 run 8 :
// CHECK: sparse_gpu.store %{{.*}} contiguous 1 run 8 staged :
func.func @tiles(%A: memref<?x?xf16>, %r: tensor<16xindex>, %c: tensor<8xindex>, %m: index, %n: index) {
  %0 = sparse_gpu.load %A rows(%r)[%m] columns(%c)[%n] contiguous 1 run 8
    : memref<?x?xf16>, tensor<16xindex>, tensor<8xindex> -> tensor<16x8xf16>
  sparse_gpu.store %0 into %A rows(%r)[%m] columns(%c)[%n] contiguous 1 run 8
    : tensor<16x8xf16>, tensor<16xindex>, tensor<8xindex> into memref<?x?xf16>
  sparse_gpu.store %0 into %A rows(%r)[%m] columns(%c)[%n] contiguous 1 run 8 staged
    : tensor<16x8xf16>, tensor<16xindex>, tensor<8xindex> into memref<?x?xf16>
  return
}

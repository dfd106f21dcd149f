// sparse-gpu-swizzle and transform.sparse_gpu.swizzle in the stock mlir-opt.
// UNSUPPORTED: asan
// DEFINE: %{plugin} = mlir-opt %s --load-dialect-plugin=%sparsegpu_libs/SparseGPUPlugin.so --load-pass-plugin=%sparsegpu_libs/SparseGPUPlugin.so
// RUN: %{plugin} --pass-pipeline="builtin.module(sparse-gpu-swizzle{explain=true})" 2>&1 | FileCheck %s
// RUN: %{plugin} --pass-pipeline="builtin.module(transform-interpreter)" 2>&1 | FileCheck %s
// CHECK: remark: shared buffer of type {{.*}} has no bank conflicts with column xor (row mod 32) * 1
// CHECK: arith.xori
module attributes {transform.with_named_sequence} {
  gpu.module @m {
    gpu.func @column() kernel {
      %c0 = arith.constant 0 : index
      %a = memref.alloc() : memref<32x32xf32, #gpu.address_space<workgroup>>
      %lane = gpu.lane_id
      %v = memref.load %a[%lane, %c0] : memref<32x32xf32, #gpu.address_space<workgroup>>
      gpu.return
    }
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %a = transform.structured.match ops{["memref.alloc"]} in %root : (!transform.any_op) -> !transform.any_op
    transform.sparse_gpu.swizzle %a {explain} : !transform.any_op
    transform.yield
  }
}

// Debian's stock mlir-opt, with the plugin, makes what sparse-opt makes: the
// whole output is compared, but for the time that LLVM records.
// UNSUPPORTED: asan
// DEFINE: %{options} =
// DEFINE: %{plugin} = mlir-opt %s --load-dialect-plugin=%sparsegpu_libs/SparseGPUPlugin.so --load-pass-plugin=%sparsegpu_libs/SparseGPUPlugin.so \
// DEFINE:   --pass-pipeline="builtin.module(sparse-gpu-to-nvvm{%{options}})" | sed -E "s/TimeInMs = [0-9]+//g"
// DEFINE: %{own} = sparse-opt %s --sparse-gpu-to-nvvm="%{options}" | sed -E "s/TimeInMs = [0-9]+//g"

// RUN: %{plugin} > %t.plugin
// RUN: %{own} > %t.own
// RUN: diff %t.plugin %t.own
// RUN: FileCheck %s --input-file=%t.plugin --check-prefix=DEFAULT
// DEFAULT: chip = "sm_80", {{.*}}.visible .entry spmm_kernel_0(

// REDEFINE: %{options} = chip=sm_90a features=+ptx80 operands=device require-gpu schedule={warps = 8}
// RUN: %{plugin} > %t.plugin
// RUN: %{own} > %t.own
// RUN: diff %t.plugin %t.own
// RUN: FileCheck %s --input-file=%t.plugin --check-prefix=SM90A
// SM90A: chip = "sm_90a", features = "+ptx80"{{.*}}.visible .entry spmm_kernel(

// REDEFINE: %{options} = format=llvm
// RUN: %{plugin} > %t.plugin
// RUN: %{own} > %t.own
// RUN: diff %t.plugin %t.own

// An error is an error there too.
// RUN: not mlir-opt %s --load-dialect-plugin=%sparsegpu_libs/SparseGPUPlugin.so --load-pass-plugin=%sparsegpu_libs/SparseGPUPlugin.so \
// RUN:   --pass-pipeline="builtin.module(sparse-gpu-to-nvvm{chip=sm_81})" 2>&1 | FileCheck %s --check-prefix=ERROR
// ERROR: error: unknown chip 'sm_81'
func.func @spmm(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #sparse_gpu.csr>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// Conversions that prune: a product with what is left of a dense weight.
//
// DEFINE: %{in} = --input W=random:70x53 --input B=random:53x17 --input C=random:70x17 --values random --check --hazards
//
// RUN: sed 's/TO>/nm<n = 1, m = 4>>/g' %s > %t.1.mlir && sparse-run %t.1.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/vnm<v = 16, n = 2, m = 8>>/g' %s > %t.2.mlir && sparse-run %t.2.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/vector_wise<v = 8>>/g' %s > %t.3.mlir && sparse-run %t.3.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/shuffled_block<v = 16>>/g' %s > %t.4.mlir && sparse-run %t.4.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/bsr<rows = 4, columns = 5>>/g' %s > %t.5.mlir && sparse-run %t.5.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/csr>/g' %s > %t.6.mlir && sparse-run %t.6.mlir %{in} | FileCheck %s
// CHECK: PASS
//
// Without `prune` the weight does not fit.
// RUN: sed 's/ prune 0.75//; s/TO>/nm<n = 1, m = 4>>/g' %s > %t.7.mlir
// RUN: not sparse-run %t.7.mlir %{in} 2>&1 | FileCheck %s --check-prefix=LOSSY
// LOSSY: sparsegpu: error: {{.*}} 1:4 storage holds 1
//
// Of 3710 places a quarter stays.
// RUN: sparse-run %t.6.mlir %{in} --output kept=%t.mtx
// RUN: %python -c "print('kept', sum(float(line) != 0 for line in open('%t.mtx').read().splitlines()[2:]))" | FileCheck %s --check-prefix=KEPT
// KEPT: kept 927

func.func @f(
    %W: tensor<?x?xf32> {sparse_gpu.name = "W"},
    %B: tensor<?x?xf32> {sparse_gpu.name = "B"},
    %C: tensor<?x?xf32> {sparse_gpu.name = "C"})
    -> (tensor<?x?xf32> {sparse_gpu.name = "D"}, tensor<?x?xf32> {sparse_gpu.name = "kept"}) {
  %0 = sparse_gpu.convert %W prune 0.75 : tensor<?x?xf32> to tensor<?x?xf32, #sparse_gpu.TO>
  %D = linalg.matmul ins(%0, %B : tensor<?x?xf32, #sparse_gpu.TO>, tensor<?x?xf32>)
                     outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  %1 = sparse_gpu.convert %0 : tensor<?x?xf32, #sparse_gpu.TO> to tensor<?x?xf32>
  return %D, %1 : tensor<?x?xf32>, tensor<?x?xf32>
}

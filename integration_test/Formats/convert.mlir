// Conversions when a program runs: compressed rows to a format, from there to
// another, to a dense matrix and back, and a product with each.
//
// DEFINE: %{in} = --input A=random:61x53:0.07 --input B=random:53x33 --input C=random:61x33 --values random --check --hazards
// DEFINE: %{thin} = --input A=random:61x53:0.01 --input B=random:53x33 --input C=random:61x33 --values random --check --hazards
//
// RUN: sed 's/TO>/coo<coordinates = i8>>/g' %s > %t.1.mlir && sparse-run %t.1.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/dcsr<positions = index>>/g' %s > %t.2.mlir && sparse-run %t.2.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/bsr<rows = 3, columns = 5>>/g' %s > %t.3.mlir && sparse-run %t.3.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/blocked_ell<size = 4>>/g' %s > %t.4.mlir && sparse-run %t.4.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/sliced_ell<rows = 7>>/g' %s > %t.5.mlir && sparse-run %t.5.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/shuffled_block<v = 16>>/g' %s > %t.6.mlir && sparse-run %t.6.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/vector_wise<v = 8>>/g' %s > %t.7.mlir && sparse-run %t.7.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/condensed_tiles<layout = tcf>>/g' %s > %t.8.mlir && sparse-run %t.8.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/condensed_tiles<layout = me_tcf, tile = 4>>/g' %s > %t.9.mlir && sparse-run %t.9.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/condensed_tiles<layout = bit_tcf>>/g' %s > %t.10.mlir && sparse-run %t.10.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/condensed_tiles<layout = me_bcrs>>/g' %s > %t.11.mlir && sparse-run %t.11.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/row_merge<coordinates = i16>>/g' %s > %t.12.mlir && sparse-run %t.12.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/vnm<v = 1, n = 3, m = 8>>/g' %s > %t.13.mlir && sparse-run %t.13.mlir %{thin} | FileCheck %s
// RUN: sed 's/TO>/nm<n = 2, m = 4>>/g' %s > %t.14.mlir && sparse-run %t.14.mlir %{thin} | FileCheck %s
// RUN: sed 's/TO>/dia<coordinates = i64>>/g' %s > %t.17.mlir && sparse-run %t.17.mlir %{in} | FileCheck %s
// RUN: sed 's/TO>/bsr>/g' %s > %t.15.mlir && sparse-run %t.15.mlir --input A=zeros:5x7 --input B=random:7x3 --input C=random:5x3 --check | FileCheck %s
// CHECK: PASS
//
// A matrix that the format cannot hold ends the program.
// RUN: not sparse-run %t.14.mlir --input A=random:61x53:0.5 --input B=random:53x33 --input C=random:61x33 2>&1 | FileCheck %s --check-prefix=LOSSY
// LOSSY: sparsegpu: error: {{.*}}.mlir:[[#@LINE+17]]:8: sparse_gpu.convert: operand of type tensor<?x?xf16, #sparse_gpu.csr> as tensor<?x?xf16, #sparse_gpu.nm>: row {{[0-9]+}} has {{[34]}} entries in group {{[0-9]+}}, columns {{[0-9]+}} to {{[0-9]+}}; 2:4 storage holds 2
// LOSSY-NOT: {{.}}
//
// RUN: sed 's/TO>/coo<coordinates = i8>>/g' %s > %t.16.mlir
// RUN: not sparse-run %t.16.mlir --input A=random:4x300:1 --input B=random:300x33 --input C=random:4x33 2>&1 | FileCheck %s --check-prefix=NARROW
// NARROW: sparsegpu: error: {{.*}} as tensor<?x?xf16, #sparse_gpu.coo<coordinates = i8>>: the coordinate 299 does not fit 8 bits, whose largest value is 255
//
// A bundle has no packers.
// RUN: not sparse-run %t.1.mlir --input A=random:61x53:0.07 --input B=random:53x33 --input C=random:61x33 --emit-bundle=%t.bundle 2>&1 | FileCheck %s --check-prefix=BUNDLE
// BUNDLE: sparse-run: error: the program converts between formats when it runs, which a bundle does not: convert the matrix before (sparse-pack convert)

#csr = #sparse_gpu.csr
func.func @f(
    %A: tensor<?x?xf16, #csr> {sparse_gpu.name = "A"},
    %B: tensor<?x?xf16> {sparse_gpu.name = "B"},
    %C: tensor<?x?xf32> {sparse_gpu.name = "C"})
    -> (tensor<?x?xf32> {sparse_gpu.name = "D"}, tensor<?x?xf16> {sparse_gpu.name = "dense"}) {
  %0 = sparse_gpu.convert %A : tensor<?x?xf16, #csr> to tensor<?x?xf16, #sparse_gpu.TO>
  %D0 = call @product(%0, %B, %C)
    : (tensor<?x?xf16, #sparse_gpu.TO>, tensor<?x?xf16>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %1 = sparse_gpu.convert %0
    : tensor<?x?xf16, #sparse_gpu.TO> to tensor<?x?xf16, #sparse_gpu.sliced_ell<rows = 8>>
  %D1 = linalg.matmul
      ins(%1, %B : tensor<?x?xf16, #sparse_gpu.sliced_ell<rows = 8>>, tensor<?x?xf16>)
      outs(%D0 : tensor<?x?xf32>) -> tensor<?x?xf32>
  %2 = sparse_gpu.convert %0 : tensor<?x?xf16, #sparse_gpu.TO> to tensor<?x?xf16>
  %3 = sparse_tensor.convert %2 : tensor<?x?xf16> to tensor<?x?xf16, #sparse_gpu.row_merge>
  %D2 = linalg.matmul ins(%3, %B : tensor<?x?xf16, #sparse_gpu.row_merge>, tensor<?x?xf16>)
      outs(%D1 : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %D2, %2 : tensor<?x?xf32>, tensor<?x?xf16>
}

func.func private @product(%A: tensor<?x?xf16, #sparse_gpu.TO>, %B: tensor<?x?xf16>,
                           %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf16, #sparse_gpu.TO>, tensor<?x?xf16>)
      outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

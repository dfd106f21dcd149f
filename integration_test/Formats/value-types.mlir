// Products of values of 8 bits, on the FMA path: floats with sums in f32, and
// integers with sums in i32; formats that load values, that decode them with a
// mask, and that store padding. Every form; results of every type.
//
// DEFINE: %{in} = --input A=random:61x53:0.2 --input B=random:53x33 --values random --check --hazards
// DEFINE: %{thin} = --input A=random:61x53:0.02 --input B=random:53x33 --values random --check --hazards
//
// RUN: sed 's/AT/f8E4M3FN/g; s/BT/f8E4M3FN/g; s/CT/f32/g; s/LAYOUT/csr/g' %s > %t.1.mlir && sparse-run %t.1.mlir %{in} | FileCheck %s
// RUN: sed 's/AT/f8E5M2/g; s/BT/f8E5M2/g; s/CT/f32/g; s/LAYOUT/csr/g' %s > %t.2.mlir && sparse-run %t.2.mlir %{in} | FileCheck %s
// RUN: sed 's/AT/f8E4M3FN/g; s/BT/f16/g; s/CT/f16/g; s/LAYOUT/bsr<rows = 3, columns = 5>/g' %s > %t.3.mlir && sparse-run %t.3.mlir %{in} | FileCheck %s
// RUN: sed 's/AT/f8E5M2/g; s/BT/f8E4M3FN/g; s/CT/bf16/g; s/LAYOUT/row_merge/g' %s > %t.4.mlir && sparse-run %t.4.mlir %{in} | FileCheck %s
// RUN: sed 's/AT/f8E4M3FN/g; s/BT/f8E4M3FN/g; s/CT/f32/g; s/LAYOUT/nm/g' %s > %t.5.mlir && sparse-run %t.5.mlir %{thin} | FileCheck %s
// RUN: sed 's/AT/f8E5M2/g; s/BT/f64/g; s/CT/f64/g; s/LAYOUT/coo/g' %s > %t.6.mlir && sparse-run %t.6.mlir %{in} | FileCheck %s
// RUN: sed 's/AT/i8/g; s/BT/i8/g; s/CT/i32/g; s/LAYOUT/csr/g' %s > %t.7.mlir && sparse-run %t.7.mlir %{in} | FileCheck %s --check-prefixes=CHECK,EXACT
// RUN: sed 's/AT/i8/g; s/BT/i8/g; s/CT/i32/g; s/LAYOUT/nm/g' %s > %t.8.mlir && sparse-run %t.8.mlir %{thin} | FileCheck %s --check-prefixes=CHECK,EXACT
// RUN: sed 's/AT/i8/g; s/BT/i8/g; s/CT/i32/g; s/LAYOUT/condensed_tiles/g' %s > %t.9.mlir && sparse-run %t.9.mlir %{in} | FileCheck %s --check-prefixes=CHECK,EXACT
// RUN: sed 's/AT/i8/g; s/BT/i8/g; s/CT/i32/g; s/LAYOUT/row_merge/g' %s > %t.10.mlir && sparse-run %t.10.mlir %{in} | FileCheck %s --check-prefixes=CHECK,EXACT
// EXACT: largest error 0,
// CHECK: PASS
//
// Narrow tiles, whose lanes share out the entries of a row.
// RUN: sparse-run %t.7.mlir --input A=random:61x53:0.2 --input B=random:53x5 --values random --check --hazards | FileCheck %s --check-prefixes=CHECK,EXACT
// RUN: sparse-run %t.1.mlir --input A=random:61x53:0.2 --input B=random:53x5 --values random --check --hazards | FileCheck %s
//
// Other chips give the same.
// RUN: sparse-opt %t.1.mlir --sparse-gpu-to-nvvm="chip=sm_70" | FileCheck %s --check-prefix=PTX
// RUN: sparse-opt %t.7.mlir --sparse-gpu-to-nvvm="chip=sm_100" | FileCheck %s --check-prefix=PTX
// PTX: gpu.binary

func.func @f(%A: tensor<?x?xAT, #sparse_gpu.LAYOUT> {sparse_gpu.name = "A"},
             %B: tensor<?x?xBT> {sparse_gpu.name = "B"},
             %C: tensor<?x?xCT> {sparse_gpu.name = "C"})
    -> (tensor<?x?xCT> {sparse_gpu.name = "D"}) {
  %D = linalg.matmul ins(%A, %B : tensor<?x?xAT, #sparse_gpu.LAYOUT>, tensor<?x?xBT>)
      outs(%C : tensor<?x?xCT>) -> tensor<?x?xCT>
  return %D : tensor<?x?xCT>
}

// Upstream's n out of m: its coordinates become the metadata of N:M storage.
// Columns of the entries follow from row and group, so that all indices occur;
// with 2 of 4, a row of 72 columns has 36 entries: three words of metadata.
//
// DEFINE: %{libs} = %sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_c_runner_utils.so,%mlir_libs/libmlir_runner_utils.so
// DEFINE: %{run} = sparse-opt --sparse-gpu-to-nvvm="format=llvm require-gpu" \
// DEFINE:   | mlir-runner -e main --entry-point-result=void --shared-libs=%{libs}
// DEFINE: %{generated} = sparse-opt --sparse-gpu-to-nvvm="format=llvm require-gpu enable-runtime-library=false" \
// DEFINE:   | mlir-runner -e main --entry-point-result=void --shared-libs=%{libs}
//
// RUN: sed 's/NN/2/g; s/MM/4/g; s/SIZE/72/g; s/WIDTHS/crdWidth = 8/' %s | %{run} | FileCheck %s
// RUN: sed 's/NN/2/g; s/MM/4/g; s/SIZE/72/g; s/, WIDTHS//' %s | %{run} | FileCheck %s
// RUN: sed 's/NN/2/g; s/MM/4/g; s/SIZE/72/g; s/, WIDTHS//' %s | %{generated} | FileCheck %s
// RUN: sed 's/NN/1/g; s/MM/2/g; s/SIZE/70/g; s/WIDTHS/crdWidth = 16/' %s | %{run} | FileCheck %s
// RUN: sed 's/NN/2/g; s/MM/5/g; s/SIZE/45/g; s/WIDTHS/crdWidth = 32/' %s | %{run} | FileCheck %s
// The last group has one column.
// RUN: sed 's/NN/1/g; s/MM/3/g; s/SIZE/31/g; s/WIDTHS/crdWidth = 64/' %s | %{run} | FileCheck %s
//
// Both results are those of the dense product: their difference.
// CHECK:      {{\[}}[0,   0],
// CHECK-NEXT: [0,   0],
// CHECK-NEXT: [0,   0]]
// A sum that is not zero, so that there was something to compare.
// CHECK: [1]
//
// A group with fewer entries is none of upstream's, and is not read.
// RUN: sed 's/NN/2/g; s/MM/4/g; s/SIZE/72/g; s/, WIDTHS//; s/%%few = arith.constant false/%%few = arith.constant true/' %s \
// RUN:   | sparse-opt --sparse-gpu-to-nvvm="format=llvm require-gpu" -o %t.few.mlir
// RUN: not mlir-runner %t.few.mlir -e main --entry-point-result=void --shared-libs=%{libs} 2>&1 | FileCheck %s --check-prefix=FEW
// FEW: sparsegpu: error: {{.*}}:{{[0-9]+}}:{{[0-9]+}}: a sparse tensor with a level structured[2, 4] needs 2 entries in every group
// FEW-NOT: {{.}}

#ENC = #sparse_tensor.encoding<{
  map = (i, j) -> (i : dense, j floordiv MM : dense, j mod MM : structured[NN, MM]), WIDTHS
}>
#map = affine_map<(i, j) -> (i, j)>

module {
  func.func private @printMemrefF32(
      tensor<*xf32> {bufferization.access = "read"})

  func.func @spmm(%A: tensor<?x?xf32, #ENC>, %B: tensor<?x?xf32>,
                  %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
    %0 = linalg.matmul
      ins(%A, %B : tensor<?x?xf32, #ENC>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
    return %0 : tensor<?x?xf32>
  }

  func.func @main() {
    %few = arith.constant false
    %zero = arith.constant 0.0 : f32
    %n = arith.constant NN : index
    %m = arith.constant MM : index
    %ae = tensor.empty() : tensor<3xSIZExf32>
    %a = linalg.generic {indexing_maps = [#map],
        iterator_types = ["parallel", "parallel"]}
        outs(%ae : tensor<3xSIZExf32>) {
    ^bb0(%old: f32):
      %i = linalg.index 0 : index
      %j = linalg.index 1 : index
      // Of group g of row i, column c is kept where (c + g + i) mod m < n; a
      // last group that is cut off keeps all of its columns.
      %size = arith.constant SIZE : index
      %c1 = arith.constant 1 : index
      %g = arith.divui %j, %m : index
      %s0 = arith.remui %j, %m : index
      %s1 = arith.addi %s0, %g : index
      %s2 = arith.addi %s1, %i : index
      %s3 = arith.remui %s2, %m : index
      %kept = arith.cmpi ult, %s3, %n : index
      %whole = arith.divui %size, %m : index
      %cut = arith.cmpi eq, %g, %whole : index
      %in0 = arith.ori %kept, %cut : i1
      %first = arith.cmpi eq, %j, %c1 : index
      %drop = arith.andi %few, %first : i1
      %t = arith.constant true
      %not = arith.xori %drop, %t : i1
      %in = arith.andi %in0, %not : i1
      %x = arith.addi %j, %c1 : index
      %y = arith.addi %x, %i : index
      %yi = arith.index_cast %y : index to i32
      %f = arith.sitofp %yi : i32 to f32
      %none = arith.constant 0.0 : f32
      %v = arith.select %in, %f, %none : f32
      linalg.yield %v : f32
    } -> tensor<3xSIZExf32>
    %be = tensor.empty() : tensor<SIZEx2xf32>
    %b = linalg.generic {indexing_maps = [#map],
        iterator_types = ["parallel", "parallel"]}
        outs(%be : tensor<SIZEx2xf32>) {
    ^bb0(%old: f32):
      %i = linalg.index 0 : index
      %j = linalg.index 1 : index
      %c2 = arith.constant 2 : index
      %d = arith.muli %i, %c2 : index
      %s = arith.addi %d, %j : index
      %si = arith.index_cast %s : index to i32
      %f = arith.sitofp %si : i32 to f32
      linalg.yield %f : f32
    } -> tensor<SIZEx2xf32>
    %ad = tensor.cast %a : tensor<3xSIZExf32> to tensor<?x?xf32>
    %bd = tensor.cast %b : tensor<SIZEx2xf32> to tensor<?x?xf32>
    %sparse = sparse_tensor.convert %ad : tensor<?x?xf32> to tensor<?x?xf32, #ENC>
    %ce = tensor.empty() : tensor<3x2xf32>
    %c = linalg.fill ins(%zero : f32) outs(%ce : tensor<3x2xf32>) -> tensor<3x2xf32>
    %cd = tensor.cast %c : tensor<3x2xf32> to tensor<?x?xf32>
    %r = call @spmm(%sparse, %bd, %cd)
      : (tensor<?x?xf32, #ENC>, tensor<?x?xf32>, tensor<?x?xf32>)
        -> tensor<?x?xf32>
    %rs = tensor.cast %r : tensor<?x?xf32> to tensor<3x2xf32>
    %fe = tensor.empty() : tensor<3x2xf32>
    %fz = linalg.fill ins(%zero : f32) outs(%fe : tensor<3x2xf32>) -> tensor<3x2xf32>
    %expected = linalg.matmul
      ins(%a, %b : tensor<3xSIZExf32>, tensor<SIZEx2xf32>)
      outs(%fz : tensor<3x2xf32>) -> tensor<3x2xf32>
    %de = tensor.empty() : tensor<3x2xf32>
    %difference = linalg.sub
      ins(%rs, %expected : tensor<3x2xf32>, tensor<3x2xf32>)
      outs(%de : tensor<3x2xf32>) -> tensor<3x2xf32>
    %u = tensor.cast %difference : tensor<3x2xf32> to tensor<*xf32>
    call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
    %c0 = arith.constant 0 : index
    %corner = tensor.extract %expected[%c0, %c0] : tensor<3x2xf32>
    %positive = arith.cmpf ogt, %corner, %zero : f32
    %one = arith.uitofp %positive : i1 to f32
    %seen = tensor.from_elements %one : tensor<1xf32>
    %su = tensor.cast %seen : tensor<1xf32> to tensor<*xf32>
    call @printMemrefF32(%su) : (tensor<*xf32>) -> ()
    return
  }
}

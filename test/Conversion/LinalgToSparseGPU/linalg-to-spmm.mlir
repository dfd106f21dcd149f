// Which linalg operations become sparse_gpu.spmm, and with which transposes.
// RUN: sparse-opt %s --sparse-gpu-linalg-to-spmm --split-input-file | FileCheck %s

#csr = #sparse_gpu.csr

// A·B. linalg adds to the output, hence beta is 1.
// CHECK-LABEL: func @matmul(
// CHECK-SAME:    %[[A:[^:]*]]: tensor<?x?xf32, #sparse_gpu.csr>, %[[B:[^:]*]]: tensor<?x?xf32>, %[[C:[^:]*]]: tensor<?x?xf32>)
// CHECK:         %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK:         %[[R:.*]] = sparse_gpu.spmm a(%[[A]] : tensor<?x?xf32, #sparse_gpu.csr>) b(%[[B]] : tensor<?x?xf32>)
// CHECK-SAME:      outs(%[[C]] : tensor<?x?xf32>) beta(%[[ONE]] : f32) -> tensor<?x?xf32>
// CHECK:         return %[[R]]
func.func @matmul(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>,
                  %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #csr>, tensor<?x?xf32>)
                     outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#csr = #sparse_gpu.csr

// A·x.
// CHECK-LABEL: func @matvec(
// CHECK-SAME:    %[[A:[^:]*]]: tensor<4x8xf64, #sparse_gpu.csr>, %[[X:[^:]*]]: tensor<8xf64>, %[[Y:[^:]*]]: tensor<4xf64>)
// CHECK:         sparse_gpu.spmm a(%[[A]] : tensor<4x8xf64, #sparse_gpu.csr>) b(%[[X]] : tensor<8xf64>)
// CHECK-SAME:      outs(%[[Y]] : tensor<4xf64>) beta(%{{.*}} : f64) -> tensor<4xf64>
func.func @matvec(%A: tensor<4x8xf64, #csr>, %x: tensor<8xf64>,
                  %y: tensor<4xf64>) -> tensor<4xf64> {
  %0 = linalg.matvec ins(%A, %x : tensor<4x8xf64, #csr>, tensor<8xf64>)
                     outs(%y : tensor<4xf64>) -> tensor<4xf64>
  return %0 : tensor<4xf64>
}

// -----

#csr = #sparse_gpu.csr

// A·Bᵀ, as maps of the named operation.
// CHECK-LABEL: func @matmul_b_transposed(
// CHECK:         sparse_gpu.spmm {{.*}} beta(%{{.*}} : f32) {transpose_b} -> tensor<?x?xf32>
func.func @matmul_b_transposed(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>,
                               %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul
    indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                     affine_map<(m, n, k) -> (n, k)>,
                     affine_map<(m, n, k) -> (m, n)>]
    ins(%A, %B : tensor<?x?xf32, #csr>, tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#csr = #sparse_gpu.csr

// B·Aᵀ, a linear layer x·Wᵀ: rows of W are columns of x and of the result.
// CHECK-LABEL: func @linear_layer(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<?x?xf32>, %[[W:[^:]*]]: tensor<?x?xf32, #sparse_gpu.csr>, %[[C:[^:]*]]: tensor<?x?xf32>)
// CHECK:         sparse_gpu.spmm a(%[[W]] : tensor<?x?xf32, #sparse_gpu.csr>) b(%[[X]] : tensor<?x?xf32>)
// CHECK-SAME:      outs(%[[C]] : tensor<?x?xf32>) beta(%{{.*}} : f32) {transpose_b, transpose_c} -> tensor<?x?xf32>
func.func @linear_layer(%x: tensor<?x?xf32>, %W: tensor<?x?xf32, #csr>,
                        %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul
    indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                     affine_map<(m, n, k) -> (n, k)>,
                     affine_map<(m, n, k) -> (m, n)>]
    ins(%x, %W : tensor<?x?xf32>, tensor<?x?xf32, #csr>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#csr = #sparse_gpu.csr

// A generic with its loops in another order, inputs widened, the product
// turned around: the same product. f16 and f32 accumulate in f32.
// CHECK-LABEL: func @generic_other_order(
// CHECK-SAME:    %[[B:[^:]*]]: tensor<?x?xf16>, %[[A:[^:]*]]: tensor<?x?xf16, #sparse_gpu.csr>, %[[C:[^:]*]]: tensor<?x?xf32>)
// CHECK:         sparse_gpu.spmm a(%[[A]] : tensor<?x?xf16, #sparse_gpu.csr>) b(%[[B]] : tensor<?x?xf16>)
// CHECK-SAME:      outs(%[[C]] : tensor<?x?xf32>) beta(%{{.*}} : f32) -> tensor<?x?xf32>
func.func @generic_other_order(%B: tensor<?x?xf16>, %A: tensor<?x?xf16, #csr>,
                               %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.generic {
      indexing_maps = [affine_map<(k, m, n) -> (k, n)>,
                       affine_map<(k, m, n) -> (m, k)>,
                       affine_map<(k, m, n) -> (m, n)>],
      iterator_types = ["reduction", "parallel", "parallel"]}
      ins(%B, %A : tensor<?x?xf16>, tensor<?x?xf16, #csr>)
      outs(%C : tensor<?x?xf32>) {
    ^bb0(%b: f16, %a: f16, %c: f32):
      %1 = arith.extf %a : f16 to f32
      %2 = arith.extf %b : f16 to f32
      %3 = arith.mulf %1, %2 : f32
      %4 = arith.addf %3, %c : f32
      linalg.yield %4 : f32
  } -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#csr = #sparse_gpu.csr

// A generic on a vector, and f64 anywhere makes the accumulator f64.
// CHECK-LABEL: func @generic_matvec(
// CHECK:         %[[ONE:.*]] = arith.constant 1.000000e+00 : f64
// CHECK:         sparse_gpu.spmm {{.*}} beta(%[[ONE]] : f64) -> tensor<?xf64>
func.func @generic_matvec(%A: tensor<?x?xf32, #csr>, %x: tensor<?xf32>,
                          %y: tensor<?xf64>) -> tensor<?xf64> {
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, k) -> (m, k)>, affine_map<(m, k) -> (k)>,
                       affine_map<(m, k) -> (m)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%A, %x : tensor<?x?xf32, #csr>, tensor<?xf32>)
      outs(%y : tensor<?xf64>) {
    ^bb0(%a: f32, %b: f32, %c: f64):
      %1 = arith.extf %a : f32 to f64
      %2 = arith.extf %b : f32 to f64
      %3 = arith.mulf %1, %2 : f64
      %4 = arith.addf %c, %3 : f64
      linalg.yield %4 : f64
  } -> tensor<?xf64>
  return %0 : tensor<?xf64>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// Upstream's CSR. Width 0 is `index`. The storage is read where it is.
// CHECK-LABEL: func @upstream(
// CHECK-SAME:    %[[A:[^:]*]]: tensor<?x?xf32, #[[ENC:[a-zA-Z0-9_$]+]]>, %[[B:[^:]*]]: tensor<?x?xf32>, %[[C:[^:]*]]: tensor<?x?xf32>)
// CHECK:         %[[P:.*]] = sparse_tensor.positions %[[A]] {level = 1 : index} : tensor<?x?xf32, #[[ENC]]> to memref<?xindex>
// CHECK:         %[[D:.*]] = sparse_tensor.coordinates %[[A]] {level = 1 : index} : tensor<?x?xf32, #[[ENC]]> to memref<?xindex>
// CHECK:         %[[V:.*]] = sparse_tensor.values %[[A]] : tensor<?x?xf32, #[[ENC]]> to memref<?xf32>
// CHECK:         %[[PT:.*]] = bufferization.to_tensor %[[P]] restrict : memref<?xindex> to tensor<?xindex>
// CHECK:         %[[DT:.*]] = bufferization.to_tensor %[[D]] restrict : memref<?xindex> to tensor<?xindex>
// CHECK:         %[[VT:.*]] = bufferization.to_tensor %[[V]] restrict : memref<?xf32> to tensor<?xf32>
// CHECK:         %[[M:.*]] = tensor.dim %[[A]], %c0
// CHECK:         %[[K:.*]] = tensor.dim %[[A]], %c1
// CHECK:         %[[S:.*]] = sparse_gpu.assemble fields(%[[PT]], %[[DT]], %[[VT]]) sizes(%[[M]], %[[K]])
// CHECK-SAME:      to tensor<?x?xf32, #sparse_gpu.csr<positions = index, coordinates = index>>
// CHECK:         sparse_gpu.spmm a(%[[S]] : {{.*}}) b(%[[B]] : tensor<?x?xf32>) outs(%[[C]] : tensor<?x?xf32>)
func.func @upstream(%A: tensor<?x?xf32, #CSR>, %B: tensor<?x?xf32>,
                    %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #CSR>, tensor<?x?xf32>)
                     outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 8, crdWidth = 8 }>

// Widths 8 and 8. The static size of the positions is M + 1.
// CHECK-LABEL: func @upstream_8_8(
// CHECK:         sparse_tensor.positions {{.*}} to memref<?xi8>
// CHECK:         sparse_tensor.coordinates {{.*}} to memref<?xi8>
// CHECK:         tensor.cast %{{.*}} : tensor<?xi8> to tensor<5xi8>
// CHECK:         sparse_gpu.assemble fields({{[^)]*}}) : tensor<5xi8>, tensor<?xi8>, tensor<?xf32>
// CHECK-SAME:      to tensor<4x8xf32, #sparse_gpu.csr<positions = i8, coordinates = i8>>
func.func @upstream_8_8(%A: tensor<4x8xf32, #CSR>, %B: tensor<8x16xf32>,
                        %C: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf32, #CSR>, tensor<8x16xf32>)
                     outs(%C : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 16, crdWidth = 16 }>

// Widths 16 and 16. The static size of the positions is M + 1.
// CHECK-LABEL: func @upstream_16_16(
// CHECK:         sparse_tensor.positions {{.*}} to memref<?xi16>
// CHECK:         sparse_tensor.coordinates {{.*}} to memref<?xi16>
// CHECK:         tensor.cast %{{.*}} : tensor<?xi16> to tensor<5xi16>
// CHECK:         sparse_gpu.assemble fields({{[^)]*}}) : tensor<5xi16>, tensor<?xi16>, tensor<?xf32>
// CHECK-SAME:      to tensor<4x8xf32, #sparse_gpu.csr<positions = i16, coordinates = i16>>
func.func @upstream_16_16(%A: tensor<4x8xf32, #CSR>, %B: tensor<8x16xf32>,
                        %C: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf32, #CSR>, tensor<8x16xf32>)
                     outs(%C : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>

// Widths 32 and 32. The static size of the positions is M + 1.
// CHECK-LABEL: func @upstream_32_32(
// CHECK:         sparse_tensor.positions {{.*}} to memref<?xi32>
// CHECK:         sparse_tensor.coordinates {{.*}} to memref<?xi32>
// CHECK:         tensor.cast %{{.*}} : tensor<?xi32> to tensor<5xi32>
// CHECK:         sparse_gpu.assemble fields({{[^)]*}}) : tensor<5xi32>, tensor<?xi32>, tensor<?xf32>
// CHECK-SAME:      to tensor<4x8xf32, #sparse_gpu.csr>
func.func @upstream_32_32(%A: tensor<4x8xf32, #CSR>, %B: tensor<8x16xf32>,
                        %C: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf32, #CSR>, tensor<8x16xf32>)
                     outs(%C : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 64, crdWidth = 64 }>

// Widths 64 and 64. The static size of the positions is M + 1.
// CHECK-LABEL: func @upstream_64_64(
// CHECK:         sparse_tensor.positions {{.*}} to memref<?xi64>
// CHECK:         sparse_tensor.coordinates {{.*}} to memref<?xi64>
// CHECK:         tensor.cast %{{.*}} : tensor<?xi64> to tensor<5xi64>
// CHECK:         sparse_gpu.assemble fields({{[^)]*}}) : tensor<5xi64>, tensor<?xi64>, tensor<?xf32>
// CHECK-SAME:      to tensor<4x8xf32, #sparse_gpu.csr<positions = i64, coordinates = i64>>
func.func @upstream_64_64(%A: tensor<4x8xf32, #CSR>, %B: tensor<8x16xf32>,
                        %C: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf32, #CSR>, tensor<8x16xf32>)
                     outs(%C : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 64, crdWidth = 8 }>

// Widths 64 and 8. The static size of the positions is M + 1.
// CHECK-LABEL: func @upstream_64_8(
// CHECK:         sparse_tensor.positions {{.*}} to memref<?xi64>
// CHECK:         sparse_tensor.coordinates {{.*}} to memref<?xi8>
// CHECK:         tensor.cast %{{.*}} : tensor<?xi64> to tensor<5xi64>
// CHECK:         sparse_gpu.assemble fields({{[^)]*}}) : tensor<5xi64>, tensor<?xi8>, tensor<?xf32>
// CHECK-SAME:      to tensor<4x8xf32, #sparse_gpu.csr<positions = i64, coordinates = i8>>
func.func @upstream_64_8(%A: tensor<4x8xf32, #CSR>, %B: tensor<8x16xf32>,
                        %C: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf32, #CSR>, tensor<8x16xf32>)
                     outs(%C : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 0, crdWidth = 32 }>

// Widths 0 and 32. The static size of the positions is M + 1.
// CHECK-LABEL: func @upstream_0_32(
// CHECK:         sparse_tensor.positions {{.*}} to memref<?xindex>
// CHECK:         sparse_tensor.coordinates {{.*}} to memref<?xi32>
// CHECK:         tensor.cast %{{.*}} : tensor<?xindex> to tensor<5xindex>
// CHECK:         sparse_gpu.assemble fields({{[^)]*}}) : tensor<5xindex>, tensor<?xi32>, tensor<?xf32>
// CHECK-SAME:      to tensor<4x8xf32, #sparse_gpu.csr<positions = index>>
func.func @upstream_0_32(%A: tensor<4x8xf32, #CSR>, %B: tensor<8x16xf32>,
                        %C: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<4x8xf32, #CSR>, tensor<8x16xf32>)
                     outs(%C : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

// -----

#CSC = #sparse_tensor.encoding<{ map = (i, j) -> (j : dense, i : compressed) }>

// Compressed columns, here in Aᵀ·B.
// CHECK-LABEL: func @csc_transposed(
// CHECK-SAME:    %[[A:[^:]*]]: tensor<?x8xf32, #{{[a-zA-Z0-9_$]+}}>, %[[B:[^:]*]]: tensor<?x?xf32>
// CHECK:         %[[K:.*]] = tensor.dim %[[A]], %c0
// CHECK:         %[[S:.*]] = sparse_gpu.assemble fields({{[^)]*}}) sizes(%[[K]])
// CHECK-SAME:      to tensor<?x8xf32, #sparse_gpu.csc<positions = index, coordinates = index>>
// CHECK:         sparse_gpu.spmm a(%[[S]] : {{.*}}) b(%[[B]] : {{.*}}) outs(%{{.*}} : tensor<8x?xf32>) beta(%{{.*}} : f32) {transpose_a} -> tensor<8x?xf32>
func.func @csc_transposed(%A: tensor<?x8xf32, #CSC>, %B: tensor<?x?xf32>,
                          %C: tensor<8x?xf32>) -> tensor<8x?xf32> {
  %0 = linalg.matmul
    indexing_maps = [affine_map<(m, n, k) -> (k, m)>,
                     affine_map<(m, n, k) -> (k, n)>,
                     affine_map<(m, n, k) -> (m, n)>]
    ins(%A, %B : tensor<?x8xf32, #CSC>, tensor<?x?xf32>)
    outs(%C : tensor<8x?xf32>) -> tensor<8x?xf32>
  return %0 : tensor<8x?xf32>
}

// -----

#CSC = #sparse_tensor.encoding<{ map = (i, j) -> (j : dense, i : compressed) }>

// X·A with A in CSC.
// CHECK-LABEL: func @dense_times_csc(
// CHECK:         sparse_gpu.spmm a(%{{.*}} : tensor<?x?xf32, #sparse_gpu.csc<positions = index, coordinates = index>>)
// CHECK-SAME:      {transpose_a, transpose_b, transpose_c} -> tensor<?x?xf32>
func.func @dense_times_csc(%X: tensor<?x?xf32>, %A: tensor<?x?xf32, #CSC>,
                           %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%X, %A : tensor<?x?xf32>, tensor<?x?xf32, #CSC>)
                     outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

// Nothing sparse: nothing to do, and nothing to say.
// CHECK-LABEL: func @dense(
// CHECK:         linalg.matmul
// CHECK-NOT:     sparse_gpu
func.func @dense(%A: tensor<?x?xf32>, %B: tensor<?x?xf32>,
                 %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32>, tensor<?x?xf32>)
                     outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#COO = #sparse_tensor.encoding<{ map = (i, j) -> (i : compressed(nonunique), j : singleton), posWidth = 32, crdWidth = 32 }>

// Triplets whose coordinates lie between each other are copied side by side.
// CHECK-LABEL: func @upstream_coo(
// CHECK:         %[[I:.*]] = sparse_tensor.coordinates %{{.*}} {level = 0 : index} : {{.*}} to memref<?xi32, strided<[?], offset: ?>>
// CHECK:         %[[ROWS:.*]] = memref.alloc(%{{.*}}) : memref<?xi32>
// CHECK:         memref.copy %[[I]], %[[ROWS]]
// CHECK:         sparse_tensor.coordinates %{{.*}} {level = 1 : index}
// CHECK:         bufferization.to_tensor %[[ROWS]]
// CHECK:         sparse_gpu.assemble {{.*}} to tensor<?x?xf32, #sparse_gpu.coo>
func.func @upstream_coo(%A: tensor<?x?xf32, #COO>, %B: tensor<?x?xf32>,
                        %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #COO>, tensor<?x?xf32>)
                     outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#DCSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : compressed, j : compressed), posWidth = 16 }>

// CHECK-LABEL: func @upstream_dcsr(
// CHECK:         sparse_tensor.coordinates %{{.*}} {level = 0 : index}
// CHECK:         sparse_tensor.positions %{{.*}} {level = 1 : index}
// CHECK:         sparse_tensor.coordinates %{{.*}} {level = 1 : index}
// CHECK:         sparse_gpu.assemble {{.*}} to tensor<?x?xf32, #sparse_gpu.dcsr<positions = i16, coordinates = index>>
func.func @upstream_dcsr(%A: tensor<?x?xf32, #DCSR>, %B: tensor<?x?xf32>,
                         %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #DCSR>, tensor<?x?xf32>)
                     outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#BSR = #sparse_tensor.encoding<{ map = (i, j) -> (i floordiv 2 : dense, j floordiv 4 : compressed, i mod 2 : dense, j mod 4 : dense) }>

// CHECK-LABEL: func @upstream_bsr(
// CHECK:         sparse_tensor.positions %{{.*}} {level = 1 : index}
// CHECK:         sparse_tensor.coordinates %{{.*}} {level = 1 : index}
// CHECK:         sparse_gpu.assemble {{.*}} to tensor<?x?xf32, #sparse_gpu.bsr<rows = 2, columns = 4, positions = index, coordinates = index>>
func.func @upstream_bsr(%A: tensor<?x?xf32, #BSR>, %B: tensor<?x?xf32>,
                        %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #BSR>, tensor<?x?xf32>)
                     outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#up = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// sparse_tensor.convert to a format of ours, of a dense matrix and of upstream's
// compressed rows.
// CHECK-LABEL: func @upstream_convert(
// CHECK:         sparse_gpu.convert %{{.*}} : tensor<?x?xf32> to tensor<?x?xf32, #sparse_gpu.bsr>
// CHECK:         %[[CSR:.*]] = sparse_gpu.assemble
// CHECK:         sparse_gpu.convert %[[CSR]] : tensor<?x?xf32, #sparse_gpu.csr<positions = index, coordinates = index>> to tensor<?x?xf32, #sparse_gpu.coo>
func.func @upstream_convert(%D: tensor<?x?xf32>, %A: tensor<?x?xf32, #up>)
    -> (tensor<?x?xf32, #sparse_gpu.bsr>, tensor<?x?xf32, #sparse_gpu.coo>) {
  %0 = sparse_tensor.convert %D : tensor<?x?xf32> to tensor<?x?xf32, #sparse_gpu.bsr>
  %1 = sparse_tensor.convert %A : tensor<?x?xf32, #up> to tensor<?x?xf32, #sparse_gpu.coo>
  return %0, %1 : tensor<?x?xf32, #sparse_gpu.bsr>, tensor<?x?xf32, #sparse_gpu.coo>
}

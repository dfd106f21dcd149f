// Every operation, printed and parsed again: plain, generic and as bytecode.
// RUN: sparse-opt %s | sparse-opt | FileCheck %s
// RUN: sparse-opt %s --mlir-print-op-generic | sparse-opt | FileCheck %s
// RUN: sparse-opt %s --emit-bytecode | sparse-opt | FileCheck %s

#csr = #sparse_gpu.csr
#wide = #sparse_gpu.csr<positions = i64, coordinates = i16>

// CHECK-LABEL: func @assemble(
// CHECK-SAME:    %[[POS:.*]]: tensor<?xi32>, %[[CRD:.*]]: tensor<?xi32>, %[[VAL:.*]]: tensor<?xf32>,
// CHECK-SAME:    %[[M:.*]]: index, %[[K:.*]]: index)
// CHECK:         sparse_gpu.assemble fields(%[[POS]], %[[CRD]], %[[VAL]]) sizes(%[[M]], %[[K]])
// CHECK-SAME:      : tensor<?xi32>, tensor<?xi32>, tensor<?xf32> to tensor<?x?xf32, #sparse_gpu.csr>
func.func @assemble(%pos: tensor<?xi32>, %crd: tensor<?xi32>,
    %val: tensor<?xf32>, %m: index, %k: index) -> tensor<?x?xf32, #csr> {
  %0 = sparse_gpu.assemble fields(%pos, %crd, %val) sizes(%m, %k)
    : tensor<?xi32>, tensor<?xi32>, tensor<?xf32> to tensor<?x?xf32, #csr>
  return %0 : tensor<?x?xf32, #csr>
}

// Static sizes need no operands, and give the positions their size.
// CHECK-LABEL: func @assemble_static(
// CHECK:         sparse_gpu.assemble fields(%{{.*}}, %{{.*}}, %{{.*}}) : tensor<65xi64>, tensor<?xi16>, tensor<?xf16>
// CHECK-SAME:      to tensor<64x32xf16, #sparse_gpu.csr<positions = i64, coordinates = i16>>
func.func @assemble_static(%pos: tensor<65xi64>, %crd: tensor<?xi16>,
    %val: tensor<?xf16>) -> tensor<64x32xf16, #wide> {
  %0 = sparse_gpu.assemble fields(%pos, %crd, %val)
    : tensor<65xi64>, tensor<?xi16>, tensor<?xf16> to tensor<64x32xf16, #wide>
  return %0 : tensor<64x32xf16, #wide>
}

// CHECK-LABEL: func @disassemble(
// CHECK-SAME:    %[[A:.*]]: tensor<?x8xf64, #sparse_gpu.csr>)
// CHECK:         %{{.*}}:4 = sparse_gpu.disassemble %[[A]] : tensor<?x8xf64, #sparse_gpu.csr>
// CHECK-SAME:      to tensor<?xi32>, tensor<?xi32>, tensor<?xf64>, index
func.func @disassemble(%A: tensor<?x8xf64, #csr>) -> index {
  %pos, %crd, %val, %m = sparse_gpu.disassemble %A : tensor<?x8xf64, #csr>
    to tensor<?xi32>, tensor<?xi32>, tensor<?xf64>, index
  return %m : index
}

// CHECK-LABEL: func @spmm(
// CHECK-SAME:    %[[A:.*]]: tensor<?x?xf32, #sparse_gpu.csr>, %[[B:.*]]: tensor<?x?xf32>, %[[C:.*]]: tensor<?x?xf32>)
// CHECK:         sparse_gpu.spmm a(%[[A]] : tensor<?x?xf32, #sparse_gpu.csr>) b(%[[B]] : tensor<?x?xf32>)
// CHECK-SAME:      outs(%[[C]] : tensor<?x?xf32>) -> tensor<?x?xf32>
func.func @spmm(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>,
                %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// CHECK-LABEL: func @spmm_vector(
// CHECK-SAME:    %[[A:.*]]: tensor<?x?xf64, #sparse_gpu.csr>, %[[X:.*]]: tensor<?xf64>, %[[Y:.*]]: tensor<?xf64>, %[[BETA:.*]]: f64)
// CHECK:         sparse_gpu.spmm a(%[[A]] : tensor<?x?xf64, #sparse_gpu.csr>) b(%[[X]] : tensor<?xf64>)
// CHECK-SAME:      outs(%[[Y]] : tensor<?xf64>) beta(%[[BETA]] : f64) -> tensor<?xf64>
func.func @spmm_vector(%A: tensor<?x?xf64, #csr>, %x: tensor<?xf64>,
                       %y: tensor<?xf64>, %beta: f64) -> tensor<?xf64> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf64, #csr>) b(%x : tensor<?xf64>)
    outs(%y : tensor<?xf64>) beta(%beta : f64) -> tensor<?xf64>
  return %0 : tensor<?xf64>
}

// Everything at once, on storage: scaling, transposes, schedules, epilogue.
// CHECK-LABEL: func @spmm_storage(
// CHECK-SAME:    %[[POS:.*]]: memref<?xi32>, %[[CRD:.*]]: memref<?xi32>, %[[VAL:.*]]: memref<?xf16>, %[[M:[^:]*]]: index, %[[K:[^:]*]]: index
// CHECK-SAME:    %[[B:[^:]*]]: memref<?x?xf16>, %[[C:[^:]*]]: memref<?x?xf16>, %[[BIAS:[^:]*]]: memref<?xf32>
// CHECK:         sparse_gpu.spmm a(%[[POS]], %[[CRD]], %[[VAL]], %[[M]], %[[K]]
// CHECK-SAME:      : memref<?xi32>, memref<?xi32>, memref<?xf16>, index, index of tensor<?x?xf16, #sparse_gpu.csr>)
// CHECK-SAME:      b(%[[B]] : memref<?x?xf16>) inputs(%[[BIAS]] : memref<?xf32>) outs(%[[C]] : memref<?x?xf16>)
// CHECK-SAME:      alpha(%{{.*}} : f32) beta(%{{.*}} : f32)
// CHECK-SAME:      schedules [#sparse_gpu.schedule<unit = row, coarsening = 2, when = [n gt 32]>, #sparse_gpu.schedule<unit = row>]
// CHECK-SAME:      {input_maps = [{{.*}}], transpose_b, transpose_c} epilogue {
// CHECK:         ^bb0(%[[ACC:.*]]: f32, %[[B0:.*]]: f32):
// CHECK:           %[[SUM:.*]] = arith.addf %[[ACC]], %[[B0]] : f32
// CHECK:           %[[OUT:.*]] = arith.truncf %[[SUM]] : f32 to f16
// CHECK:           sparse_gpu.yield %[[OUT]] : f16
func.func @spmm_storage(%pos: memref<?xi32>, %crd: memref<?xi32>,
    %val: memref<?xf16>, %m: index, %k: index, %B: memref<?x?xf16>,
    %C: memref<?x?xf16>, %bias: memref<?xf32>, %alpha: f32, %beta: f32) {
  sparse_gpu.spmm a(%pos, %crd, %val, %m, %k : memref<?xi32>, memref<?xi32>,
                    memref<?xf16>, index, index of tensor<?x?xf16, #csr>)
    b(%B : memref<?x?xf16>) inputs(%bias : memref<?xf32>)
    outs(%C : memref<?x?xf16>) alpha(%alpha : f32) beta(%beta : f32)
    schedules [#sparse_gpu.schedule<unit = row, coarsening = 2, when = [n gt 32]>,
               #sparse_gpu.schedule<unit = row>]
    {input_maps = [affine_map<(m, n) -> (n)>], transpose_b, transpose_c}
    epilogue {
    ^bb0(%acc: f32, %b: f32):
      %0 = arith.addf %acc, %b : f32
      %1 = arith.truncf %0 : f32 to f16
      sparse_gpu.yield %1 : f16
    }
  return
}

// CHECK-LABEL: func @spmm_semiring(
// CHECK:         identity(0xFF800000 : f32)
// CHECK-SAME:      combine {
// CHECK:           arith.addf
// CHECK:         } reduce {
// CHECK:           arith.maximumf
// CHECK:         } -> tensor<?x?xf32>
func.func @spmm_semiring(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>,
                         %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>)
    outs(%C : tensor<?x?xf32>) identity(0xFF800000 : f32)
    combine {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.addf %a, %b : f32
      sparse_gpu.yield %1 : f32
    } reduce {
    ^bb0(%x: f32, %y: f32):
      %1 = arith.maximumf %x, %y : f32
      sparse_gpu.yield %1 : f32
    } -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// CHECK-LABEL: func @tiles(
// CHECK-SAME:    %[[CRD:[^:]*]]: memref<?xi32>, %[[VAL:[^:]*]]: memref<?xf32>, %[[B:[^:]*]]: memref<?x?xf32>, %[[V:[^:]*]]: memref<?xf32>, %[[C:[^:]*]]: memref<?x?xf32>
// CHECK-SAME:    %[[S:[^:]*]]: index, %[[COUNT:[^:]*]]: index, %[[N:[^:]*]]: index, %[[ROWS:[^:]*]]: tensor<1xindex>
// CHECK:         %[[K:.*]] = sparse_gpu.coordinates %[[CRD]][%[[S]]] [%[[COUNT]]] : memref<?xi32> -> tensor<?xindex>
// CHECK:         sparse_gpu.decode %[[VAL]][%[[S]]] [%[[COUNT]]] : memref<?xf32> -> tensor<1x?xf32>
// CHECK:         sparse_gpu.gather %[[B]] rows(%[[K]]) columns(%[[N]]) : memref<?x?xf32>, tensor<?xindex> -> tensor<?x64xf32>
// CHECK:         sparse_gpu.gather %[[B]] rows(%[[K]]) columns(%[[N]]) {transposed} : memref<?x?xf32>, tensor<?xindex> -> tensor<?x64xf32>
// CHECK:         sparse_gpu.gather %[[V]] rows(%[[ROWS]]) : memref<?xf32>, tensor<1xindex> -> tensor<1xf32>
// CHECK:         sparse_gpu.gather %[[V]] columns(%[[N]]) : memref<?xf32> -> tensor<64xf32>
// CHECK:         sparse_gpu.scatter %{{.*}} into %[[C]] rows(%[[ROWS]]) columns(%[[N]]) : tensor<1x64xf32>, tensor<1xindex> into memref<?x?xf32>
// CHECK:         sparse_gpu.scatter %{{.*}} into %[[C]] rows(%[[ROWS]]) columns(%[[N]]) {transposed} : tensor<1x64xf32>, tensor<1xindex> into memref<?x?xf32>
func.func @tiles(%crd: memref<?xi32>, %val: memref<?xf32>, %B: memref<?x?xf32>,
    %v: memref<?xf32>, %C: memref<?x?xf32>, %s: index, %count: index, %n: index,
    %rows: tensor<1xindex>, %tile: tensor<1x64xf32>) {
  %k = sparse_gpu.coordinates %crd[%s] [%count] : memref<?xi32> -> tensor<?xindex>
  %a = sparse_gpu.decode %val[%s] [%count] : memref<?xf32> -> tensor<1x?xf32>
  %b = sparse_gpu.gather %B rows(%k) columns(%n)
    : memref<?x?xf32>, tensor<?xindex> -> tensor<?x64xf32>
  %bt = sparse_gpu.gather %B rows(%k) columns(%n) {transposed}
    : memref<?x?xf32>, tensor<?xindex> -> tensor<?x64xf32>
  %by_row = sparse_gpu.gather %v rows(%rows)
    : memref<?xf32>, tensor<1xindex> -> tensor<1xf32>
  %by_column = sparse_gpu.gather %v columns(%n) : memref<?xf32> -> tensor<64xf32>
  sparse_gpu.scatter %tile into %C rows(%rows) columns(%n)
    : tensor<1x64xf32>, tensor<1xindex> into memref<?x?xf32>
  sparse_gpu.scatter %tile into %C rows(%rows) columns(%n) {transposed}
    : tensor<1x64xf32>, tensor<1xindex> into memref<?x?xf32>
  return
}

// CHECK-LABEL: func @decode_ids(
// CHECK-SAME:    %[[V:[^:]*]]: memref<?xf32>, %[[IDS:[^:]*]]: memref<?xi8>, %[[T:[^:]*]]: memref<?xi32>, %[[S:[^:]*]]: index, %[[COUNT:[^:]*]]: index
// CHECK:         %{{.*}}, %{{.*}} = sparse_gpu.decode_ids %[[V]] at %[[IDS]] in %[[T]][%[[S]]] [%[[COUNT]]] tiles of 8 : memref<?xf32>, memref<?xi8>, memref<?xi32> -> tensor<16x?xf32>, tensor<16x?xi1>
func.func @decode_ids(%v: memref<?xf32>, %ids: memref<?xi8>, %tiles: memref<?xi32>, %s: index, %count: index) {
  %a, %present = sparse_gpu.decode_ids %v at %ids in %tiles[%s] [%count] tiles of 8
    : memref<?xf32>, memref<?xi8>, memref<?xi32> -> tensor<16x?xf32>, tensor<16x?xi1>
  return
}

// CHECK-LABEL: func @ldmatrix_pairs(
// CHECK:         sparse_gpu.ldmatrix_pairs %{{.*}}[%{{.*}}, %{{.*}}] : memref<64x128xi8, #gpu.address_space<workgroup>> -> vector<4x2xi16>
func.func @ldmatrix_pairs(%b: memref<64x128xi8, #gpu.address_space<workgroup>>, %r: index) -> vector<4x2xi16> {
  %0 = sparse_gpu.ldmatrix_pairs %b[%r, %r] : memref<64x128xi8, #gpu.address_space<workgroup>> -> vector<4x2xi16>
  return %0 : vector<4x2xi16>
}

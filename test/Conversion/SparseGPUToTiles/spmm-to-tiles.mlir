// spmm expands to the nest of units and steps.
// RUN: sparse-opt %s --pass-pipeline='builtin.module(func.func(sparse-gpu-spmm-to-tiles,canonicalize))' --split-input-file | FileCheck %s

#csr = #sparse_gpu.csr

// The bare nest: blocks of 4 rows by 64 columns, a row per warp, steps of 32
// nonzeros, the accumulator carried by the loop over steps.
// CHECK-LABEL: func @plain(
// CHECK-SAME:    %[[P:[^:]*]]: memref<?xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[V:[^:]*]]: memref<?xf32>, %[[M:[^:]*]]: index, %[[K:[^:]*]]: index, %[[B:[^:]*]]: memref<?x?xf32>, %[[C:[^:]*]]: memref<?x?xf32>
// CHECK-DAG:     %[[ONE:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[STEP:.*]] = arith.constant 32 : index
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:         %[[N:.*]] = memref.dim %[[B]], %[[ONE]]
// CHECK:         scf.forall (%[[ROW0:.*]], %[[COL:.*]]) = (0, 0) to (%[[M]], %[[N]]) step (4, 64) {
// CHECK:           scf.forall (%[[WARP:.*]]) in (4) {
// CHECK:             %[[ROW:.*]] = arith.addi %[[ROW0]], %[[WARP]]
// CHECK:             %[[EXISTS:.*]] = arith.cmpi ult, %[[ROW]], %[[M]]
// CHECK:             scf.if %[[EXISTS]] {
// CHECK:               %[[NEXTROW:.*]] = arith.addi %[[ROW]], %[[ONE]]
// CHECK:               %[[P0:.*]] = memref.load %[[P]][%[[ROW]]]
// CHECK:               %[[BEGIN:.*]] = arith.index_castui %[[P0]] : i32 to index
// CHECK:               %[[P1:.*]] = memref.load %[[P]][%[[NEXTROW]]]
// CHECK:               %[[END:.*]] = arith.index_castui %[[P1]] : i32 to index
// CHECK:               %[[EMPTY:.*]] = tensor.empty() : tensor<1x64xf32>
// CHECK:               %[[INIT:.*]] = linalg.fill ins(%[[ZERO]] : f32) outs(%[[EMPTY]] : tensor<1x64xf32>)
// CHECK:               %[[R:.*]] = scf.for %[[S:.*]] = %[[BEGIN]] to %[[END]] step %[[STEP]] iter_args(%[[ACC:.*]] = %[[INIT]])
// CHECK:                 %[[LEFT:.*]] = arith.subi %[[END]], %[[S]]
// CHECK:                 %[[COUNT:.*]] = arith.minui %[[LEFT]], %[[STEP]]
// CHECK:                 %[[COORDS:.*]] = sparse_gpu.coordinates %[[CRD]][%[[S]]] [%[[COUNT]]]
// CHECK:                 %[[A:.*]] = sparse_gpu.decode %[[V]][%[[S]]] [%[[COUNT]]]
// CHECK:                 %[[BT:.*]] = sparse_gpu.gather %[[B]] rows(%[[COORDS]]) columns(%[[COL]]) : memref<?x?xf32>, tensor<?xindex> -> tensor<?x64xf32>
// CHECK:                 %[[NEXT:.*]] = linalg.matmul ins(%[[A]], %[[BT]] : tensor<1x?xf32>, tensor<?x64xf32>) outs(%[[ACC]] : tensor<1x64xf32>)
// CHECK:                 scf.yield %[[NEXT]]
// CHECK:               %[[ROWS:.*]] = tensor.from_elements %[[ROW]] : tensor<1xindex>
// CHECK-NOT:           linalg.generic
// CHECK:               sparse_gpu.scatter %[[R]] into %[[C]] rows(%[[ROWS]]) columns(%[[COL]])
// CHECK:           mapping = [#gpu.warp<linear_dim_0>]
// CHECK:         mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<unit = row, coarsening = 2>
func.func @plain(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index,
    %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>)
    schedules [#sparse_gpu.schedule<coarsening = 2>]
  return
}

// -----

#csr = #sparse_gpu.csr

// alpha scales the sum, beta the old C, which is gathered like B.
// CHECK-LABEL: func @alpha_beta(
// CHECK-SAME:    %[[P:[^:]*]]: memref<?xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[V:[^:]*]]: memref<?xf32>, %[[M:[^:]*]]: index, %[[K:[^:]*]]: index, %[[B:[^:]*]]: memref<?x?xf32>, %[[C:[^:]*]]: memref<?x?xf32>
// CHECK-SAME:    %[[ALPHA:[^:]*]]: f32, %[[BETA:[^:]*]]: f32)
// CHECK:         %[[R:.*]] = scf.for
// CHECK:         %[[ROWS:.*]] = tensor.from_elements
// CHECK:         %[[OLD:.*]] = sparse_gpu.gather %[[C]] rows(%[[ROWS]]) columns(%{{.*}}) : memref<?x?xf32>, tensor<1xindex> -> tensor<1x64xf32>
// CHECK:         %[[OUT:.*]] = linalg.generic {{.*}} ins(%[[R]], %[[OLD]] : tensor<1x64xf32>, tensor<1x64xf32>)
// CHECK:         ^bb0(%[[X:.*]]: f32, %[[Y:.*]]: f32, %{{.*}}: f32):
// CHECK:           %[[AX:.*]] = arith.mulf %[[X]], %[[ALPHA]]
// CHECK:           %[[BY:.*]] = arith.mulf %[[Y]], %[[BETA]]
// CHECK:           %[[S:.*]] = arith.addf %[[AX]], %[[BY]]
// CHECK:           linalg.yield %[[S]]
// CHECK:         sparse_gpu.scatter %[[OUT]] into %[[C]]
func.func @alpha_beta(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index,
    %B: memref<?x?xf32>, %C: memref<?x?xf32>, %alpha: f32, %beta: f32) {
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>) alpha(%alpha : f32) beta(%beta : f32)
    schedules [#sparse_gpu.schedule<coarsening = 2>]
  return
}

// -----

#csr = #sparse_gpu.csr

// A beta of 1, what linalg means, costs no multiplication.
// CHECK-LABEL: func @beta_is_one(
// CHECK:         linalg.generic
// CHECK-NOT:       arith.mulf
// CHECK:           arith.addf
// CHECK:         sparse_gpu.scatter
func.func @beta_is_one(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index,
    %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  %one = arith.constant 1.0 : f32
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>) alpha(%one : f32) beta(%one : f32)
    schedules [#sparse_gpu.schedule]
  return
}

// -----

#csr = #sparse_gpu.csr

// Inputs are gathered by what their maps say: by column, by row, whole, and
// whole but stored transposed.
// CHECK-LABEL: func @epilogue(
// CHECK-SAME:    %[[P:[^:]*]]: memref<?xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[V:[^:]*]]: memref<?xf32>, %[[M:[^:]*]]: index, %[[K:[^:]*]]: index, %[[B:[^:]*]]: memref<?x?xf32>, %[[C:[^:]*]]: memref<?x?xf32>
// CHECK-SAME:    %[[BIAS:[^:]*]]: memref<?xf32>, %[[SCALE:[^:]*]]: memref<?xf16>, %[[RES:[^:]*]]: memref<?x?xf32>)
// CHECK:         scf.forall (%{{.*}}, %[[COL:.*]]) =
// CHECK:         %[[ROWS:.*]] = tensor.from_elements
// CHECK-DAG:     %[[T0:.*]] = sparse_gpu.gather %[[BIAS]] columns(%[[COL]]) : memref<?xf32> -> tensor<64xf32>
// CHECK-DAG:     %[[T1:.*]] = sparse_gpu.gather %[[SCALE]] rows(%[[ROWS]]) : memref<?xf16>, tensor<1xindex> -> tensor<1xf16>
// CHECK-DAG:     %[[T2:.*]] = sparse_gpu.gather %[[RES]] rows(%[[ROWS]]) columns(%[[COL]]) : memref<?x?xf32>, tensor<1xindex> -> tensor<1x64xf32>
// CHECK-DAG:     %[[T3:.*]] = sparse_gpu.gather %[[RES]] rows(%[[ROWS]]) columns(%[[COL]]) {transposed} : memref<?x?xf32>, tensor<1xindex> -> tensor<1x64xf32>
// CHECK:         linalg.generic {indexing_maps = [#[[MN:map[0-9]*]], #[[N:map[0-9]*]], #[[M0:map[0-9]*]], #[[MN]], #[[MN]], #[[MN]]], iterator_types = ["parallel", "parallel"]}
// CHECK-SAME:      ins(%{{.*}}, %[[T0]], %[[T1]], %[[T2]], %[[T3]] :
// CHECK:         ^bb0(%[[X:.*]]: f32, %[[I0:.*]]: f32, %[[I1:.*]]: f16, %[[I2:.*]]: f32, %[[I3:.*]]: f32, %{{.*}}: f32):
// CHECK:           arith.addf %[[X]], %[[I0]]
func.func @epilogue(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index,
    %B: memref<?x?xf32>, %C: memref<?x?xf32>, %bias: memref<?xf32>, %scale: memref<?xf16>, %res: memref<?x?xf32>) {
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : memref<?x?xf32>)
    inputs(%bias, %scale, %res, %res : memref<?xf32>, memref<?xf16>, memref<?x?xf32>, memref<?x?xf32>) outs(%C : memref<?x?xf32>)
    schedules [#sparse_gpu.schedule<coarsening = 2>]
    {input_maps = [affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m)>,
                   affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n, m)>]} epilogue {
    ^bb0(%acc: f32, %b: f32, %s: f16, %r: f32, %t: f32):
      %0 = arith.addf %acc, %b : f32
      %1 = arith.extf %s : f16 to f32
      %2 = arith.mulf %0, %1 : f32
      %3 = arith.addf %2, %r : f32
      %4 = arith.addf %3, %t : f32
      sparse_gpu.yield %4 : f32
    }
  return
}

// -----

#csr = #sparse_gpu.csr

// Max-plus: the accumulator begins at -inf, and the body is combine in reduce.
// CHECK-LABEL: func @semiring(
// CHECK-SAME:    %[[P:[^:]*]]: memref<?xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[V:[^:]*]]: memref<?xf32>, %[[M:[^:]*]]: index, %[[K:[^:]*]]: index, %[[B:[^:]*]]: memref<?x?xf32>, %[[C:[^:]*]]: memref<?x?xf32>
// CHECK-DAG:     %[[INF:.*]] = arith.constant 0xFF800000 : f32
// CHECK:         %[[INIT:.*]] = linalg.fill ins(%[[INF]] : f32)
// CHECK:         scf.for {{.*}} iter_args(%[[ACC:.*]] = %[[INIT]])
// CHECK:           %[[NEXT:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]} ins(%{{.*}}, %{{.*}} : tensor<1x?xf32>, tensor<?x64xf32>) outs(%[[ACC]] : tensor<1x64xf32>)
// CHECK:           ^bb0(%[[X:.*]]: f32, %[[Y:.*]]: f32, %[[OLD:.*]]: f32):
// CHECK:             %[[XY:.*]] = arith.addf %[[X]], %[[Y]]
// CHECK:             %[[MAX:.*]] = arith.maximumf %[[OLD]], %[[XY]]
// CHECK:             linalg.yield %[[MAX]]
// CHECK:           scf.yield %[[NEXT]]
func.func @semiring(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index,
    %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>) identity(0xFF800000 : f32)
    schedules [#sparse_gpu.schedule<coarsening = 2>]
    combine {
    ^bb0(%a: f32, %b: f32):
      %0 = arith.addf %a, %b : f32
      sparse_gpu.yield %0 : f32
    } reduce {
    ^bb0(%x: f32, %y: f32):
      %0 = arith.maximumf %x, %y : f32
      sparse_gpu.yield %0 : f32
    }
  return
}

// -----

#csr = #sparse_gpu.csr

// Schedules with guards become a chain of scf.if, the last one its else.
// CHECK-LABEL: func @guards(
// CHECK-SAME:    %[[P:[^:]*]]: memref<?xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[V:[^:]*]]: memref<?xf32>, %[[M:[^:]*]]: index, %[[K:[^:]*]]: index, %[[B:[^:]*]]: memref<?x?xf32>, %[[C:[^:]*]]: memref<?x?xf32>
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C64:.*]] = arith.constant 64 : index
// CHECK-DAG:     %[[C7:.*]] = arith.constant 7 : index
// CHECK-DAG:     %[[C1000:.*]] = arith.constant 1000 : index
// CHECK:         %[[N:.*]] = memref.dim %[[B]], %[[C1]]
// CHECK:         %[[G0:.*]] = arith.cmpi sge, %[[N]], %[[C64]]
// CHECK:         %[[G1:.*]] = arith.cmpi slt, %[[M]], %[[C7]]
// CHECK:         %[[G:.*]] = arith.andi %[[G0]], %[[G1]]
// CHECK:         scf.if %[[G]] {
// CHECK:           scf.forall {{.*}} step (8, 32)
// CHECK:         } else {
// CHECK:           %[[NNZ:.*]] = memref.dim %[[V]], %[[C0]]
// CHECK:           %[[H:.*]] = arith.cmpi sle, %[[NNZ]], %[[C1000]]
// CHECK:           scf.if %[[H]] {
// CHECK:             scf.forall {{.*}} step (4, 16)
// CHECK:           } else {
// CHECK:             scf.forall {{.*}} step (4, 8)
// CHECK-NOT:         scf.forall {{.*}} step
func.func @guards(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index,
    %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>)
    schedules [#sparse_gpu.schedule<warps = 8, when = [n ge 64, rows lt 7]>,
               #sparse_gpu.schedule<lanes = 16, when = [nnz le 1000]>,
               #sparse_gpu.schedule<lanes = 8>,
               #sparse_gpu.schedule<lanes = 4>]
  return
}

// -----

#csr = #sparse_gpu.csr

// The other comparisons.
// CHECK-LABEL: func @predicates(
// CHECK-SAME:    %[[P:[^:]*]]: memref<?xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[V:[^:]*]]: memref<?xf32>, %[[M:[^:]*]]: index, %[[K:[^:]*]]: index, %[[B:[^:]*]]: memref<?x?xf32>, %[[C:[^:]*]]: memref<?x?xf32>
// CHECK:         arith.cmpi sgt
// CHECK:         arith.cmpi eq
func.func @predicates(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index,
    %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>)
    schedules [#sparse_gpu.schedule<when = [n gt 64, n eq 65]>, #sparse_gpu.schedule]
  return
}

// -----

#csr = #sparse_gpu.csr

// Transposed B and C are gathered and scattered by the other subscript.
// CHECK-LABEL: func @transposed(
// CHECK-SAME:    %[[P:[^:]*]]: memref<?xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[V:[^:]*]]: memref<?xf32>, %[[M:[^:]*]]: index, %[[K:[^:]*]]: index, %[[B:[^:]*]]: memref<?x?xf32>, %[[C:[^:]*]]: memref<?x?xf32>
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK:         %[[N:.*]] = memref.dim %[[B]], %[[C0]]
// CHECK:         scf.forall (%{{.*}}, %{{.*}}) = (0, 0) to (%[[M]], %[[N]])
// CHECK:         sparse_gpu.gather %[[B]] rows(%{{.*}}) columns(%{{.*}}) {transposed}
// CHECK:         sparse_gpu.scatter %{{.*}} into %[[C]] {{.*}} {transposed}
func.func @transposed(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index,
    %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>)
    schedules [#sparse_gpu.schedule<coarsening = 2>] {transpose_b, transpose_c}
  return
}

// -----

#csr = #sparse_gpu.csr

// A vector is a matrix of one column.
// CHECK-LABEL: func @vector(
// CHECK:         %[[B:.*]] = memref.expand_shape %{{.*}} {{.*}} : memref<?xf32> into memref<?x1xf32>
// CHECK:         %[[C:.*]] = memref.expand_shape %{{.*}} {{.*}} : memref<?xf32> into memref<?x1xf32>
// CHECK:         scf.forall (%{{.*}}, %{{.*}}) = (0, 0) to (%{{.*}}, 1) step (4, 1)
// CHECK:         sparse_gpu.gather %[[B]] {{.*}} -> tensor<?x1xf32>
// CHECK:         sparse_gpu.scatter %{{.*}} into %[[C]]
func.func @vector(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index,
    %B: memref<?xf32>, %C: memref<?xf32>) {
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : memref<?xf32>) outs(%C : memref<?xf32>)
    schedules [#sparse_gpu.schedule<lanes = 1>]
  return
}

// -----

#csr = #sparse_gpu.csr

// f16 in and out: accumulated in f32, rounded once, when it is stored.
// CHECK-LABEL: func @f16(
// CHECK:         linalg.matmul ins(%{{.*}}, %{{.*}} : tensor<1x?xf16>, tensor<?x32xf16>) outs(%{{.*}} : tensor<1x32xf32>)
// CHECK:         sparse_gpu.gather %{{.*}} -> tensor<1x32xf16>
// CHECK:         linalg.generic
// CHECK:         ^bb0(%[[X:.*]]: f32, %[[Y:.*]]: f16, %{{.*}}: f16):
// CHECK:           %[[YW:.*]] = arith.extf %[[Y]] : f16 to f32
// CHECK:           %[[S:.*]] = arith.addf %[[X]], %[[YW]] : f32
// CHECK:           %[[R:.*]] = arith.truncf %[[S]] : f32 to f16
// CHECK:           linalg.yield %[[R]] : f16
func.func @f16(%p: memref<9xi64>, %c: memref<?xi16>, %v: memref<?xf16>,
    %B: memref<8x32xf16>, %C: memref<8x32xf16>) {
  %one = arith.constant 1.0 : f32
  sparse_gpu.spmm a(%p, %c, %v : memref<9xi64>, memref<?xi16>, memref<?xf16>
      of tensor<8x8xf16, #sparse_gpu.csr<positions = i64, coordinates = i16>>)
    b(%B : memref<8x32xf16>) outs(%C : memref<8x32xf16>) beta(%one : f32)
    schedules [#sparse_gpu.schedule]
  return
}

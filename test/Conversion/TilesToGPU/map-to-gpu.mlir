// Nests become launches; tiles become registers of lanes.
// RUN: sparse-opt %s --pass-pipeline='builtin.module(func.func(sparse-gpu-spmm-to-tiles,canonicalize,sparse-gpu-map-to-gpu,canonicalize,cse))' \
// RUN:   --split-input-file | FileCheck %s

#csr = #sparse_gpu.csr

// 32 lanes, 2 columns each, 32 apart. A grid of any size: capped, and strided
// over. Coordinates are staged as offsets, one per lane.
// CHECK-LABEL: func @lanes32(
// CHECK-SAME:    %[[P:[^:]*]]: memref<?xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[V:[^:]*]]: memref<?xf32>, %[[M:[^:]*]]: index, %[[K:[^:]*]]: index, %[[B:[^:]*]]: memref<?x?xf32>, %[[C:[^:]*]]: memref<?x?xf32>)
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[C32:.*]] = arith.constant 32 : index
// CHECK-DAG:     %[[C64:.*]] = arith.constant 64 : index
// CHECK-DAG:     %[[C128:.*]] = arith.constant 128 : index
// CHECK-DAG:     %[[BYTES:.*]] = arith.constant 1536 : i32
// CHECK-DAG:     %[[MAXX:.*]] = arith.constant 2147483647 : index
// CHECK-DAG:     %[[MAXY:.*]] = arith.constant 65535 : index
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:         %[[N:.*]] = memref.dim %[[B]], %[[C1]]
// CHECK:         %[[X0:.*]] = arith.ceildivui %[[M]], %[[C4]]
// CHECK:         %[[X1:.*]] = arith.maxui %[[X0]], %[[C1]]
// CHECK:         %[[X:.*]] = arith.minui %[[X1]], %[[MAXX]]
// CHECK:         %[[Y0:.*]] = arith.ceildivui %[[N]], %[[C64]]
// CHECK:         %[[Y1:.*]] = arith.maxui %[[Y0]], %[[C1]]
// CHECK:         %[[Y:.*]] = arith.minui %[[Y1]], %[[MAXY]]
// CHECK:         gpu.launch blocks(%[[BX:.*]], %[[BY:.*]], %{{.*}}) in (%[[GX:[^ ]*]] = %[[X]], %[[GY:[^ ]*]] = %[[Y]], %{{[^ ]*}} = %[[C1]])
// CHECK-SAME:      threads(%[[T:[^ ,]*]], %{{[^ ]*}}, %{{[^ ]*}}) in (%{{[^ ]*}} = %[[C128]], %{{[^ ]*}} = %[[C1]], %{{[^ ]*}} = %[[C1]])
// CHECK-SAME:      dynamic_shared_memory_size %[[BYTES]] module(@lanes32_kernels) function(@lanes32_kernel) {
// CHECK:           %[[WARP:.*]] = arith.divui %[[T]], %[[C32]]
// CHECK:           %[[LANE:.*]] = arith.remui %[[T]], %[[C32]]
// Columns outside, rows inside, both grid-stride.
// CHECK:           %[[COL0:.*]] = arith.muli %[[BY]], %[[C64]]
// CHECK:           %[[COLSTRIDE:.*]] = arith.muli %[[GY]], %[[C64]]
// CHECK:           scf.for %[[COL:.*]] = %[[COL0]] to %[[N]] step %[[COLSTRIDE]] {
// CHECK:             %[[ROW0:.*]] = arith.muli %[[BX]], %[[C4]]
// CHECK:             %[[ROWSTRIDE:.*]] = arith.muli %[[GX]], %[[C4]]
// CHECK:             scf.for %[[ROWBLOCK:.*]] = %[[ROW0]] to %[[M]] step %[[ROWSTRIDE]] {
// CHECK:               %[[ROW:.*]] = arith.addi %[[ROWBLOCK]], %[[WARP]]
// CHECK:               %[[ACC:.*]]:2 = scf.for %[[S:.*]] = %{{.*}} to %{{.*}} step %[[C32]] iter_args(%[[A0:.*]] = %[[ZERO]], %[[A1:.*]] = %[[ZERO]]) -> (f32, f32) {
// Staging: one coordinate and one value per lane, the offset multiplied once.
// CHECK:                 %[[OFFSETS:.*]] = memref.view {{.*}} to memref<128xindex, #gpu.address_space<workgroup>>
// CHECK:                 %[[VALUES:.*]] = memref.view {{.*}} to memref<128xf32, #gpu.address_space<workgroup>>
// CHECK:                 %[[SLOT0:.*]] = arith.muli %[[WARP]], %[[C32]]
// CHECK:                 %[[MINE:.*]] = arith.cmpi ult, %[[LANE]], %{{.*}}
// CHECK:                 scf.if %[[MINE]] {
// CHECK:                   %[[POS:.*]] = arith.addi %[[S]], %[[LANE]]
// CHECK:                   %[[COORD:.*]] = memref.load %[[CRD]][%[[POS]]]
// CHECK:                   %[[COORDX:.*]] = arith.index_castui %[[COORD]] : i32 to index
// CHECK:                   %[[OFFSET:.*]] = arith.muli %[[COORDX]], %{{.*}}
// CHECK:                   %[[SLOT:.*]] = arith.addi %[[SLOT0]], %[[LANE]]
// CHECK:                   memref.store %[[OFFSET]], %[[OFFSETS]][%[[SLOT]]]
// CHECK:                   %[[VALUE:.*]] = memref.load %[[V]][%[[POS]]]
// CHECK:                   memref.store %[[VALUE]], %[[VALUES]][%[[SLOT]]]
// CHECK:                 }
// CHECK:                 nvvm.bar.warp.sync
// Columns beyond N are read as the last one, and not stored below.
// CHECK-DAG:             %[[FIRST:.*]] = arith.addi %[[COL]], %[[LANE]]
// CHECK-DAG:             %[[SECOND:.*]] = arith.addi %[[FIRST]], %[[C32]]
// CHECK-DAG:             %[[LAST:.*]] = arith.subi %[[N]], %[[C1]]
// CHECK-DAG:             %[[COL_A:.*]] = arith.minui %[[FIRST]], %[[LAST]]
// CHECK-DAG:             %[[COL_B:.*]] = arith.minui %[[SECOND]], %[[LAST]]
// CHECK:                 scf.for {{.*}} iter_args(%{{.*}} = %[[A0]], %{{.*}} = %[[A1]]) -> (f32, f32) {
// CHECK-NOT:               memref.store
// CHECK:                   %[[OFF:.*]] = memref.load %[[OFFSETS]]
// CHECK:                   arith.addi %[[OFF]], %[[COL_A]]
// CHECK:                   arith.addi %[[OFF]], %[[COL_B]]
// CHECK:                   arith.mulf {{.*}} fastmath<contract>
// CHECK:                   arith.addf {{.*}} fastmath<contract>
// CHECK:                 nvvm.bar.warp.sync
// CHECK:               %[[N0:.*]] = arith.addi %[[COL]], %[[LANE]]
// CHECK:               %[[N1:.*]] = arith.addi %[[N0]], %[[C32]]
// CHECK:               %[[IN0:.*]] = arith.cmpi ult, %[[N0]]
// CHECK:               %[[IN1:.*]] = arith.cmpi ult, %[[N1]]
// CHECK:               scf.if %[[IN0]] {
// CHECK:                 memref.store %{{.*}}, %[[C]][%[[ROW]], %[[N0]]]
// CHECK:               scf.if %[[IN1]] {
// CHECK:                 memref.store %{{.*}}, %[[C]][%[[ROW]], %[[N1]]]
// CHECK:         {sparse_gpu.nest}
func.func @lanes32(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index, %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>)
    schedules [#sparse_gpu.schedule<coarsening = 2>]
  return
}

// -----

#csr = #sparse_gpu.csr

// 8 lanes along the columns: four groups take every fourth entry and are
// reduced by two shuffles after the loop over steps; one group stores.
// CHECK-LABEL: func @lanes8(
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG:     %[[C32:.*]] = arith.constant 32 : index
// CHECK-DAG:     %[[D8:.*]] = arith.constant 8 : i32
// CHECK-DAG:     %[[D16:.*]] = arith.constant 16 : i32
// CHECK:         %[[LANE:.*]] = arith.remui %{{.*}}, %[[C32]]
// CHECK:         %[[LANECOL:.*]] = arith.remui %[[LANE]], %[[C8]]
// CHECK:         %[[GROUP:.*]] = arith.divui %[[LANE]], %[[C8]]
// CHECK:         %[[SUM:.*]] = scf.for {{.*}} -> (f32) {
// CHECK:           scf.for %{{.*}} = %[[GROUP]] to %{{.*}} step %[[C4]]
// CHECK-NOT:       gpu.shuffle
// CHECK:           nvvm.bar.warp.sync
// CHECK:         }
// CHECK:         %[[S0:.*]], %{{.*}} = gpu.shuffle xor %[[SUM]], %[[D8]], %{{.*}} : f32
// CHECK:         %[[R0:.*]] = arith.addf %[[SUM]], %[[S0]]
// CHECK:         %[[S1:.*]], %{{.*}} = gpu.shuffle xor %[[R0]], %[[D16]], %{{.*}} : f32
// CHECK:         %[[R1:.*]] = arith.addf %[[R0]], %[[S1]]
// CHECK-NOT:     gpu.shuffle
// CHECK:         arith.cmpi eq, %[[GROUP]], %[[C0]]
// CHECK:         memref.store %[[R1]]
func.func @lanes8(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index, %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>)
    schedules [#sparse_gpu.schedule<lanes = 8, unroll = 1>]
  return
}

// -----

#csr = #sparse_gpu.csr

// One lane along the columns: five shuffles, by the operation that reduces.
// CHECK-LABEL: func @lanes1(
// CHECK:         gpu.shuffle xor %{{.*}}, %[[D1:[^ ]*]], %{{.*}} : f32
// CHECK-NEXT:    arith.maximumf %{{.*}}, %{{.*}} : f32
// CHECK-COUNT-4: gpu.shuffle
// CHECK-NOT:     gpu.shuffle
// CHECK:         arith.maximumf
// CHECK:         memref.store
func.func @lanes1(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index, %x: memref<?xf32>, %y: memref<?xf32>) {
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%x : memref<?xf32>) outs(%y : memref<?xf32>) identity(0xFF800000 : f32)
    schedules [#sparse_gpu.schedule<lanes = 1, unroll = 1>]
    combine {
    ^bb0(%a: f32, %b: f32):
      %0 = arith.mulf %a, %b : f32
      sparse_gpu.yield %0 : f32
    } reduce {
    ^bb0(%a: f32, %b: f32):
      %0 = arith.maximumf %a, %b : f32
      sparse_gpu.yield %0 : f32
    }
  return
}

// -----

#csr = #sparse_gpu.csr

// A step of 64: each lane stages two entries, 32 apart, in twice the arena.
// CHECK-LABEL: func @step64(
// CHECK-DAG:     %[[C32:.*]] = arith.constant 32 : index
// CHECK-DAG:     %[[C64:.*]] = arith.constant 64 : index
// CHECK-DAG:     %[[BYTES:.*]] = arith.constant 3072 : i32
// CHECK:         dynamic_shared_memory_size %[[BYTES]]
// CHECK:         %[[LANE:.*]] = arith.remui %{{.*}}, %[[C32]]
// CHECK:         scf.for {{.*}} step %[[C64]] iter_args
// CHECK:           arith.cmpi ult, %[[LANE]], %[[COUNT:.*]] : index
// CHECK:           scf.if
// CHECK:             memref.store {{.*}} : memref<256xindex, #gpu.address_space<workgroup>>
// CHECK:           %[[SECOND:.*]] = arith.addi %[[LANE]], %[[C32]]
// CHECK:           arith.cmpi ult, %[[SECOND]], %[[COUNT]]
// CHECK:           scf.if
// CHECK:             memref.store {{.*}} : memref<256xindex, #gpu.address_space<workgroup>>
// CHECK:           nvvm.bar.warp.sync
func.func @step64(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %k: index, %B: memref<?x?xf32>, %C: memref<?x?xf32>) {
  sparse_gpu.spmm a(%p, %c, %v, %m, %k : memref<?xi32>, memref<?xi32>, memref<?xf32>, index, index of tensor<?x?xf32, #csr>)
    b(%B : memref<?x?xf32>) outs(%C : memref<?x?xf32>)
    schedules [#sparse_gpu.schedule<step = 64, unroll = 1>]
  return
}

// -----

#csr = #sparse_gpu.csr

// Unrolled by 4: four loads of B in the loop, one in the remainder. Columns
// that divide the tile are neither clamped nor guarded.
// CHECK-LABEL: func @unrolled(
// CHECK:         nvvm.bar.warp.sync
// CHECK-NOT:     arith.minui
// CHECK:         scf.for {{.*}} iter_args
// CHECK-COUNT-4:   memref.load {{.*}} : memref<{{.*}}xf32, strided<[1]>>
// CHECK:           scf.yield
// CHECK:         scf.for {{.*}} iter_args
// CHECK-COUNT-1:   memref.load {{.*}} : memref<{{.*}}xf32, strided<[1]>>
// CHECK-NOT:       memref.load
// CHECK:           scf.yield
// CHECK:         nvvm.bar.warp.sync
// CHECK-NOT:     scf.if
// CHECK:         memref.store
func.func @unrolled(%p: memref<65xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %B: memref<64x32xf32>, %C: memref<64x32xf32>) {
  sparse_gpu.spmm a(%p, %c, %v : memref<65xi32>, memref<?xi32>, memref<?xf32> of tensor<64x64xf32, #csr>)
    b(%B : memref<64x32xf32>) outs(%C : memref<64x32xf32>)
    schedules [#sparse_gpu.schedule<unroll = 4>]
  return
}

// -----

// A forall that is not mapped to blocks is none of this pass's business.
// CHECK-LABEL: func @other(
// CHECK:         scf.forall
// CHECK-NOT:     gpu.launch
func.func @other(%C: memref<8xf32>, %x: f32) {
  scf.forall (%i) in (8) {
    memref.store %x, %C[%i] : memref<8xf32>
  }
  return
}

// -----

#csr = #sparse_gpu.csr

// The kernels of one function have names of their own, in one module.
// CHECK-LABEL: func @two(
// CHECK:         gpu.launch {{.*}} module(@two_kernels) function(@two_kernel_0)
// CHECK:         gpu.launch {{.*}} module(@two_kernels) function(@two_kernel_1)
func.func @two(%p: memref<65xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %B: memref<64x?xf32>, %C: memref<64x?xf32>) {
  sparse_gpu.spmm a(%p, %c, %v : memref<65xi32>, memref<?xi32>, memref<?xf32> of tensor<64x64xf32, #csr>)
    b(%B : memref<64x?xf32>) outs(%C : memref<64x?xf32>)
    schedules [#sparse_gpu.schedule<when = [n gt 16]>, #sparse_gpu.schedule<lanes = 8>]
  return
}

// -----

#csr = #sparse_gpu.csr

// The old C is read by the lane that will store it, and by no other: beyond the
// extent a lane reads nothing.
// CHECK-LABEL: func @beta(
// CHECK-SAME:    %[[C:[^:]*]]: memref<64x?xf32>)
// CHECK:         %[[N:.*]] = memref.dim %[[C]]
// CHECK:         %[[INSIDE:.*]] = arith.cmpi ult, %[[COL:.*]], %[[N]]
// CHECK:         %[[OLD:.*]] = scf.if %[[INSIDE]] -> (f32) {
// CHECK:           memref.load %[[C]][%{{.*}}, %[[COL]]]
// CHECK:         } else {
// CHECK-NOT:       memref.load
// CHECK:         }
// CHECK:         %[[NEW:.*]] = arith.addf %{{.*}}, %[[OLD]]
// CHECK:         scf.if
// CHECK:           memref.store %[[NEW]], %[[C]]
func.func @beta(%p: memref<65xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %B: memref<64x32xf32>, %C: memref<64x?xf32>) {
  %one = arith.constant 1.0 : f32
  sparse_gpu.spmm a(%p, %c, %v : memref<65xi32>, memref<?xi32>, memref<?xf32> of tensor<64x64xf32, #csr>)
    b(%B : memref<64x32xf32>) outs(%C : memref<64x?xf32>) beta(%one : f32)
    schedules [#sparse_gpu.schedule<unroll = 1>]
  return
}

// -----

#bsr = #sparse_gpu.bsr<rows = 2, columns = 2>

// Decode by element access: coordinates and values are computed where they are
// staged. Rows that do not exist are not stored.
// CHECK-LABEL: func @bsr(
// CHECK-SAME:    %{{[^:]*}}: memref<?xi32>, %[[CRD:[^:]*]]: memref<?xi32>, %[[VAL:[^:]*]]: memref<?xf32>
// CHECK:         scf.if
// CHECK:           memref.load %[[CRD]]
// CHECK:           memref.store {{.*}} : memref<128xindex, #gpu.address_space<workgroup>>
// CHECK:         scf.for
// CHECK:           memref.load %[[VAL]]
// CHECK:           memref.store {{.*}} : memref<256xf32, #gpu.address_space<workgroup>>
// CHECK:         nvvm.bar.warp.sync
// CHECK:         scf.for {{.*}} -> (f32, f32) {
// CHECK:         nvvm.bar.warp.sync
// CHECK-COUNT-2: arith.cmpi ult
// CHECK:         scf.if
// CHECK:           memref.store
// CHECK:         scf.if
// CHECK:           memref.store
func.func @bsr(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf32>, %m: index, %B: memref<64x32xf32>, %C: memref<?x32xf32>) {
  sparse_gpu.spmm a(%p, %c, %v, %m : memref<?xi32>, memref<?xi32>, memref<?xf32>, index of tensor<?x64xf32, #bsr>)
    b(%B : memref<64x32xf32>) outs(%C : memref<?x32xf32>)
    schedules [#sparse_gpu.schedule<unroll = 1>]
  return
}

// -----

#f = #sparse_gpu.condensed_tiles<layout = me_tcf, window = 4, tile = 8>

// Decode by ids: lanes clear the tile, wait, and scatter the entries of the
// format's tiles that the step reaches, each lane every 32nd.
// CHECK-LABEL: func @decode_ids(
// CHECK-SAME:    %{{[^:]*}}: memref<17xi32>, %[[T:[^:]*]]: memref<?xi32>, %{{[^:]*}}: memref<?xi32>, %[[IDS:[^:]*]]: memref<?xi8>, %[[VAL:[^:]*]]: memref<?xf32>
// CHECK:         scf.for {{.*}} step %c32
// CHECK:           scf.for {{.*}} step %c32
// CHECK:             memref.store %{{.*}} : memref<512xf32, #gpu.address_space<workgroup>>
// CHECK:             memref.store %{{.*}} : memref<512xi8, #gpu.address_space<workgroup>>
// CHECK:           nvvm.bar.warp.sync
// CHECK:           scf.for {{.*}} step %c1
// CHECK:             memref.load %[[T]]
// CHECK:             memref.load %[[T]]
// CHECK:             scf.for {{.*}} step %c32
// CHECK:               memref.load %[[IDS]]
// CHECK:               %[[HERE:.*]] = arith.cmpi ult
// CHECK:               scf.if %[[HERE]]
// CHECK:                 %[[A:.*]] = memref.load %[[VAL]]
// CHECK:                 memref.store %[[A]], {{.*}} : memref<512xf32, #gpu.address_space<workgroup>>
// CHECK:           nvvm.bar.warp.sync
// CHECK:           scf.for {{.*}} -> (f32, f32, f32, f32) {
// CHECK:           nvvm.bar.warp.sync
func.func @decode_ids(%w: memref<17xi32>, %t: memref<?xi32>, %c: memref<?xi32>, %p: memref<?xi8>, %v: memref<?xf32>,
    %B: memref<64x32xf32>, %C: memref<64x32xf32>) {
  sparse_gpu.spmm a(%w, %t, %c, %p, %v : memref<17xi32>, memref<?xi32>, memref<?xi32>, memref<?xi8>, memref<?xf32>
      of tensor<64x64xf32, #f>)
    b(%B : memref<64x32xf32>) outs(%C : memref<64x32xf32>)
    schedules [#sparse_gpu.schedule<unroll = 1>]
  return
}

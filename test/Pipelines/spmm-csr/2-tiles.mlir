// The kernel at level 2, and what arrow 2 -> 3 makes of it.
// RUN: sparse-opt %s --sparse-gpu-tiles-to-gpu="operands=device" | FileCheck %s
// It is what the arrow makes of the level before:
// RUN: sparse-opt %S/1-sparse-gpu.mlir --sparse-gpu-to-tiles > %t.made
// RUN: sparse-opt %s > %t.shown
// RUN: diff %t.made %t.shown
//
// Level 2 is the loop nest that all kernels share. Tiles are values; linalg
// computes on them. Only the coordinates, decode and rows know the format.
//
// 1. --sparse-gpu-map-to-gpu makes a launch of each nest, and lane code of
//    tiles: the accumulator of 64 columns is two registers of 32 lanes; the
//    32 coordinates and values of a step are loaded one per lane and staged in
//    shared memory, the coordinates as offsets into B.
// 2. --sparse-gpu-place-operands: on operands=device the function takes a
//    stream; on operands=host it would allocate, copy, copy back and free.
// 3. Upstream's outlining, canonicalisation and CSE of the kernel.
// 4. Level 3's contract: neither tensors nor linalg in a kernel, its block
//    size is known, no accumulator is in memory.

// CHECK-LABEL: func.func @spmm(
// CHECK-SAME:    %[[STREAM:[^:,]*]]: !llvm.ptr)
// CHECK:         %[[TOKEN:.*]] = builtin.unrealized_conversion_cast %[[STREAM]] : !llvm.ptr to !gpu.async.token
// CHECK:         gpu.launch_func async [%[[TOKEN]]] @spmm_kernels::@spmm_kernel
// CHECK-LABEL: gpu.func @spmm_kernel(
// CHECK-SAME:    kernel attributes {known_block_size = array<i32: 128, 1, 1>}
// CHECK:         scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}) -> (f32, f32) {
// CHECK-COUNT-2:   memref.store {{.*}}, #gpu.address_space<workgroup>>
// CHECK:           nvvm.bar.warp.sync
// CHECK:           scf.for {{.*}} -> (f32, f32) {
// CHECK-NOT:         memref.store
// CHECK:           nvvm.bar.warp.sync
// CHECK-COUNT-2: memref.store {{.*}} : memref<?x64xf32>
func.func @spmm(%positions: memref<?xi32>, %coordinates: memref<?xi32>, %values: memref<?xf32>, %m: index, %k: index, %B: memref<?x64xf32>, %C: memref<?x64xf32>) -> memref<?x64xf32> {
  %c32 = arith.constant 32 : index
  %zero = arith.constant 0.000000e+00 : f32
  %c1 = arith.constant 1 : index
  %c0 = arith.constant 0 : index
  // parallel for unit u, column tile n: blocks of four rows and 64 columns.
  scf.forall (%block, %column) = (0, 0) to (%m, 64) step (4, 64) {
    // A block has four warps; each computes one unit, one row of A.
    scf.forall (%warp) in (4) {
      %row = arith.addi %block, %warp : index
      %exists = arith.cmpi ult, %row, %m : index
      scf.if %exists {
        %next = arith.addi %row, %c1 : index
        // steps(u): the stored entries of the row, 32 at a time.
        %p0 = memref.load %positions[%row] : memref<?xi32>
        %begin = arith.index_castui %p0 : i32 to index
        %p1 = memref.load %positions[%next] : memref<?xi32>
        %end = arith.index_castui %p1 : i32 to index
        // The accumulator is a value; it begins at zero and is carried.
        %empty = tensor.empty() : tensor<1x64xf32>
        %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x64xf32>) -> tensor<1x64xf32>
        %sum = scf.for %step = %begin to %end step %c32 iter_args(%acc = %init) -> (tensor<1x64xf32>) {
          %left = arith.subi %end, %step : index
          %count = arith.minui %left, %c32 : index
          // Which rows of B this step needs, its piece of A, those rows.
          %rows_of_b = sparse_gpu.coordinates %coordinates[%step] [%count] : memref<?xi32> -> tensor<?xindex>
          %a = sparse_gpu.decode %values[%step] [%count] : memref<?xf32> -> tensor<1x?xf32>
          %b = sparse_gpu.gather %B rows(%rows_of_b) columns(%c0) : memref<?x64xf32>, tensor<?xindex> -> tensor<?x64xf32>
          // acc = acc + a * b
          %acc_next = linalg.matmul ins(%a, %b : tensor<1x?xf32>, tensor<?x64xf32>) outs(%acc : tensor<1x64xf32>) -> tensor<1x64xf32>
          scf.yield %acc_next : tensor<1x64xf32>
        }
        // rows(u), and scatter: no epilogue here.
        %rows = tensor.from_elements %row : tensor<1xindex>
        sparse_gpu.scatter %sum into %C rows(%rows) columns(%c0) : tensor<1x64xf32>, tensor<1xindex> into memref<?x64xf32>
      }
    } {mapping = [#gpu.warp<linear_dim_0>]}
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<unit = row, coarsening = 2>}
  return %C : memref<?x64xf32>
}

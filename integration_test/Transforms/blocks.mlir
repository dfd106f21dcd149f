// Blocks in another order, and blocks that do the work of several, do what the
// blocks of the grid do: each place of the grid is visited once, for 9 x 7 x 2
// sizes of it, and what a block has in shared memory is its own.
//
// DEFINE: %{run} = mlir-opt -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// DEFINE: | env SPARSEGPU_EMULATOR=hazards,seeds=2 mlir-runner --entry-point-result=void \
// DEFINE:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so,%mlir_libs/libmlir_c_runner_utils.so 2>&1

// RUN: sparse-opt %s --sparse-gpu-block-order="group=1" | %{run} | FileCheck %s
// RUN: sparse-opt %s --sparse-gpu-block-order="group=3" | %{run} | FileCheck %s
// RUN: sparse-opt %s --sparse-gpu-block-order="group=4" | %{run} | FileCheck %s
// RUN: sparse-opt %s --sparse-gpu-block-order="group=100" | %{run} | FileCheck %s
// RUN: sparse-opt %s --sparse-gpu-persistent-blocks="blocks=1" | %{run} | FileCheck %s
// RUN: sparse-opt %s --sparse-gpu-persistent-blocks="blocks=5" | %{run} | FileCheck %s
// RUN: sparse-opt %s --sparse-gpu-block-order="group=4" --sparse-gpu-persistent-blocks="blocks=7" | %{run} | FileCheck %s
// RUN: sparse-opt %s | %{run} | FileCheck %s

// Sizes of grids, and places that were not visited once.
// CHECK: 126
// CHECK-NEXT: 0
// CHECK-NOT: hazard
func.func private @printI64(i64)
func.func private @printNewline()

func.func @check(%X: index, %Y: index, %Z: index) -> i64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  %c64 = arith.constant 64 : index
  %zero = arith.constant 0 : i32
  %one = arith.constant 1 : i32
  %plane = arith.muli %X, %Y : index
  %places = arith.muli %plane, %Z : index
  %size = arith.muli %places, %c64 : index
  %host = memref.alloc(%size) : memref<?xi32>
  scf.for %i = %c0 to %size step %c1 {
    memref.store %zero, %host[%i] : memref<?xi32>
  }
  %t0 = gpu.wait async
  %device, %t1 = gpu.alloc async [%t0] (%size) : memref<?xi32>
  %t2 = gpu.memcpy async [%t1] %device, %host : memref<?xi32>, memref<?xi32>
  // Thread t of block (x, y, z) adds the number that thread 63 - t has written,
  // which is that of its place, plus t.
  %t3 = gpu.launch async [%t2] blocks(%bx, %by, %bz) in (%gx = %X, %gy = %Y, %gz = %Z)
             threads(%tx, %ty, %tz) in (%sx = %c64, %sy = %c1, %sz = %c1)
             workgroup(%s: memref<64xindex, #gpu.address_space<workgroup>>) {
    %z = gpu.block_id z
    %gy1 = gpu.grid_dim y
    %p0 = arith.muli %z, %gy1 : index
    %p1 = arith.addi %p0, %by : index
    %p2 = arith.muli %p1, %gx : index
    %place = arith.addi %p2, %bx : index
    %first = arith.muli %place, %c64 : index
    %mine = arith.addi %first, %tx : index
    memref.store %mine, %s[%tx] : memref<64xindex, #gpu.address_space<workgroup>>
    gpu.barrier
    %c63 = arith.constant 63 : index
    %other = arith.subi %c63, %tx : index
    %theirs = memref.load %s[%other] : memref<64xindex, #gpu.address_space<workgroup>>
    %old = memref.atomic_rmw addi %one, %device[%theirs] : (i32, memref<?xi32>) -> i32
    gpu.terminator
  }
  %t4 = gpu.memcpy async [%t3] %host, %device : memref<?xi32>, memref<?xi32>
  %t5 = gpu.dealloc async [%t4] %device : memref<?xi32>
  gpu.wait [%t5]
  %none = arith.constant 0 : i64
  %bad = scf.for %i = %c0 to %size step %c1 iter_args(%sum = %none) -> i64 {
    %v = memref.load %host[%i] : memref<?xi32>
    %wrong = arith.cmpi ne, %v, %one : i32
    %add = arith.extui %wrong : i1 to i64
    %next = arith.addi %sum, %add : i64
    scf.yield %next : i64
  }
  memref.dealloc %host : memref<?xi32>
  return %bad : i64
}

func.func @main() {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c10 = arith.constant 10 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %n:2 = scf.for %X = %c1 to %c10 step %c1 iter_args(%na = %zero, %ba = %zero) -> (i64, i64) {
    %0:2 = scf.for %Y = %c1 to %c8 step %c1 iter_args(%nb = %na, %bb = %ba) -> (i64, i64) {
      %1:2 = scf.for %Z = %c1 to %c3 step %c1 iter_args(%nc = %nb, %bc = %bb) -> (i64, i64) {
        %bad = func.call @check(%X, %Y, %Z) : (index, index, index) -> i64
        %count = arith.addi %nc, %one : i64
        %sum = arith.addi %bc, %bad : i64
        scf.yield %count, %sum : i64, i64
      }
      scf.yield %1#0, %1#1 : i64, i64
    }
    scf.yield %0#0, %0#1 : i64, i64
  }
  call @printI64(%n#0) : (i64) -> ()
  call @printNewline() : () -> ()
  call @printI64(%n#1) : (i64) -> ()
  call @printNewline() : () -> ()
  return
}

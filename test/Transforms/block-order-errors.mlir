// Launches whose blocks keep their order, and numbers that make no sense.
// RUN: sparse-opt %s --sparse-gpu-block-order="group=4" --split-input-file --verify-diagnostics
// RUN: not sparse-opt %s --sparse-gpu-block-order="group=-1" 2>&1 | FileCheck %s
// CHECK: option 'group' is a number of rows, or 0 for launches that say it, got -1

func.func @cluster(%X: index, %Y: index) {
  %c1 = arith.constant 1 : index
  // expected-remark @+1 {{blocks keep their order: blocks of a cluster must stay neighbours (BORD-1)}}
  gpu.launch clusters(%cx, %cy, %cz) in (%kx = %c1, %ky = %c1, %kz = %c1)
             blocks(%x, %y, %z) in (%sx = %X, %sy = %Y, %sz = %c1)
             threads(%tx, %ty, %tz) in (%bx = %c1, %by = %c1, %bz = %c1) {
    gpu.terminator
  }
  return
}

// -----

func.func @line(%X: index, %Y: index) {
  %c1 = arith.constant 1 : index
  // expected-remark @+1 {{blocks keep their order: its grid has one row or one column, so there is one order (BORD-2)}}
  gpu.launch blocks(%x, %y, %z) in (%sx = %X, %sy = %c1, %sz = %Y)
             threads(%tx, %ty, %tz) in (%bx = %c1, %by = %c1, %bz = %c1) {
    gpu.terminator
  }
  return
}

// -----

func.func @none(%X: index, %Y: index) {
  %c1 = arith.constant 1 : index
  // expected-error @+1 {{'sparse_gpu.block_order' is a number of rows, at least 1, got 0 : i64 (BORD-3)}}
  gpu.launch blocks(%x, %y, %z) in (%sx = %X, %sy = %Y, %sz = %c1)
             threads(%tx, %ty, %tz) in (%bx = %c1, %by = %c1, %bz = %c1) {
    gpu.terminator
  } {sparse_gpu.block_order = 0 : i64}
  return
}

// -----

func.func @register(%X: index, %Y: index, %m: memref<?xi32>) {
  %c1 = arith.constant 1 : index
  // expected-remark @+1 {{blocks keep their order: a function that it calls, or an operation of NVVM, reads the hardware's numbers of blocks (BORD-4)}}
  gpu.launch blocks(%x, %y, %z) in (%sx = %X, %sy = %Y, %sz = %c1)
             threads(%tx, %ty, %tz) in (%bx = %c1, %by = %c1, %bz = %c1) {
    %number = nvvm.read.ptx.sreg.ctaid.x : i32
    memref.store %number, %m[%x] : memref<?xi32>
    gpu.terminator
  }
  return
}

// Launches whose blocks stay as they are.
// RUN: sparse-opt %s --sparse-gpu-persistent-blocks="blocks=4" --split-input-file --verify-diagnostics
// RUN: not sparse-opt %s --sparse-gpu-persistent-blocks 2>&1 | FileCheck %s
// CHECK: option 'blocks' must be 1 to 2147483647, got 0

func.func @cluster(%X: index) {
  %c1 = arith.constant 1 : index
  // expected-remark @+1 {{blocks are not made persistent: the blocks of a cluster work together (PERS-1)}}
  gpu.launch clusters(%cx, %cy, %cz) in (%kx = %c1, %ky = %c1, %kz = %c1)
             blocks(%x, %y, %z) in (%sx = %X, %sy = %c1, %sz = %c1)
             threads(%tx, %ty, %tz) in (%bx = %c1, %by = %c1, %bz = %c1) {
    gpu.terminator
  }
  return
}

// -----

func.func @branches(%X: index, %stop: i1) {
  %c1 = arith.constant 1 : index
  // expected-remark @+1 {{blocks are not made persistent: its body has branches, so a turn may end before the barrier (PERS-2)}}
  gpu.launch blocks(%x, %y, %z) in (%sx = %X, %sy = %c1, %sz = %c1)
             threads(%tx, %ty, %tz) in (%bx = %c1, %by = %c1, %bz = %c1) {
    cf.cond_br %stop, ^end, ^more
  ^more:
    gpu.barrier
    gpu.terminator
  ^end:
    gpu.terminator
  }
  return
}

// -----

func.func @mbarrier(%X: index) {
  %c1 = arith.constant 1 : index
  // expected-remark @+1 {{blocks are not made persistent: it has mbarriers, which would be initialised in each turn (PERS-3)}}
  gpu.launch blocks(%x, %y, %z) in (%sx = %X, %sy = %c1, %sz = %c1)
             threads(%tx, %ty, %tz) in (%bx = %c1, %by = %c1, %bz = %c1) {
    %b = nvgpu.mbarrier.create -> !nvgpu.mbarrier.group<memorySpace = #gpu.address_space<workgroup>>
    gpu.terminator
  }
  return
}

// -----

func.func private @sine(%x: f32) -> f32

func.func @where(%m: memref<?xf32>) {
  %x = gpu.block_id x
  %v = memref.load %m[%x] : memref<?xf32>
  %w = func.call @sine(%v) : (f32) -> f32
  memref.store %w, %m[%x] : memref<?xf32>
  return
}

func.func @through(%m: memref<?xf32>) {
  call @where(%m) : (memref<?xf32>) -> ()
  return
}

func.func @call(%X: index, %m: memref<?xf32>) {
  %c1 = arith.constant 1 : index
  // expected-remark @+1 {{blocks are not made persistent: a function that it calls, or an operation of NVVM, reads the hardware's numbers of blocks (PERS-4)}}
  gpu.launch blocks(%x, %y, %z) in (%sx = %X, %sy = %c1, %sz = %c1)
             threads(%tx, %ty, %tz) in (%bx = %c1, %by = %c1, %bz = %c1) {
    func.call @through(%m) : (memref<?xf32>) -> ()
    gpu.terminator
  }
  return
}

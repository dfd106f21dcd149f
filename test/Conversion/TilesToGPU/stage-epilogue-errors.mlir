// Why a store is not staged. What gains nothing, and what nobody asked for, is
// said only with `explain`.
// RUN: sparse-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(func.func(sparse-gpu-stage-epilogue{chip=sm_75 explain}))'
// RUN: not sparse-opt %s --pass-pipeline='builtin.module(func.func(sparse-gpu-stage-epilogue{chip=gfx90a}))' --split-input-file 2>&1 | FileCheck %s --check-prefix=CHIP
// RUN: sparse-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(sparse-gpu-stage-epilogue{chip=sm_75}))' 2>&1 | FileCheck %s --check-prefix=QUIET

// CHIP: option 'chip' must be sm_ and a number, got 'gfx90a'
// QUIET-NOT: (STG-2)
// QUIET-NOT: no more than 2 bytes
// QUIET: (STG-1)

func.func @noNest(%C: memref<64x64xf16>, %t: tensor<64x64xf16>, %r: tensor<64xindex>, %n: index) {
  // expected-remark @+1 {{is not staged: it is not in the body of a nest whose units are those of blocks (STG-1)}}
  sparse_gpu.store %t into %C rows(%r)[%n] columns(%r)[%n] contiguous 1 run 64 : tensor<64x64xf16>, tensor<64xindex>, tensor<64xindex> into memref<64x64xf16>
  return
}

// -----

func.func @inner(%C: memref<64x64xf16>, %t: tensor<64x64xf16>, %r: tensor<64xindex>, %n: index, %c: i1) {
  scf.forall (%m, %col) = (0, 0) to (%n, %n) step (64, 64) {
    scf.if %c {
      // expected-remark @+1 {{is not staged: it is not in the body of a nest whose units are those of blocks (STG-1)}}
      sparse_gpu.store %t into %C rows(%r)[%n] columns(%r)[%n] contiguous 1 run 64 : tensor<64x64xf16>, tensor<64xindex>, tensor<64xindex> into memref<64x64xf16>
    }
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 16], warp_tile = [32, 32], when = [result_alignment ge 16]>}
  return
}

// -----

func.func @wide(%C: memref<64x64xf32>, %t: tensor<64x64xf32>, %r: tensor<64xindex>, %n: index) {
  scf.forall (%m, %col) = (0, 0) to (%n, %n) step (64, 64) {
    // expected-remark @+1 {{is not staged: lanes side by side store 32 bytes as it is, whole sectors (STG-2)}}
    sparse_gpu.store %t into %C rows(%r)[%n] columns(%r)[%n] contiguous 1 run 64 : tensor<64x64xf32>, tensor<64xindex>, tensor<64xindex> into memref<64x64xf32>
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 16], warp_tile = [32, 32], when = [result_alignment ge 16]>}
  return
}

// -----

func.func @halfOfFMAs(%C: memref<64x64xf16>, %t: tensor<64x64xf16>, %r: tensor<64xindex>, %n: index) {
  scf.forall (%m, %col) = (0, 0) to (%n, %n) step (64, 64) {
    // expected-remark @+1 {{is not staged: lanes side by side store 32 bytes as it is, whole sectors (STG-2)}}
    sparse_gpu.store %t into %C rows(%r)[%n] columns(%r)[%n] contiguous 1 run 64 : tensor<64x64xf16>, tensor<64xindex>, tensor<64xindex> into memref<64x64xf16>
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, tile = [64, 64, 16], warp_tile = [32, 32], when = [result_alignment ge 16]>}
  return
}

// -----

func.func @noGuard(%C: memref<64x64xf16>, %t: tensor<64x64xf16>, %r: tensor<64xindex>, %n: index) {
  scf.forall (%m, %col) = (0, 0) to (%n, %n) step (64, 64) {
    // expected-remark @+1 {{is not staged: at once no more than 2 bytes can be stored, by an alignment of 1 bytes and runs of 64 elements (STG-3)}}
    sparse_gpu.store %t into %C rows(%r)[%n] columns(%r)[%n] contiguous 1 run 64 : tensor<64x64xf16>, tensor<64xindex>, tensor<64xindex> into memref<64x64xf16>
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 16], warp_tile = [32, 32]>}
  return
}

// -----

func.func @shortRuns(%C: memref<64x64xf16>, %t: tensor<64x64xf16>, %r: tensor<64xindex>, %n: index) {
  scf.forall (%m, %col) = (0, 0) to (%n, %n) step (64, 64) {
    // expected-remark @+1 {{is not staged: at once no more than 4 bytes can be stored, by an alignment of 16 bytes and runs of 2 elements (STG-3)}}
    sparse_gpu.store %t into %C rows(%r)[%n] columns(%r)[%n] contiguous 1 run 2 : tensor<64x64xf16>, tensor<64xindex>, tensor<64xindex> into memref<64x64xf16>
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 16], warp_tile = [32, 32], when = [result_alignment ge 16]>}
  return
}

// -----

func.func @narrow(%C: memref<64x8xf16>, %t: tensor<64x8xf16>, %r: tensor<64xindex>, %c: tensor<8xindex>, %n: index) {
  scf.forall (%m, %col) = (0, 0) to (%n, %n) step (64, 8) {
    // expected-remark @+1 {{is not staged: a line of the tile has 16 bytes, less than a sector (STG-4)}}
    sparse_gpu.store %t into %C rows(%r)[%n] columns(%c)[%n] contiguous 1 run 8 : tensor<64x8xf16>, tensor<64xindex>, tensor<8xindex> into memref<64x8xf16>
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 8, 16], warp_tile = [32, 8], when = [result_alignment ge 16]>}
  return
}

// -----

func.func @large(%C: memref<256x256xf16>, %t: tensor<256x256xf16>, %r: tensor<256xindex>, %n: index) {
  scf.forall (%m, %col) = (0, 0) to (%n, %n) step (256, 256) {
    // expected-remark @+1 {{is not staged: the tile has 131072 bytes, shared memory of a block on sm_75 65536 (STG-5)}}
    sparse_gpu.store %t into %C rows(%r)[%n] columns(%r)[%n] contiguous 1 run 256 : tensor<256x256xf16>, tensor<256xindex>, tensor<256xindex> into memref<256x256xf16>
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, path = mma, tile = [256, 256, 16], warp_tile = [64, 64], when = [result_alignment ge 16]>}
  return
}

// -----

// Side by side along rows, some of which do not exist.
func.func @partial(%C: memref<64x64xf16>, %t: tensor<64x64xf16>, %r: tensor<64xindex>, %n: index) {
  scf.forall (%m, %col) = (0, 0) to (%n, %n) step (64, 64) {
    // expected-remark @+1 {{is not staged: rows that may not exist are side by side in memory (STG-6)}}
    sparse_gpu.store %t into %C rows(%r)[%n] columns(%r)[%n] contiguous 0 run 64 partial : tensor<64x64xf16>, tensor<64xindex>, tensor<64xindex> into memref<64x64xf16>
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 16], warp_tile = [32, 32], when = [result_alignment ge 16]>}
  return
}

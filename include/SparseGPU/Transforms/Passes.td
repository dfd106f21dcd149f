//===- Passes.td - Transforms of GPU kernels ---------------*- tablegen -*-===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Passes on any GPU kernel for NVIDIA; they know nothing of sparsity.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_PASSES_TD
#define SPARSEGPU_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Bank conflicts
//===----------------------------------------------------------------------===//

def Swizzle : Pass<"sparse-gpu-swizzle"> {
  let summary = "Chooses XOR layouts of shared buffers without bank conflicts";
  let description = [{
    For each buffer in workgroup memory (`memref.alloc`, or an attribution of a
    `gpu.launch` or `gpu.func`), from all of its accesses: chooses the smallest
    layout

    column' = column xor (((row / r) mod 2^b) * u)

    under which no access of a warp has a bank conflict, and rewrites the last
    subscript of every access. `u` is 16 bytes, or else 8, 4, 32 or 64, and no
    access is torn apart; rows stay rows, and nothing is padded. A buffer that has no
    conflicts is left as it is.

    Requires static shapes with the identity layout, two or more dimensions,
    and accesses that are `nvgpu.device_async_copy`, `nvgpu.ldmatrix`,
    `memref.load`, `memref.store`, `vector.load`, `vector.store`, or plain
    one-dimensional transfers; views are folded before, by
    `fold-memref-alias-ops`. Subscripts are arithmetic on numbers of threads,
    on variables of loops and on what all lanes of a warp have in common; the
    size of the block is known.

    Ensures: results are the same. Freedom of conflicts is proved by the bank
    model for every warp and every iteration, not sampled. Where conflicts
    remain under each layout, the best is taken, and a remark says how many and
    where (SWZ-6, SWZ-7); where the accesses are not understood, a remark names
    the rule (SWZ-1 to SWZ-5 in docs/Spec.md) and the buffer stays as it is.

    Before:
    ```mlir
    %a = memref.alloc() : memref<128x64xf16, #gpu.address_space<workgroup>>
    %f = nvgpu.ldmatrix %a[%row, %col] {numTiles = 4 : i32, transpose = false}
      : memref<128x64xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
    ```
    After:
    ```mlir
    %a = memref.alloc() : memref<128x64xf16, #gpu.address_space<workgroup>>
    %bits = arith.andi %row, %c7 : index
    %key = arith.shli %bits, %c3 : index
    %new = arith.xori %col, %key : index
    %f = nvgpu.ldmatrix %a[%row, %new] {numTiles = 4 : i32, transpose = false}
      : memref<128x64xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
    ```

    Limits: one unit of a layout and one key by row; the second subscript from
    the end is the row. The bank model is that of compute capability 7.0 to 9.0.
    Source: Huang et al., ALCOP (MLSys 2023), whose layout is one of these.
  }];
  let options = [
    Option<"explain", "explain", "bool", /*default=*/"false",
           "Say in a remark for each buffer which layout was chosen, and how "
           "many cases were checked">
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect",
    "::mlir::arith::ArithDialect"];
}

//===----------------------------------------------------------------------===//
// Pipelining of loads
//===----------------------------------------------------------------------===//

def PipelineLoads : Pass<"sparse-gpu-pipeline-loads"> {
  let summary = "Overlaps the loads of later iterations with the computation";
  let description = [{
    Finds each `scf.for` in a kernel that fills workgroup buffers by
    `nvgpu.device_async_copy`, waits, and computes from them, and pipelines it
    on two levels:

    - Shared stages S: each buffer gets S slots, the copies run S - 1
      iterations ahead of the computation, one barrier is left in each
      iteration. Copies past the end read no element and fill with zeros, so
      bounds may be dynamic, and shorter than the pipeline.
    - Register stages R: inner loops of static extent that read the buffers
      (`nvgpu.ldmatrix`, `vector.load`, `memref.load`) are unrolled, and the
      reads of step k + R - 1 come before the arithmetic of step k. With S > 1
      the first R - 1 reads of the next iteration are made at the end of this
      one: the inner pipeline is not drained.

    A copy whose address is read from a buffer that is itself filled in the
    loop (coordinates, then a gather) is a level of its own: what it depends
    on runs S - 1 iterations further ahead, to any depth.

    Loops around the load loop that do nothing but repeat it become one loop
    with it first, which carries their indices.

    A loop with `sparse_gpu.register_stages` that has no asynchronous copies
    (older chips) gets its register stages within each iteration.

    Stages are `sparse_gpu.shared_stages` and `sparse_gpu.register_stages` on
    the loop, else the options; they are clipped to the static extents.

    Requires the form of docs/Pipelining.md. Ensures: what cannot be pipelined
    is unchanged, and named in a remark with its rule (PIPE-1 to PIPE-14 of
    docs/Spec.md). The number of groups that each wait leaves in flight is
    derived from the order of commits in the result, as
    `sparse-gpu-derive-wait-counts` does. The order of additions is that of
    the input: results are equal bit by bit.

    Before:
    ```mlir
    scf.for %k = %c0 to %K step %c32 iter_args(%acc = %zero) -> (...) {
      gpu.barrier
      %t = nvgpu.device_async_copy %A[%m, %k], %a[%r, %c], 8
      %g = nvgpu.device_async_create_group %t
      nvgpu.device_async_wait %g
      gpu.barrier
      ... nvgpu.ldmatrix %a[...] ... nvgpu.mma.sync ...
    }
    ```
    After (S = 3, R = 1), with a slot counter and two tokens carried:
    ```mlir
    nvgpu.device_async_copy ..., %a3[%c0, %r, %c], 8, %exists0
    %g0 = nvgpu.device_async_create_group
    nvgpu.device_async_copy ..., %a3[%c1, %r, %c], 8, %exists1
    %g1 = nvgpu.device_async_create_group
    scf.for %k = ... iter_args(%acc, %slot, %token0, %token1) {
      nvgpu.device_async_wait %token0 {numGroups = 1 : i32}
      gpu.barrier
      nvgpu.device_async_copy ..., %a3[%slot2, %r, %c], 8, %exists
      %g = nvgpu.device_async_create_group
      ... nvgpu.ldmatrix %a3[%slot, ...] ... nvgpu.mma.sync ...
      scf.yield %d, %next_slot, %token1, %g
    }
    nvgpu.device_async_wait
    ```
    Source: Huang et al., ALCOP, MLSys 2023, sections 3 and 4.
  }];
  let options = [
    Option<"sharedStages", "shared-stages", "int64_t", /*default=*/"3",
           "Slots of each shared buffer, 1 to 6, for loops that do not say">,
    Option<"registerStages", "register-stages", "int64_t", /*default=*/"2",
           "Register stages, 1 to 4, for loops that do not say">
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect",
    "::mlir::arith::ArithDialect", "::mlir::gpu::GPUDialect",
    "::mlir::memref::MemRefDialect",
    "::mlir::nvgpu::NVGPUDialect", "::mlir::scf::SCFDialect"];
}

def DeriveWaitCounts : Pass<"sparse-gpu-derive-wait-counts"> {
  let summary = "Lets each wait leave as many groups in flight as it may";
  let description = [{
    Sets `numGroups` of each `nvgpu.device_async_wait` to the smallest number
    of groups that are committed after the one that it waits for, over all
    paths to the wait: the largest number that is free of races. The hardware
    knows no tokens, groups complete in the order in which they are committed.

    The token is followed through what `scf.for` carries and what `scf.if`
    yields. Where it cannot be followed (other control flow, a token that an
    unknown operation makes) the wait is for all groups.

    A wait that names only some of the groups that the code after it reads
    would be weakened wrongly: the token must be that of the newest group
    that is read.
  }];
  let dependentDialects = ["::mlir::nvgpu::NVGPUDialect"];
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

def BlockOrder : Pass<"sparse-gpu-block-order"> {
  let summary = "Lets waves of blocks cover compact rectangles of the grid";
  let description = [{
    The hardware starts blocks with x fastest, so those that run at the same
    time cover a few whole columns of the x-y plane. What blocks of a row read
    in common (a tile of A) is then read again for each column, and L2 keeps it
    only if all of A fits. The pass renumbers the blocks of each plane: in
    groups of G rows (values of x), column by column within a group. So a wave
    covers about G rows by wave / G columns.

    G is `sparse_gpu.block_order` on the `gpu.launch`, which is removed, else
    the option. The new numbers are a permutation of the old ones for every
    grid, also where G does not divide its rows; z is not touched. A program
    that relies on no order of its blocks computes the same.

    Requires launches that are not outlined yet. Ensures: what keeps its order
    is named in a remark with its rule (BORD-1, BORD-2 of docs/Spec.md).

    Before:
    ```mlir
    gpu.launch blocks(%x, %y, %z) in (%X, ...) ... {
      "use"(%x, %y)
    ```
    After, with G = 8:
    ```mlir
      %row = arith.muli %y, %X : index
      %number = arith.addi %x, %row : index
      %per_group = arith.muli %c8, %Y : index
      %group = arith.divui %number, %per_group : index
      %first = arith.muli %group, %c8 : index
      %in_group = arith.remui %number, %per_group : index
      %left = arith.subi %X, %first : index
      %rows = arith.minui %left, %c8 : index
      %r = arith.remui %in_group, %rows : index
      %new_x = arith.addi %first, %r : index
      %new_y = arith.divui %in_group, %rows : index
      "use"(%new_x, %new_y)
    ```
  }];
  let options = [
    Option<"group", "group", "int64_t", /*default=*/"0",
           "Rows of a group, for launches that do not say; 0: they keep their "
           "order">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def PersistentBlocks : Pass<"sparse-gpu-persistent-blocks"> {
  let summary = "Launches a fixed number of blocks, each with several's work";
  let description = [{
    The grid of each `gpu.launch` becomes `blocks` x 1 x 1, or less if there
    are less blocks, and the body goes into a loop over the numbers of the
    original blocks, x fastest. In it, numbers of blocks and sizes of the grid
    are the original ones, whether they are arguments of the launch or
    `gpu.block_id` and `gpu.grid_dim`. Buffers in shared memory stay outside of
    the loop; where there are any, each turn ends with a barrier, behind a wait
    for all asynchronous copies.

    Requires launches that are not outlined yet, whose blocks do not wait for
    each other: a block comes to its second turn only when the first is done.
    Ensures: results are the same. What is not changed is named in a remark with
    its rule (PERS-1 to PERS-3 of docs/Spec.md).

    Before:
    ```mlir
    gpu.launch blocks(%x, %y, %z) in (%gx = %X, %gy = %Y, %gz = %Z) ... {
      "use"(%x, %y, %z)
      gpu.terminator
    }
    ```
    After:
    ```mlir
    gpu.launch blocks(%b, ...) in (%n = %min, %gy = %c1, %gz = %c1) ... {
      scf.for %number = %b to %total step %n {
        %x = arith.remui %number, %X : index
        ...
        "use"(%x, %y, %z)
        gpu.barrier
      }
      gpu.terminator
    }
    ```
  }];
  let options = [
    Option<"blocks", "blocks", "int64_t", /*default=*/"0",
           "Blocks of each launch: those of a SM times SMs">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
    "::mlir::gpu::GPUDialect", "::mlir::nvgpu::NVGPUDialect",
    "::mlir::scf::SCFDialect"];
}

//===----------------------------------------------------------------------===//
// Multi-buffering
//===----------------------------------------------------------------------===//

def MultiBuffer : Pass<"sparse-gpu-multi-buffer"> {
  let summary = "Shared buffers with a slot for each of several iterations";
  let description = [{
    Iteration g of a loop writes and reads slot g mod S of the workgroup
    buffers that are used in it and nowhere else. Neither the order of accesses
    nor their kind changes: it is for kernels whose loads go through registers,
    as on chips without asynchronous copies, and for buffers that
    `sparse-gpu-pipeline-loads` refuses because stores fill them. Slots are
    those of that pass: a leading dimension, and a counter that the loop
    carries.

    The gain is a barrier: writes of an iteration need not wait for the reads
    of the one before. The barrier before the writes, or behind the reads, is
    removed if one between writes and reads is left and the loop writes nothing
    else; one before (behind) the loop takes its place where it is needed.

    Requires: nothing. Ensures: results are those of the input; a buffer
    without slots is named in a remark with its rule (MBUF-2 to MBUF-5 of
    docs/Spec.md), as is a barrier that stays (MBUF-6).

    Before:
    ```mlir
    scf.for %k = ... {
      gpu.barrier
      memref.store %x, %s[%t] : memref<64xf32, #gpu.address_space<workgroup>>
      gpu.barrier
      %y = memref.load %s[%u] : memref<64xf32, #gpu.address_space<workgroup>>
    }
    ```
    After:
    ```mlir
    scf.for %k = ... iter_args(%slot = %c0) {
      memref.store %x, %s[%slot, %t] : memref<2x64xf32, ...>
      gpu.barrier
      %y = memref.load %s[%slot, %u] : memref<2x64xf32, ...>
      %last = arith.cmpi eq, %slot, %c1
      %sum = arith.addi %slot, %c1
      %next = arith.select %last, %c0, %sum
      scf.yield %next
    }
    ```
  }];
  let options = [
    Option<"slots", "slots", "int64_t", /*default=*/"2",
           "Slots of each buffer, 2 to 6">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
    "::mlir::affine::AffineDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect"];
}

//===----------------------------------------------------------------------===//
// Asynchronous copies
//===----------------------------------------------------------------------===//

def AsyncCopies : Pass<"sparse-gpu-async-copies"> {
  let summary = "Copies to shared memory without registers, as wide as they may be";
  let description = [{
    Turns loads from global memory whose result is stored to workgroup memory
    as it is (`memref.load`, `vector.load`, `vector.transfer_read` of a row with
    the stores that belong to them) into `nvgpu.device_async_copy`. Neighbours
    in a block become one copy. Copies have 16, 8 or 4 bytes, as the alignment
    allows that is known of both sides: from types and strides, `alignment` of
    operations, `memref.assume_alignment`, `llvm.align` of arguments, and what
    subscripts are multiples of. Those of 16 bytes bypass L1.

    Zeros in place of what does not exist are part of a copy: `arith.select`
    or `scf.if` of the load and zeros, a transfer out of bounds with zeros.

    A group and a wait for it are before the next barrier, access of shared
    memory, or write: the form that `sparse-gpu-swizzle` and
    `sparse-gpu-pipeline-loads` start from.

    Requires: a target with cp.async (sm_80 and later); no thread stores twice
    to an element without a barrier or a read between. Buffers in workgroup
    memory are aligned to 16 bytes; allocations get the attribute. Ensures:
    results are those of the input; a copy that stays is named in a remark with
    its rule (ASYNC-1 to ASYNC-4 of docs/Spec.md). Loops over single elements
    are not unrolled: do that before.

    Before:
    ```mlir
    %v = vector.load %A[%r, %c] : memref<64x64xf16>, vector<8xf16>
    vector.store %v, %s[%i, %j] : memref<32x64xf16, #shared>, vector<8xf16>
    gpu.barrier
    ```
    After, if `%A` is known to be aligned to 16 bytes, and `%c` a multiple of 8:
    ```mlir
    %t = nvgpu.device_async_copy %A[%r, %c], %s[%i, %j], 8 {bypassL1}
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g {numGroups = 0 : i32}
    gpu.barrier
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
    "::mlir::affine::AffineDialect", "::mlir::memref::MemRefDialect",
    "::mlir::nvgpu::NVGPUDialect"];
}

#endif // SPARSEGPU_TRANSFORMS_PASSES_TD

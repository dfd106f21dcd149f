//===- Passes.td - GPU transforms --------------------------*- tablegen -*-===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_PASSES_TD
#define SPARSEGPU_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

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

    A loop with `sparse_gpu.register_stages` that has no asynchronous copies
    (older chips) gets its register stages within each iteration.

    Stages are `sparse_gpu.shared_stages` and `sparse_gpu.register_stages` on
    the loop, else the options; they are clipped to the static extents.

    Requires the form of docs/Pipelining.md. Ensures: what cannot be pipelined
    is unchanged, and named in a remark with its rule (PIPE-1 to PIPE-13 of
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
  let dependentDialects = ["::mlir::arith::ArithDialect",
    "::mlir::gpu::GPUDialect", "::mlir::memref::MemRefDialect",
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

#endif // SPARSEGPU_TRANSFORMS_PASSES_TD

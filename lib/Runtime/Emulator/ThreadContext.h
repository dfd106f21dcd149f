//===- ThreadContext.h - What a compiled kernel sees of its thread -*- C++ -*-//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiled kernels take a pointer to this structure as their first argument and
// read special registers, the shared window and their log through it. The
// compiler addresses the fields by offsetof, so their order is free.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_THREADCONTEXT_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_THREADCONTEXT_H

#include <cstdint>

namespace sparsegpu::emulator {

class BlockRunner;

constexpr unsigned kWarpSize = 32;
/// Most threads of a block (CUDA programming guide, compute capabilities).
constexpr unsigned kMaxThreads = 1024;
constexpr unsigned kMaxWarps = kMaxThreads / kWarpSize;
/// wgmma descriptors keep 18 bits of a shared address (PTX ISA, "Matrix
/// Descriptor Format"), so the window of a block is aligned to 2^18 bytes.
constexpr uint64_t kSharedWindow = 256 * 1024;
/// Most shared memory that a block may have (sm_90; PTX ISA, "%total_smem").
constexpr uint32_t kMaxShared = 227 * 1024;

struct ThreadContext {
  uint32_t tid[3];
  uint32_t ntid[3];
  uint32_t ctaid[3];
  uint32_t nctaid[3];
  uint32_t lane;
  uint32_t warp;
  uint32_t numWarps;
  /// Position in the block: tid.x + ntid.x * (tid.y + ntid.y * tid.z).
  uint32_t index;
  uint32_t dynamicShared;
  uint32_t totalShared;
  uint64_t gridId;
  /// The shared window of the block.
  char *shared;
  /// Second result of the last warp collective: its predicate.
  uint32_t predicate;
  /// Where the next record of an instrumented kernel goes, and the place from
  /// which on a record no longer fits. See LaneLog.h.
  uint64_t *logNext;
  uint64_t *logLimit;
  BlockRunner *block;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_THREADCONTEXT_H

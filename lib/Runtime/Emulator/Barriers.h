//===- Barriers.h - The barriers of a block ---------------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "Parallel Synchronization and Communication Instructions: bar,
// barrier". A block has 16 barriers. A warp has arrived when all its lanes that
// have not exited have; a barrier completes when the warps of the whole block
// have, or, with a thread count, when the warps that arrived have that many
// lanes. A warp counts with all its 32 lanes, exited or not.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_BARRIERS_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_BARRIERS_H

#include "ThreadContext.h"

#include <array>
#include <cstdint>
#include <utility>

namespace sparsegpu::emulator {

struct Thread;

enum class BarrierOp : uint8_t { Sync, Arrive, Popc, And, Or };

struct BarrierRequest {
  uint32_t id = 0;
  /// Threads that take part; 0 for all of the block.
  uint32_t count = 0;
  BarrierOp op = BarrierOp::Sync;
  /// All lanes of a warp promise to execute the same instruction.
  bool aligned = true;
  bool predicate = false;
  uint32_t site = 0;
};

constexpr unsigned kNumBarriers = 16;

class BarrierSet {
public:
  void reset(BlockRunner &runner, unsigned numThreads);
  /// Arrives; true if that completed the barrier, so that the caller goes on.
  /// For an arrival without waiting the caller goes on in any case.
  bool arrive(Thread &thread, const BarrierRequest &request);
  /// A thread ended: barriers may be complete without it.
  void threadExited(Thread &thread);
  /// The value that a completed reduction gives.
  uint64_t result(unsigned id) const { return barriers[id].lastResult; }
  /// Threads that have arrived and those that are waited for; of the latter 0
  /// if it is all of the block.
  std::pair<uint32_t, uint32_t> progress(unsigned id) const {
    return {barriers[id].arrivals, barriers[id].count};
  }

private:
  struct Barrier {
    /// 0: nobody has arrived.
    uint32_t arrivals = 0;
    uint32_t count = 0;
    BarrierOp op = BarrierOp::Sync;
    bool aligned = true;
    uint32_t completeWarps = 0;
    uint32_t predicates = 0;
    uint64_t lastResult = 0;
    std::array<uint32_t, kMaxWarps> lanes{};
    std::array<uint32_t, kMaxWarps> sites{};
  };
  uint32_t fullMask(unsigned warp) const;
  bool isComplete(const Barrier &barrier) const;
  void complete(unsigned id, Thread *current);
  /// Under hazards: what those that meet at the barrier know afterwards.
  void join(unsigned id);

  BlockRunner *runner = nullptr;
  unsigned numThreads = 0, numWarps = 0;
  /// Warps of which every lane has exited.
  unsigned exitedWarps = 0;
  unsigned activeBarriers = 0;
  std::array<uint32_t, kMaxWarps> exited{};
  std::array<Barrier, kNumBarriers> barriers;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_BARRIERS_H

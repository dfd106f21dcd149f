//===- ThreadClock.h - What happened before what in a block -----*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Vector clocks, compressed by what GPU programs do. A block counts its
// synchronisations ("ticks"). Each cuts the life of the threads that take part
// into segments; a segment is named by the tick at which it began. An access
// needs the thread and the segment only, and it happened before what another
// thread does now if that thread knows of all segments up to a later one:
//
//  - `base`: of every thread of the block. Set by a barrier of the whole block.
//  - `warpBase`: of every lane of its own warp. Set by a full __syncwarp.
//  - `known`: of each thread of the block. A full vector clock; there only
//  after
//    a barrier of some warps, a __syncwarp of some lanes, or an mbarrier, and
//    shared by all who came out of it.
//
// Shuffles and votes promise no order of memory. But a lane that takes part has
// executed the loads before, so they order loads before later stores, and only
// these: `voteBase` and, for the last one with fewer lanes, `voteTick`.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_THREADCLOCK_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_THREADCLOCK_H

#include "ShadowMemory.h"
#include "ThreadContext.h"

#include <memory>
#include <vector>

namespace sparsegpu::emulator {

using ClockVector = std::vector<uint32_t>;

struct ThreadClock {
  /// Number of the block in the launch, from one on; position in the block.
  uint32_t block = 0, thread = 0;
  /// The segment that the thread is in.
  uint32_t segment = 0;
  uint32_t base = 0, warpBase = 0;
  uint32_t voteBase = 0, voteTick = 0, voteMask = 0;
  std::shared_ptr<const ClockVector> known;

  bool isOwnWarp(uint32_t other) const { return (other ^ thread) < kWarpSize; }
  /// Whether the access happened before what the thread does now. Does not
  /// know of atomics (SyncHistory.h).
  bool isAfter(const Access &access) const {
    if (access.block != block)
      return false;
    if (access.segment < base || access.thread() == thread)
      return true;
    if (isOwnWarp(access.thread()) && access.segment < warpBase)
      return true;
    return known && access.segment < (*known)[access.thread()];
  }
  /// The same for a load, seen from a store.
  bool isAfterLoad(const Access &access) const {
    if (isAfter(access))
      return true;
    return access.block == block && isOwnWarp(access.thread()) &&
           (access.segment < voteBase ||
            (access.segment < voteTick &&
             voteMask >> (access.thread() % kWarpSize) & 1));
  }
};

/// The clocks of the threads of a block, and what moves them.
class BlockClocks {
public:
  /// What a synchronisation gathers from those that arrive at it.
  struct Arrivals {
    uint32_t base = 0;
    ClockVector known;
    bool empty() const { return known.empty(); }
  };

  void reset(uint32_t block, unsigned numThreads);
  ThreadClock &operator[](unsigned thread) { return clocks[thread]; }
  const ThreadClock &operator[](unsigned thread) const {
    return clocks[thread];
  }

  /// A barrier that all threads of the block have reached or will not reach.
  void joinBlock();
  /// `lanes` of the warp meet; `whole` if the others have exited.
  void joinLanes(unsigned warp, uint32_t lanes, bool whole);
  /// `lanes` of the warp meet without an order of memory.
  void vote(unsigned warp, uint32_t lanes, bool whole);
  /// What the thread did so far comes before whatever is after the arrivals.
  void release(unsigned thread, Arrivals &to);
  /// All arrivals come before what the thread does from now on.
  void acquire(unsigned thread, const std::shared_ptr<const ClockVector> &known,
               uint32_t base);
  /// A new segment of the thread.
  uint32_t advance(unsigned thread) { return clocks[thread].segment = ++tick; }
  /// The thread will see everything that `arrivals` has from now on, as do all
  /// others in `threads`; each starts a segment.
  template <typename Range> void joinSome(Arrivals &arrivals, Range &&threads) {
    for (unsigned thread : threads)
      addTo(arrivals, thread);
    ++tick;
    for (unsigned thread : threads)
      arrivals.known[thread] = tick;
    auto known = std::make_shared<const ClockVector>(std::move(arrivals.known));
    for (unsigned thread : threads) {
      // What it knew by itself is among the arrivals.
      clocks[thread].known.reset();
      acquire(thread, known, arrivals.base);
      clocks[thread].segment = tick;
    }
    arrivals = Arrivals();
  }

private:
  void addTo(Arrivals &arrivals, unsigned thread);

  uint32_t tick = 0;
  unsigned numThreads = 0;
  std::vector<ThreadClock> clocks;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_THREADCLOCK_H

//===- ThreadClock.cpp - What happened before what in a block -------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ThreadClock.h"

#include <algorithm>

using namespace sparsegpu::emulator;

void BlockClocks::reset(uint32_t block, unsigned threads) {
  numThreads = threads;
  if (clocks.size() < threads)
    clocks.resize(threads);
  // Segments of other blocks are never compared, so ticks start again.
  tick = 1;
  for (unsigned i = 0; i < threads; ++i) {
    ThreadClock &clock = clocks[i];
    clock.block = block;
    clock.thread = i;
    clock.segment = clock.base = clock.warpBase = clock.voteBase = tick;
    clock.voteTick = clock.voteMask = 0;
    clock.known.reset();
  }
}

void BlockClocks::joinBlock() {
  ++tick;
  for (unsigned i = 0; i < numThreads; ++i) {
    ThreadClock &clock = clocks[i];
    clock.segment = clock.base = clock.warpBase = clock.voteBase = tick;
    if (clock.known)
      clock.known.reset();
  }
}

void BlockClocks::addTo(Arrivals &arrivals, unsigned thread) {
  const ThreadClock &clock = clocks[thread];
  if (arrivals.empty())
    arrivals.known.resize(numThreads);
  arrivals.base = std::max(arrivals.base, clock.base);
  if (clock.known)
    for (unsigned u = 0; u < numThreads; ++u)
      arrivals.known[u] = std::max(arrivals.known[u], (*clock.known)[u]);
  unsigned first = thread & ~(kWarpSize - 1);
  for (unsigned u = first; u < std::min(first + kWarpSize, numThreads); ++u)
    arrivals.known[u] = std::max(arrivals.known[u], clock.warpBase);
}

void BlockClocks::release(unsigned thread, Arrivals &to) {
  addTo(to, thread);
  to.known[thread] = advance(thread);
}

void BlockClocks::acquire(unsigned thread,
                          const std::shared_ptr<const ClockVector> &known,
                          uint32_t base) {
  ThreadClock &clock = clocks[thread];
  clock.base = std::max(clock.base, base);
  clock.warpBase = std::max(clock.warpBase, clock.base);
  if (!clock.known || clock.known == known) {
    clock.known = known;
    return;
  }
  ClockVector joined = *known;
  for (unsigned u = 0; u < numThreads; ++u)
    joined[u] = std::max(joined[u], (*clock.known)[u]);
  clock.known = std::make_shared<const ClockVector>(std::move(joined));
}

void BlockClocks::joinLanes(unsigned warp, uint32_t lanes, bool whole) {
  unsigned first = warp * kWarpSize;
  bool haveKnown = false;
  for (uint32_t rest = lanes; rest; rest &= rest - 1)
    haveKnown |= clocks[first + __builtin_ctz(rest)].known != nullptr;
  if (!whole || haveKnown) {
    unsigned threads[kWarpSize];
    unsigned count = 0;
    for (uint32_t rest = lanes; rest; rest &= rest - 1)
      threads[count++] = first + __builtin_ctz(rest);
    struct Range {
      unsigned *from, *to;
      unsigned *begin() const { return from; }
      unsigned *end() const { return to; }
    };
    Arrivals arrivals;
    joinSome(arrivals, Range{threads, threads + count});
  } else {
    ++tick;
  }
  // Lanes may differ in what they know by themselves.
  uint32_t base = 0;
  for (uint32_t rest = lanes; rest; rest &= rest - 1)
    base = std::max(base, clocks[first + __builtin_ctz(rest)].base);
  for (uint32_t rest = lanes; rest; rest &= rest - 1) {
    ThreadClock &clock = clocks[first + __builtin_ctz(rest)];
    clock.segment = tick;
    clock.base = base;
    if (whole)
      clock.warpBase = clock.voteBase = tick;
  }
}

void BlockClocks::vote(unsigned warp, uint32_t lanes, bool whole) {
  ++tick;
  for (uint32_t rest = lanes; rest; rest &= rest - 1) {
    ThreadClock &clock = clocks[warp * kWarpSize + __builtin_ctz(rest)];
    clock.segment = tick;
    if (whole) {
      clock.voteBase = tick;
    } else {
      clock.voteTick = tick;
      clock.voteMask = lanes;
    }
  }
}

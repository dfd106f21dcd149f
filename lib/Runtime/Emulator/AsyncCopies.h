//===- AsyncCopies.h - Copies in flight ----------------------- -*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "Data Movement and Conversion Instructions: Asynchronous copy",
// non-bulk: cp.async, cp.async.commit_group, cp.async.wait_group,
// cp.async.wait_all, cp.async.mbarrier.arrive.
//
// Between the instruction and the wait a copy may happen at any time, in any
// order. A program that is right for every time is right; so copies are made
// as late as is allowed (at the wait, reading their source there: finds a
// missing wait and a source that is written too early), or at once (finds a
// destination that others still read), or either, drawn for each copy.
//
// Arrivals at an mbarrier that follow copies stand in the same queue. Nobody
// waits for them in a way that the runtime sees, so late ones are made when no
// thread of the block can go on.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_ASYNCCOPIES_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_ASYNCCOPIES_H

#include "ThreadContext.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sparsegpu::emulator {

struct Thread;

enum class CopyTiming : uint8_t { Late, Early, Drawn };

struct AsyncCopy {
  /// Null: an arrival at the mbarrier that is the destination.
  const char *source = nullptr;
  char *destination = nullptr;
  /// Bytes written, and those of them that are read; the rest is zeros.
  uint32_t bytes = 0, sourceBytes = 0;
  uint32_t group = 0;
};

class AsyncCopies {
public:
  /// Before a block. What is left of the last one is forgotten: its shared
  /// memory is gone.
  void reset(unsigned numThreads, CopyTiming when);

  void copy(Thread &thread, const AsyncCopy &copy);
  /// What `thread` issued since its last commit becomes a group.
  void commit(Thread &thread);
  /// Completes all groups of `thread` but the `pending` most recent ones.
  void waitGroup(Thread &thread, uint32_t pending);
  void waitAll(Thread &thread);
  /// Arrives at `mbarrier` when all copies that `thread` issued are complete.
  void arriveWhenDone(Thread &thread, char *mbarrier);
  /// With nobody able to run: makes late arrivals, and the copies before them.
  bool completeArrivals(BlockRunner &runner);

private:
  struct Queue {
    std::vector<AsyncCopy> entries;
    size_t first = 0;
    uint32_t committed = 0;
    uint32_t arrivals = 0;
    bool empty() const { return first == entries.size(); }
  };
  bool isEarly(Thread &thread);
  /// Makes the entries of the queue while `wanted` says so.
  template <typename Fn> void complete(Thread &thread, Queue &queue, Fn wanted);
  Queue &queueOf(const Thread &thread);

  CopyTiming timing = CopyTiming::Late;
  unsigned threadCount = 0;
  bool used = false;
  /// Arrivals in all queues.
  uint32_t pendingArrivals = 0;
  std::vector<Queue> queues;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_ASYNCCOPIES_H

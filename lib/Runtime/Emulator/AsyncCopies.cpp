//===- AsyncCopies.cpp - Copies in flight ---------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AsyncCopies.h"

#include "BlockRunner.h"
#include "Mbarriers.h"

#include <cstring>

using namespace sparsegpu::emulator;

/// A thread that never waits would keep copies for ever; beyond this many the
/// oldest are made.
static constexpr size_t kMostInFlight = 1 << 14;

void AsyncCopies::reset(unsigned numThreads, CopyTiming when) {
  timing = when;
  threadCount = numThreads;
  if (!used)
    return;
  used = false;
  pendingArrivals = 0;
  for (Queue &queue : queues) {
    queue.entries.clear();
    queue.first = queue.committed = queue.arrivals = 0;
  }
}

AsyncCopies::Queue &AsyncCopies::queueOf(const Thread &thread) {
  used = true;
  if (queues.size() < threadCount)
    queues.resize(threadCount);
  return queues[thread.index];
}

bool AsyncCopies::isEarly(Thread &thread) {
  return timing == CopyTiming::Early ||
         (timing == CopyTiming::Drawn && (thread.block->random() & 1));
}

static void make(const AsyncCopy &copy) {
  // With no source bytes nothing is read, wherever the source points.
  if (copy.sourceBytes)
    std::memcpy(copy.destination, copy.source, copy.sourceBytes);
  if (copy.sourceBytes < copy.bytes)
    std::memset(copy.destination + copy.sourceBytes, 0,
                copy.bytes - copy.sourceBytes);
}

template <typename Fn>
void AsyncCopies::complete(Thread &thread, Queue &queue, Fn wanted) {
  while (!queue.empty() && wanted(queue.entries[queue.first])) {
    AsyncCopy entry = queue.entries[queue.first++];
    if (entry.bytes) {
      make(entry);
      continue;
    }
    --queue.arrivals;
    --pendingArrivals;
    arriveForCopies(thread, entry.destination);
  }
  if (queue.empty()) {
    queue.entries.clear();
    queue.first = 0;
  }
}

void AsyncCopies::copy(Thread &thread, const AsyncCopy &copy) {
  if (isEarly(thread))
    return make(copy);
  Queue &queue = queueOf(thread);
  queue.entries.push_back(copy);
  queue.entries.back().group = queue.committed;
  if (queue.entries.size() - queue.first > kMostInFlight)
    waitAll(thread);
}

void AsyncCopies::commit(Thread &thread) { ++queueOf(thread).committed; }

void AsyncCopies::waitGroup(Thread &thread, uint32_t pending) {
  Queue &queue = queueOf(thread);
  if (queue.empty() || pending >= queue.committed)
    return;
  uint32_t end = queue.committed - pending;
  complete(thread, queue,
           [&](const AsyncCopy &entry) { return entry.group < end; });
}

void AsyncCopies::waitAll(Thread &thread) {
  complete(thread, queueOf(thread), [](const AsyncCopy &) { return true; });
}

void AsyncCopies::arriveWhenDone(Thread &thread, char *mbarrier) {
  Queue &queue = queueOf(thread);
  if (queue.empty() && isEarly(thread)) {
    arriveForCopies(thread, mbarrier);
    return;
  }
  AsyncCopy entry;
  entry.destination = mbarrier;
  entry.group = queue.committed;
  queue.entries.push_back(entry);
  ++queue.arrivals;
  ++pendingArrivals;
}

bool AsyncCopies::completeArrivals(BlockRunner &runner) {
  if (!pendingArrivals)
    return false;
  runner.forEachInOrder([&](Thread &thread) {
    Queue &queue = queueOf(thread);
    complete(thread, queue,
             [&](const AsyncCopy &) { return queue.arrivals != 0; });
  });
  return true;
}

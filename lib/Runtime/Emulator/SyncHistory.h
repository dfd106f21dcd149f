//===- SyncHistory.h - Orders that atomics make -----------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "Memory Consistency Model", release and acquire patterns: what a
// thread did before a fence (or an atomic that releases) comes before what
// another does after a fence (or an atomic that acquires), if the second one
// read, by an atomic or volatile access, a place that the first one has written
// so in between. Locks, flags, "the last block adds up" are made of this.
//
// Each place has a list of releases. A thread that acquires knows of the list
// up to its present end. The lists are searched only when a conflict is not
// ordered by barriers, so programs without such patterns do not pay for them.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_SYNCHISTORY_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_SYNCHISTORY_H

#include "ThreadClock.h"

#include <map>
#include <mutex>
#include <unordered_map>

namespace sparsegpu::emulator {

class SyncHistory {
public:
  /// Shared memory has the number of its block with the address.
  using Place = std::pair<uint32_t, uint64_t>;
  struct Log;
  /// What a thread learned at the beginning of a segment.
  struct Acquired {
    const Log *log = nullptr;
    size_t count = 0;
    uint32_t thread = 0, segment = 0;
  };
  using AcquiredList = std::vector<Acquired>;

  struct Release {
    ThreadClock clock;
    /// What the block knew when it released.
    AcquiredList acquired;
    /// Where the atomic itself was: later than a fence before it.
    uint32_t atomicSegment = 0;
    bool isAfter(const Access &access, bool strong) const {
      if (access.thread() != clock.thread || access.block != clock.block)
        return clock.isAfter(access);
      return access.segment < clock.segment ||
             (strong && access.segment <= atomicSegment);
    }
  };
  struct Log {
    std::vector<Release> releases;
    std::unordered_map<uint32_t, std::vector<uint32_t>> ofBlock;
    /// Releases that bring what was learned at other places.
    std::vector<uint32_t> chained;
  };

  void clear() {
    logs.clear();
    numReleases = 0;
  }
  /// `clock` is that of the fence or of the atomic itself.
  void release(Place place, const ThreadClock &clock, uint32_t atomicSegment,
               const AcquiredList &acquired);
  /// The present end of the list of `place`, if there ever was a release.
  Acquired acquire(Place place);
  /// Brings an Acquired to the present end.
  void update(Acquired &acquired);
  /// Whether the access happened before what `clock` does now.
  bool isOrdered(const Access &access, bool strong, const ThreadClock &clock,
                 const AcquiredList &acquired);

private:
  static constexpr size_t kMostReleases = size_t(1) << 22;
  bool search(const Access &access, bool strong, const Acquired &acquired,
              unsigned depth);

  std::mutex mutex;
  std::map<Place, Log> logs;
  size_t numReleases = 0;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_SYNCHISTORY_H

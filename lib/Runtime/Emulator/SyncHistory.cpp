//===- SyncHistory.cpp - Orders that atomics make -------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SyncHistory.h"

#include <algorithm>

using namespace sparsegpu::emulator;

/// Chains over this many places are followed.
static constexpr unsigned kMostPlaces = 4;

/// Whether the thread knows what `acquired` says.
static bool knows(const ThreadClock &clock,
                  const SyncHistory::Acquired &acquired) {
  Access event;
  event.block = clock.block;
  event.segment = acquired.segment;
  event.who = Access::makeWho(acquired.thread, 0);
  return clock.isAfter(event);
}

void SyncHistory::release(Place place, const ThreadClock &clock,
                          uint32_t atomicSegment,
                          const AcquiredList &acquired) {
  std::lock_guard<std::mutex> lock(mutex);
  if (++numReleases > kMostReleases)
    return;
  Log &log = logs[place];
  uint32_t index = log.releases.size();
  log.ofBlock[clock.block].push_back(index);
  Release release;
  release.clock = clock;
  release.atomicSegment = atomicSegment;
  // The list of this place is known to whoever reads this release.
  for (const Acquired &a : acquired)
    if (a.log != &log && knows(clock, a) &&
        std::none_of(release.acquired.begin(), release.acquired.end(),
                     [&](const Acquired &b) {
                       return b.log == a.log && b.count >= a.count;
                     }))
      release.acquired.push_back(a);
  if (!release.acquired.empty())
    log.chained.push_back(index);
  log.releases.push_back(std::move(release));
}

SyncHistory::Acquired SyncHistory::acquire(Place place) {
  std::lock_guard<std::mutex> lock(mutex);
  Acquired result;
  if (auto it = logs.find(place); it != logs.end()) {
    result.log = &it->second;
    result.count = it->second.releases.size();
  }
  return result;
}

void SyncHistory::update(Acquired &acquired) {
  std::lock_guard<std::mutex> lock(mutex);
  acquired.count = acquired.log->releases.size();
}

bool SyncHistory::search(const Access &access, bool strong,
                         const Acquired &acquired, unsigned depth) {
  const Log &log = *acquired.log;
  if (auto it = log.ofBlock.find(access.block); it != log.ofBlock.end())
    for (auto index = it->second.rbegin(); index != it->second.rend(); ++index)
      if (*index < acquired.count &&
          log.releases[*index].isAfter(access, strong))
        return true;
  if (depth == 0)
    return false;
  for (uint32_t index : log.chained) {
    if (index >= acquired.count)
      break;
    for (const Acquired &next : log.releases[index].acquired)
      if (search(access, strong, next, depth - 1))
        return true;
  }
  return false;
}

bool SyncHistory::isOrdered(const Access &access, bool strong,
                            const ThreadClock &clock,
                            const AcquiredList &acquired) {
  if (acquired.empty())
    return false;
  std::lock_guard<std::mutex> lock(mutex);
  // Too many to keep: then nothing is said against a program.
  if (numReleases > kMostReleases)
    return true;
  for (auto a = acquired.rbegin(); a != acquired.rend(); ++a)
    if (knows(clock, *a) && search(access, strong, *a, kMostPlaces))
      return true;
  return false;
}

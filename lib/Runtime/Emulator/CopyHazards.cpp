//===- CopyHazards.cpp - Asynchronous copies and mbarriers ----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A copy is in flight from its instruction to the point where its thread knows
// of its end. In between, nobody may touch its destination or write its source,
// whatever barriers there are. At both ends of that time it is, for the shadow,
// a load and a store of the thread that issued it.
//
//===----------------------------------------------------------------------===//

#include "BlockHazards.h"

#include "BlockRunner.h"

#include <algorithm>
#include <iterator>

using namespace sparsegpu::emulator;

std::string BlockHazards::Touch::what() const {
  const CompiledModule &code = *thread.block->launch().code;
  if (self.site() < code.accesses.size())
    return verb(access.kind);
  return syncName(code.syncs[self.site() - code.accesses.size()]);
}

void BlockHazards::setBusy(const Copy &copy, bool value) {
  uint64_t offset =
      copy.destination - reinterpret_cast<uint64_t>(runner.thread(0).shared);
  busy.resize(kSharedWindow / 4 / 64);
  for (uint64_t word = offset / 4; word < (offset + copy.bytes + 3) / 4;
       ++word) {
    uint64_t bit = uint64_t(1) << (word % 64);
    busy[word / 64] = value ? busy[word / 64] | bit : busy[word / 64] & ~bit;
  }
}

void BlockHazards::checkInFlight(Touch &now) {
  if (now.isShared) {
    uint64_t offset =
        now.address - reinterpret_cast<uint64_t>(now.thread.shared);
    bool found = false;
    for (uint64_t word = offset / 4; word <= (offset + now.bytes - 1) / 4;
         ++word)
      found |= busy[word / 64] >> (word % 64) & 1;
    if (!found)
      return;
  }
  auto overlaps = [&](uint64_t begin, uint64_t bytes) {
    // A copy of nothing touches no address, whatever it is given.
    return bytes != 0 && now.address < begin + bytes &&
           begin < now.address + now.bytes;
  };
  for (unsigned i = 0; i < runner.numThreads(); ++i)
    for (const Copy &copy : states[i].copies)
      if (now.isShared ? overlaps(copy.destination, copy.bytes)
                       : overlaps(copy.source, copy.sourceBytes))
        return reportInFlight(now, copy, /*isSource=*/!now.isShared);
}

/// What the copy does, as accesses of its thread now.
void BlockHazards::touchCopy(ThreadContext &thread, const Copy &copy) {
  const std::string &location = log->compiled().syncs[copy.sync].location;
  uint32_t site = copy.self.site();
  if (copy.sourceBytes) {
    AccessSite from{AccessKind::Load, AccessSpace::Global, copy.sourceBytes, 1,
                    location};
    if (const Allocation *a =
            findAllocation(log->allocations(), copy.source, copy.sourceBytes))
      touchGlobal(thread, site, from, *a, copy.source, 0);
  }
  AccessSite to{AccessKind::Store, AccessSpace::Shared, copy.bytes, 1,
                location};
  touchShared(thread, site, to, copy.destination, 0);
}

void BlockHazards::copyIssued(ThreadContext &thread, uint32_t sync,
                              const void *destination, const void *source,
                              uint32_t bytes, uint32_t sourceBytes) {
  ThreadState &state = states[thread.index];
  Copy copy;
  copy.self = {clocks[thread.index].block, clocks[thread.index].segment,
               Access::makeWho(thread.index, log->copySite(sync)), 0};
  copy.destination = reinterpret_cast<uint64_t>(destination);
  copy.source = reinterpret_cast<uint64_t>(source);
  copy.bytes = bytes;
  copy.sourceBytes = sourceBytes;
  copy.sync = sync;
  copy.group = state.committed;
  touchCopy(thread, copy);
  state.copies.push_back(copy);
  ++copiesInFlight;
  setBusy(copy, true);
}

template <typename Fn>
void BlockHazards::endCopies(ThreadContext &thread, Fn wanted) {
  std::vector<Copy> &copies = states[thread.index].copies;
  std::vector<Copy> ended;
  std::copy_if(copies.begin(), copies.end(), std::back_inserter(ended), wanted);
  copies.erase(std::remove_if(copies.begin(), copies.end(), wanted),
               copies.end());
  for (const Copy &copy : ended) {
    setBusy(copy, false);
    --copiesInFlight;
  }
  for (const Copy &copy : ended)
    touchCopy(thread, copy);
}

void BlockHazards::copiesCommitted(ThreadContext &thread) {
  ++states[thread.index].committed;
}

void BlockHazards::copiesWaited(ThreadContext &thread, uint32_t pending,
                                bool all) {
  uint32_t committed = states[thread.index].committed;
  uint32_t end = pending < committed ? committed - pending : 0;
  endCopies(thread, [&](const Copy &copy) { return all || copy.group < end; });
}

void BlockHazards::copiesWillArrive(ThreadContext &thread,
                                    const void *mbarrier) {
  for (Copy &copy : states[thread.index].copies)
    if (!copy.mbarrier)
      copy.mbarrier = reinterpret_cast<uint64_t>(mbarrier);
}

void BlockHazards::copiesArrived(ThreadContext &thread, const void *mbarrier) {
  endCopies(thread, [&](const Copy &copy) {
    return copy.mbarrier == reinterpret_cast<uint64_t>(mbarrier);
  });
}

void BlockHazards::mbarrierArrived(ThreadContext &thread, const void *mbarrier,
                                   bool completesPhase) {
  Mbarrier &state = mbarriers[reinterpret_cast<uint64_t>(mbarrier)];
  clocks.release(thread.index, state.arrivals);
  if (!completesPhase)
    return;
  state.completedBase = state.arrivals.base;
  state.completed =
      std::make_shared<const ClockVector>(std::move(state.arrivals.known));
  state.arrivals = {};
}

void BlockHazards::mbarrierPassed(ThreadContext &thread, const void *mbarrier) {
  Mbarrier &state = mbarriers[reinterpret_cast<uint64_t>(mbarrier)];
  if (!state.completed)
    return;
  clocks.advance(thread.index);
  clocks.acquire(thread.index, state.completed, state.completedBase);
}

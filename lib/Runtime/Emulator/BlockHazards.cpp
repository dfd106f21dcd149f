//===- BlockHazards.cpp - Finds races and unwritten memory ----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockHazards.h"

#include "BlockRunner.h"
#include "Format.h"

#include <algorithm>
#include <cstring>

using namespace sparsegpu::emulator;

void BlockHazards::prepareLaunch() {
  log = runner.launch().hazards;
  uint64_t begin = reinterpret_cast<uint64_t>(runner.thread(0).shared);
  shared.emplace(begin, begin + kSharedWindow);
  std::fill(std::begin(sharedTables), std::end(sharedTables), nullptr);
  prepareSites();
}

void BlockHazards::prepareBlock(uint64_t index, unsigned numThreads) {
  clocks.reset(static_cast<uint32_t>(index) + 1, numThreads);
  for (BlockClocks::Arrivals &arrivals : barriers)
    arrivals = {};
  if (states.size() < numThreads)
    states.resize(numThreads);
  for (ThreadState &state : states) {
    state.fenced = false;
    state.pending.clear();
    state.copies.clear();
    state.committed = 0;
  }
  mbarriers.clear();
  if (copiesInFlight)
    busy.clear();
  copiesInFlight = 0;
  acquired.clear();
  firstOpen = 0;
}

//===----------------------------------------------------------------------===//
// Atomics and fences
//===----------------------------------------------------------------------===//

/// Other workers may have come between the check of an atomic and the atomic:
/// what an acquire sees is looked up again at the first use.
void BlockHazards::finishAcquires() {
  for (; firstOpen < acquired.size(); ++firstOpen)
    log->history.update(acquired[firstOpen]);
}

void BlockHazards::synchronise(Touch &now) {
  const AccessSite &access = now.access;
  unsigned index = now.thread.index;
  ThreadState &state = states[index];
  SyncHistory::Place place(now.isShared ? now.clock->block : 0, now.address);
  finishAcquires();
  if (access.kind != AccessKind::Load) {
    if (access.releases) {
      clocks.advance(index);
      log->history.release(place, *now.clock, 0, acquired);
    } else if (state.fenced) {
      log->history.release(place, state.fence, now.self.segment, acquired);
    }
  }
  if (access.kind == AccessKind::Store)
    return;
  if (!access.acquires) {
    if (std::find(state.pending.begin(), state.pending.end(), place) ==
        state.pending.end())
      state.pending.push_back(place);
    return;
  }
  SyncHistory::Acquired a = log->history.acquire(place);
  if (!a.log)
    return;
  a.thread = index;
  a.segment = clocks.advance(index);
  acquired.push_back(a);
}

void BlockHazards::fence(ThreadContext &thread) {
  ThreadState &state = states[thread.index];
  finishAcquires();
  uint32_t segment = clocks.advance(thread.index);
  for (const SyncHistory::Place &place : state.pending) {
    SyncHistory::Acquired a = log->history.acquire(place);
    if (!a.log)
      continue;
    a.thread = thread.index;
    a.segment = segment;
    acquired.push_back(a);
    firstOpen = acquired.size();
  }
  // What follows the fence is in a segment of its own.
  clocks.advance(thread.index);
  state.pending.clear();
  state.fenced = true;
  state.fence = clocks[thread.index];
}

//===----------------------------------------------------------------------===//
// Shadow
//===----------------------------------------------------------------------===//

bool BlockHazards::isStrong(const Access &access) const {
  const auto &accesses = log->compiled().accesses;
  return access.site() < accesses.size() && accesses[access.site()].strong;
}

/// Shared memory begins anew with each block.
template <bool kShared>
static bool isSet(const Access &access, const ThreadClock &clock) {
  return kShared ? access.block == clock.block : access.block != 0;
}

/// How far two accesses are apart: lane, warp, block.
static unsigned distance(const Access &a, const Access &b) {
  if (a.block != b.block)
    return 2;
  return (a.thread() ^ b.thread()) >= kWarpSize ? 1 : 0;
}

/// Keeps two accesses that are not ordered (ShadowMemory.h). An atomic one does
/// not replace others: it conflicts with fewer.
template <bool kShared>
static void insert(AccessPair &pair, const Access &self,
                   const ThreadClock &clock, bool strong) {
  bool keepFirst = isSet<kShared>(pair.first, clock) &&
                   (strong || !clock.isAfter(pair.first));
  bool keepSecond = isSet<kShared>(pair.second, clock) &&
                    (strong || !clock.isAfter(pair.second));
  if (keepFirst && pair.first.who == self.who &&
      pair.first.block == self.block) {
    pair.first = self;
    return;
  }
  if (!keepFirst) {
    pair.first = self;
    if (!keepSecond)
      pair.second = Access();
    return;
  }
  if (!keepSecond ||
      distance(pair.first, self) > distance(pair.first, pair.second)) {
    pair.second = self;
    return;
  }
  // Atomics that were ordered by a barrier make room.
  if (strong && clock.isAfter(pair.first))
    pair.first = self;
  else if (strong && clock.isAfter(pair.second))
    pair.second = self;
}

template <bool kShared>
void BlockHazards::touchLoad(Touch &now, AccessPair *loads, AccessPair *stores,
                             size_t count) {
  const ThreadClock &clock = *now.clock;
  for (size_t i = 0; i < count; ++i) {
    // Null while nothing has stored to a page of global memory.
    const AccessPair store = stores ? stores[i] : AccessPair();
    if (isSet<kShared>(store.first, clock)) {
      if (!clock.isAfter(store.first))
        conflict(now, store.first, true, i);
      if (isSet<kShared>(store.second, clock) && !clock.isAfter(store.second))
        conflict(now, store.second, true, i);
    } else if (kShared) {
      reportUnwritten(now, HazardKind::UnwrittenShared,
                      now.pieceBegin + (i << now.shift));
    }
    AccessPair &load = loads[i];
    if (load.first.who == now.self.who &&
        load.first.segment == now.self.segment &&
        load.first.block == now.self.block)
      continue;
    insert<kShared>(load, now.self, clock, now.access.strong);
  }
}

template <bool kShared>
void BlockHazards::touchStore(Touch &now, AccessPair *loads, AccessPair *stores,
                              size_t count) {
  const ThreadClock &clock = *now.clock;
  bool strong = now.access.strong;
  for (size_t i = 0; i < count; ++i) {
    bool ordered = true;
    AccessPair &store = stores[i];
    if (isSet<kShared>(store.first, clock)) {
      for (const Access &other : {store.first, store.second}) {
        if (!isSet<kShared>(other, clock) || clock.isAfter(other))
          continue;
        ordered = false;
        conflict(now, other, true, i);
      }
    } else if (kShared && now.access.kind == AccessKind::Atomic) {
      reportUnwritten(now, HazardKind::UnwrittenShared,
                      now.pieceBegin + (i << now.shift));
    }
    if (loads) {
      AccessPair &load = loads[i];
      if (isSet<kShared>(load.first, clock)) {
        for (const Access &other : {load.first, load.second}) {
          if (!isSet<kShared>(other, clock) || clock.isAfterLoad(other))
            continue;
          ordered = false;
          conflict(now, other, false, i);
        }
        if (ordered && !strong)
          load = AccessPair();
      }
    }
    if (ordered && !strong)
      store = {now.self, Access()};
    else
      insert<kShared>(store, now.self, clock, strong);
  }
}

/// After an access to a piece of a page: whether loads of its words need
/// nothing more, because nothing was stored and loads of two blocks are known.
static void noteReaders(ShadowRange &range, const ShadowTable &table,
                        uint64_t begin, uint64_t bytes, bool isLoad) {
  constexpr uint64_t word = 1 << ReadByMany::kWordShift;
  const AccessPair *loads = table.loads.load(std::memory_order_relaxed);
  const AccessPair *stores = table.stores.load(std::memory_order_relaxed);
  auto isMany = [&](uint64_t at) {
    size_t i = at % kShadowPageBytes >> table.shift;
    return loads[i].first.block && loads[i].second.block &&
           loads[i].first.block != loads[i].second.block &&
           !(stores && stores[i].first.block);
  };
  for (uint64_t at = begin / word * word; at < begin + bytes; at += word) {
    bool many = isLoad;
    for (uint64_t i = 0; many && i < word; i += uint64_t(1) << table.shift)
      many = isMany(at + i);
    range.many().set(at - range.firstByte(), many);
  }
}

template <bool kShared>
void BlockHazards::touch(Touch &now, ShadowRange &range) {
  bool isLoad = now.access.kind == AccessKind::Load;
  uint64_t begin = now.address, end = begin + now.bytes;
  while (begin < end) {
    uint64_t offset = begin % kShadowPageBytes;
    uint64_t bytes = std::min(end - begin, kShadowPageBytes - offset);
    ShadowPage &page = range.page(begin);
    if (!kShared)
      page.lock();
    ShadowTable &table = page.refine(offset, bytes);
    if (kShared)
      sharedTables[(begin % kSharedWindow) / kShadowPageBytes] = &table;
    now.pieceBegin = begin;
    now.shift = table.shift;
    size_t first = offset >> table.shift, count = bytes >> table.shift;
    if (isLoad) {
      AccessPair *stores = kShared
                               ? table.storePairs()
                               : table.stores.load(std::memory_order_relaxed);
      touchLoad<kShared>(now, table.loadPairs() + first,
                         stores ? stores + first : nullptr, count);
    } else {
      AccessPair *loads = table.loads.load(std::memory_order_relaxed);
      touchStore<kShared>(now, loads ? loads + first : nullptr,
                          table.storePairs() + first, count);
    }
    if (!kShared) {
      noteReaders(range, table, begin, bytes, isLoad);
      page.unlock();
    }
    begin += bytes;
  }
}

BlockHazards::Touch BlockHazards::makeTouch(ThreadContext &thread,
                                            uint32_t site,
                                            const AccessSite &access,
                                            uint64_t address, uint32_t value,
                                            bool isShared) {
  const ThreadClock &clock = clocks[thread.index];
  Access self{clock.block, clock.segment, Access::makeWho(thread.index, site),
              value};
  return {thread, &clock, access, self, address, access.bytes, isShared};
}

void BlockHazards::touchShared(ThreadContext &thread, uint32_t site,
                               const AccessSite &access, uint64_t address,
                               uint32_t value) {
  Touch now = makeTouch(thread, site, access, address, value, true);
  if (copiesInFlight)
    checkInFlight(now);
  touch<true>(now, *shared);
  if (access.strong)
    synchronise(now);
}

void BlockHazards::touchGlobal(ThreadContext &thread, uint32_t site,
                               const AccessSite &access,
                               const Allocation &allocation, uint64_t address,
                               uint32_t value) {
  Touch now = makeTouch(thread, site, access, address, value, false);
  if (allocation.written)
    checkWritten(now, allocation);
  if (copiesInFlight && access.kind != AccessKind::Load)
    checkInFlight(now);
  ShadowRange &range = log->shadowOf(allocation);
  if (access.kind != AccessKind::Load ||
      !range.many().test(address - range.firstByte(), access.bytes))
    touch<false>(now, range);
  if (access.strong)
    synchronise(now);
}

/// New device memory is filled with bytes 0xff. A host that does not know that
/// it is one may write device memory by itself: then it holds something else.
void BlockHazards::checkWritten(Touch &now, const Allocation &allocation) {
  uint8_t *written = allocation.written + (now.address - allocation.begin);
  if (now.access.kind != AccessKind::Store &&
      std::memchr(reinterpret_cast<const void *>(now.address), 0xff,
                  now.bytes) &&
      std::memchr(written, 0, now.bytes)) {
    auto *bytes = reinterpret_cast<const uint8_t *>(now.address);
    uint64_t first = now.bytes;
    bool untouched = true;
    for (uint64_t i = now.bytes; i-- > 0;)
      if (!written[i]) {
        first = i;
        untouched &= bytes[i] == 0xff;
      }
    if (untouched)
      reportUnwritten(now, HazardKind::UnwrittenGlobal, now.address + first);
    else
      std::memset(written, 1, now.bytes);
  }
  if (now.access.kind != AccessKind::Load)
    std::memset(written, 1, now.bytes);
}

//===----------------------------------------------------------------------===//
// Reports
//===----------------------------------------------------------------------===//

void BlockHazards::conflict(Touch &now, const Access &other, bool otherStores,
                            uint64_t granule) {
  if (now.access.strong && isStrong(other))
    return;
  // One instruction that stores one value, by whichever thread.
  if (otherStores && now.self.value && other.value == now.self.value &&
      other.site() == now.self.site())
    return;
  HazardKind kind =
      now.isShared ? HazardKind::RaceShared : HazardKind::RaceGlobal;
  if (log->isReported(kind, now.self.site()))
    return;
  finishAcquires();
  if (log->history.isOrdered(other, isStrong(other), *now.clock, acquired))
    return;
  reportRace(now, other, otherStores, now.pieceBegin + (granule << now.shift));
}

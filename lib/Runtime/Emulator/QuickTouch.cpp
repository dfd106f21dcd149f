//===- QuickTouch.cpp - Accesses to shared memory in order ----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Almost every access to shared memory is in bounds, aligned, plain, and
// ordered by a barrier. What is not is left to touchShared.
//
//===----------------------------------------------------------------------===//

#include "BlockHazards.h"

#include <algorithm>

using namespace sparsegpu::emulator;

/// Ordered by a barrier or __syncwarp, or its own; the rest is for isAfter.
static inline bool isQuicklyAfter(const ThreadClock &clock, const Access &a) {
  uint32_t other = a.thread();
  return a.segment < clock.base || other == clock.thread ||
         ((other ^ clock.thread) < kWarpSize && a.segment < clock.warpBase);
}

bool BlockHazards::touchQuickly(const ThreadContext &thread, uint32_t site,
                                uint64_t offset, uint32_t value) {
  const QuickSite &quick = log->quickSite(site);
  uint64_t bytes = quick.bytes;
  uint64_t end = std::min<uint64_t>(quick.end, thread.totalShared);
  if (!quick.isPlain || copiesInFlight || offset < quick.begin ||
      offset + bytes > end || (offset & quick.alignMask))
    return false;
  ShadowPage *page = shared->existing(offset >> kShadowPageShift);
  uint64_t inPage = offset % kShadowPageBytes;
  if (!page || inPage + bytes > kShadowPageBytes)
    return false;
  ShadowTable *table = page->table.load(std::memory_order_relaxed);
  if (!table || ((inPage | bytes) & ((1u << table->shift) - 1)))
    return false;
  AccessPair *loads = table->loads.load(std::memory_order_relaxed);
  AccessPair *stores = table->stores.load(std::memory_order_relaxed);
  if (!loads || !stores)
    return false;
  const ThreadClock &clock = clocks[thread.index];
  uint32_t block = clock.block;
  Access self{block, clock.segment, Access::makeWho(thread.index, site), value};
  size_t first = inPage >> table->shift,
         last = (inPage + bytes) >> table->shift;
  for (size_t i = first; i < last; ++i) {
    AccessPair &load = loads[i], &store = stores[i];
    if (quick.isLoad) {
      if (store.first.block != block || store.second.block == block ||
          !isQuicklyAfter(clock, store.first))
        return false;
      if (load.first.block != block || isQuicklyAfter(clock, load.first)) {
        load.first = self;
        if (load.second.block == block && isQuicklyAfter(clock, load.second))
          load.second = Access();
      } else if (load.second.block != block ||
                 isQuicklyAfter(clock, load.second) ||
                 ((load.first.who ^ self.who) % 1024 >= kWarpSize &&
                  (load.first.who ^ load.second.who) % 1024 < kWarpSize)) {
        load.second = self;
      }
      continue;
    }
    for (const Access &other :
         {store.first, store.second, load.first, load.second})
      if (other.block == block && !isQuicklyAfter(clock, other))
        return false;
    store = {self, Access()};
    load = {Access(), Access()};
  }
  return true;
}

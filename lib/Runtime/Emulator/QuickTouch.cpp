//===- QuickTouch.cpp - Accesses to shared memory in order ----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Almost every access is in bounds, aligned and plain. One to shared memory is
// ordered by a barrier; one to global memory loads what nothing stores to and
// other blocks have loaded. What is different is left to touchShared and
// touchGlobal.
//
//===----------------------------------------------------------------------===//

#include "BlockHazards.h"
#include "BlockRunner.h"

#include <algorithm>
#include <cstring>

using namespace sparsegpu::emulator;

void BlockHazards::prepareSites() {
  const std::vector<AccessSite> &accesses = log->compiled().accesses;
  uint32_t totalShared = runner.thread(0).totalShared;
  sites.assign(accesses.size(), QuickSite());
  for (size_t i = 0; i < accesses.size(); ++i) {
    const AccessSite &access = accesses[i];
    QuickSite &site = sites[i];
    uint32_t end = totalShared;
    if (!access.variable.empty()) {
      site.begin = access.variableBegin;
      end = std::min<uint32_t>(end, access.variableEnd);
    }
    site.bytes = access.bytes;
    site.alignMask = access.alignment ? access.alignment - 1 : 0;
    site.isLoad = access.kind == AccessKind::Load;
    if (site.begin <= end && access.bytes <= end - site.begin) {
      site.span = end - site.begin - access.bytes;
      site.isPlain = !access.strong && access.kind != AccessKind::Atomic;
    }
  }
}

void BlockHazards::noteAllocation(uint32_t site, const Allocation &allocation) {
  const AccessSite &access = log->compiled().accesses[site];
  // Values of other sizes are not looked at as one.
  bool isSimple = access.bytes == 4 || access.bytes == 8 || access.bytes == 16;
  if (access.kind != AccessKind::Load || access.strong || !isSimple)
    return;
  QuickSite &quick = sites[site];
  ShadowRange &range = log->shadowOf(allocation);
  quick.first = allocation.begin;
  quick.room = allocation.end - allocation.begin - access.bytes;
  quick.written = allocation.written;
  quick.many = &range.many();
  quick.shadow = &range;
  quick.shadowFirst = range.firstByte();
}

/// Ordered by a barrier or __syncwarp, or its own; the rest is for isAfter.
static inline bool isQuicklyAfter(const ThreadClock &clock, const Access &a) {
  uint32_t other = a.thread();
  return a.segment < clock.base || other == clock.thread ||
         ((other ^ clock.thread) < kWarpSize && a.segment < clock.warpBase);
}

/// Whether one of the bytes is 0xff.
template <typename T> static inline bool hasFullByte(uint64_t address) {
  T value;
  std::memcpy(&value, reinterpret_cast<const void *>(address), sizeof(T));
  constexpr T ones = static_cast<T>(0x0101010101010101);
  value = static_cast<T>(~value);
  return (value - ones) & ~value & (ones << 7);
}

/// Of 4, 8 or 16 bytes at an address that may be loaded.
[[gnu::always_inline]] static inline bool hasFullByte(uint64_t address,
                                                      uint32_t bytes) {
  if (bytes == 4)
    return hasFullByte<uint32_t>(address);
  return hasFullByte<uint64_t>(address) ||
         (bytes == 16 && hasFullByte<uint64_t>(address + 8));
}

/// Memory that nothing wrote holds bytes 0xff.
[[gnu::always_inline]] inline bool
BlockHazards::mayBeUnwritten(const QuickSite &quick, uint64_t address) const {
  return quick.written && hasFullByte(address, quick.bytes) &&
         std::memchr(quick.written + (address - quick.first), 0, quick.bytes);
}

[[gnu::always_inline]] inline bool
BlockHazards::loadGlobalQuickly(const QuickSite &quick,
                                uint64_t address) const {
  return address - quick.first <= quick.room && !(address & quick.alignMask) &&
         quick.many->test(address - quick.shadowFirst, quick.bytes) &&
         // What may be is looked at again.
         !(quick.written && hasFullByte(address, quick.bytes));
}

bool BlockHazards::touchSharedQuickly(const ThreadContext &thread,
                                      const QuickSite &quick, uint32_t site,
                                      uint64_t offset, uint32_t value) {
  if (offset - quick.begin > quick.span || (offset & quick.alignMask))
    return false;
  ShadowTable *table = sharedTables[offset / kShadowPageBytes];
  uint64_t inPage = offset % kShadowPageBytes, bytes = quick.bytes;
  if (!table || inPage + bytes > kShadowPageBytes ||
      ((inPage | bytes) & ((1u << table->shift) - 1)))
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
                 ((load.first.who ^ self.who) % kMaxThreads >= kWarpSize &&
                  (load.first.who ^ load.second.who) % kMaxThreads <
                      kWarpSize)) {
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

/// Whether a load of one granule of shared memory changes nothing: the store
/// before it is ordered, and two lanes have loaded it since the last
/// synchronisation, neither further from this one than from the other.
[[gnu::always_inline]] inline bool
BlockHazards::isRepeatedLoad(const ThreadContext &thread,
                             const QuickSite &quick, uint64_t offset) const {
  const ShadowTable *table = sharedTables[offset / kShadowPageBytes];
  if (!quick.isLoad || offset - quick.begin > quick.span ||
      (offset & quick.alignMask) || !table || quick.bytes >> table->shift != 1)
    return false;
  const AccessPair *loads = table->loads.load(std::memory_order_relaxed);
  const AccessPair *stores = table->stores.load(std::memory_order_relaxed);
  if (!loads || !stores ||
      ((offset | quick.bytes) & ((1u << table->shift) - 1)))
    return false;
  const ThreadClock &clock = clocks[thread.index];
  size_t i = offset % kShadowPageBytes >> table->shift;
  const AccessPair &load = loads[i], &store = stores[i];
  uint32_t block = clock.block, segment = clock.segment;
  if (store.first.block != block || store.second.block == block ||
      load.first.block != block || load.second.block != block ||
      load.first.segment != segment || load.second.segment != segment ||
      !isQuicklyAfter(clock, store.first))
    return false;
  return (load.first.who ^ load.second.who) % kMaxThreads >= kWarpSize ||
         (load.first.who ^ thread.index) % kMaxThreads < kWarpSize;
}

template <bool IsStore>
[[gnu::always_inline]] inline void *
BlockHazards::check(ThreadContext &thread, uint32_t site, void *pointer,
                    uint32_t value) {
  uint64_t address = reinterpret_cast<uint64_t>(pointer);
  const QuickSite &quick = sites[site];
  uint64_t offset = address - reinterpret_cast<uint64_t>(thread.shared);
  if (offset >= kSharedWindow) {
    if (!IsStore && quick.many && loadGlobalQuickly(quick, address))
      return pointer;
    return checkGlobal(thread, site, pointer, value);
  }
  if (quick.isPlain && !copiesInFlight) {
    if (!IsStore && isRepeatedLoad(thread, quick, offset))
      return pointer;
    return checkShared(thread, site, pointer, value);
  }
  return checkAccessSlowly(thread, site, pointer, value);
}

/// What is not so common, apart, so that what is needs few registers.
void *BlockHazards::checkShared(ThreadContext &thread, uint32_t site,
                                void *pointer, uint32_t value) {
  uint64_t offset = static_cast<char *>(pointer) - thread.shared;
  if (touchSharedQuickly(thread, sites[site], site, offset, value))
    return pointer;
  return checkAccessSlowly(thread, site, pointer, value);
}

void *BlockHazards::checkGlobal(ThreadContext &thread, uint32_t site,
                                void *pointer, uint32_t value) {
  uint64_t address = reinterpret_cast<uint64_t>(pointer);
  const QuickSite &quick = sites[site];
  if (quick.many && address - quick.first <= quick.room &&
      !(address & quick.alignMask) && !mayBeUnwritten(quick, address) &&
      loadFirst(thread, quick, site, address))
    return pointer;
  return checkAccessSlowly(thread, site, pointer, value);
}

/// The first load of a granule that nothing stored to, or the first by another
/// block.
bool BlockHazards::loadFirst(const ThreadContext &thread,
                             const QuickSite &quick, uint32_t site,
                             uint64_t address) {
  uint64_t offset = address % kShadowPageBytes;
  ShadowPage &page = quick.shadow->page(address);
  ShadowTable *table = page.find(offset, quick.bytes);
  if (!table || quick.bytes >> table->shift != 1)
    return quick.shadow->many().test(address - quick.shadowFirst, quick.bytes);
  const ThreadClock &clock = clocks[thread.index];
  Access self{clock.block, clock.segment, Access::makeWho(thread.index, site),
              0};
  page.lock();
  AccessPair *loads = table->loads.load(std::memory_order_relaxed);
  AccessPair *stores = table->stores.load(std::memory_order_relaxed);
  size_t i = offset >> table->shift;
  // Another worker may have refined it since.
  bool isKnown = loads && !(stores && stores[i].first.block) &&
                 page.table.load(std::memory_order_relaxed) == table;
  if (isKnown && !loads[i].first.block) {
    loads[i].first = self;
  } else if (isKnown && loads[i].first.block != clock.block &&
             !loads[i].second.block) {
    loads[i].second = self;
    for (unsigned word = 0; word < quick.bytes; word += 4)
      quick.shadow->many().set(address + word - quick.shadowFirst, true);
  } else {
    isKnown = false;
  }
  page.unlock();
  return isKnown;
}

/// Equal values give equal numbers; 0 means that nothing is known.
static inline uint32_t fold(uint64_t value) {
  return static_cast<uint32_t>((value * 0x9e3779b97f4a7c15) >> 32) | 1;
}

void *sparsegpu::emulator::checkAccess(ThreadContext &thread, uint32_t site,
                                       void *pointer) {
  return thread.block->hazards().check</*IsStore=*/false>(thread, site, pointer,
                                                          0);
}

void *sparsegpu::emulator::checkStore(ThreadContext &thread, uint32_t site,
                                      void *pointer, uint64_t value) {
  return thread.block->hazards().check</*IsStore=*/true>(thread, site, pointer,
                                                         fold(value));
}

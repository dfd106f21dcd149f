//===- ShadowMemory.cpp - Who touched which memory last -------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ShadowMemory.h"

#include <algorithm>

using namespace sparsegpu::emulator;

static void copyPairs(const std::atomic<AccessPair *> &from,
                      std::atomic<AccessPair *> &to, const ShadowTable &old,
                      const ShadowTable &fresh) {
  const AccessPair *source = from.load(std::memory_order_relaxed);
  if (!source)
    return;
  auto *pairs = new AccessPair[fresh.count()];
  unsigned ratio = old.shift - fresh.shift;
  for (size_t i = 0; i < fresh.count(); ++i)
    pairs[i] = source[i >> ratio];
  to.store(pairs, std::memory_order_relaxed);
}

ShadowTable &ShadowPage::refine(uint64_t offset, uint64_t bytes) {
  if (ShadowTable *current = find(offset, bytes))
    return *current;
  unsigned shift = std::min<unsigned>(
      kLargestGranule,
      __builtin_ctzll(offset | bytes | uint64_t(1) << kLargestGranule));
  auto fresh = std::make_unique<ShadowTable>(shift);
  if (ShadowTable *current = table.load(std::memory_order_relaxed)) {
    copyPairs(current->loads, fresh->loads, *current, *fresh);
    copyPairs(current->stores, fresh->stores, *current, *fresh);
    old.emplace_back(current);
  }
  table.store(fresh.get(), std::memory_order_release);
  return *fresh.release();
}

ShadowRange::~ShadowRange() {
  if (pages)
    for (uint64_t i = 0; i < count; ++i)
      delete pages[i].load();
}

ShadowPage &ShadowRange::makePage(std::atomic<ShadowPage *> &slot) {
  auto fresh = std::make_unique<ShadowPage>();
  ShadowPage *expected = nullptr;
  if (slot.compare_exchange_strong(expected, fresh.get(),
                                   std::memory_order_acq_rel))
    return *fresh.release();
  return *expected;
}

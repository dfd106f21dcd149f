//===- Footprint.cpp - Which sectors a launch touches ---------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Footprint.h"

using namespace sparsegpu::emulator;

Footprint::Page &Footprint::findPage(uint64_t number) {
  std::unique_ptr<Page> &page = pages[number];
  if (!page)
    page = std::make_unique<Page>(); // all zero
  return *page;
}

void Footprint::merge(const Footprint &other) {
  for (const auto &[number, from] : other.pages) {
    Page &to = findPage(number);
    for (unsigned i = 0; i < kPageWords; ++i)
      to[i] |= (*from)[i];
  }
}

void Footprint::clear() {
  pages.clear();
  recent.fill({0, nullptr});
}

template <typename Fn> uint64_t Footprint::sumOverWords(Fn fn) const {
  uint64_t sum = 0;
  for (const auto &[number, page] : pages)
    for (uint64_t word : *page)
      sum += fn(word);
  return sum;
}

uint64_t Footprint::countSectors() const {
  return sumOverWords([](uint64_t w) { return __builtin_popcountll(w); });
}

uint64_t Footprint::countLines() const {
  return sumOverWords([](uint64_t w) {
    w |= w >> 1;
    w |= w >> 2;
    return __builtin_popcountll(w & 0x1111111111111111);
  });
}

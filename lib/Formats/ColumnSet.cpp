//===- ColumnSet.cpp - The distinct columns of some rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ColumnSet.h"

using namespace sparsegpu::formats;

void ColumnSet::finish() {
  if (!useBitmap) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    found = static_cast<int64_t>(list.size());
    greatest = list.empty() ? 0 : list.back();
    return;
  }
  found = 0;
  forEachWord([&](int64_t word) {
    before[word] = static_cast<uint32_t>(found);
    found += __builtin_popcountll(bits[word]);
    greatest = word * 64 + 63 - __builtin_clzll(bits[word]);
  });
}

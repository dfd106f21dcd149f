//===- SeedTrials.cpp - One launch under many seeds -----------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SeedTrials.h"

#include "Format.h"

#include <algorithm>
#include <cstring>

using namespace sparsegpu::emulator;

std::vector<std::vector<char>> SeedTrials::read() const {
  std::vector<std::vector<char>> bytes;
  for (const Allocation &range : table)
    bytes.emplace_back(
        reinterpret_cast<const char *>(range.begin),
        reinterpret_cast<const char *>(std::max(range.end, range.reserved)));
  return bytes;
}

void SeedTrials::restore() const {
  for (size_t i = 0; i < table.size(); ++i) {
    char *to = reinterpret_cast<char *>(table[i].begin);
    // Constants lie in pages that cannot be written, and need not be.
    if (std::memcmp(to, before[i].data(), before[i].size()) != 0)
      std::memcpy(to, before[i].data(), before[i].size());
  }
}

std::string SeedTrials::compare() const {
  for (size_t i = 0; i < table.size(); ++i) {
    auto *now = reinterpret_cast<const char *>(table[i].begin);
    // Not what is behind an allocation, which is only put back.
    auto end = first[i].begin() + (table[i].end - table[i].begin);
    auto differs = std::mismatch(first[i].begin(), end, now);
    if (differs.first != end)
      return formatText("byte {0} of the {1} of {2} bytes at {3:x}",
                        differs.first - first[i].begin(), table[i].what,
                        table[i].end - table[i].begin, table[i].begin);
  }
  return "";
}

//===- Footprint.h - Which sectors a launch touches -------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One bit for each sector of 32 bytes, in pages of 1 MiB of address space that
// are made when they are first touched: 1/256 of the memory that a launch
// touches. The pages used last are found without a search.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_FOOTPRINT_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_FOOTPRINT_H

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>

namespace sparsegpu::emulator {

class Footprint {
public:
  /// Adds the sectors `first + i` for each bit i of `mask`.
  void add(uint64_t first, uint64_t mask) {
    unsigned shift = first % 64;
    word(first / 64) |= mask << shift;
    if (shift && mask >> (64 - shift))
      word(first / 64 + 1) |= mask >> (64 - shift);
  }
  void merge(const Footprint &other);
  void clear();

  uint64_t countSectors() const;
  /// Lines of 128 bytes, four sectors.
  uint64_t countLines() const;

private:
  static constexpr unsigned kPageWords = 512, kRecent = 256;
  using Page = std::array<uint64_t, kPageWords>;

  uint64_t &word(uint64_t index) {
    uint64_t number = index / kPageWords;
    auto &slot = recent[number % kRecent];
    if (slot.first != number || !slot.second)
      slot = {number, &findPage(number)};
    return (*slot.second)[index % kPageWords];
  }
  Page &findPage(uint64_t number);
  template <typename Fn> uint64_t sumOverWords(Fn fn) const;

  std::array<std::pair<uint64_t, Page *>, kRecent> recent{};
  std::unordered_map<uint64_t, std::unique_ptr<Page>> pages;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_FOOTPRINT_H

//===- ColumnSet.h - The distinct columns of some rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_COLUMNSET_H
#define SPARSEGPU_LIB_FORMATS_COLUMNSET_H

#include <algorithm>
#include <cstdint>
#include <vector>

namespace sparsegpu::formats {

/// A set of numbers below a size, made anew again and again, that gives each
/// number's place in ascending order. With many numbers, or few to choose from,
/// it is a bitmap with a second one over its words, so that neither clearing
/// nor walking touches words without a bit; otherwise a sorted list.
class ColumnSet {
public:
  /// Memory: 3/16 of a byte for each of `size` numbers, at most 3 MiB.
  explicit ColumnSet(int64_t size) : words(size / 64 + (size % 64 != 0)) {}

  /// Begins a new set that add() is called for at most `count` times.
  void reset(int64_t count) {
    clear();
    useBitmap = words <= largestBitmap && words / 64 <= 64 + count;
    if (useBitmap && bits.empty()) {
      bits.assign(static_cast<size_t>(words), 0);
      before.resize(static_cast<size_t>(words));
      touched.assign(static_cast<size_t>(words / 64 + 1), 0);
    }
    if (!useBitmap)
      list.reserve(static_cast<size_t>(std::min<int64_t>(count, 1024)));
  }

  void add(int64_t number) {
    if (!useBitmap) {
      list.push_back(number);
      return;
    }
    int64_t word = number >> 6;
    bits[word] |= uint64_t(1) << (number & 63);
    touched[word >> 6] |= uint64_t(1) << (word & 63);
  }

  /// Ends the set.
  void finish();

  /// Requires finish(), as the functions below.
  int64_t count() const { return found; }
  /// The largest number; 0 when there is none.
  int64_t largest() const { return greatest; }

  /// How many numbers of the set are smaller than `number`, one of them.
  int64_t rank(int64_t number) const {
    if (!useBitmap)
      return std::lower_bound(list.begin(), list.end(), number) - list.begin();
    int64_t word = number >> 6;
    uint64_t below = bits[word] & ((uint64_t(1) << (number & 63)) - 1);
    return before[word] + __builtin_popcountll(below);
  }

  /// Calls `visit(rank, number)` for all numbers, ascending.
  template <typename Visit> void forEach(const Visit &visit) const {
    if (!useBitmap) {
      for (int64_t i = 0; i < found; ++i)
        visit(i, list[i]);
      return;
    }
    int64_t rank = 0;
    forEachWord([&](int64_t word) {
      for (uint64_t left = bits[word]; left != 0; left &= left - 1)
        visit(rank++, word * 64 + __builtin_ctzll(left));
    });
  }

private:
  /// 2 MiB of bits.
  static constexpr int64_t largestBitmap = 1 << 18;

  template <typename Visit> void forEachWord(const Visit &visit) const {
    for (size_t t = 0; t < touched.size(); ++t)
      for (uint64_t left = touched[t]; left != 0; left &= left - 1)
        visit(static_cast<int64_t>(t) * 64 + __builtin_ctzll(left));
  }

  void clear() {
    if (useBitmap) {
      forEachWord([&](int64_t word) { bits[word] = 0; });
      std::fill(touched.begin(), touched.end(), 0);
    }
    list.clear();
    found = greatest = 0;
  }

  int64_t words;
  bool useBitmap = false;
  /// A bit for each number, the bits in words before each word, and a bit for
  /// each word with a bit.
  std::vector<uint64_t> bits;
  std::vector<uint32_t> before;
  std::vector<uint64_t> touched;
  std::vector<int64_t> list;
  int64_t found = 0, greatest = 0;
};

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_COLUMNSET_H

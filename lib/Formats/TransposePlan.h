//===- TransposePlan.h - How a transposition is divided
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_TRANSPOSEPLAN_H
#define SPARSEGPU_LIB_FORMATS_TRANSPOSEPLAN_H

#include "SparseGPU/Formats/Csr.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace sparsegpu::formats {

/// How columns and entries are divided.
///
/// Columns are counted in granules of 2^granuleShift columns. A range is some
/// granules that follow each other: at most 2^shift columns, and fewer where
/// many entries are, as in the first columns of a power-law graph.
struct TransposePlan {
  int64_t nnz, cols;
  unsigned shift, granuleShift;
  int64_t granules, chunks;
  /// Where each range begins, and the number of columns; and the range of each
  /// granule. Both are empty where each column is a range of its own.
  std::vector<int64_t> firstColumns;
  std::vector<uint32_t> rangeOfGranule;
  /// Up to this many columns, each is its own range: the streams of step 2 and
  /// their counters stay in the second-level cache. The same holds for more of
  /// them where all of the output nearly does.
  static constexpr int64_t fewColumns = 1 << 14, someColumns = 1 << 18;
  static constexpr int64_t fewEntries = 1 << 20;
  /// Low bits of columns are kept in 16 bits.
  static constexpr unsigned largestShift = 16;
  /// Ranges of equal width: so many that the copy of one stays in the
  /// second-level cache, but not so few that threads wait for each other or so
  /// many that the streams leave that cache.
  static constexpr int64_t fewRanges = 128, manyRanges = 1024;
  static constexpr int64_t entriesOfRange = 1 << 17;
  /// Counters of granules, and their ranges, stay near the first-level cache.
  static constexpr int64_t mostGranules = 1 << 13;

  TransposePlan(const CsrSource &matrix, unsigned threads)
      : nnz(matrix.nnz()), cols(matrix.cols), shift(0), granuleShift(0) {
    // Counters take a fifth of the input and the output at most.
    int64_t mostCounters =
        nnz / 20 * (4 + static_cast<int64_t>(byteSize(matrix.valueType)));
    int64_t simple = nnz <= fewEntries ? someColumns : fewColumns;
    if (cols > std::min(simple, std::max(fewColumns, mostCounters)) &&
        (cols >= mostCounters || !isLocal(matrix))) {
      int64_t wanted = std::clamp(nnz / entriesOfRange, fewRanges, manyRanges);
      while (shift < largestShift && (cols - 1) >> shift >= wanted)
        ++shift;
      granuleShift = shift;
      // Few beside the entries, too.
      while (granuleShift > 0 && (cols - 1) >> (granuleShift - 1) <
                                     std::min(mostGranules, nnz / 64))
        --granuleShift;
    }
    granules = cols == 0 ? 0 : ((cols - 1) >> granuleShift) + 1;
    chunks = std::max<int64_t>(
        1,
        std::min<int64_t>({threads, nnz >> 14, mostCounters / (granules + 1)}));
  }

  /// A range does not cross a multiple of 2^shift.
  int64_t lowBits(int64_t column) const {
    return column & ((int64_t(1) << shift) - 1);
  }

  int64_t ranges() const {
    return shift == 0 ? granules
                      : static_cast<int64_t>(firstColumns.size()) - 1;
  }

  /// Makes ranges of granules, of which `entries(g)` tells the entries: those
  /// of equal width are cut where they would have twice as many as others.
  template <typename Entries> void makeRanges(const Entries &entries) {
    int64_t width = int64_t(1) << (shift - granuleShift);
    int64_t limit = 2 * nnz / (((granules - 1) / width) + 1) + 1;
    int64_t size = 0;
    rangeOfGranule.resize(static_cast<size_t>(granules));
    for (int64_t g = 0; g < granules; ++g) {
      int64_t added = entries(g);
      if (g % width == 0 || size + added > limit) {
        firstColumns.push_back(g << granuleShift);
        size = 0;
      }
      size += added;
      rangeOfGranule[g] = static_cast<uint32_t>(firstColumns.size() - 1);
    }
    firstColumns.push_back(cols);
  }

  /// Whether entries that follow each other are in columns nearby, as in a
  /// band: then one step does not miss the cache. Looks at some stretches of
  /// entries.
  static bool isLocal(const CsrSource &matrix) {
    constexpr int64_t stretches = 16, length = 1024, nearby = 1 << 14;
    int64_t nnz = matrix.nnz(), local = 0;
    for (int64_t s = 0; s < stretches; ++s) {
      int64_t begin =
          static_cast<int64_t>(static_cast<__int128>(nnz) * s / stretches);
      int64_t first = matrix.coordinates[begin], last = first;
      for (int64_t e = begin, end = std::min(nnz, begin + length); e < end;
           ++e) {
        int64_t column = matrix.coordinates[e];
        first = std::min(first, column);
        last = std::max(last, column);
      }
      local += last - first < nearby;
    }
    return local > stretches / 2;
  }

  /// A range of more entries is filled from the matrix, so that the copies of
  /// all threads and the low bits of columns take two bytes for each entry and
  /// a half.
  int64_t largestCopy(bool packed, unsigned threads) const {
    return std::clamp<int64_t>(nnz / (packed ? 4 : 16) / threads, 1 << 15,
                               std::numeric_limits<uint32_t>::max());
  }

  int64_t chunkBegin(int64_t chunk) const {
    return static_cast<int64_t>(static_cast<__int128>(nnz) * chunk / chunks);
  }
};

/// Row and low bits of the column of an entry, in one number of the output.
template <typename Rows> struct PackedKeys {
  static constexpr bool packed = true;
  using Element = typename Rows::Element;
  Rows rows;
  unsigned shift;

  void set(int64_t i, int64_t row, int64_t column) const {
    int64_t mask = (int64_t(1) << shift) - 1;
    rows.put(i, static_cast<Element>(row << shift | (column & mask)));
  }
  int64_t low(int64_t i) const {
    return static_cast<int64_t>(rows.get(i) & ((Element(1) << shift) - 1));
  }
  Element row(int64_t i) const {
    return static_cast<Element>(rows.get(i) >> shift);
  }
  void prefetchNextLine(int64_t i) const {
    rows.prefetch(i + 64 / int64_t(sizeof(Element)));
  }
};

/// The same in two arrays.
template <typename Rows> struct SeparateKeys {
  static constexpr bool packed = false;
  using Element = typename Rows::Element;
  Rows rows;
  unsigned shift;
  uint16_t *lowBits;

  void set(int64_t i, int64_t row, int64_t column) const {
    int64_t mask = (int64_t(1) << shift) - 1;
    rows.set(i, row);
    lowBits[i] = static_cast<uint16_t>(column & mask);
  }
  int64_t low(int64_t i) const { return lowBits[i]; }
  Element row(int64_t i) const { return rows.get(i); }
  void prefetchNextLine(int64_t i) const {
    rows.prefetch(i + 64 / int64_t(sizeof(Element)));
    __builtin_prefetch(lowBits + i + 32, 1);
  }
};

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_TRANSPOSEPLAN_H

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

namespace sparsegpu::formats {

/// How columns and entries are divided.
struct TransposePlan {
  int64_t nnz, cols;
  /// A range is 2^shift columns.
  unsigned shift;
  int64_t ranges, chunks;
  /// Up to this many columns, each is its own range: the streams of step 2 and
  /// their counters stay in the second-level cache.
  static constexpr int64_t fewColumns = 1 << 14;
  /// Low bits of columns are kept in 16 bits.
  static constexpr unsigned largestShift = 16;
  static constexpr int64_t manyRanges = 128;

  TransposePlan(const CsrSource &matrix, unsigned threads)
      : nnz(matrix.nnz()), cols(matrix.cols), shift(0) {
    if (cols > fewColumns && !isLocal(matrix))
      while (shift < largestShift && (cols - 1) >> shift >= manyRanges)
        ++shift;
    ranges = cols == 0 ? 0 : ((cols - 1) >> shift) + 1;
    // Counters take two bytes for each entry at most.
    chunks = std::max<int64_t>(
        1, std::min<int64_t>({threads, nnz >> 14, nnz / 4 / (ranges + 1)}));
  }

  /// Whether entries that follow each other are in columns nearby, as in a
  /// band: then one step does not miss the cache. Looks at some stretches of
  /// entries.
  static bool isLocal(const CsrSource &matrix) {
    constexpr int64_t stretches = 16, length = 1024, nearby = 1 << 14;
    int64_t nnz = matrix.nnz(), local = 0;
    // The counters of all columns are not small beside few entries.
    if (nnz / 4 < matrix.cols)
      return false;
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

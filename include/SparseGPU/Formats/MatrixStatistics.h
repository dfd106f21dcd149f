//===- MatrixStatistics.h - What a matrix looks like
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_MATRIXSTATISTICS_H
#define SPARSEGPU_FORMATS_MATRIXSTATISTICS_H

#include "SparseGPU/Formats/Format.h"

#include <vector>

namespace sparsegpu::formats {

/// Lengths of rows or of columns.
struct LengthStatistics {
  int64_t min = 0, max = 0, empty = 0;
  double mean = 0;
  /// The length that so many percent of the rows do not exceed.
  int64_t p50 = 0, p90 = 0, p99 = 0;
  /// Standard deviation over mean; 0 for an empty matrix.
  double variation = 0;
};

/// How a matrix fills blocks of rows x cols that have an entry.
struct BlockStatistics {
  int64_t rows = 0, cols = 0;
  int64_t blocks = 0;
  /// Entries over places of these blocks.
  double fill = 0;
};

/// "no", as far as known; a matrix that is not square has none.
enum class Symmetry { None, Pattern, Symmetric, SkewSymmetric };

struct MatrixStatistics {
  int64_t rows = 0, cols = 0, nnz = 0;
  int64_t zeros = 0;
  double density = 0;
  LengthStatistics rowLengths, colLengths;
  Symmetry symmetry = Symmetry::None;
  /// The largest distances of an entry below and above the diagonal.
  int64_t lowerBandwidth = 0, upperBandwidth = 0;
  /// The mean of |row / rows - column / cols|.
  double spread = 0;
  /// Blocks of 2 x 2 up to 32 x 32, at multiples of their size.
  std::vector<BlockStatistics> blocks;
  /// Vectors of V x 1 at multiples of V, V = 8 to 64.
  std::vector<BlockStatistics> vectors;
  /// Condensed tiles of 16 x 8: in each window of 16 rows, the columns that
  /// have entries, eight by eight.
  BlockStatistics condensed;
};

LengthStatistics summarizeLengths(std::vector<int64_t> lengths);

/// Requires compressed rows without duplicates; values of any type. Time is
/// linear in rows, columns and entries, and so is memory.
MatrixStatistics computeStatistics(const CsrSource &matrix);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_MATRIXSTATISTICS_H

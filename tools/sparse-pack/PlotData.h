//===- PlotData.h - What the plots of a matrix show
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSEPACK_PLOTDATA_H
#define SPARSEGPU_TOOLS_SPARSEPACK_PLOTDATA_H

#include "SparseGPU/Formats/Format.h"

#include <cstdint>
#include <vector>

namespace sparsegpu::pack {

/// The entries of a matrix counted in cells of nearly equal size: element
/// (r, c) is in cell (r * gridRows / rows, c * gridCols / cols).
struct DensityGrid {
  int64_t rows = 0, cols = 0;
  int64_t gridRows = 0, gridCols = 0;
  /// By rows.
  std::vector<int64_t> counts;

  int64_t count(int64_t i, int64_t j) const {
    return counts[static_cast<size_t>(i * gridCols + j)];
  }
  /// Entries over elements of a cell, in [0, 1].
  double fill(int64_t i, int64_t j) const;
  /// Every element has a cell of its own.
  bool isExact() const { return gridRows == rows && gridCols == cols; }
};

/// At most so many cells in each direction, and no more than elements. Time is
/// linear in rows and entries.
DensityGrid countCells(const formats::CsrSource &matrix, int64_t mostRows,
                       int64_t mostCols);

/// How many rows have how many entries.
struct RowHistogram {
  /// The rows with `first` to `last` entries.
  struct Bar {
    int64_t first = 0, last = 0, rows = 0;
  };
  std::vector<Bar> bars;
  /// Bars get twice as long from one to the next, after one for the length 0.
  bool doubling = false;
};

/// A bar for each length when there are few; else up to 32 bars of one width,
/// or, when the longest row is far from the mean, of doubling width.
RowHistogram countRows(const formats::CsrSource &matrix);

} // namespace sparsegpu::pack

#endif // SPARSEGPU_TOOLS_SPARSEPACK_PLOTDATA_H

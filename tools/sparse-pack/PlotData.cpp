//===- PlotData.cpp - What the plots of a matrix show
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlotData.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::pack;

/// a * b / c, rounded down. The product may take 128 bits.
static int64_t scale(int64_t a, int64_t b, int64_t c) {
  return static_cast<int64_t>(static_cast<__int128>(a) * b / c);
}

/// How many of `size` elements are in cell i of `cells`.
static int64_t cellSize(int64_t i, int64_t size, int64_t cells) {
  auto begin = [&](int64_t cell) {
    // The first element e with e * cells / size >= cell.
    __int128 product = static_cast<__int128>(cell) * size;
    return static_cast<int64_t>((product + cells - 1) / cells);
  };
  return begin(i + 1) - begin(i);
}

double DensityGrid::fill(int64_t i, int64_t j) const {
  return static_cast<double>(count(i, j)) /
         (static_cast<double>(cellSize(i, rows, gridRows)) *
          static_cast<double>(cellSize(j, cols, gridCols)));
}

DensityGrid pack::countCells(const CsrSource &matrix, int64_t mostRows,
                             int64_t mostCols) {
  DensityGrid grid;
  grid.rows = matrix.rows;
  grid.cols = matrix.cols;
  grid.gridRows = std::min(matrix.rows, mostRows);
  grid.gridCols = std::min(matrix.cols, mostCols);
  grid.counts.resize(static_cast<size_t>(grid.gridRows * grid.gridCols));
  for (int64_t row = 0; row < matrix.rows; ++row) {
    int64_t base = scale(row, grid.gridRows, grid.rows) * grid.gridCols;
    for (int64_t e = matrix.positions[row], end = matrix.positions[row + 1];
         e < end; ++e) {
      int64_t col = scale(matrix.coordinates[e], grid.gridCols, grid.cols);
      ++grid.counts[static_cast<size_t>(base + col)];
    }
  }
  return grid;
}

RowHistogram pack::countRows(const CsrSource &matrix) {
  // More lengths than this do not get a bar each.
  constexpr int64_t mostBars = 32;
  RowHistogram histogram;
  if (matrix.rows == 0)
    return histogram;
  auto length = [&](int64_t row) {
    return matrix.positions[row + 1] - matrix.positions[row];
  };
  int64_t shortest = length(0), longest = shortest;
  for (int64_t row = 1; row < matrix.rows; ++row) {
    shortest = std::min(shortest, length(row));
    longest = std::max(longest, length(row));
  }
  double mean =
      static_cast<double>(matrix.nnz()) / static_cast<double>(matrix.rows);
  histogram.doubling = longest - shortest >= mostBars &&
                       static_cast<double>(longest) > 8 * std::max(mean, 1.0);
  if (histogram.doubling) {
    histogram.bars.push_back({0, 0, 0});
    for (int64_t first = 1; first <= longest; first *= 2) {
      histogram.bars.push_back({first, first * 2 - 1, 0});
      if (first > longest / 2)
        break;
    }
    for (int64_t row = 0; row < matrix.rows; ++row) {
      auto bits = static_cast<uint64_t>(length(row));
      ++histogram.bars[bits ? 64 - __builtin_clzll(bits) : 0].rows;
    }
    return histogram;
  }
  int64_t width = (longest - shortest) / mostBars + 1;
  for (int64_t first = shortest; first <= longest; first += width)
    histogram.bars.push_back({first, first + width - 1, 0});
  for (int64_t row = 0; row < matrix.rows; ++row)
    ++histogram.bars[static_cast<size_t>((length(row) - shortest) / width)]
          .rows;
  return histogram;
}

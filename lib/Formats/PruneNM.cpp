//===- PruneNM.cpp - Pruning to N:M and V:N:M
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Prune.h"

#include "SparseGPU/Support/Parallel.h"
#include "WindowColumns.h"

#include <algorithm>
#include <array>
#include <cmath>

using namespace sparsegpu;
using namespace sparsegpu::formats;

/// Columns that a block of V:N:M keeps.
static constexpr int64_t kKept = 4;

/// Marks the `n` largest of those elements of `row` whose columns are given, of
/// equals the first. Fewer elements than `n` all stay. Orders `columns`.
static void markLargest(const double *row, int64_t n,
                        std::vector<int64_t> &columns, uint8_t *marks) {
  auto count = std::min(n, static_cast<int64_t>(columns.size()));
  std::partial_sort(columns.begin(), columns.begin() + count, columns.end(),
                    [&](int64_t a, int64_t b) {
                      double x = std::abs(row[a]), y = std::abs(row[b]);
                      return x != y ? x > y : a < b;
                    });
  for (int64_t i = 0; i < count; ++i)
    marks[columns[i]] = 1;
}

Mask formats::pruneNM(const DenseWeights &weights, int64_t n, int64_t m) {
  Mask mask(weights.values.size());
  parallelFor(weights.rows, 64, 0, [&](int64_t begin, int64_t end) {
    std::vector<int64_t> columns;
    for (int64_t r = begin; r < end; ++r)
      for (int64_t first = 0; first < weights.cols; first += m) {
        columns.clear();
        for (int64_t c = first; c < std::min(weights.cols, first + m); ++c)
          columns.push_back(c);
        markLargest(weights.row(r), n, columns, mask.data() + r * weights.cols);
      }
  });
  return mask;
}

/// The columns of a block that stay, ascending: those with the most to keep if
/// each row keeps its `n` largest of all m elements. A heuristic: which four
/// are best depends on all four.
static std::vector<int64_t> chooseColumns(const DenseWeights &weights,
                                          int64_t firstRow, int64_t lastRow,
                                          int64_t firstCol, int64_t lastCol,
                                          int64_t n) {
  int64_t width = lastCol - firstCol;
  std::vector<double> sums(static_cast<size_t>(width));
  std::vector<double> all(static_cast<size_t>(width));
  std::vector<int64_t> columns;
  std::vector<uint8_t> marks;
  for (int64_t r = firstRow; r < lastRow; ++r) {
    const double *row = weights.row(r) + firstCol;
    columns.clear();
    for (int64_t c = 0; c < width; ++c)
      columns.push_back(c);
    marks.assign(static_cast<size_t>(width), 0);
    markLargest(row, n, columns, marks.data());
    for (int64_t c = 0; c < width; ++c) {
      all[c] += std::abs(row[c]);
      sums[c] += marks[c] ? std::abs(row[c]) : 0;
    }
  }
  columns.clear();
  for (int64_t c = 0; c < width; ++c)
    columns.push_back(c);
  std::sort(columns.begin(), columns.end(), [&](int64_t a, int64_t b) {
    if (sums[a] != sums[b])
      return sums[a] > sums[b];
    return all[a] != all[b] ? all[a] > all[b] : a < b;
  });
  columns.resize(static_cast<size_t>(std::min(width, kKept)));
  std::sort(columns.begin(), columns.end());
  for (int64_t &column : columns)
    column += firstCol;
  return columns;
}

Mask formats::pruneVNM(const DenseWeights &weights, int64_t v, int64_t n,
                       int64_t m) {
  Mask mask(weights.values.size());
  parallelFor(
      divideCeil(weights.rows, v), 1, 0, [&](int64_t begin, int64_t end) {
        for (int64_t b = begin; b < end; ++b)
          for (int64_t first = 0; first < weights.cols; first += m) {
            int64_t lastRow = std::min(weights.rows, (b + 1) * v);
            int64_t lastCol = std::min(weights.cols, first + m);
            const std::vector<int64_t> kept =
                chooseColumns(weights, b * v, lastRow, first, lastCol, n);
            for (int64_t r = b * v; r < lastRow; ++r) {
              std::vector<int64_t> columns = kept;
              markLargest(weights.row(r), n, columns,
                          mask.data() + r * weights.cols);
            }
          }
      });
  return mask;
}

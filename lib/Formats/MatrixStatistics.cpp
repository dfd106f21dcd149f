//===- MatrixStatistics.cpp - What a matrix looks like
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/MatrixStatistics.h"

#include <algorithm>
#include <cmath>

using namespace sparsegpu;
using namespace sparsegpu::formats;

LengthStatistics formats::summarizeLengths(std::vector<int64_t> lengths) {
  LengthStatistics result;
  if (lengths.empty())
    return result;
  std::sort(lengths.begin(), lengths.end());
  result.min = lengths.front();
  result.max = lengths.back();
  result.empty =
      std::upper_bound(lengths.begin(), lengths.end(), 0) - lengths.begin();
  double sum = 0, squares = 0, count = static_cast<double>(lengths.size());
  for (int64_t length : lengths)
    sum += static_cast<double>(length);
  result.mean = sum / count;
  for (int64_t length : lengths) {
    double distance = static_cast<double>(length) - result.mean;
    squares += distance * distance;
  }
  if (result.mean > 0)
    result.variation = std::sqrt(squares / count) / result.mean;
  // The smallest length with at least so many rows up to it.
  auto percentile = [&](size_t percent) {
    size_t rank = (lengths.size() * percent + 99) / 100;
    return lengths[std::max<size_t>(rank, 1) - 1];
  };
  result.p50 = percentile(50);
  result.p90 = percentile(90);
  result.p99 = percentile(99);
  return result;
}

/// Counts the blocks of rows x cols that have an entry. `seen` has room for
/// each column.
static BlockStatistics countBlocks(const CsrSource &matrix, int64_t rows,
                                   int64_t cols, std::vector<int64_t> &seen) {
  BlockStatistics result = {rows, cols, 0, 0};
  std::fill(seen.begin(), seen.end(), -1);
  for (int64_t r = 0; r < matrix.rows; ++r)
    for (int64_t e = matrix.positions[r], end = matrix.positions[r + 1];
         e < end; ++e) {
      int64_t &last = seen[matrix.coordinates[e] / cols];
      result.blocks += last != r / rows;
      last = r / rows;
    }
  if (result.blocks)
    result.fill =
        static_cast<double>(matrix.nnz()) /
        (static_cast<double>(result.blocks) * static_cast<double>(rows * cols));
  return result;
}

/// The same after the empty columns of each window of rows are left out.
static BlockStatistics countCondensed(const CsrSource &matrix, int64_t rows,
                                      int64_t cols,
                                      std::vector<int64_t> &seen) {
  BlockStatistics result = {rows, cols, 0, 0};
  std::fill(seen.begin(), seen.end(), -1);
  for (int64_t window = 0; window * rows < matrix.rows; ++window) {
    int64_t used = 0;
    int64_t begin = matrix.positions[window * rows];
    int64_t end = matrix.positions[std::min(matrix.rows, (window + 1) * rows)];
    for (int64_t e = begin; e < end; ++e) {
      int64_t &last = seen[matrix.coordinates[e]];
      used += last != window;
      last = window;
    }
    result.blocks += (used + cols - 1) / cols;
  }
  if (result.blocks)
    result.fill =
        static_cast<double>(matrix.nnz()) /
        (static_cast<double>(result.blocks) * static_cast<double>(rows * cols));
  return result;
}

/// Walks through the transpose in the order of the matrix: row r of the
/// transpose is found in ascending columns, so one cursor per row serves.
static Symmetry findSymmetry(const CsrSource &matrix,
                             const std::vector<double> &values) {
  if (matrix.rows != matrix.cols)
    return Symmetry::None;
  std::vector<int64_t> cursor(static_cast<size_t>(matrix.rows));
  for (int64_t r = 0; r < matrix.rows; ++r)
    cursor[r] = matrix.positions[r];
  bool symmetric = true, skew = true;
  for (int64_t r = 0; r < matrix.rows; ++r)
    for (int64_t e = matrix.positions[r], end = matrix.positions[r + 1];
         e < end; ++e) {
      int64_t c = matrix.coordinates[e];
      // Entry (r, c) needs the next entry of row c to be (c, r).
      int64_t other = cursor[c]++;
      if (other >= matrix.positions[c + 1] || matrix.coordinates[other] != r)
        return Symmetry::None;
      double a = values[e], b = values[other];
      symmetric &= a == b || (std::isnan(a) && std::isnan(b));
      skew &= a == -b;
    }
  // A matrix of zeros is both.
  if (symmetric)
    return Symmetry::Symmetric;
  return skew ? Symmetry::SkewSymmetric : Symmetry::Pattern;
}

MatrixStatistics formats::computeStatistics(const CsrSource &matrix) {
  MatrixStatistics result;
  result.rows = matrix.rows;
  result.cols = matrix.cols;
  result.nnz = matrix.nnz();
  double places =
      static_cast<double>(matrix.rows) * static_cast<double>(matrix.cols);
  result.density = places ? static_cast<double>(result.nnz) / places : 0;

  std::vector<double> values(static_cast<size_t>(result.nnz));
  loadElements(matrix.valueType, matrix.values, values.size(), values.data());
  result.zeros = std::count(values.begin(), values.end(), 0.0);

  std::vector<int64_t> rowLengths(static_cast<size_t>(matrix.rows));
  std::vector<int64_t> perColumn(static_cast<size_t>(matrix.cols), 0);
  double spread = 0;
  for (int64_t r = 0; r < matrix.rows; ++r) {
    int64_t begin = matrix.positions[r], end = matrix.positions[r + 1];
    rowLengths[r] = end - begin;
    for (int64_t e = begin; e < end; ++e) {
      int64_t c = matrix.coordinates[e];
      ++perColumn[c];
      result.lowerBandwidth = std::max(result.lowerBandwidth, r - c);
      result.upperBandwidth = std::max(result.upperBandwidth, c - r);
      spread +=
          std::abs(static_cast<double>(r) / static_cast<double>(matrix.rows) -
                   static_cast<double>(c) / static_cast<double>(matrix.cols));
    }
  }
  result.spread = result.nnz ? spread / static_cast<double>(result.nnz) : 0;
  result.rowLengths = summarizeLengths(std::move(rowLengths));
  result.colLengths = summarizeLengths(perColumn);
  result.symmetry = findSymmetry(matrix, values);
  for (int64_t size : {2, 4, 8, 16, 32})
    result.blocks.push_back(countBlocks(matrix, size, size, perColumn));
  for (int64_t size : {8, 16, 32, 64})
    result.vectors.push_back(countBlocks(matrix, size, 1, perColumn));
  result.condensed = countCondensed(matrix, 16, 8, perColumn);
  return result;
}

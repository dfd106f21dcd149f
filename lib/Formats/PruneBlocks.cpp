//===- PruneBlocks.cpp - Pruning to the largest elements, vectors and blocks
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
#include <cmath>
#include <numeric>

using namespace sparsegpu;
using namespace sparsegpu::formats;

/// selectUnits where all units have one size: the largest `count` scores, found
/// without sorting.
static std::vector<uint8_t> selectLargest(const std::vector<double> &scores,
                                          int64_t count) {
  std::vector<uint8_t> marks(scores.size());
  count = std::min(count, static_cast<int64_t>(scores.size()));
  if (count == 0)
    return marks;
  std::vector<double> sorted = scores;
  std::nth_element(sorted.begin(), sorted.begin() + (count - 1), sorted.end(),
                   std::greater<>());
  double border = sorted[count - 1];
  int64_t above = std::count_if(scores.begin(), scores.end(),
                                [&](double s) { return s > border; });
  int64_t equals = border > 0 ? count - above : 0;
  for (size_t i = 0; i < scores.size(); ++i) {
    marks[i] = scores[i] > border || (scores[i] == border && equals > 0);
    equals -= scores[i] == border;
  }
  return marks;
}

std::vector<uint8_t> formats::selectUnits(const std::vector<double> &scores,
                                          const std::vector<int64_t> &sizes,
                                          int64_t budget) {
  if (scores.empty())
    return {};
  if (std::all_of(sizes.begin(), sizes.end(),
                  [&](int64_t size) { return size == sizes.front(); }))
    return selectLargest(scores, budget / sizes.front());
  std::vector<uint8_t> marks(scores.size());
  std::vector<double> means(scores.size());
  std::vector<size_t> order;
  for (size_t i = 0; i < scores.size(); ++i) {
    means[i] = scores[i] / static_cast<double>(sizes[i]);
    if (means[i] > 0)
      order.push_back(i);
  }
  auto comesFirst = [&](size_t a, size_t b) {
    return means[a] != means[b] ? means[a] > means[b] : a < b;
  };
  // The longest run of first units that fits, by bisection: what lies before
  // `begin` fits, and with what lies before `end` there is too much.
  auto begin = order.begin(), end = order.end();
  while (begin != end) {
    auto middle = begin + (end - begin) / 2;
    std::nth_element(begin, middle, end, comesFirst);
    int64_t size = 0;
    for (auto unit = begin; unit <= middle; ++unit)
      size += sizes[*unit];
    if (size > budget) {
      end = middle;
      continue;
    }
    budget -= size;
    begin = middle + 1;
  }
  for (auto unit = order.begin(); unit != begin; ++unit)
    marks[*unit] = 1;
  // Of the others, smaller ones may still fit.
  order.erase(order.begin(), begin);
  order.erase(std::remove_if(order.begin(), order.end(),
                             [&](size_t i) { return sizes[i] > budget; }),
              order.end());
  std::sort(order.begin(), order.end(), comesFirst);
  for (size_t i : order) {
    marks[i] = sizes[i] <= budget;
    budget -= marks[i] ? sizes[i] : 0;
  }
  return marks;
}

double formats::sumLargest(const DenseWeights &weights, int64_t count) {
  std::vector<double> magnitudes(weights.values.size());
  std::transform(weights.values.begin(), weights.values.end(),
                 magnitudes.begin(), [](double x) { return std::abs(x); });
  std::nth_element(magnitudes.begin(), magnitudes.begin() + count,
                   magnitudes.end(), std::greater<>());
  return std::accumulate(magnitudes.begin(), magnitudes.begin() + count, 0.0);
}

Mask formats::pruneUnstructured(const DenseWeights &weights, int64_t budget) {
  std::vector<double> magnitudes(weights.values.size());
  std::transform(weights.values.begin(), weights.values.end(),
                 magnitudes.begin(), [](double x) { return std::abs(x); });
  return selectLargest(magnitudes, budget);
}

Mask formats::pruneBlocks(const DenseWeights &weights, int64_t rows,
                          int64_t cols, int64_t budget) {
  int64_t blockRows = divideCeil(weights.rows, rows),
          blockCols = divideCeil(weights.cols, cols);
  std::vector<double> scores(static_cast<size_t>(blockRows * blockCols));
  std::vector<int64_t> sizes(scores.size());
  parallelFor(blockRows, 1, 0, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      int64_t last = std::min(weights.rows, (b + 1) * rows);
      for (int64_t r = b * rows; r < last; ++r)
        for (int64_t c = 0; c < weights.cols; ++c)
          scores[b * blockCols + c / cols] += std::abs(weights.row(r)[c]);
      for (int64_t c = 0; c < blockCols; ++c)
        sizes[b * blockCols + c] =
            (last - b * rows) * std::min(cols, weights.cols - c * cols);
    }
  });
  std::vector<uint8_t> marks = selectUnits(scores, sizes, budget);
  Mask mask(weights.values.size());
  parallelFor(weights.rows, 64, 0, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r)
      for (int64_t c = 0; c < weights.cols; ++c)
        mask[r * weights.cols + c] = marks[r / rows * blockCols + c / cols];
  });
  return mask;
}

VectorChoice formats::chooseVectors(const DenseWeights &weights,
                                    const std::vector<int64_t> &permutation,
                                    int64_t v, int64_t budget) {
  int64_t groups = divideCeil(weights.rows, v), cols = weights.cols;
  VectorChoice choice;
  choice.sums.resize(static_cast<size_t>(groups * cols));
  std::vector<int64_t> sizes(choice.sums.size());
  parallelFor(groups, 1, 0, [&](int64_t begin, int64_t end) {
    for (int64_t g = begin; g < end; ++g) {
      int64_t last = std::min(weights.rows, (g + 1) * v);
      double *sums = choice.sums.data() + g * cols;
      for (int64_t i = g * v; i < last; ++i)
        for (int64_t c = 0; c < cols; ++c)
          sums[c] += std::abs(weights.row(permutation[i])[c]);
      std::fill_n(sizes.begin() + g * cols, cols, last - g * v);
    }
  });
  choice.kept = selectUnits(choice.sums, sizes, budget);
  for (size_t i = 0; i < choice.kept.size(); ++i)
    choice.score += choice.kept[i] ? choice.sums[i] : 0;
  return choice;
}

Mask formats::maskOfVectors(const DenseWeights &weights,
                            const std::vector<int64_t> &permutation, int64_t v,
                            const VectorChoice &choice) {
  Mask mask(weights.values.size());
  for (int64_t i = 0; i < weights.rows; ++i)
    std::copy_n(choice.kept.begin() + i / v * weights.cols, weights.cols,
                mask.begin() + permutation[i] * weights.cols);
  return mask;
}

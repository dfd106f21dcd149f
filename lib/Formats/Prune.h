//===- Prune.h - What the kinds of pruning share
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to lib/Formats.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_PRUNE_H
#define SPARSEGPU_LIB_FORMATS_PRUNE_H

#include "SparseGPU/Formats/Pruning.h"

#include <functional>

namespace sparsegpu::formats {

/// One byte per element, row by row: whether it stays.
using Mask = std::vector<uint8_t>;

/// Marks units by descending score / size, of equals the first, each if with it
/// the marked ones have no more than `budget` elements. Units without score are
/// left out. `sizes` has an element per unit, or one for all.
std::vector<uint8_t> selectUnits(const std::vector<double> &scores,
                                 const std::vector<int64_t> &sizes,
                                 int64_t budget);

/// The sum of the largest `count` magnitudes.
double sumLargest(const DenseWeights &weights, int64_t count);

/// Vectors of groups of `v` rows. Vector c of group g is element g * cols + c.
struct VectorChoice {
  /// The sum of the vector's magnitudes, and whether it stays.
  std::vector<double> sums;
  std::vector<uint8_t> kept;
  /// The sum of the magnitudes that stay.
  double score = 0;
};

/// The best vectors for the rows in the order of `permutation`, which has all
/// of them once.
VectorChoice chooseVectors(const DenseWeights &weights,
                           const std::vector<int64_t> &permutation, int64_t v,
                           int64_t budget);

/// The patterns; the numbers are checked.
Mask pruneUnstructured(const DenseWeights &weights, int64_t budget);
Mask pruneNM(const DenseWeights &weights, int64_t n, int64_t m);
Mask pruneBlocks(const DenseWeights &weights, int64_t rows, int64_t cols,
                 int64_t budget);
Mask pruneVNM(const DenseWeights &weights, int64_t v, int64_t n, int64_t m);
/// The mask of the vectors that stay, for an order of rows.
Mask maskOfVectors(const DenseWeights &weights,
                   const std::vector<int64_t> &permutation, int64_t v,
                   const VectorChoice &choice);

/// An order of rows in whose groups of `v` the best vectors retain much; no
/// less than in the order of the matrix.
std::vector<int64_t> searchGroups(const DenseWeights &weights, int64_t v,
                                  int64_t budget);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_PRUNE_H

//===- Reordering.h - Orders of the rows of a matrix
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Orders that bring rows together which are better computed together.
// docs/Reordering.md says what each is for.
//
// An order is a permutation: row i of the reordered matrix is row order[i] of
// the original.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_REORDERING_H
#define SPARSEGPU_FORMATS_REORDERING_H

#include "SparseGPU/Formats/Coo.h"
#include "SparseGPU/Formats/Format.h"

#include <vector>

namespace sparsegpu::formats {

/// Longer rows first; of equal length in the order of the matrix. Linear.
std::vector<int64_t> orderByRowLength(const CsrSource &matrix);

/// Reverse Cuthill-McKee for the pattern of A + A^T, rows and columns alike
/// (E. Cuthill, J. McKee, "Reducing the bandwidth of sparse symmetric
/// matrices", 1969; A. George, "Computer implementation of the finite element
/// method", 1971). Each connected part begins at a pseudo-peripheral row (A.
/// George, J. Liu, "An implementation of a pseudoperipheral node finder",
/// 1979). Time and memory are linear in rows and entries, but for sorting
/// neighbours. Errors: a matrix that is not square.
Expected<std::vector<int64_t>> orderByRcm(const CsrSource &matrix);

/// Rows with common columns within windows of `window` rows, so that the
/// windows have few columns and condensed tiles few zeros. No more condensed
/// tiles of `window` x `tile` than in the order of the matrix. Time is linear
/// in rows, columns and entries, but for sorting rows. Requires window and tile
/// of at least 1.
std::vector<int64_t> orderBySimilarity(const CsrSource &matrix,
                                       int64_t window = 16, int64_t tile = 8);

/// An error unless `order` has each number below `count` once.
Status checkPermutation(const std::vector<int64_t> &order, int64_t count,
                        std::string_view what);

/// The matrix with rows and columns in these orders; empty: as they are.
/// Entries come by rows if those of `matrix` do, columns ascending. Errors:
/// what checkCoo and checkPermutation refuse.
Expected<CooMatrix> permute(const CooMatrix &matrix,
                            const std::vector<int64_t> &rows,
                            const std::vector<int64_t> &cols);

/// What an order is judged by.
struct OrderStatistics {
  /// The largest distance of an entry from the diagonal.
  int64_t bandwidth = 0;
  /// The sum over rows of the distance from the first entry to the diagonal,
  /// where that lies left of it: the lower envelope.
  int64_t profile = 0;
  /// Condensed tiles: windows of rows, of whose columns with entries each
  /// `tile` are a tile.
  int64_t tiles = 0;
  double entriesPerTile = 0;
};
OrderStatistics computeOrderStatistics(const CsrSource &matrix,
                                       int64_t window = 16, int64_t tile = 8);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_REORDERING_H

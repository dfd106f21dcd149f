//===- Pruning.h - From dense weights to a sparse pattern
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which weights stay, by their magnitudes. docs/Pruning.md has the patterns,
// the counts and a table of what they retain.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_PRUNING_H
#define SPARSEGPU_FORMATS_PRUNING_H

#include "SparseGPU/Formats/Coo.h"
#include "SparseGPU/Formats/Format.h"

#include <optional>
#include <string_view>
#include <vector>

namespace sparsegpu::formats {

/// A dense matrix, row by row.
struct DenseWeights {
  int64_t rows = 0, cols = 0;
  std::vector<double> values;

  const double *row(int64_t r) const { return values.data() + r * cols; }
};

/// The matrix with its zeros; entries of one place are added up.
/// Errors: what checkCoo refuses; a size that this machine's memory does not
/// hold; an element that is infinite or no number, with its place.
Expected<DenseWeights> denseWeights(const CooMatrix &matrix);

/// Weights that pruning by magnitude would cut down to `pattern`: of rows *
/// cols numbers from the standard normal distribution, the largest magnitudes
/// lie, in random order, where `pattern` has entries, and the others elsewhere.
/// For patterns of networks whose weights were not published. Errors: those of
/// denseWeights, but that values do not matter.
Expected<DenseWeights> weightsForPattern(const CooMatrix &pattern,
                                         uint64_t seed);

enum class PruningKind {
  Unstructured,
  /// N elements of every M neighbours in a row.
  NM,
  /// V x 1 vectors of neighbouring rows.
  VectorWise,
  /// V x 1 vectors of any V rows.
  ShuffledBlock,
  /// Blocks of blockRows x blockCols.
  Block,
  /// Of blocks of V x M four columns, and N of these in each row.
  VNM,
};

/// "unstructured", "nm", "vector-wise", "shuffled-block", "block", "vnm".
std::string_view name(PruningKind kind);
std::optional<PruningKind> parsePruningKind(std::string_view text);

/// What to prune to. Only the numbers that a kind needs matter.
struct PruningPattern {
  PruningKind kind = PruningKind::Unstructured;
  /// The part of the elements that goes, in [0, 1); of no meaning for NM and
  /// VNM, whose numbers say it.
  double sparsity = 0.5;
  int64_t v = 64;
  int64_t n = 2, m = 4;
  int64_t blockRows = 16, blockCols = 16;
};

/// The format that stores the pattern without padding, and its parameters.
const Format &formatOf(const PruningPattern &pattern);
std::vector<int64_t> parametersOf(const PruningPattern &pattern);

/// The pattern that `format` with these parameters stores without padding, the
/// inverse of the two above: blocks for blocked ELL also, and Unstructured for
/// formats that store any matrix. Requires parameters that the format takes.
PruningPattern patternOf(const Format &format,
                         const std::vector<int64_t> &parameters,
                         double sparsity);

/// How many of `count` elements stay: count - round(sparsity * count), halves
/// rounded up. Requires a sparsity in [0, 1).
int64_t countKept(int64_t count, double sparsity);

struct PrunedWeights {
  /// What stays, by rows, columns ascending. Zeros within a kept vector, block
  /// or group of N are entries.
  CooMatrix matrix;
  /// ShuffledBlock: row i of the packed matrix is row rowPermutation[i]; V by V
  /// they are the groups, of which the last may have fewer rows. Else empty.
  std::vector<int64_t> rowPermutation;
  /// The sum of kept magnitudes over the sum of all; 1 when all are zero.
  double retained = 1;
  /// The same for the largest magnitudes, as many as the pattern keeps.
  double retainedUnstructured = 1;

  int64_t kept() const { return matrix.entries(); }
};

/// Keeps what has the largest magnitudes:
///   Unstructured   countKept elements, but none that are zero
///   VectorWise, ShuffledBlock, Block
///                  whole vectors or blocks by descending mean magnitude, each
///                  of them if with it no more than countKept elements stay,
///                  and none that are zero throughout. Those at the edge of the
///                  matrix have fewer elements
///   NM             N of each M elements; all of a last group of N or fewer
///   VNM            in each block the four columns with the most to keep, and
///   in
///                  each row of it N of their elements
/// Of equals the first by rows stays. The result depends on nothing but the
/// arguments. ShuffledBlock retains no less than VectorWise does.
///
/// Time is linear in rows * cols, for ShuffledBlock times the number of groups
/// up to a bound.
/// Errors: a sparsity outside of [0, 1), sizes below 1, an N that is not below
/// M (VNM: M below 4, N above 3).
Expected<PrunedWeights> prune(const DenseWeights &weights,
                              const PruningPattern &pattern);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_PRUNING_H

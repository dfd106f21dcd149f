//===- Generators.h - Made-up matrices
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrices and dense operands for tests and benchmarks. Every number is a
// function of the seed and of its place (CounterHash), computed with integer
// operations and correctly rounded divisions alone: the results are the same
// on every machine.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_GENERATORS_H
#define SPARSEGPU_FORMATS_GENERATORS_H

#include "SparseGPU/Formats/Coo.h"
#include "SparseGPU/Formats/ElementType.h"
#include "SparseGPU/Support/Expected.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sparsegpu::formats {

/// Where the nonzeros of a generated matrix lie.
enum class SparseDistribution {
  /// round(density * rows * cols) places, each as likely as any other.
  Uniform,
  /// Row lengths follow Zipf's law with exponent 1: the k-th longest row has
  /// about C / k entries, at most cols, with C such that the mean over all rows
  /// is `parameter` as long as no row is cut. Row ranks are shuffled; columns
  /// are skewed as well (density proportional to 1 / sqrt(rank)).
  PowerLaw,
  /// All places with |column - row * cols / rows| <= parameter.
  Banded,
};

struct SparseRecipe {
  int64_t rows = 0;
  int64_t cols = 0;
  SparseDistribution distribution = SparseDistribution::Uniform;
  /// Uniform: the density, in [0, 1]. PowerLaw: mean entries per row, >= 0.
  /// Banded: half width, a whole number >= 0.
  double parameter = 0.01;
};

/// Generates the matrix, sorted by row and column, without duplicates. Values
/// are uniform in [-1, 1), a function of the seed and of the place alone; a
/// value of 0 does not occur.
/// Errors: a negative shape, a parameter out of range, more entries than
/// 2^31 - 1.
Expected<CooMatrix> generateSparse(const SparseRecipe &recipe, uint64_t seed);

/// What a generated dense operand holds.
enum class DenseFill {
  /// Uniform in [-1, 1).
  Random,
  Zeros,
  /// Element i, in row-major order, is i.
  Iota,
};

/// Fills `count` elements; the first is number `first` of the operand, so that
/// pieces can be filled apart.
void fillDense(DenseFill fill, uint64_t seed, int64_t first, int64_t count,
               double *output);

/// `count` elements of `type`, made by fillDense and rounded; random integers
/// are those of [-8, 8). Fails when one does not fit its type.
Expected<std::vector<std::byte>> generateDense(DenseFill fill, uint64_t seed,
                                               ElementType type, int64_t count);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_GENERATORS_H

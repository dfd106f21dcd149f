//===- PruningWeights.cpp - Dense weights for pruning
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Field.h"
#include "SparseGPU/Formats/Pruning.h"
#include "SparseGPU/Support/CounterHash.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <cmath>

using namespace sparsegpu;
using namespace sparsegpu::formats;

/// Zeros of the matrix's shape.
static Expected<DenseWeights> makeDense(const CooMatrix &matrix) {
  if (Status status = checkCoo(matrix); !status)
    return status.takeError();
  int64_t count = 0;
  if (__builtin_mul_overflow(matrix.rows, matrix.cols, &count) ||
      !checkFieldSize({"weights", FieldRole::Values, "", ""}, ElementType::F64,
                      count))
    return Error(concat("dense weights of ", matrix.rows, " x ", matrix.cols,
                        " do not fit the memory of this machine"));
  DenseWeights dense{matrix.rows, matrix.cols, {}};
  dense.values.resize(static_cast<size_t>(count));
  return dense;
}

Expected<DenseWeights> formats::denseWeights(const CooMatrix &matrix) {
  Expected<DenseWeights> dense = makeDense(matrix);
  if (!dense)
    return dense;
  for (size_t e = 0; e < matrix.row.size(); ++e) {
    double &value = dense->values[matrix.row[e] * matrix.cols + matrix.col[e]];
    value += matrix.value[e];
    if (!std::isfinite(value))
      return Error(concat("the weight at (", matrix.row[e], ", ", matrix.col[e],
                          "), counted from 0, is ", value,
                          ", expected a finite number"));
  }
  return dense;
}

/// Numbers of the standard normal distribution, two by two (G. Box, M. Muller,
/// "A note on the generation of random normal deviates", 1958).
static std::vector<double> normalNumbers(int64_t count, uint64_t seed) {
  CounterHash random(seed);
  std::vector<double> numbers(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; i += 2) {
    // 1 - unit() is above 0.
    double radius = std::sqrt(-2 * std::log(1 - random.unit(i)));
    double angle = 2 * 3.14159265358979323846 * random.unit(i + 1);
    numbers[i] = radius * std::cos(angle);
    if (i + 1 < count)
      numbers[i + 1] = radius * std::sin(angle);
  }
  return numbers;
}

Expected<DenseWeights> formats::weightsForPattern(const CooMatrix &pattern,
                                                  uint64_t seed) {
  Expected<DenseWeights> dense = makeDense(pattern);
  if (!dense)
    return dense;
  std::vector<bool> isLarge(dense->values.size());
  int64_t large = 0;
  for (size_t e = 0; e < pattern.row.size(); ++e) {
    int64_t at = pattern.row[e] * pattern.cols + pattern.col[e];
    large += !isLarge[at];
    isLarge[at] = true;
  }
  auto count = static_cast<int64_t>(dense->values.size());
  std::vector<double> numbers = normalNumbers(count, seed);
  // Both the large and the small ones are taken as they were drawn. Of equals
  // at the border the first are large.
  double border = 0;
  int64_t equals = count;
  if (large > 0) {
    std::vector<double> sorted(numbers.size());
    std::transform(numbers.begin(), numbers.end(), sorted.begin(),
                   [](double x) { return std::abs(x); });
    std::nth_element(sorted.begin(), sorted.begin() + (large - 1), sorted.end(),
                     std::greater<>());
    border = sorted[large - 1];
    equals =
        large - std::count_if(numbers.begin(), numbers.end(),
                              [&](double x) { return std::abs(x) > border; });
  }
  std::vector<double> largest, others;
  largest.reserve(static_cast<size_t>(large));
  others.reserve(static_cast<size_t>(count - large));
  for (double number : numbers) {
    double magnitude = std::abs(number);
    bool isAbove = large > 0 && (magnitude > border ||
                                 (magnitude == border && equals-- > 0));
    (isAbove ? largest : others).push_back(number);
  }
  size_t nextLarge = 0, nextOther = 0;
  for (int64_t i = 0; i < count; ++i)
    dense->values[i] = isLarge[i] ? largest[nextLarge++] : others[nextOther++];
  return dense;
}

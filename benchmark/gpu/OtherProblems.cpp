//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// SDDMM and SpGEMM: their work, and their references in double precision.
//
//===----------------------------------------------------------------------===//

#include "Problem.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace sparsegpu::gpubench {

using formats::ElementType;

/// Takes one more element into the comparison; `terms` products were added.
static void compare(CheckResult &worst, ElementType type, int64_t row,
                    int64_t col, int64_t terms, double got, double expected,
                    double scale) {
  ElementType accumulate =
      type == ElementType::F64 ? ElementType::F64 : ElementType::F32;
  double bound = formats::errorBound(terms, formats::epsilon(type),
                                     formats::epsilon(accumulate), scale,
                                     formats::smallestSubnormal(type));
  double ratio = std::fabs(got - expected) / bound;
  if (!std::isfinite(got))
    ratio = std::numeric_limits<double>::infinity();
  if (ratio > worst.worstRatio)
    worst = {ratio, row, col, got, expected, bound};
}

static double csrBytes(const SparseOperand &matrix, bool withValues) {
  return double(matrix.rows + 1) * formats::byteSize(matrix.positionType) +
         double(matrix.nonzeros()) *
             (formats::byteSize(matrix.coordinateType) +
              (withValues ? formats::byteSize(matrix.valueType) : 0));
}

//===----------------------------------------------------------------------===//
// SDDMM
//===----------------------------------------------------------------------===//

Work SDDMMProblem::work() const {
  double element = formats::byteSize(type);
  double k = b.cols;
  int64_t usedRows = 0;
  for (int64_t row = 0; row < a.rows; ++row)
    usedRows += a.positions[row + 1] > a.positions[row];
  double fixed = csrBytes(a, /*withValues=*/false) +
                 double(a.nonzeros()) * element + usedRows * k * element;
  Work work;
  work.flops = 2.0 * a.nonzeros() * k;
  work.reusedBytes = countUsedColumns(a) * k * element;
  work.compulsoryBytes = fixed + work.reusedBytes;
  work.bytesWithoutReuse = fixed + a.nonzeros() * k * element;
  return work;
}

Expected<CheckResult> SDDMMProblem::check(const HostResult &result) {
  if (int64_t(result.values.size()) != a.nonzeros())
    return Error("the result has " + std::to_string(result.values.size()) +
                 " elements instead of " + std::to_string(a.nonzeros()));
  CheckResult worst;
  int64_t k = b.cols;
  for (int64_t row = 0; row < a.rows; ++row)
    for (int64_t e = a.positions[row]; e < a.positions[row + 1]; ++e) {
      int64_t col = a.coordinates[e];
      double sum = 0, scale = 0;
      for (int64_t j = 0; j < k; ++j) {
        double product = b.values[row * k + j] * y.values[col * k + j];
        sum += product;
        scale += std::fabs(product);
      }
      compare(worst, type, row, col, k, result.values[e], sum, scale);
    }
  return worst;
}

//===----------------------------------------------------------------------===//
// SpGEMM
//===----------------------------------------------------------------------===//

Work SpGEMMProblem::work() const {
  // The size of C is that of the union of patterns, row by row.
  const SparseOperand &second = *sparseB;
  std::vector<int64_t> lastRow(second.cols, -1);
  double products = 0, stored = 0;
  for (int64_t row = 0; row < a.rows; ++row)
    for (int64_t e = a.positions[row]; e < a.positions[row + 1]; ++e) {
      int64_t k = a.coordinates[e];
      for (int64_t f = second.positions[k]; f < second.positions[k + 1]; ++f) {
        int64_t col = second.coordinates[f];
        stored += lastRow[col] != row;
        lastRow[col] = row;
        ++products;
      }
    }
  double entry = double(formats::byteSize(a.coordinateType)) +
                 double(formats::byteSize(a.valueType));
  double c =
      (a.rows + 1.0) * formats::byteSize(a.positionType) + stored * entry;
  Work work;
  work.flops = 2 * products;
  work.reusedBytes = csrBytes(second, /*withValues=*/true);
  work.compulsoryBytes = csrBytes(a, true) + work.reusedBytes + c;
  work.bytesWithoutReuse = csrBytes(a, true) + products * entry + c;
  return work;
}

Expected<CheckResult> SpGEMMProblem::check(const HostResult &result) {
  if (int64_t(result.positions.size()) != a.rows + 1 ||
      result.coordinates.size() != result.values.size() ||
      result.positions.back() != int64_t(result.values.size()))
    return Error("the result is no CSR matrix with " + std::to_string(a.rows) +
                 " rows");
  const SparseOperand &second = *sparseB;
  struct Sum {
    double value = 0, scale = 0, got = 0;
    int64_t terms = 0;
  };
  CheckResult worst;
  std::map<int64_t, Sum> sums;
  for (int64_t row = 0; row < a.rows; ++row) {
    sums.clear();
    for (int64_t e = a.positions[row]; e < a.positions[row + 1]; ++e) {
      int64_t k = a.coordinates[e];
      for (int64_t f = second.positions[k]; f < second.positions[k + 1]; ++f) {
        Sum &sum = sums[second.coordinates[f]];
        double product = a.values[e] * second.values[f];
        sum.value += product;
        sum.scale += std::fabs(product);
        ++sum.terms;
      }
    }
    // An entry that is not stored counts as 0, a stored one outside of the
    // pattern as wrong unless it is 0.
    for (int64_t e = result.positions[row]; e < result.positions[row + 1]; ++e)
      sums[result.coordinates[e]].got += result.values[e];
    for (const auto &[col, sum] : sums)
      compare(worst, type, row, col, sum.terms, sum.got, sum.value, sum.scale);
  }
  return worst;
}

} // namespace sparsegpu::gpubench

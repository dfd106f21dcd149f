//===- ReferenceSpMM.cpp - What SpMM must compute
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/ReferenceSpMM.h"

#include "SparseGPU/Support/Parallel.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>

using namespace sparsegpu;
using namespace sparsegpu::formats;

static Status checkOperands(const SpMMOperands &operands) {
  const auto &[rows, inner, n, positions, coordinates, values, b, transposeB,
               c0, transposeC, alpha, beta] = operands;
  if (rows < 0 || inner < 0 || n < 0)
    return Error(
        concat("SpMM sizes ", rows, " x ", inner, " x ", n, " are negative"));
  if (!positions)
    return Error("the positions of A are null");
  if (positions[0] != 0)
    return Error(concat("positions[0] of A is ", positions[0], ", expected 0"));
  for (int64_t r = 0; r < rows; ++r)
    if (positions[r + 1] < positions[r])
      return Error(concat("positions[", r + 1, "] of A is ", positions[r + 1],
                          ", below its predecessor ", positions[r]));
  int64_t nnz = positions[rows];
  if (nnz > 0 && (!coordinates || !values))
    return Error("the coordinates or values of A are null");
  for (int64_t e = 0; e < nnz; ++e)
    if (coordinates[e] < 0 || coordinates[e] >= inner)
      return Error(concat("coordinates[", e, "] of A is ", coordinates[e],
                          ", outside of ", inner, " columns"));
  if (nnz > 0 && n > 0 && !b)
    return Error("B is null");
  if (beta != 0 && rows > 0 && n > 0 && !c0)
    return Error("C0 is null, but beta is not 0");
  return Status::success();
}

/// The row-major rows x cols transpose of a row-major cols x rows array, by
/// tiles that fit the first-level cache.
static std::vector<double> transpose(const double *input, int64_t rows,
                                     int64_t cols, unsigned threads) {
  std::vector<double> output(static_cast<size_t>(rows * cols));
  constexpr int64_t tile = 32;
  parallelFor(rows, tile, threads, [&](int64_t begin, int64_t end) {
    for (int64_t c0 = 0; c0 < cols; c0 += tile)
      for (int64_t r = begin; r < end; ++r)
        for (int64_t c = c0; c < std::min(cols, c0 + tile); ++c)
          output[static_cast<size_t>(r * cols + c)] = input[c * rows + r];
  });
  return output;
}

/// One row of C and of the scale, contiguous. `b` is inner x n.
static void computeRow(const SpMMOperands &operands, const double *b,
                       int64_t row, double *c, double *scale) {
  int64_t n = operands.n;
  std::fill(c, c + n, 0.0);
  std::fill(scale, scale + n, 0.0);
  for (int64_t e = operands.positions[row]; e < operands.positions[row + 1];
       ++e) {
    double a = operands.values[e];
    const double *source = b + operands.coordinates[e] * n;
    for (int64_t j = 0; j < n; ++j) {
      double product = a * source[j];
      c[j] += product;
      scale[j] += std::abs(product);
    }
  }
  for (int64_t j = 0; j < n; ++j) {
    c[j] *= operands.alpha;
    scale[j] *= std::abs(operands.alpha);
  }
  if (operands.beta == 0)
    return;
  for (int64_t j = 0; j < n; ++j) {
    int64_t at = operands.transposeC ? j * operands.rows + row : row * n + j;
    double product = operands.beta * operands.c0[at];
    c[j] += product;
    scale[j] += std::abs(product);
  }
}

/// Computes rows [begin, end) into their places.
static void computeRows(const SpMMOperands &operands, const double *b,
                        int64_t begin, int64_t end, SpMMReference &result,
                        std::vector<double> &buffer) {
  int64_t n = operands.n;
  if (!operands.transposeC) {
    for (int64_t r = begin; r < end; ++r)
      computeRow(operands, b, r, result.c.data() + r * n,
                 result.scale.data() + r * n);
    return;
  }
  // Rows become columns: gather a block of them, so that each column of the
  // block is written as one piece.
  double *c = buffer.data();
  double *scale = c + (end - begin) * n;
  for (int64_t r = begin; r < end; ++r)
    computeRow(operands, b, r, c + (r - begin) * n, scale + (r - begin) * n);
  for (int64_t j = 0; j < n; ++j)
    for (int64_t r = begin; r < end; ++r) {
      result.c[static_cast<size_t>(result.index(r, j))] =
          c[(r - begin) * n + j];
      result.scale[static_cast<size_t>(result.index(r, j))] =
          scale[(r - begin) * n + j];
    }
}

static SpMMReference compute(const SpMMOperands &operands, unsigned threads) {
  SpMMReference result;
  result.rows = operands.rows;
  result.n = operands.n;
  result.transposed = operands.transposeC;
  size_t size = static_cast<size_t>(operands.rows * operands.n);
  result.c.resize(size);
  result.scale.resize(size);
  result.nnzPerRow.resize(static_cast<size_t>(operands.rows));
  for (int64_t r = 0; r < operands.rows; ++r)
    result.nnzPerRow[static_cast<size_t>(r)] =
        operands.positions[r + 1] - operands.positions[r];

  std::vector<double> rowMajorB;
  const double *b = operands.b;
  if (operands.transposeB && b) {
    rowMajorB = transpose(b, operands.inner, operands.n, threads);
    b = rowMajorB.data();
  }
  constexpr int64_t grain = 16;
  parallelFor(operands.rows, grain, threads, [&](int64_t begin, int64_t end) {
    std::vector<double> buffer;
    if (operands.transposeC)
      buffer.resize(static_cast<size_t>(2 * (end - begin) * operands.n));
    computeRows(operands, b, begin, end, result, buffer);
  });
  return result;
}

Expected<SpMMReference> formats::referenceSpMM(const SpMMOperands &operands,
                                               unsigned threads) {
  if (Status status = checkOperands(operands); !status)
    return status.takeError();
  if (operands.n > 0 &&
      std::max(operands.rows, operands.inner) >
          std::numeric_limits<int64_t>::max() / 16 / operands.n)
    return Error("the dense operands of SpMM are too large");
  try {
    return compute(operands, threads);
  } catch (const std::exception &) { // bad_alloc or length_error
    return Error("there is not enough memory for the SpMM reference");
  }
}

/// |got - expected| / bound, with the conventions of SpMMComparison.
static double errorRatio(double got, double expected, double bound) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (std::isnan(expected) || std::isnan(got))
    return std::isnan(expected) && std::isnan(got) ? 0 : infinity;
  if (got == expected)
    return 0;
  if (std::isinf(expected) || std::isinf(got))
    return infinity;
  double error = std::abs(got - expected);
  return bound > 0 ? error / bound : infinity;
}

SpMMComparison formats::compareSpMM(const SpMMReference &reference,
                                    const double *got, double outputEps,
                                    double accumulateEps, double underflow) {
  SpMMComparison worst;
  worst.worstRatio = -1;
  for (int64_t r = 0; r < reference.rows; ++r)
    for (int64_t j = 0; j < reference.n; ++j) {
      auto at = static_cast<size_t>(reference.index(r, j));
      double bound =
          errorBound(reference.nnzPerRow[static_cast<size_t>(r)], outputEps,
                     accumulateEps, reference.scale[at], underflow);
      double ratio = errorRatio(got[at], reference.c[at], bound);
      if (ratio > worst.worstRatio)
        worst = {ratio, r, j, got[at], reference.c[at], bound};
    }
  worst.worstRatio = std::max(worst.worstRatio, 0.0);
  return worst;
}

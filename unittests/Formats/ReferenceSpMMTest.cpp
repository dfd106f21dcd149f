//===- ReferenceSpMMTest.cpp - The reference of SpMM
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/ReferenceSpMM.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/Generators.h"
#include "TestUtils.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {
/// A random problem that owns its operands, and the naive dense solution.
struct Problem {
  int64_t rows, inner, n;
  std::vector<double> dense; // A, rows x inner
  std::vector<double> absolute;
  std::vector<int64_t> positions, coordinates;
  std::vector<double> values;
  std::vector<double> b, c0; // inner x n and rows x n

  Problem(int64_t rows, int64_t inner, int64_t n, int64_t entries)
      : rows(rows), inner(inner), n(n) {
    // Not packed by packCsr, and with duplicates: the reference takes both.
    CooMatrix coo = randomCoo(rows, inner, entries, 5);
    dense.resize(static_cast<size_t>(rows * inner));
    absolute.resize(dense.size());
    positions = {0};
    for (int64_t r = 0; r < rows; ++r) {
      for (size_t e = 0; e < coo.row.size(); ++e)
        if (coo.row[e] == r) {
          coordinates.push_back(coo.col[e]);
          values.push_back(coo.value[e]);
          dense[static_cast<size_t>(r * inner + coo.col[e])] += coo.value[e];
          absolute[static_cast<size_t>(r * inner + coo.col[e])] +=
              std::abs(coo.value[e]);
        }
      positions.push_back(static_cast<int64_t>(values.size()));
    }
    b.resize(static_cast<size_t>(inner * n));
    c0.resize(static_cast<size_t>(rows * n));
    fillDense(DenseFill::Random, 1, 0, inner * n, b.data());
    fillDense(DenseFill::Random, 2, 0, rows * n, c0.data());
  }

  SpMMOperands operands() const {
    SpMMOperands result;
    result.rows = rows;
    result.inner = inner;
    result.n = n;
    result.positions = positions.data();
    result.coordinates = coordinates.data();
    result.values = values.data();
    result.b = b.data();
    result.c0 = c0.data();
    return result;
  }

  /// Compares with the triple loop.
  void check(const SpMMReference &got, double alpha, double beta) const {
    ASSERT_EQ(got.c.size(), static_cast<size_t>(rows * n));
    ASSERT_EQ(got.scale.size(), got.c.size());
    for (int64_t i = 0; i < rows; ++i) {
      EXPECT_EQ(got.nnzPerRow[i], positions[i + 1] - positions[i]);
      for (int64_t j = 0; j < n; ++j) {
        double sum = 0, scale = 0;
        for (int64_t k = 0; k < inner; ++k) {
          sum += dense[i * inner + k] * b[k * n + j];
          scale += absolute[i * inner + k] * std::abs(b[k * n + j]);
        }
        double expected = alpha * sum + (beta ? beta * c0[i * n + j] : 0);
        double expectedScale =
            std::abs(alpha) * scale +
            (beta ? std::abs(beta) * std::abs(c0[i * n + j]) : 0);
        ASSERT_NEAR(got.c[got.index(i, j)], expected, 1e-13 * expectedScale);
        ASSERT_NEAR(got.scale[got.index(i, j)], expectedScale,
                    1e-13 * expectedScale);
      }
    }
  }
};

std::vector<double> transposed(const std::vector<double> &input, int64_t rows,
                               int64_t cols) {
  std::vector<double> output(input.size());
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < cols; ++c)
      output[static_cast<size_t>(c * rows + r)] =
          input[static_cast<size_t>(r * cols + c)];
  return output;
}
} // namespace

TEST(ReferenceSpMM, MatchesTheTripleLoop) {
  for (int64_t n : {1, 2, 3, 7, 16, 33, 64})
    for (auto [rows, inner, entries] :
         {std::tuple<int64_t, int64_t, int64_t>{1, 1, 1},
          {17, 23, 90},
          {100, 40, 60},
          {5, 200, 300},
          {33, 33, 0}}) {
      Problem problem(rows, inner, n, entries);
      for (auto [alpha, beta] :
           {std::pair<double, double>{1, 0}, {1, 1}, {-2.5, 0.5}, {0, 2}}) {
        SpMMOperands operands = problem.operands();
        operands.alpha = alpha;
        operands.beta = beta;
        Expected<SpMMReference> result = referenceSpMM(operands);
        ASSERT_TRUE(result.ok()) << result.message();
        problem.check(*result, alpha, beta);
      }
    }
}

TEST(ReferenceSpMM, TransposedOperands) {
  Problem problem(37, 53, 19, 300);
  std::vector<double> bT = transposed(problem.b, 53, 19);
  std::vector<double> c0T = transposed(problem.c0, 37, 19);
  for (bool transposeB : {false, true})
    for (bool transposeC : {false, true}) {
      SpMMOperands operands = problem.operands();
      operands.alpha = 2;
      operands.beta = -1;
      operands.transposeB = transposeB;
      operands.transposeC = transposeC;
      if (transposeB)
        operands.b = bT.data();
      if (transposeC)
        operands.c0 = c0T.data();
      Expected<SpMMReference> result = referenceSpMM(operands);
      ASSERT_TRUE(result.ok()) << result.message();
      EXPECT_EQ(result->index(1, 0), transposeC ? 1 : 19);
      problem.check(*result, 2, -1);
    }
}

TEST(ReferenceSpMM, TheNumberOfThreadsDoesNotMatter) {
  Problem problem(200, 100, 9, 2000);
  SpMMReference one = *referenceSpMM(problem.operands(), 1);
  for (unsigned threads : {2u, 5u}) {
    SpMMReference many = *referenceSpMM(problem.operands(), threads);
    EXPECT_EQ(one.c, many.c);
    EXPECT_EQ(one.scale, many.scale);
  }
}

TEST(ReferenceSpMM, BetaZeroDoesNotReadC) {
  Problem problem(3, 3, 2, 4);
  problem.c0.assign(6, std::numeric_limits<double>::quiet_NaN());
  SpMMReference reference = *referenceSpMM(problem.operands());
  for (double value : reference.c)
    EXPECT_FALSE(std::isnan(value));
  SpMMOperands operands = problem.operands();
  operands.c0 = nullptr;
  EXPECT_TRUE(referenceSpMM(operands).ok());
}

TEST(ReferenceSpMM, EmptyShapes) {
  for (auto [rows, inner, n] : {std::tuple<int64_t, int64_t, int64_t>{0, 5, 3},
                                {5, 0, 3},
                                {5, 3, 0},
                                {0, 0, 0}}) {
    Problem problem(rows, inner, n, 0);
    Expected<SpMMReference> result = referenceSpMM(problem.operands());
    ASSERT_TRUE(result.ok()) << result.message();
    EXPECT_EQ(result->c, std::vector<double>(rows * n, 0.0));
  }
}

TEST(ReferenceSpMM, Errors) {
  Problem problem(3, 4, 2, 6);
  auto message = [&](auto change) {
    SpMMOperands operands = problem.operands();
    change(operands);
    return referenceSpMM(operands).message();
  };
  EXPECT_EQ(message([](auto &o) { o.n = -1; }),
            "SpMM sizes 3 x 4 x -1 are negative");
  EXPECT_EQ(message([](auto &o) { o.positions = nullptr; }),
            "the positions of A are null");
  EXPECT_EQ(message([](auto &o) { o.values = nullptr; }),
            "the coordinates or values of A are null");
  EXPECT_EQ(message([](auto &o) { o.b = nullptr; }), "B is null");
  EXPECT_EQ(message([](auto &o) {
              o.beta = 1;
              o.c0 = nullptr;
            }),
            "C0 is null, but beta is not 0");
  std::vector<int64_t> positions = {1, 2, 3, 6};
  EXPECT_EQ(message([&](auto &o) { o.positions = positions.data(); }),
            "positions[0] of A is 1, expected 0");
  positions = {0, 3, 2, 6};
  EXPECT_EQ(message([&](auto &o) { o.positions = positions.data(); }),
            "positions[2] of A is 2, below its predecessor 3");
  std::vector<int64_t> coordinates = {0, 1, 4, 0, 0, 0};
  EXPECT_EQ(message([&](auto &o) { o.coordinates = coordinates.data(); }),
            "coordinates[2] of A is 4, outside of 4 columns");
}

//===----------------------------------------------------------------------===//
// Error bounds
//===----------------------------------------------------------------------===//

TEST(ErrorBound, Formula) {
  EXPECT_EQ(errorBound(5, 0.25, 0.125, 2), (8 * 0.125 + 0.25) * 2);
  EXPECT_EQ(errorBound(0, 0.25, 0.125, 0, 0.5), 0.5);
}

/// A kernel that works in float, with inputs rounded to `type`, stays within
/// the bound, and uses a fair part of it: the bound is not so loose that a
/// kernel that drops an entry would pass.
template <typename Round>
static void checkFloatKernel(ElementType output, Round round) {
  Problem problem(60, 200, 8, 3000);
  for (std::vector<double> *numbers : {&problem.values, &problem.b})
    for (double &number : *numbers)
      number = round(number);
  SpMMReference reference = *referenceSpMM(problem.operands());
  std::vector<double> got(reference.c.size()), dropped(got.size());
  for (int64_t r = 0; r < problem.rows; ++r)
    for (int64_t j = 0; j < problem.n; ++j) {
      float sum = 0, all = 0;
      for (int64_t e = problem.positions[r]; e < problem.positions[r + 1];
           ++e) {
        float product = static_cast<float>(problem.values[e]) *
                        static_cast<float>(
                            problem.b[problem.coordinates[e] * problem.n + j]);
        sum += product;
        if (e != problem.positions[r])
          all += product;
      }
      got[r * problem.n + j] = round(sum);
      dropped[r * problem.n + j] = round(all);
    }
  SpMMComparison comparison =
      compareSpMM(reference, got.data(), epsilon(output),
                  epsilon(ElementType::F32), smallestSubnormal(output));
  EXPECT_TRUE(comparison.passed()) << comparison.worstRatio;
  EXPECT_GT(comparison.worstRatio, 0.005);
  EXPECT_FALSE(compareSpMM(reference, dropped.data(), epsilon(output),
                           epsilon(ElementType::F32), smallestSubnormal(output))
                   .passed());
}

TEST(ErrorBound, HoldsForKernelsInFloat) {
  checkFloatKernel(ElementType::F32,
                   [](double x) { return static_cast<float>(x); });
  checkFloatKernel(ElementType::F16,
                   [](double x) { return fromHalf(toHalf(x)); });
  checkFloatKernel(ElementType::BF16,
                   [](double x) { return fromBFloat16(toBFloat16(x)); });
}

TEST(CompareSpMM, FindsTheWorstElement) {
  SpMMReference reference;
  reference.rows = 2;
  reference.n = 3;
  reference.c = {1, 2, 3, 4, 5, 6};
  reference.scale = {1, 1, 1, 1, 1, 0};
  reference.nnzPerRow = {1, 5};
  // Bounds are 0.5 in row 0 and 1 in row 1, and 0 at the end.
  std::vector<double> got = {1, 2.25, 3, 4, 4.25, 6};
  auto compare = [&] { return compareSpMM(reference, got.data(), 0, 0.125); };
  SpMMComparison worst = compare();
  EXPECT_EQ(worst.worstRatio, 0.75);
  EXPECT_TRUE(worst.passed());
  EXPECT_EQ(worst.row, 1);
  EXPECT_EQ(worst.col, 1);
  EXPECT_EQ(worst.got, 4.25);
  EXPECT_EQ(worst.expected, 5);
  EXPECT_EQ(worst.bound, 1);

  reference.transposed = true; // element (1, 0) now lies at 1
  EXPECT_EQ(compare().worstRatio, 1.5);
  EXPECT_EQ(compare().row, 0);
  EXPECT_EQ(compare().col, 2);
  EXPECT_FALSE(compare().passed());
  reference.transposed = false;

  got[5] = 6.0000001; // no error is allowed here
  EXPECT_FALSE(compare().passed());
  EXPECT_EQ(compare().col, 2);
}

TEST(CompareSpMM, NonFiniteElementsMustAgree) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
  auto passes = [](double expected, double got) {
    SpMMReference reference;
    reference.rows = reference.n = 1;
    reference.c = {expected};
    reference.scale = {std::abs(expected)};
    reference.nnzPerRow = {1};
    return compareSpMM(reference, &got, 1, 1).passed();
  };
  EXPECT_TRUE(passes(notANumber, notANumber));
  EXPECT_TRUE(passes(infinity, infinity));
  EXPECT_FALSE(passes(infinity, -infinity));
  EXPECT_FALSE(passes(infinity, 1));
  EXPECT_FALSE(passes(infinity, notANumber));
  EXPECT_FALSE(passes(notANumber, 1));
  EXPECT_FALSE(passes(1, notANumber));
  EXPECT_FALSE(passes(1, infinity));
  EXPECT_TRUE(compareSpMM(SpMMReference(), nullptr, 1, 1).passed());
}

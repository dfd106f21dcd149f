//===- GeneratorsTest.cpp - Made-up matrices and their specs
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Generators.h"
#include "SparseGPU/Formats/InputSpec.h"
#include "TestUtils.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

static CooMatrix generated(int64_t rows, int64_t cols,
                           SparseDistribution distribution, double parameter,
                           uint64_t seed = 1) {
  Expected<CooMatrix> matrix =
      generateSparse({rows, cols, distribution, parameter}, seed);
  EXPECT_TRUE(matrix.ok()) << matrix.message();
  return matrix ? *std::move(matrix) : CooMatrix();
}

/// Inside the shape, sorted, without duplicates and zeros, values in range.
static void checkWellFormed(const CooMatrix &matrix) {
  EXPECT_EQ(checkCoo(matrix).message(), "");
  for (size_t e = 0; e < matrix.row.size(); ++e) {
    ASSERT_NE(matrix.value[e], 0);
    ASSERT_LE(std::abs(matrix.value[e]), 1);
    if (e > 0)
      ASSERT_LT(std::make_pair(matrix.row[e - 1], matrix.col[e - 1]),
                std::make_pair(matrix.row[e], matrix.col[e]));
  }
}

static std::vector<int64_t> rowLengths(const CooMatrix &matrix) {
  std::vector<int64_t> lengths(static_cast<size_t>(matrix.rows));
  for (int64_t r : matrix.row)
    ++lengths[static_cast<size_t>(r)];
  return lengths;
}

TEST(Generators, UniformHasTheDensity) {
  for (double density : {0.0, 0.001, 0.01, 0.2, 0.3, 0.9, 1.0}) {
    CooMatrix matrix = generated(97, 203, SparseDistribution::Uniform, density);
    checkWellFormed(matrix);
    EXPECT_EQ(matrix.entries(), std::llround(97 * 203 * density));
  }
  EXPECT_EQ(generated(0, 5, SparseDistribution::Uniform, 1).entries(), 0);
}

TEST(Generators, UniformIsUniform) {
  for (double density : {0.1, 0.5}) {
    CooMatrix matrix =
        generated(500, 400, SparseDistribution::Uniform, density);
    // Row lengths are about binomial: compare their variance.
    double mean = 400 * density, squares = 0;
    for (int64_t length : rowLengths(matrix))
      squares += (length - mean) * (length - mean);
    EXPECT_NEAR(squares / 500 / (mean * (1 - density)), 1, 0.35);
    // The last quarter of the columns has its share.
    auto last = std::count_if(matrix.col.begin(), matrix.col.end(),
                              [](int64_t c) { return c >= 300; });
    EXPECT_NEAR(last / (0.25 * matrix.entries()), 1, 0.05);
    double sum = 0;
    for (double value : matrix.value)
      sum += value;
    EXPECT_LT(std::abs(sum / matrix.entries()), 0.02);
  }
}

TEST(Generators, PowerLaw) {
  CooMatrix matrix = generated(5000, 3000, SparseDistribution::PowerLaw, 8);
  checkWellFormed(matrix);
  EXPECT_NEAR(matrix.entries() / 5000.0, 8, 1.5);
  std::vector<int64_t> lengths = rowLengths(matrix);
  auto longest = std::max_element(lengths.begin(), lengths.end());
  // The largest row is cut at the number of columns.
  EXPECT_EQ(*longest, 3000);
  EXPECT_NE(longest - lengths.begin(), 0);
  std::sort(lengths.rbegin(), lengths.rend());
  EXPECT_NEAR(static_cast<double>(lengths[9]) / lengths[99], 10, 1.5);
  // Columns are skewed: the most popular one is far above the mean.
  std::vector<int64_t> popularity(3000);
  for (int64_t c : matrix.col)
    ++popularity[static_cast<size_t>(c)];
  EXPECT_GT(*std::max_element(popularity.begin(), popularity.end()),
            5 * matrix.entries() / 3000);
  // A mean below one leaves empty rows.
  lengths =
      rowLengths(generated(1000, 1000, SparseDistribution::PowerLaw, 0.5));
  EXPECT_GT(std::count(lengths.begin(), lengths.end(), 0), 300);
  EXPECT_EQ(generated(7, 0, SparseDistribution::PowerLaw, 8).entries(), 0);
  EXPECT_EQ(generated(1, 1, SparseDistribution::PowerLaw, 8).entries(), 1);
}

TEST(Generators, Banded) {
  CooMatrix matrix = generated(10, 10, SparseDistribution::Banded, 1);
  checkWellFormed(matrix);
  EXPECT_EQ(matrix.entries(), 28);
  for (size_t e = 0; e < matrix.row.size(); ++e)
    EXPECT_LE(std::abs(matrix.row[e] - matrix.col[e]), 1);
  // Rectangular: the band follows the diagonal from corner to corner.
  matrix = generated(10, 100, SparseDistribution::Banded, 2);
  checkWellFormed(matrix);
  EXPECT_EQ(matrix.row.back(), 9);
  EXPECT_EQ(matrix.col.back(), 92);
  EXPECT_EQ(generated(3, 3, SparseDistribution::Banded, 1e9).entries(), 9);
  EXPECT_EQ(generated(0, 3, SparseDistribution::Banded, 1).entries(), 0);
}

TEST(Generators, TheSeedAloneDecides) {
  for (auto distribution :
       {SparseDistribution::Uniform, SparseDistribution::PowerLaw}) {
    double parameter = distribution == SparseDistribution::Uniform ? 0.05 : 6;
    CooMatrix a = generated(100, 100, distribution, parameter, 1);
    CooMatrix b = generated(100, 100, distribution, parameter, 1);
    CooMatrix c = generated(100, 100, distribution, parameter, 2);
    EXPECT_EQ(a.row, b.row);
    EXPECT_EQ(a.col, b.col);
    EXPECT_EQ(a.value, b.value);
    EXPECT_NE(a.col, c.col);
  }
}

/// A change of these numbers changes every recorded result.
TEST(Generators, RecordedResults) {
  auto sum = [](const CooMatrix &matrix) {
    uint64_t result = 0;
    for (size_t e = 0; e < matrix.row.size(); ++e)
      result = (result * 31 + static_cast<uint64_t>(matrix.row[e])) * 31 +
               static_cast<uint64_t>(matrix.col[e]);
    return result;
  };
  EXPECT_EQ(sum(generated(100, 80, SparseDistribution::Uniform, 0.1)),
            836830332215084459u);
  // More than a quarter full: the empty places are drawn.
  EXPECT_EQ(sum(generated(100, 80, SparseDistribution::Uniform, 0.6)),
            15722846321867841408u);
  EXPECT_EQ(sum(generated(100, 80, SparseDistribution::PowerLaw, 5)),
            17922923256800221185u);
  double values[2];
  fillDense(DenseFill::Random, 7, 0, 2, values);
  EXPECT_EQ(values[0], -0x1.cf1b07141ac78p-1);
  EXPECT_EQ(values[1], -0x1.8c563ca3c9968p-3);
}

TEST(Generators, Errors) {
  auto message = [](int64_t rows, int64_t cols, SparseDistribution distribution,
                    double parameter) {
    return generateSparse({rows, cols, distribution, parameter}, 1).message();
  };
  auto uniform = SparseDistribution::Uniform;
  EXPECT_EQ(message(-1, 1, uniform, 0.5), "the shape -1 x 1 is negative");
  EXPECT_EQ(message(1, 1, uniform, 1.5),
            "the density 1.5 is outside of 0 to 1");
  EXPECT_EQ(message(1, 1, uniform, std::nan("")),
            "the density nan is outside of 0 to 1");
  EXPECT_EQ(message(1 << 20, 1 << 20, uniform, 0.01),
            "the matrix would have about 1.09951e+10 entries, more than "
            "2147483647");
  EXPECT_EQ(message(int64_t(1) << 40, int64_t(1) << 40, uniform, 0),
            "the shape 1099511627776 x 1099511627776 has more than 2^63 "
            "places");
  EXPECT_EQ(message(1, 1, SparseDistribution::PowerLaw, -1),
            "the mean -1 of entries per row is negative");
  EXPECT_EQ(message(int64_t(1) << 40, 1, SparseDistribution::PowerLaw, 0),
            "the shape 1099511627776 x 1 is too large for a power law");
  EXPECT_EQ(message(1, 1, SparseDistribution::Banded, 0.5),
            "the half width 0.5 of the band is not a whole number >= 0");
  EXPECT_EQ(message(int64_t(1) << 40, 9, SparseDistribution::Banded, 1),
            "the matrix would have about 3.29853e+12 entries, more than "
            "2147483647");
}

TEST(Generators, DenseFills) {
  std::vector<double> all(1000), piece(10);
  fillDense(DenseFill::Random, 3, 0, 1000, all.data());
  fillDense(DenseFill::Random, 3, 500, 10, piece.data());
  EXPECT_TRUE(std::equal(piece.begin(), piece.end(), all.begin() + 500));
  for (double value : all) {
    EXPECT_GE(value, -1);
    EXPECT_LT(value, 1);
  }
  fillDense(DenseFill::Iota, 3, 5, 3, piece.data());
  EXPECT_EQ(piece[0], 5);
  EXPECT_EQ(piece[2], 7);
  fillDense(DenseFill::Zeros, 3, 5, 3, piece.data());
  EXPECT_EQ(piece[0], 0);
}

//===----------------------------------------------------------------------===//
// Specs
//===----------------------------------------------------------------------===//

static InputSpec spec(const char *text) {
  Expected<InputSpec> parsed = parseInputSpec(text);
  EXPECT_TRUE(parsed.ok()) << parsed.message();
  return parsed ? *parsed : InputSpec();
}

using Sizes = std::vector<int64_t>;

TEST(InputSpec, Files) {
  for (const char *path : {"a.mtx", "-", "/x/y:z", "./random", "graph",
                           "powerlaw", "random.mtx", "zeros2"}) {
    EXPECT_EQ(spec(path).kind, InputKind::File) << path;
    EXPECT_EQ(spec(path).path, path);
  }
  EXPECT_EQ(spec("file:zeros").kind, InputKind::File);
  EXPECT_EQ(spec("file:zeros").path, "zeros");
}

TEST(InputSpec, DenseFills) {
  EXPECT_EQ(spec("zeros").kind, InputKind::Zeros);
  EXPECT_EQ(spec("zeros").shape, Sizes());
  EXPECT_EQ(spec("iota:3x4").kind, InputKind::Iota);
  EXPECT_EQ(spec("iota:3x4").shape, (Sizes{3, 4}));
  EXPECT_EQ(spec("zeros:7").shape, (Sizes{7}));
  EXPECT_EQ(spec("random:2x3x4").shape, (Sizes{2, 3, 4}));
  EXPECT_FALSE(spec("random:2x3").hasDistribution);
  EXPECT_EQ(spec("random").kind, InputKind::Random);
}

TEST(InputSpec, SparseMatrices) {
  auto check = [](const char *text, SparseDistribution distribution,
                  double parameter) {
    InputSpec parsed = spec(text);
    EXPECT_EQ(parsed.kind, InputKind::Random) << text;
    EXPECT_EQ(parsed.shape, (Sizes{1000, 800})) << text;
    EXPECT_TRUE(parsed.hasDistribution) << text;
    EXPECT_EQ(parsed.distribution, distribution) << text;
    EXPECT_EQ(parsed.parameter, parameter) << text;
  };
  check("random:1000x800:0.05", SparseDistribution::Uniform, 0.05);
  check("random:1000x800:1e-3", SparseDistribution::Uniform, 1e-3);
  check("random:1000x800:uniform", SparseDistribution::Uniform, 0.01);
  check("random:1000x800:uniform:0.5", SparseDistribution::Uniform, 0.5);
  check("random:1000x800:powerlaw", SparseDistribution::PowerLaw, 8);
  check("random:1000x800:powerlaw:20", SparseDistribution::PowerLaw, 20);
  check("random:1000x800:banded:3", SparseDistribution::Banded, 3);
  check("powerlaw:1000x800", SparseDistribution::PowerLaw, 8);
  check("powerlaw:1000x800:12.5", SparseDistribution::PowerLaw, 12.5);
  check("banded:1000x800", SparseDistribution::Banded, 1);
  check("banded:1000x800:2", SparseDistribution::Banded, 2);
  EXPECT_EQ(spec("graph:debian").kind, InputKind::GraphDebian);
}

TEST(InputSpec, Errors) {
  const std::pair<const char *, const char *> bad[] = {
      {"", "an input is empty, expected a file, random:MxN[:DIST], zeros, iota "
           "or graph:debian"},
      {"file:", "input 'file:': the path is empty"},
      {"graph:fedora", "input 'graph:fedora': the graph is not known, expected "
                       "graph:debian"},
      {"random:", "input 'random:': '' is not a shape, expected sizes joined "
                  "by 'x' such as 1000x800"},
      {"random:10*20", "input 'random:10*20': '10*20' is not a shape, expected "
                       "sizes joined by 'x' such as 1000x800"},
      {"zeros:-1x2", "input 'zeros:-1x2': '-1x2' is not a shape, expected "
                     "sizes joined by 'x' such as 1000x800"},
      {"iota:3x", "input 'iota:3x': '3x' is not a shape, expected sizes joined "
                  "by 'x' such as 1000x800"},
      {"zeros:3:4", "input 'zeros:3:4': unexpected '4' after the shape"},
      {"random:3x3:normal",
       "input 'random:3x3:normal': distribution 'normal' is not known, "
       "expected a density, 'uniform', 'powerlaw' or 'banded'"},
      {"random:3x3:1.5", "input 'random:3x3:1.5': the density '1.5' is above "
                         "1"},
      {"random:3x3:-0.5", "input 'random:3x3:-0.5': '-0.5' is not a number of "
                          "at least 0"},
      {"random:3x3:powerlaw:x", "input 'random:3x3:powerlaw:x': 'x' is not a "
                                "number of at least 0"},
      {"random:3x3:0.5:7", "input 'random:3x3:0.5:7': unexpected '7' after the "
                           "distribution"},
      {"banded:3x3:nan", "input 'banded:3x3:nan': 'nan' is not a number of at "
                         "least 0"},
  };
  for (auto [text, message] : bad)
    EXPECT_EQ(parseInputSpec(text).message(), message);
}

TEST(InputSpec, GeneratesItsMatrix) {
  CooMatrix matrix = *generateSparse(spec("random:10x20:0.5"), 1, 1, 3);
  EXPECT_EQ(matrix.rows, 10);
  EXPECT_EQ(matrix.cols, 20);
  EXPECT_EQ(matrix.entries(), 100);
  EXPECT_EQ(generateSparse(spec("random"), 100, 50, 3)->entries(), 50);
  EXPECT_EQ(generateSparse(spec("random:5"), 1, 1, 3).message(),
            "a sparse matrix has two sizes, the input gives 1");
  EXPECT_EQ(generateSparse(spec("zeros"), 1, 1, 3).message(),
            "only a random input describes a sparse matrix to generate");
}

//===- MatrixMarketFullTest.cpp - Arrays and complex numbers
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/MatrixMarketReader.h"
#include "TestUtils.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

static std::string banner(const std::string &rest) {
  return "%%MatrixMarket matrix " + rest + "\n";
}

static MatrixFile read(const std::string &text,
                       ComplexValues complex = ComplexValues::Refuse) {
  ReadOptions options;
  options.complexValues = complex;
  Expected<MatrixFile> file = parseMatrixMarket(text, "t.mtx", options);
  EXPECT_TRUE(file.ok()) << file.message();
  return file ? *std::move(file) : MatrixFile();
}

TEST(MatrixMarketArray, GeneralComesByColumns) {
  MatrixFile file = read(banner("array real general") +
                         "% c\n3 2\n1\n0\n 2 \n\n% c\n0\nnan\n-3\n");
  EXPECT_TRUE(file.dense);
  EXPECT_EQ(file.storedEntries, 6);
  EXPECT_EQ(file.matrix.row, (std::vector<int64_t>{0, 2, 1, 2}));
  EXPECT_EQ(file.matrix.col, (std::vector<int64_t>{0, 0, 1, 1}));
  EXPECT_EQ(file.matrix.value[3], -3);
  EXPECT_TRUE(std::isnan(file.matrix.value[2]));
}

TEST(MatrixMarketArray, SymmetricHoldsTheLowerTriangle) {
  std::string values = "3 3\n1\n2\n3\n4\n5\n6\n";
  Meaning expected = {{{0, 0}, 1}, {{1, 0}, 2}, {{2, 0}, 3},
                      {{1, 1}, 4}, {{2, 1}, 5}, {{2, 2}, 6},
                      {{0, 1}, 2}, {{0, 2}, 3}, {{1, 2}, 5}};
  for (const char *symmetry : {"symmetric", "hermitian"})
    EXPECT_EQ(
        meaning(read(banner(std::string("array integer ") + symmetry) + values)
                    .matrix),
        expected);
}

TEST(MatrixMarketArray, SkewSymmetricLeavesOutTheDiagonal) {
  Meaning expected = {{{1, 0}, 1},  {{2, 0}, 2},  {{2, 1}, 3},
                      {{0, 1}, -1}, {{0, 2}, -2}, {{1, 2}, -3}};
  EXPECT_EQ(
      meaning(
          read(banner("array real skew-symmetric") + "3 3\n1\n2\n3\n").matrix),
      expected);
}

TEST(MatrixMarketArray, EmptyShapes) {
  for (const char *size : {"0 0\n", "0 9000000000000000000\n", "5 0\n"})
    EXPECT_EQ(read(banner("array real general") + size).matrix.entries(), 0);
  EXPECT_EQ(read(banner("array real symmetric") + "0 0\n").storedEntries, 0);
  EXPECT_EQ(read(banner("array real skew-symmetric") + "1 1\n").storedEntries,
            0);
}

TEST(MatrixMarketComplex, IsReducedAsAsked) {
  std::string text =
      banner("coordinate complex general") + "2 2 2\n1 1 3 -4\n2 1 -5 12\n";
  MatrixFile real = read(text, ComplexValues::Real);
  EXPECT_EQ(real.field, FileField::Complex);
  EXPECT_EQ(real.matrix.value, (std::vector<double>{3, -5}));
  EXPECT_EQ(read(text, ComplexValues::Magnitude).matrix.value,
            (std::vector<double>{5, 13}));
}

TEST(MatrixMarketComplex, MirroredEntries) {
  struct Case {
    const char *symmetry;
    double real, magnitude;
  };
  for (const Case &c : {Case{"symmetric", 3, 5}, Case{"hermitian", 3, 5},
                        Case{"skew-symmetric", -3, 5}}) {
    SCOPED_TRACE(c.symmetry);
    std::string text = banner(std::string("coordinate complex ") + c.symmetry) +
                       "2 2 1\n2 1 3 4\n";
    EXPECT_EQ(read(text, ComplexValues::Real).matrix.value,
              (std::vector<double>{3, c.real}));
    EXPECT_EQ(read(text, ComplexValues::Magnitude).matrix.value,
              (std::vector<double>{5, c.magnitude}));
  }
}

TEST(MatrixMarketComplex, ArraysToo) {
  EXPECT_EQ(read(banner("array complex general") + "1 3\n3 4\n0 0\n0 1\n",
                 ComplexValues::Magnitude)
                .matrix.value,
            (std::vector<double>{5, 1}));
}

TEST(MatrixMarketComplex, Malformed) {
  ReadOptions options;
  options.complexValues = ComplexValues::Real;
  auto message = [&](const std::string &entry) {
    return parseMatrixMarket(banner("coordinate complex general") + "1 1 1\n" +
                                 entry,
                             "t", options)
        .message();
  };
  EXPECT_EQ(message("1 1 3\n"),
            "t:3:6: the entry ends before its imaginary part");
  EXPECT_EQ(message("1 1 3 x\n"), "t:3:7: the value is not a number: 'x'");
  EXPECT_EQ(message("1 1 3 4 5\n"), "t:3:9: unexpected '5' after the entry");
  EXPECT_EQ(message("1 1 3 1e999\n"),
            "t:3:7: the value is too large for a double: '1e999'");
}

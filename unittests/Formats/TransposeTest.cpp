//===- TransposeTest.cpp - Compressed columns from compressed rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Transpose.h"

#include "PackedTestUtils.h"
#include "SparseGPU/Formats/Csr.h"
#include "TestUtils.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

/// Swaps rows and columns of the triplets; packing sorts them.
CooMatrix swapped(CooMatrix matrix) {
  std::swap(matrix.rows, matrix.cols);
  std::swap(matrix.row, matrix.col);
  return matrix;
}

/// Compares with packing the swapped triplets, for these numbers of threads.
void expectTransposed(const CooMatrix &matrix, const PackOptions &options) {
  Expected<PackedMatrix> csr = packCsr(matrix, options);
  Expected<PackedMatrix> expected = packCsr(swapped(matrix), options);
  ASSERT_TRUE(csr.ok()) << csr.message();
  ASSERT_TRUE(expected.ok()) << expected.message();
  for (unsigned threads : {1, 2, 5}) {
    PackedMatrix actual = *expected;
    for (Field &field : actual.fields)
      std::fill(field.bytes.begin(), field.bytes.end(), std::byte(0xa5));
    transpose(asCsrSource(*csr), actual.fields[0], actual.fields[1],
              actual.fields[2], threads);
    for (size_t i = 0; i < 3; ++i)
      EXPECT_TRUE(actual.fields[i].bytes == expected->fields[i].bytes)
          << matrix.rows << " x " << matrix.cols << ", " << threads
          << " threads, field " << i;
  }
}

PackOptions widths(unsigned positions, unsigned coordinates, ElementType type) {
  PackOptions options;
  options.positionWidth = positions;
  options.coordinateWidth = coordinates;
  options.valueType = type;
  return options;
}

TEST(Transpose, OfSmallMatrices) {
  for (int64_t rows : {1, 7, 100})
    for (int64_t cols : {1, 13, 250})
      for (int64_t entries : {0, 1, 90})
        expectTransposed(randomCoo(rows, cols, entries, rows + cols + entries),
                         widths(16, 8, ElementType::F64));
  CooMatrix none;
  expectTransposed(none, {});
  none.rows = 5;
  expectTransposed(none, {});
  none = swapped(none);
  expectTransposed(none, {});
}

TEST(Transpose, OfEveryWidth) {
  for (ElementType type : {ElementType::F8E5M2, ElementType::F16,
                           ElementType::F32, ElementType::F64})
    for (unsigned width : {0, 32, 64})
      expectTransposed(randomCoo(301, 20011, 5000, width),
                       widths(width, width, type));
}

// Enough entries for several chunks of them.
TEST(Transpose, InSeveralChunks) {
  expectTransposed(randomCoo(2003, 601, 150000, 1),
                   widths(32, 32, ElementType::F32));
  // Rows longer than a chunk, and empty ones at both ends.
  CooMatrix wide = randomCoo(3, 90001, 200000, 2);
  wide.rows = 11;
  for (int64_t &row : wide.row)
    row += 4;
  expectTransposed(wide, widths(32, 32, ElementType::F32));
}

// Ranges of several columns.
TEST(Transpose, OfManyColumns) {
  expectTransposed(randomCoo(5003, 70001, 200000, 3),
                   widths(32, 32, ElementType::F32));
  expectTransposed(randomCoo(101, 4000037, 3000, 4),
                   widths(32, 32, ElementType::F64));
}

// Row and column within the range do not fit one number of the output.
TEST(Transpose, OfManyRowsAndColumns) {
  expectTransposed(randomCoo(300007, 4000037, 30000, 6),
                   widths(32, 32, ElementType::F32));
  expectTransposed(randomCoo(5003, 60013, 200000, 7),
                   widths(32, 16, ElementType::F16));
  CooMatrix crowded = randomCoo(300007, 4000037, 60000, 8);
  for (int64_t row = 1; row < crowded.rows; row += 3)
    crowded.add(row, 3000017, row);
  expectTransposed(crowded, widths(32, 32, ElementType::F32));
}

// One column has more entries than a range may copy.
TEST(Transpose, OfACrowdedColumn) {
  CooMatrix matrix = randomCoo(70001, 50021, 60000, 5);
  for (int64_t row = 3; row < matrix.rows; ++row)
    matrix.add(row, 30011, row);
  expectTransposed(matrix, widths(32, 32, ElementType::F32));
}

// Ranges are cut where most entries are, here in the first columns.
TEST(Transpose, OfAPowerLaw) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> uniform;
  for (int64_t cols : {300007, 60013}) {
    CooMatrix matrix = randomCoo(3001, cols, 0, 1);
    for (int64_t row = 0; row < matrix.rows; ++row) {
      std::set<int64_t> columns;
      for (int i = 0; i < 50; ++i)
        columns.insert(static_cast<int64_t>(static_cast<double>(cols) *
                                            std::pow(uniform(random), 6)));
      for (int64_t column : columns)
        matrix.add(row, column, uniform(random));
    }
    expectTransposed(matrix, widths(32, 32, ElementType::F32));
    if (cols < 65536)
      expectTransposed(matrix, widths(32, 16, ElementType::F16));
  }
}

// Entries near the diagonal.
TEST(Transpose, OfABand) {
  CooMatrix matrix;
  matrix.rows = 30011;
  matrix.cols = 30047;
  for (int64_t row = 0; row < matrix.rows; ++row)
    for (int64_t col = row; col < row + 37 && col < matrix.cols; col += 4)
      matrix.add(row, col, row - col);
  expectTransposed(matrix, widths(32, 32, ElementType::F32));
}

TEST(Transpose, AsCompressedRows) {
  CooMatrix matrix = randomCoo(37, 55, 200, 6);
  Expected<PackedMatrix> csr = packCsr(matrix);
  ASSERT_TRUE(csr.ok());
  Expected<PackedMatrix> turned =
      transposeCsr(asCsrSource(*csr), widths(8, 8, ElementType::F32));
  ASSERT_TRUE(turned.ok()) << turned.message();
  EXPECT_EQ(turned->rows, 55);
  EXPECT_EQ(turned->cols, 37);
  EXPECT_TRUE(csrFormat().check(*turned).ok());
  EXPECT_EQ(meaning(*unpackCsr(*turned)), meaning(swapped(matrix)));

  CooMatrix tall = randomCoo(300, 5, 40, 7);
  csr = packCsr(tall);
  ASSERT_TRUE(csr.ok());
  EXPECT_EQ(
      transposeCsr(asCsrSource(*csr), widths(8, 8, ElementType::F32)).message(),
      "the coordinate 299 does not fit 8 bits, whose largest value is "
      "255");
}

} // namespace

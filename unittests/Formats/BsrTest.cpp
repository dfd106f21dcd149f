//===- BsrTest.cpp - Packing and checking BSR
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Bsr.h"
#include "PackedTestUtils.h"
#include "SparseGPU/Formats/Csr.h"
#include "TestUtils.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

/// The matrix of docs/Formats/BSR.md: 3 x 5, blocks of 2 x 2.
PackedMatrix example() {
  return packEntries(bsrFormat(), {2, 2}, 3, 5,
                     {{0, 0, 1}, {0, 3, 2}, {1, 2, 3}, {2, 4, 4}});
}

std::string check(const PackedMatrix &packed) {
  return bsrFormat().check(packed).message();
}

TEST(Bsr, PacksAnExample) {
  PackedMatrix packed = example();
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[0]),
            (std::vector<int32_t>{0, 2, 3}));
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[1]),
            (std::vector<int32_t>{0, 1, 2}));
  EXPECT_EQ(elementsOf<float>(packed.fields[2]),
            (std::vector<float>{1, 0, 0, 0, 0, 2, 3, 0, 4, 0, 0, 0}));
  // (ceil(M / rows) + 1) * p + blocks * (c + rows * columns * v)
  EXPECT_EQ(packed.byteSize(), 3 * 4 + 3 * (4 + 4 * 4));
}

TEST(Bsr, EachInvariantIsChecked) {
  PackedMatrix bad = example();
  bad.format = "csr";
  EXPECT_EQ(check(bad),
            "BSR1: a matrix packed as 'csr' is not one of format 'bsr'");
  bad = example();
  bad.rows = 5;
  EXPECT_EQ(check(bad), "BSR2: positions has 3 elements, expected one more "
                        "than the 3 block rows");
  bad = example();
  setElement<int32_t>(bad.fields[0], 0, 1);
  EXPECT_EQ(check(bad), "BSR3: positions[0] is 1, expected 0");
  bad = example();
  setElement<int32_t>(bad.fields[0], 1, 4);
  EXPECT_EQ(check(bad), "BSR3: positions[2] is 3, below positions[1] = 4");
  bad = example();
  setElement<int32_t>(bad.fields[0], 2, 2);
  EXPECT_EQ(check(bad), "BSR4: positions ends with 2, but there are 3 "
                        "coordinates");
  bad = example();
  resizeField(bad.fields[2], 11);
  EXPECT_EQ(check(bad), "BSR5: there are 11 values for 3 blocks of 2 x 2");
  bad = example();
  setElement<int32_t>(bad.fields[1], 2, 3);
  EXPECT_EQ(check(bad), "BSR6: coordinates[2] in block row 1 is 3, outside of "
                        "3 block columns");
  bad = example();
  setElement<int32_t>(bad.fields[1], 1, 0);
  EXPECT_EQ(check(bad), "BSR7: coordinates[1] in block row 0 is 0, not above "
                        "its predecessor 0");
  bad = example();
  setElement<float>(bad.fields[2], 9, 1);
  EXPECT_EQ(check(bad), "BSR8: block 2 is not zero at (0, 1), beyond the shape "
                        "3 x 5");
}

/// Compares with blocks collected in a map.
void expectBlocks(const CooMatrix &coo, int64_t rows, int64_t cols) {
  std::map<std::pair<int64_t, int64_t>, std::vector<float>> blocks;
  std::vector<int32_t> positions(
      static_cast<size_t>((coo.rows + rows - 1) / rows + 1), 0);
  for (int64_t e = 0; e < coo.entries(); ++e) {
    auto &block = blocks[{coo.row[e] / rows, coo.col[e] / cols}];
    block.resize(static_cast<size_t>(rows * cols), 0);
    block[coo.row[e] % rows * cols + coo.col[e] % cols] =
        static_cast<float>(coo.value[e]);
  }
  std::vector<int32_t> coordinates;
  std::vector<float> values;
  std::map<std::pair<int64_t, int64_t>, int64_t> number;
  for (const auto &[place, block] : blocks) {
    number[place] = static_cast<int64_t>(coordinates.size());
    ++positions[place.first + 1];
    coordinates.push_back(static_cast<int32_t>(place.second));
    values.insert(values.end(), block.begin(), block.end());
  }
  for (size_t i = 1; i < positions.size(); ++i)
    positions[i] += positions[i - 1];
  std::vector<int64_t> explicitZeros;
  for (int64_t e = 0; e < coo.entries(); ++e)
    if (coo.value[e] == 0)
      explicitZeros.push_back(
          (number[{coo.row[e] / rows, coo.col[e] / cols}] * rows +
           coo.row[e] % rows) *
              cols +
          coo.col[e] % cols);
  std::sort(explicitZeros.begin(), explicitZeros.end());
  for (unsigned width : {32, 64}) {
    PackOptions options;
    options.positionWidth = options.coordinateWidth = width;
    Expected<PackedMatrix> csr = packCsr(coo, options);
    ASSERT_TRUE(csr.ok()) << csr.message();
    options.positionWidth = options.coordinateWidth = 32;
    Expected<PackedMatrix> packed =
        bsrFormat().pack(asCsrSource(*csr), {rows, cols}, options);
    ASSERT_TRUE(packed.ok()) << packed.message();
    EXPECT_EQ(elementsOf<int32_t>(packed->fields[0]), positions);
    EXPECT_EQ(elementsOf<int32_t>(packed->fields[1]), coordinates);
    EXPECT_EQ(elementsOf<float>(packed->fields[2]), values);
    EXPECT_EQ(packed->explicitZeros, explicitZeros);
  }
}

/// The entries of `matrix`, each place once, and some of them zero.
CooMatrix withZeros(const CooMatrix &matrix) {
  CooMatrix result;
  result.rows = matrix.rows;
  result.cols = matrix.cols;
  std::set<std::pair<int64_t, int64_t>> places;
  for (int64_t e = 0; e < matrix.entries(); ++e)
    if (places.insert({matrix.row[e], matrix.col[e]}).second)
      result.add(matrix.row[e], matrix.col[e],
                 e % 11 == 0 ? 0 : matrix.value[e]);
  return result;
}

// Blocks of few rows are found by merging, counted with a table or, where the
// columns are many beside the entries, without; those of many in a bitmap.
TEST(Bsr, BlocksOfEverySize) {
  CooMatrix dense = withZeros(randomCoo(61, 53, 6000, 1));
  CooMatrix sparse = withZeros(randomCoo(1003, 70001, 3000, 2));
  CooMatrix mixed = withZeros(randomCoo(2005, 301, 60000, 3));
  for (int64_t rows : {1, 2, 3, 4, 5, 7, 8, 9, 16})
    for (int64_t cols : {1, 2, 3, 4, 7, 16}) {
      SCOPED_TRACE(testing::Message() << rows << " x " << cols);
      expectBlocks(dense, rows, cols);
      expectBlocks(sparse, rows, cols);
    }
  for (int64_t rows : {3, 4, 8})
    expectBlocks(mixed, rows, 4);
  CooMatrix none;
  none.rows = 5;
  none.cols = 9;
  expectBlocks(none, 4, 4);
  // A column near the largest number.
  CooMatrix wide;
  wide.rows = 3;
  wide.cols = maxPackedSize;
  wide.add(1, wide.cols - 1, 2);
  PackOptions options;
  Expected<PackedMatrix> packed = pack(wide, bsrFormat(), {4, 4}, options);
  ASSERT_TRUE(packed.ok()) << packed.message();
  EXPECT_EQ(elementsOf<int64_t>(packed->fields[1]),
            (std::vector<int64_t>{(wide.cols - 1) / 4}));
}

TEST(Bsr, IndicesMustFit) {
  CooMatrix coo;
  coo.rows = 1;
  coo.cols = 1000;
  coo.add(0, 999, 1);
  PackOptions options;
  options.positionWidth = 8;
  options.coordinateWidth = 8;
  EXPECT_TRUE(pack(coo, bsrFormat(), {1, 4}, options).ok());
  EXPECT_EQ(pack(coo, bsrFormat(), {1, 2}, options).message(),
            "the coordinate 499 does not fit 8 bits, whose largest value is "
            "255");
}

TEST(Bsr, PaddingIsRefusedWhenAsked) {
  CooMatrix coo;
  coo.rows = 3;
  coo.cols = 3;
  for (int64_t row : {0, 1})
    for (int64_t col : {0, 1})
      coo.add(row, col, 1);
  coo.add(2, 2, 1);
  PackOptions options;
  options.refusePadding = true;
  // Places beyond the last row and column are no padding.
  EXPECT_TRUE(pack(coo, bsrFormat(), {2, 2}, options).ok());
  coo.row[3] = 2;
  EXPECT_EQ(pack(coo, bsrFormat(), {2, 2}, options).message(),
            "row 1 has no entry in column 1, which block 0 stores, and padding "
            "is refused");
}

} // namespace

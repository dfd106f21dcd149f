//===- BsrTest.cpp - Packing and checking BSR
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Bsr.h"
#include "PackedTestUtils.h"

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

//===- EllTest.cpp - Blocked and sliced ELL
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Ell.h"
#include "PackedTestUtils.h"

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

using Ints = std::vector<int32_t>;
using Floats = std::vector<float>;

//===----------------------------------------------------------------------===//
// Blocked ELL
//===----------------------------------------------------------------------===//

/// The matrix of docs/Formats/BlockedELL.md: 3 x 5, blocks of 2 x 2.
PackedMatrix blocked() {
  return packEntries(blockedEllFormat(), {2}, 3, 5,
                     {{0, 0, 1}, {0, 3, 2}, {1, 2, 3}, {2, 4, 4}});
}

std::string checkBlocked(const PackedMatrix &packed) {
  return blockedEllFormat().check(packed).message();
}

TEST(BlockedEll, PacksAnExample) {
  PackedMatrix packed = blocked();
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[0]), (Ints{0, 1, 2, -1}));
  EXPECT_EQ(elementsOf<float>(packed.fields[1]),
            (Floats{1, 0, 0, 0, 0, 2, 3, 0, 4, 0, 0, 0, 0, 0, 0, 0}));
  // ceil(M / size) * width * (c + size * size * v)
  EXPECT_EQ(packed.byteSize(), 2 * 2 * (4 + 4 * 4));
}

TEST(BlockedEll, EachInvariantIsChecked) {
  PackedMatrix bad = blocked();
  bad.parameters = {200};
  EXPECT_EQ(checkBlocked(bad), "BELL1: parameter 'size' of format "
                               "'blocked_ell' is 1 to 128, got 200");
  bad = blocked();
  resizeField(bad.fields[0], 3);
  EXPECT_EQ(checkBlocked(bad), "BELL2: there are 3 coordinates, not a multiple "
                               "of the 2 block rows");
  bad = blocked();
  resizeField(bad.fields[1], 15);
  EXPECT_EQ(checkBlocked(bad),
            "BELL3: there are 15 values for 4 blocks of 2 x 2");
  bad = blocked();
  setElement<int32_t>(bad.fields[0], 1, 0);
  EXPECT_EQ(checkBlocked(bad), "BELL4: coordinates[1] in block row 0 is 0, "
                               "expected more than its predecessor and less "
                               "than 3");
  bad = blocked();
  setElement<int32_t>(bad.fields[0], 1, 3);
  EXPECT_EQ(checkBlocked(bad), "BELL4: coordinates[1] in block row 0 is 3, "
                               "expected more than its predecessor and less "
                               "than 3");
  // A block after a place without one.
  bad = blocked();
  setElement<int32_t>(bad.fields[0], 2, -1);
  setElement<float>(bad.fields[1], 8, 0);
  setElement<int32_t>(bad.fields[0], 3, 2);
  EXPECT_EQ(checkBlocked(bad), "BELL4: coordinates[3] in block row 1 is 2, "
                               "expected more than its predecessor and less "
                               "than 3");
  bad = blocked();
  setElement<float>(bad.fields[1], 13, 1);
  EXPECT_EQ(checkBlocked(bad),
            "BELL5: block 3 has no coordinate and is not zero");
  bad = blocked();
  setElement<float>(bad.fields[1], 10, 1);
  EXPECT_EQ(checkBlocked(bad),
            "BELL5: block 2 is not zero at (1, 0), beyond the shape 3 x 5");
}

// The largest number of a width is no coordinate.
TEST(BlockedEll, TheLargestNumberIsNoCoordinate) {
  CooMatrix coo;
  coo.rows = 1;
  coo.cols = 300;
  coo.add(0, 254, 1);
  PackOptions options;
  options.coordinateWidth = 8;
  EXPECT_TRUE(pack(coo, blockedEllFormat(), {1}, options).ok());
  coo.col[0] = 255;
  EXPECT_FALSE(pack(coo, blockedEllFormat(), {1}, options).ok());
  EXPECT_FALSE(pack(coo, slicedEllFormat(), {1}, options).ok());
}

//===----------------------------------------------------------------------===//
// Sliced ELL
//===----------------------------------------------------------------------===//

/// The matrix of docs/Formats/SlicedELL.md: 5 x 4 in slices of 2 rows.
PackedMatrix sliced() {
  return packEntries(slicedEllFormat(), {2}, 5, 4,
                     {{0, 1, 1}, {1, 0, 2}, {1, 3, 3}, {3, 2, 0}, {4, 0, 5}});
}

std::string checkSliced(const PackedMatrix &packed) {
  return slicedEllFormat().check(packed).message();
}

TEST(SlicedEll, PacksAnExample) {
  PackedMatrix packed = sliced();
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[0]), (Ints{0, 4, 6, 8}));
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[1]),
            (Ints{1, 0, -1, 3, -1, 2, 0, -1}));
  EXPECT_EQ(elementsOf<float>(packed.fields[2]),
            (Floats{1, 2, 0, 3, 0, 0, 5, 0}));
  // (ceil(M / rows) + 1) * p + places * (c + v)
  EXPECT_EQ(packed.byteSize(), 4 * 4 + 8 * (4 + 4));
}

TEST(SlicedEll, EachInvariantIsChecked) {
  PackedMatrix bad = sliced();
  bad.parameters = {0};
  EXPECT_EQ(checkSliced(bad), "SELL1: parameter 'rows' of format 'sliced_ell' "
                              "is 1 to 1024, got 0");
  bad = sliced();
  bad.rows = 7;
  EXPECT_EQ(checkSliced(bad), "SELL2: slice_positions has 4 elements, expected "
                              "one more than the 4 slices");
  bad = sliced();
  setElement<int32_t>(bad.fields[0], 0, 2);
  EXPECT_EQ(checkSliced(bad), "SELL3: slice_positions[0] is 2, expected 0");
  bad = sliced();
  setElement<int32_t>(bad.fields[0], 1, 3);
  EXPECT_EQ(checkSliced(bad), "SELL3: slice_positions[1] is 3, expected a "
                              "multiple of 2 more than slice_positions[0] = 0");
  bad = sliced();
  setElement<int32_t>(bad.fields[0], 3, 10);
  EXPECT_EQ(checkSliced(bad), "SELL4: slice_positions ends with 10, but there "
                              "are 8 coordinates and 8 values");
  bad = sliced();
  setElement<int32_t>(bad.fields[1], 3, 0);
  EXPECT_EQ(checkSliced(bad), "SELL5: coordinates[3] in row 1 is 0, expected "
                              "more than its predecessor and less than 4");
  // An entry after a place without one.
  bad = sliced();
  setElement<int32_t>(bad.fields[1], 1, -1);
  EXPECT_EQ(checkSliced(bad), "SELL5: coordinates[3] in row 1 is 3, expected "
                              "more than its predecessor and less than 4");
  bad = sliced();
  setElement<int32_t>(bad.fields[1], 7, 1);
  EXPECT_EQ(checkSliced(bad),
            "SELL6: coordinates[7] is 1 in row 5, beyond the last");
}

} // namespace

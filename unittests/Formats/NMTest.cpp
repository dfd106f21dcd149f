//===- NMTest.cpp - Packing and checking N:M
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/NM.h"
#include "FieldTestUtils.h"

#include <gtest/gtest.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

Expected<PackedMatrix> packText(std::initializer_list<std::string_view> rows,
                                std::vector<int64_t> parameters,
                                bool refusePadding = false) {
  PackOptions options;
  options.refusePadding = refusePadding;
  return pack(fromText(rows), nmFormat(), parameters, options);
}

/// The matrix of docs/Formats/NM.md: 2 x 9, 2:4.
PackedMatrix example() {
  Expected<PackedMatrix> packed = packText({"1..2.34.5", "...6....."}, {2, 4});
  EXPECT_TRUE(packed.ok()) << packed.message();
  return *packed;
}

std::string check(const PackedMatrix &packed) {
  return nmFormat().check(packed).message();
}

TEST(NM, PacksAnExample) {
  PackedMatrix packed = example();
  // Low bits first: 0 and 3, 1 and 2, 0 and 1; 0 and 3, 0 and 1, 0 and 1.
  EXPECT_EQ(elementsOf<uint32_t>(packed, "metadata"),
            (std::vector<uint32_t>{0x49c, 0x44c}));
  EXPECT_EQ(elementsOf<float>(packed, "values"),
            (std::vector<float>{1, 2, 3, 4, 5, 0, 0, 6, 0, 0, 0, 0}));
  EXPECT_EQ(packed.byteSize(), 2 * (4 + 3 * 2 * 4));
}

// The number of bits of an index, and the words of a row.
TEST(NM, IndicesOfOtherSizes) {
  PackedMatrix one = *packText({".1.1"}, {1, 2});
  EXPECT_EQ(elementsOf<uint32_t>(one, "metadata"),
            (std::vector<uint32_t>{0b11}));
  PackedMatrix four = *packText({".......1", "1......1"}, {3, 8});
  EXPECT_EQ(elementsOf<uint32_t>(four, "metadata"),
            (std::vector<uint32_t>{0x710, 0x710}));
  // 9 groups of two indices of 2 bits: 36 bits.
  std::string wide(36, '.');
  wide[35] = '7';
  PackedMatrix words = *packText({wide}, {2, 4});
  EXPECT_EQ(elementsOf<uint32_t>(words, "metadata"),
            (std::vector<uint32_t>{0x44444444, 0xc}));
}

TEST(NM, EachInvariantIsChecked) {
  PackedMatrix bad = example();
  bad.parameters = {4, 4};
  EXPECT_EQ(check(bad), "NM1: parameter 'n' of format 'nm' must be below 'm', "
                        "got 4 and 4");
  bad = example();
  bad.rows = 3;
  EXPECT_EQ(check(bad),
            "NM2: metadata has 2 words, expected 1 for each of 3 rows");
  bad = example();
  resizeField<float>(bad, "values", 11);
  EXPECT_EQ(check(bad),
            "NM3: there are 11 values, expected 6 for each of 2 rows");
  bad = example();
  setElement<uint32_t>(bad, "metadata", 1, 0x44a);
  EXPECT_EQ(check(bad), "NM4: index 1 of row 1, group 0 is 2, not above its "
                        "predecessor 2");
  bad = example();
  setElement<uint32_t>(bad, "metadata", 0, 0xe9c);
  EXPECT_EQ(check(bad), "NM5: index 0 of row 0, group 2 is 2, beyond the last "
                        "of 9 columns");
  bad = example();
  setElement<float>(bad, "values", 5, 1);
  EXPECT_EQ(check(bad), "NM6: value 1 of row 0, group 2 is not zero, beyond "
                        "the last of 9 columns");
  bad = *packText({"1......"}, {2, 7});
  setElement<uint32_t>(bad, "metadata", 0, 0x70);
  EXPECT_EQ(check(bad),
            "NM4: index 1 of row 0, group 0 is 7, outside of 7 places");
}

TEST(NM, TooManyEntriesAreRefused) {
  EXPECT_EQ(packText({"1111", "11..11.1"}, {2, 4}).message(),
            "row 0 has 4 entries in group 0, columns 0 to 3; 2:4 storage holds "
            "2");
  EXPECT_EQ(packText({"........", "11..111"}, {2, 4}).message(),
            "row 1 has 3 entries in group 1, columns 4 to 6; 2:4 storage holds "
            "2");
}

TEST(NM, PaddingIsRefusedWhenAsked) {
  EXPECT_TRUE(packText({"1.1.1", ".11.1"}, {2, 4}, true).ok());
  EXPECT_EQ(packText({"1.1..", ".11.1"}, {2, 4}, true).message(),
            "row 0 has 0 entries in group 1, which stores 1, and padding is "
            "refused");
}

// Shapes that no memory holds are errors.
TEST(NM, HugeShapesAreRefused) {
  CooMatrix coo;
  coo.rows = int64_t(1) << 40;
  coo.cols = int64_t(1) << 40;
  EXPECT_FALSE(pack(coo, nmFormat(), {2, 4}, PackOptions()).ok());
  PackedMatrix empty = *packText({}, {2, 4});
  empty.rows = int64_t(1) << 60;
  EXPECT_EQ(check(empty), "");
  EXPECT_FALSE(unpack(empty, nmFormat()).ok());
}

} // namespace

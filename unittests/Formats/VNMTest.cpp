//===- VNMTest.cpp - Packing and checking V:N:M
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/VNM.h"
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
  return pack(fromText(rows), vnmFormat(), parameters, options);
}

/// The matrix of docs/Formats/VNM.md: 3 x 9, 2:2:6.
PackedMatrix example() {
  Expected<PackedMatrix> packed =
      packText({".1...2.3.", "..4..5...", "6......78"}, {2, 2, 6});
  EXPECT_TRUE(packed.ok()) << packed.message();
  return *packed;
}

std::string check(const PackedMatrix &packed) {
  return vnmFormat().check(packed).message();
}

TEST(VNM, PacksAnExample) {
  PackedMatrix packed = example();
  EXPECT_EQ(elementsOf<int8_t>(packed, "columns"),
            (std::vector<int8_t>{0, 1, 2, 5, 0, 1, 2, 3, //
                                 0, 1, 2, 3, 0, 1, 2, 3}));
  // Row 0: places 1 and 3, 0 and 1; row 1: 2 and 3, 0 and 1; row 2: 0 and 1, 1
  // and 2; a row that is none: 0 and 1 twice.
  EXPECT_EQ(elementsOf<uint32_t>(packed, "metadata"),
            (std::vector<uint32_t>{0x4d, 0x4e, 0x94, 0x44}));
  EXPECT_EQ(elementsOf<float>(packed, "values"),
            (std::vector<float>{1, 2, 0, 3, 4, 5, 0, 0, //
                                6, 0, 7, 8, 0, 0, 0, 0}));
  // ceil(M / v) * (ceil(K / m) * 4 + v * (words * 4 + ceil(K / m) * n * value))
  EXPECT_EQ(packed.byteSize(), 2 * (2 * 4 + 2 * (1 * 4 + 2 * 2 * 4)));
}

TEST(VNM, EachInvariantIsChecked) {
  PackedMatrix bad = example();
  bad.parameters = {0, 2, 6};
  EXPECT_EQ(check(bad),
            "VNM1: parameter 'v' of format 'vnm' is 1 to 128, got 0");
  bad = example();
  bad.rows = 5;
  EXPECT_EQ(check(bad),
            "VNM2: there are 16 columns, expected 4 for each of 3 x 2 blocks");
  bad = example();
  resizeField<uint32_t>(bad, "metadata", 3);
  EXPECT_EQ(check(bad), "VNM3: metadata has 3 words, expected 1 for each row "
                        "of 2 x 2 rows");
  bad = example();
  resizeField<float>(bad, "values", 12);
  EXPECT_EQ(check(bad), "VNM4: there are 12 values, expected 4 for each row of "
                        "2 x 2 rows");
  bad = example();
  setElement<int8_t>(bad, "columns", 3, 6);
  EXPECT_EQ(check(bad),
            "VNM5: columns[3] of block 0 is 6, outside of 6 columns");
  bad = example();
  setElement<int8_t>(bad, "columns", 3, 2);
  EXPECT_EQ(check(bad), "VNM5: columns[3] of block 0 is 2, not above its "
                        "predecessor 2");
  bad = example();
  setElement<int8_t>(bad, "columns", 6, 3);
  EXPECT_EQ(check(bad),
            "VNM5: columns[6] of block 1 is 3, beyond the last of 9 columns");
  bad = example();
  setElement<uint32_t>(bad, "metadata", 1, 0x4b);
  EXPECT_EQ(check(bad), "VNM6: place 1 of row 1, block 0 is 2, not above its "
                        "predecessor 3");
  bad = example();
  setElement<float>(bad, "values", 12, 1);
  EXPECT_EQ(check(bad), "VNM7: value 0 of row 3, block 0 is not zero, beyond "
                        "the shape 3 x 9");
  bad = example();
  setElement<uint32_t>(bad, "metadata", 0, 0xdd);
  EXPECT_EQ(check(bad), "VNM7: value 1 of row 0, block 1 is not zero, beyond "
                        "the shape 3 x 9");
}

TEST(VNM, WhatDoesNotFitIsRefused) {
  EXPECT_EQ(packText({"11....", "..11..", "....1."}, {3, 2, 6}).message(),
            "block 0 of rows 0 to 2 has entries in more than 4 columns, with "
            "row 2, column 4");
  EXPECT_TRUE(packText({"11....", "..11..", "....1."}, {2, 2, 6}).ok());
  EXPECT_EQ(packText({"......1.", "......111"}, {2, 2, 6}).message(),
            "row 1 has 3 entries in block 1, of which 2 can be stored");
}

TEST(VNM, PaddingIsRefusedWhenAsked) {
  EXPECT_TRUE(packText({"11..1", "..111"}, {2, 2, 4}, true).ok());
  EXPECT_EQ(packText({"11..1", "..1.1"}, {2, 2, 4}, true).message(),
            "row 1 has 1 entries in block 0, which stores 2, and padding is "
            "refused");
}

} // namespace

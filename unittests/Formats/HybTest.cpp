//===- HybTest.cpp - Rows in buckets by length
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Hyb.h"
#include "PackedTestUtils.h"

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

using Ints = std::vector<int32_t>;
using Floats = std::vector<float>;

/// The matrix of docs/Formats/Hyb.md: 5 x 6, rows of 3, 0, 1, 1 and 2 entries.
PackedMatrix example() {
  return packEntries(hybFormat(), {}, 5, 6,
                     {{0, 0, 1},
                      {0, 2, 2},
                      {0, 5, 3},
                      {2, 4, 4},
                      {3, 1, 5},
                      {4, 0, 6},
                      {4, 3, 0}});
}

TEST(Hyb, PacksAnExample) {
  PackedMatrix packed = example();
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[0]), (Ints{0, 1, 3, 4, 5}));
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[1]), (Ints{0, 0, 2, 4, 8}));
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[2]), (Ints{1, 2, 3, 4, 0}));
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[3]),
            (Ints{4, 1, 0, 3, 0, 2, 5, -1}));
  EXPECT_EQ(elementsOf<float>(packed.fields[4]),
            (Floats{4, 5, 6, 0, 1, 2, 3, 0}));
  // 2 * (buckets + 1) * p + M * c + places * (c + v)
  EXPECT_EQ(packed.byteSize(), 2 * 5 * 4 + 5 * 4 + 8 * (4 + 4));
}

TEST(Hyb, ARowAtThePowerOfTwoIsNotPadded) {
  std::vector<std::tuple<int64_t, int64_t, double>> entries;
  for (int64_t length : {1, 2, 4, 8, 16})
    for (int64_t c = 0; c < length; ++c)
      entries.push_back({length, c, 1});
  PackedMatrix packed = packEntries(hybFormat(), {}, 17, 16, entries);
  EXPECT_EQ(packed.fields[3].count, 31);
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[0]),
            (Ints{0, 12, 13, 14, 15, 16, 17}));
}

TEST(Hyb, EachInvariantIsChecked) {
  auto check = [](const PackedMatrix &packed) {
    return hybFormat().check(packed).message();
  };
  EXPECT_EQ(check(example()), "");
  PackedMatrix bad = example();
  bad.rows = -5;
  EXPECT_EQ(check(bad), "HYB1: the shape -5 x 6 is negative");
  bad = example();
  resizeField(bad.fields[1], 4);
  EXPECT_EQ(check(bad), "HYB2: bucket_rows has 5 elements and bucket_places 4, "
                        "expected equally many, 1 to 62");
  bad = example();
  setElement<int32_t>(bad.fields[0], 4, 6);
  EXPECT_EQ(check(bad), "HYB2: bucket_rows ends with 6, expected 5");
  bad = example();
  setElement<int32_t>(bad.fields[1], 1, 1);
  EXPECT_EQ(check(bad), "HYB3: bucket 0 has 1 places for 1 rows of 0");
  bad = example();
  setElement<int32_t>(bad.fields[1], 2, 3);
  EXPECT_EQ(check(bad), "HYB3: bucket 1 has 3 places for 2 rows of 1");
  bad = example();
  resizeField(bad.fields[4], 7);
  EXPECT_EQ(check(bad), "HYB4: bucket_places ends with 8, but there are 8 "
                        "coordinates and 7 values");
  bad = example();
  setElement<int32_t>(bad.fields[2], 2, 2);
  EXPECT_EQ(check(bad), "HYB5: rows[2] in bucket 1 is 2, expected every row "
                        "below 5 once, ascending in a bucket");
  bad = example();
  setElement<int32_t>(bad.fields[3], 3, 6);
  EXPECT_EQ(check(bad), "HYB6: coordinates[3] in row 4 is 6, expected more "
                        "than its predecessor and less than 6");
  bad = example();
  setElement<int32_t>(bad.fields[3], 4, -1);
  EXPECT_EQ(check(bad), "HYB6: coordinates[4] in row 0 is 4294967295, expected "
                        "more than its predecessor and less than 6");
  bad = example();
  setElement<int32_t>(bad.fields[3], 3, -1);
  EXPECT_EQ(check(bad), "HYB7: row 4 has 1 entries, too few for bucket 2");
}

} // namespace

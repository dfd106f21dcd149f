//===- CooFormatTest.cpp - Triplets and doubly compressed rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/CooFormat.h"
#include "PackedTestUtils.h"
#include "SparseGPU/Formats/Dcsr.h"

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

using Ints = std::vector<int32_t>;
using Floats = std::vector<float>;

/// The matrix of docs/Formats/COO.md and DCSR.md: 5 x 4.
PackedMatrix example(const Format &format) {
  return packEntries(format, {}, 5, 4,
                     {{3, 2, 4}, {1, 3, 3}, {1, 0, 2}, {3, 1, 0}});
}

TEST(CooFormat, PacksAnExample) {
  PackedMatrix packed = example(cooFormat());
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[0]), (Ints{1, 1, 3, 3}));
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[1]), (Ints{0, 3, 1, 2}));
  EXPECT_EQ(elementsOf<float>(packed.fields[2]), (Floats{2, 3, 0, 4}));
  EXPECT_EQ(packed.byteSize(), 4 * (2 * 4 + 4));
}

TEST(CooFormat, EachInvariantIsChecked) {
  auto check = [](const PackedMatrix &packed) {
    return cooFormat().check(packed).message();
  };
  PackedMatrix bad = example(cooFormat());
  bad.cols = -4;
  EXPECT_EQ(check(bad), "COO1: the shape 5 x -4 is negative");
  bad = example(cooFormat());
  resizeField(bad.fields[1], 3);
  EXPECT_EQ(check(bad), "COO2: there are 3 column_coordinates for 4 values");
  bad = example(cooFormat());
  setElement<int32_t>(bad.fields[0], 3, 5);
  EXPECT_EQ(check(bad),
            "COO3: entry 3 at (5, 2) is outside of the shape 5 x 4");
  bad = example(cooFormat());
  setElement<int32_t>(bad.fields[1], 0, 4);
  EXPECT_EQ(check(bad),
            "COO3: entry 0 at (1, 4) is outside of the shape 5 x 4");
  bad = example(cooFormat());
  setElement<int32_t>(bad.fields[1], 3, 1);
  EXPECT_EQ(check(bad),
            "COO4: entry 3 at (3, 1) does not come after entry 2 at (3, 1)");
  bad = example(cooFormat());
  setElement<int32_t>(bad.fields[0], 2, 0);
  EXPECT_EQ(check(bad),
            "COO4: entry 2 at (0, 1) does not come after entry 1 at (1, 3)");
}

TEST(Dcsr, PacksAnExample) {
  PackedMatrix packed = example(dcsrFormat());
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[0]), (Ints{1, 3}));
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[1]), (Ints{0, 2, 4}));
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[2]), (Ints{0, 3, 1, 2}));
  EXPECT_EQ(elementsOf<float>(packed.fields[3]), (Floats{2, 3, 0, 4}));
  // stored rows * (c + p) + p + nnz * (c + v)
  EXPECT_EQ(packed.byteSize(), 2 * (4 + 4) + 4 + 4 * (4 + 4));
}

TEST(Dcsr, EachInvariantIsChecked) {
  auto check = [](const PackedMatrix &packed) {
    return dcsrFormat().check(packed).message();
  };
  PackedMatrix bad = example(dcsrFormat());
  bad.fields.pop_back();
  EXPECT_EQ(check(bad), "DCSR1: a matrix of format 'dcsr' has 4 fields, this "
                        "one has 3");
  bad = example(dcsrFormat());
  resizeField(bad.fields[1], 2);
  EXPECT_EQ(check(bad), "DCSR2: positions has 2 elements, expected one more "
                        "than the 2 stored rows");
  for (auto [place, row] : {std::pair<size_t, int32_t>{1, 5}, {1, 1}}) {
    bad = example(dcsrFormat());
    setElement<int32_t>(bad.fields[0], place, row);
    EXPECT_EQ(check(bad), "DCSR3: row_coordinates[1] is " +
                              std::to_string(row) +
                              ", expected more than its predecessor and less "
                              "than 5");
  }
  bad = example(dcsrFormat());
  setElement<int32_t>(bad.fields[1], 0, 1);
  EXPECT_EQ(check(bad), "DCSR4: positions[0] is 1, expected 0");
  bad = example(dcsrFormat());
  setElement<int32_t>(bad.fields[1], 1, 0);
  EXPECT_EQ(check(bad), "DCSR4: positions[1] is 0, not above positions[0] = 0");
  bad = example(dcsrFormat());
  setElement<int32_t>(bad.fields[1], 2, 3);
  EXPECT_EQ(check(bad), "DCSR5: positions ends with 3, but there are 4 "
                        "coordinates and 4 values");
  for (auto [place, col] : {std::pair<size_t, int32_t>{1, 4}, {3, 1}}) {
    bad = example(dcsrFormat());
    setElement<int32_t>(bad.fields[2], place, col);
    EXPECT_EQ(check(bad),
              "DCSR6: coordinates[" + std::to_string(place) + "] in row " +
                  (place == 1 ? "1" : "3") + " is " + std::to_string(col) +
                  ", expected more than its predecessor and less than 4");
  }
}

} // namespace

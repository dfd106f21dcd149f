//===- DiaTest.cpp - Diagonals
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Dia.h"
#include "PackedTestUtils.h"

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

using Ints = std::vector<int32_t>;
using Floats = std::vector<float>;

/// The matrix of docs/Formats/DIA.md: 4 x 5, diagonals -2, 0 and 3.
PackedMatrix example() {
  return packEntries(diaFormat(), {}, 4, 5,
                     {{0, 0, 1},
                      {0, 3, 2},
                      {1, 1, 3},
                      {1, 4, 4},
                      {2, 0, 5},
                      {3, 1, 0},
                      {3, 3, 6}});
}

TEST(Dia, PacksAnExample) {
  PackedMatrix packed = example();
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[0]), (Ints{1, 3, 6}));
  EXPECT_EQ(elementsOf<float>(packed.fields[1]),
            (Floats{0, 1, 2, 0, 3, 4, 5, 0, 0, 0, 6, 0}));
  EXPECT_EQ(packed.explicitZeros, (std::vector<int64_t>{9}));
  // D * (c + M * v)
  EXPECT_EQ(packed.byteSize(), 3 * (4 + 4 * 4));
}

TEST(Dia, FarMoreColumnsThanEntries) {
  CooMatrix coo;
  coo.rows = 2;
  coo.cols = int64_t(1) << 60;
  coo.add(1, coo.cols - 1, 2);
  coo.add(0, 0, 1);
  PackOptions options;
  Expected<PackedMatrix> packed = pack(coo, diaFormat(), {}, options);
  ASSERT_TRUE(packed) << packed.message();
  Expected<CooMatrix> back = unpack(*packed, diaFormat());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->col, (std::vector<int64_t>{0, coo.cols - 1}));
  EXPECT_EQ(back->value, (std::vector<double>{1, 2}));
  options.coordinateWidth = 32;
  EXPECT_EQ(pack(coo, diaFormat(), {}, options).message(),
            "the coordinate 1152921504606846975 does not fit 32 bits, whose "
            "largest value is 4294967295");
}

TEST(Dia, RefusesPadding) {
  CooMatrix coo;
  coo.rows = coo.cols = 3;
  coo.add(0, 0, 1);
  coo.add(2, 2, 1);
  PackOptions options;
  options.refusePadding = true;
  EXPECT_EQ(pack(coo, diaFormat(), {}, options).message(),
            "row 1 has no entry in column 1, which diagonal 0 stores, and "
            "padding is refused");
  coo.add(1, 1, 0);
  coo.add(0, 2, 1);
  EXPECT_TRUE(pack(coo, diaFormat(), {}, options));
}

TEST(Dia, EachInvariantIsChecked) {
  auto check = [](const PackedMatrix &packed) {
    return diaFormat().check(packed).message();
  };
  PackedMatrix bad = example();
  bad.rows = -4;
  EXPECT_EQ(check(bad), "DIA1: the shape -4 x 5 is negative");
  for (int32_t number : {8, 1}) {
    bad = example();
    setElement<int32_t>(bad.fields[0], number == 8 ? 2 : 1, number);
    EXPECT_EQ(check(bad), "DIA2: diagonals[" +
                              std::string(number == 8 ? "2" : "1") + "] is " +
                              std::to_string(number) +
                              ", expected more than its predecessor and a "
                              "diagonal of a 4 x 5 matrix");
  }
  bad = example();
  resizeField(bad.fields[1], 11);
  EXPECT_EQ(check(bad), "DIA3: there are 11 values for 3 diagonals of 4 rows");
  bad = example();
  setElement<float>(bad.fields[1], 3, 7);
  EXPECT_EQ(check(bad),
            "DIA4: row 1 of diagonal -2 is outside of the matrix and not zero");
  bad = example();
  setElement<float>(bad.fields[1], 11, 7);
  EXPECT_EQ(check(bad),
            "DIA4: row 3 of diagonal 3 is outside of the matrix and not zero");
}

} // namespace

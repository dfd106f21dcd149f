//===- CscTest.cpp - Compressed columns
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Csc.h"
#include "PackedTestUtils.h"

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

using Ints = std::vector<int32_t>;
using Floats = std::vector<float>;

/// The matrix of docs/Formats/CSC.md: 4 x 5.
PackedMatrix example() {
  return packEntries(
      cscFormat(), {}, 4, 5,
      {{0, 1, 1}, {0, 3, 2}, {1, 2, 3}, {3, 0, 4}, {3, 2, 5}, {3, 4, 6}});
}

TEST(Csc, PacksAnExample) {
  PackedMatrix packed = example();
  EXPECT_EQ(packed.format, "csc");
  EXPECT_EQ(packed.rows, 4);
  EXPECT_EQ(packed.cols, 5);
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[0]), (Ints{0, 1, 2, 4, 5, 6}));
  EXPECT_EQ(elementsOf<int32_t>(packed.fields[1]), (Ints{3, 0, 1, 3, 0, 3}));
  EXPECT_EQ(elementsOf<float>(packed.fields[2]), (Floats{4, 1, 3, 5, 2, 6}));
  EXPECT_EQ(packed.byteSize(), (5 + 1) * 4 + 6 * (4 + 4));
}

TEST(Csc, TheLastRowWithAnEntryDecidesTheWidth) {
  PackOptions options;
  options.positionWidth = 32;
  options.coordinateWidth = 8;
  CooMatrix coo;
  coo.rows = 1000;
  coo.cols = 3;
  coo.add(255, 2, 1);
  EXPECT_TRUE(pack(coo, cscFormat(), {}, options).ok());
  coo.add(256, 0, 1);
  EXPECT_EQ(pack(coo, cscFormat(), {}, options).message(),
            "the coordinate 256 does not fit 8 bits, whose largest value is "
            "255");
}

TEST(Csc, EachInvariantIsChecked) {
  auto check = [](const PackedMatrix &packed) {
    return cscFormat().check(packed).message();
  };
  EXPECT_EQ(check(example()), "");
  PackedMatrix bad = example();
  bad.cols = -5;
  EXPECT_EQ(check(bad), "CSC1: the shape 4 x -5 is negative");
  bad = example();
  bad.cols = 6;
  EXPECT_NE(check(bad).find("CSC2: as rows of the transposed matrix, CSR2"),
            std::string::npos)
      << check(bad);
  bad = example();
  setElement<int32_t>(bad.fields[1], 2, 4);
  EXPECT_NE(check(bad).find("CSC2: as rows of the transposed matrix, CSR7"),
            std::string::npos)
      << check(bad);
  bad = example();
  setElement<int32_t>(bad.fields[1], 3, 1);
  EXPECT_NE(check(bad).find("CSC2: as rows of the transposed matrix, CSR8"),
            std::string::npos)
      << check(bad);
}

} // namespace

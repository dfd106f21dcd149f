//===- VectorFormatTest.cpp - Shuffled block and vector-wise
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FieldTestUtils.h"
#include "SparseGPU/Formats/ShuffledBlock.h"
#include "SparseGPU/Formats/VectorWise.h"

#include <gtest/gtest.h>
#include <numeric>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

using Indices = std::vector<int32_t>;

/// The matrix of docs/Formats/ShuffledBlock.md: 10 x 5, groups of 8. Rows 1 to
/// 8 have columns 0 and 3, the others column 2.
CooMatrix matrix() {
  return fromText({"..9..", "1..1.", "2..2.", "3..3.", "4..4.", "5..5.",
                   "6..6.", "7..7.", "8..8.", "..9.."});
}

PackOptions narrow() {
  PackOptions options;
  options.positionWidth = options.coordinateWidth = 32;
  return options;
}

PackedMatrix example(const Format &format) {
  Expected<PackedMatrix> packed = pack(matrix(), format, {8}, narrow());
  EXPECT_TRUE(packed.ok()) << packed.message();
  return *packed;
}

std::string check(const PackedMatrix &packed) {
  return findFormat(packed.format)->check(packed).message();
}

TEST(ShuffledBlock, PacksAnExample) {
  PackedMatrix packed = example(shuffledBlockFormat());
  EXPECT_EQ(elementsOf<int32_t>(packed, "group_positions"), (Indices{0, 1, 3}));
  EXPECT_EQ(elementsOf<int32_t>(packed, "columns"), (Indices{2, 0, 3}));
  EXPECT_EQ(elementsOf<float>(packed, "values"),
            (std::vector<float>{9, 9, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4,
                                5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(elementsOf<int32_t>(packed, "row_permutation"),
            (Indices{0, 9, 10, 11, 12, 13, 14, 15, 1, 2, 3, 4, 5, 6, 7, 8}));
  // (ceil(M / v) + 1) * p + vectors * (c + v * value) + ceil(M / v) * v * c
  EXPECT_EQ(packed.byteSize(), 3 * 4 + 3 * (4 + 8 * 4) + 16 * 4);
}

TEST(VectorWise, PacksAnExample) {
  PackedMatrix packed = example(vectorWiseFormat());
  EXPECT_EQ(packed.find("row_permutation"), nullptr);
  EXPECT_EQ(elementsOf<int32_t>(packed, "group_positions"), (Indices{0, 3, 6}));
  EXPECT_EQ(elementsOf<int32_t>(packed, "columns"),
            (Indices{0, 2, 3, 0, 2, 3}));
  EXPECT_EQ(
      elementsOf<float>(packed, "values"),
      (std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 9, 0, 0, 0, 0, 0, 0, 0,
                          0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0,
                          0, 9, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(packed.byteSize(), 3 * 4 + 6 * (4 + 8 * 4));
}

/// Invariants 1 to 7, of the example in `format`.
void testVectorInvariants(const Format &format, const std::string &id) {
  auto number = [](size_t n) { return std::to_string(n); };
  PackedMatrix good = example(format), bad = good;
  EXPECT_EQ(check(good), "");
  size_t vectors = elementsOf<int32_t>(good, "columns").size();
  bad.parameters[0] = 7;
  EXPECT_EQ(check(bad), id + "1: parameter 'v' of format '" +
                            std::string(format.name()) +
                            "' is 8 to 128, got 7");
  bad = good;
  bad.rows = 17;
  EXPECT_EQ(check(bad), id + "2: group_positions has 3 elements, expected one "
                             "more than the 3 groups");
  bad = good;
  setElement<int32_t>(bad, "group_positions", 0, 1);
  EXPECT_EQ(check(bad), id + "3: group_positions[0] is 1, expected 0");
  bad = good;
  setElement<int32_t>(bad, "group_positions", 1, 100);
  EXPECT_EQ(check(bad), id + "3: group_positions[2] is " + number(vectors) +
                            ", below group_positions[1] = 100");
  bad = good;
  setElement<int32_t>(bad, "group_positions", 2, 100);
  EXPECT_EQ(check(bad), id +
                            "4: group_positions ends with 100, but there are " +
                            number(vectors) + " columns");
  bad = good;
  resizeField<float>(bad, "values", 9);
  EXPECT_EQ(check(bad), id + "5: there are 9 values for " + number(vectors) +
                            " vectors of 8");
  bad = good;
  setElement<int32_t>(bad, "columns", 0, 5);
  EXPECT_EQ(check(bad),
            id + "6: columns[0] in group 0 is 5, outside of 5 columns");
  bad = good;
  setElement<int32_t>(bad, "columns", vectors - 1, 0);
  EXPECT_EQ(check(bad).substr(0, 8 + id.size()), id + "7: colum");
}

TEST(ShuffledBlock, EachInvariantIsChecked) {
  testVectorInvariants(shuffledBlockFormat(), "SB");
  PackedMatrix good = example(shuffledBlockFormat()), bad = good;
  resizeField<int32_t>(bad, "row_permutation", 10);
  EXPECT_EQ(check(bad), "SB8: row_permutation has 10 elements, expected 16");
  bad = good;
  setElement<int32_t>(bad, "row_permutation", 0, 16);
  EXPECT_EQ(check(bad), "SB8: element 0 of the permutation of rows is 16, "
                        "expected 0 to 15");
  bad = good;
  setElement<int32_t>(bad, "row_permutation", 0, 9);
  EXPECT_EQ(check(bad), "SB8: row 9 occurs twice in the permutation of rows");
  bad = good;
  setElement<float>(bad, "values", 7, 1);
  EXPECT_EQ(check(bad), "SB9: vector 0 is not zero in packed row 7, which is "
                        "no row of the matrix");
}

TEST(VectorWise, EachInvariantIsChecked) {
  testVectorInvariants(vectorWiseFormat(), "VW");
  PackedMatrix bad = example(vectorWiseFormat());
  setElement<float>(bad, "values", 26, 1);
  EXPECT_EQ(check(bad), "VW8: vector 3 is not zero in packed row 10, which is "
                        "no row of the matrix");
}

// The pattern is verified when padding is refused.
TEST(VectorFormats, PaddingIsRefusedWhenAsked) {
  PackOptions options = narrow();
  options.refusePadding = true;
  EXPECT_TRUE(pack(matrix(), shuffledBlockFormat(), {8}, options).ok());
  EXPECT_EQ(pack(matrix(), vectorWiseFormat(), {8}, options).message(),
            "row 0 has no entry in column 0, which group 0 stores, and padding "
            "is refused");
  CooMatrix other = matrix();
  other.add(5, 4, 1);
  options.rowPermutation = {0, 9, 10, 11, 12, 13, 14, 15,
                            1, 2, 3,  4,  5,  6,  7,  8};
  EXPECT_EQ(pack(other, shuffledBlockFormat(), {8}, options).message(),
            "row 1 has no entry in column 4, which group 1 stores, and padding "
            "is refused");
}

TEST(ShuffledBlock, PermutationOfTheCaller) {
  PackOptions options = narrow();
  options.rowPermutation.resize(10);
  std::iota(options.rowPermutation.rbegin(), options.rowPermutation.rend(), 0);
  PackedMatrix packed = *pack(matrix(), shuffledBlockFormat(), {8}, options);
  EXPECT_EQ(elementsOf<int32_t>(packed, "row_permutation"),
            (Indices{9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 10, 11, 12, 13, 14, 15}));
  EXPECT_EQ(check(packed), "");
  Expected<CooMatrix> back = unpack(packed, shuffledBlockFormat());
  EXPECT_EQ(back->row, matrix().row);
  EXPECT_EQ(back->col, matrix().col);
  EXPECT_EQ(back->value, matrix().value);

  // Rows that do not exist may be anywhere.
  options.rowPermutation = {15, 0, 14, 1,  2, 3, 4,  5,
                            13, 6, 7,  12, 8, 9, 11, 10};
  packed = *pack(matrix(), shuffledBlockFormat(), {8}, options);
  EXPECT_EQ(check(packed), "");
  EXPECT_EQ(unpack(packed, shuffledBlockFormat())->value, matrix().value);

  auto message = [&](std::vector<int64_t> permutation, const Format &format) {
    options.rowPermutation = std::move(permutation);
    return pack(matrix(), format, {8}, options).message();
  };
  EXPECT_EQ(message({1, 0}, shuffledBlockFormat()),
            "a permutation of 10 rows in groups of 8 has 10 or 16 elements, "
            "this one has 2");
  EXPECT_EQ(message({0, 1, 2, 3, 4, 5, 6, 7, 8, 8}, shuffledBlockFormat()),
            "row 8 occurs twice in the permutation of rows");
  EXPECT_EQ(message({0, 1, 2, 3, 4, 5, 6, 7, 8, -1}, shuffledBlockFormat()),
            "element 9 of the permutation of rows is -1, expected 0 to 15");
  EXPECT_EQ(message({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, vectorWiseFormat()),
            "format 'vector_wise' stores no permutation of the rows");
}

TEST(ShuffledBlock, RowNumbersMustFit) {
  CooMatrix coo;
  coo.rows = 257;
  coo.cols = 1;
  PackOptions options;
  options.coordinateWidth = 8;
  EXPECT_TRUE(pack(coo, vectorWiseFormat(), {8}, options).ok());
  EXPECT_EQ(pack(coo, shuffledBlockFormat(), {8}, options).message(),
            "the coordinate 263 does not fit 8 bits, whose largest value is "
            "255");
}

} // namespace

//===- ConversionCAPITest.cpp - Conversions of compiled programs
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/ConversionCAPI.h"

#include <gtest/gtest.h>
#include <vector>

template <typename T> static int64_t addressOf(const std::vector<T> &data) {
  return reinterpret_cast<int64_t>(data.data());
}

/// 2 x 4 with three entries in row 1.
static sparsegpu_conversion *begin() {
  static const std::vector<int32_t> positions = {0, 0, 3};
  static const std::vector<uint8_t> columns = {0, 2, 3};
  static const std::vector<float> values = {1, 2, 3};
  sparsegpu_conversion *c = sparsegpu_conversion_begin("here", 2, 4);
  sparsegpu_conversion_from(c, "csr", 32, 8, "f32");
  sparsegpu_conversion_field(c, addressOf(positions), 3);
  sparsegpu_conversion_field(c, addressOf(columns), 3);
  sparsegpu_conversion_field(c, addressOf(values), 3);
  return c;
}

TEST(ConversionCAPI, Converts) {
  sparsegpu_conversion *c = begin();
  sparsegpu_conversion_to(c, "bsr", 64, 16);
  sparsegpu_conversion_parameter(c, 2);
  sparsegpu_conversion_parameter(c, 3);
  sparsegpu_conversion_run(c);
  ASSERT_EQ(sparsegpu_conversion_count(c, 0), 2);
  ASSERT_EQ(sparsegpu_conversion_count(c, 1), 2);
  ASSERT_EQ(sparsegpu_conversion_count(c, 2), 12);
  std::vector<int64_t> positions(2);
  std::vector<int16_t> columns(2);
  std::vector<float> values(12);
  sparsegpu_conversion_take(c, 0, addressOf(positions));
  sparsegpu_conversion_take(c, 1, addressOf(columns));
  sparsegpu_conversion_take(c, 2, addressOf(values));
  sparsegpu_conversion_end(c);
  EXPECT_EQ(positions, (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(columns, (std::vector<int16_t>{0, 1}));
  EXPECT_EQ(values, (std::vector<float>{0, 0, 0, 1, 0, 2, 0, 0, 0, 3, 0, 0}));
}

TEST(ConversionCAPI, ConvertsFromAndToDense) {
  sparsegpu_conversion *c = begin();
  sparsegpu_conversion_to(c, "dense", 0, 0);
  sparsegpu_conversion_run(c);
  std::vector<float> dense(8, -1);
  ASSERT_EQ(sparsegpu_conversion_count(c, 0), 8);
  sparsegpu_conversion_take(c, 0, addressOf(dense));
  sparsegpu_conversion_end(c);
  EXPECT_EQ(dense, (std::vector<float>{0, 0, 0, 0, 1, 0, 2, 3}));

  c = sparsegpu_conversion_begin("here", 2, 4);
  sparsegpu_conversion_from(c, "dense", 0, 0, "f32");
  sparsegpu_conversion_field(c, addressOf(dense), 8);
  sparsegpu_conversion_to(c, "coo", 0, 32);
  sparsegpu_conversion_run(c);
  std::vector<int32_t> rows(3);
  ASSERT_EQ(sparsegpu_conversion_count(c, 0), 3);
  sparsegpu_conversion_take(c, 0, addressOf(rows));
  sparsegpu_conversion_end(c);
  EXPECT_EQ(rows, (std::vector<int32_t>{1, 1, 1}));
}

TEST(ConversionCAPIDeathTest, EndsTheProcessWithAMessage) {
  auto toNM = [] {
    sparsegpu_conversion *c = begin();
    sparsegpu_conversion_to(c, "nm", 0, 0);
    sparsegpu_conversion_parameter(c, 2);
    sparsegpu_conversion_parameter(c, 4);
    sparsegpu_conversion_run(c);
  };
  EXPECT_EXIT(toNM(), testing::ExitedWithCode(1),
              "^sparsegpu: error: here: row 1 has 3 entries in group 0, "
              "columns 0 to 3; 2:4 storage holds 2\n$");
  EXPECT_EXIT(sparsegpu_conversion_to(begin(), "cubes", 0, 0),
              testing::ExitedWithCode(1),
              "sparsegpu: error: here: format 'cubes' is not known");
  EXPECT_EXIT(sparsegpu_conversion_begin("here", -1, 4),
              testing::ExitedWithCode(1),
              "sparsegpu: error: here: the shape -1 x 4 is negative");
  EXPECT_EXIT(sparsegpu_conversion_from(begin(), "csr", 32, 32, "f12"),
              testing::ExitedWithCode(1),
              "sparsegpu: error: here: value type 'f12' is not known");
}

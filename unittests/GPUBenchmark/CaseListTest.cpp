//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//

#include "CaseList.h"

#include <gtest/gtest.h>

using namespace sparsegpu;
using namespace sparsegpu::gpubench;

static std::string listOf(const std::string &cases) {
  return R"({"sparsegpu_benchmark": 1, "cases": [)" + cases + "]}";
}

static const char *const kGood = R"({"name": "cora-n64-f32",
  "operation": "spmm", "matrix": "cora", "format": "csr", "type": "f32",
  "n": 64})";

static std::string errorOf(const std::string &text) {
  auto list = parseCaseList(text, "here");
  EXPECT_FALSE(list.ok());
  return list.message();
}

static std::string replaced(std::string text, const std::string &from,
                            const std::string &to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(CaseList, ReadsEntries) {
  auto list = parseCaseList(listOf(kGood), "here");
  ASSERT_TRUE(list.ok()) << list.message();
  ASSERT_EQ(list->size(), 1u);
  const CaseEntry &entry = list->front();
  EXPECT_EQ(entry.name, "cora-n64-f32");
  EXPECT_EQ(entry.operation, "spmm");
  EXPECT_EQ(entry.matrix, "cora");
  EXPECT_EQ(entry.type, formats::ElementType::F32);
  EXPECT_EQ(entry.n, 64);
  EXPECT_FALSE(entry.twoFour);
}

TEST(CaseList, ReadsTheFlag) {
  auto list = parseCaseList(
      listOf(replaced(kGood, "\"n\": 64", "\"n\": 64, \"two_four\": true")),
      "here");
  ASSERT_TRUE(list.ok()) << list.message();
  EXPECT_TRUE(list->front().twoFour);
}

TEST(CaseList, NamesWhatIsWrong) {
  EXPECT_EQ(errorOf("[1"), "here: is no JSON object");
  EXPECT_EQ(errorOf("[]"), "here: is no JSON object");
  EXPECT_EQ(errorOf(R"({"sparsegpu_benchmark": 2, "cases": []})"),
            "here: 'sparsegpu_benchmark' must be 1, the version that this "
            "program reads");
  EXPECT_EQ(errorOf(R"({"sparsegpu_benchmark": 1})"),
            "here: 'cases' must be a list");
  EXPECT_EQ(errorOf(listOf("3")), "here: cases[0] must be an object");
  EXPECT_EQ(errorOf(listOf(replaced(kGood, "\"name\"", "\"nome\""))),
            "here: cases[0]: 'name' must be a text");
  EXPECT_EQ(errorOf(listOf(replaced(kGood, "\"f32\"", "\"i32\""))),
            "here: cases[0]: 'type' must be f16, bf16, f32 or f64");
  EXPECT_EQ(errorOf(listOf(replaced(kGood, "64}", "-1}"))),
            "here: cases[0]: 'n' must be a whole number, not negative");
  EXPECT_EQ(
      errorOf(listOf(replaced(kGood, "64}", "64, \"two_four\": \"yes\"}"))),
      "here: cases[0]: 'two_four' must be true or false");
  EXPECT_EQ(errorOf(listOf(std::string(kGood) + "," + kGood)),
            "here: cases[1]: the name 'cora-n64-f32' is there twice");
}

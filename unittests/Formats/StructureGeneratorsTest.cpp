//===- StructureGeneratorsTest.cpp - Matrices with a structure
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/StructureGenerators.h"
#include "TestUtils.h"

#include <gtest/gtest.h>
#include <set>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

static CooMatrix expectGood(Expected<CooMatrix> made) {
  EXPECT_TRUE(made.ok()) << made.message();
  if (!made)
    return {};
  EXPECT_EQ(checkCoo(*made).message(), "");
  for (size_t e = 1; e < made->row.size(); ++e)
    EXPECT_TRUE(std::pair(made->row[e - 1], made->col[e - 1]) <
                std::pair(made->row[e], made->col[e]));
  for (double value : made->value)
    EXPECT_NE(value, 0);
  return *std::move(made);
}

TEST(Rmat, HasTheShapeOfAGraph) {
  CooMatrix graph = expectGood(generateRmat(10, 8192, 1));
  EXPECT_EQ(graph.rows, 1024);
  EXPECT_LE(graph.entries(), 8192);
  EXPECT_GE(graph.entries(), 4096);
  // Three quarters of the edges and a bit start in the first half: 0.57 + 0.19.
  auto upper =
      static_cast<double>(std::count_if(graph.row.begin(), graph.row.end(),
                                        [](int64_t row) { return row < 512; }));
  EXPECT_NEAR(upper / static_cast<double>(graph.entries()), 0.74, 0.05);
  CooMatrix again = *generateRmat(10, 8192, 1),
            other = *generateRmat(10, 8192, 2);
  EXPECT_EQ(graph.col, again.col);
  EXPECT_EQ(graph.value, again.value);
  EXPECT_NE(graph.col, other.col);
  EXPECT_EQ(expectGood(generateRmat(0, 5, 1)).entries(), 1);
  EXPECT_EQ(expectGood(generateRmat(40, 1, 1)).rows, int64_t(1) << 40);
  EXPECT_EQ(generateRmat(41, 1, 1).message(),
            "the scale 41 is outside of 0 to 40");
  EXPECT_EQ(generateRmat(1, -1, 1).message(),
            "the number of edges -1 is negative");
  EXPECT_FALSE(generateRmat(20, int64_t(1) << 40, 1).ok());
}

TEST(Blocks, AreFullOrEmpty) {
  CooMatrix matrix = expectGood(generateBlocks(100, 70, 8, 16, 0.3, 5));
  Meaning places = meaning(matrix);
  std::map<std::pair<int64_t, int64_t>, int64_t> blocks;
  for (const auto &entry : places)
    ++blocks[{entry.first.first / 8, entry.first.second / 16}];
  for (const auto &[block, count] : blocks)
    EXPECT_EQ(count, std::min<int64_t>(8, 100 - block.first * 8) *
                         std::min<int64_t>(16, 70 - block.second * 16));
  EXPECT_NEAR(static_cast<double>(blocks.size()), 0.3 * 13 * 5, 12);
  EXPECT_EQ(expectGood(generateBlocks(9, 9, 4, 4, 1, 0)).entries(), 81);
  EXPECT_EQ(expectGood(generateBlocks(9, 9, 4, 4, 0, 0)).entries(), 0);
  EXPECT_EQ(expectGood(generateBlocks(9, 0, 4, 4, 1, 0)).entries(), 0);
  EXPECT_FALSE(generateBlocks(9, 9, 0, 4, 1, 0).ok());
  EXPECT_FALSE(generateBlocks(9, 9, 4, 4, 1.5, 0).ok());
  EXPECT_FALSE(generateBlocks(-1, 9, 4, 4, 1, 0).ok());
  EXPECT_FALSE(generateBlocks(INT64_MAX, 0, 1, 1, 0, 0).ok());
  EXPECT_FALSE(generateBlocks(2000000000, 2000000000, 1, 1, 1e-10, 0).ok());
}

TEST(NM, HasNInEachM) {
  for (auto [n, m] : {std::pair(2, 4), {1, 4}, {4, 8}, {3, 3}}) {
    CooMatrix matrix = expectGood(generateNM(21, 30, n, m, 9));
    std::map<std::pair<int64_t, int64_t>, int> counts;
    for (size_t e = 0; e < matrix.row.size(); ++e)
      ++counts[{matrix.row[e], matrix.col[e] / m}];
    EXPECT_EQ(counts.size(), static_cast<size_t>(21 * ((30 + m - 1) / m)));
    for (const auto &[group, count] : counts)
      EXPECT_EQ(count, std::min<int64_t>(n, 30 - group.second * m));
  }
  // All six choices of 2 of 4 come up.
  CooMatrix matrix = *generateNM(100, 4, 2, 4, 3);
  std::set<int64_t> choices;
  for (size_t e = 0; e < matrix.row.size(); e += 2)
    choices.insert(matrix.col[e] * 4 + matrix.col[e + 1]);
  EXPECT_EQ(choices.size(), 6u);
  EXPECT_FALSE(generateNM(4, 4, 0, 4, 0).ok());
  EXPECT_FALSE(generateNM(4, 4, 5, 4, 0).ok());
  EXPECT_FALSE(generateNM(INT64_MAX, 0, 1, 1, 0).ok());
}

/// Against the distance of grid points.
TEST(Stencil, CouplesNeighbours) {
  for (int points : {5, 7, 27}) {
    int64_t x = 4, y = 3, z = points == 5 ? 1 : 5;
    Meaning found = meaning(expectGood(generateStencil(points, x, y, z)));
    for (int64_t a = 0; a < x * y * z; ++a)
      for (int64_t b = 0; b < x * y * z; ++b) {
        int64_t dx = std::abs(a % x - b % x),
                dy = std::abs(a / x % y - b / x % y),
                dz = std::abs(a / (x * y) - b / (x * y));
        bool near =
            points == 27 ? dx <= 1 && dy <= 1 && dz <= 1 : dx + dy + dz <= 1;
        auto entry = found.find({a, b});
        ASSERT_EQ(entry != found.end(), near);
        if (near)
          EXPECT_EQ(entry->second, a == b ? points - 1 : -1);
      }
  }
  EXPECT_EQ(expectGood(generateStencil(7, 1, 1, 1)).value[0], 6);
  EXPECT_FALSE(generateStencil(9, 2, 2, 2).ok());
  EXPECT_FALSE(generateStencil(5, 2, 2, 2).ok());
  EXPECT_FALSE(generateStencil(5, 0, 2, 1).ok());
  EXPECT_FALSE(generateStencil(7, 4000000, 4000000, 4000000).ok());
}

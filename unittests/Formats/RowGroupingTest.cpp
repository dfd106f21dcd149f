//===- RowGroupingTest.cpp - Rows with like columns together
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/RowGrouping.h"
#include "FieldTestUtils.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Support/CounterHash.h"

#include <gtest/gtest.h>
#include <numeric>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

using Order = std::vector<int64_t>;

struct Source {
  explicit Source(const CooMatrix &coo) : packed(*packCsr(coo)) {}
  PackedMatrix packed;
  CsrSource csr() const { return asCsrSource(packed); }
};

Order group(std::initializer_list<std::string_view> rows, int64_t size) {
  return groupRows(Source(fromText(rows)).csr(), size);
}

Order identity(int64_t count) {
  Order order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

TEST(RowGrouping, NeighboursStay) {
  EXPECT_EQ(group({}, 2), Order());
  EXPECT_EQ(group({"1..", "1..", ".1.", ".1."}, 2), identity(4));
  // Two groups with the same columns, another one between them.
  EXPECT_EQ(group({"1..", "1..", ".1.", ".1.", "1..", "1.."}, 2), identity(6));
  EXPECT_EQ(group({"1..", "1..", ".1.", ".1.", "..1"}, 2), identity(6));
  // No order needs fewer vectors.
  EXPECT_EQ(group({"1..", ".1.", "..1", "111"}, 2), identity(4));
}

TEST(RowGrouping, SameColumnsComeTogether) {
  EXPECT_EQ(group({"1..", ".1.", "1..", ".1."}, 2), (Order{0, 2, 1, 3}));
  EXPECT_EQ(group({"1..", "...", "1..", "..."}, 2), (Order{0, 2, 1, 3}));
  // Three rows and two: the one that is left over gets a row that is none.
  EXPECT_EQ(group({"1..", ".1.", "1..", ".1.", "1.."}, 2),
            (Order{0, 2, 1, 3, 4, 5}));
  // Both groups have rows that are none.
  EXPECT_EQ(group({"1..", ".1.", "1..", ".1."}, 3), (Order{0, 2, 4, 1, 3, 5}));
}

TEST(RowGrouping, LikeRowsComeTogether) {
  // The rows of two clusters, each without one of its columns.
  CooMatrix coo;
  coo.rows = 64;
  coo.cols = 80;
  CounterHash random(3);
  for (int64_t r = 0; r < coo.rows; ++r) {
    auto cluster = static_cast<int64_t>(random.below(r, 2));
    int64_t hole = static_cast<int64_t>(random.below(100 + r, 40));
    for (int64_t c = 0; c < 40; ++c)
      if (c != hole)
        coo.add(r, 40 * cluster + c, 1);
  }
  Source source(coo);
  Order order = groupRows(source.csr(), 8);
  // Neighbours are of both clusters.
  EXPECT_GE(countVectors(source.csr(), identity(64), 8), 580);
  EXPECT_LE(countVectors(source.csr(), order, 8), 9 * 40);
}

// Random splits of random rows: a split into groups with the same columns is
// found wherever there is one, and the result is always a permutation.
TEST(RowGrouping, RandomMatrices) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    CounterHash random(seed);
    uint64_t next = 0;
    auto below = [&](int64_t bound) {
      return static_cast<int64_t>(
          random.below(next++, static_cast<uint64_t>(bound)));
    };
    int64_t size = 1 + below(9), groups = 1 + below(8), cols = 1 + below(20);
    int64_t missing = below(size), rows = groups * size - missing;
    // Row i of a shuffled order has the columns of group i / size; those that
    // are missing are anywhere, but leave something of each group.
    Order order = identity(groups * size);
    for (size_t i = order.size() - 1; i > 0; --i)
      std::swap(order[i], order[below(static_cast<int64_t>(i) + 1)]);
    std::vector<std::vector<int64_t>> columns(groups);
    for (auto &set : columns)
      for (int64_t c = 0; c < cols; ++c)
        if (below(2))
          set.push_back(c);
    CooMatrix coo;
    coo.rows = rows;
    coo.cols = cols;
    bool isPerturbed = seed % 3 == 0;
    for (size_t i = 0; i < order.size(); ++i)
      if (order[i] < rows)
        for (int64_t c : columns[i / static_cast<size_t>(size)])
          if (!isPerturbed || below(5))
            coo.add(order[i], c, 1);
    Source source(coo);
    Order found = groupRows(source.csr(), size);
    EXPECT_TRUE(completePermutation(found, rows, size).ok());
    int64_t vectors = countVectors(source.csr(), found, size);
    EXPECT_LE(vectors,
              countVectors(source.csr(), identity(groups * size), size));
    // No padding: every vector is of existing rows that all have it.
    if (isPerturbed)
      continue;
    int64_t places = 0;
    for (int64_t g = 0; g < groups; ++g) {
      int64_t first = found[g * size];
      for (int64_t i = g * size; i < (g + 1) * size; ++i)
        if (found[i] < rows)
          places +=
              source.csr().positions[first + 1] - source.csr().positions[first];
    }
    EXPECT_EQ(places, coo.entries()) << seed;
    int64_t entries = 0;
    for (int64_t g = 0; g < groups; ++g)
      entries += source.csr().positions[found[g * size] + 1] -
                 source.csr().positions[found[g * size]];
    EXPECT_EQ(vectors, entries) << seed;
  }
}

} // namespace

//===- ReorderingTest.cpp - Orders of the rows of a matrix
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Reordering.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/Generators.h"
#include "SparseGPU/Formats/MatrixFile.h"
#include "TestUtils.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>
#include <set>

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

Order shuffledOrder(int64_t count, uint64_t seed) {
  CounterHash random(seed);
  Order order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = order.size(); i-- > 1;)
    std::swap(order[i], order[random.below(i, i + 1)]);
  return order;
}

void expectPermutation(const Order &order, int64_t count) {
  Status status = checkPermutation(order, count, "rows");
  EXPECT_TRUE(status.ok()) << status.message();
}

/// By the definitions, with sets.
OrderStatistics referenceStatistics(const CooMatrix &matrix) {
  OrderStatistics result;
  std::map<int64_t, std::set<int64_t>> rows, windows;
  for (size_t e = 0; e < matrix.row.size(); ++e) {
    rows[matrix.row[e]].insert(matrix.col[e]);
    windows[matrix.row[e] / 16].insert(matrix.col[e]);
  }
  size_t entries = 0;
  for (const auto &[row, columns] : rows) {
    entries += columns.size();
    for (int64_t column : columns)
      result.bandwidth = std::max(result.bandwidth, std::abs(row - column));
    result.profile += std::max<int64_t>(0, row - *columns.begin());
  }
  for (const auto &entry : windows)
    result.tiles += static_cast<int64_t>(entry.second.size() + 7) / 8;
  if (result.tiles)
    result.entriesPerTile =
        static_cast<double>(entries) / static_cast<double>(result.tiles);
  return result;
}

TEST(Reordering, PermuteIsPAQ) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    CounterHash random(seed, 1);
    auto rows = static_cast<int64_t>(random.below(0, 40)) + 1;
    auto cols = static_cast<int64_t>(random.below(1, 40)) + 1;
    CooMatrix matrix =
        randomCoo(rows, cols, static_cast<int64_t>(random.below(2, 300)), seed);
    Order p = shuffledOrder(rows, seed), q = shuffledOrder(cols, seed + 1000);
    if (seed % 3 == 0)
      q.clear();
    if (seed % 5 == 0)
      p.clear();
    Expected<CooMatrix> permuted = permute(matrix, p, q);
    ASSERT_TRUE(permuted.ok()) << permuted.message();
    EXPECT_EQ(permuted->entries(), matrix.entries());
    // Element (i, j) is element (p[i], q[j]).
    Meaning old = meaning(matrix), now = meaning(*permuted);
    EXPECT_EQ(old.size(), now.size());
    for (const auto &[place, value] : now) {
      auto [i, j] = place;
      auto from = old.find({p.empty() ? i : p[i], q.empty() ? j : q[j]});
      ASSERT_TRUE(from != old.end());
      ASSERT_EQ(from->second, value);
    }
    OrderStatistics expected = referenceStatistics(*permuted);
    OrderStatistics found = computeOrderStatistics(Source(*permuted).csr());
    EXPECT_EQ(found.bandwidth, expected.bandwidth);
    EXPECT_EQ(found.profile, expected.profile);
    EXPECT_EQ(found.tiles, expected.tiles);
    EXPECT_DOUBLE_EQ(found.entriesPerTile, expected.entriesPerTile);
  }
}

TEST(Reordering, EveryOrderIsAPermutation) {
  for (uint64_t seed = 0; seed < 150; ++seed) {
    CounterHash random(seed, 2);
    auto size = static_cast<int64_t>(random.below(0, 90));
    CooMatrix matrix;
    matrix.rows = matrix.cols = size;
    if (size > 0)
      matrix = randomCoo(size, size, static_cast<int64_t>(random.below(1, 200)),
                         seed);
    Source source(matrix);
    Order byLength = orderByRowLength(source.csr());
    expectPermutation(byLength, size);
    CsrSource csr = source.csr();
    for (size_t i = 1; i < byLength.size(); ++i) {
      auto length = [&](int64_t r) {
        return csr.positions[r + 1] - csr.positions[r];
      };
      int64_t before = length(byLength[i - 1]), now = length(byLength[i]);
      EXPECT_TRUE(before > now ||
                  (before == now && byLength[i - 1] < byLength[i]));
    }
    Expected<Order> rcm = orderByRcm(csr);
    ASSERT_TRUE(rcm.ok()) << rcm.message();
    expectPermutation(*rcm, size);
    Order similar = orderBySimilarity(csr);
    expectPermutation(similar, size);
    // The same once more.
    EXPECT_EQ(similar, orderBySimilarity(csr));
    EXPECT_EQ(*rcm, *orderByRcm(csr));
    Expected<CooMatrix> reordered = permute(matrix, similar, {});
    ASSERT_TRUE(reordered.ok());
    EXPECT_LE(computeOrderStatistics(Source(*reordered).csr()).tiles,
              computeOrderStatistics(csr).tiles);
  }
}

TEST(Reordering, RcmFindsABand) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    CounterHash random(seed, 3);
    auto size = 50 + static_cast<int64_t>(random.below(0, 200));
    auto half = 1 + static_cast<int64_t>(random.below(1, 4));
    SparseRecipe recipe{size, size, SparseDistribution::Banded,
                        static_cast<double>(half)};
    Expected<CooMatrix> band = generateSparse(recipe, seed);
    ASSERT_TRUE(band.ok());
    Order shuffle = shuffledOrder(size, seed);
    CooMatrix shuffled = *permute(*band, shuffle, shuffle);
    Source source(shuffled);
    Order order = *orderByRcm(source.csr());
    CooMatrix found = *permute(shuffled, order, order);
    int64_t before = computeOrderStatistics(source.csr()).bandwidth;
    int64_t after = computeOrderStatistics(Source(found).csr()).bandwidth;
    EXPECT_GT(before, 8 * half);
    // Levels of a full band have `half` rows, and edges reach the next level.
    EXPECT_LE(after, 2 * half) << "half " << half << " of " << size;
    if (half == 1) {
      EXPECT_EQ(after, 1);
    }
  }
}

// The pattern of A + A^T counts, parts stay together, and many of them take no
// longer: rows without entries are parts as well.
TEST(Reordering, RcmOfManyParts) {
  CooMatrix matrix;
  matrix.rows = matrix.cols = 300000;
  // Pairs of rows far from each other, one triangle only.
  for (int64_t i = 0; i < 100000; ++i)
    matrix.add(299999 - i, i, 1);
  Source source(matrix);
  Order order = *orderByRcm(source.csr());
  expectPermutation(order, matrix.rows);
  CooMatrix found = *permute(matrix, order, order);
  EXPECT_EQ(computeOrderStatistics(Source(found).csr()).bandwidth, 1);
}

/// 40 clusters of 16 rows; a row has `of16` of 16 parts of the cluster's 24
/// columns.
CooMatrix clusteredRows(uint64_t of16) {
  CooMatrix matrix;
  matrix.rows = 640;
  matrix.cols = 1000;
  CounterHash random(7);
  uint64_t next = 0;
  for (int64_t cluster = 0; cluster < 40; ++cluster) {
    Order columns = shuffledOrder(1000, 100 + static_cast<uint64_t>(cluster));
    columns.resize(24);
    for (int64_t i = 0; i < 16; ++i)
      for (int64_t column : columns)
        if (random.below(next++, 16) < of16)
          matrix.add(cluster * 16 + i, column, 1);
  }
  return matrix;
}

TEST(Reordering, SimilarityFindsClusters) {
  // Rows of a cluster have most columns in common, or every third.
  for (uint64_t of16 : {14, 8}) {
    CooMatrix matrix = clusteredRows(of16);
    CooMatrix shuffled = *permute(matrix, shuffledOrder(640, 3), {});
    Source source(shuffled);
    Order order = orderBySimilarity(source.csr());
    CooMatrix found = *permute(shuffled, order, {});
    OrderStatistics planted = computeOrderStatistics(Source(matrix).csr());
    OrderStatistics before = computeOrderStatistics(source.csr());
    OrderStatistics after = computeOrderStatistics(Source(found).csr());
    EXPECT_EQ(planted.tiles, 120);
    EXPECT_LT(before.entriesPerTile, 0.3 * planted.entriesPerTile);
    EXPECT_GE(after.entriesPerTile, 0.9 * planted.entriesPerTile) << of16;
  }
}

TEST(Reordering, RealMatrices) {
  std::string dir = dataDir();
  if (dir.empty())
    GTEST_SKIP() << "no shared data";
  for (const char *name : {"cora.mtx.gz", "dwt_2680.mtx.gz", "west0479.mtx",
                           "wiki-Vote.mtx.gz", "email-Enron.mtx.gz"}) {
    Expected<MatrixFile> file = readMatrix(dir + "/" + name);
    ASSERT_TRUE(file.ok()) << file.message();
    Source source(file->matrix);
    Order similar = orderBySimilarity(source.csr());
    expectPermutation(similar, file->matrix.rows);
    OrderStatistics before = computeOrderStatistics(source.csr());
    CooMatrix rows = *permute(file->matrix, similar, {});
    EXPECT_GT(computeOrderStatistics(Source(rows).csr()).entriesPerTile,
              before.entriesPerTile)
        << name;
    Order rcm = *orderByRcm(source.csr());
    expectPermutation(rcm, file->matrix.rows);
    CooMatrix both = *permute(file->matrix, rcm, rcm);
    EXPECT_LT(computeOrderStatistics(Source(both).csr()).bandwidth,
              before.bandwidth)
        << name;
  }
}

TEST(Reordering, Errors) {
  CooMatrix matrix = randomCoo(3, 4, 5, 1);
  EXPECT_EQ(orderByRcm(Source(matrix).csr()).message(),
            "reverse Cuthill-McKee orders rows and columns alike: it takes a "
            "square matrix, not 3 x 4");
  EXPECT_EQ(permute(matrix, {0, 1}, {}).message(),
            "an order of 3 rows has 3 elements, this one has 2");
  EXPECT_EQ(permute(matrix, {}, {0, 1, 2, 4}).message(),
            "element 3 of the order of columns is 4, expected 0 to 3");
  EXPECT_EQ(permute(matrix, {2, 0, 2}, {}).message(),
            "2 occurs twice in the order of rows");
}

} // namespace

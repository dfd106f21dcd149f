//===- PruningTest.cpp - From dense weights to a sparse pattern
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The references sort and enumerate; the code under test does neither.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Pruning.h"
#include "SparseGPU/Formats/MatrixFile.h"
#include "SparseGPU/Formats/RowGrouping.h"
#include "TestUtils.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

using Place = std::pair<int64_t, int64_t>;

/// Numbers in [-1, 1), or multiples of 1/4 there: with many equals and zeros.
DenseWeights randomWeights(int64_t rows, int64_t cols, uint64_t seed,
                           bool isCoarse = false) {
  DenseWeights weights{rows, cols, {}};
  CounterHash random(seed);
  for (int64_t i = 0; i < rows * cols; ++i) {
    double value = random.symmetric(static_cast<uint64_t>(i));
    weights.values.push_back(isCoarse ? std::round(4 * value) / 4 : value);
  }
  return weights;
}

PruningPattern pattern(PruningKind kind, double sparsity) {
  PruningPattern result;
  result.kind = kind;
  result.sparsity = sparsity;
  return result;
}

std::vector<Place> places(const PrunedWeights &pruned) {
  std::vector<Place> result;
  for (size_t e = 0; e < pruned.matrix.row.size(); ++e)
    result.emplace_back(pruned.matrix.row[e], pruned.matrix.col[e]);
  return result;
}

/// Every entry has its weight, entries ascend, and the scores are those of the
/// entries.
void checkResult(const DenseWeights &weights, const PrunedWeights &pruned) {
  double all = 0, kept = 0;
  std::vector<double> magnitudes;
  for (double value : weights.values) {
    all += std::abs(value);
    magnitudes.push_back(std::abs(value));
  }
  const CooMatrix &matrix = pruned.matrix;
  ASSERT_EQ(matrix.rows, weights.rows);
  ASSERT_EQ(matrix.cols, weights.cols);
  std::vector<Place> found = places(pruned);
  for (size_t e = 0; e < found.size(); ++e) {
    auto [r, c] = found[e];
    ASSERT_EQ(matrix.value[e], weights.row(r)[c]);
    if (e > 0) {
      ASSERT_LT(found[e - 1], found[e]);
    }
    kept += std::abs(matrix.value[e]);
  }
  std::sort(magnitudes.rbegin(), magnitudes.rend());
  double largest = std::accumulate(magnitudes.begin(),
                                   magnitudes.begin() + pruned.kept(), 0.0);
  EXPECT_NEAR(pruned.retained, all > 0 ? kept / all : 1, 1e-12);
  EXPECT_NEAR(pruned.retainedUnstructured, all > 0 ? largest / all : 1, 1e-12);
  EXPECT_LE(pruned.retained, pruned.retainedUnstructured + 1e-12);
}

/// Blocks in the order of their means, each if it fits.
std::vector<Place> referenceBlocks(const DenseWeights &weights, int64_t height,
                                   int64_t width, int64_t budget) {
  struct Block {
    double sum = 0;
    std::vector<Place> places;
  };
  std::map<Place, Block> blocks;
  for (int64_t r = 0; r < weights.rows; ++r)
    for (int64_t c = 0; c < weights.cols; ++c) {
      Block &block = blocks[{r / height, c / width}];
      block.sum += std::abs(weights.row(r)[c]);
      block.places.emplace_back(r, c);
    }
  auto mean = [](const Block &block) {
    return block.sum / static_cast<double>(block.places.size());
  };
  std::vector<std::pair<double, Block>> order;
  for (const auto &entry : blocks)
    order.emplace_back(-mean(entry.second), entry.second);
  // Of equals the one whose first place comes first.
  std::sort(order.begin(), order.end(), [](const auto &a, const auto &b) {
    return a.first != b.first ? a.first < b.first
                              : a.second.places < b.second.places;
  });
  std::vector<Place> kept;
  for (const auto &[ignored, block] : order)
    if (block.sum > 0 &&
        static_cast<int64_t>(kept.size() + block.places.size()) <= budget)
      kept.insert(kept.end(), block.places.begin(), block.places.end());
  std::sort(kept.begin(), kept.end());
  return kept;
}

/// Packs without padding, and back to the same entries.
void expectPacksExactly(const PrunedWeights &pruned,
                        const PruningPattern &pattern) {
  PackOptions options;
  options.valueType = ElementType::F64;
  options.refusePadding = true;
  options.rowPermutation = pruned.rowPermutation;
  const Format &format = formatOf(pattern);
  Expected<PackedMatrix> packed =
      pack(pruned.matrix, format, parametersOf(pattern), options);
  ASSERT_TRUE(packed.ok()) << packed.message();
  Expected<CooMatrix> back = unpack(*packed, format);
  ASSERT_TRUE(back.ok()) << back.message();
  EXPECT_EQ(back->row, pruned.matrix.row);
  EXPECT_EQ(back->col, pruned.matrix.col);
  EXPECT_EQ(back->value, pruned.matrix.value);
}

TEST(Pruning, CountKept) {
  EXPECT_EQ(countKept(1000, 0.9), 100);
  EXPECT_EQ(countKept(1000, 0), 1000);
  EXPECT_EQ(countKept(0, 0.5), 0);
  // 2.5 of 10 elements would go: 3 do.
  EXPECT_EQ(countKept(10, 0.25), 7);
  EXPECT_EQ(countKept(10, 0.24), 8);
  EXPECT_EQ(countKept(3, 0.99), 0);
  EXPECT_EQ(countKept(int64_t(1) << 40, 0.75), int64_t(1) << 38);
}

TEST(Pruning, LargestElementsAndBlocks) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    CounterHash random(seed, 1);
    auto size = [&](uint64_t i, uint64_t bound) {
      return static_cast<int64_t>(random.below(i, bound)) + 1;
    };
    DenseWeights weights =
        randomWeights(size(0, 20), size(1, 20), seed, seed % 2);
    double sparsity = random.unit(2);
    int64_t budget = countKept(weights.rows * weights.cols, sparsity);
    PruningPattern p = pattern(PruningKind::Unstructured, sparsity);
    Expected<PrunedWeights> pruned = prune(weights, p);
    ASSERT_TRUE(pruned.ok());
    checkResult(weights, *pruned);
    EXPECT_EQ(places(*pruned), referenceBlocks(weights, 1, 1, budget)) << seed;
    expectPacksExactly(*pruned, p);

    p.kind = PruningKind::Block;
    p.blockRows = size(3, 6);
    p.blockCols = size(4, 6);
    pruned = prune(weights, p);
    ASSERT_TRUE(pruned.ok());
    checkResult(weights, *pruned);
    EXPECT_EQ(places(*pruned),
              referenceBlocks(weights, p.blockRows, p.blockCols, budget))
        << seed;
    expectPacksExactly(*pruned, p);

    p.kind = PruningKind::VectorWise;
    p.v = size(5, 9);
    pruned = prune(weights, p);
    ASSERT_TRUE(pruned.ok());
    checkResult(weights, *pruned);
    EXPECT_EQ(places(*pruned), referenceBlocks(weights, p.v, 1, budget))
        << seed;
    EXPECT_LE(pruned->kept(), budget);
    if (p.v >= 8)
      expectPacksExactly(*pruned, p);
  }
}

// Of all sets of so many vectors, none retains more.
TEST(Pruning, VectorsAreTheBestOfTheirNumber) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    DenseWeights weights = randomWeights(6, 4, seed, seed % 2);
    PruningPattern p = pattern(PruningKind::VectorWise, 0.6);
    p.v = 2;
    Expected<PrunedWeights> pruned = prune(weights, p);
    ASSERT_TRUE(pruned.ok());
    double all = 0, best = 0;
    for (double value : weights.values)
      all += std::abs(value);
    // 10 of 24 elements stay: 5 of 12 vectors.
    for (unsigned set = 0; set < 1u << 12; ++set) {
      if (__builtin_popcount(set) != 5)
        continue;
      double sum = 0;
      for (unsigned i = 0; i < 12; ++i)
        if (set >> i & 1)
          sum += std::abs(weights.row(2 * (i / 4))[i % 4]) +
                 std::abs(weights.row(2 * (i / 4) + 1)[i % 4]);
      best = std::max(best, sum);
    }
    EXPECT_NEAR(pruned->retained, best / all, 1e-12);
  }
}

TEST(Pruning, NMKeepsTheBestOfEachGroup) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    CounterHash random(seed, 2);
    PruningPattern p = pattern(PruningKind::NM, 0);
    p.m = 2 + static_cast<int64_t>(random.below(0, 8));
    p.n = 1 + static_cast<int64_t>(random.below(1, p.m - 1));
    auto cols = static_cast<int64_t>(random.below(2, 23));
    DenseWeights weights = randomWeights(5, cols, seed, seed % 2);
    Expected<PrunedWeights> pruned = prune(weights, p);
    ASSERT_TRUE(pruned.ok());
    checkResult(weights, *pruned);
    expectPacksExactly(*pruned, p);
    Meaning kept = meaning(pruned->matrix);
    for (int64_t r = 0; r < weights.rows; ++r)
      for (int64_t first = 0; first < cols; first += p.m) {
        int64_t width = std::min(p.m, cols - first), count = 0;
        double sum = 0, best = 0;
        for (int64_t c = first; c < first + width; ++c)
          if (auto found = kept.find({r, c}); found != kept.end()) {
            ++count;
            sum += std::abs(found->second);
          }
        ASSERT_EQ(count, std::min(p.n, width));
        for (unsigned set = 0; set < 1u << width; ++set) {
          if (__builtin_popcount(set) != count)
            continue;
          double other = 0;
          for (int64_t i = 0; i < width; ++i)
            other += set >> i & 1 ? std::abs(weights.row(r)[first + i]) : 0;
          best = std::max(best, other);
        }
        ASSERT_NEAR(sum, best, 1e-12);
      }
  }
}

TEST(Pruning, TiesStayInOrder) {
  DenseWeights ones{2, 6, std::vector<double>(12, -1)};
  Expected<PrunedWeights> pruned =
      prune(ones, pattern(PruningKind::Unstructured, 0.6));
  ASSERT_TRUE(pruned.ok());
  EXPECT_EQ(places(*pruned),
            (std::vector<Place>{{0, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}}));
  pruned = prune(ones, pattern(PruningKind::NM, 0));
  ASSERT_TRUE(pruned.ok());
  EXPECT_EQ(
      places(*pruned),
      (std::vector<Place>{
          {0, 0}, {0, 1}, {0, 4}, {0, 5}, {1, 0}, {1, 1}, {1, 4}, {1, 5}}));
}

TEST(Pruning, VNM) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    CounterHash random(seed, 3);
    PruningPattern p = pattern(PruningKind::VNM, 0);
    p.v = 1 + static_cast<int64_t>(random.below(0, 6));
    p.n = 1 + static_cast<int64_t>(random.below(1, 3));
    p.m = 4 + static_cast<int64_t>(random.below(2, 9));
    auto rows = static_cast<int64_t>(random.below(3, 12));
    auto cols = static_cast<int64_t>(random.below(4, 30));
    DenseWeights weights = randomWeights(rows, cols, seed, seed % 2);
    Expected<PrunedWeights> pruned = prune(weights, p);
    ASSERT_TRUE(pruned.ok());
    checkResult(weights, *pruned);
    // Four columns of each block, N of them in each row: else it is refused.
    expectPacksExactly(*pruned, p);
    // Blocks of four columns keep all of them.
    p.m = 4;
    pruned = prune(weights, p);
    PruningPattern nm = pattern(PruningKind::NM, 0);
    nm.n = p.n;
    Expected<PrunedWeights> plain = prune(weights, nm);
    ASSERT_TRUE(pruned.ok() && plain.ok());
    EXPECT_EQ(places(*pruned), places(*plain));
  }
}

/// Rows in shuffled groups of `v`; a group has its own quarter of the columns,
/// where magnitudes are up to 1, elsewhere up to `noise`.
DenseWeights plantedGroups(int64_t groups, int64_t v, int64_t cols,
                           double noise, uint64_t seed) {
  CounterHash random(seed);
  uint64_t next = 0;
  std::vector<int64_t> order(static_cast<size_t>(groups * v));
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = order.size() - 1; i > 0; --i)
    std::swap(order[i], order[random.below(next++, i + 1)]);
  DenseWeights weights{groups * v, cols, {}};
  weights.values.resize(static_cast<size_t>(groups * v * cols));
  for (int64_t g = 0; g < groups; ++g) {
    std::vector<int64_t> columns(static_cast<size_t>(cols));
    std::iota(columns.begin(), columns.end(), 0);
    for (size_t i = columns.size() - 1; i > 0; --i)
      std::swap(columns[i], columns[random.below(next++, i + 1)]);
    for (int64_t i = 0; i < v; ++i)
      for (int64_t c = 0; c < cols; ++c) {
        double size = c < cols / 4 ? 1 : noise;
        weights.values[order[g * v + i] * cols + columns[c]] =
            size * random.symmetric(next++);
      }
  }
  return weights;
}

TEST(Pruning, PlantedGroupsAreFound) {
  DenseWeights weights = plantedGroups(8, 16, 128, 0.1, 5);
  PruningPattern p = pattern(PruningKind::ShuffledBlock, 0.75);
  p.v = 16;
  Expected<PrunedWeights> pruned = prune(weights, p);
  ASSERT_TRUE(pruned.ok());
  checkResult(weights, *pruned);
  expectPacksExactly(*pruned, p);
  // A quarter of the elements: just those that may be large. Those beyond are
  // 3/4 of them and a tenth as large.
  double planted = 0.25 / (0.25 + 0.75 * 0.1);
  EXPECT_NEAR(pruned->retained, planted, 0.01);
  p.kind = PruningKind::VectorWise;
  Expected<PrunedWeights> neighbours = prune(weights, p);
  ASSERT_TRUE(neighbours.ok());
  EXPECT_LT(neighbours->retained, 0.6);
}

// Blocks of long groups take longest, and should start first.
TEST(Pruning, LongestGroupsFirst) {
  DenseWeights weights = randomWeights(83, 60, 3);
  for (size_t i = 0; i < weights.values.size(); ++i)
    weights.values[i] *= 1 + static_cast<double>(i / 60 * 7 % 83);
  PruningPattern p = pattern(PruningKind::ShuffledBlock, 0.7);
  p.v = 16;
  Expected<PrunedWeights> pruned = prune(weights, p);
  ASSERT_TRUE(pruned.ok());
  expectPacksExactly(*pruned, p);
  std::vector<int64_t> ofRow(83);
  for (int64_t row : pruned->matrix.row)
    ++ofRow[row];
  std::vector<int64_t> lengths;
  for (int64_t i = 0; i < 80; i += 16)
    lengths.push_back(ofRow[pruned->rowPermutation[i]]);
  EXPECT_TRUE(std::is_sorted(lengths.rbegin(), lengths.rend()));
  EXPECT_GT(lengths.front(), lengths.back());
}

// Few rows: the best of all splits is known.
TEST(Pruning, GroupsAgainstAllSplits) {
  int found = 0, runs = 60;
  for (uint64_t seed = 0; seed < static_cast<uint64_t>(runs); ++seed) {
    DenseWeights weights = randomWeights(6, 12, seed);
    PruningPattern p = pattern(PruningKind::ShuffledBlock, 0.5);
    p.v = 3;
    Expected<PrunedWeights> pruned = prune(weights, p);
    ASSERT_TRUE(pruned.ok());
    double best = 0, all = 0;
    for (double value : weights.values)
      all += std::abs(value);
    for (unsigned set = 0; set < 64; ++set) {
      if (__builtin_popcount(set) != 3)
        continue;
      std::vector<double> sums(24);
      for (unsigned i = 0; i < 72; ++i)
        sums[(set >> i / 12 & 1) * 12 + i % 12] += std::abs(weights.values[i]);
      std::sort(sums.rbegin(), sums.rend());
      best =
          std::max(best, std::accumulate(sums.begin(), sums.begin() + 12, 0.0));
    }
    EXPECT_LE(pruned->retained, best / all + 1e-12);
    found += pruned->retained >= best / all - 1e-12;
  }
  // A search, no enumeration; but it is no use if it mostly fails here.
  EXPECT_GE(found, runs / 2);
}

TEST(Pruning, AnyNumberOfRowsCanBeShuffled) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    CounterHash random(seed, 4);
    auto rows = static_cast<int64_t>(random.below(0, 70));
    auto cols = static_cast<int64_t>(random.below(1, 40));
    DenseWeights weights = randomWeights(rows, cols, seed, seed % 2);
    PruningPattern p = pattern(PruningKind::ShuffledBlock, random.unit(2));
    p.v = 8 + static_cast<int64_t>(random.below(3, 20));
    Expected<PrunedWeights> pruned = prune(weights, p);
    ASSERT_TRUE(pruned.ok());
    checkResult(weights, *pruned);
    expectPacksExactly(*pruned, p);
    EXPECT_LE(pruned->kept(), countKept(rows * cols, p.sparsity));
    EXPECT_EQ(static_cast<int64_t>(pruned->rowPermutation.size()), rows);
    EXPECT_TRUE(completePermutation(pruned->rowPermutation, rows, p.v).ok());
    // The same once more.
    Expected<PrunedWeights> again = prune(weights, p);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->rowPermutation, pruned->rowPermutation);
    EXPECT_EQ(places(*again), places(*pruned));
    p.kind = PruningKind::VectorWise;
    Expected<PrunedWeights> neighbours = prune(weights, p);
    ASSERT_TRUE(neighbours.ok());
    EXPECT_GE(pruned->retained, neighbours->retained - 1e-12);
  }
}

/// vector-wise < shuffled block <= unstructured.
void expectOrder(const DenseWeights &weights, const std::string &what) {
  for (int64_t v : {32, 64})
    for (double sparsity : {0.5, 0.75, 0.9}) {
      PruningPattern p = pattern(PruningKind::VectorWise, sparsity);
      p.v = v;
      Expected<PrunedWeights> vectors = prune(weights, p);
      p.kind = PruningKind::ShuffledBlock;
      Expected<PrunedWeights> shuffled = prune(weights, p);
      p.kind = PruningKind::Unstructured;
      Expected<PrunedWeights> elements = prune(weights, p);
      ASSERT_TRUE(vectors.ok() && shuffled.ok() && elements.ok());
      EXPECT_LT(vectors->retained, shuffled->retained)
          << what << " " << v << " " << sparsity;
      EXPECT_LE(shuffled->retained, elements->retained)
          << what << " " << v << " " << sparsity;
    }
}

TEST(Pruning, RetainedScores) {
  expectOrder(randomWeights(256, 192, 1), "uniform");
  expectOrder(plantedGroups(6, 64, 96, 0.5, 2), "planted");
  CooMatrix nothing;
  nothing.rows = 200;
  nothing.cols = 130;
  expectOrder(*weightsForPattern(nothing, 3), "normal");
}

TEST(Pruning, RetainedScoresOfDLMC) {
  std::string dir = dataDir();
  if (dir.empty())
    GTEST_SKIP() << "no shared data";
  for (const char *name :
       {"dlmc_tf_mag_0.9_body_encoder_layer_0_self_attention_mha_q.smtx.gz",
        "dlmc_tf_vd_0.9_body_encoder_layer_0_self_attention_mha_q.smtx",
        "dlmc_rn50_mag_0.98_bn_3_bg2_1_1.smtx"}) {
    Expected<MatrixFile> file = readMatrix(dir + "/" + name);
    ASSERT_TRUE(file.ok()) << file.message();
    expectOrder(*weightsForPattern(file->matrix, 1), name);
  }
}

TEST(Pruning, WeightsForAPattern) {
  CooMatrix matrix = randomCoo(40, 60, 300, 7);
  Expected<DenseWeights> weights = weightsForPattern(matrix, 1);
  ASSERT_TRUE(weights.ok());
  Meaning entries = meaning(matrix);
  double squares = 0, smallest = 100, largest = 0;
  for (int64_t r = 0; r < 40; ++r)
    for (int64_t c = 0; c < 60; ++c) {
      double magnitude = std::abs(weights->row(r)[c]);
      squares += magnitude * magnitude;
      if (entries.count({r, c}))
        smallest = std::min(smallest, magnitude);
      else
        largest = std::max(largest, magnitude);
    }
  EXPECT_LE(largest, smallest);
  EXPECT_NEAR(squares / 2400, 1, 0.1);
  Expected<DenseWeights> other = weightsForPattern(matrix, 2);
  ASSERT_TRUE(other.ok());
  EXPECT_NE(other->values, weights->values);
}

TEST(Pruning, DenseWeights) {
  CooMatrix matrix;
  matrix.rows = 2;
  matrix.cols = 3;
  matrix.add(1, 2, 3);
  matrix.add(0, 1, -1);
  matrix.add(1, 2, 0.5);
  Expected<DenseWeights> weights = denseWeights(matrix);
  ASSERT_TRUE(weights.ok());
  EXPECT_EQ(weights->values, (std::vector<double>{0, -1, 0, 0, 0, 3.5}));
  matrix.add(1, 0, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(denseWeights(matrix).message(),
            "the weight at (1, 0), counted from 0, is nan, expected a finite "
            "number");
  matrix.value.back() = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(denseWeights(matrix).message(),
            "the weight at (1, 0), counted from 0, is -inf, expected a finite "
            "number");
  matrix = {};
  matrix.rows = matrix.cols = int64_t(1) << 40;
  EXPECT_EQ(denseWeights(matrix).message(),
            "dense weights of 1099511627776 x 1099511627776 do not fit the "
            "memory of this machine");
  EXPECT_FALSE(weightsForPattern(matrix, 0).ok());
}

TEST(Pruning, Errors) {
  DenseWeights weights = randomWeights(4, 4, 0);
  auto message = [&](const PruningPattern &p) {
    return prune(weights, p).message();
  };
  EXPECT_EQ(message(pattern(PruningKind::Unstructured, 1)),
            "the sparsity is 1, expected 0 to below 1");
  EXPECT_EQ(message(pattern(PruningKind::Block, -0.5)),
            "the sparsity is -0.5, expected 0 to below 1");
  EXPECT_EQ(message(pattern(PruningKind::Block, std::nan(""))),
            "the sparsity is nan, expected 0 to below 1");
  PruningPattern p = pattern(PruningKind::VectorWise, 0.5);
  p.v = 0;
  EXPECT_EQ(message(p), "v of the pattern vector-wise is 0, expected at least "
                        "1");
  p.kind = PruningKind::Block;
  p.blockCols = -1;
  EXPECT_EQ(message(p), "the width of a block of the pattern block is -1, "
                        "expected at least 1");
  p.kind = PruningKind::NM;
  p.n = 4;
  EXPECT_EQ(message(p), "n of the pattern nm must be below m, got 4 and 4");
  p.kind = PruningKind::VNM;
  p.v = 2;
  EXPECT_EQ(message(p), "the pattern vnm takes n of 1 to 3 and m of 4 or more, "
                        "got 4 and 4");
  EXPECT_FALSE(parsePruningKind("columns").has_value());
  for (const char *name :
       {"unstructured", "nm", "vector-wise", "shuffled-block", "block", "vnm"})
    EXPECT_EQ(formats::name(*parsePruningKind(name)), name);
}

} // namespace

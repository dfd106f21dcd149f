//===- MatrixStatisticsTest.cpp - What a matrix looks like
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/MatrixStatistics.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/MatrixFile.h"
#include "SparseGPU/Support/FileIO.h"
#include "TestUtils.h"

#include <cmath>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

static MatrixStatistics statistics(const CooMatrix &matrix) {
  PackOptions options;
  options.valueType = ElementType::F64;
  Expected<PackedMatrix> packed = packCsr(matrix, options);
  EXPECT_TRUE(packed.ok()) << packed.message();
  return computeStatistics(asCsrSource(*packed));
}

/// Against sets of places.
TEST(MatrixStatistics, RandomMatrices) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    CounterHash hash(seed);
    CooMatrix coo = randomCoo(static_cast<int64_t>(hash.below(0, 70)) + 1,
                              static_cast<int64_t>(hash.below(1, 70)) + 1,
                              static_cast<int64_t>(hash.below(2, 200)), seed);
    MatrixStatistics found = statistics(coo);
    Meaning places = meaning(coo);
    auto count = static_cast<double>(places.size());
    EXPECT_EQ(found.nnz, static_cast<int64_t>(places.size()));
    std::vector<int64_t> lengths(static_cast<size_t>(coo.rows), 0);
    int64_t zeros = 0, lower = 0, upper = 0;
    for (const auto &[place, value] : places) {
      ++lengths[static_cast<size_t>(place.first)];
      zeros += value == 0;
      lower = std::max(lower, place.first - place.second);
      upper = std::max(upper, place.second - place.first);
    }
    EXPECT_EQ(found.zeros, zeros);
    EXPECT_EQ(found.lowerBandwidth, lower);
    EXPECT_EQ(found.upperBandwidth, upper);
    const LengthStatistics &rows = found.rowLengths;
    EXPECT_EQ(rows.min, *std::min_element(lengths.begin(), lengths.end()));
    EXPECT_EQ(rows.max, *std::max_element(lengths.begin(), lengths.end()));
    EXPECT_EQ(rows.empty, std::count(lengths.begin(), lengths.end(), 0));
    EXPECT_DOUBLE_EQ(rows.mean, count / static_cast<double>(coo.rows));
    for (auto [percent, length] :
         {std::pair(50, rows.p50), {90, rows.p90}, {99, rows.p99}}) {
      auto upTo = [&](int64_t limit) {
        return 100 * std::count_if(lengths.begin(), lengths.end(),
                                   [&](int64_t l) { return l <= limit; });
      };
      EXPECT_GE(upTo(length), percent * coo.rows);
      EXPECT_LT(upTo(length - 1), percent * coo.rows);
    }
    auto check = [&](const BlockStatistics &blocks) {
      std::set<std::pair<int64_t, int64_t>> wanted;
      for (const auto &entry : places)
        wanted.insert({entry.first.first / blocks.rows,
                       entry.first.second / blocks.cols});
      EXPECT_EQ(blocks.blocks, static_cast<int64_t>(wanted.size()));
      double size = static_cast<double>(blocks.rows * blocks.cols) *
                    static_cast<double>(wanted.size());
      EXPECT_DOUBLE_EQ(blocks.fill, size ? count / size : 0);
    };
    EXPECT_EQ(found.blocks.size(), 5u);
    EXPECT_EQ(found.vectors.size(), 4u);
    for (const BlockStatistics &blocks : found.blocks)
      check(blocks);
    for (const BlockStatistics &blocks : found.vectors)
      check(blocks);
  }
}

TEST(MatrixStatistics, Symmetry) {
  auto symmetry = [](std::initializer_list<std::array<double, 3>> entries) {
    CooMatrix coo;
    coo.rows = coo.cols = 3;
    for (const auto &[row, col, value] : entries)
      coo.add(static_cast<int64_t>(row), static_cast<int64_t>(col), value);
    return statistics(coo).symmetry;
  };
  EXPECT_EQ(symmetry({{0, 1, 2}, {1, 0, 2}, {2, 2, 1}}), Symmetry::Symmetric);
  EXPECT_EQ(symmetry({{0, 1, 2}, {1, 0, -2}}), Symmetry::SkewSymmetric);
  EXPECT_EQ(symmetry({{0, 1, 2}, {1, 0, -2}, {2, 2, 1}}), Symmetry::Pattern);
  EXPECT_EQ(symmetry({{0, 1, 2}, {1, 0, 3}}), Symmetry::Pattern);
  EXPECT_EQ(symmetry({{0, 1, 2}, {1, 2, 2}}), Symmetry::None);
  EXPECT_EQ(symmetry({{1, 0, 2}}), Symmetry::None);
  EXPECT_EQ(symmetry({{2, 0, 1}, {0, 2, 1}, {2, 1, 1}}), Symmetry::None);
  EXPECT_EQ(symmetry({{0, 1, NAN}, {1, 0, NAN}}), Symmetry::Symmetric);
  EXPECT_EQ(symmetry({}), Symmetry::Symmetric);
  CooMatrix wide;
  wide.rows = 2;
  wide.cols = 3;
  EXPECT_EQ(statistics(wide).symmetry, Symmetry::None);
}

/// What the manifest of the shared data says, counted by another program.
TEST(MatrixStatistics, MatchTheManifest) {
  std::string dir = dataDir();
  if (dir.empty())
    GTEST_SKIP() << "no shared data; set SPARSEGPU_DATA to its folder";
  Expected<std::string> text = readFile(dir + "/manifest.json");
  ASSERT_TRUE(text.ok()) << text.message();
  auto manifest = nlohmann::json::parse(*text, nullptr, false);
  int compared = 0;
  std::function<void(const nlohmann::json &)> visit =
      [&](const nlohmann::json &value) {
        if (!value.is_structured())
          return;
        if (!value.is_object() || !value.contains("setfile")) {
          for (const nlohmann::json &child : value)
            visit(child);
          return;
        }
        auto file = value["setfile"].get<std::string>();
        SCOPED_TRACE(file);
        ReadOptions options;
        options.complexValues = ComplexValues::Magnitude;
        Expected<MatrixFile> loaded =
            readMatrix(dir + "/" + file.substr(file.find('/') + 1), options);
        ASSERT_TRUE(loaded.ok()) << loaded.message();
        MatrixStatistics found = statistics(loaded->matrix);
        EXPECT_EQ(found.nnz, value["nnz"]);
        EXPECT_EQ(found.rowLengths.min, value["min"]);
        EXPECT_EQ(found.rowLengths.max, value["max"]);
        EXPECT_EQ(found.rowLengths.empty, value["empty"]);
        EXPECT_NEAR(found.rowLengths.variation, value["cv"], 1e-9);
        EXPECT_NEAR(found.density, value["density"], 1e-12);
        EXPECT_NEAR(found.spread, value["bw"], 1e-9);
        EXPECT_EQ(found.condensed.blocks, value["blocks"]);
        EXPECT_NEAR(128 * found.condensed.fill, value["sgt"], 1e-9);
        EXPECT_EQ(found.zeros, value["zeros"]);
        ++compared;
      };
  visit(manifest);
  EXPECT_EQ(compared, 39);
}

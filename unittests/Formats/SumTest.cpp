//===- SumTest.cpp - A matrix as a sum of parts
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Sum.h"
#include "PackedTestUtils.h"
#include "SparseGPU/Formats/Bsr.h"
#include "SparseGPU/Formats/CooFormat.h"
#include "SparseGPU/Formats/Csr.h"
#include "TestUtils.h"

#include <map>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::test;

namespace {

using Kind = SplitRule::Kind;
using Entries = std::map<std::pair<int64_t, int64_t>, double>;

Entries entriesOf(const CooMatrix &matrix) {
  Entries entries;
  for (int64_t e = 0; e < matrix.entries(); ++e)
    EXPECT_TRUE(
        entries.insert({{matrix.row[e], matrix.col[e]}, matrix.value[e]})
            .second)
        << "entry " << e << " twice";
  return entries;
}

CooMatrix makeMatrix(uint64_t seed) {
  CounterHash random(seed);
  CooMatrix coo;
  coo.rows = 1 + static_cast<int64_t>(random.below(0, 40));
  coo.cols = 1 + static_cast<int64_t>(random.below(1, 40));
  uint64_t density = random.below(2, 100);
  for (int64_t r = 0; r < coo.rows; ++r)
    for (int64_t c = 0; c < coo.cols; ++c) {
      auto at = static_cast<uint64_t>(10 + r * coo.cols + c) * 2;
      if (random.below(at, 100) < density)
        coo.add(r, c, static_cast<double>(random.below(at + 1, 9)) - 4);
    }
  return coo;
}

TEST(Sum, EveryEntryIsInThePartThatTheRulesSay) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    CooMatrix matrix = makeMatrix(seed);
    Entries all = entriesOf(matrix);
    std::map<int64_t, int64_t> length;
    std::map<std::pair<int64_t, int64_t>, int64_t> inBlock;
    for (const auto &[place, value] : all) {
      ++length[place.first];
      ++inBlock[{place.first / 3, place.second / 5}];
    }
    auto expect = [&](SplitRule rule, auto takes) {
      Expected<std::vector<CooMatrix>> parts = splitMatrix(matrix, {rule});
      ASSERT_TRUE(parts.ok()) << parts.message();
      ASSERT_EQ(parts->size(), 2u);
      Entries first = entriesOf((*parts)[0]), rest = entriesOf((*parts)[1]);
      EXPECT_EQ(first.size() + rest.size(), all.size());
      std::map<int64_t, int64_t> before;
      for (const auto &[place, value] : all) {
        const Entries &part =
            takes(place, before[place.first]++) ? first : rest;
        auto found = part.find(place);
        ASSERT_TRUE(found != part.end()) << "seed " << seed;
        EXPECT_EQ(found->second, value);
      }
    };
    using Place = std::pair<int64_t, int64_t>;
    expect({Kind::FirstEntries, 4},
           [](const Place &, int64_t before) { return before < 4; });
    expect({Kind::LongRows, 6}, [&](const Place &place, int64_t) {
      return length[place.first] >= 6;
    });
    expect({Kind::FullBlocks, 60, 3, 5}, [&](const Place &place, int64_t) {
      int64_t i = place.first / 3, j = place.second / 5;
      int64_t places = std::min<int64_t>(3, matrix.rows - 3 * i) *
                       std::min<int64_t>(5, matrix.cols - 5 * j);
      return 100 * inBlock[{i, j}] >= 60 * places;
    });
  }
}

TEST(Sum, RulesTakeFromWhatIsLeft) {
  CooMatrix matrix;
  matrix.rows = 2;
  matrix.cols = 6;
  for (int64_t c = 0; c < 6; ++c)
    matrix.add(0, c, 1);
  matrix.add(1, 3, 2);
  Expected<std::vector<CooMatrix>> parts =
      splitMatrix(matrix, {{Kind::FirstEntries, 2}, {Kind::LongRows, 4}});
  ASSERT_TRUE(parts.ok());
  EXPECT_EQ((*parts)[0].entries(), 3);
  EXPECT_EQ((*parts)[1].entries(), 4);
  EXPECT_EQ((*parts)[2].entries(), 0);
}

TEST(Sum, PartsAreJoinedAndSeparated) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    CooMatrix matrix = makeMatrix(seed);
    Expected<std::vector<CooMatrix>> split = splitMatrix(
        matrix, {{Kind::FullBlocks, 50, 3, 2}, {Kind::LongRows, 4}});
    ASSERT_TRUE(split.ok());
    PackOptions options;
    options.positionWidth = options.coordinateWidth = 32;
    const Format *formats[] = {&bsrFormat(), &csrFormat(), &cooFormat()};
    const std::vector<int64_t> parameters[] = {{3, 2}, {}, {}};
    std::vector<PackedMatrix> packed;
    int64_t bytes = 0;
    for (size_t i = 0; i < 3; ++i) {
      Expected<PackedMatrix> part =
          pack((*split)[i], *formats[i], parameters[i], options);
      ASSERT_TRUE(part.ok()) << part.message();
      bytes += part->byteSize();
      packed.push_back(*std::move(part));
    }
    PackedMatrix sum = joinParts(std::move(packed));
    EXPECT_EQ(sum.format, "sum(bsr+csr+coo)");
    EXPECT_EQ(sum.nnz, matrix.entries());
    EXPECT_EQ(sum.byteSize(), bytes);
    ASSERT_EQ(sum.fields.size(), 9u);
    EXPECT_EQ(sum.fields[3].spec.name, "part1_positions");
    Expected<std::vector<PackedMatrix>> parts = separateParts(sum);
    ASSERT_TRUE(parts.ok()) << parts.message();
    ASSERT_EQ(parts->size(), 3u);
    for (size_t i = 0; i < 3; ++i) {
      Expected<CooMatrix> entries = unpack((*parts)[i], *formats[i]);
      ASSERT_TRUE(entries.ok()) << entries.message();
      EXPECT_EQ(entriesOf(*entries), entriesOf((*split)[i])) << "part " << i;
    }
  }
}

TEST(Sum, WhatIsNoSumIsAnError) {
  CooMatrix matrix = makeMatrix(1);
  EXPECT_EQ(splitMatrix(matrix, {{Kind::LongRows, 0}}).message(),
            "a rule of a sum needs a number of at least 1, got 0");
  EXPECT_EQ(splitMatrix(matrix, {{Kind::FullBlocks, 101, 2, 2}}).message(),
            "blocks are full to at most 100 percent, got 101");
  EXPECT_EQ(splitMatrix(matrix, {{Kind::FullBlocks, 50, 0, 2}}).message(),
            "blocks have at least one row and column, got 0 x 2");
  PackedMatrix csr = packEntries(csrFormat(), {}, 2, 2, {{0, 1, 3}});
  EXPECT_EQ(separateParts(csr).message(),
            "a matrix packed as 'csr' is no sum of parts");
  PackedMatrix sum = joinParts({csr, csr});
  for (auto damage : {+[](PackedMatrix &m) { m.parameters.pop_back(); },
                      +[](PackedMatrix &m) { m.parameters[0] = 7; },
                      +[](PackedMatrix &m) { m.fields.pop_back(); },
                      +[](PackedMatrix &m) { m.explicitZeros = {0}; }}) {
    PackedMatrix bad = sum;
    damage(bad);
    EXPECT_EQ(separateParts(bad).message(),
              "a matrix packed as 'sum(csr+csr)' is no sum of parts");
  }
}

} // namespace

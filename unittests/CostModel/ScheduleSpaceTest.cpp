//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The space, its order, and that what comes first is sane.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/ScheduleReport.h"

#include "gtest/gtest.h"

#include <chrono>
#include <cstdio>
#include <set>

using namespace sparsegpu::costmodel;

namespace {
const TargetDescription &a100 = *findTarget("A100");
constexpr MatrixType kHalf = MatrixType::F16;

ScheduleChoice chosen(const ContractionShape &shape,
                      const TargetDescription &target = a100) {
  std::optional<ScheduleChoice> choice = chooseSchedule(target, shape);
  EXPECT_TRUE(choice.has_value()) << toText(shape) << " on " << target.name;
  return choice.value_or(ScheduleChoice());
}
} // namespace

TEST(ScheduleSpace, Sizes) {
  EXPECT_EQ(paperSpace().size(), 1620u);
  EXPECT_GT(defaultSpace().size(), 2000u);
  ScheduleSpace rectangular = paperSpace();
  rectangular.squareWarpTiles = false;
  EXPECT_EQ(rectangular.size(), 4860u);
  ContractionShape shape = makeShape(kHalf, 4096, 4096, 4096);
  ScheduleList list = listSchedules(a100, shape, paperSpace());
  size_t refused = 0;
  for (const auto &[rule, count] : list.refused)
    refused += count;
  EXPECT_EQ(list.points, 1620u);
  EXPECT_EQ(list.schedules.size() + list.duplicates + refused, 1620u);
  // Stages of one step of K have one fragment: three register stages are one.
  EXPECT_GT(list.duplicates, 0u);
  for (const TileSchedule &s : list.schedules)
    EXPECT_FALSE(whyNot(a100, shape, s)) << toText(s);
}

// 216 blocks of 128 x 128 tiles on A100, on a grid of 40 x 40, renumbered as
// --sparse-gpu-block-order does: the model knows what the first wave reads.
TEST(ScheduleSpace, CompactGroups) {
  TileSchedule s;
  s.tileM = s.tileN = 128;
  s.tileK = 32;
  s.warpsM = s.warpsN = 2;
  s.mma = mmaShapeOf(a100, kHalf);
  s.sharedStages = 3;
  ContractionShape shape = makeShape(kHalf, 5120, 5120, 4096);
  ASSERT_EQ(computeOccupancy(a100, needsOf(shape, s)).blocks, 2u);
  // 16 + 216 / 16 is less than 8 + 216 / 8 and 32 + 216 / 32.
  EXPECT_EQ(compactGroup(a100, shape, s), 16u);
  double tile = 128 * 32 * 2;
  for (unsigned group : {1, 16, 40}) {
    std::set<unsigned> rows, columns;
    for (unsigned number = 0; number < 216; ++number) {
      unsigned first = number / (group * 40) * group;
      unsigned height = std::min(40 - first, group);
      rows.insert(first + number % (group * 40) % height);
      columns.insert(number % (group * 40) / height);
    }
    s.groupRows = group;
    EXPECT_NEAR(distinctBytes(shape, s, 216) / tile,
                rows.size() + columns.size(), 1)
        << group;
  }
  // A tile of A that is four times as large wants fewer of them.
  s.tileM = 256;
  s.tileN = 64;
  s.warpsM = 4;
  EXPECT_EQ(computeOccupancy(a100, needsOf(shape, s)).blocks, 1u);
  EXPECT_EQ(compactGroup(a100, shape, s), 4u);
  // 0 in a space stands for it.
  ScheduleSpace space = defaultSpace();
  space.groupRows = {0};
  for (const TileSchedule &listed : listSchedules(a100, shape, space).schedules)
    ASSERT_EQ(listed.groupRows, compactGroup(a100, shape, listed));
}

TEST(ScheduleSpace, OrderIsByTimeAndTheSameInEachRun) {
  ContractionShape shape = makeShape(kHalf, 1024, 768, 768);
  std::vector<Prediction> ranked = rankSchedules(a100, shape, defaultSpace());
  EXPECT_GE(ranked.size(), 2000u);
  size_t equal = 0;
  for (size_t i = 1; i < ranked.size(); ++i) {
    ASSERT_LE(ranked[i - 1].cycles, ranked[i].cycles);
    if (ranked[i - 1].cycles == ranked[i].cycles) {
      ++equal;
      ASSERT_LE(ranked[i - 1].sharedBytes, ranked[i].sharedBytes);
    }
  }
  EXPECT_GT(equal, 0u);
  ScheduleList reversed = listSchedules(a100, shape, defaultSpace());
  std::reverse(reversed.schedules.begin(), reversed.schedules.end());
  std::vector<Prediction> again = rankSchedules(a100, shape, reversed);
  for (size_t i = 0; i < ranked.size(); ++i)
    ASSERT_TRUE(ranked[i].schedule == again[i].schedule) << i;
}

TEST(ScheduleSpace, ChoiceIsWithinItsTolerance) {
  ContractionShape shape = makeShape(kHalf, 2048, 2048, 2048);
  ScheduleChoice choice = chosen(shape);
  std::vector<Prediction> ranked = rankSchedules(a100, shape, defaultSpace());
  EXPECT_DOUBLE_EQ(choice.fastest, ranked.front().cycles);
  EXPECT_LE(choice.best.cycles, (1 + kEqualWithin) * choice.fastest);
  EXPECT_LE(choice.best.aloneCycles, ranked.front().aloneCycles);
  EXPECT_GE(choice.best.cycles, choice.lowerBound);
  // Where another is as fast and relies less on other blocks, it is taken.
  shape = makeShape(kHalf, 4096, 8, 4096);
  EXPECT_LT(chosen(shape).best.aloneCycles,
            rankSchedules(a100, shape, defaultSpace()).front().aloneCycles);
  ASSERT_TRUE(choice.runnerUp && choice.otherTile);
  EXPECT_FALSE(choice.runnerUp->schedule == choice.best.schedule);
}

/// Printed, not tested: a machine may be busy.
TEST(ScheduleSpace, TimeToRank) {
  ContractionShape shape = makeShape(kHalf, 4096, 4096, 4096);
  auto begin = std::chrono::steady_clock::now();
  size_t ranked = rankSchedules(a100, shape, defaultSpace()).size();
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - begin;
  std::printf("ranked %zu of %zu schedules in %.3f s\n", ranked,
              defaultSpace().size(), seconds.count());
  EXPECT_GE(ranked, 2000u);
}

TEST(DefaultSchedule, LargeSquares) {
  for (uint64_t size : {2048, 4096, 8192}) {
    Prediction p = chosen(makeShape(kHalf, size, size, size)).best;
    const TileSchedule &s = p.schedule;
    EXPECT_GE(s.tileM * s.tileN, 128u * 128) << toText(s);
    EXPECT_LE(s.tileM * s.tileN, 256u * 128) << toText(s);
    EXPECT_GE(s.sharedStages * s.tileK, 96u) << toText(s);
    // Loads of fragments are hidden, by register stages or by other warps.
    EXPECT_TRUE(p.bound == Bound::Products || p.bound == Bound::L2)
        << toText(s);
    EXPECT_EQ(s.splitK, 1u);
  }
  TileSchedule s = chosen(makeShape(kHalf, 4096, 4096, 4096)).best.schedule;
  EXPECT_GE(s.sharedStages, 3u);
}

TEST(DefaultSchedule, ShapesOfThePaper) {
  ContractionShape shapes[] = {
      makeShape(kHalf, 1024, 1024, 1024), makeShape(kHalf, 1024, 768, 768),
      makeShape(kHalf, 1024, 2304, 768),  makeShape(kHalf, 1024, 3072, 768),
      makeShape(kHalf, 1024, 768, 3072),  makeShape(kHalf, 512, 4096, 1024),
      makeShape(kHalf, 1024, 64, 2048),   makeShape(kHalf, 1024, 64, 4096),
      makeShape(kHalf, 12544, 256, 512),  makeShape(kHalf, 512, 512, 64, 12),
      makeShape(kHalf, 512, 64, 512, 12), makeShape(kHalf, 1024, 1024, 64, 12)};
  for (const ContractionShape &shape : shapes) {
    ScheduleChoice choice = chosen(shape);
    const TileSchedule &s = choice.best.schedule;
    std::string what = toText(shape) + ": " + toText(s);
    // Loads are pipelined, half of the SMs work, and no tile is mostly outside.
    EXPECT_GE(s.sharedStages, 2u) << what;
    EXPECT_GE(choice.best.counts.blocks, 54) << what;
    EXPECT_LT(s.tileM, 2 * shape.m) << what;
    EXPECT_LT(s.tileN, 2 * shape.n) << what;
    EXPECT_LT(choice.best.cycles, 3 * choice.lowerBound) << what;
  }
}

TEST(DefaultSchedule, Corners) {
  // One stage of K: nothing to pipeline.
  EXPECT_EQ(chosen(makeShape(kHalf, 4096, 4096, 16)).best.schedule.sharedStages,
            1u);
  // Eight columns: no wider tile.
  Prediction skinny = chosen(makeShape(kHalf, 4096, 8, 4096)).best;
  EXPECT_EQ(skinny.schedule.tileN, 8u);
  EXPECT_EQ(skinny.bound, Bound::Dram);
  EXPECT_GE(skinny.schedule.sharedStages, 4u);
  // One tile of C and much of K: split.
  Prediction deep = chosen(makeShape(kHalf, 64, 64, 65536)).best;
  EXPECT_GT(deep.schedule.splitK, 1u);
  EXPECT_GT(deep.splitSum, 0);
  // Odd rows: two bytes at a time, so not asynchronous.
  TileSchedule odd = chosen(makeShape(kHalf, 127, 129, 65)).best.schedule;
  EXPECT_EQ(odd.bytesPerCopy, 2u);
  EXPECT_EQ(odd.sharedStages, 1u);
}

TEST(DefaultSchedule, SplitsKWhereTilesOfCAreFew) {
  for (uint64_t size : {64, 128, 256})
    for (uint64_t k : {4096, 16384, 65536}) {
      ContractionShape shape = makeShape(kHalf, size, size, k);
      Prediction p = chosen(shape).best;
      std::string what = toText(shape) + ": " + toText(p.schedule);
      EXPECT_GT(p.schedule.splitK, 1u) << what;
      EXPECT_GT(p.splitSum, 0) << what;
      // It pays, although the sums go through memory and a second launch.
      ScheduleSpace whole = defaultSpace();
      whole.splitK = {1};
      EXPECT_LT((1 + kSplitGain) * p.cycles,
                chooseSchedule(a100, shape, whole)->fastest)
          << what;
    }
  // Enough tiles, or so little of K that the second launch takes longer.
  for (ContractionShape shape :
       {makeShape(kHalf, 4096, 4096, 4096), makeShape(kHalf, 512, 512, 512),
        makeShape(kHalf, 64, 64, 256), makeShape(kHalf, 64, 64, 1024, 200)})
    EXPECT_EQ(chosen(shape).best.schedule.splitK, 1u) << toText(shape);
}

/// A part has at least one stage.
TEST(ScheduleSpace, PartsOfKHaveWork) {
  ContractionShape shape = makeShape(kHalf, 64, 64, 160);
  ScheduleList list = listSchedules(a100, shape, defaultSpace());
  unsigned most = 0;
  for (const TileSchedule &s : list.schedules) {
    EXPECT_LT((s.splitK - 1) * s.tileK, shape.k) << toText(s);
    most = std::max(most, s.splitK);
  }
  EXPECT_EQ(most, 10u);
}

/// What gains less than kSplitGain by parts of K has one.
TEST(ScheduleSpace, SplitsMustPay) {
  size_t kept = 0, split = 0;
  for (uint64_t k = 512; k <= 8192; k += 512) {
    ContractionShape shape = makeShape(kHalf, 256, 256, k);
    ScheduleChoice choice = chosen(shape);
    if (choice.best.schedule.splitK == 1) {
      EXPECT_LE(choice.best.cycles,
                (1 + kSplitGain) * (1 + kEqualWithin) * choice.fastest);
      ++kept;
    } else {
      ++split;
    }
  }
  EXPECT_GT(kept, 0u);
  EXPECT_GT(split, 0u);
}

TEST(DefaultSchedule, EachTypeOnEachTarget) {
  for (const TargetDescription &target : allTargets())
    for (MatrixType type :
         {kHalf, MatrixType::BF16, MatrixType::TF32, MatrixType::TF32x3,
          MatrixType::F32, MatrixType::F64, MatrixType::FP8, MatrixType::S8})
      for (uint64_t size : {1, 17, 384, 1024}) {
        ContractionShape shape = makeShape(type, size, size, size);
        ScheduleChoice choice = chosen(shape, target);
        EXPECT_GE(choice.best.cycles, choice.lowerBound)
            << toText(shape) << " on " << target.name;
      }
}

TEST(DefaultSchedule, NothingFits) {
  TargetDescription tiny = a100;
  tiny.sharedPerBlock = 64;
  std::map<std::string, size_t> refused;
  EXPECT_FALSE(chooseSchedule(tiny, makeShape(kHalf, 64, 64, 64),
                              defaultSpace(), &refused));
  EXPECT_GT(refused["TILE-8"], 0u);
}

TEST(ScheduleReport, Explains) {
  ContractionShape shape = makeShape(kHalf, 4096, 4096, 4096);
  std::string text = explain(a100, shape, chosen(shape));
  for (const char *part :
       {"4096x4096x4096 f16", " on A100", "no GPU has confirmed it",
        "bound by    products", "2 blocks, 8 warps of a SM (12 %), limit: ",
        "1024 blocks, 216 at a time: 4 full waves, a tail of 160 blocks (74 %",
        "blocks in turn: hidden\n",
        "1 stages, 2 warps in turn: hidden by what else is on the SM\n",
        "nearest", "other tile", "TILE-6"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
}

TEST(ScheduleReport, Table) {
  ContractionShape shape = makeShape(kHalf, 1024, 1024, 1024);
  std::vector<Prediction> ranked = rankSchedules(a100, shape, paperSpace());
  std::string table = toTable(ranked, 3);
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 4);
  EXPECT_NE(table.find("   1 "), std::string::npos);
  EXPECT_NE(table.find(toText(ranked[2].schedule)), std::string::npos);
  EXPECT_EQ(table.find(toText(ranked[3].schedule)), std::string::npos);
}

TEST(ScheduleReport, ShapeText) {
  ContractionShape shape = makeShape(MatrixType::S8, 8, 16, 32, 12);
  shape.transposedB = true;
  shape.bitsA = 4;
  EXPECT_EQ(toText(shape), "12 x 8x16x32 s8, A of 4 bits, B transposed, C 32 "
                           "bits, accumulators 32 bits");
}

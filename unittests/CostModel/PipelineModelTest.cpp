//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The analytic model: its formula and a whole kernel by hand, and what must
// hold for every schedule.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/PipelineModel.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace sparsegpu::costmodel;

namespace {
const TargetDescription &a100 = *findTarget("A100");

/// 128x128x32 by 2x2 warps, three shared stages and one of registers.
TileSchedule usual() {
  TileSchedule s;
  s.tileM = s.tileN = 128;
  s.tileK = 32;
  s.warpsM = s.warpsN = 2;
  s.mma = {16, 8, 16};
  s.sharedStages = 3;
  return s;
}
} // namespace

TEST(PipelineFormula, BothBranches) {
  // 100 <= (3 * 1 - 1) * 50: hidden, 10 iterations of one use.
  EXPECT_TRUE(isHidden(100, 50, 3, 1));
  EXPECT_DOUBLE_EQ(pipelineCycles(100, 50, 10, 3, 1), 500);
  // Four that share: 100 <= (1 * 4 - 1) * 50 even with one buffer.
  EXPECT_DOUBLE_EQ(pipelineCycles(100, 50, 10, 1, 4), 2000);
  // 101 > 100: three buffers in flight, 10 * 151 / 3.
  EXPECT_FALSE(isHidden(101, 50, 3, 1));
  EXPECT_DOUBLE_EQ(pipelineCycles(101, 50, 10, 3, 1), 1510.0 / 3);
  // One buffer and nobody else: load, use, load, use.
  EXPECT_DOUBLE_EQ(pipelineCycles(400, 50, 10, 1, 1), 4500);
  EXPECT_DOUBLE_EQ(pipelineCycles(400, 50, 10, 4, 2), 1125);
}

TEST(PipelineFormula, IsTheLargerOfItsBranches) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> cycles(0, 2000), sharers(1, 8);
  for (int i = 0; i < 1000; ++i) {
    double load = cycles(random), use = cycles(random), x = sharers(random);
    double s = 1 + i % 6;
    EXPECT_DOUBLE_EQ(pipelineCycles(load, use, 7, s, x),
                     std::max(7 * x * use, 7 * (load + use) / s));
  }
}

TEST(PipelineFormula, FillIsTheFirstLoad) {
  // Hidden: nothing of the first load is in P.
  PipelineLevel hidden{100, 50, 10, 3, 1};
  EXPECT_DOUBLE_EQ(hidden.fill(), 100);
  // One buffer: all loads are in P.
  PipelineLevel single{100, 50, 10, 1, 1};
  EXPECT_DOUBLE_EQ(single.fill(), 0);
  // Two buffers: P has (100 + 20) / 2 for the first step, of which 20 is use.
  PipelineLevel two{100, 20, 10, 2, 1};
  EXPECT_DOUBLE_EQ(two.fill(), 60);
}

TEST(PipelineModel, Sectors) {
  EXPECT_DOUBLE_EQ(sectorBytes(64, 8192), 64);
  EXPECT_DOUBLE_EQ(sectorBytes(16, 8192), 32);
  // Rows of 8208 bytes: a run of 64 begins at any multiple of 16.
  EXPECT_DOUBLE_EQ(sectorBytes(64, 8208), 80);
  // A whole row: the next one follows without a gap.
  EXPECT_DOUBLE_EQ(sectorBytes(16, 16), 16);
}

TEST(PipelineModel, ReuseInsideAWave) {
  // 8 x 4 tiles; tiles of A and B have 128 * 32 * 2 = 8192 bytes.
  ContractionShape shape = makeShape(MatrixType::F16, 1024, 512, 1024);
  TileSchedule s = usual();
  EXPECT_DOUBLE_EQ(distinctBytes(shape, s, 32), (8 + 4) * 8192.0);
  // Two rows of blocks; half a row.
  EXPECT_DOUBLE_EQ(distinctBytes(shape, s, 8), (2 + 4) * 8192.0);
  EXPECT_DOUBLE_EQ(distinctBytes(shape, s, 2), (1 + 2) * 8192.0);
  // In groups of four rows, 8 blocks are 4 x 2.
  s.groupRows = 4;
  EXPECT_DOUBLE_EQ(distinctBytes(shape, s, 8), (4 + 2) * 8192.0);
  EXPECT_DOUBLE_EQ(distinctBytes(shape, s, 3), (3 + 1) * 8192.0);
  // Each of a batch has its own tiles.
  shape.batch = 3;
  EXPECT_DOUBLE_EQ(distinctBytes(shape, s, 64), 2 * 12 * 8192.0);
}

TEST(PipelineModel, L2KeepsWhatFits) {
  // 216 blocks at a time; 4096 x 4096 operands of 2 x 32 MiB, L2 has 40.
  ContractionShape shape = makeShape(MatrixType::F16, 4096, 4096, 4096);
  Occupancy occupancy;
  occupancy.blocks = 2;
  // 1024 blocks in rows of 32: four waves of 6.75 rows of A and all of B, and
  // a tail of 5. 32 rows + 5 times 32 columns = 192 tiles of 1 MiB. L2 misses
  // (64 - 40) / 64 of what is more than 64.
  EXPECT_NEAR(dramShare(a100, shape, usual(), occupancy),
              (64 + 0.375 * (192 - 64)) / 192, 1e-12);
  // Small operands: once from DRAM, whatever is loaded.
  shape = makeShape(MatrixType::F16, 4096, 2048, 128);
  EXPECT_NEAR(dramShare(a100, shape, usual(), occupancy),
              (32.0 + 16) / (32 + 3 * 16), 1e-12);
}

/// C of 1536 x 2304 in tiles of 128 x 128 are 12 x 18 = 216 blocks; K = 1024.
///
/// Occupancy: 240 registers a thread are 7680 a warp, two warps in each quarter
/// of the registers, two blocks on each of 108 SMs: one full wave, no tail.
///
/// Fragments: a warp loads (64 + 64) * 16 * 2 = 4096 bytes for a step, its
/// block 16384: 128 cycles + 29 of latency = 157. Its products are
/// 2 * 64 * 64 * 16 = 131072 operations at 2048 / 4 = 512: 256 cycles. With one
/// register stage nothing hides the 157 of a warp alone: 2 steps take it
/// 2 * (157 + 256) = 826. Two warps of a scheduler hide each other's, since
/// 157 <= (1 * 2 - 1) * 256: 2 * 2 * 256 = 1024. With overhead
///     T_own = 826 + 40 = 866     T_all = 1024 + 40 / 2 = 1044
/// Stages: 16384 bytes each, 216 blocks: 3538944 bytes at 4800 / 1.41 =
/// 3404.2553 bytes per cycle: 1039.5648 from L2. Distinct: 30 tiles of 8192 at
/// 2039 / 1.41 = 1446.0993: 169.9468 from DRAM. All that is loaded is loaded
/// once, so the latency is that of DRAM, 466:
///     T_load = 1039.5648 + 466 = 1505.5648
/// It is hidden: 1505.6 <= (3 * 1044 / 866 - 1) * 866 = 2266. K has 32 stages:
///     T_main = 32 * 1044 = 33408
/// Floors of a stage: L2 1039.6; shared memory, two blocks that write 16384 and
/// read 2 * 16384 bytes at 128: 768; issue, two blocks with 32 warps' copies
/// of 2 and four warps of 2 * (32 + 8) + 16 instructions, at 4: 224.
///     T_prologue = 200 + 1505.5648 = 1705.5648
///     T_epilogue = 216 * 32768 bytes / 1446.0993 = 4894.4689
/// against 216 * 65536 / 3404.2553 = 4158.3 from L2, in half sectors.
TEST(PipelineModel, KernelByHand) {
  ContractionShape shape = makeShape(MatrixType::F16, 1536, 2304, 1024);
  Prediction p = predict(a100, shape, usual());
  EXPECT_EQ(p.registers.total(), 240u);
  EXPECT_EQ(p.occupancy.blocks, 2u);
  EXPECT_EQ(p.fullWaves, 1);
  EXPECT_EQ(p.tail.blocks, 0);
  const WaveTerms &w = p.full;
  EXPECT_DOUBLE_EQ(w.fragments.load, 157);
  EXPECT_DOUBLE_EQ(w.fragments.use, 256);
  EXPECT_DOUBLE_EQ(w.fragments.cycles(), 826);
  EXPECT_DOUBLE_EQ(w.fragments.fill(), 0);
  EXPECT_DOUBLE_EQ(w.own, 866);
  EXPECT_DOUBLE_EQ(w.all, 1044);
  EXPECT_NEAR(w.l2, 1039.5648, 1e-3);
  EXPECT_NEAR(w.dram, 169.9468, 1e-3);
  EXPECT_NEAR(w.stages.load, 1505.5648, 1e-3);
  EXPECT_TRUE(w.stages.hidden());
  EXPECT_DOUBLE_EQ(w.shared, 768);
  EXPECT_DOUBLE_EQ(w.issue, 224);
  EXPECT_DOUBLE_EQ(w.main, 33408);
  EXPECT_NEAR(w.prologue, 1705.5648, 1e-3);
  EXPECT_NEAR(w.epilogue, 4894.4689, 1e-3);
  EXPECT_NEAR(p.cycles, 33408 + 1705.5648 + 4894.4689, 1e-2);
  EXPECT_NEAR(p.microseconds, p.cycles / 1410, 1e-6);
  EXPECT_EQ(p.bound, Bound::Products);
}

/// The same with one row of blocks more: 18 blocks in a wave of their own, one
/// on a SM, which L2 serves at 18 * 64 bytes per cycle.
TEST(PipelineModel, Tail) {
  ContractionShape shape = makeShape(MatrixType::F16, 1664, 2304, 1024);
  Prediction p = predict(a100, shape, usual());
  EXPECT_EQ(p.fullWaves, 1);
  EXPECT_EQ(p.tail.blocks, 18);
  EXPECT_EQ(p.tail.residents, 1u);
  EXPECT_DOUBLE_EQ(p.tail.all, 866);
  EXPECT_DOUBLE_EQ(p.tail.l2, 256);
  EXPECT_DOUBLE_EQ(p.cycles, p.full.cycles() + p.tail.cycles());
}

/// K by 4: 864 blocks with 8 stages each, partial results in f32, and a second
/// launch that reads 4 * 1536 * 2304 * 4 bytes, more than L2 holds, and stores
/// C: 2 us = 2820 cycles, 56623104 / 1446.0993 = 39155.7, 466, 4894.5.
TEST(PipelineModel, SplitK) {
  ContractionShape shape = makeShape(MatrixType::F16, 1536, 2304, 1024);
  TileSchedule s = usual();
  s.splitK = 4;
  Prediction p = predict(a100, shape, s);
  EXPECT_EQ(p.counts.blocks, 864);
  EXPECT_EQ(p.counts.stageSteps, 8u);
  EXPECT_NEAR(p.splitSum, 2820 + 39155.73 + 466 + 4894.47, 0.1);
  EXPECT_NEAR(p.full.epilogue, 2 * 4894.4689, 1e-3);
  // One part of C for 8 blocks, each on a SM of 64 bytes per cycle: 1024 * 16 *
  // 4 bytes in 128 cycles, from L2 after 200, and 2048 bytes of C.
  TileSchedule sixteen = s;
  sixteen.splitK = 16;
  Prediction few =
      predict(a100, makeShape(MatrixType::F16, 32, 32, 1024), sixteen);
  EXPECT_NEAR(
      few.splitSum,
      2820 + 128 + a100.l2Latency + 2048 / (a100.dramGBs / a100.clockGHz), 0.1);
  // Parts that no stage is left for are not launched.
  s.splitK = 33;
  EXPECT_EQ(predict(a100, shape, s).counts.splits, 32u);
}

/// Short of compute and full of latency: 64 x 64 tiles on few SMs.
static TileSchedule latencyBound() {
  TileSchedule s = usual();
  s.tileM = s.tileN = 64;
  return s;
}

TEST(PipelineModel, MoreStagesNeverSlower) {
  ContractionShape shape = makeShape(MatrixType::F16, 512, 512, 4096);
  TileSchedule s = latencyBound();
  double previous = std::numeric_limits<double>::infinity();
  for (s.sharedStages = 1; s.sharedStages <= 6; ++s.sharedStages) {
    Prediction p = predict(a100, shape, s);
    EXPECT_LE(p.cycles, previous) << s.sharedStages;
    if (s.sharedStages <= 2) {
      EXPECT_EQ(p.bound, Bound::StageLatency);
      EXPECT_LT(p.cycles, 0.75 * previous);
    }
    previous = p.cycles;
  }
  // Until shared memory lets one block less on a SM: 72 KiB, then 96 KiB.
  shape = makeShape(MatrixType::F16, 4096, 4096, 4096);
  s = usual();
  s.tileM = s.tileK = 64;
  s.warpsM = 1;
  s.warpsN = 4;
  Prediction three = predict(a100, shape, s);
  s.sharedStages = 4;
  Prediction four = predict(a100, shape, s);
  EXPECT_EQ(three.occupancy.blocks, 2u);
  EXPECT_EQ(four.occupancy.blocks, 1u);
  EXPECT_STREQ(four.occupancy.limit, "shared memory");
  EXPECT_GT(four.cycles, three.cycles);
}

TEST(PipelineModel, RegisterStagesHideLoadsOfFragments) {
  // One warp on each scheduler: nobody else hides the loads, which take
  // 4 * (64 + 32) * 16 * 2 / 128 + 29 = 125 cycles before 128 of products.
  ContractionShape shape = makeShape(MatrixType::F16, 1024, 512, 4096);
  TileSchedule s = usual();
  s.tileN = 64;
  s.sharedStages = 4;
  Prediction one = predict(a100, shape, s);
  EXPECT_EQ(one.mainWave().residents, 1u);
  EXPECT_EQ(one.bound, Bound::FragmentLatency);
  s.registerStages = 2;
  Prediction two = predict(a100, shape, s);
  EXPECT_EQ(two.bound, Bound::Products);
  EXPECT_LT(two.cycles, 0.7 * one.cycles);
}

/// A schedule of any numbers; most cannot be.
static TileSchedule randomSchedule(const TargetDescription &target,
                                   MatrixType type, std::mt19937 &random) {
  auto below = [&](unsigned n) { return unsigned(random() % n); };
  TileSchedule s;
  s.mma = mmaShapeOf(target, type);
  s.warpsM = 1u << below(3);
  s.warpsN = 1u << below(3);
  s.tileM = s.warpsM * 16 * (1 + below(4));
  s.tileN = s.warpsN * 8 * (1 + below(8));
  s.tileK = std::max(s.mma.k, 8u) << below(4);
  s.sharedStages = 1 + below(6);
  s.registerStages = 1 + below(4);
  s.splitK = 1 + below(5);
  s.bytesPerCopy = 1u << below(5);
  s.groupRows = 1 + below(8);
  s.staging = EpilogueStaging(below(3));
  return s;
}

TEST(PipelineModel, RandomSchedules) {
  std::mt19937 random(1);
  const MatrixType types[] = {
      MatrixType::F16, MatrixType::BF16, MatrixType::TF32, MatrixType::TF32x3,
      MatrixType::F32, MatrixType::F64,  MatrixType::FP8,  MatrixType::S8,
      MatrixType::S4,  MatrixType::B1};
  const uint64_t extents[] = {1,   7,   16,  17,   63,   64,   65,   127,
                              128, 129, 200, 1024, 4096, 8192, 50000};
  auto extent = [&] { return extents[random() % std::size(extents)]; };
  unsigned valid = 0;
  for (int i = 0; i < 60000; ++i) {
    const TargetDescription &target =
        allTargets()[random() % allTargets().size()];
    MatrixType type = types[random() % std::size(types)];
    ContractionShape shape = makeShape(type, extent(), extent(), extent());
    shape.batch = 1 + random() % 4;
    shape.transposedA = random() % 2;
    shape.transposedB = random() % 2;
    TileSchedule s = randomSchedule(target, type, random);
    if (whyNot(target, shape, s))
      continue;
    ++valid;
    Prediction p = predict(target, shape, s);
    std::string what = std::string(target.name) + ", " + nameOf(type) + ", " +
                       std::to_string(shape.m) + "x" + std::to_string(shape.n) +
                       "x" + std::to_string(shape.k) + ": " + toText(s);
    ASSERT_TRUE(std::isfinite(p.cycles)) << what;
    // Rounding alone may put a sum of parts below the whole.
    ASSERT_GE(p.cycles, 0.999999 * lowerBoundCycles(target, shape)) << what;
    for (const WaveTerms *w : {&p.full, &p.tail})
      for (double term : {w->l2, w->dram, w->shared, w->issue, w->prologue,
                          w->main, w->epilogue, w->own, w->all})
        ASSERT_GE(term, 0) << what;
    // A faster memory makes nothing slower, nor does a faster clock of it.
    TargetDescription faster = target;
    faster.dramGBs *= 1.5;
    ASSERT_LE(predict(faster, shape, s).cycles, 1.000001 * p.cycles) << what;
    faster.l2GBs *= 1.5;
    faster.sharedBytes *= 2;
    faster.dramLatency = faster.l2Latency;
    ASSERT_LE(predict(faster, shape, s).cycles, 1.000001 * p.cycles) << what;
  }
  EXPECT_GT(valid, 1000u);
}

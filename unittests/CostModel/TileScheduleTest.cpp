//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What schedules take of a SM, by hand, and which cannot be.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/TileSchedule.h"

#include "gtest/gtest.h"

using namespace sparsegpu::costmodel;

namespace {
const TargetDescription &a100 = *findTarget("A100");
const ContractionShape square = makeShape(MatrixType::F16, 4096, 4096, 4096);

TileSchedule usual() {
  TileSchedule s;
  s.tileM = s.tileN = 128;
  s.tileK = 32;
  s.warpsM = s.warpsN = 2;
  s.mma = {16, 8, 16};
  s.sharedStages = 3;
  return s;
}

/// The rule against it, or nothing.
std::string refusal(const TileSchedule &s,
                    const ContractionShape &shape = square,
                    const TargetDescription &target = a100) {
  return whyNot(target, shape, s).value_or("");
}

void expectRule(const std::string &reason, const char *rule) {
  EXPECT_NE(reason.find(rule), std::string::npos) << reason;
}
} // namespace

TEST(Contraction, Shapes) {
  ContractionShape s = makeShape(MatrixType::S8, 10, 20, 30, 2);
  EXPECT_DOUBLE_EQ(s.flops(), 24000);
  EXPECT_DOUBLE_EQ(s.bytesA(), 600);
  EXPECT_DOUBLE_EQ(s.bytesB(), 1200);
  EXPECT_DOUBLE_EQ(s.bytesC(), 1600);
  EXPECT_EQ(makeShape(MatrixType::F64, 1, 1, 1).bitsAccumulator, 64u);
  EXPECT_EQ(makeShape(MatrixType::FP8, 1, 1, 1).bitsC, 16u);
}

TEST(Contraction, ComputePaths) {
  auto shapeOn = [](const char *name, MatrixType type) {
    return mmaShapeOf(*findTarget(name), type);
  };
  auto rateOn = [](const char *name, MatrixType type) {
    return contractionRate(*findTarget(name), makeShape(type, 1, 1, 1));
  };
  EXPECT_TRUE((shapeOn("A100", MatrixType::F16) == MmaShape{16, 8, 16}));
  EXPECT_TRUE((shapeOn("T4", MatrixType::F16) == MmaShape{16, 8, 8}));
  EXPECT_TRUE((shapeOn("A100", MatrixType::F64) == MmaShape{8, 8, 4}));
  // No tensor cores for it: f64 on a GeForce, bf16 before Ampere, fp8 before
  // Ada, exact f32 anywhere, anything on sm_70.
  for (auto [name, type] :
       {std::pair("RTX 3090", MatrixType::F64),
        std::pair("T4", MatrixType::BF16), std::pair("A100", MatrixType::FP8),
        std::pair("H100", MatrixType::F32), std::pair("V100", MatrixType::F16)})
    EXPECT_TRUE(shapeOn(name, type).isFma()) << name << nameOf(type);
  EXPECT_DOUBLE_EQ(rateOn("A100", MatrixType::F16), 2048);
  EXPECT_DOUBLE_EQ(rateOn("A100", MatrixType::TF32x3), 1024 / 3.0);
  EXPECT_DOUBLE_EQ(rateOn("A100", MatrixType::F32), 128);
  EXPECT_DOUBLE_EQ(rateOn("RTX 3090", MatrixType::F64), 4);
  ContractionShape halves = makeShape(MatrixType::F16, 1, 1, 1);
  halves.bitsAccumulator = 16;
  EXPECT_DOUBLE_EQ(contractionRate(*findTarget("RTX 4090"), halves), 1024);
}

TEST(Contraction, LowerBound) {
  // 2 * 4096^3 / (108 * 2048) operations per cycle.
  EXPECT_NEAR(lowerBoundCycles(a100, square), 621378.37, 0.01);
  // K = 16: 128 KiB of A and of B, 32 MiB of C at 1446.0993 bytes per cycle.
  EXPECT_NEAR(
      lowerBoundCycles(a100, makeShape(MatrixType::F16, 4096, 4096, 16)),
      (33554432 + 2 * 131072) / 1446.0993, 0.01);
}

TEST(TileSchedule, Counts) {
  ContractionShape shape = makeShape(MatrixType::F16, 129, 64, 200, 3);
  TileSchedule s = usual();
  TileCounts c = countTiles(shape, s);
  EXPECT_EQ(c.tilesM, 2u);
  EXPECT_EQ(c.tilesN, 1u);
  EXPECT_EQ(c.stageSteps, 7u);
  EXPECT_EQ(c.fragmentSteps, 2u);
  EXPECT_DOUBLE_EQ(c.blocks, 6);
  // Seven stages by five are two for each part, and four parts are enough.
  s.splitK = 5;
  c = countTiles(shape, s);
  EXPECT_EQ(c.stageSteps, 2u);
  EXPECT_EQ(c.splits, 4u);
  s.registerStages = 4;
  TileSchedule clipped = clipStages(shape, s);
  EXPECT_EQ(clipped.splitK, 4u);
  EXPECT_EQ(clipped.sharedStages, 2u);
  EXPECT_EQ(clipped.registerStages, 2u);
}

TEST(TileSchedule, SharedMemory) {
  TileSchedule s = usual();
  // 3 * (128 * 32 + 32 * 128) * 2.
  EXPECT_EQ(sharedBytesOf(square, s), 49152u);
  s.staging = EpilogueStaging::Separate;
  EXPECT_EQ(sharedBytesOf(square, s), 49152u + 128 * 128 * 2);
  s.staging = EpilogueStaging::Reused;
  EXPECT_EQ(sharedBytesOf(square, s), 49152u);
  s.sharedStages = 1;
  EXPECT_EQ(sharedBytesOf(square, s), 32768u);
  // Sums of parts of K are stored as they are.
  s.splitK = 2;
  EXPECT_EQ(sharedBytesOf(square, s), 16384u);
  // A of 8 x 3 bytes: 24, B begins at 128 and has 3 * 8.
  TileSchedule small;
  small.tileM = small.tileN = 8;
  small.tileK = 3;
  small.mma = {1, 1, 1};
  ContractionShape bytes = makeShape(MatrixType::S8, 8, 8, 3);
  EXPECT_EQ(sharedBytesOf(bytes, small), 128u + 24);
  // Operands of different widths: A of 4 bits, decoded after the wait.
  ContractionShape mixed = square;
  mixed.bitsA = 4;
  EXPECT_EQ(sharedBytesOf(mixed, usual()),
            3u * 128 * 32 / 2 + 3 * 32 * 128 * 2);
}

TEST(TileSchedule, Registers) {
  // A warp of 64 x 64: 4096 f32 on 32 lanes; (64 + 64) * 16 halves are 1024
  // words on 32 lanes. 8 copies of 3.
  RegisterEstimate r = estimateRegisters(square, usual());
  EXPECT_EQ(r.accumulators, 128u);
  EXPECT_EQ(r.fragments, 32u);
  EXPECT_EQ(r.copies, 0u);
  EXPECT_EQ(r.addresses, 8u * 3);
  EXPECT_EQ(r.total(), 240u); // 1.1 * (128 + 32 + 24 + 28) = 233.2
  // A second register stage does not fit.
  TileSchedule two = usual();
  two.registerStages = 2;
  EXPECT_EQ(estimateRegisters(square, two).total(), 272u); // 1.1 * 244 = 268.4
  EXPECT_NE(refusal(two).find("(TILE-9)"), std::string::npos);
  // Accumulators of 16 bits are half.
  ContractionShape halves = square;
  halves.bitsAccumulator = 16;
  EXPECT_EQ(estimateRegisters(halves, usual()).accumulators, 64u);
  // With one stage in shared memory there is nothing to load ahead.
  two.sharedStages = 1;
  EXPECT_EQ(estimateRegisters(square, two).fragments, 32u);
  // 256 are one more than there are: 1.1 * (128 + 32 + 24 + 18 + 28) = 253.
  ContractionShape convolution = square;
  convolution.extraLoops = 3;
  EXPECT_EQ(estimateRegisters(convolution, usual()).addresses, 8u * 3 + 3 * 6);
  EXPECT_EQ(estimateRegisters(convolution, usual()).total(), 255u);
  // Bytes in pairs, of which some wait for others; FP8 as f16 on sm_90.
  ContractionShape s8 = makeShape(MatrixType::S8, 4096, 4096, 4096);
  TileSchedule wide = usual();
  wide.mma = {16, 8, 32};
  s8.transposedB = true;
  EXPECT_EQ(estimateRegisters(s8, wide).fragments, 32u);
  s8.transposedB = false;
  EXPECT_EQ(estimateRegisters(s8, wide).fragments, 32u + 14 + 2 * 12);
  s8.widenedFloat8 = true;
  EXPECT_EQ(estimateRegisters(s8, wide).fragments, 32u + 32 + 20);
  s8.widenedFloat8 = false;
  wide.sharedStages = 1;
  EXPECT_EQ(estimateRegisters(s8, wide).fragments, 32u + 16);
  // Through registers, 64 elements for each thread, 8 at a time; conditions
  // only where C is no multiple of the tile.
  TileSchedule plain = usual();
  plain.sharedStages = 1;
  plain.bytesPerCopy = 2;
  EXPECT_EQ(estimateRegisters(square, plain).copies, 0u);
  EXPECT_EQ(estimateRegisters(square, plain).addresses, 0u);
  ContractionShape odd = square;
  odd.n = 4095;
  EXPECT_EQ(estimateRegisters(odd, plain).copies, 8u * (2 + 2 + 1));
  odd = square;
  odd.dynamic = true;
  EXPECT_EQ(estimateRegisters(odd, plain).copies, 8u * (2 + 2 + 1));
  // Without asynchronous copies 16 bytes take four registers, eight at a time,
  // and more if some elements may not exist.
  ContractionShape before = square;
  before.synchronousCopies = true;
  TileSchedule single = usual();
  single.sharedStages = 1;
  unsigned other = estimateRegisters(square, single).other;
  EXPECT_EQ(estimateRegisters(square, single).copies, 0u);
  EXPECT_EQ(estimateRegisters(before, single).copies, 8u * 4);
  EXPECT_EQ(estimateRegisters(before, single).other, other + 9);
  before.dynamic = true;
  EXPECT_EQ(estimateRegisters(before, single).copies, 8u * 10);
  // Rows that coordinates name: positions, coordinates, the permutation, and
  // with stages what rows of C take that are not staged; the coordinates of
  // each stage.
  ContractionShape gathered = square;
  gathered.bitsCoordinate = 64;
  EXPECT_EQ(estimateRegisters(gathered, single).other, other + 20);
  EXPECT_EQ(estimateRegisters(gathered, usual()).other, other + 20 + 24);
  EXPECT_EQ(sharedBytesOf(gathered, usual()),
            sharedBytesOf(square, usual()) +
                usual().sharedStages * usual().tileK * 8);
  // FMAs: a lane of 8 x 4 owns 8 x 16 elements, and loads 8 + 16 for a step,
  // while those of the step before are multiplied.
  TileSchedule fma = usual();
  fma.mma = {1, 1, 1};
  r = estimateRegisters(makeShape(MatrixType::F32, 64, 64, 64), fma);
  EXPECT_EQ(r.accumulators, 128u);
  EXPECT_EQ(r.fragments, 2u * (8 + 16));
  // 16 copies, which may be partial, and the slots.
  EXPECT_EQ(r.addresses, 16u * (3 + 1) + 16);
  EXPECT_EQ(estimateRegisters(makeShape(MatrixType::F64, 64, 64, 64), fma)
                .accumulators,
            256u);
}

TEST(TileSchedule, Rules) {
  EXPECT_EQ(refusal(usual()), "");
  auto with = [](auto change) {
    TileSchedule s = usual();
    change(s);
    return s;
  };
  using S = TileSchedule;
  expectRule(refusal(with([](S &s) { s.tileK = 0; })), "(TILE-1)");
  expectRule(refusal(with([](S &s) { s.warpsM = 0; })), "(TILE-1)");
  expectRule(refusal(with([](S &s) { s.splitK = 0; })), "(TILE-1)");
  expectRule(refusal(with([](S &s) { s.sharedStages = 7; })), "(TILE-1)");
  expectRule(refusal(with([](S &s) { s.registerStages = 5; })), "(TILE-1)");
  expectRule(refusal(with([](S &s) { s.bytesPerCopy = 12; })), "(TILE-1)");
  expectRule(refusal(with([](S &s) { s.mma = {16, 8, 8}; })), "(TILE-2)");
  expectRule(refusal(with([](S &s) { s.tileM = 144; })), "(TILE-3)");
  expectRule(refusal(with([](S &s) { s.tileN = 24; })), "(TILE-3)");
  expectRule(refusal(with([](S &s) { s.tileK = 24; })), "(TILE-3)");
  expectRule(refusal(with([](S &s) { s.warpsM = 8, s.warpsN = 8; })),
             "(TILE-4)");
  // Rows of 4095 halves allow no copy of four bytes.
  ContractionShape odd = makeShape(MatrixType::F16, 4096, 4096, 4095);
  expectRule(refusal(usual(), odd), "(TILE-5)");
  // Transposed operands have rows of 4096.
  odd.transposedA = true;
  EXPECT_EQ(refusal(usual(), odd), "");
  // 16 x 32 halves are 1024 bytes, 4 * 32 copies of 16 are 2048.
  expectRule(refusal(with([](S &s) {
               s.tileM = 16;
               s.warpsM = 1;
               s.warpsN = 4;
             })),
             "(TILE-6)");
  // The tile of B alone: 32 x 16 halves.
  expectRule(refusal(with([](S &s) {
               s.tileN = 16;
               s.warpsM = 4;
               s.warpsN = 1;
             })),
             "(TILE-6)");
  // 64 x 2 floats are one copy of 16 bytes for each of 32 threads, but a row
  // has only 8.
  TileSchedule narrow;
  narrow.tileM = narrow.tileN = 64;
  narrow.tileK = 2;
  narrow.mma = {1, 1, 1};
  ContractionShape floats = makeShape(MatrixType::F32, 64, 64, 64);
  expectRule(refusal(narrow, floats), "rows of a tile");
  narrow.bytesPerCopy = 8;
  EXPECT_EQ(refusal(narrow, floats), "");
  // Asynchronous copies have four bytes or more, and begin with sm_80.
  expectRule(refusal(with([](S &s) { s.bytesPerCopy = 2; })), "(TILE-7)");
  EXPECT_EQ(refusal(with([](S &s) {
              s.bytesPerCopy = 2;
              s.sharedStages = 1;
            })),
            "");
  const TargetDescription &t4 = *findTarget("T4");
  expectRule(refusal(with([](S &s) { s.mma = {16, 8, 8}; }), square, t4),
             "(TILE-7)");
  // 6 * 32 KiB; 163 are there.
  expectRule(refusal(with([](S &s) {
               s.tileK = 64;
               s.sharedStages = 6;
             })),
             "(TILE-8)");
  // A warp tile of 128 x 128 has 512 accumulators a lane.
  expectRule(refusal(with([](S &s) { s.tileM = s.tileN = 256; })), "(TILE-9)");
}

TEST(TileSchedule, WidestCopy) {
  auto widest = [](uint64_t n, uint64_t k) {
    return widestCopy(makeShape(MatrixType::F16, 64, n, k));
  };
  EXPECT_EQ(widest(64, 64), 16u);
  EXPECT_EQ(widest(64, 68), 8u);
  EXPECT_EQ(widest(66, 64), 4u);
  EXPECT_EQ(widest(65, 64), 2u);
  EXPECT_EQ(widestCopy(makeShape(MatrixType::S8, 3, 3, 3)), 1u);
}

TEST(TileSchedule, Text) {
  TileSchedule s = usual();
  EXPECT_EQ(toText(s), "128x128x32, warps 2x2 of 64x64, mma 16x8x16, stages 3 "
                       "shared 1 register, copies of 16 B");
  s.splitK = 4;
  s.groupRows = 8;
  s.staging = EpilogueStaging::Reused;
  s.mma = {1, 1, 1};
  EXPECT_EQ(toText(s), "128x128x32, warps 2x2 of 64x64, fma, stages 3 shared 1 "
                       "register, copies of 16 B, K split by 4, groups of 8 "
                       "rows, C staged in place");
}

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Occupancies computed by hand from the limits of each chip.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/Occupancy.h"

#include "gtest/gtest.h"

using namespace sparsegpu::costmodel;

namespace {
Occupancy of(const char *target, KernelNeeds kernel) {
  const TargetDescription *found = findTarget(target);
  EXPECT_NE(found, nullptr) << target;
  return found ? computeOccupancy(*found, kernel) : Occupancy();
}
} // namespace

TEST(Targets, NamesAndChips) {
  for (const char *name : {"V100", "T4", "A100", "RTX 3090", "RTX 4090", "H100",
                           "H200", "a100", "rtx-3090", "RTX4090"})
    EXPECT_NE(findTarget(name), nullptr) << name;
  EXPECT_EQ(findTarget("K80"), nullptr);
  EXPECT_EQ(representativeOf("sm_70").name, "V100");
  EXPECT_EQ(representativeOf("sm_72").name, "V100");
  EXPECT_EQ(representativeOf("sm_75").name, "T4");
  EXPECT_EQ(representativeOf("sm_80").name, "A100");
  EXPECT_EQ(representativeOf("sm_87").name, "RTX 3090");
  EXPECT_EQ(representativeOf("sm_89").name, "RTX 4090");
  EXPECT_EQ(representativeOf("sm_90a").name, "H100");
  EXPECT_EQ(representativeOf("sm_120").name, "H100");
  EXPECT_EQ(representativeOf("sm_60").name, "V100");
}

/// The white papers' peaks, in TFLOP/s, follow from the rates.
TEST(Targets, Peaks) {
  auto tera = [](const TargetDescription &t, double perCycle) {
    return perCycle * t.numSMs * t.clockGHz / 1000;
  };
  auto half = [&](const char *name) {
    return tera(*findTarget(name), findTarget(name)->matrix.half);
  };
  EXPECT_NEAR(half("V100"), 125, 1);
  EXPECT_NEAR(half("T4"), 65, 1);
  EXPECT_NEAR(half("A100"), 312, 1);
  EXPECT_NEAR(half("RTX 3090"), 71, 1);
  EXPECT_NEAR(half("RTX 4090"), 165, 1);
  EXPECT_NEAR(half("H100"), 989, 1);
  auto single = [&](const char *name) {
    return tera(*findTarget(name), 2 * findTarget(name)->lanes.float32);
  };
  EXPECT_NEAR(single("V100"), 15.7, 0.1);
  EXPECT_NEAR(single("A100"), 19.5, 0.1);
  EXPECT_NEAR(single("RTX 3090"), 35.6, 0.1);
  EXPECT_NEAR(single("RTX 4090"), 82.6, 0.1);
}

TEST(Occupancy, Threads) {
  Occupancy o = of("A100", {256, 0, std::nullopt});
  EXPECT_EQ(o.byThreads, 8u); // 64 warps / 8
  EXPECT_EQ(o.byBlocks, 32u);
  EXPECT_EQ(o.byShared, 164u); // 1 KiB each, the system's
  EXPECT_FALSE(o.byRegisters);
  EXPECT_EQ(o.blocks, 8u);
  EXPECT_EQ(o.warps, 64u);
  EXPECT_DOUBLE_EQ(o.share, 1);
  EXPECT_STREQ(o.limit, "threads");
  // A partial warp counts whole: 100 threads are 4 warps.
  EXPECT_EQ(of("V100", {100, 0, std::nullopt}).byThreads, 16u);
}

TEST(Occupancy, SharedMemory) {
  // 48 KiB + 1 KiB: 3 times in 164 KiB. 64 registers: 2048 a warp, 8 warps in
  // each quarter of the registers, 4 blocks of 8.
  Occupancy o = of("A100", {256, 48 * 1024, 64});
  EXPECT_EQ(o.byShared, 3u);
  EXPECT_EQ(o.byRegisters, 4u);
  EXPECT_EQ(o.blocks, 3u);
  EXPECT_STREQ(o.limit, "shared memory");
  EXPECT_DOUBLE_EQ(o.share, 24.0 / 64);
  // The system takes nothing on Volta: 96 KiB fit once, 97 do not.
  EXPECT_EQ(of("V100", {256, 96 * 1024, 32}).blocks, 1u);
  EXPECT_EQ(of("V100", {256, 97 * 1024, 32}).blocks, 0u);
  // Units of 256 bytes: 21845 become 22016, 4 in 96 KiB.
  EXPECT_EQ(of("V100", {32, 21845, 32}).byShared, 4u);
  EXPECT_EQ(of("H200", {128, 227 * 1024, 32}).blocks, 1u);
  EXPECT_EQ(of("RTX 4090", {128, 227 * 1024, 32}).blocks, 0u);
}

TEST(Occupancy, Registers) {
  // 255 * 32 = 8160, in units of 256: 8192. Two warps in each quarter.
  Occupancy o = of("H100", {128, 0, 255});
  EXPECT_EQ(o.byRegisters, 2u);
  EXPECT_STREQ(o.limit, "registers");
  EXPECT_DOUBLE_EQ(o.share, 8.0 / 64);
  // 33 * 32 = 1056 becomes 1280: 12 warps in each quarter, 6 blocks of 8.
  EXPECT_EQ(of("V100", {256, 0, 33}).blocks, 6u);
  EXPECT_EQ(of("V100", {256, 0, 256}).blocks, 0u);
}

TEST(Occupancy, Blocks) {
  EXPECT_EQ(of("RTX 3090", {32, 0, 16}).blocks, 16u);
  EXPECT_STREQ(of("RTX 3090", {32, 0, 16}).limit, "blocks");
  EXPECT_EQ(of("RTX 4090", {32, 0, 16}).blocks, 24u);
  EXPECT_EQ(of("T4", {1024, 0, 40}).blocks, 1u);
  EXPECT_STREQ(of("T4", {1024, 0, 40}).limit, "threads");
  EXPECT_EQ(of("T4", {1025, 0, 40}).blocks, 0u);
}

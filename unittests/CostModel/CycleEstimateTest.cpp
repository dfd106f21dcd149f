//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The terms of the estimate, by hand from counters made by hand.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/CycleEstimate.h"

#include "gtest/gtest.h"

using namespace sparsegpu::costmodel;
using namespace sparsegpu::emulator;
using Class = InstructionClass;

namespace {
const TargetDescription &a100 = *findTarget("A100");

/// 216 blocks of 4 warps: two blocks on each of 108 SMs.
LaunchCounters launch() {
  LaunchCounters c;
  c.grid.x = 216;
  c.block.x = 128;
  return c;
}
constexpr uint64_t kWarps = 864;
} // namespace

TEST(CycleEstimate, BusiestShare) {
  EXPECT_DOUBLE_EQ(busiestShare(a100, 216), 2.0 / 216);
  EXPECT_DOUBLE_EQ(busiestShare(a100, 217), 3.0 / 217);
  EXPECT_DOUBLE_EQ(busiestShare(a100, 1), 1);
  EXPECT_DOUBLE_EQ(busiestShare(a100, 0), 0);
}

TEST(CycleEstimate, IssueAndUnits) {
  LaunchCounters c = launch();
  c.of(Class::Integer).warp = 4320;
  c.of(Class::Float32).warp = 2160;
  c.of(Class::Move).warp = 1000000;
  // 6480 instructions, 60 on a SM, 4 in a cycle.
  EXPECT_DOUBLE_EQ(issueCycles(a100, c), 15);
  // 40 integer instructions on a SM, 32 lanes at 64 in a cycle.
  EXPECT_DOUBLE_EQ(unitCycles(a100, c), 20);
  // Special functions at 16 lanes in a cycle.
  c.of(Class::Special).warp = 2160;
  EXPECT_DOUBLE_EQ(unitCycles(a100, c), 40);
  // All loads and stores share 32 lanes: 3 * 1620 are 45 on a SM.
  for (Class k : {Class::LoadGlobal, Class::StoreShared, Class::AsyncCopy})
    c.of(k).warp = 1620;
  EXPECT_DOUBLE_EQ(unitCycles(a100, c), 45);
  // Doubles are slow on a GeForce.
  LaunchCounters d = launch();
  d.grid.x = 82;
  d.of(Class::Float64).warp = 82;
  EXPECT_DOUBLE_EQ(unitCycles(*findTarget("RTX 3090"), d), 16);
}

TEST(CycleEstimate, Matrix) {
  LaunchCounters c = launch();
  c.matrixOperations["mma.sync.m16n8k16.row.col.f32.f16.f16.f32"] = {
      1080, 1080 * 4096, 0};
  // 10 on a SM, of 4096 operations, at 2048 in a cycle.
  EXPECT_DOUBLE_EQ(matrixCycles(a100, c), 20);
  c.matrixOperations["mma.sync.m16n8k8.row.col.f32.tf32.tf32.f32"] = {
      1080, 1080 * 2048, 0};
  EXPECT_DOUBLE_EQ(matrixCycles(a100, c), 40);
  // V100 has no tf32: FMAs, 128 operations in a cycle.
  LaunchCounters d;
  d.block.x = 32;
  d.matrixOperations["mma.sync.m16n8k8.row.col.f32.tf32.tf32.f32"] = {1, 2048,
                                                                      0};
  EXPECT_DOUBLE_EQ(matrixCycles(*findTarget("V100"), d), 16);
  // Accumulating in f16 is twice as fast on a GeForce.
  LaunchCounters e;
  e.block.x = 32;
  e.matrixOperations["mma.sync.m16n8k16.row.col.f16.f16.f16.f16"] = {1, 4096,
                                                                     0};
  EXPECT_DOUBLE_EQ(matrixCycles(*findTarget("RTX 4090"), e), 4);
}

TEST(CycleEstimate, SharedAndL2) {
  LaunchCounters c = launch();
  c.sharedLoads.wavefronts = 1080;
  c.sharedMatrix.wavefronts = 1080;
  c.globalLoads.sectors = 4320;
  // (2160 + 4320 / 4) * 2 / 216
  EXPECT_DOUBLE_EQ(sharedCycles(a100, c), 30);
  EXPECT_DOUBLE_EQ(l2Bytes(c), 4320 * 32);
  EXPECT_DOUBLE_EQ(l2Cycles(a100, c), 4320 * 32 / (4800 / 1.41));
}

TEST(CycleEstimate, DRAM) {
  LaunchCounters c = launch();
  c.globalLoads.sectors = 4320;
  c.globalLoads.distinctSectors = 2000;
  // It fits into L2: every sector once.
  EXPECT_DOUBLE_EQ(dramBytes(a100, c), 64000);
  EXPECT_DOUBLE_EQ(dramCycles(a100, c), 64000 / (2039 / 1.41));
  // 12 MiB, of which V100's L2 holds half; so half of the second reading
  // misses.
  c.globalLoads.distinctSectors = 12 * 1024 * 1024 / 32;
  c.globalLoads.sectors = 2 * c.globalLoads.distinctSectors;
  EXPECT_DOUBLE_EQ(dramBytes(*findTarget("V100"), c), 18.0 * 1024 * 1024);
}

TEST(CycleEstimate, Latency) {
  LaunchCounters c = launch();
  c.globalLoadBatches = 10 * kWarps;
  c.globalLoads.sectors = c.globalLoads.distinctSectors = 1000;
  // Two blocks are resident together: ten latencies of DRAM.
  Occupancy both = computeOccupancy(a100, {128, 0, std::nullopt});
  EXPECT_DOUBLE_EQ(latencyCycles(a100, c, both), 4660);
  // One after the other.
  Occupancy one = computeOccupancy(a100, {128, 160 * 1024, std::nullopt});
  EXPECT_EQ(one.blocks, 1u);
  EXPECT_DOUBLE_EQ(latencyCycles(a100, c, one), 9320);
  // Half of the bytes come from L2: 261 + 205 / 2.
  c.globalLoads.sectors = 2000;
  EXPECT_DOUBLE_EQ(latencyCycles(a100, c, both), 3635);
  // Shared memory: 29 each.
  c.sharedLoadBatches = 10 * kWarps;
  EXPECT_DOUBLE_EQ(latencyCycles(a100, c, both), 3635 + 290);
}

TEST(CycleEstimate, GroupsInFlight) {
  LaunchCounters c = launch();
  c.globalAsync.sectors = c.globalAsync.distinctSectors = 1000;
  Occupancy o = computeOccupancy(a100, {128, 0, std::nullopt});
  c.async.inFlight[1] = 10 * kWarps;
  EXPECT_DOUBLE_EQ(latencyCycles(a100, c, o), 4660);
  c.async.inFlight = {};
  c.async.inFlight[4] = 10 * kWarps;
  EXPECT_DOUBLE_EQ(latencyCycles(a100, c, o), 1165);
  // Nothing is waited for.
  c.async.inFlight = {};
  c.async.inFlight[0] = 10 * kWarps;
  EXPECT_DOUBLE_EQ(latencyCycles(a100, c, o), 0);
}

TEST(CycleEstimate, TheLargestTermBinds) {
  LaunchCounters c = launch();
  c.of(Class::Integer).warp = 4320;
  c.sharedLoads.wavefronts = 21600;
  CycleEstimate e = estimateCycles(a100, c, 32);
  EXPECT_STREQ(e.binding, "shared");
  EXPECT_DOUBLE_EQ(e.cycles, 200);
  EXPECT_DOUBLE_EQ(e.microseconds, 200 / 1410.0);
  EXPECT_EQ(e.occupancy.byRegisters, 16u);
  c.of(Class::Float64).warp = 108 * 1000;
  EXPECT_STREQ(estimateCycles(a100, c, 32).binding, "units");
}

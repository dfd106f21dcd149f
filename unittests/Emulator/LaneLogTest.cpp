//===- LaneLogTest.cpp - Merging of lanes' logs ---------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaneLog.h"

#include "gtest/gtest.h"

using namespace sparsegpu::emulator;

namespace {
/// Sectors of one load by lanes at base + lane * stride.
uint64_t sectors(uint64_t base, int64_t stride, uint32_t bytes,
                 unsigned lanes = 32) {
  std::vector<uint64_t> addresses;
  for (unsigned i = 0; i < lanes; ++i)
    addresses.push_back(base + i * stride);
  AccessSite site{AccessKind::Load, AccessSpace::Global, bytes, bytes, ""};
  LaunchTally tally;
  countAccess(site, addresses.data(), ~0u >> (32 - lanes), {}, tally);
  const LaunchCounters &counters = tally.counters;
  EXPECT_EQ(counters.globalLoads.requests, 1u);
  EXPECT_EQ(counters.globalLoads.bytes, uint64_t(bytes) * lanes);
  return counters.globalLoads.sectors;
}
} // namespace

TEST(LaneLog, Sectors) {
  EXPECT_EQ(sectors(1 << 20, 4, 4), 4u);
  EXPECT_EQ(sectors((1 << 20) + 4, 4, 4), 5u);
  EXPECT_EQ(sectors(1 << 20, 8, 4), 8u);
  EXPECT_EQ(sectors(1 << 20, 0, 4), 1u);
  EXPECT_EQ(sectors(1 << 20, 4096, 4), 32u);
  EXPECT_EQ(sectors(1 << 20, -4, 4),
            5u); // from the first word of a sector down
  EXPECT_EQ(sectors(1 << 20, 16, 16), 16u);
  EXPECT_EQ(sectors(1 << 20, 1 << 30, 16), 32u);
  EXPECT_EQ(sectors(1 << 20, 2, 2), 2u);
  EXPECT_EQ(sectors(1 << 20, 8, 8, 1), 1u);
}

TEST(LaneLog, GenericAddressesAreTwoRequests) {
  AccessSite site{AccessKind::Store, AccessSpace::Generic, 4, 4, ""};
  uint64_t addresses[] = {100, 104, 5000, 5004};
  LaunchTally tally;
  countAccess(site, addresses, 0xf, {0, 1000}, tally);
  const LaunchCounters &counters = tally.counters;
  EXPECT_EQ(counters.sharedStores.requests, 1u);
  EXPECT_EQ(counters.sharedStores.bytes, 8u);
  EXPECT_EQ(counters.globalStores.requests, 1u);
  EXPECT_EQ(counters.globalStores.bytes, 8u);
}

TEST(LaneLog, MinimumBlockFirst) {
  // Lane 0 takes blocks 0 1 3, lane 1 takes 0 2 3: they meet at 3.
  CompiledModule code;
  for (uint32_t n : {10u, 20u, 30u, 40u})
    code.blocks.push_back({n, 0, 0});
  std::vector<LaneLog> logs(2);
  const uint64_t records[2][3] = {{0, 1, 3}, {0, 2, 3}};
  WarpView warp;
  warp.code = &code;
  warp.states.fill(LaneState::Absent);
  for (unsigned lane = 0; lane < 2; ++lane) {
    std::copy(records[lane], records[lane] + 3, logs[lane].words.begin());
    logs[lane].read = logs[lane].words.data();
    warp.logs[lane] = &logs[lane];
    warp.ends[lane] = logs[lane].words.data() + 3;
    warp.states[lane] = LaneState::Exited;
  }
  PendingBranches branches;
  warp.branches = &branches;
  LaunchTally tally;
  tally.reset(code);
  mergeLogs(warp, tally);
  LaunchCounters counters;
  tally.finish(code, counters);
  EXPECT_EQ(counters.warpInstructions, 10u + 20 + 30 + 40);
  EXPECT_EQ(counters.threadInstructions, 2u * 10 + 20 + 30 + 2 * 40);
}

TEST(LaneLog, StopsWhereALaneMustRun) {
  CompiledModule code;
  for (unsigned i = 0; i < 3; ++i)
    code.blocks.push_back({1, 0, 0});
  std::vector<LaneLog> logs(2);
  WarpView warp;
  warp.code = &code;
  warp.states.fill(LaneState::Absent);
  logs[0].words[0] = 0;
  logs[0].words[1] = 2;
  logs[1].words[0] = 0;
  for (unsigned lane = 0; lane < 2; ++lane) {
    logs[lane].read = logs[lane].words.data();
    warp.logs[lane] = &logs[lane];
    warp.states[lane] = LaneState::Full;
  }
  warp.ends[0] = logs[0].words.data() + 2;
  warp.ends[1] = logs[1].words.data() + 1;
  PendingBranches branches;
  warp.branches = &branches;
  LaunchTally tally;
  tally.reset(code);
  mergeLogs(warp, tally);
  LaunchCounters counters;
  tally.finish(code, counters);
  // Lane 1 may still come to block 1 or 2; lane 0's record waits for it.
  EXPECT_EQ(counters.warpInstructions, 1u);
  EXPECT_EQ(logs[0].read, logs[0].words.data() + 1);
}

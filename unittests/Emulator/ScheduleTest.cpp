//===- ScheduleTest.cpp - Seeds, schedules and options --------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmulatorTest.h"

#include <set>

using namespace sparsegpu::emulator;

namespace {
class Schedules : public EmulatorTest {};

/// A kernel that forgets the barrier between writing and reading shared memory.
std::string racy() {
  return kernel("ptr %out", R"(
  %p = getelementptr [128 x i32], ptr addrspace(3) @s, i32 0, i32 %tid
  store i32 %tid, ptr addrspace(3) %p
  %last = sub i32 %ntid, 1
  %m = sub i32 %last, %tid
  %q = getelementptr [128 x i32], ptr addrspace(3) @s, i32 0, i32 %m
  %v = load i32, ptr addrspace(3) %q
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %o
  ret void)",
                "@s = internal addrspace(3) global [128 x i32] undef\n");
}

bool isRight(const uint32_t *out) {
  for (uint32_t i = 0; i < 128; ++i)
    if (out[i] != 127 - i)
      return false;
  return true;
}
} // namespace

TEST_F(Schedules, AdversarialFindsAMissingBarrierLockstepDoesNot) {
  Kernel *k = load(racy());
  uint32_t *out = array<uint32_t>(128);
  for (unsigned seed = 0; seed < 4; ++seed) {
    configure("seed=" + std::to_string(seed));
    launch(k, {1}, {128}, out);
    EXPECT_FALSE(isRight(out));
    configure("schedule=lockstep,seed=" + std::to_string(seed));
    launch(k, {1}, {128}, out);
    EXPECT_TRUE(isRight(out));
  }
}

TEST_F(Schedules, SeedsGiveOrdersAndRepeat) {
  // The order in which threads take tickets between two barriers.
  const char *body = R"(
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %t = atomicrmw add ptr %counter, i32 1 monotonic
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %t, ptr %o
  ret void)";
  Kernel *k = load(kernel("ptr %counter, ptr %out", body));
  std::set<std::vector<uint32_t>> orders;
  for (unsigned repeat = 0; repeat < 2; ++repeat)
    for (unsigned seed = 0; seed < 8; ++seed) {
      configure("seed=" + std::to_string(seed));
      uint32_t *out = array<uint32_t>(64);
      launch(k, {1}, {64}, array<uint32_t>(1), out);
      orders.insert(std::vector<uint32_t>(out, out + 64));
    }
  EXPECT_EQ(orders.size(), 8u);
}

TEST(Options, Parsing) {
  Options options;
  EXPECT_TRUE(Options::parse("seed=3,schedule=lockstep,counters=x.json,hazards,"
                             "workers=2",
                             options)
                  .ok());
  EXPECT_EQ(options.seed, 3u);
  EXPECT_EQ(options.schedule, Schedule::Lockstep);
  EXPECT_TRUE(options.counters);
  EXPECT_EQ(options.countersFile, "x.json");
  EXPECT_TRUE(options.hazards);
  EXPECT_EQ(options.workers, 2u);
  EXPECT_TRUE(Options::parse("counters=0, hazards=off", options).ok());
  EXPECT_FALSE(options.counters);
  EXPECT_FALSE(options.hazards);
  for (const char *bad :
       {"speed=1", "seed=x", "schedule=random", "hazards=2", "workers=-1"}) {
    Status status = Options::parse(bad, options);
    EXPECT_FALSE(status.ok()) << bad;
    EXPECT_NE(status.message().find(bad), std::string::npos);
  }
}

//===- SeedsTest.cpp - One launch under many seeds, and orders of blocks --===//
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
class Seeds : public EmulatorTest {};

/// Each block writes its number where a counter says: the order of blocks.
const char *recordOrder = R"(
  %at = atomicrmw add ptr %out, i32 1 monotonic
  %at64 = zext i32 %at to i64
  %next = getelementptr i32, ptr %out, i64 1
  %o = getelementptr i32, ptr %next, i64 %at64
  store i32 %ctaid, ptr %o
  ret void)";
} // namespace

TEST_F(Seeds, TheOptionIsRead) {
  Options options;
  ASSERT_TRUE(Options::parse("seed=4,seeds=9", options).ok());
  EXPECT_EQ(options.seed, 4u);
  EXPECT_EQ(options.seeds, 9u);
  EXPECT_EQ(Options::parse("seeds=0", options).message(),
            "option 'seeds=0': the seeds are a number above zero");
  EXPECT_FALSE(Options::parse("seeds=x", options).ok());
}

TEST_F(Seeds, BlocksRunInAnOrderOfTheSeed) {
  Kernel *k = load(kernel("ptr %out", recordOrder));
  std::set<std::vector<uint32_t>> orders;
  for (unsigned seed = 0; seed < 6; ++seed) {
    configure("workers=1,seed=" + std::to_string(seed));
    std::vector<uint32_t> first;
    for (int repeat = 0; repeat < 2; ++repeat) {
      uint32_t *out = array<uint32_t>(61);
      launch(k, {60}, {1}, out);
      std::vector<uint32_t> order(out + 1, out + 61), sorted = order;
      std::sort(sorted.begin(), sorted.end());
      for (unsigned i = 0; i < 60; ++i)
        ASSERT_EQ(sorted[i], i);
      if (seed == 0)
        EXPECT_EQ(order, sorted);
      if (repeat)
        EXPECT_EQ(order, first);
      first = order;
    }
    orders.insert(first);
  }
  EXPECT_EQ(orders.size(), 6u);
}

TEST_F(Seeds, BlocksThatWaitForEarlierOnesRunInTheirOrder) {
  const char *body = R"(
  br label %wait
wait:
  %v = load atomic i32, ptr %out acquire, align 4
  %mine = icmp eq i32 %v, %ctaid
  br i1 %mine, label %go, label %wait
go:
  %n = add i32 %ctaid, 1
  store atomic i32 %n, ptr %out release, align 4
  ret void)";
  Kernel *k = load(kernel("ptr %out", body));
  for (unsigned seed = 1; seed < 6; ++seed) {
    configure("seed=" + std::to_string(seed));
    uint32_t *out = array<uint32_t>(1);
    launch(k, {100}, {1}, out);
    EXPECT_EQ(out[0], 100u);
  }
}

TEST_F(Seeds, EachRunStartsFromTheSameMemory) {
  Kernel *k = load(kernel("ptr %out", R"(
  %a = atomicrmw add ptr %out, i32 3 monotonic
  ret void)"));
  configure("seeds=5");
  uint32_t *out = array<uint32_t>(1, 10);
  launch(k, {4}, {32}, out);
  EXPECT_EQ(out[0], 10u + 3 * 128);
  EXPECT_EQ(device.mark(), 1u);
}

TEST_F(Seeds, ADifferenceNamesTheFirstBadSeedAndThePlace) {
  Kernel *k = load(kernel("ptr %out", recordOrder));
  configure("workers=1,seed=3,seeds=5");
  uint32_t *out = array<uint32_t>(61);
  Status status = tryLaunch(k, {60}, {1}, 0, out);
  EXPECT_EQ(status.message().find("kernel 'k' gives one result under seed 3 "
                                  "and another under seed 4: byte 4 of the "
                                  "device allocation of 244 bytes at 0x"),
            0u)
      << status.message();
}

TEST_F(Seeds, AFailureNamesItsSeed) {
  // The last block to come traps unless it is the last of the grid.
  Kernel *k = load(kernel("ptr %out", R"(
  %at = atomicrmw add ptr %out, i32 1 monotonic
  %late = icmp ne i32 %at, %ctaid
  br i1 %late, label %bad, label %good
bad:
  call void @llvm.trap()
  unreachable
good:
  ret void)",
                          "declare void @llvm.trap()\n"));
  configure("workers=1,seeds=3");
  Status status = tryLaunch(k, {50}, {1}, 0, array<uint32_t>(1));
  EXPECT_NE(status.message().find(": trap (seed 1)"), std::string::npos)
      << status.message();
}

TEST_F(Seeds, AtomicsOnFloatsAreNotCompared) {
  // The sum of these depends on the order in its last bits.
  Kernel *k = load(kernel("ptr %out", R"(
  %f = uitofp i32 %i to float
  %x = fdiv float 1.0, %f
  %y = fadd float %x, 0.125
  %a = atomicrmw fadd ptr %out, float %y monotonic
  ret void)"));
  configure("seeds=8");
  float *out = array<float>(1, 1e-3f);
  out[0] = 0;
  launch(k, {8}, {128}, out);
}

TEST_F(Seeds, ManySeedsPrintOnce) {
  Kernel *k =
      load(kernel("ptr %out", R"(
  %r = call i32 @vprintf(ptr @text, ptr null)
  ret void)",
                  "@text = private constant [7 x i8] c\"hello\\0A\\00\"\n"
                  "declare i32 @vprintf(ptr, ptr)\n"));
  configure("seeds=4");
  testing::internal::CaptureStdout();
  launch(k, {1}, {1}, array<uint32_t>(1));
  std::fflush(stdout);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "hello\n");
}

TEST_F(Seeds, HazardsOfAllSeedsAreReportedOnce) {
  Kernel *k = load(kernel("ptr %out", R"(
  %o = getelementptr i32, ptr %out, i64 100
  store i32 1, ptr %o
  ret void)"));
  configure("seeds=4,hazards");
  device.setHazardHandler([](const Hazard &) {});
  launch(k, {2}, {32}, array<uint32_t>(1));
  EXPECT_EQ(device.hazards().size(), 1u);
}

/// A fault of the program that a GPU forgives has to leave the same numbers
/// here: allocations are rounded up, and the rest is put back as well.
TEST_F(Seeds, BehindAnAllocation) {
  Kernel *k = load(kernel("ptr %data", R"(
  %p = getelementptr i32, ptr %data, i64 1
  %v = load i32, ptr %p
  %w = add i32 %v, %v
  store i32 %w, ptr %p
  ret void)"));
  for (const char *options : {"", "seeds=3", "hazards", "hazards,seeds=3"}) {
    configure(options);
    uint64_t mark = device.mark();
    device.setHazardHandler([](const Hazard &) {});
    int32_t *data = array<int32_t>(1);
    data[1] = 1000;
    launch(k, {1}, {1}, data);
    EXPECT_EQ(data[1], 2000) << options;
    EXPECT_EQ(device.hazards(mark).size(), *options == 'h' ? 2u : 0u);
  }
  // What lies further behind is not touched.
  configure("hazards");
  int32_t *data = array<int32_t>(128);
  data[127] = 1000;
  launch(k, {1}, {1}, data + 127);
  EXPECT_EQ(device.hazards().back().kind, "out-of-bounds global access");
}

// Threads that never wait run in an order of the seed, too.
TEST_F(Seeds, ThreadsRunInAnOrderOfTheSeed) {
  const char *recordThreads = R"(
  %at = atomicrmw add ptr %out, i32 1 monotonic
  %at64 = zext i32 %at to i64
  %next = getelementptr i32, ptr %out, i64 1
  %o = getelementptr i32, ptr %next, i64 %at64
  store i32 %tid, ptr %o
  ret void)";
  Kernel *k = load(kernel("ptr %out", recordThreads));
  std::set<std::vector<uint32_t>> orders;
  for (unsigned seed = 0; seed < 4; ++seed) {
    configure("workers=1,seed=" + std::to_string(seed));
    uint32_t *out = array<uint32_t>(65);
    launch(k, {1}, {64}, out);
    std::vector<uint32_t> order(out + 1, out + 65), sorted = order;
    std::sort(sorted.begin(), sorted.end());
    for (unsigned i = 0; i < 64; ++i)
      ASSERT_EQ(sorted[i], i);
    if (seed == 0)
      EXPECT_EQ(order, sorted);
    orders.insert(order);
  }
  EXPECT_EQ(orders.size(), 4u);
}

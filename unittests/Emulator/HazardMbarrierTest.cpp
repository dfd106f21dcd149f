//===- HazardMbarrierTest.cpp - Stages handed over by mbarriers -----------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One warp fills a stage of shared memory twice, another reads it. `full0` and
// `full1` say that it is filled, `empty` that it was read.
//
//===----------------------------------------------------------------------===//

#include "HazardTest.h"

using namespace sparsegpu::emulator;

namespace {
class MbarrierHazards : public HazardTest {};

std::string arrive(const char *state, const char *barrier) {
  return std::string("  %") + state +
         " = call i64 @llvm.nvvm.mbarrier.arrive.shared(ptr addrspace(3) @" +
         barrier + ")\n";
}

/// Polls the first phase of a barrier.
std::string await(const char *label, const char *barrier) {
  std::string n = label;
  return "  br label %" + n + "\n" + n + ":\n  %is" + n +
         " = call i1 @llvm.nvvm.mbarrier.test.wait.parity.scope.cta.space.cta("
         "ptr addrspace(3) @" +
         barrier + ", i32 0)\n  br i1 %is" + n + ", label %" + n +
         "done, label %" + n + "\n" + n + "done:\n";
}

/// The same without waiting.
std::string pass(const char *label) {
  std::string n = label;
  return "  br label %" + n + "done\n" + n + "done:\n";
}

std::string init(const char *barrier, const char *count = "32") {
  return std::string("  call void @llvm.nvvm.mbarrier.init.shared(ptr "
                     "addrspace(3) @") +
         barrier + ", i32 " + count + ")\n";
}

std::string handOver() {
  return kernel("ptr %out",
                "  %first = icmp eq i32 %tid, 0\n"
                "  br i1 %first, label %init, label %ready\ninit:\n" +
                    init("full0") + init("full1") + init("empty") + R"(
  br label %ready
ready:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %fills = icmp ult i32 %tid, 32
  %slot = getelementptr [32 x i32], ptr addrspace(3) @stage, i32 0, i32 %lane
  %mirror = sub i32 31, %lane
  %other = getelementptr [32 x i32], ptr addrspace(3) @stage, i32 0, i32 %mirror
  br i1 %fills, label %fill, label %use
fill:
  store i32 %lane, ptr addrspace(3) %slot
)" + arrive("f0", "full0") +
                    await("refill", "empty") + R"(
  %more = add i32 %lane, 100
  store i32 %more, ptr addrspace(3) %slot
)" + arrive("f1", "full1") +
                    "  ret void\nuse:\n" + await("read0", "full0") + R"(
  %v = load i32, ptr addrspace(3) %other
)" + arrive("e", "empty") +
                    await("read1", "full1") + R"(
  %w = load i32, ptr addrspace(3) %other
  %sum = add i32 %v, %w
  %lane64 = zext i32 %lane to i64
  %o = getelementptr i32, ptr %out, i64 %lane64
  store i32 %sum, ptr %o
  ret void)",
                R"(
@full0 = internal addrspace(3) global i64 undef, align 8
@full1 = internal addrspace(3) global i64 undef, align 8
@empty = internal addrspace(3) global i64 undef, align 8
@stage = internal addrspace(3) global [32 x i32] undef, align 16
declare void @llvm.nvvm.mbarrier.init.shared(ptr addrspace(3), i32)
declare i64 @llvm.nvvm.mbarrier.arrive.shared(ptr addrspace(3))
declare i1 @llvm.nvvm.mbarrier.test.wait.parity.scope.cta.space.cta(ptr addrspace(3), i32)
)");
}

/// A store by a lane of the first warp against a load by its mirror.
void expectStoreAgainstLoad(const Hazard &hazard) {
  bool loads = hazard.other.what == "store";
  EXPECT_EQ(hazard.other.what, loads ? "store" : "load") << hazard.message;
  EXPECT_NE(
      hazard.message.find(loads ? ": load of 4 bytes" : ": store of 4 bytes"),
      std::string::npos)
      << hazard.message;
  EXPECT_NE(hazard.message.find("stage"), std::string::npos) << hazard.message;
  EXPECT_EQ(hazard.thread.x ^ hazard.other.thread.x, 63u) << hazard.message;
}
} // namespace

TEST_F(MbarrierHazards, HandOver) {
  uint32_t *out = array<uint32_t>(32);
  expectSilent(handOver(), {1}, {64}, out);
  for (uint32_t i = 0; i < 32; ++i)
    EXPECT_EQ(out[i], 2 * (31 - i) + 100);
}

TEST_F(MbarrierHazards, ReadsWithoutWaiting) {
  uint32_t *out = array<uint32_t>(32);
  for (auto [label, barrier] :
       {std::pair("read0", "full0"), {"read1", "full1"}})
    expectStoreAgainstLoad(expectFound(
        kRaceShared, replaced(handOver(), await(label, barrier), pass(label)),
        {1}, {64}, out));
}

TEST_F(MbarrierHazards, RefillsBeforeItWasRead) {
  expectStoreAgainstLoad(expectFound(
      kRaceShared,
      replaced(handOver(), await("refill", "empty"), pass("refill")), {1}, {64},
      array<uint32_t>(32)));
}

TEST_F(MbarrierHazards, TooFewArrivals) {
  Hazard hazard = expectFound(
      "deadlock", replaced(handOver(), init("empty"), init("empty", "33")), {1},
      {64}, array<uint32_t>(32));
  EXPECT_NE(hazard.message.find("32 threads wait at the mbarrier at offset 16 "
                                "of shared memory (first: thread (0,0,0); in "
                                "the block: 0-31)"),
            std::string::npos)
      << hazard.message;
  EXPECT_NE(hazard.message.find("32 threads wait at the mbarrier at offset 8 "
                                "of shared memory (first: thread (32,0,0); in "
                                "the block: 32-63)"),
            std::string::npos)
      << hazard.message;
}

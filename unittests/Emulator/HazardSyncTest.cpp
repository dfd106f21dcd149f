//===- HazardSyncTest.cpp - Barriers that not all reach, deadlock --------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HazardTest.h"

using namespace sparsegpu::emulator;

namespace {
class SyncHazards : public HazardTest {};

const std::string deadlock = "deadlock";
const std::string divergence = "barrier divergence";
} // namespace

TEST_F(SyncHazards, BarrierInADivergentBranch) {
  std::string text = kernel("ptr %out", R"(
  %c = icmp ult i32 %tid, LIMIT
  br i1 %c, label %a, label %b
a:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  br label %end
b:
  br label %end
end:
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 1, ptr %o
  ret void)");
  uint32_t *out = array<uint32_t>(64);
  expectSilent(replaced(text, "LIMIT", "64"), {1}, {64}, out);
  Hazard h =
      expectFound(divergence, replaced(text, "LIMIT", "40"), {1}, {64}, out);
  EXPECT_NE(h.message.find("reached by 40 of the 64 threads"),
            std::string::npos)
      << h.message;
  expectFound(divergence, replaced(text, "LIMIT", "32"), {1}, {64}, out);
}

TEST_F(SyncHazards, WrongNamedBarrier) {
  std::string good = kernel("ptr %out", R"(
  %c = icmp ult i32 %tid, 32
  br i1 %c, label %a, label %b
a:
  call void @llvm.nvvm.barrier.cta.sync.aligned.count(i32 1, i32 64)
  ret void
b:
  call void @llvm.nvvm.barrier.cta.sync.aligned.count(i32 1, i32 64)
  ret void)");
  uint32_t *out = array<uint32_t>(64);
  expectSilent(good, {1}, {64}, out);
  Hazard h = expectFound(deadlock,
                         replaced(good, "(i32 1, i32 64)", "(i32 2, i32 64)"),
                         {1}, {64}, out);
  EXPECT_NE(h.message.find("32 threads wait at barrier 1 (first: thread "
                           "(32,0,0); in the block: 32-63; 32 of 64 threads "
                           "have arrived)"),
            std::string::npos)
      << h.message;
  EXPECT_NE(h.message.find("32 threads wait at barrier 2 (first: thread (0,0,0)"
                           "; in the block: 0-31"),
            std::string::npos)
      << h.message;
}

TEST_F(SyncHazards, BarrierWithAWrongCount) {
  std::string good = kernel("ptr %out", R"(
  %c = icmp ult i32 %tid, 64
  br i1 %c, label %a, label %b
a:
  call void @llvm.nvvm.barrier.cta.sync.aligned.count(i32 3, i32 64)
  ret void
b:
  ret void)");
  uint32_t *out = array<uint32_t>(64);
  expectSilent(good, {1}, {96}, out);
  Hazard h = expectFound(deadlock,
                         replaced(good, "(i32 3, i32 64)", "(i32 3, i32 96)"),
                         {1}, {96}, out);
  EXPECT_NE(h.message.find("64 of 96 threads have arrived"), std::string::npos)
      << h.message;
}

TEST_F(SyncHazards, LanesThatWaitElsewhere) {
  std::string good = kernel("ptr %out", R"(
  %c = icmp eq i32 %lane, 3
  br i1 %c, label %a, label %b
a:
  call void @llvm.nvvm.bar.warp.sync(i32 8)
  ret void
b:
  call void @llvm.nvvm.bar.warp.sync(i32 -9)
  ret void)");
  uint32_t *out = array<uint32_t>(64);
  expectSilent(good, {1}, {64}, out);
  Hazard h = expectFound(
      deadlock,
      replaced(replaced(good, "sync(i32 -9)", "sync(i32 -1)"),
               "  call void @llvm.nvvm.bar.warp.sync(i32 8)",
               "  call void @llvm.nvvm.barrier.cta.sync.all(i32 5)"),
      {1}, {32}, out);
  EXPECT_NE(h.message.find("31 threads wait at bar.warp.sync with mask "
                           "0xffffffff (first: thread (0,0,0); in the block: "
                           "0-2, 4-31; lane 3 of the mask waits at barrier 5)"),
            std::string::npos)
      << h.message;
}

//===- AsyncCountersTest.cpp - Counters of asynchronous copies ------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CountersTest.h"

using namespace sparsegpu::emulator;

namespace {
class AsyncCounters : public CountersTest {};

const char *declarations() {
  return R"(
@s = internal addrspace(3) global [4096 x i8] undef, align 128
declare void @llvm.nvvm.cp.async.cg.shared.global.16(ptr addrspace(3), ptr addrspace(1))
declare void @llvm.nvvm.cp.async.ca.shared.global.4.s(ptr addrspace(3), ptr addrspace(1), i32)
declare void @llvm.nvvm.cp.async.commit.group()
declare void @llvm.nvvm.cp.async.wait.group(i32)
declare void @llvm.nvvm.cp.async.wait.all()
)";
}
} // namespace

TEST_F(AsyncCounters, BytesAndGroupsInFlight) {
  // Three groups of one copy each; waits that leave two, one and none.
  launch(load(kernel("ptr addrspace(1) %in", R"(
  %o = mul i32 %tid, 16
  %q = getelementptr i8, ptr addrspace(3) @s, i32 %o
  %p = getelementptr i8, ptr addrspace(1) %in, i32 %o
  %p2 = getelementptr i8, ptr addrspace(1) %p, i32 1024
  call void @llvm.nvvm.cp.async.cg.shared.global.16(ptr addrspace(3) %q, ptr addrspace(1) %p)
  call void @llvm.nvvm.cp.async.commit.group()
  call void @llvm.nvvm.cp.async.cg.shared.global.16(ptr addrspace(3) %q, ptr addrspace(1) %p2)
  call void @llvm.nvvm.cp.async.commit.group()
  call void @llvm.nvvm.cp.async.cg.shared.global.16(ptr addrspace(3) %q, ptr addrspace(1) %p)
  call void @llvm.nvvm.cp.async.commit.group()
  call void @llvm.nvvm.cp.async.wait.group(i32 2)
  call void @llvm.nvvm.cp.async.wait.group(i32 1)
  call void @llvm.nvvm.cp.async.wait.group(i32 0)
  call void @llvm.nvvm.cp.async.wait.group(i32 0)
  ret void)",
                     declarations())),
         {2}, {64}, array<char>(4096));
  LaunchCounters c = last();
  constexpr uint64_t warps = 4;
  EXPECT_EQ(c.globalAsync.requests, 3 * warps);
  EXPECT_EQ(c.globalAsync.bytes, 3 * warps * 512);
  EXPECT_EQ(c.globalAsync.sectors, 3 * warps * 16);
  EXPECT_EQ(c.globalAsync.distinctSectors, 2u * 32);
  EXPECT_EQ(c.globalLoads.requests, 0u);
  EXPECT_EQ(c.sharedAsync.requests, 3 * warps);
  EXPECT_EQ(c.sharedAsync.wavefronts, 3 * warps * 4);
  EXPECT_EQ(c.sharedAsync.bankConflicts, 0u);
  EXPECT_EQ(c.async.groups, 3 * warps);
  EXPECT_EQ(c.async.waits, 4 * warps);
  EXPECT_EQ(c.async.inFlight[3], warps); // before the first wait
  EXPECT_EQ(c.async.inFlight[2], warps);
  EXPECT_EQ(c.async.inFlight[1], warps);
  EXPECT_EQ(c.async.inFlight[0], warps);
  EXPECT_EQ(c.async.left[2], warps);
  EXPECT_EQ(c.async.left[1], warps);
  EXPECT_EQ(c.async.left[0], 2 * warps);
  EXPECT_EQ(c.of(InstructionClass::AsyncCopy).warp, 3 * warps);
  EXPECT_EQ(c.of(InstructionClass::Synchronisation).warp, 7 * warps);
}

TEST_F(AsyncCounters, SourceSizes) {
  // Lanes 0 to 7 copy four bytes, 8 to 15 two, the rest nothing but zeros.
  launch(load(kernel("ptr addrspace(1) %in", R"(
  %o = mul i32 %tid, 4
  %q = getelementptr i8, ptr addrspace(3) @s, i32 %o
  %p = getelementptr i8, ptr addrspace(1) %in, i32 %o
  %low = icmp ult i32 %tid, 8
  %middle = icmp ult i32 %tid, 16
  %n0 = select i1 %middle, i32 2, i32 0
  %n = select i1 %low, i32 4, i32 %n0
  call void @llvm.nvvm.cp.async.ca.shared.global.4.s(ptr addrspace(3) %q, ptr addrspace(1) %p, i32 %n)
  call void @llvm.nvvm.cp.async.wait.all()
  ret void)",
                     declarations())),
         {1}, {32}, array<char>(4096));
  LaunchCounters c = last();
  EXPECT_EQ(c.globalAsync.requests, 1u);
  EXPECT_EQ(c.globalAsync.bytes, 8u * 4 + 8 * 2);
  EXPECT_EQ(c.globalAsync.sectors, 2u);
  EXPECT_EQ(c.sharedAsync.bytes, 128u); // zeros are written
  EXPECT_EQ(c.async.waits, 1u);
  EXPECT_EQ(c.async.inFlight[1], 1u); // copies without a commit
  EXPECT_EQ(c.async.groups, 0u);
}

TEST_F(AsyncCounters, ConflictsOfDestinations) {
  // All lanes write to one bank group: rows of 128 bytes.
  launch(load(kernel("ptr addrspace(1) %in", R"(
  %o = mul i32 %tid, 128
  %q = getelementptr i8, ptr addrspace(3) @s, i32 %o
  %p = getelementptr i8, ptr addrspace(1) %in, i32 %o
  call void @llvm.nvvm.cp.async.cg.shared.global.16(ptr addrspace(3) %q, ptr addrspace(1) %p)
  call void @llvm.nvvm.cp.async.wait.all()
  ret void)",
                     declarations())),
         {1}, {32}, array<char>(4096));
  EXPECT_EQ(last().sharedAsync.wavefronts, 32u);
  EXPECT_EQ(last().sharedAsync.bankConflicts, 28u);
  EXPECT_EQ(last().globalAsync.sectors, 32u);
  EXPECT_DOUBLE_EQ(last().globalAsync.efficiency(), 0.5);
}

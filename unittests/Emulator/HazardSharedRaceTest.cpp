//===- HazardSharedRaceTest.cpp - Races on shared memory ------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each kernel is run as it should be, where nothing may be found, and with
// something taken out of it or changed.
//
//===----------------------------------------------------------------------===//

#include "HazardTest.h"

using namespace sparsegpu::emulator;

namespace {
class SharedRaces : public HazardTest {};

const char *const syncWarp = "  call void @llvm.nvvm.bar.warp.sync(i32 -1)\n";
const char *const barrier =
    "  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)\n";
const std::string shared =
    "@s = internal addrspace(3) global [256 x i32] undef, align 16\n";

/// Loads word %`index` of shared memory into %`name`, or stores %`name` there.
std::string at(const std::string &index, const std::string &name) {
  return "  %p" + name +
         " = getelementptr [256 x i32], ptr addrspace(3) @s, i32 0, i32 %" +
         index + "\n";
}
std::string loadWord(const std::string &index, const std::string &name) {
  return at(index, name) + "  %" + name + " = load i32, ptr addrspace(3) %p" +
         name + "\n";
}
std::string storeWord(const std::string &index, const std::string &value,
                      const std::string &name) {
  return at(index, name) + "  store i32 %" + value + ", ptr addrspace(3) %p" +
         name + "\n";
}
const char *const put = R"(
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %o
)";
} // namespace

TEST_F(SharedRaces, NoBarrierBetweenWarps) {
  std::string body = storeWord("tid", "tid", "a") + barrier +
                     "  %other = xor i32 %tid, 32\n" + loadWord("other", "v") +
                     put + "  ret void";
  std::string good = kernel("ptr %out", body, shared);
  uint32_t *out = array<uint32_t>(256);
  expectSilent(good, {2}, {128}, out);
  EXPECT_EQ(out[3], 35u);
  Hazard h = expectFound(kRaceShared, without(good, barrier), {2}, {128}, out);
  EXPECT_EQ(h.kernel, "k");
  EXPECT_EQ(h.thread.x ^ h.other.thread.x, 32u);
  EXPECT_EQ(h.block.x, h.other.block.x);
  EXPECT_TRUE(h.other.what == "load" || h.other.what == "store");
  EXPECT_NE(h.message.find("('s' + "), std::string::npos) << h.message;
  EXPECT_NE(h.message.find("nothing orders it with the"), std::string::npos);
}

TEST_F(SharedRaces, NoSyncwarpBetweenLanes) {
  std::string body = storeWord("tid", "tid", "a") + syncWarp +
                     "  %other = xor i32 %tid, 1\n" + loadWord("other", "v") +
                     put + "  ret void";
  std::string good = kernel("ptr %out", body, shared);
  uint32_t *out = array<uint32_t>(256);
  expectSilent(good, {2}, {64}, out);
  Hazard h = expectFound(kRaceShared, without(good, syncWarp), {1}, {64}, out);
  EXPECT_EQ(h.thread.x ^ h.other.thread.x, 1u);
  // A shuffle promises no order of memory.
  expectFound(
      kRaceShared,
      "declare i32 @llvm.nvvm.shfl.sync.bfly.i32(i32, i32, i32, i32)\n" +
          replaced(good, syncWarp,
                   "  %w = call i32 @llvm.nvvm.shfl.sync.bfly.i32(i32 "
                   "-1, i32 %tid, i32 1, i32 31)\n"),
      {1}, {64}, out);
  // Nor do lanes that synchronise among themselves order others.
  expectFound(kRaceShared,
              replaced(good, "@llvm.nvvm.bar.warp.sync(i32 -1)",
                       "@llvm.nvvm.bar.warp.sync(i32 %mask)")
                  .replace(good.find("  %pa"), 0,
                           "  %bit = and i32 %lane, 1\n  %mask = shl i32 "
                           "1431655765, %bit\n"),
              {1}, {64}, out);
}

TEST_F(SharedRaces, TilesOfLanes) {
  // Groups of eight lanes that synchronise by themselves.
  std::string body = R"(
  %group = and i32 %lane, 24
  %mask = shl i32 255, %group
  br label %loop
loop:
  %j = phi i32 [0, %entry], [%j1, %loop]
)" + storeWord("tid", "j", "a") +
                     "  call void @llvm.nvvm.bar.warp.sync(i32 %mask)\n"
                     "  %other = xor i32 %tid, DISTANCE\n" +
                     loadWord("other", "v") +
                     "  call void @llvm.nvvm.bar.warp.sync(i32 %mask)\n" + R"(
  %j1 = add i32 %j, 1
  %c = icmp ult i32 %j1, 4
  br i1 %c, label %loop, label %done
done:
)" + put + "  ret void";
  std::string text = kernel("ptr %out", body, shared);
  uint32_t *out = array<uint32_t>(64);
  expectSilent(replaced(text, "DISTANCE", "5"), {1}, {64}, out);
  expectFound(kRaceShared, replaced(text, "DISTANCE", "8"), {1}, {64}, out);
}

TEST_F(SharedRaces, DoubleBufferWithoutSecondBarrier) {
  // Two buffers and one barrier are right; one buffer needs two.
  std::string body = R"(
  br label %loop
loop:
  %j = phi i32 [0, %entry], [%j1, %loop]
  %odd = and i32 %j, MASK
  %half = shl i32 %odd, 7
  %mine = add i32 %half, %tid
)" + storeWord("mine", "j", "a") +
                     barrier + "  %other = xor i32 %mine, 96\n" +
                     loadWord("other", "v") + R"(
  %j1 = add i32 %j, 1
  %c = icmp ult i32 %j1, 6
  br i1 %c, label %loop, label %done
done:
)" + put + "  ret void";
  std::string text = kernel("ptr %out", body, shared);
  uint32_t *out = array<uint32_t>(128);
  expectSilent(replaced(text, "MASK", "1"), {1}, {128}, out);
  std::string one = replaced(text, "MASK", "0");
  expectFound(kRaceShared, one, {1}, {128}, out);
  expectSilent(replaced(one, "  %j1 =", barrier + std::string("  %j1 =")), {1},
               {128}, out);
}

TEST_F(SharedRaces, NamedBarriers) {
  // Warps 0 and 1 make, 2 and 3 take.
  std::string body =
      R"(
  %taker = icmp uge i32 %tid, 64
  br i1 %taker, label %take, label %make
make:
)" + storeWord("tid", "tid", "a") +
      R"(  call void @llvm.nvvm.barrier.cta.arrive.aligned.count(i32 1, i32 128)
  ret void
take:
  call void @llvm.nvvm.barrier.cta.sync.aligned.count(i32 1, i32 128)
  %other = sub i32 %tid, 64
)" + loadWord("other", "v") +
      put + "  ret void";
  std::string good = kernel("ptr %out", body, shared);
  uint32_t *out = array<uint32_t>(256);
  expectSilent(good, {2}, {128}, out);
  // A barrier of the takers alone orders nothing.
  expectFound(
      kRaceShared,
      replaced(without(good, "  call void @llvm.nvvm.barrier.cta.arrive.aligned"
                             ".count(i32 1, i32 128)\n"),
               "sync.aligned.count(i32 1, i32 128)",
               "sync.aligned.count(i32 1, i32 64)"),
      {1}, {128}, out);
  // Arriving first and storing then.
  std::string late = good;
  std::string arrive = "  call void @llvm.nvvm.barrier.cta.arrive.aligned.count"
                       "(i32 1, i32 128)\n";
  late = without(late, arrive);
  late.insert(late.find("make:\n") + 6, arrive);
  expectFound(kRaceShared, late, {1}, {128}, out);
}

TEST_F(SharedRaces, OneStoresForAll) {
  std::string body = R"(
  %first = icmp eq i32 %tid, 0
  br i1 %first, label %init, label %rest
init:
  %zero = add i32 0, 7
  store i32 7, ptr addrspace(3) @s
  br label %rest
rest:
)" + std::string(barrier) +
                     "  %v = load i32, ptr addrspace(3) @s\n" + put +
                     "  ret void";
  std::string good = kernel("ptr %out", body, shared);
  uint32_t *out = array<uint32_t>(96);
  expectSilent(good, {1}, {96}, out);
  expectFound(kRaceShared, without(good, barrier), {1}, {96}, out);
  // All threads store one value by one instruction: it is there in any case.
  std::string all = replaced(good, "%first = icmp eq i32 %tid, 0",
                             "%first = icmp uge i32 %tid, 0");
  expectSilent(all, {1}, {96}, out);
  expectFound(kRaceShared,
              replaced(all, "store i32 7, ptr", "store i32 %tid, ptr"), {1},
              {96}, out);
}

TEST_F(SharedRaces, AtomicsAndPlainAccesses) {
  std::string body = R"(
  %first = icmp eq i32 %tid, 0
  br i1 %first, label %init, label %rest
init:
  store i32 0, ptr addrspace(3) @s
  br label %rest
rest:
)" + std::string(barrier) +
                     "  %old = atomicrmw add ptr addrspace(3) @s, i32 1 "
                     "monotonic\n" +
                     barrier + "  %v = load i32, ptr addrspace(3) @s\n" + put +
                     "  ret void";
  std::string good = kernel("ptr %out", body, shared);
  uint32_t *out = array<uint32_t>(96);
  expectSilent(good, {1}, {96}, out);
  EXPECT_EQ(out[5], 96u);
  // The barrier before the sum is read.
  size_t second = good.rfind(barrier);
  expectFound(kRaceShared, std::string(good).erase(second, strlen(barrier)),
              {1}, {96}, out);
  // And the one behind the initialisation.
  expectFound(kRaceShared, without(good, barrier), {1}, {96}, out);
  // A sum that one of them makes without an atomic.
  expectFound(kRaceShared,
              replaced(good,
                       "  %old = atomicrmw add ptr addrspace(3) @s, i32 1 "
                       "monotonic\n",
                       "  %old = load i32, ptr addrspace(3) @s\n  %sum = add "
                       "i32 %old, 1\n  store i32 %sum, ptr addrspace(3) @s\n"),
              {1}, {96}, out);
}

TEST_F(SharedRaces, NeighbouringBytes) {
  // Bytes of one word are no race; a word over them is.
  std::string body = R"(
  %p = getelementptr i8, ptr addrspace(3) @s, i32 %tid
  %b = trunc i32 %tid to i8
  store i8 %b, ptr addrspace(3) %p
)" + std::string(barrier) +
                     R"(
  %w = lshr i32 %tid, 2
)" + loadWord("w", "v") +
                     put + "  ret void";
  std::string good = kernel("ptr %out", body, shared);
  uint32_t *out = array<uint32_t>(64);
  expectSilent(good, {1}, {64}, out);
  EXPECT_EQ(out[4], 0x07060504u);
  expectFound(kRaceShared, without(good, barrier), {1}, {64}, out);
}

TEST_F(SharedRaces, LockWithFences) {
  std::string body = R"(
  %first = icmp eq i32 %tid, 0
  br i1 %first, label %init, label %go
init:
  store i32 0, ptr addrspace(3) @s
  %pd0 = getelementptr i32, ptr addrspace(3) @s, i32 1
  store i32 0, ptr addrspace(3) %pd0
  br label %go
go:
)" + std::string(barrier) +
                     R"(  br label %try
try:
  %pair = cmpxchg ptr addrspace(3) @s, i32 0, i32 1 monotonic monotonic
  %got = extractvalue { i32, i1 } %pair, 1
  br i1 %got, label %in, label %try
in:
  call void @llvm.nvvm.membar.cta()
  %pd = getelementptr i32, ptr addrspace(3) @s, i32 1
  %d = load i32, ptr addrspace(3) %pd
  %v = add i32 %d, 1
  store i32 %v, ptr addrspace(3) %pd
  call void @llvm.nvvm.membar.cta()
  %free = atomicrmw xchg ptr addrspace(3) @s, i32 0 monotonic
)" + put + "  ret void";
  std::string good = kernel("ptr %out", body,
                            shared + "declare void @llvm.nvvm.membar.cta()\n");
  uint32_t *out = array<uint32_t>(64);
  expectSilent(good, {1}, {64}, out);
  expectFound(kRaceShared,
              without(good, "  call void @llvm.nvvm.membar.cta()\n"), {1}, {64},
              out);
}

//===- HazardGlobalRaceTest.cpp - Races on global memory -----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HazardTest.h"

using namespace sparsegpu::emulator;

namespace {
class GlobalRaces : public HazardTest {};

const char *const barrier =
    "  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)\n";
} // namespace

TEST_F(GlobalRaces, BlocksStoreOneElement) {
  std::string good = kernel("ptr %out", R"(
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %ctaid, ptr %o
  ret void)");
  uint32_t *out = array<uint32_t>(128);
  expectSilent(good, {4}, {32}, out);
  Hazard h = expectFound(kRaceGlobal, replaced(good, "i64 %i64", "i64 %tid64"),
                         {4}, {32}, out);
  EXPECT_NE(h.block.x, h.other.block.x);
  EXPECT_EQ(h.thread.x, h.other.thread.x);
  EXPECT_NE(h.message.find("by block ("), std::string::npos) << h.message;
  EXPECT_NE(h.message.find("into a device allocation of 512 bytes"),
            std::string::npos)
      << h.message;
  // One element at the border of two blocks.
  expectFound(kRaceGlobal,
              replaced(good, "  store i32 %ctaid",
                       "  %n = getelementptr i32, ptr %o, i64 1\n"
                       "  store i32 %tid, ptr %n\n  store i32 %ctaid"),
              {3}, {32}, out);
}

TEST_F(GlobalRaces, BlocksReadWhatOthersStore) {
  // In place, with a neighbour: right only into another array.
  std::string text = kernel("ptr %out, ptr %in", R"(
  %p = getelementptr i32, ptr %in, i64 %i64
  %q = getelementptr i32, ptr %p, i64 1
  %a = load i32, ptr %p
  %b = load i32, ptr %q
  %s = add i32 %a, %b
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %s, ptr %o
  ret void)");
  uint32_t *in = array<uint32_t>(129, 5), *out = array<uint32_t>(129);
  expectSilent(text, {4}, {32}, out, in);
  expectFound(kRaceGlobal, text, {4}, {1}, in, in);
  expectFound(kRaceGlobal, text, {1}, {64}, in, in);
}

TEST_F(GlobalRaces, WithinABlock) {
  std::string good = kernel("ptr %out, ptr %tmp", R"(
  %p = getelementptr i32, ptr %tmp, i64 %i64
  store i32 %tid, ptr %p
)" + std::string(barrier) + R"(
  %other = xor i32 %i, 33
  %x = zext i32 %other to i64
  %q = getelementptr i32, ptr %tmp, i64 %x
  %v = load i32, ptr %q
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %o
  ret void)");
  uint32_t *out = array<uint32_t>(256), *tmp = array<uint32_t>(256);
  expectSilent(good, {4}, {64}, out, tmp);
  expectFound(kRaceGlobal, without(good, barrier), {4}, {64}, out, tmp);
  // A barrier is one of the block only.
  expectFound(kRaceGlobal, replaced(good, "xor i32 %i, 33", "xor i32 %i, 64"),
              {4}, {64}, out, tmp);
}

TEST_F(GlobalRaces, AtomicsAndPlainStores) {
  std::string good = kernel("ptr %out", R"(
  %old = atomicrmw add ptr %out, i32 1 monotonic
  ret void)");
  uint32_t *out = array<uint32_t>(1);
  expectSilent(good, {8}, {64}, out);
  EXPECT_EQ(out[0], 22u * 8 * 64);
  // One block stores, the others add.
  std::string mixed = kernel("ptr %out", R"(
  %one = icmp eq i32 %i, 70
  br i1 %one, label %plain, label %atomic
plain:
  store i32 5, ptr %out
  ret void
atomic:
  %old = atomicrmw add ptr %out, i32 1 monotonic
  ret void)");
  expectFound(kRaceGlobal, mixed, {3}, {64}, out);
  expectFound(kRaceGlobal,
              replaced(mixed, "store i32 5, ptr %out",
                       "%v = load i32, ptr %out\n  %o = getelementptr i32, ptr "
                       "%out, i64 1\n  store i32 %v, ptr %o"),
              {3}, {64}, array<uint32_t>(2));
}

TEST_F(GlobalRaces, HalvesOfOneWord) {
  std::string good = kernel("ptr %out", R"(
  %h = trunc i32 %i to i16
  %o = getelementptr i16, ptr %out, i64 %i64
  store i16 %h, ptr %o
  ret void)");
  uint16_t *out = array<uint16_t>(96);
  expectSilent(good, {3}, {31}, out);
  expectFound("misaligned access",
              replaced(good, "getelementptr i16", "getelementptr i8"), {1}, {2},
              out);
}

TEST_F(GlobalRaces, TheLastBlockAddsUp) {
  // Partial results, a fence, a counter; who comes last adds up.
  std::string body = R"(
  %one = icmp eq i32 %tid, 0
  %c64 = zext i32 %ctaid to i64
  %part = getelementptr i32, ptr %tmp, i64 %c64
  br i1 %one, label %give, label %join
give:
  store i32 %i, ptr %part
  call void @llvm.nvvm.membar.gl()
  %old = atomicrmw add ptr %count, i32 1 monotonic
  call void @llvm.nvvm.membar.gl()
  %nct = call i32 @llvm.nvvm.read.ptx.sreg.nctaid.x()
  %last = sub i32 %nct, 1
  %is = icmp eq i32 %old, %last
  %flag = zext i1 %is to i32
  store i32 %flag, ptr addrspace(3) @s
  br label %join
join:
)" + std::string(barrier) +
                     R"(  %f = load i32, ptr addrspace(3) @s
  %sum = icmp ne i32 %f, 0
  br i1 %sum, label %add, label %done
add:
  %pp = getelementptr i32, ptr %tmp, i64 %tid64
  %v = load i32, ptr %pp
  %x = atomicrmw add ptr %out, i32 %v monotonic
  store i32 0, ptr %pp
  br i1 %one, label %reset, label %done
reset:
  store i32 0, ptr %count
  br label %done
done:
  ret void)";
  std::string good = kernel("ptr %out, ptr %tmp, ptr %count", body,
                            "@s = internal addrspace(3) global i32 undef\n"
                            "declare void @llvm.nvvm.membar.gl()\n");
  uint32_t *out = array<uint32_t>(1), *tmp = array<uint32_t>(16),
           *count = array<uint32_t>(1);
  // Clearing the counter is ordered with the atomics of all others, too.
  expectSilent(good, {16}, {16}, out, tmp, count);
  EXPECT_EQ(out[0], 22u * 16 * (0 + 15) / 2 * 16);
  expectFound(kRaceGlobal,
              without(good, "  call void @llvm.nvvm.membar.gl()\n"), {16}, {16},
              out, tmp, count);
}

TEST_F(GlobalRaces, StoreAfterALoadOfAnotherBlock) {
  // The first turn of the loop makes what the second one takes the short way
  // through. Block 0 stores when block 1 has loaded, so it has to be compared
  // with the second load that is known of the word.
  const char *fence = "  call void @llvm.nvvm.membar.gl()\n";
  std::string good = kernel("ptr %data, ptr %flag", std::string(R"(
  %slot = add i32 %lane, 1
  br label %loop
loop:
  %j = phi i32 [0, %entry], [%slot, %loop]
  %p = getelementptr i32, ptr %data, i32 %j
  %v = load i32, ptr %p
  %more = icmp eq i32 %j, 0
  br i1 %more, label %loop, label %loaded
loaded:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %waits = icmp eq i32 %ctaid, 0
  br i1 %waits, label %wait, label %tell
tell:
)") + fence + R"(
  store volatile i32 %slot, ptr %flag
  ret void
wait:
  %f = load volatile i32, ptr %flag
  %set = icmp ne i32 %f, 0
  br i1 %set, label %store, label %wait
store:
)" + fence + R"(
  store i32 %v, ptr %p
  ret void)",
                            "declare void @llvm.nvvm.membar.gl()\n");
  auto hazardsOf = [&](const std::string &text) {
    configure("hazards,workers=2");
    uint32_t *data = array<uint32_t>(33, 1), *flag = array<uint32_t>(1);
    uint64_t mark = device.mark();
    launch(load(text), {2}, {32}, data, flag);
    return device.hazards(mark);
  };
  EXPECT_TRUE(hazardsOf(good).empty());
  std::vector<Hazard> bad = hazardsOf(without(without(good, fence), fence));
  ASSERT_EQ(bad.size(), 1u);
  EXPECT_EQ(bad[0].kind, kRaceGlobal);
  EXPECT_EQ(bad[0].block.x, 0u);
  EXPECT_EQ(bad[0].other.block.x, 1u);
  EXPECT_EQ(bad[0].other.what, "load");
  EXPECT_EQ(bad[0].thread.x, bad[0].other.thread.x);
}

// LLVM makes a relaxed `atom` of an atomicrmw whatever its order: the last
// block needs fences.
TEST_F(GlobalRaces, ReadModifyWriteOrdersNothingByItself) {
  std::string body = R"(
  %c64 = zext i32 %ctaid to i64
  %part = getelementptr i32, ptr %tmp, i64 %c64
  store i32 7, ptr %part
  %old = atomicrmw add ptr %count, i32 1 acq_rel
  %turn = and i32 %old, 3
  %is = icmp eq i32 %turn, 3
  br i1 %is, label %last, label %done
last:
  %after = add i64 %c64, 1
  %other = and i64 %after, 3
  %q = getelementptr i32, ptr %tmp, i64 %other
  %v = load i32, ptr %q
  store i32 %v, ptr %out
  br label %done
done:
  ret void)";
  uint32_t *out = array<uint32_t>(1), *tmp = array<uint32_t>(4),
           *count = array<uint32_t>(1);
  expectFound(kRaceGlobal, kernel("ptr %out, ptr %tmp, ptr %count", body), {4},
              {1}, out, tmp, count);
  // With fences on both sides it is right.
  const char *fence = "  call void @llvm.nvvm.membar.gl()\n";
  body.insert(body.find("  %old"), fence);
  body.insert(body.find("  %v = load"), fence);
  expectSilent(kernel("ptr %out, ptr %tmp, ptr %count", body,
                      "declare void @llvm.nvvm.membar.gl()\n"),
               {4}, {1}, out, tmp, count);
  EXPECT_EQ(*out, 7u);
}

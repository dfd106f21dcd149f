//===- HazardAsyncTest.cpp - Asynchronous copies in flight ---------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HazardTest.h"

using namespace sparsegpu::emulator;

namespace {
class AsyncHazards : public HazardTest {
protected:
  /// Under each schedule: copies of threads meet accesses (`verb`) of those
  /// whose number differs by `distance`. If the copy has not been waited for by
  /// then, it is in flight; if it has, the two are a race of kind `race`.
  template <typename... Args>
  void expectCopyAgainst(const std::string &verb, uint32_t distance,
                         const std::string &race, const std::string &text,
                         Args... args);
};

const std::string inFlight = "asynchronous copy in flight";
const char *const barrier =
    "  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)\n";
const char *const waitAll =
    "  call void @llvm.nvvm.cp.async.wait.group(i32 0)\n";
const char *const declarations = R"(
@s = internal addrspace(3) global [128 x i32] undef, align 16
declare void @llvm.nvvm.cp.async.ca.shared.global.4(ptr addrspace(3), ptr addrspace(1))
declare void @llvm.nvvm.cp.async.ca.shared.global.4.s(ptr addrspace(3), ptr addrspace(1), i32)
declare void @llvm.nvvm.cp.async.commit.group()
declare void @llvm.nvvm.cp.async.wait.group(i32)
declare void @llvm.nvvm.cp.async.wait.all()
)";

/// Every thread copies a word and reads another's.
std::string copyAndRead() {
  return kernel("ptr %out, ptr addrspace(1) %in",
                R"(
  %d = getelementptr [128 x i32], ptr addrspace(3) @s, i32 0, i32 %tid
  %src = getelementptr i32, ptr addrspace(1) %in, i64 %tid64
  call void @llvm.nvvm.cp.async.ca.shared.global.4(ptr addrspace(3) %d, ptr addrspace(1) %src)
  call void @llvm.nvvm.cp.async.commit.group()
)" + std::string(waitAll) +
                    barrier +
                    R"(
  %other = xor i32 %tid, 33
  %q = getelementptr [128 x i32], ptr addrspace(3) @s, i32 0, i32 %other
  %v = load i32, ptr addrspace(3) %q
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %o
  ret void)",
                declarations);
}
} // namespace

template <typename... Args>
void AsyncHazards::expectCopyAgainst(const std::string &verb, uint32_t distance,
                                     const std::string &race,
                                     const std::string &text, Args... args) {
  const std::string copy = "asynchronous copy";
  Kernel *k = load(text);
  for (const std::string &options : everySchedule(8)) {
    configure(options);
    uint64_t mark = device.mark();
    launch(k, {1}, {64}, args...);
    bool found = false;
    for (const Hazard &h : device.hazards(mark)) {
      // Who loads first may find nothing at all.
      if (h.kind == "read of shared memory that nothing wrote")
        continue;
      found = true;
      std::string where = options + ": " + h.message;
      bool isAccess = h.message.find("): " + verb + " of") != std::string::npos;
      EXPECT_TRUE(h.kind == inFlight || h.kind == race) << where;
      EXPECT_TRUE(isAccess ||
                  h.message.find("): " + copy + " of") != std::string::npos)
          << where;
      EXPECT_EQ(h.other.what, isAccess ? copy : verb) << where;
      EXPECT_EQ(h.thread.x ^ h.other.thread.x, distance) << where;
    }
    EXPECT_TRUE(found) << options;
  }
}

TEST_F(AsyncHazards, NoWait) {
  std::string good = copyAndRead();
  uint32_t *in = iota<uint32_t>(64, 5), *out = array<uint32_t>(128);
  expectSilent(good, {2}, {64}, out, in);
  EXPECT_EQ(out[0], 38u);
  Hazard h = expectFound(inFlight, without(good, waitAll), {2}, {64}, out, in);
  EXPECT_EQ(h.other.what, "asynchronous copy");
  EXPECT_EQ(h.thread.x ^ h.other.thread.x, 33u);
  EXPECT_NE(h.message.find("which is written by an asynchronous copy of 4 "
                           "bytes that thread ("),
            std::string::npos)
      << h.message;
  // One group too many is left.
  expectFound(inFlight,
              replaced(good, "wait.group(i32 0)", "wait.group(i32 1)"), {1},
              {64}, out, in);
  // Without a commit there is no group to wait for.
  expectFound(inFlight,
              without(good, "  call void @llvm.nvvm.cp.async.commit.group()\n"),
              {1}, {64}, out, in);
}

TEST_F(AsyncHazards, WaitsButNoBarrier) {
  // A thread waits for its own copies only.
  std::string text = without(copyAndRead(), barrier);
  uint32_t *in = iota<uint32_t>(64), *out = array<uint32_t>(64);
  expectCopyAgainst("load", 33, kRaceShared, text, out, in);
}

TEST_F(AsyncHazards, CopiesOfNothingHaveNoSource) {
  // Others store 16 bytes around the address that a copy is given.
  std::string nothing = kernel("ptr addrspace(1) %in",
                               R"(
  %d = getelementptr [128 x i32], ptr addrspace(3) @s, i32 0, i32 %tid
  %mine = shl i64 %tid64, 2
  %inside = add i64 %mine, 1
  %src = getelementptr i32, ptr addrspace(1) %in, i64 %inside
  call void @llvm.nvvm.cp.async.ca.shared.global.4.s(ptr addrspace(3) %d, ptr addrspace(1) %src, i32 0)
  call void @llvm.nvvm.cp.async.commit.group()
)" + std::string(barrier) +
                                   R"(
  %far = xor i64 %tid64, 32
  %first = shl i64 %far, 2
  %theirs = getelementptr i32, ptr addrspace(1) %in, i64 %first
  store <4 x i32> zeroinitializer, ptr addrspace(1) %theirs, align 16
)" + std::string(waitAll) + "  ret void",
                               declarations);
  uint32_t *in = iota<uint32_t>(256);
  expectSilent(nothing, {1}, {64}, in);
  expectCopyAgainst("store", 32, kRaceGlobal,
                    replaced(nothing, "%src, i32 0)", "%src, i32 4)"), in);
}

TEST_F(AsyncHazards, OverwritesTheDestinationAndTheSource) {
  std::string good = copyAndRead();
  uint32_t *in = iota<uint32_t>(64), *out = array<uint32_t>(64);
  expectFound(inFlight,
              replaced(good, waitAll,
                       std::string("  store i32 %tid, ptr addrspace(3) %d\n") +
                           waitAll),
              {1}, {64}, out, in);
  // Behind a barrier, too: another thread's source.
  std::string source = replaced(
      good, waitAll,
      std::string(barrier) +
          "  %far = xor i64 %tid64, 32\n  %theirs = getelementptr i32, ptr "
          "addrspace(1) %in, i64 %far\n  store i32 1, ptr addrspace(1) "
          "%theirs\n" +
          waitAll);
  expectCopyAgainst("store", 32, kRaceGlobal, source, out, in);
  // After the wait of all it may be written.
  std::string after = replaced(
      good, "  %other =", "  store i32 1, ptr addrspace(1) %src\n  %other =");
  expectSilent(after, {1}, {64}, out, in);
}

TEST_F(AsyncHazards, NoSourceBytes) {
  std::string text = replaced(
      replaced(copyAndRead(),
               "global.4(ptr addrspace(3) %d, ptr addrspace(1) %src)",
               "global.4.s(ptr addrspace(3) %d, ptr addrspace(1) null, i32 0)"),
      "\ndeclare void @llvm.nvvm.cp.async.ca.shared.global.4(",
      "\ndeclare void @unused(");
  uint32_t *out = array<uint32_t>(64, 3);
  expectSilent(text, {1}, {64}, out, out);
  EXPECT_EQ(out[7], 0u);
}

TEST_F(AsyncHazards, Pipeline) {
  // Two stages: the copy of the next one runs while this one is read.
  std::string good = kernel("ptr %out, ptr addrspace(1) %in, i32 %n",
                            R"(
  %d0 = getelementptr [128 x i32], ptr addrspace(3) @s, i32 0, i32 %tid
  %src0 = getelementptr i32, ptr addrspace(1) %in, i64 %tid64
  call void @llvm.nvvm.cp.async.ca.shared.global.4(ptr addrspace(3) %d0, ptr addrspace(1) %src0)
  call void @llvm.nvvm.cp.async.commit.group()
  br label %loop
loop:
  %j = phi i32 [0, %entry], [%j1, %join]
  %sum = phi i32 [0, %entry], [%sum1, %join]
  %j1 = add i32 %j, 1
  %odd = and i32 %j, 1
  %half = shl i32 %odd, 6
  %more = icmp ult i32 %j1, %n
  br i1 %more, label %fetch, label %ready
fetch:
  %far = sub i32 64, %half
  %dx = add i32 %far, %tid
  %d = getelementptr [128 x i32], ptr addrspace(3) @s, i32 0, i32 %dx
  %row = shl i32 %j1, 6
  %x = add i32 %row, %tid
  %x64 = zext i32 %x to i64
  %src = getelementptr i32, ptr addrspace(1) %in, i64 %x64
  call void @llvm.nvvm.cp.async.ca.shared.global.4(ptr addrspace(3) %d, ptr addrspace(1) %src)
  br label %ready
ready:
  call void @llvm.nvvm.cp.async.commit.group()
  call void @llvm.nvvm.cp.async.wait.group(i32 1)
)" + std::string(barrier) +
                                R"(
  %t = xor i32 %tid, 33
  %y = add i32 %half, %t
  %q = getelementptr [128 x i32], ptr addrspace(3) @s, i32 0, i32 %y
  %v = load i32, ptr addrspace(3) %q
  %sum1 = add i32 %sum, %v
)" + std::string(barrier) +
                                R"(  br label %join
join:
  br i1 %more, label %loop, label %done
done:
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %sum1, ptr %o
  ret void)",
                            declarations);
  uint32_t *in = iota<uint32_t>(64 * 6), *out = array<uint32_t>(64);
  expectSilent(good, {1}, {64}, out, in, 6);
  EXPECT_EQ(out[0], 6u * 33 + 64 * 15);
  expectFound(inFlight,
              replaced(good, "wait.group(i32 1)", "wait.group(i32 2)"), {1},
              {64}, out, in, 6);
  // The second barrier keeps the next copy from what is still read.
  std::string late = good;
  size_t at = late.rfind(barrier);
  expectCopyAgainst("load", 33, kRaceShared, late.erase(at, strlen(barrier)),
                    out, in, 6);
}

//===- BarrierTest.cpp - Barriers of a block ------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmulatorTest.h"

using namespace sparsegpu::emulator;

namespace {
class Barriers : public EmulatorTest {};

const char *shared = "@s = internal addrspace(3) global [1024 x i32] undef\n";

/// Each thread writes its number, waits, and reads what its mirror wrote.
std::string mirror(const std::string &barrier, const std::string &extra = "") {
  return kernel("ptr %out", R"(
  %p = getelementptr [1024 x i32], ptr addrspace(3) @s, i32 0, i32 %tid
  store i32 %tid, ptr addrspace(3) %p
  call void )" + barrier + R"(
  %last = sub i32 %ntid, 1
  %m = sub i32 %last, %tid
  %q = getelementptr [1024 x i32], ptr addrspace(3) @s, i32 0, i32 %m
  %v = load i32, ptr addrspace(3) %q
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %o
  ret void)",
                shared + extra);
}
} // namespace

TEST_F(Barriers, AllForms) {
  for (std::string barrier :
       {"@llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)",
        "@llvm.nvvm.barrier.cta.sync.all(i32 3)",
        "@llvm.nvvm.barrier.cta.sync.aligned.count(i32 15, i32 256)",
        "@llvm.nvvm.barrier0()"}) {
    uint32_t *out = array<uint32_t>(512);
    std::string extra = barrier == "@llvm.nvvm.barrier0()"
                            ? "declare void @llvm.nvvm.barrier0()\n"
                            : "";
    launch(load(mirror(barrier, extra)), {2}, {256}, out);
    for (uint32_t i = 0; i < 512; ++i)
      EXPECT_EQ(out[i], 255 - i % 256) << barrier << " " << i;
  }
}

TEST_F(Barriers, BlockSizesThatEndInsideAWarp) {
  for (uint32_t n : {1u, 2u, 31u, 33u, 100u, 1000u, 1024u}) {
    uint32_t *out = array<uint32_t>(n);
    launch(load(mirror("@llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)")), {1},
           {n}, out);
    for (uint32_t i = 0; i < n; ++i)
      EXPECT_EQ(out[i], n - 1 - i);
  }
}

TEST_F(Barriers, ManySeedsManyRounds) {
  // A rotation through shared memory: each round needs two barriers.
  const char *body = R"(
  %p = getelementptr [1024 x i32], ptr addrspace(3) @s, i32 0, i32 %tid
  %n1 = add i32 %tid, 1
  %n = urem i32 %n1, %ntid
  %q = getelementptr [1024 x i32], ptr addrspace(3) @s, i32 0, i32 %n
  store i32 %tid, ptr addrspace(3) %p
  br label %loop
loop:
  %r = phi i32 [0, %entry], [%r1, %loop]
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %v = load i32, ptr addrspace(3) %q
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  store i32 %v, ptr addrspace(3) %p
  %r1 = add i32 %r, 1
  %c = icmp ult i32 %r1, 50
  br i1 %c, label %loop, label %done
done:
  %w = load i32, ptr addrspace(3) %p
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %w, ptr %o
  ret void)";
  for (unsigned seed = 0; seed < 10; ++seed) {
    configure("seed=" + std::to_string(seed));
    uint32_t *out = array<uint32_t>(160);
    launch(load(kernel("ptr %out", body, shared)), {1}, {160}, out);
    for (uint32_t i = 0; i < 160; ++i)
      ASSERT_EQ(out[i], (i + 50) % 160) << "seed " << seed;
  }
}

TEST_F(Barriers, Reductions) {
  const char *body = R"(
  %m = urem i32 %tid, 3
  %c = icmp eq i32 %m, 0
  %n = call i32 @llvm.nvvm.barrier.cta.red.popc.aligned.all(i32 0, i1 %c)
  %a = call i1 @llvm.nvvm.barrier.cta.red.and.aligned.all(i32 0, i1 %c)
  %o = call i1 @llvm.nvvm.barrier.cta.red.or.aligned.all(i32 1, i1 %c)
  %a32 = zext i1 %a to i32
  %o32 = zext i1 %o to i32
  %x = mul i32 %n, 100
  %y = mul i32 %a32, 10
  %z = add i32 %x, %y
  %w = add i32 %z, %o32
  %p = getelementptr i32, ptr %out, i64 %i64
  store i32 %w, ptr %p
  ret void)";
  uint32_t *out = array<uint32_t>(64);
  launch(load(kernel("ptr %out", body, R"(
declare i32 @llvm.nvvm.barrier.cta.red.popc.aligned.all(i32, i1)
declare i1 @llvm.nvvm.barrier.cta.red.and.aligned.all(i32, i1)
declare i1 @llvm.nvvm.barrier.cta.red.or.aligned.all(i32, i1)
)")),
         {1}, {64}, out);
  for (unsigned i = 0; i < 64; ++i)
    EXPECT_EQ(out[i], 22u * 100 + 0 + 1);
}

TEST_F(Barriers, ProducerArrivesConsumerWaits) {
  // Warp 0 produces and only arrives; warp 1 waits and consumes.
  const char *body = R"(
  %first = icmp ult i32 %tid, 32
  br i1 %first, label %produce, label %consume
produce:
  %p = getelementptr [1024 x i32], ptr addrspace(3) @s, i32 0, i32 %tid
  %v = mul i32 %tid, 7
  store i32 %v, ptr addrspace(3) %p
  call void @llvm.nvvm.barrier.cta.arrive.aligned.count(i32 1, i32 64)
  ret void
consume:
  call void @llvm.nvvm.barrier.cta.sync.aligned.count(i32 1, i32 64)
  %q = getelementptr [1024 x i32], ptr addrspace(3) @s, i32 0, i32 %lane
  %w = load i32, ptr addrspace(3) %q
  %l64 = zext i32 %lane to i64
  %o = getelementptr i32, ptr %out, i64 %l64
  store i32 %w, ptr %o
  ret void)";
  for (unsigned seed = 0; seed < 5; ++seed) {
    configure("seed=" + std::to_string(seed));
    uint32_t *out = array<uint32_t>(32);
    launch(load(kernel("ptr %out", body, shared)), {1}, {64}, out);
    for (uint32_t i = 0; i < 32; ++i)
      EXPECT_EQ(out[i], 7 * i);
  }
}

TEST_F(Barriers, ExitedThreadsAreNotWaitedFor) {
  // Threads from 40 on return before the barrier.
  const char *body = R"(
  %gone = icmp uge i32 %tid, 40
  br i1 %gone, label %out1, label %stay
out1:
  ret void
stay:
  %p = getelementptr [1024 x i32], ptr addrspace(3) @s, i32 0, i32 %tid
  store i32 %tid, ptr addrspace(3) %p
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %m = sub i32 39, %tid
  %q = getelementptr [1024 x i32], ptr addrspace(3) @s, i32 0, i32 %m
  %v = load i32, ptr addrspace(3) %q
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %o
  ret void)";
  for (unsigned seed = 0; seed < 8; ++seed) {
    configure("seed=" + std::to_string(seed));
    uint32_t *out = array<uint32_t>(96);
    launch(load(kernel("ptr %out", body, shared)), {1}, {96}, out);
    for (uint32_t i = 0; i < 40; ++i)
      EXPECT_EQ(out[i], 39 - i);
  }
}

TEST_F(Barriers, ExitInstruction) {
  const char *body = R"(
  %gone = icmp uge i32 %tid, 5
  br i1 %gone, label %leave, label %stay
leave:
  call void @llvm.nvvm.exit()
  unreachable
stay:
  call void @llvm.nvvm.barrier.cta.sync.all(i32 0)
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 1, ptr %o
  ret void)";
  uint32_t *out = array<uint32_t>(3 * 64);
  launch(load(kernel("ptr %out", body)), {3}, {64}, out);
  for (uint32_t i = 0; i < 3 * 64; ++i)
    EXPECT_EQ(out[i], uint32_t(i % 64 < 5));
}

TEST_F(Barriers, DeadlockIsDescribed) {
  // Half of each warp waits at barrier 0, half at barrier 1.
  const char *body = R"(
  %odd = trunc i32 %tid to i1
  br i1 %odd, label %a, label %b
a:
  call void @llvm.nvvm.barrier.cta.sync.all(i32 0)
  ret void
b:
  call void @llvm.nvvm.barrier.cta.sync.all(i32 1)
  ret void)";
  Status status = tryLaunch(load(kernel("ptr %out", body)), {1}, {64}, 0,
                            array<uint32_t>(1));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.message(),
            "deadlock in kernel 'k', block (0,0,0): 32 threads wait at barrier "
            "0 (first: thread (1,0,0)), 32 threads wait at barrier 1 (first: "
            "thread (0,0,0)), 0 exited");
  // The device goes on working, on the same fibers.
  uint32_t *out = array<uint32_t>(64);
  launch(load(mirror("@llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)")), {1},
         {64}, out);
  EXPECT_EQ(out[0], 63u);
}

TEST_F(Barriers, WrongNumbers) {
  auto message = [&](const std::string &call) {
    return tryLaunch(
               load(kernel("ptr %out", "  call void " + call + "\n  ret void")),
               {1}, {64}, 0, array<uint32_t>(1))
        .message();
  };
  EXPECT_NE(message("@llvm.nvvm.barrier.cta.sync.all(i32 16)")
                .find("barrier 16 does not exist"),
            std::string::npos);
  EXPECT_NE(message("@llvm.nvvm.barrier.cta.sync.aligned.count(i32 0, i32 40)")
                .find("40 of barrier 0 is not a multiple"),
            std::string::npos);
}

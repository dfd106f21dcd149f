//===- CollectivesTest.cpp - Operations of a warp -------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmulatorTest.h"

using namespace sparsegpu::emulator;

namespace {
class Collectives : public EmulatorTest {};

/// Value and predicate that lane `lane` gets from a shuffle in which lane j
/// offers 1000 + j; written from the description in PTX, not from the code.
std::pair<uint32_t, bool> expectedShuffle(const std::string &mode,
                                          uint32_t lane, uint32_t b,
                                          uint32_t width) {
  uint32_t segment = lane / width * width, inSegment = lane % width;
  int source = 0;
  if (mode == "up")
    source = int(inSegment) - int(b);
  else if (mode == "down")
    source = int(inSegment) + int(b);
  else if (mode == "bfly")
    source = int(lane ^ b) - int(segment);
  else
    source = int(b % width);
  bool valid =
      mode == "bfly" ? source < int(width) : source >= 0 && source < int(width);
  if (!valid)
    return {1000 + lane, false};
  return {1000 + segment + source, true};
}

/// The operand c of PTX for segments of `width` lanes, as CUDA makes it.
uint32_t clampOperand(const std::string &mode, uint32_t width) {
  return ((32 - width) << 8) | (mode == "up" ? 0 : 31);
}
} // namespace

TEST_F(Collectives, ShufflesOfAllModes) {
  for (std::string mode : {"up", "down", "bfly", "idx"}) {
    std::string name = "@llvm.nvvm.shfl.sync." + mode + ".i32p";
    std::string body = R"(
  %v = add i32 %lane, 1000
  %r = call {i32, i1} )" +
                       name + R"((i32 -1, i32 %v, i32 %b, i32 %c)
  %x = extractvalue {i32, i1} %r, 0
  %y = extractvalue {i32, i1} %r, 1
  %z = zext i1 %y to i32
  %s = shl i32 %z, 16
  %w = or i32 %x, %s
  %p = getelementptr i32, ptr %out, i64 %i64
  store i32 %w, ptr %p
  ret void)";
    Kernel *k =
        load(kernel("ptr %out, i32 %b, i32 %c", body,
                    "declare {i32, i1} " + name + "(i32, i32, i32, i32)\n"));
    for (uint32_t width : {32u, 16u, 8u, 4u, 2u, 1u}) {
      for (uint32_t b : {0u, 1u, 2u, 3u, 5u, 8u, 16u, 31u}) {
        uint32_t *out = array<uint32_t>(64);
        launch(k, {1}, {64}, out, b, clampOperand(mode, width));
        for (uint32_t i = 0; i < 64; ++i) {
          auto [value, valid] = expectedShuffle(mode, i % 32, b, width);
          EXPECT_EQ(out[i], value | uint32_t(valid) << 16)
              << mode << " b=" << b << " width=" << width << " lane " << i;
        }
        device.free(out).ok();
      }
    }
  }
}

TEST_F(Collectives, FloatShuffleAndNoPredicate) {
  const char *body = R"(
  %f = uitofp i32 %lane to float
  %h = fmul float %f, 0.5
  %r = call float @llvm.nvvm.shfl.sync.bfly.f32(i32 -1, float %h, i32 1, i32 31)
  %p = getelementptr float, ptr %out, i64 %i64
  store float %r, ptr %p
  ret void)";
  float *out = array<float>(32);
  launch(load(kernel("ptr %out", body,
                     "declare float @llvm.nvvm.shfl.sync.bfly.f32(i32, float, "
                     "i32, i32)\n")),
         {1}, {32}, out);
  for (unsigned i = 0; i < 32; ++i)
    EXPECT_EQ(out[i], 0.5f * (i ^ 1));
}

TEST_F(Collectives, DisjointMasksInDivergentCode) {
  // Odd and even lanes shuffle among themselves in different branches.
  const char *body = R"(
  %odd = trunc i32 %lane to i1
  br i1 %odd, label %a, label %b
a:
  %x = call i32 @llvm.nvvm.shfl.sync.idx.i32(i32 -1431655766, i32 %tid, i32 1, i32 31)
  br label %join
b:
  %y = call i32 @llvm.nvvm.shfl.sync.idx.i32(i32 1431655765, i32 %tid, i32 30, i32 31)
  br label %join
join:
  %v = phi i32 [%x, %a], [%y, %b]
  call void @llvm.nvvm.bar.warp.sync(i32 -1)
  %p = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %p
  ret void)";
  for (unsigned seed = 0; seed < 6; ++seed) {
    configure("seed=" + std::to_string(seed));
    uint32_t *out = array<uint32_t>(64);
    launch(load(kernel("ptr %out", body,
                       "declare i32 @llvm.nvvm.shfl.sync.idx.i32(i32, i32, "
                       "i32, i32)\n")),
           {1}, {64}, out);
    for (uint32_t i = 0; i < 64; ++i)
      EXPECT_EQ(out[i], i / 32 * 32 + (i % 2 ? 1 : 30));
  }
}

TEST_F(Collectives, VotesMatchReduceElect) {
  const char *body = R"(
  %m5 = urem i32 %lane, 5
  %c = icmp eq i32 %m5, 2
  %ballot = call i32 @llvm.nvvm.vote.ballot.sync(i32 -1, i1 %c)
  %any = call i1 @llvm.nvvm.vote.any.sync(i32 -1, i1 %c)
  %all = call i1 @llvm.nvvm.vote.all.sync(i32 -1, i1 %c)
  %uni = call i1 @llvm.nvvm.vote.uni.sync(i32 -1, i1 %c)
  %any32 = zext i1 %any to i32
  %all32 = zext i1 %all to i32
  %uni32 = zext i1 %uni to i32
  %any2 = shl i32 %any32, 2
  %all1 = shl i32 %all32, 1
  %f0 = or i32 %any2, %all1
  %flags = or i32 %f0, %uni32
  %match = call i32 @llvm.nvvm.match.any.sync.i32(i32 -1, i32 %m5)
  %m64 = zext i32 %m5 to i64
  %matchall = call {i32, i1} @llvm.nvvm.match.all.sync.i64p(i32 -1, i64 7)
  %ma = extractvalue {i32, i1} %matchall, 0
  %sum = call i32 @llvm.nvvm.redux.sync.add(i32 %lane, i32 -1)
  %neg = sub i32 10, %lane
  %min = call i32 @llvm.nvvm.redux.sync.min(i32 %neg, i32 -1)
  %umax = call i32 @llvm.nvvm.redux.sync.umax(i32 %neg, i32 -1)
  %el = call {i32, i1} @llvm.nvvm.elect.sync(i32 -16)
  %elp = extractvalue {i32, i1} %el, 1
  %elp32 = zext i1 %elp to i32
  %row = mul i64 %i64, 8
  %p0 = getelementptr i32, ptr %out, i64 %row
  store i32 %ballot, ptr %p0
  %p1 = getelementptr i32, ptr %p0, i32 1
  store i32 %flags, ptr %p1
  %p2 = getelementptr i32, ptr %p0, i32 2
  store i32 %match, ptr %p2
  %p3 = getelementptr i32, ptr %p0, i32 3
  store i32 %ma, ptr %p3
  %p4 = getelementptr i32, ptr %p0, i32 4
  store i32 %sum, ptr %p4
  %p5 = getelementptr i32, ptr %p0, i32 5
  store i32 %min, ptr %p5
  %p6 = getelementptr i32, ptr %p0, i32 6
  store i32 %umax, ptr %p6
  %p7 = getelementptr i32, ptr %p0, i32 7
  store i32 %elp32, ptr %p7
  ret void)";
  std::string text = kernel("ptr %out", body, R"(
declare i32 @llvm.nvvm.vote.ballot.sync(i32, i1)
declare i1 @llvm.nvvm.vote.any.sync(i32, i1)
declare i1 @llvm.nvvm.vote.all.sync(i32, i1)
declare i1 @llvm.nvvm.vote.uni.sync(i32, i1)
declare i32 @llvm.nvvm.match.any.sync.i32(i32, i32)
declare {i32, i1} @llvm.nvvm.match.all.sync.i64p(i32, i64)
declare i32 @llvm.nvvm.redux.sync.add(i32, i32)
declare i32 @llvm.nvvm.redux.sync.min(i32, i32)
declare i32 @llvm.nvvm.redux.sync.umax(i32, i32)
declare {i32, i1} @llvm.nvvm.elect.sync(i32)
)");
  // Every lane must take part in an elect of its own mask: use all lanes.
  size_t at = text.find("elect.sync(i32 -16)");
  text.replace(at, strlen("elect.sync(i32 -16)"), "elect.sync(i32 -1)");
  uint32_t *out = array<uint32_t>(32 * 8);
  launch(load(text), {1}, {32}, out);
  uint32_t ballot = 0;
  for (uint32_t i = 0; i < 32; ++i)
    ballot |= uint32_t(i % 5 == 2) << i;
  for (uint32_t i = 0; i < 32; ++i) {
    uint32_t match = 0;
    for (uint32_t j = 0; j < 32; ++j)
      match |= uint32_t(j % 5 == i % 5) << j;
    const uint32_t *row = out + 8 * i;
    EXPECT_EQ(row[0], ballot);
    EXPECT_EQ(row[1], 4u);
    EXPECT_EQ(row[2], match);
    EXPECT_EQ(row[3], ~0u);
    EXPECT_EQ(row[4], 31u * 32 / 2);
    EXPECT_EQ(row[5], uint32_t(10 - 31));
    EXPECT_EQ(row[6], ~0u); // 10 - 11 as unsigned
    EXPECT_EQ(row[7], uint32_t(i == 0));
  }
}

TEST_F(Collectives, ExitedLanesAreNotWaitedFor) {
  const char *body = R"(
  %gone = icmp uge i32 %lane, 20
  br i1 %gone, label %leave, label %stay
leave:
  ret void
stay:
  %b = call i32 @llvm.nvvm.vote.ballot.sync(i32 -1, i1 true)
  %p = getelementptr i32, ptr %out, i64 %i64
  store i32 %b, ptr %p
  ret void)";
  uint32_t *out = array<uint32_t>(32);
  launch(load(kernel("ptr %out", body,
                     "declare i32 @llvm.nvvm.vote.ballot.sync(i32, i1)\n")),
         {1}, {32}, out);
  EXPECT_EQ(out[0], (1u << 20) - 1);
}

TEST_F(Collectives, ActiveMaskIsTheLanesThatMeet) {
  const char *body = R"(
  %c = icmp ult i32 %lane, 10
  br i1 %c, label %a, label %b
a:
  %x = call i32 @llvm.nvvm.activemask()
  br label %join
b:
  %y = call i32 @llvm.nvvm.activemask()
  br label %join
join:
  %v = phi i32 [%x, %a], [%y, %b]
  %p = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %p
  ret void)";
  uint32_t *out = array<uint32_t>(32);
  launch(
      load(kernel("ptr %out", body, "declare i32 @llvm.nvvm.activemask()\n")),
      {1}, {32}, out);
  for (unsigned i = 0; i < 32; ++i)
    EXPECT_EQ(out[i], i < 10 ? 0x3ffu : ~0x3ffu);
}

TEST_F(Collectives, LaneOutsideOfItsMask) {
  Status status = tryLaunch(
      load(kernel("ptr %out", "  call void @llvm.nvvm.bar.warp.sync(i32 15)\n"
                              "  ret void")),
      {1}, {32}, 0, array<uint32_t>(1));
  EXPECT_NE(status.message().find("bar.warp.sync with mask 0xf"),
            std::string::npos)
      << status.message();
}

TEST_F(Collectives, DeadlockNamesTheOperation) {
  const char *body = R"(
  %c = icmp eq i32 %lane, 3
  br i1 %c, label %a, label %b
a:
  call void @llvm.nvvm.barrier.cta.sync.all(i32 0)
  ret void
b:
  call void @llvm.nvvm.bar.warp.sync(i32 -1)
  ret void)";
  Status status = tryLaunch(load(kernel("ptr %out", body)), {1}, {32}, 0,
                            array<uint32_t>(1));
  EXPECT_EQ(status.message(),
            "deadlock in kernel 'k', block (0,0,0): 31 threads wait at "
            "bar.warp.sync with mask 0xffffffff (first: thread (0,0,0)), 1 "
            "thread waits at barrier 0 (first: thread (3,0,0)), 0 exited");
}

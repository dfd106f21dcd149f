//===- CountersTest.cpp - Counters of kernels known by hand ---------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CountersTest.h"

using namespace sparsegpu::emulator;

namespace {
class Counters : public CountersTest {};

/// out[i] = in[i * stride + start], for i < n.
std::string gather() {
  return kernel("ptr %in, ptr %out, i64 %stride, i64 %start, i64 %n", R"(
  %c = icmp ult i64 %i64, %n
  br i1 %c, label %do, label %end
do:
  %s = mul i64 %i64, %stride
  %x = add i64 %s, %start
  %p = getelementptr float, ptr %in, i64 %x
  %v = load float, ptr %p
  %q = getelementptr float, ptr %out, i64 %i64
  store float %v, ptr %q
  br label %end
end:
  ret void)");
}
} // namespace

TEST_F(Counters, CoalescedStridedBroadcast) {
  Kernel *k = load(gather());
  float *in = array<float>(1 << 16), *out = array<float>(1024);
  auto run = [&](int64_t stride, int64_t start, int64_t n) {
    launch(k, {4}, {128}, in, out, stride, start, n);
    return last();
  };
  LaunchCounters c = run(1, 0, 512);
  EXPECT_EQ(c.globalLoads.requests, 16u); // 4 blocks of 4 warps
  EXPECT_EQ(c.globalLoads.sectors, 64u);  // 4 each
  EXPECT_EQ(c.globalLoads.bytes, 512u * 4);
  EXPECT_EQ(c.globalStores.requests, 16u);
  EXPECT_EQ(c.globalStores.sectors, 64u);
  EXPECT_EQ(c.grid.x, 4u);
  EXPECT_EQ(c.block.x, 128u);
  EXPECT_EQ(c.kernel, "k");

  EXPECT_EQ(run(2, 0, 512).globalLoads.sectors, 16u * 8);
  EXPECT_EQ(run(8, 0, 512).globalLoads.sectors, 16u * 32);
  EXPECT_EQ(run(100, 0, 512).globalLoads.sectors, 16u * 32);
  EXPECT_EQ(run(0, 5, 512).globalLoads.sectors, 16u);     // broadcast
  EXPECT_EQ(run(1, 1, 512).globalLoads.sectors, 16u * 5); // misaligned

  // Lanes that are off ask for nothing; warps without lanes make no request.
  c = run(1, 0, 40);
  EXPECT_EQ(c.globalLoads.requests, 2u);
  EXPECT_EQ(c.globalLoads.sectors, 4u + 1);
  EXPECT_EQ(c.globalLoads.bytes, 40u * 4);
}

TEST_F(Counters, WideAccesses) {
  const char *body = R"(
  %p = getelementptr <4 x float>, ptr %in, i64 %i64
  %v = load <4 x float>, ptr %p, align 16
  %q = getelementptr <4 x float>, ptr %out, i64 %i64
  store <4 x float> %v, ptr %q, align 16
  ret void)";
  launch(load(kernel("ptr %in, ptr %out", body)), {1}, {64}, array<float>(256),
         array<float>(256));
  EXPECT_EQ(last().globalLoads.requests, 2u);
  EXPECT_EQ(last().globalLoads.sectors, 32u);
  EXPECT_EQ(last().globalLoads.bytes, 1024u);
}

TEST_F(Counters, NeighbouringScalarsAreOneRequest) {
  // The NVPTX back end merges these four loads into one of 16 bytes.
  const char *body = R"(
  %x = shl i64 %i64, 2
  %p0 = getelementptr inbounds float, ptr addrspace(1) %in, i64 %x
  %p1 = getelementptr inbounds float, ptr addrspace(1) %p0, i64 1
  %p2 = getelementptr inbounds float, ptr addrspace(1) %p0, i64 2
  %p3 = getelementptr inbounds float, ptr addrspace(1) %p0, i64 3
  %a = load float, ptr addrspace(1) %p0, align 16
  %b = load float, ptr addrspace(1) %p1, align 4
  %c = load float, ptr addrspace(1) %p2, align 8
  %d = load float, ptr addrspace(1) %p3, align 4
  %s0 = fadd float %a, %b
  %s1 = fadd float %c, %d
  %s = fadd float %s0, %s1
  %q = getelementptr float, ptr addrspace(1) %out, i64 %i64
  store float %s, ptr addrspace(1) %q
  ret void)";
  launch(load(kernel("ptr addrspace(1) %in, ptr addrspace(1) %out", body)), {1},
         {32}, iota<float>(128), array<float>(32));
  EXPECT_EQ(last().globalLoads.requests, 1u);
  EXPECT_EQ(last().globalLoads.sectors, 16u);
}

TEST_F(Counters, LoopsOfDifferentLength) {
  // Lane l loads l + 1 values; a warp makes as many requests as its longest
  // lane, and after the loop all lanes are together again.
  const char *body = R"(
  %n = add i32 %lane, 1
  br label %loop
loop:
  %j = phi i32 [0, %entry], [%j1, %loop]
  %sum = phi float [0.0, %entry], [%sum1, %loop]
  %row = mul i32 %j, 32
  %x = add i32 %row, %lane
  %x64 = zext i32 %x to i64
  %p = getelementptr float, ptr %in, i64 %x64
  %v = load float, ptr %p
  %sum1 = fadd float %sum, %v
  %j1 = add i32 %j, 1
  %c = icmp ult i32 %j1, %n
  br i1 %c, label %loop, label %done
done:
  %q = getelementptr float, ptr %out, i64 %i64
  store float %sum1, ptr %q
  ret void)";
  launch(load(kernel("ptr %in, ptr %out", body)), {3}, {64}, array<float>(1024),
         array<float>(192));
  LaunchCounters c = last();
  uint64_t warps = 6;
  EXPECT_EQ(c.globalLoads.requests, warps * 32);
  EXPECT_EQ(c.globalLoads.bytes, warps * 4 * (32 * 33 / 2));
  // In iteration j the lanes j..31 read the end of one line of 128 bytes.
  uint64_t sectors = 0;
  for (int j = 0; j < 32; ++j)
    sectors += 4 - j / 8;
  EXPECT_EQ(c.globalLoads.sectors, warps * sectors);
  EXPECT_EQ(c.globalStores.requests, warps);
}

TEST_F(Counters, LogsLongerThanTheirBuffer) {
  // 10000 iterations do not fit into a lane's log; nothing may be lost.
  const char *body = R"(
  %odd = trunc i32 %lane to i1
  %n = select i1 %odd, i32 10000, i32 7000
  br label %loop
loop:
  %j = phi i32 [0, %entry], [%j1, %loop]
  %sum = phi i32 [0, %entry], [%sum1, %loop]
  %v = load volatile i32, ptr %in
  %sum1 = add i32 %sum, %v
  %j1 = add i32 %j, 1
  %c = icmp ult i32 %j1, %n
  br i1 %c, label %loop, label %done
done:
  %q = getelementptr i32, ptr %out, i64 %i64
  store i32 %sum1, ptr %q
  ret void)";
  uint32_t *out = array<uint32_t>(64);
  launch(load(kernel("ptr %in, ptr %out", body)), {1}, {64},
         array<uint32_t>(1, 1), out);
  EXPECT_EQ(out[0], 7000u);
  EXPECT_EQ(out[1], 10000u);
  EXPECT_EQ(last().globalLoads.requests, 20000u);
  EXPECT_EQ(last().globalLoads.sectors, 20000u);
}

TEST_F(Counters, BothSidesOfABranch) {
  const char *body = R"(
  %odd = trunc i32 %lane to i1
  br i1 %odd, label %a, label %b
a:
  %p = getelementptr float, ptr %in, i64 %i64
  %v = load float, ptr %p
  br label %join
b:
  %x = add i64 %i64, 256
  %q = getelementptr float, ptr %in, i64 %x
  %w = load float, ptr %q
  br label %join
join:
  %r = phi float [%v, %a], [%w, %b]
  %o = getelementptr float, ptr %out, i64 %i64
  store float %r, ptr %o
  ret void)";
  launch(load(kernel("ptr %in, ptr %out", body)), {1}, {32}, array<float>(512),
         array<float>(32));
  EXPECT_EQ(last().globalLoads.requests, 2u);
  EXPECT_EQ(last().globalLoads.sectors, 8u);
  EXPECT_EQ(last().globalLoads.bytes, 128u);
  EXPECT_EQ(last().globalStores.requests, 1u);
}

TEST_F(Counters, ContinueInsideALoop) {
  // Every other lane skips the load in every other iteration; the lanes meet
  // again at the end of each iteration.
  const char *body = R"(
  br label %loop
loop:
  %j = phi i32 [0, %entry], [%j1, %latch]
  %x = xor i32 %j, %lane
  %skip = trunc i32 %x to i1
  br i1 %skip, label %latch, label %work
work:
  %p = getelementptr float, ptr %in, i64 %tid64
  %v = load volatile float, ptr %p
  br label %latch
latch:
  %q = getelementptr float, ptr %out, i64 %tid64
  store volatile float 0.0, ptr %q
  %j1 = add i32 %j, 1
  %c = icmp ult i32 %j1, 10
  br i1 %c, label %loop, label %done
done:
  ret void)";
  launch(load(kernel("ptr %in, ptr %out", body)), {1}, {32}, array<float>(32),
         array<float>(32));
  EXPECT_EQ(last().globalLoads.requests, 10u);
  EXPECT_EQ(last().globalLoads.sectors, 40u);
  EXPECT_EQ(last().globalStores.requests, 10u);
}

TEST_F(Counters, SharedBarriersShufflesAtomics) {
  const char *body = R"(
  %p = getelementptr [256 x i32], ptr addrspace(3) @s, i32 0, i32 %tid
  store i32 %tid, ptr addrspace(3) %p
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %v = load i32, ptr addrspace(3) %p
  %w = call i32 @llvm.nvvm.shfl.sync.bfly.i32(i32 -1, i32 %v, i32 1, i32 31)
  %x = call i32 @llvm.nvvm.shfl.sync.bfly.i32(i32 -1, i32 %w, i32 2, i32 31)
  %b = call i32 @llvm.nvvm.vote.ballot.sync(i32 -1, i1 true)
  call void @llvm.nvvm.bar.warp.sync(i32 -1)
  %first = icmp eq i32 %lane, 0
  br i1 %first, label %do, label %end
do:
  %old = atomicrmw add ptr %out, i32 %x monotonic
  %s1 = atomicrmw add ptr addrspace(3) @s, i32 %x monotonic
  br label %end
end:
  ret void)";
  std::string text = kernel("ptr %out", body, R"(
@s = internal addrspace(3) global [256 x i32] undef
declare i32 @llvm.nvvm.shfl.sync.bfly.i32(i32, i32, i32, i32)
declare i32 @llvm.nvvm.vote.ballot.sync(i32, i1)
)");
  Kernel *k = load(text);
  for (unsigned seed = 0; seed < 4; ++seed) {
    configure("counters,seed=" + std::to_string(seed));
    launch(k, {2}, {256}, array<uint32_t>(1));
    LaunchCounters c = last();
    EXPECT_EQ(c.sharedStores.requests, 16u);
    EXPECT_EQ(c.sharedStores.bytes, 512u * 4);
    EXPECT_EQ(c.sharedLoads.requests, 16u);
    EXPECT_EQ(c.barriers, 16u);
    EXPECT_EQ(c.shuffles, 32u);
    EXPECT_EQ(c.votes, 16u);
    EXPECT_EQ(c.warpBarriers, 16u);
    EXPECT_EQ(c.globalAtomics.requests, 16u);
    EXPECT_EQ(c.globalAtomics.sectors, 16u);
    EXPECT_EQ(c.sharedAtomics.requests, 16u);
    EXPECT_EQ(c.globalLoads.requests, 0u);
  }
}

TEST_F(Counters, DivergentLoopsAroundShuffles) {
  // Each warp runs its loop a different number of times with a shuffle inside,
  // and the records before and after each shuffle must not mix.
  const char *body = R"(
  %w = lshr i32 %tid, 5
  %n = add i32 %w, 1
  br label %loop
loop:
  %j = phi i32 [0, %entry], [%j1, %loop]
  %row = mul i32 %j, 32
  %x = add i32 %row, %lane
  %x64 = zext i32 %x to i64
  %p = getelementptr i32, ptr %in, i64 %x64
  %v = load i32, ptr %p
  %s = call i32 @llvm.nvvm.shfl.sync.idx.i32(i32 -1, i32 %v, i32 3, i32 31)
  %q = getelementptr i32, ptr %out, i64 %i64
  store i32 %s, ptr %q
  %j1 = add i32 %j, 1
  %c = icmp ult i32 %j1, %n
  br i1 %c, label %loop, label %done
done:
  ret void)";
  launch(load(kernel("ptr %in, ptr %out", body,
                     "declare i32 @llvm.nvvm.shfl.sync.idx.i32(i32, i32, i32, "
                     "i32)\n")),
         {1}, {128}, iota<uint32_t>(1024), array<uint32_t>(128));
  EXPECT_EQ(last().globalLoads.requests, 10u);
  EXPECT_EQ(last().globalLoads.sectors, 40u);
  EXPECT_EQ(last().globalStores.requests, 10u);
  EXPECT_EQ(last().shuffles, 10u);
}

TEST_F(Counters, Instructions) {
  // add, getelementptr, store, ret: 4 for each thread, besides the prelude of 3
  // registers, and, mul, add, 2 extensions of which the optimiser keeps what is
  // used. Nothing is counted twice and warps count once.
  std::string text = R"(
declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
define ptx_kernel void @k(ptr %out) {
  %t = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %x = zext i32 %t to i64
  %p = getelementptr i32, ptr %out, i64 %x
  store i32 %t, ptr %p
  ret void
})";
  launch(load(text), {2}, {40}, array<uint32_t>(40));
  EXPECT_EQ(last().threadInstructions, 5u * 80);
  EXPECT_EQ(last().warpInstructions, 5u * 4);
}

TEST_F(Counters, SchedulesAndWorkersAgree) {
  Kernel *k = load(gather());
  float *in = array<float>(1 << 12), *out = array<float>(1024);
  std::vector<std::string> seen;
  for (const char *options :
       {"counters", "counters,workers=1", "counters,seed=9",
        "counters,schedule=lockstep", "counters,hazards"}) {
    configure(options);
    launch(k, {8}, {100}, in, out, int64_t(3), int64_t(1), int64_t(700));
    seen.push_back(last().toJSON());
  }
  for (const std::string &json : seen)
    EXPECT_EQ(json, seen[0]);
}

TEST_F(Counters, MarksAndJSON) {
  Kernel *k = load(kernel("ptr %out", "  ret void"));
  launch(k, {1}, {32}, array<uint32_t>(1));
  uint64_t mark = device.mark();
  launch(k, {7}, {32}, array<uint32_t>(1));
  EXPECT_EQ(device.counters().size(), 2u);
  ASSERT_EQ(device.counters(mark).size(), 1u);
  EXPECT_EQ(device.counters(mark)[0].grid.x, 7u);
  EXPECT_NE(device.countersJSON(mark).find("\"kernel\": \"k\""),
            std::string::npos);
}

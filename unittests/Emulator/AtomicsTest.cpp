//===- AtomicsTest.cpp - Atomics over threads and blocks ------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmulatorTest.h"

#include <cmath>

using namespace sparsegpu::emulator;

namespace {
class Atomics : public EmulatorTest {};
} // namespace

TEST_F(Atomics, IntegerAndFloatContention) {
  const char *body = R"(
  %a = atomicrmw add ptr %out, i32 3 syncscope("device") monotonic
  %p1 = getelementptr i8, ptr %out, i64 8
  %b = atomicrmw fadd ptr %p1, float 1.0 monotonic
  %p2 = getelementptr i8, ptr %out, i64 16
  %c = atomicrmw fadd ptr %p2, double 0.5 monotonic
  %p3 = getelementptr i8, ptr %out, i64 24
  %d = atomicrmw max ptr %p3, i32 %i seq_cst
  %p4 = getelementptr i8, ptr %out, i64 28
  %e = atomicrmw xor ptr %p4, i32 %i monotonic
  ret void)";
  char *out = array<char>(64);
  launch(load(kernel("ptr %out", body)), {64}, {256}, out);
  uint32_t n = 64 * 256, x = 0;
  for (uint32_t i = 0; i < n; ++i)
    x ^= i;
  EXPECT_EQ(*reinterpret_cast<uint32_t *>(out), 3 * n);
  EXPECT_EQ(*reinterpret_cast<float *>(out + 8), float(n));
  EXPECT_EQ(*reinterpret_cast<double *>(out + 16), 0.5 * n);
  EXPECT_EQ(*reinterpret_cast<uint32_t *>(out + 24), n - 1);
  EXPECT_EQ(*reinterpret_cast<uint32_t *>(out + 28), x);
}

TEST_F(Atomics, HalfTypes) {
  const char *body = R"(
  %a = atomicrmw fadd ptr %out, half 1.0 monotonic
  %p = getelementptr i8, ptr %out, i64 4
  %b = atomicrmw fadd ptr %p, bfloat 1.0 monotonic
  %q = getelementptr i8, ptr %out, i64 8
  %c = atomicrmw fadd ptr %q, <2 x half> <half 1.0, half 2.0> monotonic
  ret void)";
  uint16_t *out = array<uint16_t>(8);
  launch(load(kernel("ptr %out", body)), {4}, {64}, out);
  EXPECT_EQ(out[0], 0x5c00); // 256
  EXPECT_EQ(out[2], 0x4380); // 256
  EXPECT_EQ(out[4], 0x5c00);
  EXPECT_EQ(out[5], 0x6000); // 512
}

TEST_F(Atomics, CompareAndSwapLoop) {
  // A multiplication by a loop, as generic_atomic_rmw lowers.
  const char *body = R"(
  %first = load atomic i32, ptr %out monotonic, align 4
  br label %loop
loop:
  %old = phi i32 [%first, %entry], [%seen, %loop]
  %new = add i32 %old, 5
  %r = cmpxchg ptr %out, i32 %old, i32 %new acq_rel monotonic
  %seen = extractvalue {i32, i1} %r, 0
  %ok = extractvalue {i32, i1} %r, 1
  br i1 %ok, label %done, label %loop
done:
  ret void)";
  uint32_t *out = array<uint32_t>(1);
  launch(load(kernel("ptr %out", body)), {32}, {128}, out);
  EXPECT_EQ(out[0], 5u * 32 * 128);
}

TEST_F(Atomics, NamedIntrinsics) {
  const char *body = R"(
  %a = call i32 @llvm.nvvm.atomic.add.gen.i.cta.i32.p0(ptr %out, i32 2)
  %p = getelementptr i32, ptr %out, i64 1
  %b = call i32 @llvm.nvvm.atomic.max.gen.i.sys.i32.p0(ptr %p, i32 %i)
  %q = getelementptr i32, ptr %out, i64 2
  %c = atomicrmw uinc_wrap ptr %q, i32 9 monotonic
  ret void)";
  uint32_t *out = array<uint32_t>(3);
  launch(load(kernel("ptr %out", body, R"(
declare i32 @llvm.nvvm.atomic.add.gen.i.cta.i32.p0(ptr, i32)
declare i32 @llvm.nvvm.atomic.max.gen.i.sys.i32.p0(ptr, i32)
)")),
         {2}, {64}, out);
  EXPECT_EQ(out[0], 256u);
  EXPECT_EQ(out[1], 127u);
  EXPECT_EQ(out[2], 128u % 10);
}

TEST_F(Atomics, PollingInsideABlock) {
  // Thread 0 waits for a flag that the last thread sets: polling must let the
  // other threads run.
  const char *body = R"(
  %last = sub i32 %ntid, 1
  %isfirst = icmp eq i32 %tid, 0
  br i1 %isfirst, label %wait, label %other
wait:
  %v = load volatile i32, ptr %out
  %set = icmp ne i32 %v, 0
  br i1 %set, label %done, label %wait
done:
  %p = getelementptr i32, ptr %out, i64 1
  store i32 %v, ptr %p
  ret void
other:
  %islast = icmp eq i32 %tid, %last
  br i1 %islast, label %set1, label %end
set1:
  store volatile i32 42, ptr %out
  ret void
end:
  ret void)";
  for (const char *options :
       {"seed=1", "seed=2", "schedule=lockstep", "counters"}) {
    configure(options);
    uint32_t *out = array<uint32_t>(2);
    launch(load(kernel("ptr %out", body)), {1}, {96}, out);
    EXPECT_EQ(out[1], 42u) << options;
  }
}

TEST_F(Atomics, PollingBetweenBlocks) {
  // Block b waits for block b - 1, as a single-pass scan does.
  const char *body = R"(
  %isfirst = icmp eq i32 %tid, 0
  br i1 %isfirst, label %wait, label %end
wait:
  %v = load atomic i32, ptr %out acquire, align 4
  %mine = icmp eq i32 %v, %ctaid
  br i1 %mine, label %go, label %wait
go:
  %n = add i32 %ctaid, 1
  store atomic i32 %n, ptr %out release, align 4
  br label %end
end:
  ret void)";
  uint32_t *out = array<uint32_t>(1);
  launch(load(kernel("ptr %out", body)), {300}, {32}, out);
  EXPECT_EQ(out[0], 300u);
}

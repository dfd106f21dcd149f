//===- InstructionClassesTest.cpp - Classes, branches, barriers -----------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CountersTest.h"

using namespace sparsegpu::emulator;
using Class = InstructionClass;

namespace {
class InstructionClasses : public CountersTest {
protected:
  uint64_t warps(Class c) { return last().of(c).warp; }
};
} // namespace

TEST_F(InstructionClasses, Arithmetic) {
  // Values come from memory, and each is kept by a volatile store.
  launch(load(kernel("ptr %in, ptr %out", R"(
  %f = load volatile float, ptr %in
  %d = load volatile double, ptr %in
  %h = load volatile <2 x half>, ptr %in
  %n = load volatile i32, ptr %in
  %f1 = fadd float %f, %f
  %f2 = call float @llvm.fma.f32(float %f1, float %f, float %f)
  %d1 = fmul double %d, %d
  %h1 = fadd <2 x half> %h, %h
  %h2 = fmul <2 x half> %h1, %h
  %i1 = mul i32 %n, %n
  %i2 = xor i32 %i1, %n
  %c1 = sitofp i32 %i2 to float
  %c2 = fptrunc double %d1 to float
  %s1 = call float @llvm.nvvm.ex2.approx.f(float %f2)
  %s2 = call float @__nv_sinf(float %s1)
  %s3 = call float @llvm.nvvm.rsqrt.approx.f(float %s2)
  store volatile float %c1, ptr %out
  store volatile float %c2, ptr %out
  store volatile float %s3, ptr %out
  store volatile <2 x half> %h2, ptr %out
  ret void)",
                     "declare float @llvm.fma.f32(float, float, float)\n"
                     "declare float @llvm.nvvm.ex2.approx.f(float)\n"
                     "declare float @llvm.nvvm.rsqrt.approx.f(float)\n"
                     "declare float @__nv_sinf(float)\n")),
         {3}, {64}, array<double>(4, 1.0), array<double>(4));
  constexpr uint64_t n = 6;
  EXPECT_EQ(warps(Class::Float32), 2 * n);
  EXPECT_EQ(warps(Class::Float64), 1 * n);
  EXPECT_EQ(warps(Class::Float16), 2 * n); // a pair is one instruction
  EXPECT_EQ(warps(Class::Integer), 2 * n);
  EXPECT_EQ(warps(Class::Conversion), 2 * n);
  EXPECT_EQ(warps(Class::Special), 3 * n);
  EXPECT_EQ(warps(Class::LoadGlobal), 4 * n);
  EXPECT_EQ(warps(Class::StoreGlobal), 4 * n);
  EXPECT_EQ(warps(Class::Control), 1 * n);
  EXPECT_EQ(warps(Class::Matrix), 0u);
  EXPECT_EQ(last().of(Class::Float32).thread, 2 * n * 32);
  LaunchCounters c = last();
  uint64_t sum = 0;
  for (const InstructionCount &count : c.instructions)
    sum += count.warp;
  EXPECT_EQ(sum, c.warpInstructions);
}

TEST_F(InstructionClasses, VectorsAreSplit) {
  launch(load(kernel("ptr %in", R"(
  %v = load volatile <4 x float>, ptr %in
  %w = fadd <4 x float> %v, %v
  store volatile <4 x float> %w, ptr %in
  ret void)")),
         {1}, {32}, array<float>(4));
  EXPECT_EQ(warps(Class::Float32), 4u);
  EXPECT_EQ(warps(Class::LoadGlobal), 1u);
}

TEST_F(InstructionClasses, MemoryAndSynchronisation) {
  launch(load(kernel("ptr %out, ptr byval({ i32, i32 }) %param", R"(
  %p = getelementptr [64 x i32], ptr addrspace(3) @s, i32 0, i32 %tid
  store volatile i32 %tid, ptr addrspace(3) %p
  %v = load volatile i32, ptr addrspace(3) %p
  %c = load volatile i32, ptr addrspace(4) @c
  %a = load volatile i32, ptr %param
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  call void @llvm.nvvm.bar.warp.sync(i32 -1)
  fence seq_cst
  %w = call i32 @llvm.nvvm.shfl.sync.bfly.i32(i32 -1, i32 %v, i32 1, i32 31)
  %b = call i32 @llvm.nvvm.vote.ballot.sync(i32 -1, i1 true)
  ret void)",
                     R"(
@s = internal addrspace(3) global [64 x i32] undef
@c = internal addrspace(4) global i32 7
declare i32 @llvm.nvvm.shfl.sync.bfly.i32(i32, i32, i32, i32)
declare i32 @llvm.nvvm.vote.ballot.sync(i32, i1)
)")),
         {1}, {64}, array<uint32_t>(1), uint64_t(0));
  EXPECT_EQ(warps(Class::StoreShared), 2u);
  EXPECT_EQ(warps(Class::LoadShared), 2u);
  EXPECT_EQ(warps(Class::LoadConstant), 4u);
  EXPECT_EQ(warps(Class::Synchronisation), 6u);
  EXPECT_EQ(warps(Class::Shuffle), 4u);
  EXPECT_EQ(warps(Class::LoadGeneric), 0u);
}

TEST_F(InstructionClasses, Divergence) {
  // Warp 0 splits, warps 1 and 2 agree (each on another side).
  Kernel *k = load(kernel("ptr %out", R"(
  %warp = lshr i32 %tid, 5
  %odd = trunc i32 %lane to i1
  %w1 = icmp eq i32 %warp, 1
  %w0 = icmp eq i32 %warp, 0
  %x = select i1 %w0, i1 %odd, i1 %w1
  br i1 %x, label %a, label %b
a:
  store volatile i32 1, ptr %out
  br label %end
b:
  store volatile i32 2, ptr %out
  store volatile i32 3, ptr %out
  br label %end
end:
  ret void)"));
  for (unsigned seed = 0; seed < 3; ++seed) {
    configure("counters,seed=" + std::to_string(seed));
    launch(k, {1}, {96}, array<uint32_t>(1));
    LaunchCounters c = last();
    EXPECT_EQ(c.branches, 3u);
    EXPECT_EQ(c.divergentBranches, 1u);
    // 16 + 32 lanes once, 16 + 32 lanes twice; warps: 2 once, 2 twice.
    EXPECT_EQ(c.of(Class::StoreGlobal).thread, 48u + 2 * 48);
    EXPECT_EQ(c.of(Class::StoreGlobal).warp, 2u + 2 * 2);
  }
}

TEST_F(InstructionClasses, LoopsDivergeWhenLanesLeave) {
  // Lane l runs l + 1 iterations: 32 branches at the end of the loop, of which
  // the last finds one lane alone.
  launch(load(kernel("ptr %out", R"(
  br label %loop
loop:
  %j = phi i32 [0, %entry], [%j1, %loop]
  store volatile i32 %j, ptr %out
  %j1 = add i32 %j, 1
  %c = icmp ule i32 %j1, %lane
  br i1 %c, label %loop, label %done
done:
  ret void)")),
         {1}, {32}, array<uint32_t>(1));
  EXPECT_EQ(last().branches, 32u);
  EXPECT_EQ(last().divergentBranches, 31u);
  EXPECT_EQ(last().of(Class::StoreGlobal).thread, 32u * 33 / 2);
}

TEST_F(InstructionClasses, LogsThatFillUpDoNotDiverge) {
  // Lanes stop between a branch and its target when their logs are full.
  launch(load(kernel("ptr %out", R"(
  br label %loop
loop:
  %j = phi i32 [0, %entry], [%j1, %loop]
  store volatile i32 %j, ptr %out
  %j1 = add i32 %j, 1
  %c = icmp ult i32 %j1, 2000
  br i1 %c, label %loop, label %done
done:
  ret void)")),
         {1}, {64}, array<uint32_t>(1));
  EXPECT_EQ(last().branches, 2u * 2000);
  EXPECT_EQ(last().divergentBranches, 0u);
  EXPECT_DOUBLE_EQ(last().activeLanes(), 32);
}

TEST_F(InstructionClasses, BarriersByKind) {
  // Warp 0 arrives at barrier 1, warp 1 waits there; then all at barrier 0.
  launch(load(kernel("", R"(
  %first = icmp ult i32 %tid, 32
  br i1 %first, label %a, label %b
a:
  call void @llvm.nvvm.barrier.cta.arrive.aligned.count(i32 1, i32 64)
  br label %end
b:
  call void @llvm.nvvm.barrier.cta.sync.aligned.count(i32 1, i32 64)
  br label %end
end:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  ret void)")),
         {5}, {64});
  EXPECT_EQ(last().barriers, 10u);
  EXPECT_EQ(last().namedBarriers, 5u);
  EXPECT_EQ(last().barrierArrivals, 5u);
}

TEST_F(InstructionClasses, JSON) {
  launch(load(kernel("", "  ret void")), {1}, {32});
  std::string json = last().toJSON();
  for (const char *name :
       {"\"instructions\"", "\"float16\"", "\"loadShared\"", "\"ratios\"",
        "\"activeLanes\": 32", "\"globalAsyncSectors\"", "\"asyncInFlight\"",
        "\"divergentBranches\"", "\"sharedMatrixWavefronts\"",
        "\"globalLoadDistinctLines\""})
    EXPECT_NE(json.find(name), std::string::npos) << name;
}

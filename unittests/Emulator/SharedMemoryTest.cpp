//===- SharedMemoryTest.cpp - Static and dynamic shared memory ------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmulatorTest.h"

using namespace sparsegpu::emulator;

namespace {
class SharedMemory : public EmulatorTest {};

const char *globals = R"(
@a = internal addrspace(3) global [64 x i32] undef, align 4
@b = internal addrspace(3) global [64 x double] undef, align 8
@d = external addrspace(3) global [0 x i8], align 16
@e = internal addrspace(3) global [0 x i8] undef, align 4
)";
} // namespace

TEST_F(SharedMemory, StaticAndDynamicDoNotOverlap) {
  const char *body = R"(
  %pa = getelementptr [64 x i32], ptr addrspace(3) @a, i32 0, i32 %tid
  %pb = getelementptr [64 x double], ptr addrspace(3) @b, i32 0, i32 %tid
  %pd = getelementptr i32, ptr addrspace(3) @d, i32 %tid
  %v = add i32 %tid, 100
  store i32 %tid, ptr addrspace(3) %pa
  %f = uitofp i32 %tid to double
  store double %f, ptr addrspace(3) %pb
  store i32 %v, ptr addrspace(3) %pd
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %m = xor i32 %tid, 63
  %qa = getelementptr [64 x i32], ptr addrspace(3) @a, i32 0, i32 %m
  %qb = getelementptr [64 x double], ptr addrspace(3) @b, i32 0, i32 %m
  ; Every variable of size zero is the dynamic part.
  %qd = getelementptr i32, ptr addrspace(3) @e, i32 %m
  %x = load i32, ptr addrspace(3) %qa
  %y = load double, ptr addrspace(3) %qb
  %z = load i32, ptr addrspace(3) %qd
  %yi = fptoui double %y to i32
  %s0 = add i32 %x, %yi
  %s = add i32 %s0, %z
  %p = getelementptr i32, ptr %out, i64 %i64
  store i32 %s, ptr %p
  ret void)";
  Kernel *k = load(kernel("ptr %out", body, globals));
  for (const char *options : {"", "counters", "hazards", "schedule=lockstep"}) {
    configure(options);
    uint32_t *out = array<uint32_t>(128);
    Status status = tryLaunch(k, {2}, {64}, 256, out);
    ASSERT_TRUE(status.ok()) << status.message();
    for (uint32_t i = 0; i < 128; ++i)
      EXPECT_EQ(out[i], 3 * (i % 64 ^ 63) + 100) << options;
  }
  EXPECT_TRUE(device.hazards().empty());
  ASSERT_FALSE(device.counters().empty());
  EXPECT_EQ(device.counters()[0].staticShared, 64u * 4 + 64 * 8);
  EXPECT_EQ(device.counters()[0].dynamicShared, 256u);
}

TEST_F(SharedMemory, GenericPointersAndDeviceFunctions) {
  // A shared variable through a generic pointer, in a constant expression, in a
  // function that is inlined.
  std::string functions = std::string(globals) + R"(
define internal void @put(ptr %p, i32 %v) noinline {
  store i32 %v, ptr %p
  ret void
}
)";
  const char *body = R"(
  %g = getelementptr i32, ptr addrspacecast (ptr addrspace(3) @a to ptr), i64 %tid64
  call void @put(ptr %g, i32 %tid)
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %v = load i32, ptr addrspace(3) getelementptr ([64 x i32], ptr addrspace(3) @a, i32 0, i32 5)
  %is = call i1 @llvm.nvvm.isspacep.shared(ptr %g)
  %isg = call i1 @llvm.nvvm.isspacep.global(ptr %out)
  %b = and i1 %is, %isg
  %r = select i1 %b, i32 %v, i32 -1
  %p = getelementptr i32, ptr %out, i64 %i64
  store i32 %r, ptr %p
  ret void)";
  uint32_t *out = array<uint32_t>(64);
  launch(
      load(kernel("ptr %out", body,
                  functions + "declare i1 @llvm.nvvm.isspacep.shared(ptr)\n"
                              "declare i1 @llvm.nvvm.isspacep.global(ptr)\n")),
      {1}, {64}, out);
  for (uint32_t i = 0; i < 64; ++i)
    EXPECT_EQ(out[i], 5u);
}

TEST_F(SharedMemory, UninitialisedIsNaN) {
  const char *body = R"(
  %pa = getelementptr [64 x i32], ptr addrspace(3) @a, i32 0, i32 %tid
  %v = load i32, ptr addrspace(3) %pa
  %p = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %p
  store i32 0, ptr addrspace(3) %pa
  ret void)";
  uint32_t *out = array<uint32_t>(640);
  launch(load(kernel("ptr %out", body, globals)), {10}, {64}, out);
  for (uint32_t i = 0; i < 640; ++i)
    EXPECT_EQ(out[i], ~0u);
}

TEST_F(SharedMemory, TooMuch) {
  Kernel *k = load(kernel("ptr %out", "  ret void"));
  Status status = tryLaunch(k, {1}, {1}, 300000, array<uint32_t>(1));
  EXPECT_EQ(status.message(),
            "launch of kernel 'k': 0 bytes of static and 300000 of dynamic "
            "shared memory are above 232448");
}

//===- HazardMemoryTest.cpp - Unwritten memory, bounds, alignment --------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HazardTest.h"

using namespace sparsegpu::emulator;

namespace {
class MemoryHazards : public HazardTest {
protected:
  const std::string unwrittenShared =
      "read of shared memory that nothing wrote";
  const std::string unwrittenGlobal =
      "read of device memory that nothing wrote";
  const std::string outside = "out-of-bounds shared access";
};

const char *const barrier =
    "  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)\n";
} // namespace

TEST_F(MemoryHazards, TailOfASharedRow) {
  // Rows of 33 words of which 32 are filled.
  std::string body = R"(
  %warp = lshr i32 %tid, 5
  %row = mul i32 %warp, 33
  %x = add i32 %row, %lane
  %p = getelementptr [132 x i32], ptr addrspace(3) @s, i32 0, i32 %x
  store i32 %tid, ptr addrspace(3) %p
)" + std::string(barrier) +
                     R"(
  %l1 = add i32 %lane, 1
  %y = add i32 %row, STEP
  %q = getelementptr [132 x i32], ptr addrspace(3) @s, i32 0, i32 %y
  %v = load i32, ptr addrspace(3) %q
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %o
  ret void)";
  std::string text = kernel("ptr %out", body,
                            "@s = internal addrspace(3) global [132 x i32] "
                            "undef, align 4\n");
  uint32_t *out = array<uint32_t>(256);
  expectSilent(replaced(text, "STEP", "%lane"), {2}, {128}, out);
  Hazard h = expectFound(unwrittenShared, replaced(text, "STEP", "%l1"), {2},
                         {128}, out);
  EXPECT_EQ(h.thread.x % 32, 31u);
  EXPECT_NE(h.message.find("('s' + "), std::string::npos) << h.message;
}

TEST_F(MemoryHazards, SharedMemoryOfAnotherBlock) {
  // Only the first block fills it; the next does not find it filled.
  std::string text = kernel("ptr %out", R"(
  %first = icmp eq i32 %ctaid, 0
  %p = getelementptr [32 x i32], ptr addrspace(3) @s, i32 0, i32 %lane
  br i1 %first, label %fill, label %use
fill:
  store i32 1, ptr addrspace(3) %p
  br label %use
use:
  %v = load i32, ptr addrspace(3) %p
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %o
  ret void)",
                            "@s = internal addrspace(3) global [32 x i32] "
                            "undef\n");
  uint32_t *out = array<uint32_t>(64);
  expectSilent(text, {1}, {32}, out);
  EXPECT_EQ(expectFound(unwrittenShared, text, {2}, {32}, out).block.x, 1u);
}

TEST_F(MemoryHazards, HalfOfAWord) {
  std::string text = kernel("ptr %out", R"(
  %p = getelementptr [32 x i32], ptr addrspace(3) @s, i32 0, i32 %lane
  store i16 7, ptr addrspace(3) %p
  %q = getelementptr i16, ptr addrspace(3) %p, i32 1
  store i16 7, ptr addrspace(3) %q
  %v = load i32, ptr addrspace(3) %p
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %o
  ret void)",
                            "@s = internal addrspace(3) global [32 x i32] "
                            "undef\n");
  uint32_t *out = array<uint32_t>(32);
  expectSilent(text, {1}, {32}, out);
  expectFound(unwrittenShared,
              without(text, "  store i16 7, ptr addrspace(3) %q\n"), {1}, {32},
              out);
}

TEST_F(MemoryHazards, DeviceMemory) {
  std::string copy = kernel("ptr %out, ptr %in", R"(
  %p = getelementptr i32, ptr %in, i64 %i64
  %v = load i32, ptr %p
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %o
  ret void)");
  uint32_t *out = array<uint32_t>(64);
  auto *in = static_cast<uint32_t *>(device.allocate(256));
  Hazard h = expectFound(unwrittenGlobal, copy, {1}, {64}, out, in);
  EXPECT_EQ(h.address, reinterpret_cast<uint64_t>(in + h.thread.x));
  // One element is missing.
  ASSERT_TRUE(device.fill(in, 0xffffffff, 4, 63).ok());
  EXPECT_EQ(expectFound(unwrittenGlobal, copy, {1}, {64}, out, in).thread.x,
            63u);
  expectSilent(copy, {1}, {63}, out, in);
  // By a copy, and by a kernel.
  auto *other = static_cast<uint32_t *>(device.allocate(256));
  std::vector<uint32_t> host(64, ~0u);
  ASSERT_TRUE(device.copy(other, host.data(), 256).ok());
  expectSilent(copy, {1}, {64}, in, other);
  expectSilent(copy, {1}, {64}, out, in);
  // What was copied from memory that nothing wrote is as before.
  auto *fresh = static_cast<uint32_t *>(device.allocate(256));
  auto *third = static_cast<uint32_t *>(device.allocate(256));
  ASSERT_TRUE(device.copy(third, fresh, 256).ok());
  expectFound(unwrittenGlobal, copy, {1}, {64}, out, third);
}

TEST_F(MemoryHazards, AnotherVariable) {
  std::string text = kernel("ptr %out", R"(
  %pb = getelementptr [32 x i32], ptr addrspace(3) @b, i32 0, i32 %lane
  store i32 1, ptr addrspace(3) %pb
  %pa = getelementptr [32 x i32], ptr addrspace(3) @a, i32 0, i32 %tid
  store i32 2, ptr addrspace(3) %pa
  %v = load i32, ptr addrspace(3) %pb
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %o
  ret void)",
                            "@a = internal addrspace(3) global [32 x i32] undef"
                            "\n@b = internal addrspace(3) global [32 x i32] "
                            "undef\n");
  uint32_t *out = array<uint32_t>(64);
  expectSilent(text, {1}, {32}, out);
  Hazard h = expectFound(outside, text, {1}, {33}, out);
  EXPECT_EQ(h.thread.x, 32u);
  EXPECT_NE(h.message.find("outside of the variable 'a' that the address is "
                           "made from: 128 bytes at offset 0"),
            std::string::npos)
      << h.message;
  EXPECT_EQ(out[0], 1u); // not made
}

TEST_F(MemoryHazards, MisalignedInEverySpace) {
  std::string text = kernel("ptr %out, i64 %offset", R"(
  %at = mul i32 %lane, 16
  %x = zext i32 %at to i64
  %y = add i64 %x, %offset
  %p = getelementptr i8, ptr addrspace(3) @s, i64 %y
  store <4 x i32> zeroinitializer, ptr addrspace(3) %p, align 16
  ret void)",
                            "@s = internal addrspace(3) global [1024 x i8] "
                            "undef, align 16\n");
  uint32_t *out = array<uint32_t>(64);
  expectSilent(text, {1}, {32}, out, int64_t(0));
  expectFound("misaligned access", text, {1}, {32}, out, int64_t(4));
  std::string global =
      replaced(replaced(text, "ptr addrspace(3) @s", "ptr %out"),
               "ptr addrspace(3) %p, align 16", "ptr %p, align 16");
  char *bytes = array<char>(1024);
  expectSilent(global, {1}, {32}, bytes, int64_t(16 * 32));
  expectFound("misaligned access", global, {1}, {32}, bytes, int64_t(8));
}

TEST_F(MemoryHazards, LocalVariables) {
  std::string text = kernel("ptr %out, i32 %n", R"(
  %a = alloca [8 x i32]
  br label %loop
loop:
  %j = phi i32 [0, %entry], [%j1, %loop]
  %p = getelementptr [8 x i32], ptr %a, i32 0, i32 %j
  store volatile i32 %j, ptr %p
  %j1 = add i32 %j, 1
  %c = icmp ult i32 %j1, %n
  br i1 %c, label %loop, label %done
done:
  %q = getelementptr [8 x i32], ptr %a, i32 0, i32 3
  %v = load volatile i32, ptr %q
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %o
  ret void)");
  uint32_t *out = array<uint32_t>(64);
  expectSilent(text, {1}, {64}, out, 8);
  EXPECT_EQ(out[9], 3u);
  Hazard h = expectFound("out-of-bounds local access", text, {1}, {64}, out, 9);
  EXPECT_NE(h.message.find("offset 32 of a local variable of 32 bytes"),
            std::string::npos)
      << h.message;
}

// What malloc gives a kernel is memory of its own.
TEST_F(MemoryHazards, MallocInAKernel) {
  std::string body = R"(
  %p = call ptr @malloc(i64 8)
  %second = getelementptr i32, ptr %p, i64 1
  store i32 %tid, ptr %p
  store i32 7, ptr %second
  %a = load volatile i32, ptr %p
  %b = load volatile i32, ptr %second
  %sum = add i32 %a, %b
  %o = getelementptr i32, ptr %out, i64 %tid64
  store i32 %sum, ptr %o
  call void @free(ptr %p)
  ret void)";
  const char *declarations = "declare ptr @malloc(i64)\n"
                             "declare void @free(ptr)\n";
  uint32_t *out = array<uint32_t>(32);
  expectSilent(kernel("ptr %out", body, declarations), {1}, {32}, out);
  for (unsigned i = 0; i < 32; ++i)
    EXPECT_EQ(out[i], i + 7);
  size_t at = body.find("i64 1\n");
  expectFound("out-of-bounds global access",
              kernel("ptr %out", body.replace(at, 5, "i64 2"), declarations),
              {1}, {32}, out);
}

//===- SpecialRegistersTest.cpp - %tid and its like -----------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmulatorTest.h"

using namespace sparsegpu::emulator;

namespace {
class SpecialRegisters : public EmulatorTest {};

/// A kernel that stores the register at the thread's global index.
std::string store(const std::string &name, const std::string &type = "i32") {
  std::string value = "%r";
  std::string convert;
  if (type == "i64")
    convert = "  %t = trunc i64 %r to i32\n", value = "%t";
  return kernel("ptr %out",
                "  %r = call " + type + " @llvm.nvvm.read.ptx.sreg." + name +
                    "()\n" + convert +
                    "  %p = getelementptr i32, ptr %out, i64 %i64\n"
                    "  store i32 " +
                    value + ", ptr %p\n  ret void",
                "declare " + type + " @llvm.nvvm.read.ptx.sreg." + name +
                    "()\n");
}
} // namespace

TEST_F(SpecialRegisters, LaneAndWarp) {
  const std::pair<const char *, uint32_t (*)(uint32_t)> cases[] = {
      {"laneid", [](uint32_t t) { return t % 32; }},
      {"warpid", [](uint32_t t) { return t / 32; }},
      {"warpsize", [](uint32_t) { return 32u; }},
      {"lanemask.eq", [](uint32_t t) { return 1u << t % 32; }},
      {"lanemask.lt", [](uint32_t t) { return (1u << t % 32) - 1; }},
      {"lanemask.le",
       [](uint32_t t) { return uint32_t((uint64_t(2) << t % 32) - 1); }},
      {"lanemask.ge", [](uint32_t t) { return ~((1u << t % 32) - 1); }},
      {"lanemask.gt",
       [](uint32_t t) { return ~uint32_t((uint64_t(2) << t % 32) - 1); }},
  };
  for (auto &[name, expected] : cases) {
    uint32_t *out = array<uint32_t>(96);
    launch(load(store(name)), {1}, {96}, out);
    for (uint32_t t = 0; t < 96; ++t)
      EXPECT_EQ(out[t], expected(t)) << name << " of thread " << t;
  }
}

TEST_F(SpecialRegisters, ThreeDimensions) {
  // Every thread of a 3-D grid writes its own coordinates once.
  const char *body = R"(
  %ty = call i32 @llvm.nvvm.read.ptx.sreg.tid.y()
  %tz = call i32 @llvm.nvvm.read.ptx.sreg.tid.z()
  %by = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.y()
  %bz = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.z()
  ; (((bz*3+by)*2+bx)*2+tz)*3+ty)*5+tx
  %a0 = mul i32 %bz, 3
  %a1 = add i32 %a0, %by
  %a2 = mul i32 %a1, 2
  %a3 = add i32 %a2, %ctaid
  %a4 = mul i32 %a3, 2
  %a5 = add i32 %a4, %tz
  %a6 = mul i32 %a5, 3
  %a7 = add i32 %a6, %ty
  %a8 = mul i32 %a7, 5
  %a9 = add i32 %a8, %tid
  %x = zext i32 %a9 to i64
  %p = getelementptr i32, ptr %out, i64 %x
  %old = atomicrmw add ptr %p, i32 1 monotonic
  ret void)";
  size_t size = 4 * 3 * 2 * 2 * 3 * 5;
  uint32_t *out = array<uint32_t>(size);
  launch(load(kernel("ptr %out", body)), {2, 3, 4}, {5, 3, 2}, out);
  for (size_t i = 0; i < size; ++i)
    EXPECT_EQ(out[i], 1u) << i;
}

TEST_F(SpecialRegisters, LargeGrid) {
  const char *body = R"(
  %v = atomicrmw add ptr %out, i64 1 monotonic
  %w = getelementptr i64, ptr %out, i64 1
  %u = atomicrmw add ptr %w, i64 %i64 monotonic
  ret void)";
  uint64_t *out = array<uint64_t>(2);
  launch(load(kernel("ptr %out", body)), {200000}, {32}, out);
  uint64_t n = 200000 * 32;
  EXPECT_EQ(out[0], n);
  EXPECT_EQ(out[1], n * (n - 1) / 2);
}

TEST_F(SpecialRegisters, Clocks) {
  for (auto [name, type] : {std::pair("clock", "i32"),
                            {"clock64", "i64"},
                            {"globaltimer", "i64"}}) {
    uint32_t *out = array<uint32_t>(1);
    launch(load(store(name, type)), {1}, {1}, out);
    EXPECT_NE(out[0], 0u) << name;
  }
}

TEST_F(SpecialRegisters, SharedSizes) {
  uint32_t *out = array<uint32_t>(1);
  Status status =
      tryLaunch(load(store("dynamic_smem_size")), {1}, {1}, 4096, out);
  EXPECT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(out[0], 4096u);
}

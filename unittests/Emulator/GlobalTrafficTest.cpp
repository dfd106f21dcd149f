//===- GlobalTrafficTest.cpp - Sectors, lines and re-reads ----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CountersTest.h"
#include "Footprint.h"

using namespace sparsegpu::emulator;

namespace {
class GlobalTrafficCounters : public CountersTest {};
} // namespace

TEST(Footprint, SectorsAndLines) {
  Footprint a;
  a.add(0, 1);
  a.add(0, 1);
  EXPECT_EQ(a.countSectors(), 1u);
  EXPECT_EQ(a.countLines(), 1u);
  a.add(2, 0b11); // sectors 2 and 3 of the same line
  a.add(4, 1);    // the next line
  EXPECT_EQ(a.countSectors(), 4u);
  EXPECT_EQ(a.countLines(), 2u);
  a.add(62, 0b1111); // over the end of a word of the bitmap
  EXPECT_EQ(a.countSectors(), 8u);
  EXPECT_EQ(a.countLines(), 4u);
  a.add(32767, 0b11); // over the end of a page
  EXPECT_EQ(a.countSectors(), 10u);
  Footprint b;
  b.add(0, ~uint64_t(0));
  b.merge(a);
  EXPECT_EQ(b.countSectors(), 64u + 2 + 2);
  // Pages that share a place among those used last.
  Footprint c;
  for (uint64_t round = 0; round < 2; ++round)
    for (uint64_t page = 0; page < 600; ++page)
      c.add(page * 32768, 1);
  EXPECT_EQ(c.countSectors(), 600u);
}

TEST_F(GlobalTrafficCounters, Rereads) {
  // Eight blocks all read the same 128 floats, and each writes its own.
  Kernel *k = load(kernel("ptr %in, ptr %out", R"(
  %p = getelementptr float, ptr %in, i64 %tid64
  %v = load float, ptr %p
  %q = getelementptr float, ptr %out, i64 %i64
  store float %v, ptr %q
  ret void)"));
  float *in = array<float>(128), *out = array<float>(1024);
  for (const char *options : {"counters,workers=1", "counters,workers=2"}) {
    configure(options);
    launch(k, {8}, {128}, in, out);
    LaunchCounters c = last();
    EXPECT_EQ(c.globalLoads.sectors, 8u * 16);
    EXPECT_EQ(c.globalLoads.distinctSectors, 16u);
    EXPECT_EQ(c.globalLoads.distinctLines, 4u);
    EXPECT_DOUBLE_EQ(c.globalLoads.rereads(), 8);
    EXPECT_EQ(c.globalStores.distinctSectors, 128u);
    EXPECT_EQ(c.globalStores.distinctLines, 32u);
    EXPECT_DOUBLE_EQ(c.globalStores.rereads(), 1);
    EXPECT_DOUBLE_EQ(c.globalLoads.efficiency(), 1);
  }
}

TEST_F(GlobalTrafficCounters, UsedBytes) {
  Kernel *k = load(kernel("ptr %in, i64 %stride", R"(
  %s = mul i64 %tid64, %stride
  %p = getelementptr i8, ptr %in, i64 %s
  %v = load volatile i32, ptr %p
  ret void)"));
  char *in = array<char>(1 << 16);
  auto run = [&](int64_t stride) {
    launch(k, {1}, {32}, in, stride);
    return last().globalLoads;
  };
  EXPECT_EQ(run(4).usedBytes, 128u);
  EXPECT_EQ(run(0).usedBytes, 4u); // asked for 32 times
  EXPECT_EQ(run(0).bytes, 128u);
  EXPECT_DOUBLE_EQ(run(0).efficiency(), 4.0 / 32);
  EXPECT_DOUBLE_EQ(run(32).efficiency(), 4.0 / 32);
  EXPECT_DOUBLE_EQ(run(8).efficiency(), 0.5);
  GlobalTraffic far = run(1024);
  EXPECT_EQ(far.sectors, 32u);
  EXPECT_EQ(far.usedBytes, 128u);
  EXPECT_EQ(far.distinctSectors, 32u);
  EXPECT_EQ(far.distinctLines, 32u);
  // Eight lanes for each of four words.
  Kernel *groups = load(kernel("ptr %in", R"(
  %g = lshr i64 %tid64, 3
  %p = getelementptr i32, ptr %in, i64 %g
  %v = load volatile i32, ptr %p
  ret void)"));
  launch(groups, {1}, {32}, in);
  EXPECT_EQ(last().globalLoads.usedBytes, 16u);
  EXPECT_EQ(last().globalLoads.sectors, 1u);
}

TEST_F(GlobalTrafficCounters, UnalignedVectors) {
  // What is not aligned to its width is several accesses: the back end splits
  // it. 16 bytes at an alignment of 4 are four, at 8 two.
  for (unsigned align : {4u, 8u, 16u}) {
    std::string body = R"(
  %p = getelementptr <4 x float>, ptr %in, i64 %tid64
  %v = load volatile <4 x float>, ptr %p, align )" +
                       std::to_string(align) + "\n  ret void";
    launch(load(kernel("ptr %in", body)), {1}, {32}, array<float>(128));
    EXPECT_EQ(last().globalLoads.requests, 16u / align);
    EXPECT_EQ(last().globalLoads.sectors, 16u * (16 / align));
    EXPECT_EQ(last().globalLoads.bytes, 512u);
    EXPECT_EQ(last().globalLoads.distinctSectors, 16u);
  }
  // Wider than 16 bytes: in pieces of 16. Three floats: 8 and 4.
  launch(load(kernel("ptr %in", R"(
  %p = getelementptr <8 x float>, ptr %in, i64 %tid64
  %v = load volatile <8 x float>, ptr %p, align 32
  ret void)")),
         {1}, {32}, array<float>(256));
  EXPECT_EQ(last().globalLoads.requests, 2u);
  EXPECT_EQ(last().globalLoads.sectors, 64u);
}

TEST_F(GlobalTrafficCounters, HalvesAndAtomics) {
  launch(load(kernel("ptr %in, ptr %out", R"(
  %p = getelementptr half, ptr %in, i64 %tid64
  %v = load half, ptr %p
  %w = fadd half %v, 1.0
  %old = atomicrmw fadd ptr %out, half %w monotonic
  %q = getelementptr i32, ptr %out, i64 %tid64
  %o = atomicrmw add ptr %q, i32 1 monotonic
  %z = cmpxchg ptr %q, i32 1, i32 2 monotonic monotonic
  ret void)")),
         {2}, {64}, array<uint16_t>(64), array<uint32_t>(128));
  LaunchCounters c = last();
  EXPECT_EQ(c.globalLoads.sectors, 4u * 2); // 64 bytes
  EXPECT_EQ(c.globalLoads.distinctSectors, 4u);
  EXPECT_EQ(c.globalAtomics.requests, 12u);
  EXPECT_EQ(c.globalAtomics.sectors, 4u * (1 + 4 + 4));
  EXPECT_EQ(c.globalAtomics.distinctSectors, 8u);
  EXPECT_EQ(c.of(InstructionClass::Float16).thread, 128u);
  EXPECT_EQ(c.of(InstructionClass::Atomic).warp, 12u);
}

TEST_F(GlobalTrafficCounters, ReadOnlyLoadsOfIntrinsics) {
  launch(load(kernel("ptr addrspace(1) %in, ptr %out", R"(
  %p = getelementptr i32, ptr addrspace(1) %in, i64 %tid64
  %v = call i32 @llvm.nvvm.ldu.global.i.i32.p1(ptr addrspace(1) %p, i32 4)
  %q = getelementptr i32, ptr %out, i64 %tid64
  store i32 %v, ptr %q
  %r = call i32 @llvm.nvvm.atomic.add.gen.i.cta.i32.p0(ptr %q, i32 1)
  ret void)",
                     "declare i32 @llvm.nvvm.ldu.global.i.i32.p1(ptr "
                     "addrspace(1), i32)\ndeclare i32 "
                     "@llvm.nvvm.atomic.add.gen.i.cta.i32.p0(ptr, i32)\n")),
         {1}, {32}, iota<uint32_t>(32), array<uint32_t>(32));
  EXPECT_EQ(last().globalLoads.requests, 1u);
  EXPECT_EQ(last().globalLoads.sectors, 4u);
  EXPECT_EQ(last().globalAtomics.sectors, 4u);
  EXPECT_EQ(last().of(InstructionClass::LoadGlobal).warp, 1u);
}

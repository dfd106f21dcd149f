//===- HazardsTest.cpp - What checked accesses find -----------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmulatorTest.h"

using namespace sparsegpu::emulator;

namespace {
class Hazards : public EmulatorTest {
protected:
  void SetUp() override {
    configure("hazards");
    device.setHazardHandler([](const Hazard &) {});
  }
};

/// out[i + offset] = i with a debug location.
std::string storeAt(const std::string &type = "i32") {
  return kernel("ptr %out, i64 %offset",
                "  %x = add i64 %i64, %offset\n"
                "  %p = getelementptr " +
                    type + ", ptr %out, i64 %x\n  store " + type +
                    " zeroinitializer, ptr %p, !dbg !7\n  ret void") +
         R"(
!llvm.module.flags = !{!0}
!llvm.dbg.cu = !{!1}
!0 = !{i32 2, !"Debug Info Version", i32 3}
!1 = distinct !DICompileUnit(language: DW_LANG_C, file: !2, emissionKind: LineTablesOnly)
!2 = !DIFile(filename: "spmm.mlir", directory: "/")
!5 = distinct !DISubprogram(name: "k", scope: !2, file: !2, line: 1, type: !6, unit: !1, spFlags: DISPFlagDefinition)
!6 = !DISubroutineType(types: !{null})
!7 = !DILocation(line: 12, column: 5, scope: !5)
)";
}

std::string withSubprogram(std::string text) {
  size_t at = text.find(") {\nentry");
  return text.replace(at, 3, ") !dbg !5 {");
}
} // namespace

TEST_F(Hazards, OutOfBoundsGlobal) {
  uint32_t *out = array<uint32_t>(100);
  launch(load(withSubprogram(storeAt())), {2}, {64}, out, int64_t(0));
  auto hazards = device.hazards();
  ASSERT_EQ(hazards.size(), 1u); // once per site, not once per thread
  const Hazard &h = hazards[0];
  EXPECT_EQ(h.kind, "out-of-bounds global access");
  EXPECT_EQ(h.kernel, "k");
  EXPECT_EQ(h.block.x, 1u);
  EXPECT_GE(h.thread.x, 36u);
  EXPECT_EQ(h.address, reinterpret_cast<uint64_t>(out + 64 + h.thread.x));
  EXPECT_EQ(h.location, "spmm.mlir:12:5");
  EXPECT_NE(h.message.find("store of 4 bytes"), std::string::npos);
  EXPECT_NE(h.message.find("device allocation of 400 bytes"), std::string::npos)
      << h.message;
}

TEST_F(Hazards, InBoundsIsSilent) {
  launch(load(withSubprogram(storeAt())), {2}, {64}, array<uint32_t>(128),
         int64_t(0));
  // A registered host array is memory as well.
  std::vector<uint32_t> host(128);
  device.registerHost(host.data(), host.size() * 4);
  launch(load(withSubprogram(storeAt())), {2}, {64}, host.data(), int64_t(0));
  EXPECT_TRUE(device.hazards().empty());
}

TEST_F(Hazards, BeforeTheBeginningAndFreed) {
  uint32_t *out = array<uint32_t>(64);
  launch(load(withSubprogram(storeAt())), {1}, {64}, out, int64_t(-1));
  ASSERT_EQ(device.hazards().size(), 1u);
  EXPECT_NE(device.hazards()[0].message.find("behind the access"),
            std::string::npos)
      << device.hazards()[0].message;
  uint64_t mark = device.mark();
  uint32_t *freed = array<uint32_t>(1 << 20);
  device.free(freed).ok();
  launch(load(withSubprogram(storeAt())), {1}, {64}, freed, int64_t(0));
  EXPECT_EQ(device.hazards(mark).size(), 1u);
}

TEST_F(Hazards, Misaligned) {
  const char *body = R"(
  %p = getelementptr i8, ptr %out, i64 %offset
  %q = getelementptr <4 x float>, ptr %p, i64 %i64
  store <4 x float> zeroinitializer, ptr %q, align 16
  ret void)";
  char *out = array<char>(4096);
  launch(load(kernel("ptr %out, i64 %offset", body)), {1}, {32}, out,
         int64_t(0));
  EXPECT_TRUE(device.hazards().empty());
  launch(load(kernel("ptr %out, i64 %offset", body)), {1}, {32}, out,
         int64_t(8));
  ASSERT_EQ(device.hazards().size(), 1u);
  EXPECT_EQ(device.hazards()[0].kind, "misaligned access");
  EXPECT_NE(device.hazards()[0].message.find("not a multiple of 16"),
            std::string::npos);
}

TEST_F(Hazards, OutsideOfSharedMemory) {
  const char *body = R"(
  %p = getelementptr [32 x i32], ptr addrspace(3) @s, i32 0, i32 %tid
  store i32 %tid, ptr addrspace(3) %p
  ret void)";
  std::string text = kernel(
      "ptr %out", body, "@s = internal addrspace(3) global [32 x i32] undef\n");
  launch(load(text), {1}, {32}, array<uint32_t>(1));
  EXPECT_TRUE(device.hazards().empty());
  launch(load(text), {1}, {33}, array<uint32_t>(1));
  ASSERT_EQ(device.hazards().size(), 1u);
  EXPECT_EQ(device.hazards()[0].thread.x, 32u);
  EXPECT_NE(device.hazards()[0].message.find(
                "offset 128 of the 128 bytes of shared memory"),
            std::string::npos)
      << device.hazards()[0].message;
}

TEST_F(Hazards, LocalsConstantsAndParametersAreSilent) {
  const char *body = R"(
  %a = alloca [8 x i32]
  %j = and i32 %tid, 7
  %p = getelementptr [8 x i32], ptr %a, i32 0, i32 %j
  store volatile i32 %tid, ptr %p
  %v = load volatile i32, ptr %p
  %q = getelementptr [4 x i32], ptr addrspace(4) @table, i32 0, i32 %j
  %c = icmp ult i32 %j, 4
  br i1 %c, label %in, label %end
in:
  %w = load i32, ptr addrspace(4) %q
  %x = load i32, ptr %byval
  %y = add i32 %w, %x
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %y, ptr %o
  ret void
end:
  ret void)";
  std::array<uint32_t, 4> parameter{1000, 0, 0, 0};
  uint32_t *out = array<uint32_t>(64);
  launch(load(kernel("ptr %out, ptr byval([4 x i32]) %byval", body,
                     "@table = internal addrspace(4) constant [4 x i32] [i32 "
                     "1, i32 2, i32 3, i32 4]\n")),
         {1}, {64}, out, parameter);
  EXPECT_TRUE(device.hazards().empty());
  EXPECT_EQ(out[2], 1003u);
}

TEST_F(Hazards, BarrierDivergence) {
  const char *different = R"(
  %odd = trunc i32 %tid to i1
  br i1 %odd, label %a, label %b
a:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %p = getelementptr i32, ptr %out, i64 1
  store i32 0, ptr %p
  ret void
b:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  ret void)";
  launch(load(kernel("ptr %out", different)), {1}, {32}, array<uint32_t>(2));
  ASSERT_GE(device.hazards().size(), 1u);
  EXPECT_EQ(device.hazards()[0].kind, "barrier divergence");
  uint64_t mark = device.mark();

  const char *early = R"(
  %c = icmp uge i32 %tid, 50
  br i1 %c, label %a, label %b
a:
  ret void
b:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  ret void)";
  launch(load(kernel("ptr %out", early)), {1}, {64}, array<uint32_t>(2));
  ASSERT_EQ(device.hazards(mark).size(), 1u);
  EXPECT_NE(device.hazards(mark)[0].message.find("reached by 50 of the 64"),
            std::string::npos)
      << device.hazards(mark)[0].message;
}

TEST_F(Hazards, ShuffleFromInactiveLane) {
  const char *body = R"(
  %c = icmp ult i32 %lane, 16
  br i1 %c, label %a, label %b
a:
  %v = call i32 @llvm.nvvm.shfl.sync.down.i32(i32 65535, i32 %tid, i32 1, i32 31)
  %p = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %p
  ret void
b:
  ret void)";
  uint32_t *out = array<uint32_t>(32);
  launch(load(kernel("ptr %out", body,
                     "declare i32 @llvm.nvvm.shfl.sync.down.i32(i32, i32, i32, "
                     "i32)\n")),
         {1}, {32}, out);
  ASSERT_EQ(device.hazards().size(), 1u);
  EXPECT_EQ(device.hazards()[0].thread.x, 15u);
  EXPECT_EQ(out[14], 15u);
  EXPECT_EQ(out[15], ~0u);
}

TEST_F(Hazards, JSONAndPrinting) {
  launch(load(withSubprogram(storeAt())), {1}, {64}, array<uint32_t>(8),
         int64_t(0));
  std::string json = device.hazardsJSON();
  EXPECT_NE(json.find("\"kind\": \"out-of-bounds global access\""),
            std::string::npos)
      << json;
  EXPECT_NE(json.find("\"location\": \"spmm.mlir:12:5\""), std::string::npos);
}

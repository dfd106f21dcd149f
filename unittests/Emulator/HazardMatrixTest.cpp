//===- HazardMatrixTest.cpp - Races of ldmatrix and wmma ------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What an operation of a warp touches belongs to the lane for which it does.
//
//===----------------------------------------------------------------------===//

#include "HazardTest.h"

using namespace sparsegpu::emulator;

namespace {
class MatrixRaces : public HazardTest {};
} // namespace

TEST_F(MatrixRaces, LdmatrixWithoutSyncwarp) {
  const char *syncWarp = "  call void @llvm.nvvm.bar.warp.sync(i32 -1)\n";
  std::string good = kernel("ptr %out", R"(
  %other = xor i32 %lane, 1
  %a = getelementptr [32 x <4 x i32>], ptr addrspace(3) @tile, i32 0, i32 %lane
  %b = getelementptr [32 x <4 x i32>], ptr addrspace(3) @tile, i32 0, i32 %other
  store <4 x i32> zeroinitializer, ptr addrspace(3) %a, align 16
  call void @llvm.nvvm.bar.warp.sync(i32 -1)
  %r = call {i32, i32, i32, i32} @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.b16.p3(ptr addrspace(3) %b)
  %v = extractvalue {i32, i32, i32, i32} %r, 3
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %o
  ret void)",
                            R"(
@tile = internal addrspace(3) global [32 x <4 x i32>] undef, align 16
declare {i32, i32, i32, i32} @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.b16.p3(ptr addrspace(3))
)");
  uint32_t *out = array<uint32_t>(64);
  expectSilent(good, {2}, {32}, out);
  // That all lanes come to it promises no order of memory.
  Hazard h = expectFound(kRaceShared, without(good, syncWarp), {1}, {32}, out);
  EXPECT_NE(h.message.find("ldmatrix"), std::string::npos) << h.message;
  EXPECT_NE(h.message.find("of 16 bytes"), std::string::npos) << h.message;
  EXPECT_EQ(h.thread.x ^ h.other.thread.x, 1u);
}

TEST_F(MatrixRaces, UnwrittenTile) {
  std::string text = kernel("ptr %out", R"(
  %a = getelementptr [32 x <4 x i32>], ptr addrspace(3) @tile, i32 0, i32 %lane
  %r = call i32 @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x1.b16.p3(ptr addrspace(3) %a)
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %r, ptr %o
  ret void)",
                            R"(
@tile = internal addrspace(3) global [32 x <4 x i32>] undef, align 16
declare i32 @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x1.b16.p3(ptr addrspace(3))
)");
  Hazard h = expectFound("read of shared memory that nothing wrote", text, {1},
                         {32}, array<uint32_t>(32));
  EXPECT_NE(h.message.find("ldmatrix"), std::string::npos) << h.message;
}

TEST_F(MatrixRaces, TwoWarpsStoreOneTile) {
  std::string text =
      kernel("ptr %out", R"(
  %warp = lshr i32 %tid, 5
  %x = uitofp i32 %warp to double
  %first = mul i32 %warp, %apart
  %o = getelementptr double, ptr %out, i32 %first
  call void @llvm.nvvm.wmma.m8n8k4.store.d.row.f64.p0(ptr %o, double %x, double %x)
  ret void)",
             "declare void @llvm.nvvm.wmma.m8n8k4.store.d.row.f64.p0(ptr, "
             "double, double)\n");
  double *out = array<double>(128);
  expectSilent(replaced(text, "%apart", "64"), {1}, {64}, out);
  EXPECT_EQ(out[63], 0.0);
  EXPECT_EQ(out[64], 1.0);
  Hazard h =
      expectFound(kRaceGlobal, replaced(text, "%apart", "63"), {1}, {64}, out);
  EXPECT_NE(h.message.find("wmma"), std::string::npos) << h.message;
  EXPECT_EQ(h.other.what.find("wmma"), 0u) << h.other.what;
}

TEST_F(MatrixRaces, MessagesNameTheOperation) {
  // The last row of the tile is behind the allocation.
  std::string text = kernel("ptr %from, ptr %to", R"(
  %a = call double @llvm.nvvm.wmma.m8n8k4.load.a.row.stride.f64.p0(ptr %from, i32 8)
  call void @llvm.nvvm.wmma.m8n8k4.store.d.row.stride.f64.p0(ptr %to, double %a, double %a, i32 8)
  ret void)",
                            R"(
declare double @llvm.nvvm.wmma.m8n8k4.load.a.row.stride.f64.p0(ptr, i32)
declare void @llvm.nvvm.wmma.m8n8k4.store.d.row.stride.f64.p0(ptr, double, double, i32)
)");
  auto message = [&](double *from, double *to) {
    return expectFound("out-of-bounds global access", text, {1}, {32}, from, to)
        .message;
  };
  double *whole = array<double>(64), *part = array<double>(56);
  EXPECT_NE(message(part, whole).find(": wmma.load.a.sync.row.m8n8k4.f64 of 8"),
            std::string::npos)
      << message(part, whole);
  EXPECT_NE(
      message(whole, part).find(": wmma.store.d.sync.row.m8n8k4.f64 of 8"),
      std::string::npos)
      << message(whole, part);
}

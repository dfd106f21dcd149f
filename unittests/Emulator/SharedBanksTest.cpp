//===- SharedBanksTest.cpp - Wavefronts and bank conflicts ----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CountersTest.h"

#include "SparseGPU/Support/SharedBanks.h"

using namespace sparsegpu;
using namespace sparsegpu::emulator;

namespace {
/// Wavefronts of lanes with the addresses of `fn`.
template <typename Fn>
unsigned fronts(unsigned bytes, Fn fn, uint32_t lanes = ~0u,
                BankUse use = BankUse::Read) {
  std::vector<uint64_t> addresses;
  for (unsigned lane = 0; lane < 32; ++lane)
    if (lanes >> lane & 1)
      addresses.push_back(fn(lane));
  return countWavefronts(addresses.data(), lanes, bytes, use).wavefronts;
}

unsigned strided(unsigned bytes, unsigned stride, uint32_t lanes = ~0u) {
  return fronts(
      bytes, [&](unsigned lane) { return uint64_t(lane) * stride * bytes; },
      lanes);
}

class SharedCounters : public CountersTest {
protected:
  /// One warp loads (or stores) elements of `type` at `stride` elements.
  SharedTraffic run(const std::string &type, unsigned bytes, unsigned stride,
                    bool isStore, unsigned threads = 32) {
    std::string access =
        isStore ? "  store " + type + " zeroinitializer, ptr addrspace(3) %p, "
                : "  %v = load volatile " + type + ", ptr addrspace(3) %p, ";
    std::string body = "  %x = mul i32 %tid, " + std::to_string(stride) +
                       "\n  %p = getelementptr " + type +
                       ", ptr addrspace(3) @s, i32 %x\n" + access + "align " +
                       std::to_string(bytes) + "\n  ret void";
    launch(load(kernel("", body,
                       "@s = internal addrspace(3) global [32768 x i8] undef, "
                       "align 128\n")),
           {1}, {threads});
    return isStore ? last().sharedStores : last().sharedLoads;
  }
};
} // namespace

TEST(SharedBanks, StridesOfWords) {
  EXPECT_EQ(strided(4, 0), 1u); // one word for all
  EXPECT_EQ(strided(4, 1), 1u);
  EXPECT_EQ(strided(4, 2), 2u);
  EXPECT_EQ(strided(4, 4), 4u);
  EXPECT_EQ(strided(4, 17), 1u);
  EXPECT_EQ(strided(4, 32), 32u);
  EXPECT_EQ(strided(4, 33), 1u);
}

TEST(SharedBanks, StridesOfEightBytes) {
  EXPECT_EQ(strided(8, 1), 2u); // two half warps
  EXPECT_EQ(strided(8, 2), 4u);
  EXPECT_EQ(strided(8, 17), 2u);
  EXPECT_EQ(strided(8, 16), 32u);
  EXPECT_EQ(strided(8, 0), 1u); // equal pairs share a phase
}

TEST(SharedBanks, StridesOfSixteenBytes) {
  EXPECT_EQ(strided(16, 1), 4u); // four quarter warps
  EXPECT_EQ(strided(16, 2), 8u);
  EXPECT_EQ(strided(16, 17), 4u);
  EXPECT_EQ(strided(16, 8), 32u);
  EXPECT_EQ(strided(16, 0), 2u); // 16 lanes in a phase, four registers
}

TEST(SharedBanks, NarrowElementsShareWords) {
  EXPECT_EQ(strided(2, 1), 1u);
  EXPECT_EQ(strided(1, 1), 1u);
  EXPECT_EQ(strided(2, 2), 1u);
  EXPECT_EQ(strided(2, 64), 32u);
}

TEST(SharedBanks, EqualPairs) {
  auto pairs = [](unsigned shift) {
    return [=](unsigned lane) -> uint64_t {
      unsigned low = lane & ((1u << shift) - 1);
      return 16 * (lane >> (shift + 1) << shift | low);
    };
  };
  EXPECT_EQ(fronts(16, pairs(0)), 2u); // lanes i and i ^ 1
  EXPECT_EQ(fronts(16, pairs(1)), 2u); // lanes i and i ^ 2
  EXPECT_EQ(fronts(16, pairs(2)), 4u); // lanes i and i ^ 4: not
  EXPECT_EQ(fronts(16, pairs(0), ~0u, BankUse::Write), 4u);
}

TEST(SharedBanks, PartialWarps) {
  EXPECT_EQ(strided(4, 32, 0xff), 8u);
  EXPECT_EQ(strided(4, 32, 0x80000001), 2u);
  EXPECT_EQ(strided(8, 1, 0xffff), 1u);      // only one half
  EXPECT_EQ(strided(16, 1, 0xff00ff00), 2u); // the second and fourth quarter
  EXPECT_EQ(strided(16, 8, 0x101), 2u);
}

TEST(SharedBanks, TileOfHalvesWithAndWithoutSwizzle) {
  // Rows of 128 bytes; eight lanes read 16 bytes of one column of each row.
  auto plain = [](unsigned lane) -> uint64_t {
    return lane % 8 * 128 + lane / 8 * 16;
  };
  auto swizzled = [](unsigned lane) -> uint64_t {
    return lane % 8 * 128 + ((lane / 8) ^ (lane % 8)) * 16;
  };
  EXPECT_EQ(fronts(16, plain), 32u);
  EXPECT_EQ(fronts(16, swizzled), 4u);
  // A column of a tile of 32 x 32 words, and the same under an XOR.
  auto column = [](unsigned lane) -> uint64_t { return lane * 128; };
  auto mixed = [](unsigned lane) -> uint64_t {
    return lane * 128 + (5 ^ lane) * 4;
  };
  EXPECT_EQ(fronts(4, column), 32u);
  EXPECT_EQ(fronts(4, mixed), 1u);
}

TEST(SharedBanks, AtomicsOfOneWordFollowEachOther) {
  auto same = [](unsigned) -> uint64_t { return 64; };
  auto apart = [](unsigned lane) -> uint64_t { return 4 * lane; };
  auto half = [](unsigned lane) -> uint64_t { return lane / 2 * 4; };
  EXPECT_EQ(fronts(4, same, ~0u, BankUse::Update), 32u);
  EXPECT_EQ(fronts(4, apart, ~0u, BankUse::Update), 1u);
  EXPECT_EQ(fronts(4, half, ~0u, BankUse::Update), 2u);
}

TEST_F(SharedCounters, LoadsAndStoresOfAllWidths) {
  struct Case {
    const char *type;
    unsigned bytes, stride, wavefronts, conflicts;
  };
  const Case cases[] = {{"i32", 4, 1, 1, 0},
                        {"i32", 4, 2, 2, 1},
                        {"i32", 4, 17, 1, 0},
                        {"i32", 4, 32, 32, 31},
                        {"half", 2, 1, 1, 0},
                        {"i64", 8, 1, 2, 0},
                        {"i64", 8, 2, 4, 2},
                        {"i64", 8, 17, 2, 0},
                        {"i64", 8, 32, 32, 30},
                        {"<4 x float>", 16, 1, 4, 0},
                        {"<4 x float>", 16, 2, 8, 4},
                        {"<4 x float>", 16, 17, 4, 0},
                        {"<4 x float>", 16, 32, 32, 28}};
  for (const Case &c : cases)
    for (bool isStore : {false, true}) {
      SharedTraffic t = run(c.type, c.bytes, c.stride, isStore);
      std::string what = std::string(c.type) + " * " +
                         std::to_string(c.stride) + (isStore ? " store" : "");
      EXPECT_EQ(t.requests, 1u) << what;
      EXPECT_EQ(t.bytes, 32u * c.bytes) << what;
      EXPECT_EQ(t.wavefronts, c.wavefronts) << what;
      EXPECT_EQ(t.bankConflicts, c.conflicts) << what;
    }
  // A warp of 8 lanes: one quarter.
  EXPECT_EQ(run("<4 x float>", 16, 1, false, 8).wavefronts, 1u);
  EXPECT_EQ(run("<4 x float>", 16, 8, false, 8).wavefronts, 8u);
}

TEST_F(SharedCounters, Atomics) {
  launch(load(kernel("", R"(
  %old = atomicrmw add ptr addrspace(3) @s, i32 1 monotonic
  %p = getelementptr i32, ptr addrspace(3) @s, i32 %tid
  %old2 = atomicrmw add ptr addrspace(3) %p, i32 1 monotonic
  ret void)",
                     "@s = internal addrspace(3) global [64 x i32] undef\n")),
         {1}, {32});
  EXPECT_EQ(last().sharedAtomics.requests, 2u);
  EXPECT_EQ(last().sharedAtomics.wavefronts, 33u);
  EXPECT_EQ(last().sharedAtomics.bankConflicts, 31u);
  EXPECT_EQ(last().of(InstructionClass::Atomic).warp, 2u);
}

TEST_F(SharedCounters, MatrixLoads) {
  // Eight rows of 16 bytes each, in rows of 128 bytes: with and without XOR.
  const char *body = R"(
  %row = and i32 %lane, 7
  %matrix = lshr i32 %lane, 3
  %key = mul i32 %row, %swizzle
  %column = xor i32 %matrix, %key
  %o1 = mul i32 %row, 128
  %o2 = mul i32 %column, 16
  %o = add i32 %o1, %o2
  %p = getelementptr i8, ptr addrspace(3) @s, i32 %o
  %m = call { i32, i32, i32, i32 } @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.b16.p3(ptr addrspace(3) %p)
  %m1 = call i32 @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x1.b16.p3(ptr addrspace(3) %p)
  ret void)";
  Kernel *k = load(kernel(
      "i32 %swizzle", body,
      "@s = internal addrspace(3) global [1024 x i8] undef, align 128\n"
      "declare { i32, i32, i32, i32 } "
      "@llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.b16.p3(ptr addrspace(3))\n"
      "declare i32 "
      "@llvm.nvvm.ldmatrix.sync.aligned.m8n8.x1.b16.p3(ptr addrspace(3))\n"));
  launch(k, {1}, {64}, uint32_t(0));
  EXPECT_EQ(last().sharedMatrix.requests, 4u);
  EXPECT_EQ(last().sharedMatrix.bytes, 2u * (512 + 128));
  EXPECT_EQ(last().sharedMatrix.wavefronts, 2u * (32 + 8));
  EXPECT_EQ(last().sharedMatrix.bankConflicts, 2u * (28 + 7));
  launch(k, {1}, {64}, uint32_t(1));
  EXPECT_EQ(last().sharedMatrix.wavefronts, 2u * (4 + 1));
  EXPECT_EQ(last().sharedMatrix.bankConflicts, 0u);
}

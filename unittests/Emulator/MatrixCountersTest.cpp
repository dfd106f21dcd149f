//===- MatrixCountersTest.cpp - Useful flops, traffic of wmma -------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MatrixCounting.h"

#include "gtest/gtest.h"

using namespace sparsegpu::emulator;

namespace {
/// Registers of a warp, all of them `word`.
struct Registers {
  explicit Registers(uint32_t word) {
    for (auto &lane : words)
      lane.fill(word);
  }
  LaneRegisters lanes() {
    LaneRegisters result;
    for (unsigned lane = 0; lane < kWarpSize; ++lane)
      result[lane] = words[lane].data();
    return result;
  }
  void set(unsigned reg, uint32_t word) {
    for (auto &lane : words)
      lane[reg] = word;
  }
  std::array<std::array<uint32_t, kMatrixWords>, kWarpSize> words;
};

MatrixOp makeOp(MatrixKind kind, uint16_t m, uint16_t n, uint16_t k,
                ElementType type) {
  MatrixOp op;
  op.kind = kind;
  op.m = m;
  op.n = n;
  op.k = k;
  op.a = op.b = type;
  op.c = op.d = ElementType::F32;
  return op;
}
} // namespace

TEST(MatrixCounters, UsefulFlops) {
  MatrixOp op = makeOp(MatrixKind::Mma, 16, 8, 16, ElementType::F16);
  Registers r(0x3c003c00);
  EXPECT_EQ(countUsefulFlops(op, r.lanes()), 4096u);
  // Register 0 of A: rows 0 to 7, k 0 to 7. Zero, and minus zero.
  r.set(0, 0x80000000);
  EXPECT_EQ(countUsefulFlops(op, r.lanes()), 4096u - 2 * 8 * 8 * 8);
  // Register 0 of B (the fifth): k 0 to 7, all columns.
  r.set(4, 0);
  EXPECT_EQ(countUsefulFlops(op, r.lanes()), 2048u);
  // One element of A for k = 8 and up: register 2 of lane 0, the low half.
  Registers s(0);
  s.words[0][2] = 0x3c00;
  EXPECT_EQ(countUsefulFlops(op, s.lanes()), 0u); // B is zero
  s.set(5, 0x3c003c00);
  EXPECT_EQ(countUsefulFlops(op, s.lanes()), 2u * 8);
}

TEST(MatrixCounters, UsefulFlopsOfOtherTypes) {
  MatrixOp bytes = makeOp(MatrixKind::Mma, 16, 8, 32, ElementType::S8);
  Registers r(0x01000001); // two of four are zero
  EXPECT_EQ(countUsefulFlops(bytes, r.lanes()), 2u * 16 * 8 * 32 / 2);
  // The sign of an integer is part of its value.
  Registers negative(0x80808080);
  EXPECT_EQ(countUsefulFlops(bytes, negative.lanes()), 2u * 16 * 8 * 32);
  MatrixOp sparse = makeOp(MatrixKind::SparseMma, 16, 8, 32, ElementType::F16);
  Registers ones(0x3c003c00);
  EXPECT_EQ(countUsefulFlops(sparse, ones.lanes()), sparse.flops());
  ones.set(1, 0x3c00);
  EXPECT_EQ(countUsefulFlops(sparse, ones.lanes()),
            sparse.flops() - 2 * 8 * 32);
}

TEST(MatrixCounters, TilesOfWmma) {
  // 16 rows of 16 halves, 64 halves apart: two sectors are one row's only if
  // they are aligned; here each row is one sector.
  MatrixOp op = makeOp(MatrixKind::WmmaLoad, 16, 16, 16, ElementType::F16);
  op.operand = MatrixOperand::A;
  Registers r(0);
  MatrixAddress address{1 << 20, 64};
  for (auto &lane : r.words)
    std::copy_n(reinterpret_cast<uint32_t *>(&address), kAddressWords,
                lane.data());
  LaunchTally tally;
  countMatrix(op, r.lanes(), {0, 1024}, tally);
  EXPECT_EQ(tally.counters.globalLoads.requests, 1u);
  EXPECT_EQ(tally.counters.globalLoads.sectors, 16u);
  EXPECT_EQ(tally.counters.globalLoads.bytes, 512u);
  EXPECT_EQ(tally.footprints[0].countLines(), 16u);
  // In shared memory: rows of 128 bytes, two pieces of 16 bytes of each. A
  // quarter warp has four rows in the same banks.
  countMatrix(op, r.lanes(), {1 << 20, 1 << 21}, tally);
  EXPECT_EQ(tally.counters.sharedLoads.requests, 1u);
  EXPECT_EQ(tally.counters.sharedLoads.wavefronts, 16u);
}

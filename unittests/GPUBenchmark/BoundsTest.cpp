//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//

#include "Bounds.h"
#include "Problem.h"

#include <gtest/gtest.h>

using namespace sparsegpu::gpubench;
using sparsegpu::bundle::L2State;
using sparsegpu::formats::ElementType;

TEST(Bounds, WorkOfSpMMByHand) {
  SpMMSizes sizes;
  sizes.rows = 10;
  sizes.nonzeros = 100;
  sizes.n = 8;
  sizes.usedColumns = 5;
  Work work = spMMWork(sizes);
  EXPECT_DOUBLE_EQ(work.flops, 1600);
  double a = 11 * 4 + 100 * 8, c = 10 * 8 * 4;
  EXPECT_DOUBLE_EQ(work.reusedBytes, 5 * 8 * 4);
  EXPECT_DOUBLE_EQ(work.compulsoryBytes, a + 5 * 8 * 4 + c);
  EXPECT_DOUBLE_EQ(work.bytesWithoutReuse, a + 100 * 8 * 4 + c);
}

static Rates someRates() {
  Rates rates;
  rates.copyBandwidth = 100;
  rates.l2Bandwidth = 1000;
  rates.l2Bytes = 500;
  rates.matrixRate = {{"f16", 4000}, {"f32", 200}, {"f64", 50}};
  rates.theoreticalFmaRate = 400;
  return rates;
}

TEST(Bounds, ColdMemoryIsThatOfTheCopy) {
  Work work;
  work.compulsoryBytes = 400;
  EXPECT_DOUBLE_EQ(
      *bound(work, someRates(), ElementType::F32, L2State::Cold).memory, 4);
}

TEST(Bounds, WarmOperandsThatFitComeFromL2) {
  Work work;
  work.compulsoryBytes = 400;
  EXPECT_DOUBLE_EQ(
      *bound(work, someRates(), ElementType::F32, L2State::Warm).memory, 0.4);
  work.compulsoryBytes = 600;
  EXPECT_DOUBLE_EQ(
      *bound(work, someRates(), ElementType::F32, L2State::Warm).memory, 6);
}

TEST(Bounds, L2CountsOnlyWhereTheDenseOperandFits) {
  Work work;
  work.bytesWithoutReuse = 9000;
  work.reusedBytes = 500;
  EXPECT_DOUBLE_EQ(
      *bound(work, someRates(), ElementType::F32, L2State::Cold).l2, 9);
  work.reusedBytes = 501;
  EXPECT_FALSE(bound(work, someRates(), ElementType::F32, L2State::Cold).l2);
}

TEST(Bounds, RateIsThatOfTheType) {
  Work work;
  work.flops = 8000;
  auto compute = [&](ElementType type) {
    return *bound(work, someRates(), type, L2State::Cold).compute;
  };
  EXPECT_DOUBLE_EQ(compute(ElementType::F16), 2);
  EXPECT_DOUBLE_EQ(compute(ElementType::BF16), 2);
  // The theoretical rate is above what the matrix product reached.
  EXPECT_DOUBLE_EQ(compute(ElementType::F32), 20);
  EXPECT_DOUBLE_EQ(compute(ElementType::F64), 160);
}

TEST(Bounds, TheLargestBinds) {
  Work work;
  work.compulsoryBytes = 600; // 6 s
  work.bytesWithoutReuse = 9000;
  work.reusedBytes = 400; // 9 s
  work.flops = 400;       // 1 s
  Bound result = bound(work, someRates(), ElementType::F32, L2State::Warm);
  EXPECT_EQ(result.binds, "l2");
  EXPECT_DOUBLE_EQ(*result.seconds(), 9);
}

TEST(Bounds, NothingMeasuredNothingBound) {
  Work work;
  work.flops = 1;
  Bound result = bound(work, Rates(), ElementType::F64, L2State::Cold);
  EXPECT_FALSE(result.seconds());
  EXPECT_EQ(result.binds, "");
}

TEST(Bounds, LanesOfChips) {
  EXPECT_EQ(fmaLanes("sm_75"), 64);
  EXPECT_EQ(fmaLanes("sm_80"), 64);
  EXPECT_EQ(fmaLanes("sm_86"), 128);
  EXPECT_EQ(fmaLanes("sm_90a"), 128);
  EXPECT_EQ(fmaLanes("sm_120"), 128);
  EXPECT_EQ(fmaLanes("sm_60"), 0);
  EXPECT_EQ(fmaLanes(""), 0);
}

TEST(Bounds, StructureIsRecognised) {
  SparseOperand a;
  a.rows = 2;
  a.cols = 8;
  a.positions = {0, 4, 6};
  a.coordinates = {0, 3, 5, 6, 1, 2};
  EXPECT_TRUE(isTwoFour(a));
  EXPECT_EQ(countUsedColumns(a), 6);
  a.coordinates = {0, 1, 3, 6, 1, 2};
  EXPECT_FALSE(isTwoFour(a));
}

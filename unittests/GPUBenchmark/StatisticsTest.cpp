//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//

#include "Statistics.h"

#include <gtest/gtest.h>

using namespace sparsegpu::gpubench;

TEST(Statistics, QuantilesInterpolateBetweenSamples) {
  EXPECT_DOUBLE_EQ(quantile({3}, 0.9), 3);
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2}, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2, 5}, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile({0, 10}, 0.1), 1);
  EXPECT_DOUBLE_EQ(quantile({2, 1}, 0), 1);
  EXPECT_DOUBLE_EQ(quantile({2, 1}, 1), 2);
}

TEST(Statistics, BreakEvenCountsRuns) {
  // 10 to prepare, 2 saved by each run.
  EXPECT_EQ(breakEven(10, 1, 0, 3), 5);
  // 5 runs save only 9.5.
  EXPECT_EQ(breakEven(10, 1, 0, 2.9), 6);
  // Only the difference of preparations counts.
  EXPECT_EQ(breakEven(10, 1, 8, 3), 1);
}

TEST(Statistics, BreakEvenAtOnceAndNever) {
  EXPECT_EQ(breakEven(0, 1, 0, 3), 0);
  EXPECT_EQ(breakEven(1, 2, 1, 2), 0);
  EXPECT_EQ(breakEven(1, 2, 5, 3), 0);
  EXPECT_EQ(breakEven(1, 2, 0, 2), std::nullopt);
  EXPECT_EQ(breakEven(0, 3, 0, 1), std::nullopt);
  // Cheaper to prepare, but slower in each run: ahead at first, never for good.
  EXPECT_EQ(breakEven(0, 3, 10, 1), std::nullopt);
}

TEST(Statistics, RatiosHaveAGeometricMean) {
  RatioSummary summary = summarizeRatios({2, 0.5, 4, 0.25});
  EXPECT_DOUBLE_EQ(summary.geometricMean, 1);
  EXPECT_EQ(summary.count, 4);
  EXPECT_EQ(summary.below, 2);
  EXPECT_DOUBLE_EQ(summarizeRatios({8, 2}).geometricMean, 4);
  // 1 is not slower.
  EXPECT_EQ(summarizeRatios({1}).below, 0);
  EXPECT_EQ(summarizeRatios({}).count, 0);
}

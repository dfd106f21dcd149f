//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Runtime/Bundle/Timing.h"

#include <gtest/gtest.h>

using namespace sparsegpu::bundle;

TEST(Timing, QuantilesAreInterpolated) {
  Timing timing;
  timing.milliseconds = {4, 1, 3, 2, 5};
  EXPECT_EQ(timing.quantile(0), 1);
  EXPECT_EQ(timing.quantile(1), 5);
  EXPECT_EQ(timing.median(), 3);
  EXPECT_DOUBLE_EQ(timing.quantile(0.1), 1.4);
  EXPECT_DOUBLE_EQ(timing.quantile(0.9), 4.6);
  // The order of time stays.
  EXPECT_EQ(timing.milliseconds[0], 4);

  timing.milliseconds = {1, 2};
  EXPECT_DOUBLE_EQ(timing.median(), 1.5);
}

TEST(Timing, OneSampleIsEveryQuantile) {
  Timing timing;
  timing.milliseconds = {7};
  for (double q : {0.0, 0.1, 0.5, 0.9, 1.0})
    EXPECT_EQ(timing.quantile(q), 7);
}

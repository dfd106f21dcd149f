//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Predictions of sparse weights against dense ones.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/SparsityModel.h"

#include "gtest/gtest.h"

using namespace sparsegpu::costmodel;

TEST(SparsityModel, FasterTheSparserAndNeverBeyondItsWork) {
  for (const char *name : {"T4", "A100", "RTX 4090", "H200"})
    for (uint64_t v : {16, 32, 64, 128}) {
      std::vector<double> densities = {1, 0.5, 0.25, 0.1, 0.05};
      std::optional<SparsityReport> report = predictSparsity(
          *findTarget(name), MatrixType::F16, v, 4096, 1024, 4096, densities);
      ASSERT_TRUE(report) << name << " " << v;
      ASSERT_EQ(report->points.size(), densities.size());
      EXPECT_GE(report->dense.microseconds, report->denseBound);
      double before = 0;
      for (size_t i = 0; i < densities.size(); ++i) {
        const SparsityPoint &point = report->points[i];
        EXPECT_EQ(point.kept, uint64_t(densities[i] * 4096 + 0.5));
        EXPECT_GT(point.overDense, before) << name << " " << v;
        before = point.overDense;
        // No kernel multiplies faster than tensor cores do.
        EXPECT_LE(point.overBound, 1 / densities[i]);
        EXPECT_EQ(point.sparse.schedule.tileM, v);
        EXPECT_EQ(point.sparse.schedule.splitK, 1u);
      }
    }
}

TEST(SparsityModel, TallerGroupsGatherLess) {
  auto at = [](uint64_t v) {
    return predictSparsity(*findTarget("H200"), MatrixType::F16, v, 4096, 4096,
                           4096, {0.25})
        ->points[0]
        .overDense;
  };
  EXPECT_GT(at(32), at(16));
  EXPECT_GT(at(64), at(32));
  EXPECT_GT(at(128), at(64));
}

TEST(SparsityModel, BreakEvenIsWhereTheTimesMeet) {
  const TargetDescription &target = *findTarget("H200");
  auto predict = [&](std::vector<double> densities) {
    return *predictSparsity(target, MatrixType::F16, 64, 4096, 1024, 4096,
                            densities);
  };
  SparsityReport report = predict({});
  ASSERT_TRUE(report.breakEven);
  EXPECT_LT(*report.breakEven, 1);
  EXPECT_GT(*report.breakEven, 0);
  report = predict({*report.breakEven, *report.breakEven + 0.01});
  EXPECT_GE(report.points[0].overDense, 1);
  EXPECT_LT(report.points[1].overDense, 1);
}

TEST(SparsityModel, NothingWithoutTensorCores) {
  EXPECT_FALSE(predictSparsity(*findTarget("T4"), MatrixType::F64, 64, 1024,
                               1024, 1024, {0.5}));
  // A group keeps at least one column.
  EXPECT_EQ(predictSparsity(*findTarget("A100"), MatrixType::F16, 64, 64, 8, 7,
                            {0.01})
                ->points[0]
                .kept,
            1u);
}

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The estimate of registers against what ptxas 13.0 gives to a kernel written
// by hand; benchmark/registers/registers.py prints the table.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/CostModel/TileSchedule.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace sparsegpu::costmodel;

namespace {
struct Measured {
  unsigned warpsM, warpsN, warpTileM, warpTileN, tileK, stages, registerStages;
  /// Of a thread on sm_80 and sm_90, and the bytes that it spills.
  unsigned registers80, spilled80, registers90, spilled90;
};

// clang-format off
const Measured kMeasured[] = {
    // Fitted.
    {2, 2, 64, 64, 32, 3, 2, 255, 24, 255, 16},
    {2, 2, 64, 64, 32, 3, 1, 250, 0, 244, 0},
    {2, 2, 64, 64, 64, 3, 2, 255, 196, 255, 160},
    {2, 4, 64, 32, 32, 4, 2, 172, 0, 174, 0},
    {2, 4, 64, 32, 16, 4, 1, 123, 0, 122, 0},
    {2, 2, 32, 32, 32, 4, 2, 118, 0, 114, 0},
    {2, 2, 32, 32, 64, 3, 2, 156, 0, 128, 0},
    {2, 2, 32, 32, 64, 3, 4, 168, 0, 164, 0},
    {1, 2, 32, 16, 128, 4, 4, 220, 0, 218, 0},
    {1, 2, 16, 32, 64, 5, 2, 128, 0, 128, 0},
    {1, 4, 64, 32, 32, 4, 2, 168, 0, 168, 0},
    {2, 2, 16, 16, 32, 4, 1, 44, 0, 42, 0},
    {1, 1, 16, 8, 32, 6, 2, 56, 0, 58, 0},
    {4, 2, 32, 64, 32, 3, 2, 170, 0, 170, 0},
    {1, 2, 32, 64, 64, 3, 2, 255, 48, 255, 36},
    {4, 4, 32, 32, 32, 3, 2, 102, 0, 103, 0},
    {2, 2, 64, 64, 16, 4, 1, 205, 0, 205, 0},
    {1, 1, 64, 64, 32, 3, 2, 255, 244, 255, 236},
    {1, 1, 16, 16, 64, 4, 2, 96, 0, 96, 0},
    // Held out.
    {2, 1, 64, 32, 32, 3, 2, 208, 0, 208, 0},
    {1, 2, 64, 64, 16, 3, 1, 214, 0, 213, 0},
    {4, 1, 32, 32, 32, 4, 2, 118, 0, 122, 0},
    {2, 2, 32, 64, 32, 4, 2, 168, 0, 168, 0},
    {4, 2, 64, 32, 64, 3, 2, 232, 0, 226, 0},
    {2, 4, 32, 64, 32, 3, 1, 128, 0, 128, 0},
    {4, 4, 32, 64, 32, 3, 2, 128, 60, 128, 56},
    {2, 2, 48, 48, 32, 3, 2, 167, 24, 168, 16},
    {1, 1, 32, 32, 32, 5, 2, 128, 0, 128, 0},
    {1, 4, 32, 16, 64, 4, 1, 80, 0, 80, 0},
    {2, 2, 16, 64, 32, 4, 2, 128, 0, 128, 0},
    {4, 1, 16, 16, 64, 5, 2, 72, 0, 66, 0},
    {4, 4, 16, 32, 64, 2, 2, 92, 0, 90, 0},
    {2, 2, 64, 32, 128, 2, 1, 255, 0, 255, 0},
};
// clang-format on
} // namespace

TEST(Registers, AsPtxasGives) {
  ContractionShape shape = makeShape(MatrixType::F16, 4096, 4096, 4096);
  double worst = 0, sum = 0;
  for (const Measured &m : kMeasured) {
    TileSchedule s;
    s.warpsM = m.warpsM;
    s.warpsN = m.warpsN;
    s.tileM = m.warpsM * m.warpTileM;
    s.tileN = m.warpsN * m.warpTileN;
    s.tileK = m.tileK;
    s.mma = {16, 8, 16};
    s.sharedStages = m.stages;
    s.registerStages = m.registerStages;
    double estimate = estimateRegisters(shape, s).total();
    // What is spilled would have been in a register.
    for (double measured : {m.registers80 + m.spilled80 / 4.0,
                            m.registers90 + m.spilled90 / 4.0}) {
      double error = std::abs(estimate / measured - 1);
      EXPECT_LE(error, 0.22)
          << toText(s) << ": " << estimate << ", not " << measured;
      worst = std::max(worst, error);
      sum += error;
    }
  }
  std::printf("mean error %.1f %%, largest %.1f %%\n",
              100 * sum / (2 * std::size(kMeasured)), 100 * worst);
}

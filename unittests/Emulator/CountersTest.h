//===- CountersTest.h - Kernels whose counters are looked at ----*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_EMULATOR_COUNTERSTEST_H
#define SPARSEGPU_UNITTESTS_EMULATOR_COUNTERSTEST_H

#include "EmulatorTest.h"

namespace sparsegpu::emulator {

class CountersTest : public EmulatorTest {
protected:
  void SetUp() override { configure("counters"); }
  /// The counters of the last launch.
  LaunchCounters last() {
    auto all = device.counters();
    EXPECT_FALSE(all.empty());
    return all.empty() ? LaunchCounters() : all.back();
  }
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_UNITTESTS_EMULATOR_COUNTERSTEST_H

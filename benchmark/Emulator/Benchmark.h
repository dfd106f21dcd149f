//===- Benchmark.h - Measuring the software GPU -----------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_EMULATOR_BENCHMARK_H
#define SPARSEGPU_BENCHMARK_EMULATOR_BENCHMARK_H

#include "EmulatorTest.h"

#include <functional>

namespace sparsegpu::emulator {

class Benchmark : public EmulatorTest {
public:
  void TestBody() override {}
  void barriers();
  void emptyBlocks();
  void firstLaunch();
  void parallel();
  void spmm();
  void tiledMatmul();
  void matrices();
  void matmul();

private:
  /// Seconds by the clock, and of all processors together.
  struct Time {
    double wall = 1e30, processor = 1e30;
  };
  static Time timeOf(const std::function<void()> &fn);
  /// The best by the clock of some runs.
  static double seconds(const std::function<void()> &fn, unsigned runs = 5);
  /// Runs `fn` under each of the options, in turns, so that what else the
  /// machine does falls on all alike; prints the best time of each in units of
  /// `unit` seconds over `count`, and its processor time by that of the first.
  void compare(const std::string &name, std::vector<std::string> options,
               const std::function<void()> &fn, double unit, double count,
               const char *unitName);
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_BENCHMARK_EMULATOR_BENCHMARK_H

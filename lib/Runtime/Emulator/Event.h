//===- Event.h - Events with and without a time -----------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_EVENT_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_EVENT_H

#include <chrono>

namespace sparsegpu::emulator {

/// A place between launches. All work before it is done when it is recorded.
struct Event {
  using Clock = std::chrono::steady_clock;

  /// Whether it was made to be asked for its time.
  bool timed = false;
  bool recorded = false;
  Clock::time_point time;

  void record() {
    recorded = true;
    if (timed)
      time = Clock::now();
  }
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_EVENT_H

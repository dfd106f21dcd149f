//===- Executor.h - Runs the blocks of a launch on all cores ----*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_EXECUTOR_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_EXECUTOR_H

#include "Launch.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace sparsegpu::emulator {

class BlockRunner;

/// Runs one launch at a time, on a pool of workers that sleep between launches.
/// The thread that launches is one of them. Each takes blocks from the launch's
/// counter.
class Executor {
public:
  Executor();
  ~Executor();
  /// Runs the whole grid on up to `workers` threads (0: one per core).
  void run(Launch &launch, unsigned workers);

private:
  void workerMain(unsigned index);

  std::mutex mutex;
  std::condition_variable wake, done;
  Launch *current = nullptr;
  uint64_t generation = 0;
  unsigned wanted = 0, busy = 0;
  bool stopping = false;
  std::unique_ptr<BlockRunner> ownRunner;
  std::vector<std::thread> pool;
};

/// An executor for each launch that runs at the same time.
class ExecutorPool {
public:
  void run(Launch &launch, unsigned workers);

private:
  std::mutex mutex;
  std::vector<std::unique_ptr<Executor>> idle;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_EXECUTOR_H

//===- Launch.h - One launch of a kernel ------------------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_LAUNCH_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_LAUNCH_H

#include "AsyncCopies.h"
#include "CompiledKernel.h"
#include "Hazards.h"
#include "LaunchTally.h"
#include "Module.h"
#include "SparseGPU/Runtime/Emulator.h"

#include <atomic>
#include <mutex>
#include <string>

namespace sparsegpu::emulator {

/// What all workers share while a kernel runs.
struct Launch {
  const CompiledModule *code = nullptr;
  const CompiledKernel *kernel = nullptr;
  LaunchConfig config;
  void **params = nullptr;
  uint64_t seed = 0;
  uint64_t gridId = 0;
  Variant variant;

  /// What the kernel prints is not shown.
  bool silent = false;

  uint64_t numBlocks = 0;
  std::atomic<uint64_t> nextBlock{0};
  /// Of the order of blocks: block = (n * blockStride + firstBlock) %
  /// numBlocks.
  uint64_t blockStride = 1, firstBlock = 0;

  /// Set by the first failure; the rest of the grid is then not run.
  std::atomic<bool> failed{false};
  std::mutex mutex;
  std::string error;
  LaunchCounters counters;
  LaunchTally tally;
  HazardLog *hazards = nullptr;

  /// What follows from the members above the number of blocks.
  void prepare();
  /// Draws the order of blocks from the seed; seed 0 keeps them ascending, and
  /// so does a kernel whose blocks may wait for one another.
  void orderBlocks();
  /// The n-th block to be run.
  uint64_t blockAt(uint64_t n) const {
    return static_cast<uint64_t>(
        (static_cast<unsigned __int128>(n) * blockStride + firstBlock) %
        numBlocks);
  }
  /// When asynchronous copies are made (AsyncCopies.h).
  CopyTiming copyTiming() const {
    return variant.steps ? CopyTiming::Early
           : seed        ? CopyTiming::Drawn
                         : CopyTiming::Late;
  }

  unsigned numThreads() const {
    return config.block.x * config.block.y * config.block.z;
  }
  void fail(const std::string &message) {
    std::lock_guard<std::mutex> lock(mutex);
    if (!failed.exchange(true))
      error = message;
  }
};

/// The limits of the CUDA programming guide, "Compute Capabilities", and those
/// of the kernel.
Status checkLaunch(const Kernel &kernel, const LaunchConfig &config,
                   size_t numParams);

/// Device memory and the variables of the module, for hazards.
AllocationTable makeTable(const DeviceMemory &memory,
                          const CompiledModule &code);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_LAUNCH_H

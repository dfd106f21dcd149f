//===- LaunchTask.h - A launch, from its call to its end ------ -*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_LAUNCHTASK_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_LAUNCHTASK_H

#include "Executor.h"
#include "Launch.h"

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace sparsegpu::emulator {

/// All that a launch needs to run later than the call that asked for it, and to
/// run again under other seeds.
class LaunchTask {
public:
  /// Copies the parameters.
  LaunchTask(const Kernel &kernel, const LaunchConfig &config, void **params,
             const Options &options);

  /// Gets the code, and checks what depends on it.
  Status prepare();
  /// What follows needs `prepare`.
  const CompiledModule &module() const { return *code; }
  const CompiledKernel &kernel() const { return *compiled; }
  const Options &options() const { return settings; }

  /// Takes note of the memory there is, before the first run.
  void begin(const DeviceMemory &memory);
  /// Runs under the seed that is `trial` behind the first one.
  Status run(uint64_t trial, ExecutorPool &executors);
  /// The run that is under way ends with an error, and so does any later one.
  void cancel();
  bool isCancelled() const;
  bool hasRun() const { return ran; }

  /// Of the first run.
  const LaunchCounters &counters() const { return counted; }
  std::vector<Hazard> takeHazards();

  /// The place in the sequence of launches.
  uint64_t number = 0;

private:
  const Kernel &launched;
  LaunchConfig config;
  Options settings;
  std::vector<std::vector<std::byte>> values;
  std::vector<void *> params;
  Variant variant;
  const CompiledModule *code = nullptr;
  const CompiledKernel *compiled = nullptr;
  std::unique_ptr<HazardLog> hazards;
  LaunchCounters counted;
  mutable std::mutex mutex;
  Launch *running = nullptr;
  bool cancelled = false, ran = false;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_LAUNCHTASK_H

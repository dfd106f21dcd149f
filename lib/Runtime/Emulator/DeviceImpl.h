//===- DeviceImpl.h - What a software GPU consists of --------- -*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_DEVICEIMPL_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_DEVICEIMPL_H

#include "Executor.h"
#include "Memory.h"
#include "Module.h"
#include "SparseGPU/Runtime/Emulator.h"
#include "SparseGPU/Runtime/Runtime.h"
#include "Streams.h"

#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace sparsegpu::emulator {

struct Device::Impl : LaunchRunner {
  mutable std::mutex mutex;
  Options options;
  DeviceMemory memory;
  ExecutorPool executors;
  std::map<LoadedModule *, std::unique_ptr<LoadedModule>> modules;
  std::map<Event *, std::unique_ptr<Event>> events;
  uint64_t launches = 0;
  // With the number of the launch, and in that order.
  std::vector<std::pair<uint64_t, LaunchCounters>> counters;
  std::vector<std::pair<uint64_t, Hazard>> hazards;
  std::vector<uint64_t> floatAtomicLaunches;
  std::function<void(const std::string &)> errorHandler;
  std::function<void(const Hazard &)> hazardHandler;
  std::function<bool(const SparseGPULaunch &)> launchObserver;
  // The first to be destroyed: it waits for what uses the rest.
  Streams streams{*this};

  /// Makes the task of a launch; none if the observer does not want it to run.
  Status makeTask(Kernel *kernel, const LaunchConfig &config, void **params,
                  size_t numParams, std::shared_ptr<LaunchTask> &task);
  bool isIntercepted(const Kernel &kernel, const LaunchConfig &config,
                     void **params);
  /// Keeps the counters and hazards of a launch, and tells of the latter.
  void keepResults(LaunchTask &task);
  /// Issues what is no launch, in order with other work of the stream.
  Status issue(Stream *stream, Work work);

  Status runLaunch(LaunchTask &task) override;
  Status runTogether(const std::vector<LaunchTask *> &tasks,
                     const std::function<Status(uint64_t)> &runAll) override;
  Status runOnce(LaunchTask &task, uint64_t trial) override;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_DEVICEIMPL_H

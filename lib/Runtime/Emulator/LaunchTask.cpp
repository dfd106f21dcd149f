//===- LaunchTask.cpp - A launch, from its call to its end ----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaunchTask.h"

#include "Format.h"

#include <cstring>

using namespace sparsegpu::emulator;

LaunchTask::LaunchTask(const Kernel &kernel, const LaunchConfig &config,
                       void **params, const Options &options)
    : launched(kernel), config(config), settings(options) {
  for (size_t i = 0; i < kernel.numParams(); ++i) {
    auto *bytes = static_cast<const std::byte *>(params[i]);
    values.emplace_back(bytes, bytes + kernel.paramBytes[i]);
    this->params.push_back(values.back().data());
  }
  variant.log = options.counters;
  variant.steps = options.schedule == Schedule::Lockstep;
  variant.checks = options.hazards;
}

Status LaunchTask::prepare() {
  if (Status status = launched.module->getCode(launched, variant, code);
      !status.ok())
    return status;
  compiled = &code->kernels.find(launched.name)->second;
  uint64_t shared = uint64_t(compiled->staticShared) + config.dynamicShared;
  if (shared > kMaxShared)
    return Status::error(formatText(
        "launch of kernel '{0}': {1} bytes of static and {2} of dynamic "
        "shared memory are above {3}",
        compiled->name, compiled->staticShared, config.dynamicShared,
        kMaxShared));
  return Status::success();
}

void LaunchTask::begin(const DeviceMemory &memory) {
  if (settings.hazards)
    hazards = std::make_unique<HazardLog>(*code, compiled->name,
                                          makeTable(memory, *code));
}

Status LaunchTask::run(uint64_t trial, ExecutorPool &executors) {
  Launch launch;
  launch.variant = variant;
  launch.code = code;
  launch.kernel = compiled;
  launch.config = config;
  launch.params = params.data();
  launch.seed = settings.seed + trial;
  launch.gridId = number;
  launch.hazards = hazards.get();
  launch.silent = trial > 0;
  launch.prepare();
  if (hazards)
    hazards->beginRun();
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (cancelled)
      return Status::error("cancelled");
    running = &launch;
  }
  executors.run(launch, settings.workers);
  {
    std::lock_guard<std::mutex> lock(mutex);
    running = nullptr;
  }
  ran = true;
  if (trial == 0)
    counted = std::move(launch.counters);
  if (!launch.failed)
    return Status::success();
  return Status::error(
      launch.seed ? formatText("{0} (seed {1})", launch.error, launch.seed)
                  : launch.error);
}

void LaunchTask::cancel() {
  std::lock_guard<std::mutex> lock(mutex);
  cancelled = true;
  if (running)
    running->fail("cancelled");
}

bool LaunchTask::isCancelled() const {
  std::lock_guard<std::mutex> lock(mutex);
  return cancelled;
}

std::vector<Hazard> LaunchTask::takeHazards() {
  return hazards ? hazards->take() : std::vector<Hazard>();
}

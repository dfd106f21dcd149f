//===- DeviceLaunch.cpp - Launches of a software GPU ----------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceImpl.h"
#include "Format.h"
#include "SeedTrials.h"

#include <algorithm>
#include <cstdio>
#include <optional>

using namespace sparsegpu::emulator;

/// Whether the observer wants that the kernel is not run.
bool Device::Impl::isIntercepted(const Kernel &kernel,
                                 const LaunchConfig &config, void **params) {
  std::function<bool(const SparseGPULaunch &)> observer;
  {
    std::lock_guard<std::mutex> lock(mutex);
    observer = launchObserver;
  }
  if (!observer)
    return false;
  const Dim3 &g = config.grid, &b = config.block;
  return observer({kernel.name.c_str(),
                   {g.x, g.y, g.z},
                   {b.x, b.y, b.z},
                   config.dynamicShared,
                   kernel.numParams(),
                   params,
                   kernel.paramBytes.data(),
                   kernel.paramIsPointer.data()});
}

Status Device::Impl::makeTask(Kernel *kernel, const LaunchConfig &config,
                              void **params, size_t numParams,
                              std::shared_ptr<LaunchTask> &task) {
  Options current;
  {
    std::lock_guard<std::mutex> lock(mutex);
    current = options;
  }
  if (Status status = checkLaunch(*kernel, config, numParams); !status.ok())
    return status;
  if (isIntercepted(*kernel, config, params))
    return Status::success();
  auto made = std::make_shared<LaunchTask>(*kernel, config, params, current);
  if (Status status = made->prepare(); !status.ok())
    return status;
  std::lock_guard<std::mutex> lock(mutex);
  made->number = launches++;
  if (made->kernel().hasFloatAtomics)
    floatAtomicLaunches.push_back(made->number);
  task = std::move(made);
  return Status::success();
}

Status Device::launch(Kernel *kernel, const LaunchConfig &config, void **params,
                      size_t numParams, Stream *stream) {
  std::shared_ptr<LaunchTask> task;
  Status status = impl->makeTask(kernel, config, params, numParams, task);
  if (!status.ok() || !task)
    return status;
  bool deferred = task->options().seeds > 1;
  if (!stream)
    return impl->streams.runNow(std::move(task), deferred);
  Work work;
  work.launch = std::move(task);
  return impl->streams.issue(stream, std::move(work), deferred);
}

//===----------------------------------------------------------------------===//
// Under each seed
//===----------------------------------------------------------------------===//

Status Device::Impl::runOnce(LaunchTask &task, uint64_t trial) {
  return task.run(trial, executors);
}

Status Device::Impl::runLaunch(LaunchTask &task) {
  return runTogether({&task},
                     [&](uint64_t trial) { return runOnce(task, trial); });
}

/// Device memory and the variables of all modules that take part.
static AllocationTable makeTrialTable(const DeviceMemory &memory,
                                      const std::vector<LaunchTask *> &tasks) {
  AllocationTable table;
  std::vector<const CompiledModule *> seen;
  for (const LaunchTask *task : tasks) {
    const CompiledModule *module = &task->module();
    if (std::find(seen.begin(), seen.end(), module) != seen.end())
      continue;
    seen.push_back(module);
    for (Allocation &range : makeTable(memory, *module))
      table.push_back(std::move(range));
  }
  auto key = [](const Allocation &a) { return std::pair(a.begin, a.end); };
  std::sort(table.begin(), table.end(),
            [&](const Allocation &a, const Allocation &b) {
              return key(a) < key(b);
            });
  table.erase(std::unique(table.begin(), table.end(),
                          [&](const Allocation &a, const Allocation &b) {
                            return key(a) == key(b);
                          }),
              table.end());
  return table;
}

static std::string nameAll(const std::vector<LaunchTask *> &tasks) {
  if (tasks.size() == 1)
    return "kernel '" + tasks[0]->kernel().name + "' gives";
  std::string names;
  for (const LaunchTask *task : tasks)
    names += (names.empty() ? "kernels '" : ", '") + task->kernel().name + "'";
  return names + " on several streams give";
}

Status
Device::Impl::runTogether(const std::vector<LaunchTask *> &tasks,
                          const std::function<Status(uint64_t)> &runAll) {
  const Options &options = tasks.front()->options();
  for (LaunchTask *task : tasks)
    task->begin(memory);
  std::optional<SeedTrials> trials;
  if (options.seeds > 1)
    trials.emplace(makeTrialTable(memory, tasks));
  bool isExact =
      std::none_of(tasks.begin(), tasks.end(), [](const LaunchTask *task) {
        return task->kernel().hasFloatAtomics;
      });
  Status result = Status::success();
  for (uint64_t trial = 0; trial < options.seeds && result.ok(); ++trial) {
    if (trial > 0)
      trials->restore();
    result = runAll(trial);
    if (!result.ok() || !trials)
      continue;
    if (trial == 0)
      trials->keepFirst();
    else if (std::string difference = isExact ? trials->compare() : "";
             !difference.empty())
      result = Status::error(formatText(
          "{0} one result under seed {1} and another under seed {2}: {3}",
          nameAll(tasks), options.seed, options.seed + trial, difference));
  }
  for (LaunchTask *task : tasks)
    keepResults(*task);
  return result;
}

/// Adds a result of a launch behind those of earlier ones.
template <typename T>
static void insertInOrder(std::vector<std::pair<uint64_t, T>> &list,
                          uint64_t number, T value) {
  auto behind = std::upper_bound(
      list.begin(), list.end(), number,
      [](uint64_t n, const auto &entry) { return n < entry.first; });
  list.insert(behind, {number, std::move(value)});
}

void Device::Impl::keepResults(LaunchTask &task) {
  std::vector<Hazard> found = task.takeHazards();
  std::function<void(const Hazard &)> handler;
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (task.options().counters && task.hasRun())
      insertInOrder(counters, task.number, task.counters());
    for (const Hazard &hazard : found)
      insertInOrder(hazards, task.number, hazard);
    handler = hazardHandler;
  }
  for (const Hazard &hazard : found) {
    if (handler)
      handler(hazard);
    else
      std::fprintf(stderr, "sparsegpu-emulator: hazard: %s\n",
                   hazard.message.c_str());
  }
}

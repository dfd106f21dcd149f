//===- Device.cpp - The software GPU --------------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Counters.h"
#include "Executor.h"
#include "Format.h"
#include "Memory.h"
#include "Module.h"
#include "SeedTrials.h"
#include "SparseGPU/Runtime/Emulator.h"
#include "SparseGPU/Runtime/Runtime.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <unistd.h>

using namespace sparsegpu::emulator;

struct Device::Impl {
  mutable std::mutex mutex;
  Options options;
  DeviceMemory memory;
  Executor executor;
  std::map<LoadedModule *, std::unique_ptr<LoadedModule>> modules;
  uint64_t launches = 0;
  // With the number of the launch.
  std::vector<std::pair<uint64_t, LaunchCounters>> counters;
  std::vector<std::pair<uint64_t, Hazard>> hazards;
  std::vector<uint64_t> floatAtomicLaunches;
  std::function<void(const std::string &)> errorHandler;
  std::function<void(const Hazard &)> hazardHandler;
  std::function<bool(const SparseGPULaunch &)> launchObserver;
};

static void writeCountersAtExit() {
  Device &device = Device::get();
  std::string file = device.options().countersFile;
  if (file.empty())
    return;
  std::FILE *out = std::fopen(file.c_str(), "w");
  if (!out) {
    std::fprintf(stderr, "sparsegpu-emulator: error: cannot write '%s'\n",
                 file.c_str());
    return;
  }
  std::fprintf(out, "%s\n", device.countersJSON().c_str());
  std::fclose(out);
}

Device &Device::get() {
  // Never destroyed: code of the program may use it while the process ends.
  static Device *device = [] {
    auto *result = new Device();
    if (const char *text = std::getenv("SPARSEGPU_EMULATOR")) {
      Options options;
      Status status = Options::parse(text, options);
      if (!status.ok()) {
        std::fprintf(stderr,
                     "sparsegpu-emulator: error: SPARSEGPU_EMULATOR: %s\n",
                     status.message().c_str());
        std::fflush(nullptr);
        _exit(1);
      }
      result->setOptions(options);
    }
    std::atexit(writeCountersAtExit);
    return result;
  }();
  return *device;
}

Device::Device() : Device(Options()) {}
Device::Device(const Options &options) : impl(std::make_unique<Impl>()) {
  impl->options = options;
}
Device::~Device() = default;

Options Device::options() const {
  std::lock_guard<std::mutex> lock(impl->mutex);
  return impl->options;
}

void Device::setOptions(const Options &options) {
  std::lock_guard<std::mutex> lock(impl->mutex);
  impl->options = options;
}

//===----------------------------------------------------------------------===//
// Modules and launches
//===----------------------------------------------------------------------===//

Status Device::loadModule(const void *data, size_t size,
                          LoadedModule *&module) {
  std::unique_ptr<LoadedModule> loaded;
  if (Status status = LoadedModule::load(data, size, loaded); !status.ok())
    return status;
  std::lock_guard<std::mutex> lock(impl->mutex);
  module = loaded.get();
  impl->modules[module] = std::move(loaded);
  return Status::success();
}

Status Device::unloadModule(LoadedModule *module) {
  std::lock_guard<std::mutex> lock(impl->mutex);
  if (!impl->modules.erase(module))
    return Status::error("unloading a module that is not loaded");
  return Status::success();
}

Status Device::getKernel(LoadedModule *module, const std::string &name,
                         Kernel *&kernel) {
  std::lock_guard<std::mutex> lock(impl->mutex);
  if (!impl->modules.count(module))
    return Status::error(formatText(
        "looking for kernel '{0}' in a module that is not loaded", name));
  kernel = module->findKernel(name);
  if (!kernel)
    return Status::error(
        formatText("the module has no kernel '{0}'; it has {1}", name,
                   module->kernelNames()));
  return Status::success();
}

/// Whether the observer wants that the kernel is not run.
template <typename Impl>
static bool isIntercepted(const Impl &impl, const Kernel &kernel,
                          const LaunchConfig &config, void **params) {
  std::function<bool(const SparseGPULaunch &)> observer;
  {
    std::lock_guard<std::mutex> lock(impl.mutex);
    observer = impl.launchObserver;
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

/// What follows from the configuration.
static Status prepareLaunch(Launch &launch) {
  const LaunchConfig &config = launch.config;
  launch.numBlocks = uint64_t(config.grid.x) * config.grid.y * config.grid.z;
  launch.orderBlocks();
  uint64_t shared =
      uint64_t(launch.kernel->staticShared) + config.dynamicShared;
  if (shared > kMaxShared)
    return Status::error(formatText(
        "launch of kernel '{0}': {1} bytes of static and {2} of dynamic "
        "shared memory are above {3}",
        launch.kernel->name, launch.kernel->staticShared, config.dynamicShared,
        kMaxShared));
  launch.counters.kernel = launch.kernel->name;
  launch.counters.grid = config.grid;
  launch.counters.block = config.block;
  launch.counters.staticShared = launch.kernel->staticShared;
  launch.counters.dynamicShared = config.dynamicShared;
  return Status::success();
}

Status Device::launch(Kernel *kernel, const LaunchConfig &config, void **params,
                      size_t numParams) {
  Options options = this->options();
  if (Status status = checkLaunch(*kernel, config, numParams); !status.ok())
    return status;
  if (isIntercepted(*impl, *kernel, config, params))
    return Status::success();

  Variant variant;
  variant.log = options.counters;
  variant.steps = options.schedule == Schedule::Lockstep;
  variant.checks = options.hazards;
  const CompiledModule *code = nullptr;
  if (Status status = kernel->module->getCode(*kernel, variant, code);
      !status.ok())
    return status;
  uint64_t gridId;
  {
    std::lock_guard<std::mutex> lock(impl->mutex);
    gridId = impl->launches++;
    if (code->kernels.find(kernel->name)->second.hasFloatAtomics)
      impl->floatAtomicLaunches.push_back(gridId);
  }
  std::unique_ptr<HazardLog> hazards;
  if (options.hazards)
    hazards = std::make_unique<HazardLog>(*code, kernel->name,
                                          makeTable(impl->memory, *code));
  std::optional<SeedTrials> trials;
  if (options.seeds > 1)
    trials.emplace(makeTable(impl->memory, *code));

  Status result = Status::success();
  for (uint64_t i = 0; i < options.seeds && result.ok(); ++i) {
    Launch launch;
    launch.variant = variant;
    launch.code = code;
    launch.kernel = &code->kernels.find(kernel->name)->second;
    launch.config = config;
    launch.params = params;
    launch.seed = options.seed + i;
    launch.gridId = gridId;
    launch.hazards = hazards.get();
    launch.silent = i > 0;
    if (Status status = prepareLaunch(launch); !status.ok())
      return status;
    if (i > 0)
      trials->restore();
    if (hazards)
      hazards->beginRun();
    impl->executor.run(launch, options.workers);
    if (i == 0 && options.counters) {
      std::lock_guard<std::mutex> lock(impl->mutex);
      impl->counters.push_back({gridId, launch.counters});
    }
    if (launch.failed)
      result = Status::error(
          launch.seed ? formatText("{0} (seed {1})", launch.error, launch.seed)
                      : launch.error);
    else if (trials && i == 0)
      trials->keepFirst();
    else if (trials && !launch.kernel->hasFloatAtomics)
      if (std::string difference = trials->compare(); !difference.empty())
        result = Status::error(formatText(
            "kernel '{0}' gives one result under seed {1} and another under "
            "seed {2}: {3}",
            kernel->name, options.seed, launch.seed, difference));
  }
  std::vector<Hazard> found;
  if (hazards)
    found = hazards->take();
  std::function<void(const Hazard &)> handler;
  {
    std::lock_guard<std::mutex> lock(impl->mutex);
    for (const Hazard &hazard : found)
      impl->hazards.push_back({gridId, hazard});
    handler = impl->hazardHandler;
  }
  for (const Hazard &hazard : found) {
    if (handler)
      handler(hazard);
    else
      std::fprintf(stderr, "sparsegpu-emulator: hazard: %s\n",
                   hazard.message.c_str());
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

void *Device::allocate(size_t bytes) {
  return impl->memory.allocate(bytes, options().hazards);
}
Status Device::free(void *pointer) { return impl->memory.free(pointer); }
void Device::registerHost(void *pointer, size_t bytes) {
  impl->memory.registerHost(pointer, bytes);
}
Status Device::unregisterHost(void *pointer) {
  return impl->memory.unregisterHost(pointer);
}

Status Device::copy(void *destination, const void *source, size_t bytes) {
  if (!bytes)
    return Status::success();
  if (!destination || !source)
    return Status::error(
        formatText("copying {0} bytes from or to a null pointer", bytes));
  for (Status status : {impl->memory.checkRange(source, bytes, "a copy"),
                        impl->memory.checkRange(destination, bytes, "a copy")})
    if (!status.ok())
      return status;
  std::memmove(destination, source, bytes);
  impl->memory.noteWritten(destination, source, bytes);
  return Status::success();
}

Status Device::fill(void *destination, uint32_t value, unsigned elementBytes,
                    size_t count) {
  if (!count)
    return Status::success();
  if (!destination)
    return Status::error("filling memory at a null pointer");
  if (Status status = impl->memory.checkRange(destination, elementBytes * count,
                                              "a memset");
      !status.ok())
    return status;
  auto *bytes = static_cast<char *>(destination);
  for (size_t i = 0; i < count; ++i)
    std::memcpy(bytes + i * elementBytes, &value, elementBytes);
  impl->memory.noteWritten(destination, nullptr, elementBytes * count);
  return Status::success();
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

uint64_t Device::mark() const {
  std::lock_guard<std::mutex> lock(impl->mutex);
  return impl->launches;
}

std::vector<LaunchCounters> Device::counters(uint64_t sinceMark) const {
  std::lock_guard<std::mutex> lock(impl->mutex);
  std::vector<LaunchCounters> result;
  for (auto &[launch, counters] : impl->counters)
    if (launch >= sinceMark)
      result.push_back(counters);
  return result;
}

std::string Device::countersJSON(uint64_t sinceMark) const {
  std::vector<JSONValue> launches;
  for (const LaunchCounters &counters : this->counters(sinceMark))
    launches.push_back(toJSONValue(counters));
  JSONValue object = JSONValue::object();
  object["launches"] = JSONValue::array(std::move(launches));
  return object.print();
}

uint64_t Device::numFloatAtomicLaunches(uint64_t sinceMark) const {
  std::lock_guard<std::mutex> lock(impl->mutex);
  const auto &launches = impl->floatAtomicLaunches;
  return launches.end() -
         std::lower_bound(launches.begin(), launches.end(), sinceMark);
}

std::vector<Hazard> Device::hazards(uint64_t sinceMark) const {
  std::lock_guard<std::mutex> lock(impl->mutex);
  std::vector<Hazard> result;
  for (auto &[launch, hazard] : impl->hazards)
    if (launch >= sinceMark)
      result.push_back(hazard);
  return result;
}

std::string Device::hazardsJSON(uint64_t sinceMark) const {
  std::vector<JSONValue> list;
  for (const Hazard &hazard : hazards(sinceMark))
    list.push_back(toJSONValue(hazard));
  JSONValue object = JSONValue::object();
  object["hazards"] = JSONValue::array(std::move(list));
  return object.print();
}

void Device::setErrorHandler(std::function<void(const std::string &)> handler) {
  std::lock_guard<std::mutex> lock(impl->mutex);
  impl->errorHandler = std::move(handler);
}

void Device::setLaunchObserver(
    std::function<bool(const SparseGPULaunch &)> observer) {
  std::lock_guard<std::mutex> lock(impl->mutex);
  impl->launchObserver = std::move(observer);
}

void Device::setHazardHandler(std::function<void(const Hazard &)> handler) {
  std::lock_guard<std::mutex> lock(impl->mutex);
  impl->hazardHandler = std::move(handler);
}

void Device::fail(const std::string &message) {
  std::function<void(const std::string &)> handler;
  {
    std::lock_guard<std::mutex> lock(impl->mutex);
    handler = impl->errorHandler;
  }
  if (handler)
    return handler(message);
  // What the program printed so far comes first. Not exit(): its handlers would
  // run while kernels and the program's own code are half way through.
  std::fflush(stdout);
  std::fprintf(stderr, "sparsegpu-emulator: error: %s\n", message.c_str());
  std::fflush(stderr);
  _exit(1);
}

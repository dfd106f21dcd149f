//===- Device.cpp - The software GPU --------------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Counters.h"
#include "DeviceImpl.h"
#include "Format.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

using namespace sparsegpu::emulator;

static void writeCounters(const Device &device) {
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

static void endProcess(const std::string &message) {
  // What the program printed so far comes first. Not exit(): its handlers would
  // run while kernels and the program's own code are half way through.
  std::fflush(stdout);
  std::fprintf(stderr, "sparsegpu-emulator: error: %s\n", message.c_str());
  std::fflush(stderr);
  _exit(1);
}

/// Ends what streams still have to do. A handler of errors is not called: what
/// it uses may be gone.
static void finishAtExit() {
  Device &device = Device::get();
  Status status = device.synchronize();
  writeCounters(device);
  if (!status.ok())
    endProcess(status.message());
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
    std::atexit(finishAtExit);
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
  // Streams work in another way where there are many seeds.
  impl->streams.drain();
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
  Status failed = synchronize();
  std::lock_guard<std::mutex> lock(impl->mutex);
  if (!impl->modules.erase(module))
    return Status::error("unloading a module that is not loaded");
  return failed;
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

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

uint64_t Device::mark() const {
  std::lock_guard<std::mutex> lock(impl->mutex);
  return impl->launches;
}

std::vector<LaunchCounters> Device::counters(uint64_t sinceMark) const {
  impl->streams.drain();
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
  impl->streams.drain();
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
  endProcess(message);
}

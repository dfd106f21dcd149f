//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceLibrary.h"
#include "HostValue.h"
#include "SparseGPU/Runtime/Runtime.h"

#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/WithColor.h"
#include "llvm/TargetParser/Triple.h"

#include <dlfcn.h>
#include <unistd.h>

using namespace sparsegpu;
using namespace sparsegpu::run;
using llvm::StringRef;
using llvm::Twine;
namespace json = llvm::json;

/// `function` of the library, as the type of a declaration in Runtime.h.
#define FIND(library, function)                                                \
  reinterpret_cast<decltype(&::function)>(dlsym(library, #function))

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

/// The first option given that only the software GPU has; null if none is.
static const char *getEmulatorOption(const Options &options) {
  return options.counters    ? "--counters"
         : options.hazards   ? "--hazards"
         : options.lockstep  ? "--lockstep"
         : options.seeds > 1 ? "--seeds"
                             : nullptr;
}

llvm::Expected<DeviceLibrary> DeviceLibrary::load(const Options &options) {
  DeviceLibrary device;
  const char *needsEmulator = getEmulatorOption(options);
  if (options.device == "cuda") {
    if (needsEmulator)
      return makeError(Twine(needsEmulator) +
                       " needs --device=emulator: only the software GPU "
                       "counts, finds hazards and orders threads");
    if (llvm::Error error = device.loadCuda(options))
      return makeError("--device=cuda: " + llvm::toString(std::move(error)));
    return device;
  }
  if (options.device != "auto" && options.device != "emulator")
    return makeError("--device must be auto, cuda or emulator, got '" +
                     options.device + "'");
  if (options.device == "auto") {
    if (needsEmulator) {
      device.whyNotCuda = std::string(needsEmulator) + " is given";
    } else {
      llvm::Error error = device.loadCuda(options);
      if (!error)
        return device;
      device = DeviceLibrary();
      device.whyNotCuda = llvm::toString(std::move(error));
    }
  }
  if (llvm::Error error = device.loadEmulator(options))
    return error;
  return device;
}

static llvm::Expected<std::string> findLibrary(const Options &options,
                                               StringRef name) {
  llvm::SmallString<128> path(options.libraryDir);
  llvm::sys::path::append(path, name);
  if (!llvm::sys::fs::exists(path))
    return makeError("the runtime library " + path + " does not exist");
  return path.str().str();
}

//===----------------------------------------------------------------------===//
// CUDA
//===----------------------------------------------------------------------===//

std::string run::chooseChip(StringRef deviceChip) {
  LLVMInitializeNVPTXTargetInfo();
  LLVMInitializeNVPTXTarget();
  LLVMInitializeNVPTXTargetMC();
  llvm::Triple triple("nvptx64-nvidia-cuda");
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  unsigned capability;
  if (!target || !deviceChip.consume_front("sm_") ||
      deviceChip.getAsInteger(10, capability))
    return "";
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget(
      target->createMCSubtargetInfo(triple, "", ""));
  // PTX for a chip runs on every later one (PTX ISA, ".target"); with a suffix
  // it would not.
  for (; capability > 0; --capability) {
    std::string chip = "sm_" + std::to_string(capability);
    if (subtarget->isCPUStringValid(chip))
      return chip;
  }
  return "";
}

/// Ends the process: host code cannot go on after a failed call, and its
/// destructors would call the driver again.
static void exitOnError(const char *message, void *) {
  llvm::WithColor::error(llvm::errs(), "sparse-run") << message << '\n';
  llvm::errs().flush();
  _exit(2);
}

/// The description of device 0 by the library.
static llvm::Expected<json::Object> describeDevice(void *library) {
  auto describe = FIND(library, sparsegpuRuntimeDeviceJSON);
  auto release = FIND(library, sparsegpuRuntimeFreeString);
  char *text = describe(0);
  if (!text)
    return makeError(FIND(library, sparsegpuRuntimeLastError)());
  llvm::Expected<json::Value> value = json::parse(text);
  release(text);
  if (!value)
    return value.takeError();
  if (!value->getAsObject())
    return makeError("the device is not described by an object");
  return std::move(*value->getAsObject());
}

llvm::Error DeviceLibrary::loadCuda(const Options &options) {
  llvm::Expected<std::string> found =
      findLibrary(options, "libsparsegpu_cuda_runtime.so");
  if (!found)
    return found.takeError();
  path = *found;
  // Local until it is chosen: both libraries have the same functions.
  handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    return makeError(Twine("cannot load ") + path + ": " + dlerror());
  auto count = FIND(handle, sparsegpuRuntimeDeviceCount);
  auto lastError = FIND(handle, sparsegpuRuntimeLastError);
  auto setHandler = FIND(handle, sparsegpuRuntimeSetErrorHandler);
  if (!count || !lastError || !setHandler ||
      !FIND(handle, sparsegpuRuntimeDeviceJSON) ||
      !FIND(handle, sparsegpuRuntimeFreeString))
    return makeError(path + " is not a CUDA runtime library of this version");
  if (count() == 0)
    return makeError(lastError());
  llvm::Expected<json::Object> object = describeDevice(handle);
  if (!object)
    return object.takeError();
  std::string deviceChip = object->getString("chip").value_or("").str();
  description =
      (object->getString("name").value_or("CUDA GPU") + ", " + deviceChip +
       ", driver " + object->getString("driver").value_or("?"))
          .str();
  isEmulator = false;
  format = "isa";
  chip = chooseChip(deviceChip);
  if (chip.empty())
    return makeError("LLVM has no chip for " + description);
  setHandler(exitOnError, nullptr);
  if (!dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL))
    return makeError(Twine("cannot load ") + path + ": " + dlerror());
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// The software GPU
//===----------------------------------------------------------------------===//

llvm::Error DeviceLibrary::loadEmulator(const Options &options) {
  llvm::Expected<std::string> found =
      findLibrary(options, "libsparsegpu_emulator.so");
  if (!found)
    return found.takeError();
  path = *found;
  description = "software GPU";
  handle = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (!handle)
    return makeError(Twine("cannot load ") + path + ": " + dlerror());
  if (options.lockstep)
    emulatorOptions += ",schedule=lockstep";
  if (options.counters)
    emulatorOptions += ",counters";
  if (options.hazards)
    emulatorOptions += ",hazards";
  return setSeed(options.seed);
}

llvm::Error DeviceLibrary::setSeed(uint64_t seed) const {
  auto setOptions = reinterpret_cast<int (*)(const char *)>(
      dlsym(handle, "sparsegpuEmulatorSetOptions"));
  auto lastError = reinterpret_cast<const char *(*)()>(
      dlsym(handle, "sparsegpuEmulatorLastError"));
  if (!setOptions || !lastError)
    return makeError(path + " is not a software GPU of this version");
  std::string text = "seed=" + std::to_string(seed) + emulatorOptions;
  if (setOptions(text.c_str()) != 0)
    return makeError(Twine("software GPU: ") + lastError());
  return llvm::Error::success();
}

uint64_t DeviceLibrary::numFloatAtomicLaunches(uint64_t since) const {
  auto function = reinterpret_cast<uint64_t (*)(uint64_t)>(
      dlsym(handle, "sparsegpuEmulatorNumFloatAtomicLaunches"));
  return function ? function(since) : 0;
}

uint64_t DeviceLibrary::mark() const {
  auto function =
      reinterpret_cast<uint64_t (*)()>(dlsym(handle, "sparsegpuEmulatorMark"));
  return function ? function() : 0;
}

llvm::Expected<json::Value> DeviceLibrary::query(const char *function,
                                                 const char *key,
                                                 uint64_t since) const {
  auto get = reinterpret_cast<char *(*)(uint64_t)>(dlsym(handle, function));
  auto release = reinterpret_cast<void (*)(char *)>(
      dlsym(handle, "sparsegpuEmulatorFreeString"));
  if (!get || !release)
    return makeError(path + " has no function " + function);
  char *text = get(since);
  llvm::Expected<json::Value> value = json::parse(text ? text : "[]");
  if (text)
    release(text);
  if (!value)
    return value.takeError();
  json::Object *object = value->getAsObject();
  json::Value *list = object ? object->get(key) : nullptr;
  if (!list || !list->getAsArray())
    return makeError(Twine(function) + " of " + path + " gave no '" + key +
                     "'");
  return std::move(*list);
}

llvm::Expected<json::Value> DeviceLibrary::counters(uint64_t since) const {
  return query("sparsegpuEmulatorCountersJSON", "launches", since);
}

llvm::Expected<json::Value> DeviceLibrary::hazards(uint64_t since) const {
  return query("sparsegpuEmulatorHazardsJSON", "hazards", since);
}

//===- PrecompiledModule.cpp - Modules compiled ahead of time -------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PrecompiledModule.h"

#include "Format.h"
#include "HostFunctions.h"

#include <cstring>

using namespace sparsegpu::emulator;

#if defined(__clang__) || defined(__GNUC__)
__attribute__((no_sanitize("address")))
#endif
bool sparsegpu::emulator::isPrecompiled(const void *data) {
  // The caller may have given fewer bytes than eight; an aligned word never
  // ends in another page than it begins.
  if (!data || reinterpret_cast<uint64_t>(data) % alignof(uint64_t))
    return false;
  return *static_cast<const volatile uint64_t *>(data) == kPrecompiledMagic;
}

/// Whether this processor runs code for the named one.
static bool hasProcessor(std::string_view name) {
#if defined(__x86_64__)
  // The other features of the level came with the processors that had these.
  if (name == "x86-64-v3")
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
#endif
  return name.empty();
}

Status
sparsegpu::emulator::readDescriptor(const PrecompiledDescriptor &descriptor,
                                    CompiledModule &module) {
  for (uint32_t i = 0; i < descriptor.numHostFunctions; ++i) {
    const PrecompiledHostFunction &function = descriptor.hostFunctions[i];
    void *address = findHostFunction(function.name);
    if (!address)
      return Status::error(formatText(
          "the module calls '{0}', which this software GPU does not have",
          function.name));
    // Another thread may run the module already; it reads the same value.
    __atomic_store_n(function.slot, address, __ATOMIC_RELAXED);
  }
  for (uint32_t i = 0; i < descriptor.numKernels; ++i) {
    const PrecompiledKernel &from = descriptor.kernels[i];
    CompiledKernel &to = module.kernels[from.name];
    to.name = from.name;
    to.maxThreads = from.maxThreads;
    to.paramBytes.assign(from.paramBytes, from.paramBytes + from.numParams);
    to.paramIsPointer.assign(from.paramIsPointer,
                             from.paramIsPointer + from.numParams);
    to.entry = from.entry;
    to.staticShared = from.staticShared;
    to.maySynchronise = from.maySynchronise;
    to.pollsMemory = from.pollsMemory;
    to.hasFloatAtomics = from.hasFloatAtomics;
    to.stackBytes = from.stackBytes;
  }
  for (uint32_t i = 0; i < descriptor.numSyncs; ++i)
    module.syncs.push_back(
        {descriptor.syncs[i].operation, descriptor.syncs[i].location});
  for (uint32_t i = 0; i < descriptor.numGlobals; ++i) {
    const PrecompiledGlobal &global = descriptor.globals[i];
    module.globals.push_back({reinterpret_cast<uint64_t>(global.address),
                              global.bytes, global.name});
  }
  return Status::success();
}

namespace {
class PrecompiledModule : public LoadedModule {
public:
  Status getCode(const Kernel &kernel, const Variant &variant,
                 const CompiledModule *&code) override {
    if (variant.instrumented())
      return Status::error(formatText(
          "launch of kernel '{0}': it was compiled ahead of time, without what "
          "counters, hazards and the lockstep schedule need; load the module's "
          "bitcode instead, or use sparse-run",
          kernel.name));
    code = &compiled;
    return Status::success();
  }

  CompiledModule compiled;
};
} // namespace

Status
sparsegpu::emulator::loadPrecompiled(const void *data,
                                     std::unique_ptr<LoadedModule> &module) {
  auto &descriptor = *static_cast<const PrecompiledDescriptor *>(data);
  if (descriptor.version != kPrecompiledVersion)
    return Status::error(formatText(
        "the module was compiled ahead of time for version {0} of the software "
        "GPU's interface; this library has version {1}: compile the module "
        "again, or use the library that came with it",
        descriptor.version, kPrecompiledVersion));
  if (!hasProcessor(descriptor.processor))
    return Status::error(formatText(
        "the module was compiled ahead of time for {0}, which this processor "
        "does not run: load the module's bitcode instead, or use sparse-run",
        descriptor.processor));
  auto result = std::make_unique<PrecompiledModule>();
  if (Status status = readDescriptor(descriptor, result->compiled);
      !status.ok())
    return status;
  for (auto &[name, kernel] : result->compiled.kernels)
    result->addKernel(kernel);
  module = std::move(result);
  return Status::success();
}

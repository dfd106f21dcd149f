//===- Module.cpp - Kernels, loaded where they are first used -------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Module.h"

#include <algorithm>
#include <cstring>

using namespace sparsegpu::cuda;

//===----------------------------------------------------------------------===//
// Images
//===----------------------------------------------------------------------===//

static bool startsWith(const char *data, size_t size, const char *magic,
                       size_t magicSize) {
  return size >= magicSize && std::memcmp(data, magic, magicSize) == 0;
}

/// Says what is wrong with an image that the driver could not load anyway. The
/// driver has the last word on the others.
static Status checkImage(const char *data, size_t size) {
  if (startsWith(data, size, "BC\xC0\xDE", 4) ||
      startsWith(data, size, "\xDE\xC0\x17\x0B", 4))
    return Status::error("the module is LLVM bitcode, which only the software "
                         "GPU runs; compile with format=isa, bin or fatbin "
                         "(cubin-format=... in mlir-opt's "
                         "-gpu-lower-to-nvvm-pipeline)");
  // Cubins are ELF; a fat binary has a magic number of its own.
  if (startsWith(data, size,
                 "\x7F"
                 "ELF",
                 4) ||
      startsWith(data, size, "\x50\xED\x55\xBA", 4))
    return Status::success();
  // PTX begins with a comment or with .version (PTX ISA, "Directives").
  const char *begin = std::find_if(data, data + size, [](char c) {
    return c != ' ' && c != '\t' && c != '\r' && c != '\n';
  });
  if (begin != data + size && (*begin == '/' || *begin == '.'))
    return Status::success();
  return Status::error("the module of " + std::to_string(size) +
                       " bytes is neither cubin nor fatbin nor PTX");
}

Status Module::create(const void *image, size_t size, Module *&module) {
  if (!image)
    return Status::error("the module's address is null");
  const char *data = static_cast<const char *>(image);
  SPARSEGPU_TRY(checkImage(data, size));
  module = new Module();
  // The driver takes PTX up to a zero byte.
  module->image.assign(data, data + size);
  module->image.push_back(0);
  return Status::success();
}

Status Module::createJIT(const char *text, int optLevel, Module *&module) {
  SPARSEGPU_TRY(create(text, text ? std::strlen(text) : 0, module));
  module->optLevel = std::min(optLevel, 4);
  return Status::success();
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

/// The first lines of what the driver's compiler said, as one line.
static std::string oneLine(const char *log) {
  std::string text;
  for (const char *c = log; *c && text.size() < 1000; ++c)
    if (*c != '\n' && *c != '\r')
      text += *c;
    else if (!text.empty() && text.back() != ' ')
      text += *c == '\n' ? " " : "";
  while (!text.empty() && text.back() == ' ')
    text.pop_back();
  return text;
}

Status Module::loadInstance(const Driver &driver, Instance &instance) {
  std::vector<char> log(8192, 0);
  // An option's value is in the pointer itself, or the pointer is the value.
  CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER,
                            CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES,
                            CU_JIT_OPTIMIZATION_LEVEL};
  void *values[] = {log.data(), reinterpret_cast<void *>(log.size() - 1),
                    reinterpret_cast<void *>(static_cast<intptr_t>(optLevel))};
  unsigned count = optLevel < 0 ? 2 : 3;
  Status status = SPARSEGPU_CUDA(driver, cuModuleLoadDataEx, &instance.module,
                                 image.data(), count, options, values);
  if (status.ok())
    return status;
  instance.module = nullptr;
  std::string said = oneLine(log.data());
  return said.empty() ? status
                      : Status::error(status.message() +
                                      "; the driver's compiler says: " + said);
}

/// What every function may use of shared memory, static and dynamic together,
/// without being asked for (CUDA C++ Programming Guide, "Shared Memory").
static constexpr unsigned kDefaultShared = 48 * 1024;

/// Looks up `kernel`, and what it may use without being asked for.
static Status findFunction(const Driver &driver, CUmodule module,
                           const std::string &name, LoadedKernel &kernel) {
  CUfunction function = nullptr;
  int fixed = 0;
  SPARSEGPU_TRY(SPARSEGPU_CUDA(driver, cuModuleGetFunction, &function, module,
                               name.c_str()));
  SPARSEGPU_TRY(SPARSEGPU_CUDA(driver, cuFuncGetAttribute, &fixed,
                               CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, function));
  kernel.function = function;
  kernel.staticShared = fixed;
  kernel.dynamicSharedLimit =
      kDefaultShared - std::min<unsigned>(fixed, kDefaultShared);
  return Status::success();
}

/// Allows `kernel` the most dynamic shared memory that the device has.
static Status raiseLimit(const Driver &driver, LoadedKernel &kernel) {
  CUdevice device = 0;
  int most = 0;
  SPARSEGPU_TRY(SPARSEGPU_CUDA(driver, cuCtxGetDevice, &device));
  SPARSEGPU_TRY(SPARSEGPU_CUDA(
      driver, cuDeviceGetAttribute, &most,
      CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, device));
  int limit = std::max(most - kernel.staticShared, 0);
  SPARSEGPU_TRY(SPARSEGPU_CUDA(driver, cuFuncSetAttribute, kernel.function,
                               CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                               limit));
  kernel.dynamicSharedLimit = limit;
  kernel.limitRaised = true;
  return Status::success();
}

Status Module::load(const Driver &driver, const Kernel &kernel,
                    unsigned dynamicShared, CUfunction &function) {
  ContextRef context;
  SPARSEGPU_TRY(getCurrentContext(driver, context));
  // Held while loading, so that two threads do not load the same twice.
  std::lock_guard<std::mutex> lock(mutex);
  Instance &instance = instances[context.id];
  instance.context = context.handle;
  if (!instance.module)
    SPARSEGPU_TRY(loadInstance(driver, instance).during("loading the module"));
  LoadedKernel &loaded = instance.kernels[kernel.name];
  if (!loaded.function)
    SPARSEGPU_TRY(findFunction(driver, instance.module, kernel.name, loaded));
  if (dynamicShared > loaded.dynamicSharedLimit && !loaded.limitRaised)
    SPARSEGPU_TRY(raiseLimit(driver, loaded));
  if (dynamicShared > loaded.dynamicSharedLimit)
    return Status::error(std::to_string(dynamicShared) +
                         " bytes of dynamic shared memory are more than the " +
                         std::to_string(loaded.dynamicSharedLimit) +
                         " that the device has beside the kernel's own");
  function = loaded.function;
  return Status::success();
}

Kernel *Module::getKernel(const std::string &name) {
  std::lock_guard<std::mutex> lock(mutex);
  std::unique_ptr<Kernel> &kernel = kernels[name];
  if (!kernel)
    kernel = std::make_unique<Kernel>(Kernel{this, name});
  return kernel.get();
}

//===----------------------------------------------------------------------===//
// Unloading
//===----------------------------------------------------------------------===//

/// Whether a failure says that the module went away with its context, with the
/// driver when the process ends, or that this is a child that was forked: the
/// driver of the parent is not initialised there.
static bool isGone(CUresult result) {
  return result == CUDA_ERROR_INVALID_CONTEXT ||
         result == CUDA_ERROR_CONTEXT_IS_DESTROYED ||
         result == CUDA_ERROR_DEINITIALIZED ||
         result == CUDA_ERROR_NOT_INITIALIZED;
}

Status Module::unload(const Driver &driver, unsigned long long id,
                      Instance &instance) {
  Status status = Status::success();
  // A context that was destroyed took its modules along. After any other
  // failure the module is unloaded all the same.
  if (driver.cuCtxGetId) {
    unsigned long long now = 0;
    CUresult result = driver.cuCtxGetId(instance.context, &now);
    if (isGone(result) || (result == CUDA_SUCCESS && now != id))
      return status;
    status = driver.check("cuCtxGetId", result);
  }
  CUresult pushed = driver.cuCtxPushCurrent_v2(instance.context);
  if (isGone(pushed))
    return status;
  if (status.ok())
    status = driver.check("cuCtxPushCurrent_v2", pushed);
  CUresult unloaded = driver.cuModuleUnload(instance.module);
  if (status.ok() && !isGone(unloaded))
    status = driver.check("cuModuleUnload", unloaded);
  if (pushed == CUDA_SUCCESS) {
    CUcontext popped = nullptr;
    CUresult result = driver.cuCtxPopCurrent_v2(&popped);
    if (status.ok() && !isGone(result))
      status = driver.check("cuCtxPopCurrent_v2", result);
  }
  return status;
}

Status Module::destroy(Module *module) {
  std::unique_ptr<Module> owned(module);
  Status status = Status::success();
  for (auto &[id, instance] : module->instances) {
    if (!instance.module)
      continue;
    // Loaded, so there is a driver.
    const Driver *driver = nullptr;
    SPARSEGPU_TRY(Driver::get(driver));
    Status unloaded = module->unload(*driver, id, instance);
    if (status.ok())
      status = unloaded;
  }
  return status;
}

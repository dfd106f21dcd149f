//===- Driver.cpp - The CUDA driver, loaded at first use ------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver.h"

#include <dlfcn.h>
#include <mutex>

using namespace sparsegpu::cuda;

/// Finds every function of `driver` in the open library.
static Status bind(void *library, Driver &driver) {
#define SPARSEGPU_FUNCTION(name, parameters)                                   \
  driver.name = reinterpret_cast<CUresult(*) parameters>(dlsym(library, #name));
  SPARSEGPU_CUDA_OPTIONAL_FUNCTIONS(SPARSEGPU_FUNCTION)
#undef SPARSEGPU_FUNCTION
#define SPARSEGPU_FUNCTION(name, parameters)                                   \
  driver.name =                                                                \
      reinterpret_cast<CUresult(*) parameters>(dlsym(library, #name));         \
  if (!driver.name)                                                            \
    return Status::error("libcuda.so.1 has no " #name                          \
                         ": it is not a CUDA driver, or a very old one");
  SPARSEGPU_CUDA_REQUIRED_FUNCTIONS(SPARSEGPU_FUNCTION)
#undef SPARSEGPU_FUNCTION
  return Status::success();
}

static Status load(Driver &driver) {
  void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    // "libcuda.so.1: cannot open shared object file: ..."
    const char *reason = dlerror();
    return Status::error(std::string("there is no CUDA driver: ") +
                         (reason ? reason : "libcuda.so.1 cannot be loaded"));
  }
  Status status = bind(library, driver);
  if (!status.ok())
    dlclose(library);
  return status;
}

Status Driver::get(const Driver *&result) {
  static std::mutex mutex;
  static Driver driver;
  static bool loaded = false, initialized = false;
  std::lock_guard<std::mutex> lock(mutex);
  if (!loaded)
    SPARSEGPU_TRY(load(driver));
  loaded = true;
  if (!initialized)
    SPARSEGPU_TRY(SPARSEGPU_CUDA(driver, cuInit, 0));
  initialized = true;
  result = &driver;
  return Status::success();
}

Status Driver::check(const char *function, CUresult result) const {
  if (result == CUDA_SUCCESS)
    return Status::success();
  std::string message = function;
  // cuMemAlloc_v2 is what the documentation calls cuMemAlloc.
  size_t version = message.rfind("_v");
  if (version != std::string::npos)
    message.resize(version);
  const char *name = nullptr, *text = nullptr;
  if (cuGetErrorName(result, &name) != CUDA_SUCCESS || !name)
    return Status::error(message + " failed with error " +
                         std::to_string(result));
  message += std::string(" failed with ") + name;
  if (cuGetErrorString(result, &text) == CUDA_SUCCESS && text)
    message += std::string(" (") + text + ")";
  return Status::error(message);
}

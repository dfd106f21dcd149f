//===- Launch.cpp - Modules and launches ----------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ABI.h"
#include "Module.h"
#include "SparseGPU/Runtime/Runtime.h"

#include <cstdint>
#include <cstring>
#include <mutex>

using namespace sparsegpu::cuda;

//===----------------------------------------------------------------------===//
// Modules
//===----------------------------------------------------------------------===//

SPARSEGPU_EXPORT Module *mgpuModuleLoad(void *data, size_t size) {
  Module *module = nullptr;
  check(Module::create(data, size, module).during("mgpuModuleLoad"));
  return module;
}

SPARSEGPU_EXPORT Module *mgpuModuleLoadJIT(void *data, int32_t level) {
  Module *module = nullptr;
  check(Module::createJIT(static_cast<const char *>(data), level, module)
            .during("mgpuModuleLoadJIT"));
  return module;
}

SPARSEGPU_EXPORT void mgpuModuleUnload(Module *module) {
  if (module)
    check(Module::destroy(module).during("mgpuModuleUnload"));
}

SPARSEGPU_EXPORT Kernel *mgpuModuleGetFunction(Module *module,
                                               const char *name) {
  return module ? module->getKernel(name) : nullptr;
}

//===----------------------------------------------------------------------===//
// The observer, and the last launch of a thread
//===----------------------------------------------------------------------===//

namespace {
struct Observer {
  int (*function)(const SparseGPULaunch *, void *) = nullptr;
  void *userData = nullptr;
};
} // namespace

static std::mutex observerMutex;
static Observer currentObserver;

SPARSEGPU_EXPORT void sparsegpuRuntimeSetLaunchObserver(
    int (*observer)(const SparseGPULaunch *launch, void *userData),
    void *userData) {
  std::lock_guard<std::mutex> lock(observerMutex);
  currentObserver = {observer, userData};
}

static Observer getObserver() {
  std::lock_guard<std::mutex> lock(observerMutex);
  return currentObserver;
}

/// A copy, for the module may be gone by the time of an error.
static thread_local char lastLaunch[128];

std::string sparsegpu::cuda::describeLastLaunch() {
  return *lastLaunch ? std::string("; the last kernel that this thread "
                                   "launched is '") +
                           lastLaunch + "'"
                     : "";
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

namespace {
struct Launch {
  const Kernel *kernel;
  intptr_t grid[3], block[3];
  /// Zero: not a launch with clusters.
  intptr_t cluster[3];
  int32_t sharedBytes;
  CUstream stream;
  void **params, **extra;
  /// Negative: not known.
  int64_t numParams;
};
} // namespace

static Status checkSizes(const Launch &launch) {
  for (const intptr_t *sizes : {launch.grid, launch.block, launch.cluster})
    for (int i = 0; i < 3; ++i)
      if (sizes[i] < 0 || sizes[i] > INT32_MAX)
        return Status::error("a launch dimension of " +
                             std::to_string(sizes[i]) + " is out of range");
  if (launch.sharedBytes < 0)
    return Status::error("a negative amount of dynamic shared memory");
  return Status::success();
}

/// The number of parameters, as the driver knows it since CUDA 12.4; else 0.
static size_t countParameters(const Driver &driver, CUfunction function) {
  size_t count = 0, offset, size;
  if (driver.cuFuncGetParamInfo)
    while (driver.cuFuncGetParamInfo(function, count, &offset, &size) ==
           CUDA_SUCCESS)
      ++count;
  return count;
}

/// Shows the launch to the observer; returns whether to run the kernel.
static bool observe(const Driver &driver, const Launch &launch,
                    CUfunction function) {
  Observer observer = getObserver();
  if (!observer.function)
    return true;
  SparseGPULaunch seen = {};
  seen.kernel = launch.kernel->name.c_str();
  for (int i = 0; i < 3; ++i) {
    seen.grid[i] = launch.grid[i];
    seen.block[i] = launch.block[i];
  }
  seen.dynamicShared = launch.sharedBytes;
  seen.numParams = launch.numParams >= 0 ? launch.numParams
                                         : countParameters(driver, function);
  seen.params = launch.params;
  return observer.function(&seen, observer.userData) == 0;
}

static Status submit(const Driver &driver, const Launch &l,
                     CUfunction function) {
  if (!l.cluster[0])
    return SPARSEGPU_CUDA(driver, cuLaunchKernel, function, l.grid[0],
                          l.grid[1], l.grid[2], l.block[0], l.block[1],
                          l.block[2], l.sharedBytes, l.stream, l.params,
                          l.extra);
  SPARSEGPU_TRY(SPARSEGPU_CUDA_HAS(driver, cuLaunchKernelEx));
  CUlaunchAttribute attribute = {};
  attribute.id = CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION;
  attribute.value.clusterDim = {static_cast<unsigned>(l.cluster[0]),
                                static_cast<unsigned>(l.cluster[1]),
                                static_cast<unsigned>(l.cluster[2])};
  CUlaunchConfig config = {};
  config.gridDimX = l.grid[0];
  config.gridDimY = l.grid[1];
  config.gridDimZ = l.grid[2];
  config.blockDimX = l.block[0];
  config.blockDimY = l.block[1];
  config.blockDimZ = l.block[2];
  config.sharedMemBytes = l.sharedBytes;
  config.hStream = l.stream;
  config.attrs = &attribute;
  config.numAttrs = 1;
  return SPARSEGPU_CUDA(driver, cuLaunchKernelEx, &config, function, l.params,
                        l.extra);
}

static void launchKernel(const char *caller, const Launch &launch) {
  if (!launch.kernel)
    return fail(std::string(caller) + ": launching a null kernel");
  auto describe = [&] {
    return std::string(caller) + ": launching '" + launch.kernel->name + "'";
  };
  runDescribed(describe, [&](const Driver &driver) {
    SPARSEGPU_TRY(checkSizes(launch));
    CUfunction function = nullptr;
    SPARSEGPU_TRY(launch.kernel->module->load(driver, *launch.kernel,
                                              launch.sharedBytes, function));
    if (!observe(driver, launch, function))
      return Status::success();
    std::strncpy(lastLaunch, launch.kernel->name.c_str(),
                 sizeof(lastLaunch) - 1);
    return submit(driver, launch, function);
  });
}

SPARSEGPU_EXPORT void mgpuLaunchKernel(Kernel *kernel, intptr_t gridX,
                                       intptr_t gridY, intptr_t gridZ,
                                       intptr_t blockX, intptr_t blockY,
                                       intptr_t blockZ, int32_t sharedBytes,
                                       CUstream stream, void **params,
                                       void **extra, size_t numParams) {
  launchKernel("mgpuLaunchKernel", {kernel,
                                    {gridX, gridY, gridZ},
                                    {blockX, blockY, blockZ},
                                    {0, 0, 0},
                                    sharedBytes,
                                    stream,
                                    params,
                                    extra,
                                    static_cast<int64_t>(numParams)});
}

SPARSEGPU_EXPORT void
mgpuLaunchClusterKernel(Kernel *kernel, intptr_t clusterX, intptr_t clusterY,
                        intptr_t clusterZ, intptr_t gridX, intptr_t gridY,
                        intptr_t gridZ, intptr_t blockX, intptr_t blockY,
                        intptr_t blockZ, int32_t sharedBytes, CUstream stream,
                        void **params, void **extra) {
  launchKernel("mgpuLaunchClusterKernel", {kernel,
                                           {gridX, gridY, gridZ},
                                           {blockX, blockY, blockZ},
                                           {clusterX, clusterY, clusterZ},
                                           sharedBytes,
                                           stream,
                                           params,
                                           extra,
                                           -1});
}

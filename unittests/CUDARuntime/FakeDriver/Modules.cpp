//===- Modules.cpp - Modules and launches ---------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "State.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

using namespace sparsegpu::cuda;

static CUcontext current() { return contextStack().back(); }

//===----------------------------------------------------------------------===//
// Modules
//===----------------------------------------------------------------------===//

static uint64_t readWord(const char *at, unsigned bytes) {
  uint64_t word = 0;
  std::memcpy(&word, at, bytes);
  return word;
}

/// The bytes of an ELF file or a fat binary, by what its header says.
static size_t binarySize(const char *image) {
  if (std::memcmp(image,
                  "\x7F"
                  "ELF",
                  4) == 0) // to the end of the table of sections
    return readWord(image + 40, 8) +
           readWord(image + 58, 2) * readWord(image + 60, 2);
  return readWord(image + 6, 2) + readWord(image + 8, 8);
}

/// Writes to the log that the options name.
static void writeLog(const std::string &text, unsigned numOptions,
                     CUjit_option *options, void **values) {
  char *buffer = nullptr;
  size_t size = 0;
  for (unsigned i = 0; i < numOptions; ++i) {
    if (options[i] == CU_JIT_ERROR_LOG_BUFFER)
      buffer = static_cast<char *>(values[i]);
    if (options[i] == CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES)
      size = reinterpret_cast<size_t>(values[i]);
  }
  if (buffer && size)
    std::snprintf(buffer, size, "%s", text.c_str());
}

FAKE_EXPORT CUresult cuModuleLoadDataEx(CUmodule *module, const void *data,
                                        unsigned numOptions,
                                        CUjit_option *options, void **values) {
  FAKE_ENTER(cuModuleLoadDataEx, true, true);
  const char *image = static_cast<const char *>(data);
  auto loaded = std::make_unique<CUmod_st>();
  loaded->context = current();
  loaded->isText = image[0] == '/' || image[0] == '.' || image[0] == '\n';
  if (loaded->isText) {
    loaded->image = image;
    std::string wrong = checkPtx(loaded->image, state.capability);
    if (!wrong.empty()) {
      writeLog("ptxas application ptx input, " + wrong, numOptions, options,
               values);
      return CUDA_ERROR_INVALID_PTX;
    }
  } else if (std::memcmp(image,
                         "\x7F"
                         "ELF",
                         4) == 0 ||
             std::memcmp(image, "\x50\xED\x55\xBA", 4) == 0) {
    loaded->image.assign(image, binarySize(image));
  } else {
    return CUDA_ERROR_INVALID_IMAGE;
  }
  *module = loaded.get();
  state.modules[*module] = std::move(loaded);
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuModuleUnload(CUmodule module) {
  FAKE_ENTER(cuModuleUnload, true, true);
  auto it = state.modules.find(module);
  if (it == state.modules.end() || module->context != current())
    return CUDA_ERROR_INVALID_HANDLE;
  for (auto &[name, function] : module->functions)
    state.functions.erase(function.get());
  state.modules.erase(it);
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuModuleGetFunction(CUfunction *function, CUmodule module,
                                         const char *name) {
  FAKE_ENTER(cuModuleGetFunction, true, false);
  if (!state.modules.count(module))
    return CUDA_ERROR_INVALID_HANDLE;
  auto &known = module->functions[name];
  if (!known) {
    auto found = std::make_unique<CUfunc_st>();
    found->module = module;
    found->name = name;
    found->paramsKnown = module->isText;
    // A fat binary may be compressed: it is taken at its word.
    bool exists = module->isText
                      ? findEntry(module->image, name, found->params)
                      : module->image[0] == '\x50' ||
                            module->image.find(name) != std::string::npos;
    if (!exists) {
      module->functions.erase(name);
      return CUDA_ERROR_NOT_FOUND;
    }
    known = std::move(found);
    state.functions.insert(known.get());
  }
  *function = known.get();
  return CUDA_SUCCESS;
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

FAKE_EXPORT CUresult cuFuncGetAttribute(int *value,
                                        CUfunction_attribute attribute,
                                        CUfunction function) {
  FAKE_ENTER(cuFuncGetAttribute, true, false);
  if (!state.functions.count(function))
    return CUDA_ERROR_INVALID_HANDLE;
  *value = attribute == CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES
               ? kFakeStaticShared
               : function->sharedLimit;
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuFuncSetAttribute(CUfunction function,
                                        CUfunction_attribute attribute,
                                        int value) {
  FAKE_ENTER(cuFuncSetAttribute, true, false);
  if (!state.functions.count(function))
    return CUDA_ERROR_INVALID_HANDLE;
  if (attribute != CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES ||
      value > 226 * 1024)
    return CUDA_ERROR_INVALID_VALUE;
  function->sharedLimit = value;
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuFuncGetParamInfo(CUfunction function, size_t index,
                                        size_t *offset, size_t *size) {
  FAKE_ENTER(cuFuncGetParamInfo, true, false);
  if (!state.functions.count(function) || index >= function->params.size())
    return CUDA_ERROR_INVALID_VALUE;
  *offset = 8 * index; // near enough
  *size = function->params[index];
  return CUDA_SUCCESS;
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

static CUresult launch(State &state,
                       std::unique_lock<std::recursive_mutex> &lock,
                       CUfunction function, FakeCudaLaunch launch,
                       void **params, void **extra) {
  if (!state.functions.count(function) ||
      function->module->context != current())
    return CUDA_ERROR_INVALID_HANDLE;
  if (launch.stream && (!state.streams.count(launch.stream) ||
                        launch.stream->context != current()))
    return CUDA_ERROR_INVALID_HANDLE;
  uint64_t threads = 1;
  for (int i = 0; i < 3; ++i) {
    if (launch.grid[i] == 0 || launch.block[i] == 0 || extra)
      return CUDA_ERROR_INVALID_VALUE;
    if (launch.cluster[i] && launch.grid[i] % launch.cluster[i])
      return CUDA_ERROR_INVALID_VALUE;
    threads *= launch.block[i];
  }
  if (threads > 1024 ||
      static_cast<int>(launch.dynamicShared) > function->sharedLimit)
    return CUDA_ERROR_INVALID_VALUE;
  if (state.launchFailed)
    return CUDA_ERROR_LAUNCH_FAILED;
  launch.kernel = function->name;
  launch.context = current();
  for (size_t i = 0; i < function->params.size(); ++i) {
    const char *value = static_cast<const char *>(params[i]);
    launch.params.emplace_back(value, value + function->params[i]);
  }
  state.recorded.push_back(launch);
  if (!state.executor)
    return CUDA_SUCCESS;
  bool paramsKnown = function->paramsKnown;
  lock.unlock();
  std::string wrong = state.executor->launch(launch, params, paramsKnown);
  lock.lock();
  if (!wrong.empty()) {
    std::fprintf(stderr, "fake CUDA driver: %s: %s\n", launch.kernel.c_str(),
                 wrong.c_str());
    state.launchFailed = true;
  }
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuLaunchKernel(CUfunction function, unsigned gridX,
                                    unsigned gridY, unsigned gridZ,
                                    unsigned blockX, unsigned blockY,
                                    unsigned blockZ, unsigned shared,
                                    CUstream stream, void **params,
                                    void **extra) {
  FAKE_ENTER(cuLaunchKernel, true, true);
  return launch(state, lock, function,
                {"",
                 {gridX, gridY, gridZ},
                 {blockX, blockY, blockZ},
                 {0, 0, 0},
                 shared,
                 stream,
                 nullptr,
                 {}},
                params, extra);
}

FAKE_EXPORT CUresult cuLaunchKernelEx(const CUlaunchConfig *config,
                                      CUfunction function, void **params,
                                      void **extra) {
  FAKE_ENTER(cuLaunchKernelEx, true, true);
  std::array<unsigned, 3> cluster = {0, 0, 0};
  for (unsigned i = 0; i < config->numAttrs; ++i) {
    if (config->attrs[i].id != CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION)
      return CUDA_ERROR_INVALID_VALUE;
    auto &dim = config->attrs[i].value.clusterDim;
    cluster = {dim.x, dim.y, dim.z};
  }
  return launch(state, lock, function,
                {"",
                 {config->gridDimX, config->gridDimY, config->gridDimZ},
                 {config->blockDimX, config->blockDimY, config->blockDimZ},
                 cluster,
                 config->sharedMemBytes,
                 config->hStream,
                 nullptr,
                 {}},
                params, extra);
}

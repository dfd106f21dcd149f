//===- Executor.cpp - The software GPU behind the fake one ----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Its `mgpu...` functions have the names of the library under test, so they are
// looked up in its own handle, which is not global.
//
//===----------------------------------------------------------------------===//

#include "State.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <dlfcn.h>
#include <fstream>
#include <sstream>

using namespace sparsegpu::cuda;

static thread_local std::string error;

static void onError(const char *message, void *) {
  if (error.empty())
    error = message;
}

/// `path`, or the files *.bc in it in the order of their names.
static std::vector<std::string> listFiles(const std::string &path) {
  DIR *directory = opendir(path.c_str());
  if (!directory)
    return {path};
  std::vector<std::string> files;
  while (dirent *entry = readdir(directory)) {
    std::string name = entry->d_name;
    if (name.size() > 3 && name.compare(name.size() - 3, 3, ".bc") == 0)
      files.push_back(path + "/" + name);
  }
  closedir(directory);
  std::sort(files.begin(), files.end());
  return files;
}

void *Executor::find(const char *symbol) {
  void *address = dlsym(handle, symbol);
  if (!address) {
    std::fprintf(stderr, "fake CUDA driver: the software GPU has no %s\n",
                 symbol);
    std::abort();
  }
  return address;
}

template <typename F> static F *as(void *function) {
  return reinterpret_cast<F *>(function);
}

Executor::Executor(const std::string &library, const std::string &bitcode) {
  handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    std::fprintf(stderr, "fake CUDA driver: %s\n", dlerror());
    return;
  }
  as<void(void (*)(const char *, void *), void *)>(
      find("sparsegpuRuntimeSetErrorHandler"))(onError, nullptr);
  auto *load = as<void *(void *, size_t)>(find("mgpuModuleLoad"));
  for (const std::string &file : listFiles(bitcode)) {
    std::ifstream stream(file, std::ios::binary);
    std::stringstream content;
    content << stream.rdbuf();
    images.push_back(content.str());
    error.clear();
    void *module = load(images.back().data(), images.back().size());
    if (module)
      modules.push_back(module);
    else
      std::fprintf(stderr, "fake CUDA driver: %s: %s\n", file.c_str(),
                   error.c_str());
  }
  if (modules.empty())
    handle = nullptr;
}

void *Executor::allocate(size_t bytes) {
  error.clear();
  return as<void *(uint64_t, void *, bool)>(find("mgpuMemAlloc"))(
      bytes, nullptr, false);
}

void Executor::free(void *pointer) {
  as<void(void *, void *)>(find("mgpuMemFree"))(pointer, nullptr);
}

void Executor::registerHost(void *pointer, size_t bytes) {
  as<void(void *, uint64_t)>(find("mgpuMemHostRegister"))(pointer, bytes);
}

void Executor::unregisterHost(void *pointer) {
  as<void(void *)>(find("mgpuMemHostUnregister"))(pointer);
}

std::string Executor::launch(const FakeCudaLaunch &launch, void **params,
                             bool paramsKnown) {
  auto *getFunction =
      as<void *(void *, const char *)>(find("mgpuModuleGetFunction"));
  void *kernel = nullptr;
  for (void *module : modules) {
    error.clear();
    if ((kernel = getFunction(module, launch.kernel.c_str())))
      break;
  }
  if (!kernel)
    return "there is no bitcode for this kernel";
  size_t count = launch.params.size();
  if (!paramsKnown) // sparsegpu::emulator::kernelParameterCount(const Kernel *)
    count = as<size_t(void *)>(find(
        "_ZN9sparsegpu8emulator20kernelParameterCountEPKNS0_6KernelE"))(kernel);
  error.clear();
  as<void(void *, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t,
          int32_t, void *, void **, void **, size_t)>(find("mgpuLaunchKernel"))(
      kernel, launch.grid[0], launch.grid[1], launch.grid[2], launch.block[0],
      launch.block[1], launch.block[2], launch.dynamicShared, nullptr, params,
      nullptr, count);
  return error;
}

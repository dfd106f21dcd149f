//===- Module.h - Kernels, loaded where they are first used -----*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Host code loads its kernels in a global constructor, before main, when there
// may be no context and no wish for one. So a module is only its image until a
// kernel of it is launched; then it is loaded into the context of the launch.
// Each context that launches has its own CUmodule, and its own CUfunction for
// each kernel.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_RUNTIME_CUDA_MODULE_H
#define SPARSEGPU_RUNTIME_CUDA_MODULE_H

#include "Context.h"

#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace sparsegpu::cuda {

class Module;

/// A kernel of a module, by name; it may turn out not to exist.
struct Kernel {
  Module *module;
  std::string name;
};

/// A kernel in one context.
struct LoadedKernel {
  CUfunction function = nullptr;
  /// Shared memory of its own.
  int staticShared = 0;
  /// Dynamic shared memory that the function may be launched with.
  unsigned dynamicSharedLimit = 0;
  bool limitRaised = false;
};

class Module {
public:
  /// A module of `size` bytes at `image`, which are copied. Error: it is none
  /// of cubin, fatbin and PTX.
  static Status create(const void *image, size_t size, Module *&module);
  /// A module of PTX text that ends with a zero byte, for the driver's JIT at
  /// `optLevel` (0 to 4; below 0: the driver's own choice).
  static Status createJIT(const char *text, int optLevel, Module *&module);

  /// Unloads the module from all contexts that still exist and destroys it,
  /// with its kernels, even on failure.
  static Status destroy(Module *module);

  /// The handle of kernel `name`; the same one for the same name.
  Kernel *getKernel(const std::string &name);

  /// `kernel` in the current context, loaded if need be, and allowed
  /// `dynamicShared` bytes of dynamic shared memory.
  Status load(const Driver &driver, const Kernel &kernel,
              unsigned dynamicShared, CUfunction &function);

private:
  struct Instance {
    CUcontext context = nullptr;
    CUmodule module = nullptr;
    std::map<std::string, LoadedKernel> kernels;
  };

  Module() = default;
  Status loadInstance(const Driver &driver, Instance &instance);
  Status unload(const Driver &driver, unsigned long long id,
                Instance &instance);

  std::vector<char> image;
  int optLevel = -1;
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<Kernel>> kernels;
  /// By ContextRef::id.
  std::map<unsigned long long, Instance> instances;
};

} // namespace sparsegpu::cuda

#endif // SPARSEGPU_RUNTIME_CUDA_MODULE_H

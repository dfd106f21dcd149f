//===- Module.h - A loaded module and its kernels ---------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_MODULE_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_MODULE_H

#include "Compiler.h"
#include "SparseGPU/Runtime/Emulator.h"

#include <array>
#include <map>
#include <mutex>
#include <string>

namespace sparsegpu::emulator {

/// What is known of a kernel before it is compiled.
class Kernel {
public:
  LoadedModule *module = nullptr;
  std::string name;
  unsigned numParams = 0;
  /// Most threads of a block that the kernel was compiled for; 0: no bound.
  unsigned maxThreads = 0;
};

class LoadedModule {
public:
  /// Checks the bytes and every operation in them; compiles nothing.
  static Status load(const void *data, size_t size,
                     std::unique_ptr<LoadedModule> &module);

  Kernel *findKernel(const std::string &name);
  std::string kernelNames() const;
  /// The code of a variant, compiled at the first call.
  Status getCode(const Variant &variant, const CompiledModule *&code);

private:
  std::string bitcode;
  std::map<std::string, Kernel> kernels;
  std::mutex mutex;
  std::array<std::unique_ptr<CompiledCode>, 8> variants;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_MODULE_H

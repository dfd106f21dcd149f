//===- Module.h - A loaded module and its kernels ---------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_MODULE_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_MODULE_H

#include "CompiledKernel.h"
#include "SparseGPU/Runtime/Emulator.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace sparsegpu::emulator {

class Kernel : public KernelSignature {
public:
  Kernel(LoadedModule *module, const KernelSignature &signature)
      : KernelSignature(signature), module(module) {}
  LoadedModule *module;
};

/// A module from which kernels can be launched: bitcode (BitcodeModule.cpp) or
/// compiled ahead of time (PrecompiledModule.cpp).
class LoadedModule {
public:
  virtual ~LoadedModule() = default;

  /// Checks what `data` points at; compiles nothing.
  static Status load(const void *data, size_t size,
                     std::unique_ptr<LoadedModule> &module);

  /// The code of a variant, with which `kernel` is about to be launched.
  virtual Status getCode(const Kernel &kernel, const Variant &variant,
                         const CompiledModule *&code) = 0;

  void addKernel(const KernelSignature &signature) {
    kernels.try_emplace(signature.name, this, signature);
  }
  Kernel *findKernel(const std::string &name);
  std::string kernelNames() const;

private:
  std::map<std::string, Kernel> kernels;
};

/// "empty", "PTX text": what the bytes are if not bitcode.
std::string describeOtherFormat(std::string_view bytes);

/// Loads bitcode. A library has one definition: that of the compiler
/// (BitcodeModule.cpp), or one that refuses (NoCompiler.cpp).
Status loadBitcode(std::string_view bytes,
                   std::unique_ptr<LoadedModule> &module);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_MODULE_H

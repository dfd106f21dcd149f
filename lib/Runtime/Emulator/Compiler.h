//===- Compiler.h - Compiles a module for the host --------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_COMPILER_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_COMPILER_H

#include "CompiledKernel.h"
#include "SparseGPU/Runtime/Emulator.h"

#include "llvm/IR/Module.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>

namespace sparsegpu::emulator {

/// Registers the targets of LLVM that are used; may be called often.
void initialiseTargets();

/// Reads bitcode; the error says what else the bytes are.
Status parseBitcode(llvm::MemoryBufferRef bitcode, llvm::LLVMContext &context,
                    std::unique_ptr<llvm::Module> &module);

/// Code that lives as long as this object.
class CompiledCode {
public:
  virtual ~CompiledCode() = default;
  CompiledModule module;
};

/// Compiles one variant of the module that the bitcode holds.
Status compileModule(llvm::MemoryBufferRef bitcode, const Variant &variant,
                     std::unique_ptr<CompiledCode> &code);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_COMPILER_H

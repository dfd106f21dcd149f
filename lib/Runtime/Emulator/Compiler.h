//===- Compiler.h - From bitcode to code of the host ------------*- C++ -*-===//
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

#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/IR/Module.h"

#include <memory>

namespace sparsegpu::emulator {

/// Registers the targets of LLVM that are used; may be called often.
void initialiseTargets();

/// Reads bitcode; the error says what else the bytes are.
Status parseBitcode(llvm::StringRef bitcode, llvm::LLVMContext &context,
                    std::unique_ptr<llvm::Module> &module);

/// The same, and checks that every operation can be emulated
/// (BitcodeModule.cpp).
Status readModule(llvm::StringRef bytes, llvm::LLVMContext &context,
                  std::unique_ptr<llvm::Module> &module);

/// What code is made for.
struct CodeTarget {
  llvm::orc::JITTargetMachineBuilder builder;
  /// What PrecompiledDescriptor says of it.
  std::string processor;
};

/// Turns a parsed module into one variant of a relocatable object that defines
/// `symbol`, a PrecompiledDescriptor. The object calls functions of the host
/// through the descriptor only; what else it needs is in the C library. The
/// tables of instrumented code stay in `compiled`.
Status compileToObject(llvm::Module &module, const Variant &variant,
                       const CodeTarget &target, llvm::StringRef symbol,
                       llvm::SmallVectorImpl<char> &object,
                       CompiledModule &compiled);

/// Code that lives as long as this object.
class CompiledCode {
public:
  virtual ~CompiledCode() = default;
  CompiledModule module;
};

/// Compiles one variant of the module that the bitcode holds, for this process
/// (JIT.cpp).
Status compileForProcess(llvm::StringRef bitcode, const Variant &variant,
                         std::unique_ptr<CompiledCode> &code);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_COMPILER_H

//===- Lowering.h - From NVVM operations to host code -----------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every operation that the emulator knows is found by name in exactly one of
// the families below; a family is one file. What no family knows is refused
// when the module is loaded (Coverage.cpp) by the same look-up that lowering
// uses, so the two cannot disagree.
//
// To add a family (mma, ldmatrix, TMA, clusters): one file with a
// `lookup...` function, one line in `lookupOperation`.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_LOWERING_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_LOWERING_H

#include "CompiledKernel.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

#include <functional>

namespace sparsegpu::emulator {

/// Replaces operations in a module whose functions already take the context of
/// their thread as first argument.
class Lowering {
public:
  Lowering(llvm::Module &module, CompiledModule &compiled)
      : module(module), compiled(compiled) {}

  /// Lowers every call in the module.
  void run();

  /// The context of the thread that executes `call`.
  llvm::Value *context(llvm::CallInst &call) {
    return call.getFunction()->getArg(0);
  }
  /// Reads a field of ThreadContext that does not change while a thread runs.
  llvm::Value *field(llvm::IRBuilder<> &b, llvm::CallInst &call, size_t offset,
                     llvm::Type *type);
  /// Calls a function of the host that depends on nothing but its operands.
  llvm::CallInst *callPure(llvm::IRBuilder<> &b, llvm::StringRef name,
                           llvm::Type *type,
                           llvm::ArrayRef<llvm::Value *> operands);
  /// Calls a function of the host that other threads may run in between of.
  /// Convergent, so that it is not made conditional on more than it was.
  llvm::CallInst *callOpaque(llvm::IRBuilder<> &b, llvm::StringRef name,
                             llvm::Type *type,
                             llvm::ArrayRef<llvm::Value *> operands);
  /// Numbers a synchronisation. Passing the number to the runtime also keeps
  /// calls distinct that the optimiser would otherwise merge.
  llvm::Value *addSync(llvm::IRBuilder<> &b, llvm::CallInst &call,
                       llvm::StringRef operation);

  llvm::Module &module;
  CompiledModule &compiled;
};

/// Emits the replacement of a call and returns its value (null for void).
using LowerFn = std::function<llvm::Value *(llvm::CallInst &,
                                            llvm::IRBuilder<> &, Lowering &)>;

/// How the function of this name is lowered; empty if no family knows it.
/// `name` is the whole name, such as "llvm.nvvm.membar.gl" or "vprintf".
LowerFn lookupOperation(llvm::StringRef name);

// The families. These take the name behind "llvm.nvvm.".
LowerFn lookupSpecialRegister(llvm::StringRef name);
LowerFn lookupSync(llvm::StringRef name);
LowerFn lookupAsync(llvm::StringRef name);
LowerFn lookupAtomic(llvm::StringRef name);
LowerFn lookupBitOperation(llvm::StringRef name);
LowerFn lookupFloat8(llvm::StringRef name);
LowerFn lookupMemory(llvm::StringRef name);
LowerFn lookupMath(llvm::StringRef name);
LowerFn lookupConversion(llvm::StringRef name);
LowerFn lookupInteger(llvm::StringRef name);
// And these a function that is declared but not defined.
LowerFn lookupLibdevice(llvm::StringRef name);
LowerFn lookupRuntime(llvm::StringRef name);

/// Whether a call of the function may let other threads of the block run.
bool isSynchronisation(llvm::StringRef name);

/// Whether a call of the function tests an mbarrier: in a loop, a wait.
bool isMbarrierPoll(llvm::StringRef name);

/// "file:line:column", or empty.
std::string describeLocation(const llvm::Instruction &instruction);

/// Functions of the host (HostFunctions.h) have this before their name while
/// they are called from IR.
constexpr const char *kHostPrefix = "sparsegpu.";

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_LOWERING_H

//===- InstrumentChecks.h - What checks are told of accesses ----*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_INSTRUMENTCHECKS_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_INSTRUMENTCHECKS_H

#include "CompiledKernel.h"

#include "llvm/IR/IRBuilder.h"

namespace sparsegpu::emulator {

/// Adds what hazards need to know: strength and orders of the instruction, the
/// shared variable that its address is made from.
void describeForChecks(AccessSite &site, const llvm::Instruction &instruction,
                       const llvm::Value *pointer);

/// What a store stores, in 64 bits; null if that cannot be said.
llvm::Value *foldStoredValue(llvm::IRBuilder<> &b,
                             const llvm::Instruction &instruction);

/// Checks of accesses to a thread's own variables, where they may leave them,
/// and of fences. Their sites follow those that are there.
void addLocalChecks(llvm::Function &function, CompiledModule &compiled);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_INSTRUMENTCHECKS_H

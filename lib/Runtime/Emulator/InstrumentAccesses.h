//===- InstrumentAccesses.h - What counters know of instructions -*- C++ -*-==//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_INSTRUMENTACCESSES_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_INSTRUMENTACCESSES_H

#include "CompiledKernel.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Instructions.h"

#include <optional>

namespace sparsegpu::emulator {

/// An instruction that touches memory which is not the thread's own.
struct InstructionAccess {
  llvm::Instruction *instruction;
  unsigned pointerOperand;
  uint32_t bytes;
  uint32_t alignment;
  AccessKind kind;
  AccessSpace space;
  /// Goes through the check of the hazards; others have checks of their own.
  bool checked = true;
  /// The bytes that the lane asks for, where they can be fewer; else null.
  llvm::Value *laneBytes = nullptr;

  llvm::Value *pointer() const {
    return instruction->getOperand(pointerOperand);
  }
};

/// The accesses of an instruction: none, one, or the two of cp.async.
llvm::SmallVector<InstructionAccess, 2>
getAccesses(llvm::Instruction &instruction);

/// The class of an instruction and how many of the hardware's it is; nothing if
/// the hardware does not execute it (ClassifyInstructions.cpp).
struct Classification {
  InstructionClass instructionClass;
  unsigned count = 1;
};
std::optional<Classification> classify(const llvm::Instruction &instruction);

/// If the call is one on groups of asynchronous copies: which, and how many a
/// wait leaves in flight.
AsyncOp getAsyncOp(const llvm::Instruction &instruction,
                   uint32_t &mostInFlight);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_INSTRUMENTACCESSES_H

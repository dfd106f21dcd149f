//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What operations of level 1 with one destination have in common.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_DIALECT_SPARSEGPU_IR_DESTINATIONSTYLE_H
#define SPARSEGPU_LIB_DIALECT_SPARSEGPU_IR_DESTINATIONSTYLE_H

#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace sparsegpu {

/// Effects on operands that are memrefs: inputs are read, destinations are
/// written, and read if `readsInit`.
void getOperandEffects(mlir::DestinationStyleOpInterface op, bool readsInit,
                       llvm::SmallVectorImpl<mlir::SideEffects::EffectInstance<
                           mlir::MemoryEffects::Effect>> &effects);

/// The first operation of `block` that is not a scalar one without effects;
/// null if there is none.
mlir::Operation *findNonScalar(mlir::Block &block);

/// Whether `value` is the constant 0, and positive.
bool isConstantZero(mlir::Value value);

/// What the tensor `init` was before it was filled with zero; null if it was
/// not.
mlir::Value getFilledWithZero(mlir::Value init);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_DIALECT_SPARSEGPU_IR_DESTINATIONSTYLE_H

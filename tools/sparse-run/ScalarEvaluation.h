//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Scalar operations in double precision, with a bound of what a computation in
// the program's own types may be off by.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_SCALAREVALUATION_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_SCALAREVALUATION_H

#include "SparseGPU/Formats/ElementType.h"

#include "mlir/IR/Block.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/Error.h"

namespace sparsegpu::run {

/// A number and how far the program's own value may be from it.
struct Number {
  double value = 0;
  double error = 0;
};

using ScalarMap = llvm::DenseMap<mlir::Value, Number>;

/// Evaluates one operation on scalars whose operands are in `numbers`, and
/// adds its result. The error of an operand is carried through by evaluating
/// the operation at the ends of the operand's interval; then the rounding of
/// the result's type is added.
/// Fails, naming the operation, when there is no reference for it.
llvm::Error evaluateScalar(mlir::Operation *op, ScalarMap &numbers);

/// Evaluates the block's operations on `arguments`; returns what its
/// terminator yields. `outer` holds the values defined outside.
llvm::Expected<Number> evaluateBody(mlir::Block &body,
                                    llvm::ArrayRef<Number> arguments,
                                    const ScalarMap &outer);

/// The rounding of `value` to `type`: half a unit in the last place, as an
/// absolute error.
double getRoundingError(mlir::Type type, double value);

/// `value`, or the infinity that it becomes when it is stored as `type`.
double overflowAs(mlir::Type type, double value);

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_SCALAREVALUATION_H

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a program should compute: its tensors operation by operation in double
// precision, independent of every lowering.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_REFERENCE_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_REFERENCE_H

#include "HostValue.h"
#include "SparseGPU/Formats/ResultCheck.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace sparsegpu::run {

/// An array of numbers with bounds of the error of the program's own values.
struct ReferenceArray {
  std::vector<int64_t> shape;
  std::vector<double> value, error;

  int64_t size() const { return static_cast<int64_t>(value.size()); }
};

/// Evaluates `function`, which is at level 0 or 1, on `arguments`.
///
/// A product sum over the stored entries of a sparse row is bounded by
/// formats::errorBound (docs/HowTo/CheckResults.md); other operations carry
/// intervals through. Fails, naming the operation, when there is no reference
/// for it.
llvm::Expected<std::vector<ReferenceArray>>
evaluateReference(mlir::func::FuncOp function,
                  const std::vector<BoundArgument> &arguments);

/// Compares every element with its bound.
formats::ResultCheck compare(const ReferenceArray &reference,
                             const DenseArray &got);

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_REFERENCE_H

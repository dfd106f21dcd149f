//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// From `--input NAME=SPEC` to bound arguments.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_INPUTS_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_INPUTS_H

#include "HostValue.h"
#include "Options.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace sparsegpu::run {

/// The name of argument or result `index`: its `sparse_gpu.name` attribute, or
/// its position.
std::string getArgumentName(mlir::func::FuncOp function, unsigned index);
std::string getResultName(mlir::func::FuncOp function, unsigned index);

/// Binds every argument of `function`. Sparse arguments need a spec; dense ones
/// without one are random. Sizes that no spec gives follow from the others.
/// Errors name the argument.
llvm::Expected<std::vector<BoundArgument>>
bindInputs(mlir::func::FuncOp function, const Options &options);

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_INPUTS_H

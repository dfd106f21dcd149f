//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which linalg operations multiply and add.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_CONVERSION_LINALGTOSPARSEGPU_MULTIPLYADD_H
#define SPARSEGPU_LIB_CONVERSION_LINALGTOSPARSEGPU_MULTIPLYADD_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace sparsegpu {

/// True if the body of `op`, which has two inputs and one output, is
/// `yield acc + a * b`, with inputs widened at most.
bool isMultiplyAdd(mlir::linalg::LinalgOp op);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_LINALGTOSPARSEGPU_MULTIPLYADD_H

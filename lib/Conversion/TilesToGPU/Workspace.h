//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Memory that only kernels use, between them.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_CONVERSION_TILESTOGPU_WORKSPACE_H
#define SPARSEGPU_LIB_CONVERSION_TILESTOGPU_WORKSPACE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace sparsegpu {

/// operands=host: the workspaces in `root` become memory of the device that is
/// allocated and freed where they were.
void allocateWorkspaces(mlir::Operation *root);

/// operands=device: the workspaces of `function` become parts of one last
/// argument, memref<?xi8>, and `<function>_workspace_bytes` is made, which
/// returns its size. An error when a size cannot be computed from the
/// arguments alone, or the function is called in the module (LVL3-6). Nothing
/// happens where there is no workspace.
mlir::LogicalResult passWorkspaces(mlir::func::FuncOp function);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_TILESTOGPU_WORKSPACE_H

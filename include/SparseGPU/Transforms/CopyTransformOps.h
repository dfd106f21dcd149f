//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// transform.sparse_gpu.multi_buffer and transform.sparse_gpu.async_copies.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_COPYTRANSFORMOPS_H
#define SPARSEGPU_TRANSFORMS_COPYTRANSFORMOPS_H

#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.h"
#include "mlir/IR/OpImplementation.h"

#define GET_OP_CLASSES
#include "SparseGPU/Transforms/CopyTransformOps.h.inc"

namespace sparsegpu {

/// Makes the operations known where the transform dialect is loaded.
void registerCopyTransformOps(mlir::DialectRegistry &registry);

} // namespace sparsegpu

#endif // SPARSEGPU_TRANSFORMS_COPYTRANSFORMOPS_H

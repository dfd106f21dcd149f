//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// transform.sparse_gpu.pipeline_loads.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_PIPELINELOADSTRANSFORMOPS_H
#define SPARSEGPU_TRANSFORMS_PIPELINELOADSTRANSFORMOPS_H

#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.h"
#include "mlir/IR/OpImplementation.h"

#define GET_OP_CLASSES
#include "SparseGPU/Transforms/PipelineLoadsTransformOps.h.inc"

namespace sparsegpu {

/// Makes the operation known where the transform dialect is loaded.
void registerPipelineLoadsTransformOps(mlir::DialectRegistry &registry);

} // namespace sparsegpu

#endif // SPARSEGPU_TRANSFORMS_PIPELINELOADSTRANSFORMOPS_H

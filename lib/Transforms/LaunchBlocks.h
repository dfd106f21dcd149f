//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The numbers of a launch's blocks, as its body sees them.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_TRANSFORMS_LAUNCHBLOCKS_H
#define SPARSEGPU_LIB_TRANSFORMS_LAUNCHBLOCKS_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace sparsegpu {

/// Replaces gpu.block_id and gpu.grid_dim in the body of `launch` by its
/// arguments, for passes that let the body see other numbers.
void useBlockArguments(mlir::gpu::LaunchOp launch);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_TRANSFORMS_LAUNCHBLOCKS_H

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

/// Replaces gpu.block_id, gpu.grid_dim and gpu.global_id in the body of
/// `launch` by its arguments, for passes that let the body see other numbers.
void useBlockArguments(mlir::gpu::LaunchOp launch);

/// An operation in the body of `launch` that has the hardware's numbers of
/// blocks from elsewhere: a register of NVVM, or a call of a function that
/// reads them or that is not known. Null if there is none.
mlir::Operation *findOtherBlockNumbers(mlir::gpu::LaunchOp launch);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_TRANSFORMS_LAUNCHBLOCKS_H

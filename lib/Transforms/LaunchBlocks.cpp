//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaunchBlocks.h"

using namespace mlir;

void sparsegpu::useBlockArguments(gpu::LaunchOp launch) {
  auto argumentOf = [](const gpu::KernelDim3 &values, gpu::Dimension dim) {
    return dim == gpu::Dimension::x   ? values.x
           : dim == gpu::Dimension::y ? values.y
                                      : values.z;
  };
  launch.getBody().walk([&](Operation *op) {
    Value argument;
    if (auto id = dyn_cast<gpu::BlockIdOp>(op))
      argument = argumentOf(launch.getBlockIds(), id.getDimension());
    else if (auto size = dyn_cast<gpu::GridDimOp>(op))
      argument = argumentOf(launch.getGridSize(), size.getDimension());
    if (!argument)
      return;
    op->getResult(0).replaceAllUsesWith(argument);
    op->erase();
  });
}

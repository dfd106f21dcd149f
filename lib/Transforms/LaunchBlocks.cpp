//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaunchBlocks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

static Value getDim(const gpu::KernelDim3 &values, gpu::Dimension dim) {
  return dim == gpu::Dimension::x   ? values.x
         : dim == gpu::Dimension::y ? values.y
                                    : values.z;
}

void sparsegpu::useBlockArguments(gpu::LaunchOp launch) {
  launch.getBody().walk([&](Operation *op) {
    Value argument;
    if (auto id = dyn_cast<gpu::BlockIdOp>(op)) {
      argument = getDim(launch.getBlockIds(), id.getDimension());
    } else if (auto size = dyn_cast<gpu::GridDimOp>(op)) {
      argument = getDim(launch.getGridSize(), size.getDimension());
    } else if (auto id = dyn_cast<gpu::GlobalIdOp>(op)) {
      OpBuilder b(op);
      gpu::Dimension dim = id.getDimension();
      Value first = arith::MulIOp::create(b, op->getLoc(),
                                          getDim(launch.getBlockIds(), dim),
                                          getDim(launch.getBlockSize(), dim));
      argument = arith::AddIOp::create(b, op->getLoc(), first,
                                       getDim(launch.getThreadIds(), dim));
    }
    if (!argument)
      return;
    op->getResult(0).replaceAllUsesWith(argument);
    op->erase();
  });
}

Operation *sparsegpu::findOtherBlockNumbers(gpu::LaunchOp launch) {
  // Functions that are called, from the body on; declarations are libraries'.
  SetVector<Operation *> visited;
  visited.insert(launch);
  auto isOther = [&](Operation *op, bool inLaunch) {
    if (isa<NVVM::BlockIdXOp, NVVM::BlockIdYOp, NVVM::BlockIdZOp,
            NVVM::GridDimXOp, NVVM::GridDimYOp, NVVM::GridDimZOp>(op))
      return true;
    if (isa<gpu::BlockIdOp, gpu::GridDimOp, gpu::GlobalIdOp>(op))
      return !inLaunch;
    auto call = dyn_cast<CallOpInterface>(op);
    if (!call)
      return false;
    Operation *callee = call.resolveCallable();
    if (callee)
      visited.insert(callee);
    return !callee && !isa<SymbolRefAttr>(call.getCallableForCallee());
  };
  Operation *found = nullptr;
  for (size_t i = 0; i < visited.size() && !found; ++i)
    visited[i]->walk([&](Operation *op) {
      if (op == visited[i] || !isOther(op, i == 0))
        return WalkResult::advance();
      found = op;
      return WalkResult::interrupt();
    });
  return found;
}

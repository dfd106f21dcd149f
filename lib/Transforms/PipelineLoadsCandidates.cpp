//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which loops fill buffers and wait for them.
//
//===----------------------------------------------------------------------===//

#include "PipelineLoadsImpl.h"

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::pipeline;

bool pipeline::isInPipelinedLoop(Operation *op) {
  for (auto loop = op->getParentOfType<scf::ForOp>(); loop;
       loop = loop->getParentOfType<scf::ForOp>())
    if (loop->hasAttr(kPipelinedAttr))
      return true;
  return false;
}

/// A copy to workgroup memory that no pipelined loop uses: the prologue of one
/// fills its buffers outside of it.
static bool isNewCopy(nvgpu::DeviceAsyncCopyOp copy) {
  return isWorkgroup(copy.getDst()) &&
         llvm::none_of(copy.getDst().getUsers(), isInPipelinedLoop);
}

bool pipeline::isLoadLoop(scf::ForOp loop) {
  if (loop.getBody()->getOps<nvgpu::DeviceAsyncWaitOp>().empty())
    return false;
  return loop
      ->walk([&](nvgpu::DeviceAsyncCopyOp copy) {
        return isNewCopy(copy) ? WalkResult::interrupt()
                               : WalkResult::advance();
      })
      .wasInterrupted();
}

scf::ForOp pipeline::getLoadLoop(nvgpu::DeviceAsyncCopyOp copy) {
  auto loop = copy->getParentOfType<scf::ForOp>();
  while (loop && !isLoadLoop(loop))
    loop = loop->getParentOfType<scf::ForOp>();
  return loop;
}

SmallVector<scf::ForOp> sparsegpu::findLoadLoops(Operation *scope) {
  SmallVector<scf::ForOp> loops;
  SetVector<Value> outside;
  scope->walk([&](Operation *op) {
    if (auto loop = dyn_cast<scf::ForOp>(op); loop && isLoadLoop(loop))
      loops.push_back(loop);
    auto copy = dyn_cast<nvgpu::DeviceAsyncCopyOp>(op);
    if (copy && isNewCopy(copy) && !getLoadLoop(copy))
      outside.insert(copy.getDst());
  });
  for (Value buffer : outside)
    emitRemark(buffer.getLoc())
        << "buffer " << buffer.getType()
        << " is not pipelined: no loop fills it and waits for it (PIPE-4)";
  return loops;
}

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The pass, and what it does with one loop: stages, analysis, registers,
// schedule. The parts are in PipelineLoads*.cpp.
//
//===----------------------------------------------------------------------===//

#include "PipelineLoadsImpl.h"

#include "FoldSharedViews.h"

#include "SparseGPU/Transforms/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"

namespace sparsegpu {
#define GEN_PASS_DEF_PIPELINELOADS
#include "SparseGPU/Transforms/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::pipeline;

static LogicalResult checkStages(scf::ForOp loop, LoadStages stages) {
  if (stages.shared >= 1 && stages.shared <= kMaxSharedStages &&
      stages.registers >= 1 && stages.registers <= kMaxRegisterStages)
    return success();
  return loop.emitError() << "stages must be 1 to " << kMaxSharedStages
                          << " (shared) and 1 to " << kMaxRegisterStages
                          << " (registers), got " << stages.shared << " and "
                          << stages.registers << " (PIPE-1)";
}

/// min(stages, extent), with a remark at each buffer if nothing is left.
static int64_t clipSharedStages(const LoadLoop &candidate, int64_t stages) {
  scf::ForOp loop = candidate.loop;
  std::optional<APInt> count = loop.getStaticTripCount();
  if (!count || count->uge(stages))
    return stages;
  int64_t clipped = std::max<int64_t>(count->getZExtValue(), 1);
  if (clipped == 1)
    for (const auto &entry : candidate.buffers) {
      InFlightDiagnostic remark = emitRemark(entry.first.getLoc())
                                  << "buffer " << entry.first.getType()
                                  << " is not pipelined: the loop has one "
                                     "iteration or none (PIPE-11)";
      remark.attachNote(loop.getLoc()) << "this loop";
    }
  return clipped;
}

FailureOr<scf::ForOp> sparsegpu::pipelineLoads(RewriterBase &rewriter,
                                               scf::ForOp loop,
                                               LoadStages stages) {
  if (failed(checkStages(loop, stages)))
    return failure();
  foldSharedViews(rewriter, getKernel(loop));
  bool wantsShared = stages.shared > 1;
  if (wantsShared) {
    std::optional<LoadLoop> candidate = analyzeLoadLoop(loop);
    if (!candidate)
      return loop;
    candidate->loop = loop = coalesceChain(rewriter, *candidate);
    stages.shared = clipSharedStages(*candidate, stages.shared);
  }
  SmallVector<Steps> innerLoops;
  if (stages.registers > 1)
    innerLoops = unrollInnerLoops(rewriter, loop);

  Prefetch prefetch;
  std::optional<LoadLoop> candidate;
  if (stages.shared > 1) {
    // Operations are others now.
    candidate = analyzeLoadLoop(loop);
    assert(candidate && "unrolling does not change what can be pipelined");
    prefetch = makePrefetch(*candidate, innerLoops, stages.registers);
  }
  if (prefetch.stages < 2)
    for (const Steps &steps : innerLoops)
      hoistReads(rewriter, steps, stages.registers);
  if (stages.shared > 1)
    loop = schedule(rewriter, *candidate, stages.shared, prefetch);
  return carryIndices(rewriter, loop);
}

namespace {
struct PipelineLoads : sparsegpu::impl::PipelineLoadsBase<PipelineLoads> {
  using PipelineLoadsBase::PipelineLoadsBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    foldSharedViews(rewriter, getOperation());
    SmallVector<scf::ForOp> loops = findLoadLoops(getOperation());
    SetVector<Operation *> done;
    for (scf::ForOp loop : loops) {
      FailureOr<scf::ForOp> result =
          pipelineLoads(rewriter, loop, getStages(loop));
      if (failed(result))
        return signalPassFailure();
      done.insert(*result);
    }
    // Where no copy is asynchronous, registers can be asked for.
    SmallVector<scf::ForOp> others;
    getOperation()->walk([&](scf::ForOp loop) {
      if (loop->hasAttr(kRegisterStagesAttr) && !done.contains(loop))
        others.push_back(loop);
    });
    for (scf::ForOp loop : others) {
      LoadStages stages = getStages(loop);
      if (stages.shared >= 1)
        stages.shared = 1;
      if (failed(pipelineLoads(rewriter, loop, stages)))
        return signalPassFailure();
    }
  }

  LoadStages getStages(scf::ForOp loop) {
    LoadStages stages;
    stages.registers = getStages(loop, kRegisterStagesAttr, registerStages);
    stages.shared = getStages(loop, kSharedStagesAttr, sharedStages);
    return stages;
  }

  static int64_t getStages(scf::ForOp loop, StringRef name, int64_t otherwise) {
    auto attribute = loop->getAttrOfType<IntegerAttr>(name);
    return attribute ? attribute.getInt() : otherwise;
  }
};
} // namespace

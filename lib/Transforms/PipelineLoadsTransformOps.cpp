//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Transforms/PipelineLoadsTransformOps.h"
#include "SparseGPU/Transforms/PipelineLoads.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"

#define GET_OP_CLASSES
#include "SparseGPU/Transforms/PipelineLoadsTransformOps.cpp.inc"

using namespace mlir;
using namespace sparsegpu;

DiagnosedSilenceableFailure transform_ops::PipelineLoadsOp::applyToOne(
    transform::TransformRewriter &rewriter, Operation *target,
    transform::ApplyToEachResultList &results,
    transform::TransformState &state) {
  auto loop = dyn_cast<scf::ForOp>(target);
  if (!loop)
    return emitDefiniteFailure()
           << "needs an scf.for, got '" << target->getName() << "'";
  LoadStages stages;
  stages.shared = getSharedStages();
  stages.registers = getRegisterStages();
  FailureOr<scf::ForOp> pipelined = pipelineLoads(rewriter, loop, stages);
  if (failed(pipelined))
    return DiagnosedSilenceableFailure::definiteFailure();
  if (stages.shared > 1 && !(*pipelined)->hasAttr(kPipelinedAttr)) {
    DiagnosedSilenceableFailure failure = emitSilenceableError()
                                          << "a loop was not pipelined";
    failure.attachNote((*pipelined).getLoc()) << "this loop";
    return failure;
  }
  results.push_back(*pipelined);
  return DiagnosedSilenceableFailure::success();
}

namespace {
class PipelineLoadsTransformExtension
    : public transform::TransformDialectExtension<
          PipelineLoadsTransformExtension> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PipelineLoadsTransformExtension)

  PipelineLoadsTransformExtension() {
    declareGeneratedDialect<affine::AffineDialect>();
    declareGeneratedDialect<arith::ArithDialect>();
    declareGeneratedDialect<memref::MemRefDialect>();
    declareGeneratedDialect<nvgpu::NVGPUDialect>();
    declareGeneratedDialect<scf::SCFDialect>();
    registerTransformOps<transform_ops::PipelineLoadsOp>();
  }
};
} // namespace

void sparsegpu::registerPipelineLoadsTransformOps(DialectRegistry &registry) {
  registry.addExtensions<PipelineLoadsTransformExtension>();
}

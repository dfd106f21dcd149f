//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Transforms/CopyTransformOps.h"
#include "SparseGPU/Transforms/AsyncCopies.h"
#include "SparseGPU/Transforms/MultiBuffer.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"

#define GET_OP_CLASSES
#include "SparseGPU/Transforms/CopyTransformOps.cpp.inc"

using namespace mlir;
using namespace sparsegpu;

DiagnosedSilenceableFailure transform_ops::MultiBufferOp::applyToOne(
    transform::TransformRewriter &rewriter, Operation *target,
    transform::ApplyToEachResultList &results,
    transform::TransformState &state) {
  auto loop = dyn_cast<scf::ForOp>(target);
  if (!loop)
    return emitDefiniteFailure()
           << "needs an scf.for, got '" << target->getName() << "'";
  FailureOr<scf::ForOp> result = multiBuffer(rewriter, loop, getSlots());
  if (failed(result))
    return DiagnosedSilenceableFailure::definiteFailure();
  if (*result == loop) {
    DiagnosedSilenceableFailure failure = emitSilenceableError()
                                          << "no buffer of a loop got slots";
    failure.attachNote(loop.getLoc()) << "this loop";
    return failure;
  }
  results.push_back(*result);
  return DiagnosedSilenceableFailure::success();
}

DiagnosedSilenceableFailure transform_ops::AsyncCopiesOp::applyToOne(
    transform::TransformRewriter &rewriter, Operation *target,
    transform::ApplyToEachResultList &results,
    transform::TransformState &state) {
  if (createAsyncCopies(rewriter, target))
    return DiagnosedSilenceableFailure::success();
  DiagnosedSilenceableFailure failure = emitSilenceableError()
                                        << "no copy became asynchronous";
  failure.attachNote(target->getLoc()) << "in this operation";
  return failure;
}

void transform_ops::AsyncCopiesOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  transform::onlyReadsHandle(getTargetMutable(), effects);
  transform::modifiesPayload(effects);
}

namespace {
class CopyTransformExtension
    : public transform::TransformDialectExtension<CopyTransformExtension> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(CopyTransformExtension)

  CopyTransformExtension() {
    declareGeneratedDialect<affine::AffineDialect>();
    declareGeneratedDialect<arith::ArithDialect>();
    declareGeneratedDialect<memref::MemRefDialect>();
    declareGeneratedDialect<nvgpu::NVGPUDialect>();
    declareGeneratedDialect<scf::SCFDialect>();
    registerTransformOps<transform_ops::MultiBufferOp,
                         transform_ops::AsyncCopiesOp>();
  }
};
} // namespace

void sparsegpu::registerCopyTransformOps(DialectRegistry &registry) {
  registry.addExtensions<CopyTransformExtension>();
}

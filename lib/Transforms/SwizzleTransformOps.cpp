//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Transforms/SwizzleTransformOps.h"
#include "SparseGPU/Transforms/Swizzle.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"

#define GET_OP_CLASSES
#include "SparseGPU/Transforms/SwizzleTransformOps.cpp.inc"

using namespace mlir;
using namespace sparsegpu;

DiagnosedSilenceableFailure
transform_ops::SwizzleOp::applyToOne(transform::TransformRewriter &rewriter,
                                     Operation *target,
                                     transform::ApplyToEachResultList &results,
                                     transform::TransformState &state) {
  auto alloc = dyn_cast<memref::AllocOp>(target);
  if (!alloc ||
      !nvgpu::NVGPUDialect::hasSharedMemoryAddressSpace(alloc.getType()))
    return emitDefiniteFailure()
           << "needs a memref.alloc in workgroup memory, got '"
           << target->getName() << "'";
  if (failed(swizzleBuffer(alloc.getMemref(), rewriter, getExplain()))) {
    DiagnosedSilenceableFailure failure = emitSilenceableError()
                                          << "a shared buffer was not swizzled";
    failure.attachNote(target->getLoc()) << "this buffer";
    return failure;
  }
  return DiagnosedSilenceableFailure::success();
}

void transform_ops::SwizzleOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  transform::onlyReadsHandle(getTargetMutable(), effects);
  transform::modifiesPayload(effects);
}

namespace {
class SwizzleTransformExtension
    : public transform::TransformDialectExtension<SwizzleTransformExtension> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(SwizzleTransformExtension)

  SwizzleTransformExtension() {
    declareGeneratedDialect<arith::ArithDialect>();
    declareGeneratedDialect<affine::AffineDialect>();
    registerTransformOps<transform_ops::SwizzleOp>();
  }
};
} // namespace

void sparsegpu::registerSwizzleTransformOps(DialectRegistry &registry) {
  registry.addExtensions<SwizzleTransformExtension>();
}

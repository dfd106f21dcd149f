//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// sparse_gpu.convert: rules and simplifications.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Dialect/SparseGPU/IR/ConstantConversion.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace sparsegpu;

LogicalResult ConvertOp::verify() {
  auto from = cast<RankedTensorType>(getSource().getType());
  auto to = cast<RankedTensorType>(getResult().getType());
  for (auto [name, type] :
       {std::pair("operand", from), std::pair("result", to)})
    if (type.getRank() != 2 || (type.getEncoding() && !getSparseFormat(type)))
      return emitOpError() << name
                           << " must be a matrix, dense or with a sparse "
                              "format, got "
                           << type << " (CVT-1)";
  if (!getSparseFormat(from) && !getSparseFormat(to))
    return emitOpError("operand or result needs a sparse format, got ")
           << from << " and " << to << " (CVT-1)";
  if (from.getElementType() != to.getElementType())
    return emitOpError("operand and result must have the same elements, got ")
           << from << " and " << to << " (CVT-2)";
  for (int64_t dim = 0; dim < 2; ++dim)
    if (!to.isDynamicDim(dim) && to.getDimSize(dim) != from.getDimSize(dim))
      return emitOpError("dimension ")
             << dim << " of the result is " << to.getDimSize(dim)
             << ", which the operand's type " << from
             << " does not say (CVT-3)";
  if (!getPrune())
    return success();
  double sparsity = getPrune()->convertToDouble();
  if (!(sparsity >= 0 && sparsity < 1))
    return emitOpError("'prune' is a sparsity from 0 up to but not including "
                       "1, got ")
           << sparsity << " (CVT-5)";
  if (!getSparseFormat(to))
    return emitOpError("'prune' needs a result with a sparse format, got ")
           << to << " (CVT-5)";
  return success();
}

OpFoldResult ConvertOp::fold(FoldAdaptor) {
  return getSource().getType() == getResult().getType() && !getPrune()
             ? getSource()
             : OpFoldResult();
}

namespace {
/// The same storage, with sizes forgotten.
struct ConvertToCast : OpRewritePattern<ConvertOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvertOp op,
                                PatternRewriter &rewriter) const override {
    auto from = cast<RankedTensorType>(op.getSource().getType());
    auto to = cast<RankedTensorType>(op.getResult().getType());
    if (from.getEncoding() != to.getEncoding() || op.getPrune())
      return failure();
    rewriter.replaceOpWithNewOp<tensor::CastOp>(op, to, op.getSource());
    return success();
  }
};

/// Conversion of a conversion, where the format between the two keeps every
/// entry: one that stores padding forgets which zeros were entries.
struct SkipFormatBetween : OpRewritePattern<ConvertOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvertOp op,
                                PatternRewriter &rewriter) const override {
    auto first = op.getSource().getDefiningOp<ConvertOp>();
    if (!first || first.getPrune() || op.getPrune())
      return failure();
    SparseFormatInterface between = getSparseFormat(op.getSource().getType());
    auto from = cast<RankedTensorType>(first.getSource().getType());
    auto to = cast<RankedTensorType>(op.getResult().getType());
    // From dense to dense, zeros may lose their sign.
    if (!between || between.storesPadding() ||
        (!getSparseFormat(from) && !getSparseFormat(to)))
      return failure();
    rewriter.replaceOpWithNewOp<ConvertOp>(op, to, first.getSource());
    return success();
  }
};

struct ConvertConstant : OpRewritePattern<ConvertOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvertOp op,
                                PatternRewriter &rewriter) const override {
    // What cannot be held is an error of the pass that lowers the operation.
    std::string error;
    std::optional<Value> value = convertConstant(rewriter, op, error);
    if (!value || !*value)
      return failure();
    rewriter.replaceOp(op, *value);
    return success();
  }
};
} // namespace

void ConvertOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<ConvertToCast, SkipFormatBetween, ConvertConstant>(context);
}

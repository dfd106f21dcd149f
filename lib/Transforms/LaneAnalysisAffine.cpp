//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// affine operations.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Transforms/LaneAnalysis.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"

using namespace mlir;
using namespace sparsegpu;

LaneAnalysis::Result LaneAnalysis::ofExpression(AffineExpr expression,
                                                unsigned numDims,
                                                ValueRange operands) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expression))
    return program.constant(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expression))
    return translate(operands[dim.getPosition()]);
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expression))
    return translate(operands[numDims + symbol.getPosition()]);
  auto binary = cast<AffineBinaryOpExpr>(expression);
  Result a = ofExpression(binary.getLHS(), numDims, operands);
  Result b = failed(a) ? a : ofExpression(binary.getRHS(), numDims, operands);
  if (failed(b))
    return b;
  switch (expression.getKind()) {
  case AffineExprKind::Add:
    return program.binary(LaneOp::Add, *a, *b);
  case AffineExprKind::Mul:
    return program.binary(LaneOp::Mul, *a, *b);
  case AffineExprKind::Mod:
    return program.binary(LaneOp::FloorMod, *a, *b);
  case AffineExprKind::FloorDiv:
    return program.binary(LaneOp::FloorDiv, *a, *b);
  default:
    return program.binary(LaneOp::CeilDiv, *a, *b);
  }
}

LaneAnalysis::Result LaneAnalysis::ofAffine(OpResult result) {
  Operation *op = result.getOwner();
  auto extreme = [&](AffineMap map, LaneOp kind) -> Result {
    Result best = mlir::failure();
    for (AffineExpr expression : map.getResults()) {
      Result id = ofExpression(expression, map.getNumDims(), op->getOperands());
      if (failed(id))
        return id;
      best = succeeded(best) ? Result(program.binary(kind, *best, *id)) : id;
    }
    return best;
  };
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op))
    return ofExpression(apply.getAffineMap().getResult(0),
                        apply.getAffineMap().getNumDims(), op->getOperands());
  if (auto min = dyn_cast<affine::AffineMinOp>(op))
    return extreme(min.getAffineMap(), LaneOp::Min);
  if (auto max = dyn_cast<affine::AffineMaxOp>(op))
    return extreme(max.getAffineMap(), LaneOp::Max);
  if (auto split = dyn_cast<affine::AffineDelinearizeIndexOp>(op)) {
    // Result i is (x / product of the sizes after it) mod size i; the first one
    // has no size of its own where there is no outer bound.
    Result id = translate(split.getLinearIndex());
    SmallVector<OpFoldResult> basis = split.getMixedBasis();
    unsigned offset = split.hasOuterBound() ? 0 : 1;
    unsigned number = result.getResultNumber();
    for (unsigned i = op->getNumResults(); succeeded(id) && i-- > 0;) {
      if (i == 0)
        return id;
      Result size = ofFoldResult(basis[i - offset]);
      if (failed(size))
        return size;
      if (i == number)
        return program.binary(LaneOp::FloorMod, *id, *size);
      id = program.binary(LaneOp::FloorDiv, *id, *size);
    }
    return id;
  }
  if (auto join = dyn_cast<affine::AffineLinearizeIndexOp>(op)) {
    SmallVector<OpFoldResult> basis = join.getMixedBasis();
    OperandRange indices = join.getMultiIndex();
    unsigned offset = indices.size() - basis.size();
    Result id = program.constant(0);
    for (auto [i, index] : llvm::enumerate(indices)) {
      Result part = translate(index);
      Result size =
          i == 0 || failed(part) ? part : ofFoldResult(basis[i - offset]);
      if (failed(size))
        return size;
      if (i > 0)
        id = program.binary(LaneOp::Mul, *id, *size);
      id = program.binary(LaneOp::Add, *id, *part);
    }
    return id;
  }
  return uniform(op, result);
}

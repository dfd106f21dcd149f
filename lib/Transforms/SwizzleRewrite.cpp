//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SwizzleRewrite.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

#include <numeric>

using namespace mlir;
using namespace sparsegpu;

/// Definitions are not followed further.
static constexpr unsigned kMaxDepth = 16;

static int64_t getDivisor(Value value, unsigned depth = 0);

/// A number that divides `expression`, with the dims and symbols in `operands`.
static int64_t getDivisor(AffineExpr expression, unsigned numDims,
                          ValueRange operands, unsigned depth) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expression))
    return std::abs(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expression))
    return getDivisor(operands[dim.getPosition()], depth);
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expression))
    return getDivisor(operands[numDims + symbol.getPosition()], depth);
  auto binary = cast<AffineBinaryOpExpr>(expression);
  int64_t lhs = getDivisor(binary.getLHS(), numDims, operands, depth);
  int64_t rhs = getDivisor(binary.getRHS(), numDims, operands, depth);
  switch (expression.getKind()) {
  case AffineExprKind::Add:
  case AffineExprKind::Mod:
    return std::gcd(lhs, rhs);
  case AffineExprKind::Mul:
    return lhs * rhs;
  default:
    return 1;
  }
}

/// A number that divides `value`; 0 for zero. Powers of two stay right where
/// integers wrap.
static int64_t getDivisor(Value value, unsigned depth) {
  if (std::optional<int64_t> constant = getConstantIntValue(value))
    return std::abs(*constant);
  if (depth == kMaxDepth)
    return 1;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto loop =
        dyn_cast<LoopLikeOpInterface>(argument.getOwner()->getParentOp());
    if (!loop || loop.getSingleInductionVar() != value)
      return 1;
    int64_t divisor = 0;
    for (std::optional<OpFoldResult> part :
         {loop.getSingleLowerBound(), loop.getSingleStep()}) {
      if (!part)
        return 1;
      std::optional<int64_t> constant = getConstantIntValue(*part);
      divisor = std::gcd(divisor,
                         constant ? *constant
                                  : getDivisor(cast<Value>(*part), depth + 1));
    }
    return divisor;
  }
  Operation *op = value.getDefiningOp();
  auto operand = [&](unsigned i) {
    return getDivisor(op->getOperand(i), depth + 1);
  };
  if (isa<arith::MulIOp>(op))
    return operand(0) * operand(1);
  if (isa<arith::AddIOp, arith::SubIOp>(op))
    return std::gcd(operand(0), operand(1));
  if (isa<arith::ShLIOp>(op))
    if (std::optional<int64_t> bits = getConstantIntValue(op->getOperand(1));
        bits && *bits >= 0 && *bits < 30)
      return operand(0) << *bits;
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op))
    return getDivisor(apply.getAffineMap().getResult(0),
                      apply.getAffineMap().getNumDims(), op->getOperands(),
                      depth + 1);
  return 1;
}

void SwizzleRewriter::setInsertionPoint(Value value) {
  if (kernel.isAncestor(value.getParentRegion()))
    rewriter.setInsertionPointAfterValue(value);
  else
    rewriter.setInsertionPointToStart(&kernel.front());
}

/// Of the terms of the sum that an affine.apply computes, keeps those that the
/// key depends on. `row` itself if that is all.
Value SwizzleRewriter::reduceApply(Value row) {
  auto apply = row.getDefiningOp<affine::AffineApplyOp>();
  AffineMap map = apply.getAffineMap();
  int64_t period = layout.rowDivisor << layout.keyBits;
  SmallVector<AffineExpr> terms = {map.getResult(0)};
  AffineExpr kept = getAffineConstantExpr(0, row.getContext());
  bool dropped = false;
  while (!terms.empty()) {
    AffineExpr term = terms.pop_back_val();
    if (term.getKind() == AffineExprKind::Add) {
      terms.push_back(cast<AffineBinaryOpExpr>(term).getRHS());
      terms.push_back(cast<AffineBinaryOpExpr>(term).getLHS());
      continue;
    }
    int64_t divisor =
        getDivisor(term, map.getNumDims(), apply.getMapOperands(), 0);
    if (divisor % period == 0)
      dropped = true;
    else
      kept = kept + term;
  }
  if (!dropped)
    return row;
  if (auto dim = dyn_cast<AffineDimExpr>(kept))
    return apply.getMapOperands()[dim.getPosition()];
  OpBuilder::InsertionGuard guard(rewriter);
  setInsertionPoint(row);
  affine::AffineApplyOp rest = affine::makeComposedAffineApply(
      rewriter, apply.getLoc(),
      AffineMap::get(map.getNumDims(), map.getNumSymbols(), kept),
      getAsOpFoldResult(apply.getMapOperands()));
  // What was dropped may be all that a loop changes.
  if (rest.getMapOperands().size() == 1) {
    setInsertionPoint(rest.getMapOperands()[0]);
    rewriter.moveOpBefore(rest, rewriter.getInsertionBlock(),
                          rewriter.getInsertionPoint());
  }
  return rest;
}

Value SwizzleRewriter::reduceRow(Value row) {
  Value &result = reduced[row];
  if (result)
    return result;
  int64_t period = layout.rowDivisor << layout.keyBits;
  Value current = row;
  while (Operation *op = current.getDefiningOp()) {
    Value next = current;
    if (isa<arith::AddIOp>(op)) {
      for (unsigned i = 0; i < 2 && next == current; ++i)
        if (getDivisor(op->getOperand(1 - i)) % period == 0)
          next = op->getOperand(i);
    } else if (isa<affine::AffineApplyOp>(op)) {
      next = reduceApply(current);
    }
    if (next == current)
      break;
    current = next;
  }
  return result = current;
}

Value SwizzleRewriter::getKey(Value row) {
  Value &key = keys[row];
  if (key)
    return key;
  OpBuilder::InsertionGuard guard(rewriter);
  Location loc = row.getLoc();
  setInsertionPoint(row);
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(rewriter, loc, value);
  };
  // (row & mask) and one shift: divisor, modulus and unit are powers of two.
  int64_t mask = ((int64_t(1) << layout.keyBits) - 1) * layout.rowDivisor;
  key = arith::AndIOp::create(rewriter, loc, row, constant(mask));
  if (layout.unit > layout.rowDivisor)
    key = arith::ShLIOp::create(
        rewriter, loc, key,
        constant(llvm::Log2_64(layout.unit / layout.rowDivisor)));
  else if (layout.unit < layout.rowDivisor)
    key = arith::ShRUIOp::create(
        rewriter, loc, key,
        constant(llvm::Log2_64(layout.rowDivisor / layout.unit)));
  return key;
}

Value SwizzleRewriter::getColumn(Operation *user, Value row, Value column) {
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(user);
  Location loc = user->getLoc();
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(rewriter, loc, value);
  };
  Value reduced = reduceRow(row);
  std::optional<int64_t> knownRow = getConstantIntValue(reduced);
  if (!knownRow)
    return arith::XOrIOp::create(rewriter, loc, column, getKey(reduced));
  int64_t key = layout.key(*knownRow);
  if (key == 0)
    return column;
  if (std::optional<int64_t> known = getConstantIntValue(column))
    return constant(*known ^ key);
  return arith::XOrIOp::create(rewriter, loc, column, constant(key));
}

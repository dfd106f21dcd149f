//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KnownDivisor.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sparsegpu;

static constexpr int64_t kLargest = 1 << 16;
/// Expressions of subscripts are short; what is deeper is not followed.
static constexpr unsigned kMaxDepth = 24;

int64_t sparsegpu::getPowerOfTwoDivisor(int64_t value) {
  return value ? std::min(value & -value, kLargest) : kLargest;
}

static int64_t getDivisor(Value value, unsigned depth);

static int64_t getDivisor(OpFoldResult value, unsigned depth) {
  if (std::optional<int64_t> constant = getConstantIntValue(value))
    return getPowerOfTwoDivisor(*constant);
  return getDivisor(cast<Value>(value), depth);
}

/// Of an affine expression of operands with these divisors.
static int64_t getDivisor(AffineExpr expr, unsigned numDims,
                          ArrayRef<int64_t> operands) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return getPowerOfTwoDivisor(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return operands[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return operands[numDims + symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t lhs = getDivisor(binary.getLHS(), numDims, operands);
  int64_t rhs = getDivisor(binary.getRHS(), numDims, operands);
  switch (expr.getKind()) {
  case AffineExprKind::Mul:
    return std::min(lhs * rhs, kLargest);
  case AffineExprKind::Add:
  case AffineExprKind::Mod:
    return std::min(lhs, rhs);
  default:
    return 1;
  }
}

static int64_t getDivisor(Value value, unsigned depth) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return getPowerOfTwoDivisor(constant.getSExtValue());
  if (++depth > kMaxDepth)
    return 1;
  auto of = [&](Value operand) { return getDivisor(operand, depth); };
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    if (!loop || argument != loop.getInductionVar())
      return 1;
    return std::min(of(loop.getLowerBound()), of(loop.getStep()));
  }
  return llvm::TypeSwitch<Operation *, int64_t>(value.getDefiningOp())
      .Case<arith::AddIOp, arith::SubIOp, arith::MinSIOp, arith::MinUIOp,
            arith::MaxSIOp, arith::MaxUIOp, arith::RemUIOp, arith::RemSIOp,
            arith::OrIOp, arith::XOrIOp>(
          [&](auto op) { return std::min(of(op.getLhs()), of(op.getRhs())); })
      .Case([&](arith::AndIOp op) {
        return std::max(of(op.getLhs()), of(op.getRhs()));
      })
      .Case([&](arith::MulIOp op) {
        return std::min(of(op.getLhs()) * of(op.getRhs()), kLargest);
      })
      .Case([&](arith::ShLIOp op) {
        APInt shift;
        int64_t divisor = of(op.getLhs());
        if (matchPattern(op.getRhs(), m_ConstantInt(&shift)) && shift.ult(16))
          divisor = std::min(divisor << shift.getZExtValue(), kLargest);
        return divisor;
      })
      .Case([&](arith::SelectOp op) {
        return std::min(of(op.getTrueValue()), of(op.getFalseValue()));
      })
      .Case<arith::IndexCastOp, arith::IndexCastUIOp, arith::ExtSIOp,
            arith::ExtUIOp, arith::TruncIOp>(
          [&](auto op) { return of(op.getIn()); })
      .Case([&](affine::AffineApplyOp op) {
        SmallVector<int64_t> operands;
        for (Value operand : op.getMapOperands())
          operands.push_back(of(operand));
        return getDivisor(op.getAffineMap().getResult(0),
                          op.getAffineMap().getNumDims(), operands);
      })
      .Default([](Operation *) { return 1; });
}

int64_t sparsegpu::getKnownDivisor(Value value) { return getDivisor(value, 0); }

int64_t sparsegpu::getKnownDivisor(OpFoldResult value) {
  return getDivisor(value, 0);
}

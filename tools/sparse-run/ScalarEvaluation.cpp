//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScalarEvaluation.h"
#include "HostValue.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <functional>

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::run;

double run::getRoundingError(Type type, double value) {
  auto element = getElementType(type);
  if (!element) {
    llvm::consumeError(element.takeError());
    return 0;
  }
  if (!formats::isFloat(*element))
    return 0;
  return 0.5 * formats::epsilon(*element) * std::abs(value) +
         0.5 * formats::smallestSubnormal(*element);
}

double run::overflowAs(Type type, double value) {
  llvm::Expected<formats::ElementType> element = getElementType(type);
  if (element)
    return formats::overflowAs(*element, value);
  llvm::consumeError(element.takeError());
  return value;
}

using Function = std::function<double(ArrayRef<double>)>;

static double compare(arith::CmpFPredicate predicate, double a, double b) {
  using P = arith::CmpFPredicate;
  bool unordered = std::isnan(a) || std::isnan(b);
  switch (predicate) {
  case P::AlwaysFalse:
    return false;
  case P::AlwaysTrue:
    return true;
  case P::OEQ:
    return a == b;
  case P::OGT:
    return a > b;
  case P::OGE:
    return a >= b;
  case P::OLT:
    return a < b;
  case P::OLE:
    return a <= b;
  case P::ONE:
    return !unordered && a != b;
  case P::ORD:
    return !unordered;
  case P::UEQ:
    return unordered || a == b;
  case P::UGT:
    return unordered || a > b;
  case P::UGE:
    return unordered || a >= b;
  case P::ULT:
    return unordered || a < b;
  case P::ULE:
    return unordered || a <= b;
  case P::UNE:
    return unordered || a != b;
  case P::UNO:
    return unordered;
  }
  llvm_unreachable("all predicates are handled");
}

/// maximumf and minimumf: NaN wins. maxnumf and minnumf: the number wins.
static double extremum(double a, double b, bool max, bool nanWins) {
  if (std::isnan(a) || std::isnan(b))
    return nanWins ? std::nan("") : (std::isnan(a) ? b : a);
  return max ? std::max(a, b) : std::min(a, b);
}

/// The operation as a function of doubles; null if there is none.
static Function getFunction(Operation *op) {
  using Args = ArrayRef<double>;
  return TypeSwitch<Operation *, Function>(op)
      .Case([](arith::AddFOp) { return [](Args x) { return x[0] + x[1]; }; })
      .Case([](arith::SubFOp) { return [](Args x) { return x[0] - x[1]; }; })
      .Case([](arith::MulFOp) { return [](Args x) { return x[0] * x[1]; }; })
      .Case([](arith::DivFOp) { return [](Args x) { return x[0] / x[1]; }; })
      .Case([](arith::NegFOp) { return [](Args x) { return -x[0]; }; })
      .Case<arith::ExtFOp, arith::TruncFOp, arith::ExtSIOp, arith::SIToFPOp>(
          [](auto) { return [](Args x) { return x[0]; }; })
      // Exact while a double holds them; sums that wrap around have no
      // reference.
      .Case([](arith::AddIOp) { return [](Args x) { return x[0] + x[1]; }; })
      .Case([](arith::MulIOp) { return [](Args x) { return x[0] * x[1]; }; })
      .Case([](arith::MaximumFOp) {
        return [](Args x) { return extremum(x[0], x[1], true, true); };
      })
      .Case([](arith::MinimumFOp) {
        return [](Args x) { return extremum(x[0], x[1], false, true); };
      })
      .Case([](arith::MaxNumFOp) {
        return [](Args x) { return extremum(x[0], x[1], true, false); };
      })
      .Case([](arith::MinNumFOp) {
        return [](Args x) { return extremum(x[0], x[1], false, false); };
      })
      .Case([](arith::CmpFOp cmp) {
        arith::CmpFPredicate predicate = cmp.getPredicate();
        return [predicate](Args x) { return compare(predicate, x[0], x[1]); };
      })
      .Case([](arith::SelectOp) {
        return [](Args x) { return x[0] != 0 ? x[1] : x[2]; };
      })
      .Case([](math::FmaOp) {
        return [](Args x) { return std::fma(x[0], x[1], x[2]); };
      })
      .Case([](math::ExpOp) { return [](Args x) { return std::exp(x[0]); }; })
      .Case([](math::Exp2Op) { return [](Args x) { return std::exp2(x[0]); }; })
      .Case([](math::LogOp) { return [](Args x) { return std::log(x[0]); }; })
      .Case([](math::TanhOp) { return [](Args x) { return std::tanh(x[0]); }; })
      .Case([](math::SinOp) { return [](Args x) { return std::sin(x[0]); }; })
      .Case([](math::CosOp) { return [](Args x) { return std::cos(x[0]); }; })
      .Case([](math::TanOp) { return [](Args x) { return std::tan(x[0]); }; })
      .Case([](math::AtanOp) { return [](Args x) { return std::atan(x[0]); }; })
      .Case(
          [](math::TruncOp) { return [](Args x) { return std::trunc(x[0]); }; })
      .Case([](math::ErfOp) { return [](Args x) { return std::erf(x[0]); }; })
      .Case([](math::SqrtOp) { return [](Args x) { return std::sqrt(x[0]); }; })
      .Case([](math::RsqrtOp) {
        return [](Args x) { return 1 / std::sqrt(x[0]); };
      })
      .Case([](math::AbsFOp) { return [](Args x) { return std::abs(x[0]); }; })
      .Default([](Operation *) { return Function(); });
}

/// How many roundings of the result's type an operation may be off by. Library
/// functions of the GPU are good to 2 units in the last place for f32 (CUDA
/// C++ Programming Guide, "Mathematical Functions").
static double getRoundings(Operation *op) {
  if (isa<arith::ExtFOp, arith::NegFOp, arith::MaximumFOp, arith::MinimumFOp,
          arith::MaxNumFOp, arith::MinNumFOp, arith::SelectOp, arith::CmpFOp,
          math::AbsFOp>(op))
    return 0;
  return isa<math::MathDialect>(op->getDialect()) ? 6 : 1;
}

llvm::Error run::evaluateScalar(Operation *op, ScalarMap &numbers) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    Number number;
    if (auto value = dyn_cast<FloatAttr>(constant.getValue()))
      number.value = value.getValueAsDouble();
    else if (auto value = dyn_cast<IntegerAttr>(constant.getValue()))
      number.value = static_cast<double>(value.getInt());
    else
      return makeError("there is no reference for a constant of this type");
    numbers[constant] = number;
    return llvm::Error::success();
  }
  Function function = getFunction(op);
  if (!function || op->getNumResults() != 1)
    return makeError("there is no reference for '" +
                     op->getName().getStringRef() + "'");
  SmallVector<Number> operands;
  SmallVector<double> point;
  for (Value operand : op->getOperands()) {
    auto it = numbers.find(operand);
    if (it == numbers.end())
      return makeError("an operand of '" + op->getName().getStringRef() +
                       "' has no reference");
    operands.push_back(it->second);
    point.push_back(it->second.value);
  }
  Number result;
  result.value = function(point);
  // The corners of the box of operand intervals.
  for (unsigned corner = 0; corner < (1u << operands.size()); ++corner) {
    bool moved = false;
    for (auto [i, operand] : llvm::enumerate(operands)) {
      point[i] = operand.value + ((corner >> i) & 1 ? 1 : -1) * operand.error;
      moved |= operand.error != 0;
    }
    // An uncertain condition may be either.
    if (isa<arith::SelectOp>(op) && operands[0].error != 0)
      point[0] = (corner & 1) ? 1 : 0;
    if (moved)
      result.error =
          std::max(result.error, std::abs(function(point) - result.value));
  }
  result.value = overflowAs(op->getResult(0).getType(), result.value);
  if (!std::isfinite(result.error) || !std::isfinite(result.value))
    result.error = 0;
  result.error += getRoundings(op) *
                  getRoundingError(op->getResult(0).getType(), result.value);
  numbers[op->getResult(0)] = result;
  return llvm::Error::success();
}

llvm::Expected<Number> run::evaluateBody(Block &body,
                                         ArrayRef<Number> arguments,
                                         const ScalarMap &outer) {
  ScalarMap numbers = outer;
  for (auto [argument, number] : llvm::zip(body.getArguments(), arguments))
    numbers[argument] = number;
  for (Operation &op : body.without_terminator())
    if (llvm::Error error = evaluateScalar(&op, numbers))
      return error;
  return numbers.lookup(body.getTerminator()->getOperand(0));
}

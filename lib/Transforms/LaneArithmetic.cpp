//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaneArithmetic.h"

#include <algorithm>
#include <numeric>

using namespace sparsegpu;

static bool isUniform(const LaneValue &value) {
  return std::all_of(value.lanes.begin(), value.lanes.end(),
                     [&](int64_t lane) { return lane == value.lanes[0]; });
}

static bool isExact(const LaneValue &value) { return value.slack == 0; }

static bool isPowerOfTwo(int64_t value) {
  return value > 0 && (value & (value - 1)) == 0;
}

/// Rounds down, for a positive divisor.
static int64_t floorDivide(int64_t value, int64_t divisor) {
  int64_t quotient = value / divisor;
  return quotient - (value % divisor < 0);
}

static bool anyNegative(const LaneValue &value) {
  return std::any_of(value.lanes.begin(), value.lanes.end(),
                     [](int64_t lane) { return lane < 0; });
}

static std::optional<LaneProblem>
multiply(const LaneValue &lhs, const LaneValue &rhs, LaneValue &result) {
  // (a + s j)(b + t k) = ab + a t k + b s j + s t j k: what is unknown is the
  // same for all lanes only if its factor is.
  if ((!isExact(rhs) && !isUniform(lhs)) || (!isExact(lhs) && !isUniform(rhs)))
    return LaneProblem{"multiplies what is not known by what lanes differ in"};
  bool overflows = false;
  auto times = [&](int64_t a, int64_t b) {
    int64_t product = 0;
    overflows |= __builtin_mul_overflow(a, b, &product);
    return product;
  };
  for (unsigned i = 0; i < 32; ++i)
    result.lanes[i] = times(lhs.lanes[i], rhs.lanes[i]);
  int64_t slacks[] = {times(lhs.lanes[0], rhs.slack),
                      times(rhs.lanes[0], lhs.slack),
                      times(lhs.slack, rhs.slack)};
  if (overflows)
    return LaneProblem{"overflows"};
  result.slack = std::gcd(std::gcd(slacks[0], slacks[1]), slacks[2]);
  result.nonNegative = lhs.nonNegative && rhs.nonNegative;
  return std::nullopt;
}

namespace {
enum class Sign { Floor, Unsigned, Signed };
} // namespace

/// Quotient or remainder by a known positive number.
static std::optional<LaneProblem> divide(const LaneValue &lhs,
                                         const LaneValue &rhs, Sign sign,
                                         bool remainder, LaneValue &result) {
  if (!isExact(rhs) || !isUniform(rhs) || rhs.lanes[0] <= 0)
    return LaneProblem{"divides by what is not a known positive number"};
  int64_t divisor = rhs.lanes[0];
  if (lhs.slack % divisor != 0)
    return LaneProblem{"is not known precisely enough"};
  // Rounding down is right for all that is not negative; low bits are right in
  // any case.
  bool negative = !lhs.nonNegative || anyNegative(lhs);
  bool onBits = sign == Sign::Unsigned && isPowerOfTwo(divisor) &&
                (remainder || (lhs.slack != 0 && isPowerOfTwo(lhs.slack)));
  if (negative && sign != Sign::Floor && !onBits)
    return LaneProblem{"divides what may be negative"};
  for (unsigned i = 0; i < 32; ++i) {
    int64_t quotient = floorDivide(lhs.lanes[i], divisor);
    result.lanes[i] = remainder ? lhs.lanes[i] - quotient * divisor : quotient;
  }
  result.slack = remainder ? 0 : lhs.slack / divisor;
  result.nonNegative = remainder || sign == Sign::Unsigned || !negative;
  return std::nullopt;
}

static std::optional<LaneProblem> combineBits(LaneOp op, const LaneValue &lhs,
                                              const LaneValue &rhs,
                                              LaneValue &result) {
  auto apply = [&](int64_t a, int64_t b) {
    return op == LaneOp::And ? a & b : op == LaneOp::Or ? a | b : a ^ b;
  };
  result.nonNegative = lhs.nonNegative && rhs.nonNegative;
  int64_t slack = std::gcd(lhs.slack, rhs.slack);
  if (slack == 0) {
    for (unsigned i = 0; i < 32; ++i)
      result.lanes[i] = apply(lhs.lanes[i], rhs.lanes[i]);
    return std::nullopt;
  }
  // The bits below that of the slack are exact.
  int64_t power = slack & -slack;
  if (op == LaneOp::And)
    for (const LaneValue *mask : {&lhs, &rhs}) {
      int64_t most = *std::max_element(mask->lanes.begin(), mask->lanes.end());
      if (!isExact(*mask) || anyNegative(*mask) || most >= power)
        continue;
      for (unsigned i = 0; i < 32; ++i)
        result.lanes[i] = lhs.lanes[i] & rhs.lanes[i] & (power - 1);
      result.slack = 0;
      result.nonNegative = true;
      return std::nullopt;
    }
  // Those above are one unknown, if lanes agree in them.
  for (const LaneValue *operand : {&lhs, &rhs})
    for (int64_t lane : operand->lanes)
      if (floorDivide(lane, power) != floorDivide(operand->lanes[0], power))
        return LaneProblem{"combines more bits than are known",
                           /*needsBits=*/true};
  for (unsigned i = 0; i < 32; ++i)
    result.lanes[i] = apply(lhs.lanes[i], rhs.lanes[i]) & (power - 1);
  result.slack = power;
  return std::nullopt;
}

static std::optional<LaneProblem> compare(LaneOp op, const LaneValue &lhs,
                                          const LaneValue &rhs,
                                          LaneValue &result) {
  if (!isExact(lhs) || !isExact(rhs))
    return LaneProblem{"compares what is not known"};
  if (op == LaneOp::UnsignedLess && (anyNegative(lhs) || anyNegative(rhs)))
    return LaneProblem{"compares what is negative as unsigned"};
  for (unsigned i = 0; i < 32; ++i) {
    int64_t a = lhs.lanes[i], b = rhs.lanes[i];
    result.lanes[i] = op == LaneOp::Min     ? std::min(a, b)
                      : op == LaneOp::Max   ? std::max(a, b)
                      : op == LaneOp::Equal ? a == b
                                            : a < b;
  }
  result.nonNegative = !anyNegative(result);
  return std::nullopt;
}

std::optional<LaneProblem> sparsegpu::evaluateLanes(LaneOp op,
                                                    const LaneValue &lhs,
                                                    const LaneValue &rhs,
                                                    LaneValue &result) {
  result.slack = 0;
  switch (op) {
  case LaneOp::Add:
  case LaneOp::Sub:
    for (unsigned i = 0; i < 32; ++i)
      if (op == LaneOp::Add ? __builtin_add_overflow(lhs.lanes[i], rhs.lanes[i],
                                                     &result.lanes[i])
                            : __builtin_sub_overflow(lhs.lanes[i], rhs.lanes[i],
                                                     &result.lanes[i]))
        return LaneProblem{"overflows"};
    result.slack = std::gcd(lhs.slack, rhs.slack);
    result.nonNegative = op == LaneOp::Add
                             ? lhs.nonNegative && rhs.nonNegative
                             : result.slack == 0 && !anyNegative(result);
    return std::nullopt;
  case LaneOp::Mul:
    return multiply(lhs, rhs, result);
  case LaneOp::FloorDiv:
    return divide(lhs, rhs, Sign::Floor, false, result);
  case LaneOp::FloorMod:
    return divide(lhs, rhs, Sign::Floor, true, result);
  case LaneOp::UnsignedDiv:
    return divide(lhs, rhs, Sign::Unsigned, false, result);
  case LaneOp::UnsignedMod:
    return divide(lhs, rhs, Sign::Unsigned, true, result);
  case LaneOp::SignedDiv:
    return divide(lhs, rhs, Sign::Signed, false, result);
  case LaneOp::SignedMod:
    return divide(lhs, rhs, Sign::Signed, true, result);
  case LaneOp::CeilDiv: {
    // ceil(a / b) = -floor(-a / b)
    LaneValue negated = lhs;
    for (int64_t &lane : negated.lanes)
      lane = -lane;
    std::optional<LaneProblem> problem =
        divide(negated, rhs, Sign::Floor, false, result);
    for (int64_t &lane : result.lanes)
      lane = -lane;
    result.nonNegative = lhs.nonNegative;
    return problem;
  }
  case LaneOp::And:
  case LaneOp::Or:
  case LaneOp::Xor:
    return combineBits(op, lhs, rhs, result);
  case LaneOp::Min:
  case LaneOp::Max:
  case LaneOp::Equal:
  case LaneOp::Less:
  case LaneOp::UnsignedLess:
    return compare(op, lhs, rhs, result);
  default:
    return LaneProblem{"has no two operands"};
  }
}

std::optional<LaneProblem> sparsegpu::selectLanes(const LaneValue &condition,
                                                  const LaneValue &ifTrue,
                                                  const LaneValue &ifFalse,
                                                  LaneValue &result) {
  if (!isExact(condition))
    return LaneProblem{"selects by what is not known"};
  if (isUniform(condition)) {
    result = condition.lanes[0] ? ifTrue : ifFalse;
    return std::nullopt;
  }
  if (!isExact(ifTrue) || !isExact(ifFalse))
    return LaneProblem{"selects what is not known, by lane"};
  for (unsigned i = 0; i < 32; ++i)
    result.lanes[i] = condition.lanes[i] ? ifTrue.lanes[i] : ifFalse.lanes[i];
  result.slack = 0;
  result.nonNegative = !anyNegative(result);
  return std::nullopt;
}

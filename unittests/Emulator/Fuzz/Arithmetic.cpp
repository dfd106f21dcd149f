//===- Arithmetic.cpp - Operations of the fuzzer's reference --------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In software (APInt, APFloat), so it shares nothing with the code that the
// host's compiler makes of a kernel.
//
//===----------------------------------------------------------------------===//

#include "Reference.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APInt.h"
#include "llvm/ADT/APSInt.h"
#include "llvm/Support/ErrorHandling.h"

using namespace llvm;
using namespace sparsegpu::emulator::fuzz;
using FuzzType = sparsegpu::emulator::fuzz::Type;

static const fltSemantics &semantics(FuzzType type) {
  return type == FuzzType::F16   ? APFloat::IEEEhalf()
         : type == FuzzType::F32 ? APFloat::IEEEsingle()
                                 : APFloat::IEEEdouble();
}
static constexpr auto kNearest = APFloat::rmNearestTiesToEven;

static uint64_t compareIntegers(unsigned how, const APInt &a, const APInt &b) {
  switch (how) {
  case 0:
    return a == b;
  case 1:
    return a != b;
  case 2:
    return a.ult(b);
  case 3:
    return a.ule(b);
  case 4:
    return a.slt(b);
  default:
    return a.sle(b);
  }
}

static uint64_t compareFloats(unsigned how, const APFloat &a,
                              const APFloat &b) {
  APFloat::cmpResult order = a.compare(b);
  bool less = order == APFloat::cmpLessThan;
  bool equal = order == APFloat::cmpEqual;
  bool unordered = order == APFloat::cmpUnordered;
  switch (how) {
  case 0:
    return equal;
  case 1:
    return less;
  case 2:
    return less || equal;
  case 3:
    return !equal;
  default:
    return less || unordered;
  }
}

static APInt onIntegers(const Expr &expr, const std::vector<APInt> &x) {
  unsigned bits = bitsOf(expr.type);
  auto amount = [&](unsigned i) {
    return unsigned(x[i].getZExtValue() % bits);
  };
  switch (expr.op) {
  case Op::Add:
    return x[0] + x[1];
  case Op::Sub:
    return x[0] - x[1];
  case Op::Mul:
    return x[0] * x[1];
  case Op::And:
    return x[0] & x[1];
  case Op::Or:
    return x[0] | x[1];
  case Op::Xor:
    return x[0] ^ x[1];
  case Op::Shl:
    return x[0].shl(amount(1));
  case Op::LShr:
    return x[0].lshr(amount(1));
  case Op::AShr:
    return x[0].ashr(amount(1));
  case Op::UDiv:
    return x[0].udiv(x[1] | 1);
  case Op::URem:
    return x[0].urem(x[1] | 1);
  case Op::SDiv:
    return x[0].sdiv((x[1] & 7) + 1);
  case Op::SRem:
    return x[0].srem((x[1] & 7) + 1);
  case Op::UMin:
    return x[0].ult(x[1]) ? x[0] : x[1];
  case Op::UMax:
    return x[0].ult(x[1]) ? x[1] : x[0];
  case Op::SMin:
    return x[0].slt(x[1]) ? x[0] : x[1];
  case Op::SMax:
    return x[0].slt(x[1]) ? x[1] : x[0];
  case Op::FShl: {
    unsigned n = amount(2);
    return n == 0 ? x[0] : x[0].shl(n) | x[1].lshr(bits - n);
  }
  case Op::CtPop:
    return APInt(bits, x[0].popcount());
  case Op::CtLz:
    return APInt(bits, x[0].countl_zero());
  case Op::BSwap:
    return x[0].byteSwap();
  case Op::BitReverse:
    return x[0].reverseBits();
  case Op::Trunc:
    return x[0].trunc(bits);
  case Op::ZExt:
    return x[0].zext(bits);
  case Op::SExt:
    return x[0].sext(bits);
  default:
    llvm_unreachable("not an operation on integers");
  }
}

static APFloat onFloats(const Expr &expr, std::vector<APFloat> x) {
  switch (expr.op) {
  case Op::FAdd:
    x[0].add(x[1], kNearest);
    break;
  case Op::FSub:
    x[0].subtract(x[1], kNearest);
    break;
  case Op::FMul:
    x[0].multiply(x[1], kNearest);
    break;
  case Op::FDiv:
    x[0].divide(x[1], kNearest);
    break;
  case Op::FMA:
    x[0].fusedMultiplyAdd(x[1], x[2], kNearest);
    break;
  case Op::FNeg:
    x[0].changeSign();
    break;
  case Op::FAbs:
    x[0].clearSign();
    break;
  case Op::FPExt:
  case Op::FPTrunc: {
    bool inexact;
    x[0].convert(semantics(expr.type), kNearest, &inexact);
    break;
  }
  default:
    llvm_unreachable("not an operation on floats");
  }
  return x[0];
}

uint64_t sparsegpu::emulator::fuzz::evaluateOperation(
    const Expr &expr, const std::vector<uint64_t> &args) {
  if (expr.op == Op::Select)
    return args[0] ? args[1] : args[2];
  FuzzType from = expr.args[0].type;
  unsigned bits = bitsOf(from);
  if (!isFloat(from)) {
    std::vector<APInt> x;
    for (uint64_t value : args)
      x.push_back(APInt(bits, value));
    if (expr.op == Op::ICmp)
      return compareIntegers(expr.value, x[0], x[1]);
    if (expr.op == Op::SIToFP || expr.op == Op::UIToFP) {
      APFloat value(semantics(expr.type));
      value.convertFromAPInt(x[0], expr.op == Op::SIToFP, kNearest);
      return value.bitcastToAPInt().getZExtValue();
    }
    return onIntegers(expr, x).getZExtValue();
  }
  std::vector<APFloat> x;
  for (uint64_t value : args)
    x.push_back(APFloat(semantics(from), APInt(bits, value)));
  if (expr.op == Op::FCmp)
    return compareFloats(expr.value, x[0], x[1]);
  if (expr.op == Op::FPToSI) {
    APSInt value(bitsOf(expr.type), /*isUnsigned=*/false);
    bool exact;
    x[0].convertToInteger(value, APFloat::rmTowardZero, &exact);
    return value.getZExtValue();
  }
  return onFloats(expr, std::move(x)).bitcastToAPInt().getZExtValue();
}

uint64_t sparsegpu::emulator::fuzz::combine(unsigned operation, FuzzType type,
                                            uint64_t a, uint64_t b) {
  static const Op ops[kAtomics] = {Op::Add,  Op::And,  Op::Or,   Op::Xor,
                                   Op::UMin, Op::UMax, Op::SMin, Op::SMax};
  Expr expr{ops[operation], type, 0, {Expr{Op::Constant, type, 0, {}}}};
  return evaluateOperation(expr, {a, b});
}

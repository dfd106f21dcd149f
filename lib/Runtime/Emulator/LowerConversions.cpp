//===- LowerConversions.cpp - Conversions between number types ------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "cvt". Between floating point and integers: rounded as named, out of
// range clamped, NaN to zero.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace sparsegpu::emulator;

static Value *flush(IRBuilder<> &b, Value *x) {
  Value *smallest = ConstantFP::get(
      x->getType(),
      APFloat::getSmallestNormalized(x->getType()->getFltSemantics()));
  Value *isSmall =
      b.CreateFCmpOLT(b.CreateUnaryIntrinsic(Intrinsic::fabs, x), smallest);
  Value *zero = b.CreateBinaryIntrinsic(Intrinsic::copysign,
                                        ConstantFP::get(x->getType(), 0.0), x);
  return b.CreateSelect(isSmall, zero, x);
}

static Intrinsic::ID roundingIntrinsic(char rounding) {
  switch (rounding) {
  case 'n':
    return Intrinsic::roundeven;
  case 'm':
    return Intrinsic::floor;
  case 'p':
    return Intrinsic::ceil;
  default:
    return Intrinsic::trunc;
  }
}

/// {f,d}2{i,ui,ll,ull}.{rn,rz,rm,rp}[.ftz]
static LowerFn floatToInteger(bool isSigned, char rounding, bool ftz) {
  return [=](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
    Value *x = call.getArgOperand(0);
    if (ftz)
      x = flush(b, x);
    x = b.CreateUnaryIntrinsic(roundingIntrinsic(rounding), x);
    Intrinsic::ID id = isSigned ? Intrinsic::fptosi_sat : Intrinsic::fptoui_sat;
    return b.CreateIntrinsic(id, {call.getType(), x->getType()}, {x});
  };
}

/// {i,ui,ll,ull}2{f,d}.{rn,rz,rm,rp}
static LowerFn integerToFloat(bool isSigned, char rounding) {
  return [=](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
    Value *x = call.getArgOperand(0);
    bool exact = x->getType()->isIntegerTy(32) && call.getType()->isDoubleTy();
    if (rounding == 'n' || exact)
      return isSigned ? b.CreateSIToFP(x, call.getType())
                      : b.CreateUIToFP(x, call.getType());
    x = isSigned ? b.CreateSExt(x, b.getInt64Ty())
                 : b.CreateZExt(x, b.getInt64Ty());
    std::string name = std::string(isSigned ? "s64to" : "u64to") +
                       (call.getType()->isFloatTy() ? "f." : "d.") + rounding;
    return l.callPure(b, name, call.getType(), {x});
  };
}

/// d2f.{rn,rz,rm,rp}[.ftz]
static LowerFn doubleToFloat(char rounding, bool ftz) {
  return [=](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
    Value *x = call.getArgOperand(0);
    Value *result = rounding == 'n'
                        ? b.CreateFPTrunc(x, b.getFloatTy())
                        : l.callPure(b, std::string("dtof.") + rounding,
                                     b.getFloatTy(), {x});
    return ftz ? flush(b, result) : result;
  };
}

static LowerFn lookupRounded(StringRef name) {
  auto [head, modifiers] = name.split('.');
  auto [from, to] = head.split('2');
  bool ftz = modifiers.consume_back(".ftz");
  if (modifiers.size() != 2 || modifiers[0] != 'r' ||
      !StringRef("nzmp").contains(modifiers[1]))
    return {};
  char rounding = modifiers[1];
  auto isInteger = [](StringRef s) {
    return s == "i" || s == "ui" || s == "ll" || s == "ull";
  };
  auto isFloat = [](StringRef s) { return s == "f" || s == "d"; };
  if (isFloat(from) && isInteger(to))
    return floatToInteger(!to.starts_with("u"), rounding, ftz);
  if (isInteger(from) && isFloat(to) && !ftz)
    return integerToFloat(!from.starts_with("u"), rounding);
  if (from == "d" && to == "f")
    return doubleToFloat(rounding, ftz);
  return {};
}

/// `y`, which is `x` rounded to nearest, as `x` rounded toward zero: one step
/// back if it went beyond, which makes the largest number of an infinity.
static Value *stepToZero(IRBuilder<> &b, Value *x, Value *y) {
  Value *magnitude = b.CreateUnaryIntrinsic(Intrinsic::fabs, x);
  Value *rounded =
      b.CreateUnaryIntrinsic(Intrinsic::fabs, b.CreateFPExt(y, x->getType()));
  Value *bits = b.CreateBitCast(y, b.getInt16Ty());
  Value *back = b.CreateSub(bits, b.getInt16(1));
  bits = b.CreateSelect(b.CreateFCmpOGT(rounded, magnitude), back, bits);
  return b.CreateBitCast(bits, y->getType());
}

/// {f,ff}2{f16,bf16}[x2].{rn,rz}[.relu][.satfinite]; the first operand of a
/// pair goes to the upper half.
static LowerFn lookupNarrow(StringRef name) {
  bool satfinite = name.consume_back(".satfinite");
  bool relu = name.consume_back(".relu");
  bool toZero = name.consume_back(".rz");
  if (!toZero && !name.consume_back(".rn"))
    return {};
  bool pair = name == "ff2f16x2" || name == "ff2bf16x2";
  if (!pair && name != "f2f16" && name != "f2bf16")
    return {};
  return [=](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
    Type *narrow = call.getType()->getScalarType();
    auto convert = [&](Value *x) -> Value * {
      if (relu)
        x = b.CreateBinaryIntrinsic(Intrinsic::maximum, x,
                                    ConstantFP::get(x->getType(), 0.0));
      Value *y = b.CreateFPTrunc(x, narrow);
      if (toZero)
        y = stepToZero(b, x, y);
      if (satfinite) {
        // Beyond the largest number, that number; NaN stays.
        Value *limit = ConstantFP::get(
            narrow, APFloat::getLargest(narrow->getFltSemantics()));
        y = b.CreateBinaryIntrinsic(Intrinsic::minimum, y, limit);
        y = b.CreateBinaryIntrinsic(Intrinsic::maximum, y, b.CreateFNeg(limit));
      }
      return y;
    };
    if (!pair)
      return convert(call.getArgOperand(0));
    Value *result = PoisonValue::get(call.getType());
    result = b.CreateInsertElement(result, convert(call.getArgOperand(1)),
                                   uint64_t(0));
    return b.CreateInsertElement(result, convert(call.getArgOperand(0)),
                                 uint64_t(1));
  };
}

/// f2tf32.{rna,rn,rz}[.relu][.satfinite]: 10 bits of mantissa; .rna has ties
/// away from zero, .rn to even.
static LowerFn lookupTF32(StringRef name) {
  bool satfinite = name.consume_back(".satfinite");
  bool relu = name.consume_back(".relu");
  if (name != "f2tf32.rna" && name != "f2tf32.rn" && name != "f2tf32.rz")
    return {};
  return [mode = name.str(), satfinite, relu](CallInst &call, IRBuilder<> &b,
                                              Lowering &) -> Value * {
    constexpr unsigned dropped = 13;
    constexpr uint32_t infinity = 0x7f800000;
    Value *x = call.getArgOperand(0);
    if (relu)
      x = b.CreateBinaryIntrinsic(Intrinsic::maximum, x,
                                  ConstantFP::get(x->getType(), 0.0));
    Value *bits = b.CreateBitCast(x, b.getInt32Ty());
    Value *increment = b.getInt32(0);
    if (mode == "f2tf32.rna") {
      increment = b.getInt32(1u << (dropped - 1));
    } else if (mode == "f2tf32.rn") {
      Value *odd = b.CreateAnd(b.CreateLShr(bits, dropped), b.getInt32(1));
      increment = b.CreateAdd(odd, b.getInt32((1u << (dropped - 1)) - 1));
    }
    Value *rounded =
        b.CreateAnd(b.CreateAdd(bits, increment), b.getInt32(~0u << dropped));
    // Infinity and NaN have no mantissa to round.
    Value *exponent = b.CreateAnd(bits, b.getInt32(infinity));
    Value *isSpecial = b.CreateICmpEQ(exponent, b.getInt32(infinity));
    Value *result = b.CreateSelect(isSpecial, bits, rounded);
    if (!satfinite)
      return result;
    // The largest number of tf32 is one step before infinity.
    Value *magnitude = b.CreateAnd(result, b.getInt32(0x7fffffff));
    return b.CreateSelect(b.CreateICmpEQ(magnitude, b.getInt32(infinity)),
                          b.CreateSub(result, b.getInt32(1u << dropped)),
                          result);
  };
}

/// Moves of bits, and f2h.rn, which gives the bits of a half as an i16.
static LowerFn lookupBits(StringRef name) {
  if (name == "f2h.rn" || name == "f2h.rn.ftz")
    return [ftz = name.ends_with("ftz")](CallInst &call, IRBuilder<> &b,
                                         Lowering &) -> Value * {
      Value *x = call.getArgOperand(0);
      if (ftz)
        x = flush(b, x);
      return b.CreateBitCast(b.CreateFPTrunc(x, b.getHalfTy()), b.getInt16Ty());
    };
  if (name == "bf2h.rn" || name == "bf2h.rn.ftz")
    return [ftz = name.ends_with("ftz")](CallInst &call, IRBuilder<> &b,
                                         Lowering &) -> Value * {
      Value *x = b.CreateFPExt(call.getArgOperand(0), b.getFloatTy());
      if (ftz)
        x = flush(b, x);
      return b.CreateBitCast(b.CreateFPTrunc(x, b.getHalfTy()), b.getInt16Ty());
    };
  if (name == "d2i.lo" || name == "d2i.hi")
    return [high = name == "d2i.hi"](CallInst &call, IRBuilder<> &b,
                                     Lowering &) -> Value * {
      Value *bits = b.CreateBitCast(call.getArgOperand(0), b.getInt64Ty());
      return b.CreateTrunc(high ? b.CreateLShr(bits, 32) : bits,
                           b.getInt32Ty());
    };
  if (name == "lohi.i2d")
    return [](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
      Value *low = b.CreateZExt(call.getArgOperand(0), b.getInt64Ty());
      Value *high = b.CreateZExt(call.getArgOperand(1), b.getInt64Ty());
      return b.CreateBitCast(b.CreateOr(low, b.CreateShl(high, 32)),
                             b.getDoubleTy());
    };
  return {};
}

LowerFn sparsegpu::emulator::lookupConversion(StringRef name) {
  for (auto *lookup : {lookupBits, lookupNarrow, lookupTF32, lookupRounded})
    if (LowerFn fn = lookup(name))
      return fn;
  return {};
}

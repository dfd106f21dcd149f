//===- LowerIntegers.cpp - Integer arithmetic -----------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "Integer Arithmetic Instructions", "shf".
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace sparsegpu::emulator;

static Value *extend(IRBuilder<> &b, Value *x, Type *type, bool isSigned) {
  return isSigned ? b.CreateSExt(x, type) : b.CreateZExt(x, type);
}

/// mulhi: the upper half of the product.
static LowerFn lookupMulHi(StringRef name) {
  if (!name.consume_front("mulhi."))
    return {};
  bool isSigned = !name.starts_with("u");
  return [=](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
    unsigned bits = call.getType()->getIntegerBitWidth();
    Type *wide = b.getIntNTy(2 * bits);
    Value *product =
        b.CreateMul(extend(b, call.getArgOperand(0), wide, isSigned),
                    extend(b, call.getArgOperand(1), wide, isSigned));
    return b.CreateTrunc(b.CreateLShr(product, bits), call.getType());
  };
}

/// mul24: the low 32 bits of the product of the low 24 bits.
static LowerFn lookupMul24(StringRef name) {
  if (name != "mul24.i" && name != "mul24.ui")
    return {};
  return [isSigned = name == "mul24.i"](CallInst &call, IRBuilder<> &b,
                                        Lowering &) -> Value * {
    auto narrow = [&](Value *x) {
      return extend(b, b.CreateTrunc(x, b.getIntNTy(24)), b.getInt32Ty(),
                    isSigned);
    };
    return b.CreateMul(narrow(call.getArgOperand(0)),
                       narrow(call.getArgOperand(1)));
  };
}

/// sad: c + |a - b|.
static LowerFn lookupSad(StringRef name) {
  if (!name.consume_front("sad."))
    return {};
  bool isSigned = !name.starts_with("u");
  return [=](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
    Value *x = call.getArgOperand(0), *y = call.getArgOperand(1);
    Value *less = isSigned ? b.CreateICmpSLT(x, y) : b.CreateICmpULT(x, y);
    Value *difference =
        b.CreateSelect(less, b.CreateSub(y, x), b.CreateSub(x, y));
    return b.CreateAdd(call.getArgOperand(2), difference);
  };
}

/// idp4a and idp2a: dot products of bytes. idp2a takes halfwords of a and two
/// bytes of b, the upper ones if its flag is set.
static LowerFn lookupDotProduct(StringRef name) {
  bool four = name.consume_front("idp4a.");
  if (!four && !name.consume_front("idp2a."))
    return {};
  auto [first, second] = name.split('.');
  if (first.size() != 1 || second.size() != 1)
    return {};
  bool aSigned = first == "s", bSigned = second == "s";
  return [=](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
    auto part = [&](Value *x, Value *shift, unsigned bits, bool isSigned) {
      return extend(b, b.CreateTrunc(b.CreateLShr(x, shift), b.getIntNTy(bits)),
                    b.getInt32Ty(), isSigned);
    };
    Value *x = call.getArgOperand(0), *y = call.getArgOperand(1);
    Value *base = b.getInt32(0);
    if (!four)
      base =
          b.CreateSelect(call.getArgOperand(2), b.getInt32(16), b.getInt32(0));
    Value *sum = call.getArgOperand(four ? 2 : 3);
    for (unsigned i = 0, e = four ? 4 : 2; i < e; ++i) {
      Value *p =
          part(x, b.getInt32(i * (four ? 8 : 16)), four ? 8 : 16, aSigned);
      Value *q = part(y, b.CreateAdd(base, b.getInt32(8 * i)), 8, bSigned);
      sum = b.CreateAdd(sum, b.CreateMul(p, q));
    }
    return sum;
  };
}

/// fshl.clamp, fshr.clamp: a funnel shift by min(n, 32).
static LowerFn lookupFunnelShift(StringRef name) {
  name.consume_back(".i32");
  if (name != "fshl.clamp" && name != "fshr.clamp")
    return {};
  return [left = name == "fshl.clamp"](CallInst &call, IRBuilder<> &b,
                                       Lowering &) -> Value * {
    Type *wide = b.getInt64Ty();
    Value *high = b.CreateZExt(call.getArgOperand(0), wide);
    Value *low = b.CreateZExt(call.getArgOperand(1), wide);
    Value *both = b.CreateOr(b.CreateShl(high, 32), low);
    Value *amount = b.CreateZExt(b.CreateBinaryIntrinsic(Intrinsic::umin,
                                                         call.getArgOperand(2),
                                                         b.getInt32(32)),
                                 wide);
    Value *shifted = left ? b.CreateLShr(b.CreateShl(both, amount), 32)
                          : b.CreateLShr(both, amount);
    return b.CreateTrunc(shifted, b.getInt32Ty());
  };
}

LowerFn sparsegpu::emulator::lookupInteger(StringRef name) {
  for (auto *lookup : {lookupMulHi, lookupMul24, lookupSad, lookupDotProduct,
                       lookupFunnelShift})
    if (LowerFn fn = lookup(name))
      return fn;
  return {};
}

//===- LowerBits.cpp - Fields, searches and permutations of bits ----------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "bfind", "fns", "bmsk", "szext", "prmt".
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace sparsegpu::emulator;

/// `value` shifted left, or zero for a shift of 32 and more.
static Value *shiftOut(IRBuilder<> &b, Value *value, Value *amount) {
  Value *wide = b.CreateShl(b.CreateZExt(value, b.getInt64Ty()),
                            b.CreateZExt(amount, b.getInt64Ty()));
  return b.CreateTrunc(wide, b.getInt32Ty());
}

/// How the two modes of bmsk and szext bound a number of bits.
static Value *bound(IRBuilder<> &b, Value *bits, bool clamp) {
  return clamp ? b.CreateBinaryIntrinsic(Intrinsic::umin, bits, b.getInt32(32))
               : b.CreateAnd(bits, b.getInt32(31));
}

/// bmsk.{clamp,wrap}(position, width): `width` ones from `position` on.
static LowerFn lookupMask(StringRef name) {
  if (name != "bmsk.clamp" && name != "bmsk.wrap")
    return {};
  return [clamp = name == "bmsk.clamp"](CallInst &call, IRBuilder<> &b,
                                        Lowering &) -> Value * {
    Value *position = bound(b, call.getArgOperand(0), clamp);
    Value *width = bound(b, call.getArgOperand(1), clamp);
    Value *ones = b.CreateNot(shiftOut(b, b.getInt32(~0u), width));
    return shiftOut(b, ones, position);
  };
}

/// {sext,zext}.{clamp,wrap}(value, bits): the lowest bits, extended.
static LowerFn lookupExtend(StringRef name) {
  auto [op, mode] = name.split('.');
  if ((op != "sext" && op != "zext") || (mode != "clamp" && mode != "wrap"))
    return {};
  return [isSigned = op == "sext", clamp = mode == "clamp"](
             CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
    Type *wide = b.getInt64Ty();
    Value *bits = b.CreateZExt(bound(b, call.getArgOperand(1), clamp), wide);
    Value *up = b.CreateSub(b.getInt64(64), bits);
    // A shift by 64 is none of LLVM's; no bits give zero.
    Value *none = b.CreateICmpEQ(bits, b.getInt64(0));
    up = b.CreateSelect(none, b.getInt64(0), up);
    Value *value = b.CreateShl(b.CreateZExt(call.getArgOperand(0), wide), up);
    value = isSigned ? b.CreateAShr(value, up) : b.CreateLShr(value, up);
    value = b.CreateSelect(none, b.getInt64(0), value);
    return b.CreateTrunc(value, b.getInt32Ty());
  };
}

/// flo.{u,s}(value, shiftamt): the highest bit that is not the sign, or how far
/// it would have to be shifted; all ones if there is none.
static LowerFn lookupFindLeadingOne(StringRef name) {
  if (!name.consume_front("flo."))
    return {};
  bool isSigned = name.consume_front("s");
  if (!isSigned && !name.consume_front("u"))
    return {};
  return [isSigned](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
    Value *x = call.getArgOperand(0);
    unsigned width = x->getType()->getIntegerBitWidth();
    if (isSigned)
      x = b.CreateXor(
          x, b.CreateAShr(x, ConstantInt::get(x->getType(), width - 1)));
    Value *shift = b.CreateZExtOrTrunc(
        b.CreateBinaryIntrinsic(Intrinsic::ctlz, x, b.getFalse()),
        b.getInt32Ty());
    Value *position = b.CreateSub(b.getInt32(width - 1), shift);
    bool asShift = !cast<ConstantInt>(call.getArgOperand(1))->isZero();
    Value *isZero = b.CreateICmpEQ(x, ConstantInt::get(x->getType(), 0));
    return b.CreateSelect(isZero, b.getInt32(~0u), asShift ? shift : position);
  };
}

/// prmt: each nibble of the selector names one of eight bytes, its top bit asks
/// for that byte's sign instead.
static Value *permute(IRBuilder<> &b, Value *low, Value *high,
                      Value *selector) {
  Type *wide = b.getInt64Ty();
  Value *bytes = b.CreateOr(b.CreateZExt(low, wide),
                            b.CreateShl(b.CreateZExt(high, wide), 32));
  Value *result = b.getInt32(0);
  for (unsigned i = 0; i < 4; ++i) {
    Value *nibble = b.CreateLShr(selector, 4 * i);
    Value *shift = b.CreateShl(b.CreateAnd(nibble, b.getInt32(7)), 3);
    Value *byte = b.CreateTrunc(b.CreateLShr(bytes, b.CreateZExt(shift, wide)),
                                b.getInt8Ty());
    Value *sign = b.CreateAShr(byte, b.getInt8(7));
    Value *wantsSign =
        b.CreateICmpNE(b.CreateAnd(nibble, b.getInt32(8)), b.getInt32(0));
    byte = b.CreateSelect(wantsSign, sign, byte);
    result = b.CreateOr(result,
                        b.CreateShl(b.CreateZExt(byte, b.getInt32Ty()), 8 * i));
  }
  return result;
}

/// prmt[.mode]. A mode turns the two lowest bits of its operand into one of
/// four selectors (the table of PTX, lowest first).
static LowerFn lookupPermute(StringRef name) {
  if (!name.consume_front("prmt"))
    return {};
  if (name.empty())
    return [](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
      return permute(b, call.getArgOperand(0), call.getArgOperand(1),
                     call.getArgOperand(2));
    };
  uint64_t selectors = StringSwitch<uint64_t>(name)
                           .Case(".f4e", 0x6543'5432'4321'3210)
                           .Case(".b4e", 0x0123'7012'6701'5670)
                           .Case(".rc8", 0x3333'2222'1111'0000)
                           .Case(".ecl", 0x3333'3222'3211'3210)
                           .Case(".ecr", 0x3210'2210'1110'0000)
                           .Case(".rc16", 0x3232'1010'3232'1010)
                           .Default(0);
  if (!selectors)
    return {};
  return [selectors](CallInst &call, IRBuilder<> &b, Lowering &) -> Value * {
    // The modes of one source have two operands.
    unsigned last = call.arg_size() - 1;
    Value *shift = b.CreateShl(
        b.CreateAnd(call.getArgOperand(last), b.getInt32(3)), b.getInt32(4));
    Value *selector =
        b.CreateTrunc(b.CreateLShr(b.getInt64(selectors),
                                   b.CreateZExt(shift, b.getInt64Ty())),
                      b.getInt16Ty());
    return permute(b, call.getArgOperand(0),
                   last == 2 ? call.getArgOperand(1) : b.getInt32(0),
                   b.CreateZExt(selector, b.getInt32Ty()));
  };
}

LowerFn sparsegpu::emulator::lookupBitOperation(StringRef name) {
  for (auto *lookup :
       {lookupMask, lookupExtend, lookupFindLeadingOne, lookupPermute})
    if (LowerFn fn = lookup(name))
      return fn;
  if (name == "fns")
    return [](CallInst &call, IRBuilder<> &b, Lowering &l) -> Value * {
      SmallVector<Value *> operands(call.args());
      return l.callPure(b, "fns", b.getInt32Ty(), operands);
    };
  return {};
}

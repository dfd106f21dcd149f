//===- LowerFloat8.cpp - Conversions of 8-bit floating point --------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "cvt": .e4m3x2 and .e5m2x2 (sm_89) from pairs of f32 or f16 and to
// pairs of f16. Narrowing rounds to nearest even and saturates, as .satfinite,
// which PTX demands, says.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

using namespace llvm;
using namespace sparsegpu::emulator;

/// `value`, a float, as the low eight bits of an i32.
static Value *narrow(IRBuilder<> &b, Lowering &l, Value *value, bool isE5M2,
                     bool relu) {
  if (relu) // NaN stays.
    value = b.CreateBinaryIntrinsic(Intrinsic::maximum, value,
                                    ConstantFP::get(value->getType(), 0.0));
  return l.callPure(b, "float8.narrow", b.getInt32Ty(),
                    {value, b.getInt32(isE5M2)});
}

LowerFn sparsegpu::emulator::lookupFloat8(StringRef name) {
  bool relu = name.consume_back(".relu");
  if (!name.consume_back(".rn"))
    return {};
  auto [from, to] = name.split(".to.");
  auto isFloat8 = [](StringRef type) {
    return type == "e4m3x2" || type == "e5m2x2";
  };
  if (from == "ff" && isFloat8(to))
    // The first operand goes to the upper half.
    return [relu, isE5M2 = to == "e5m2x2"](CallInst &call, IRBuilder<> &b,
                                           Lowering &l) -> Value * {
      Value *high = narrow(b, l, call.getArgOperand(0), isE5M2, relu);
      Value *low = narrow(b, l, call.getArgOperand(1), isE5M2, relu);
      return b.CreateTrunc(b.CreateOr(b.CreateShl(high, 8), low),
                           call.getType());
    };
  if (from == "f16x2" && isFloat8(to))
    return [relu, isE5M2 = to == "e5m2x2"](CallInst &call, IRBuilder<> &b,
                                           Lowering &l) -> Value * {
      Value *result = b.getInt32(0);
      for (uint64_t i = 0; i < 2; ++i) {
        Value *x = b.CreateFPExt(
            b.CreateExtractElement(call.getArgOperand(0), i), b.getFloatTy());
        result = b.CreateOr(result,
                            b.CreateShl(narrow(b, l, x, isE5M2, relu), 8 * i));
      }
      return b.CreateTrunc(result, call.getType());
    };
  if (isFloat8(from) && to == "f16x2")
    return [relu, isE5M2 = from == "e5m2x2"](CallInst &call, IRBuilder<> &b,
                                             Lowering &l) -> Value * {
      Value *bits = b.CreateZExt(call.getArgOperand(0), b.getInt32Ty());
      Value *result = PoisonValue::get(call.getType());
      for (uint64_t i = 0; i < 2; ++i) {
        Value *byte = b.CreateAnd(b.CreateLShr(bits, 8 * i), b.getInt32(0xff));
        Value *half = b.CreateBitCast(
            b.CreateTrunc(l.callPure(b, "float8.widen", b.getInt32Ty(),
                                     {byte, b.getInt32(isE5M2)}),
                          b.getInt16Ty()),
            b.getHalfTy());
        if (relu)
          half = b.CreateBinaryIntrinsic(Intrinsic::maximum, half,
                                         ConstantFP::get(b.getHalfTy(), 0.0));
        result = b.CreateInsertElement(result, half, i);
      }
      return result;
    };
  return {};
}

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Inline PTX that has a meaning in LLVM IR: the statements that CUDA's
// libdevice holds (tanh, sin, cos and others). What is not known here stays,
// and Coverage.cpp refuses it by name.
//
//===----------------------------------------------------------------------===//

#include "Transforms.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"

using namespace llvm;

/// A subnormal `value` as a zero of its sign (PTX ISA, ".ftz").
static Value *flush(IRBuilder<> &b, Value *value) {
  const fltSemantics &semantics = value->getType()->getFltSemantics();
  Value *smallest = ConstantFP::get(b.getContext(),
                                    APFloat::getSmallestNormalized(semantics));
  Value *magnitude = b.CreateUnaryIntrinsic(Intrinsic::fabs, value);
  Value *zero = ConstantFP::getZero(value->getType());
  return b.CreateSelect(
      b.CreateFCmpOLT(magnitude, smallest),
      b.CreateBinaryIntrinsic(Intrinsic::copysign, zero, value), value);
}

/// The statement without what formatting may change.
static std::string normalise(StringRef text) {
  std::string result;
  for (char c : text)
    if (!isSpace(c))
      result.push_back(c);
  return result;
}

/// What `call` computes, as IR before it; null if the statement is not known.
static Value *expand(CallInst &call, StringRef statement) {
  IRBuilder<> b(&call);
  auto operand = [&](unsigned i) { return call.getArgOperand(i); };
  Type *type = call.getType();
  // PTX ISA, "rcp.approx.ftz.f32", "rsqrt.approx.ftz.f64": approximations; the
  // results here are rounded correctly.
  if (statement == "rcp.approx.ftz.f32$0,$1;")
    return flush(
        b, b.CreateFDiv(ConstantFP::get(type, 1.0), flush(b, operand(0))));
  if (statement == "rsqrt.approx.ftz.f64$0,$1;")
    return b.CreateFDiv(
        ConstantFP::get(type, 1.0),
        b.CreateUnaryIntrinsic(Intrinsic::sqrt, flush(b, operand(0))));
  // PTX ISA, "sub.rn": not contracted with a multiplication.
  if (statement == "sub.rn.f32$0,$1,$2;" || statement == "sub.rn.f64$0,$1,$2;")
    return b.CreateFSub(operand(0), operand(1));
  // A 32 x 32 + 32 bit multiplication, as two words.
  if (statement == "{mad.lo.cc.u32$0,$2,$3,$4;madc.hi.u32$1,$2,$3,0;}") {
    Value *product = b.CreateMul(b.CreateZExt(operand(0), b.getInt64Ty()),
                                 b.CreateZExt(operand(1), b.getInt64Ty()));
    Value *sum = b.CreateAdd(product, b.CreateZExt(operand(2), b.getInt64Ty()));
    Value *pair = PoisonValue::get(type);
    pair = b.CreateInsertValue(pair, b.CreateTrunc(sum, b.getInt32Ty()), 0);
    return b.CreateInsertValue(
        pair, b.CreateTrunc(b.CreateLShr(sum, 32), b.getInt32Ty()), 1);
  }
  // PTX ISA, "setp": .equ is equal or unordered.
  if (statement == "{.reg.pred__$$temp3;setp.equ.f64__$$temp3,$1,$2;"
                   "selp.f64$0,$3,$4,__$$temp3;}")
    return b.CreateSelect(b.CreateFCmpUEQ(operand(0), operand(1)), operand(2),
                          operand(3));
  return nullptr;
}

void sparsegpu::emulator::expandInlineAssembly(Module &module) {
  for (Function &function : module)
    for (Instruction &instruction :
         make_early_inc_range(instructions(function))) {
      auto *call = dyn_cast<CallInst>(&instruction);
      auto *assembly =
          call ? dyn_cast<InlineAsm>(call->getCalledOperand()) : nullptr;
      if (!assembly)
        continue;
      Value *value = expand(*call, normalise(assembly->getAsmString()));
      if (!value)
        continue;
      call->replaceAllUsesWith(value);
      call->eraseFromParent();
    }
}

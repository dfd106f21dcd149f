//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Inline PTX that has a meaning in LLVM IR: the statements that CUDA's
// libdevice holds (tanh, sin, cos and others), and statements without operands
// that synchronise. What is not known here stays, and Coverage.cpp refuses it
// by name.
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

/// { low, high } of a result of twice the bits, as the statements return it.
static Value *splitInHalves(IRBuilder<> &b, Value *wide, Type *type) {
  Type *half = type->getStructElementType(0);
  Value *pair =
      b.CreateInsertValue(PoisonValue::get(type), b.CreateTrunc(wide, half), 0);
  Value *high = b.CreateLShr(wide, half->getIntegerBitWidth());
  return b.CreateInsertValue(pair, b.CreateTrunc(high, half), 1);
}

/// Arithmetic of twice the bits, which libdevice writes with carries over words
/// of 32 bits. In front of the operands stand the two results, $0 and $1.
static Value *expandWide(CallInst &call, StringRef statement) {
  enum Kind { None, MulAdd32, Add128, Sub128, MulAdd64, Mul64 };
  static const std::pair<StringRef, Kind> statements[] = {
      {"{mad.lo.cc.u32$0,$2,$3,$4;madc.hi.u32$1,$2,$3,0;}", MulAdd32},
      {"{.reg.u32r0,r1,r2,r3,a0,a1,a2,a3,b0,b1,b2,b3;"
       "mov.b64{a0,a1},$2;mov.b64{a2,a3},$3;mov.b64{b0,b1},$4;"
       "mov.b64{b2,b3},$5;add.cc.u32r0,a0,b0;addc.cc.u32r1,a1,b1;"
       "addc.cc.u32r2,a2,b2;addc.u32r3,a3,b3;mov.b64$0,{r0,r1};"
       "mov.b64$1,{r2,r3};}",
       Add128},
      {"{.reg.u32r0,r1,r2,r3,a0,a1,a2,a3,b0,b1,b2,b3;"
       "mov.b64{a0,a1},$2;mov.b64{a2,a3},$3;mov.b64{b0,b1},$4;"
       "mov.b64{b2,b3},$5;sub.cc.u32r0,a0,b0;subc.cc.u32r1,a1,b1;"
       "subc.cc.u32r2,a2,b2;subc.u32r3,a3,b3;mov.b64$0,{r0,r1};"
       "mov.b64$1,{r2,r3};}",
       Sub128},
      {"{.reg.u32r0,r1,r2,r3,alo,ahi,blo,bhi,clo,chi;"
       "mov.b64{alo,ahi},$2;mov.b64{blo,bhi},$3;mov.b64{clo,chi},$4;"
       "mad.lo.cc.u32r0,alo,blo,clo;madc.hi.cc.u32r1,alo,blo,chi;"
       "madc.hi.u32r2,alo,bhi,0;mad.lo.cc.u32r1,alo,bhi,r1;"
       "madc.hi.cc.u32r2,ahi,blo,r2;madc.hi.u32r3,ahi,bhi,0;"
       "mad.lo.cc.u32r1,ahi,blo,r1;madc.lo.cc.u32r2,ahi,bhi,r2;"
       "addc.u32r3,r3,0;mov.b64$0,{r0,r1};mov.b64$1,{r2,r3};}",
       MulAdd64},
      {"{.reg.u32r0,r1,r2,r3,alo,ahi,blo,bhi;"
       "mov.b64{alo,ahi},$2;mov.b64{blo,bhi},$3;mul.lo.u32r0,alo,blo;"
       "mul.hi.u32r1,alo,blo;mad.lo.cc.u32r1,alo,bhi,r1;"
       "madc.hi.u32r2,alo,bhi,0;mad.lo.cc.u32r1,ahi,blo,r1;"
       "madc.hi.cc.u32r2,ahi,blo,r2;madc.hi.u32r3,ahi,bhi,0;"
       "mad.lo.cc.u32r2,ahi,bhi,r2;addc.u32r3,r3,0;mov.b64$0,{r0,r1};"
       "mov.b64$1,{r2,r3};}",
       Mul64}};
  Kind kind = None;
  for (auto &[text, meaning] : statements)
    if (statement == text)
      kind = meaning;
  if (kind == None)
    return nullptr;
  IRBuilder<> b(&call);
  Type *wide = b.getIntNTy(kind == MulAdd32 ? 64 : 128);
  auto operand = [&](unsigned i) {
    return b.CreateZExt(call.getArgOperand(i), wide);
  };
  auto joined = [&](unsigned i) {
    return b.CreateOr(operand(i), b.CreateShl(operand(i + 1), 64));
  };
  Value *result;
  if (kind == Add128)
    result = b.CreateAdd(joined(0), joined(2));
  else if (kind == Sub128)
    result = b.CreateSub(joined(0), joined(2));
  else
    result = b.CreateMul(operand(0), operand(1));
  if (kind == MulAdd32 || kind == MulAdd64)
    result = b.CreateAdd(result, operand(2));
  return splitInHalves(b, result, call.getType());
}

/// sub.{rn,rz,rm,rp}[.ftz].{f32,f64}: not contracted with a multiplication.
static Value *expandSubtraction(CallInst &call, StringRef statement) {
  if (!statement.consume_front("sub.r") ||
      !statement.consume_back("$0,$1,$2;") || statement.empty())
    return nullptr;
  StringRef rounding = statement.take_front();
  StringRef rest = statement.drop_front();
  StringRef ftz = rest.consume_front(".ftz") ? ".ftz" : "";
  if (!StringRef("nzmp").contains(rounding) ||
      (rest != ".f32" && rest != ".f64") || (!ftz.empty() && rest == ".f64"))
    return nullptr;
  // a - b is a + (-b) in every rounding mode.
  IRBuilder<> b(&call);
  std::string name =
      ("llvm.nvvm.add.r" + rounding + ftz + (rest == ".f32" ? ".f" : ".d"))
          .str();
  FunctionCallee add = call.getModule()->getOrInsertFunction(
      name, FunctionType::get(call.getType(), {call.getType(), call.getType()},
                              false));
  return b.CreateCall(
      add, {call.getArgOperand(0), b.CreateFNeg(call.getArgOperand(1))});
}

/// Statements without registers that are an intrinsic. Makes its call; false if
/// the statement is none of them.
static bool expandPlain(CallInst &call, StringRef statement) {
  static const std::pair<StringRef, StringRef> bare[] = {
      {"membar.cta;", "membar.cta"},
      {"membar.gl;", "membar.gl"},
      {"membar.sys;", "membar.sys"},
      {"cp.async.commit_group;", "cp.async.commit.group"},
      {"cp.async.wait_all;", "cp.async.wait.all"},
      {"exit;", "exit"},
  };
  static const std::pair<StringRef, StringRef> numbered[] = {
      {"bar.sync", "barrier.cta.sync.aligned.all"},
      {"barrier.sync.aligned", "barrier.cta.sync.aligned.all"},
      {"barrier.sync", "barrier.cta.sync.all"},
      {"cp.async.wait_group", "cp.async.wait.group"},
  };
  IRBuilder<> b(&call);
  auto make = [&](StringRef name, ArrayRef<Value *> operands) {
    SmallVector<Type *> types;
    for (Value *operand : operands)
      types.push_back(operand->getType());
    FunctionCallee callee = call.getModule()->getOrInsertFunction(
        ("llvm.nvvm." + name).str(),
        FunctionType::get(b.getVoidTy(), types, false));
    b.CreateCall(callee, operands)->setConvergent();
    return true;
  };
  if (!call.getType()->isVoidTy() || call.arg_size())
    return false;
  for (auto [text, intrinsic] : bare)
    if (statement == text)
      return make(intrinsic, {});
  for (auto [text, intrinsic] : numbered) {
    StringRef number = statement;
    uint32_t value;
    if (number.consume_front(text) && number.consume_back(";") &&
        !number.getAsInteger(10, value))
      return make(intrinsic, {b.getInt32(value)});
  }
  return false;
}

/// What `call` computes, as IR before it; null if the statement is not known.
static Value *expand(CallInst &call, StringRef statement) {
  if (Value *value = expandWide(call, statement))
    return value;
  if (Value *value = expandSubtraction(call, statement))
    return value;
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
  // PTX ISA, "bfind": .shiftamt is the number of zeros above the highest one.
  if (statement == "bfind.shiftamt.u32$0,$1;") {
    Value *zeros =
        b.CreateBinaryIntrinsic(Intrinsic::ctlz, operand(0), b.getFalse());
    return b.CreateSelect(b.CreateICmpEQ(operand(0), b.getInt32(0)),
                          b.getInt32(~0u), zeros);
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
      std::string statement = normalise(assembly->getAsmString());
      Value *value = expand(*call, statement);
      if (!value && !expandPlain(*call, statement))
        continue;
      if (value)
        call->replaceAllUsesWith(value);
      call->eraseFromParent();
    }
}

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

#include "MatrixNames.h"
#include "Transforms.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"

using namespace llvm;
using namespace sparsegpu::emulator;

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

/// mma.sp of nvgpu.mma.sp.sync: "name{$0,...},{...},{...},{...},$n,selector;"
/// with the operands in order. It becomes the intrinsic.
static Value *expandSparseMma(CallInst &call, StringRef statement) {
  auto [instruction, operands] = statement.split('{');
  std::string name = intrinsicOfSparseMma(instruction);
  uint64_t selector = 0;
  auto [registers, last] = operands.rsplit(',');
  if (name.empty() || !last.consume_back(";") || last.getAsInteger(0, selector))
    return nullptr;
  // All operands of the statement, each once and in order.
  unsigned next = 0;
  for (StringRef rest = registers; !rest.empty();) {
    rest = rest.ltrim("{},");
    unsigned number = 0;
    if (rest.empty())
      break;
    if (!rest.consume_front("$") || rest.consumeInteger(10, number) ||
        number != next++)
      return nullptr;
  }
  auto *results = dyn_cast<StructType>(call.getType());
  if (!results || next != results->getNumElements() + call.arg_size())
    return nullptr;
  std::optional<MatrixOp> op = parseMatrixIntrinsic(name);
  if (selector >= selectorsOf(*op))
    return nullptr;

  Module &module = *call.getModule();
  Intrinsic::ID id = Intrinsic::lookupIntrinsicID("llvm.nvvm." + name);
  if (id == Intrinsic::not_intrinsic)
    return nullptr;
  Function *callee = Intrinsic::getOrInsertDeclaration(&module, id);
  FunctionType *type = callee->getFunctionType();
  if (type->getNumParams() != call.arg_size() + 1)
    return nullptr;
  IRBuilder<> b(&call);
  SmallVector<Value *> arguments;
  for (unsigned i = 0; i < call.arg_size(); ++i) {
    Value *value = call.getArgOperand(i);
    if (!CastInst::isBitCastable(value->getType(), type->getParamType(i)))
      return nullptr;
    arguments.push_back(b.CreateBitCast(value, type->getParamType(i)));
  }
  arguments.push_back(b.getInt32(selector));
  Value *result = b.CreateCall(callee, arguments);
  Value *converted = PoisonValue::get(results);
  for (unsigned i = 0; i < results->getNumElements(); ++i)
    converted =
        b.CreateInsertValue(converted,
                            b.CreateBitCast(b.CreateExtractValue(result, i),
                                            results->getElementType(i)),
                            i);
  return converted;
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
  if (statement.starts_with("mma.sp"))
    return expandSparseMma(call, statement);
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

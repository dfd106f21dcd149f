//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Inline PTX that has a meaning in LLVM IR: the statements that CUDA's
// libdevice holds (InlineArithmetic.cpp), mma.sp, and statements without
// operands that synchronise. What is not known here stays, and Coverage.cpp
// refuses it by name.
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
  if (statement.starts_with("mma.sp"))
    return expandSparseMma(call, statement);
  return expandLibdeviceStatement(call, statement);
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

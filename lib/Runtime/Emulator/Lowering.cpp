//===- Lowering.cpp - From NVVM operations to host code -------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace sparsegpu::emulator;

LowerFn sparsegpu::emulator::lookupOperation(StringRef name) {
  // One name of a function of the runtime looks like an operation.
  if (name != "llvm.nvvm.reflect" && name.consume_front("llvm.nvvm.")) {
    for (auto *lookup :
         {lookupSpecialRegister, lookupSync, lookupAsync, lookupMemory,
          lookupAtomic, lookupMath, lookupConversion, lookupFloat8,
          lookupInteger, lookupBitOperation})
      if (LowerFn fn = lookup(name))
        return fn;
    return {};
  }
  if (LowerFn fn = lookupRuntime(name))
    return fn;
  return lookupLibdevice(name);
}

Value *Lowering::field(IRBuilder<> &b, CallInst &call, size_t offset,
                       Type *type) {
  Value *address =
      b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), context(call), offset);
  LoadInst *load = b.CreateLoad(type, address);
  load->setMetadata(LLVMContext::MD_invariant_load,
                    MDNode::get(b.getContext(), {}));
  return load;
}

static CallInst *callHost(Module &module, IRBuilder<> &b, StringRef name,
                          Type *type, ArrayRef<Value *> operands) {
  SmallVector<Type *> types;
  for (Value *operand : operands)
    types.push_back(operand->getType());
  FunctionCallee callee = module.getOrInsertFunction(
      (kHostPrefix + name).str(), FunctionType::get(type, types, false));
  cast<Function>(callee.getCallee())->addFnAttr(Attribute::NoUnwind);
  CallInst *call = b.CreateCall(callee, operands);
  call->addFnAttr(Attribute::NoUnwind);
  return call;
}

CallInst *Lowering::callPure(IRBuilder<> &b, StringRef name, Type *type,
                             ArrayRef<Value *> operands) {
  CallInst *call = callHost(module, b, name, type, operands);
  call->setDoesNotAccessMemory();
  call->addFnAttr(Attribute::WillReturn);
  return call;
}

CallInst *Lowering::callOpaque(IRBuilder<> &b, StringRef name, Type *type,
                               ArrayRef<Value *> operands) {
  CallInst *call = callHost(module, b, name, type, operands);
  call->setConvergent();
  return call;
}

std::string
sparsegpu::emulator::describeLocation(const Instruction &instruction) {
  const DebugLoc &loc = instruction.getDebugLoc();
  if (!loc || loc.getLine() == 0)
    return "";
  return formatv("{0}:{1}:{2}", loc->getFilename(), loc.getLine(), loc.getCol())
      .str();
}

Value *Lowering::addSync(IRBuilder<> &b, CallInst &call, StringRef operation) {
  compiled.syncs.push_back({operation.str(), describeLocation(call)});
  return b.getInt32(compiled.syncs.size() - 1);
}

void Lowering::run() {
  SmallVector<CallInst *> calls;
  for (Function &function : module)
    for (Instruction &instruction : instructions(function))
      if (auto *call = dyn_cast<CallInst>(&instruction))
        calls.push_back(call);

  StringMap<LowerFn> cache;
  for (CallInst *call : calls) {
    Function *callee = call->getCalledFunction();
    if (!callee || !callee->isDeclaration())
      continue;
    auto [it, isNew] = cache.try_emplace(callee->getName());
    if (isNew)
      it->second = lookupOperation(callee->getName());
    if (!it->second)
      continue;
    IRBuilder<> b(call);
    Value *value = it->second(*call, b, *this);
    if (value == call)
      continue;
    if (!call->getType()->isVoidTy() && !call->use_empty()) {
      assert(value && value->getType() == call->getType());
      call->replaceAllUsesWith(value);
    }
    call->eraseFromParent();
  }
  for (Function &function : make_early_inc_range(module))
    if (function.isDeclaration() && function.use_empty())
      function.eraseFromParent();
}

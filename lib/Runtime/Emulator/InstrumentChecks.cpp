//===- InstrumentChecks.cpp - What checks are told of accesses ------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InstrumentChecks.h"

#include "Lowering.h"
#include "Transforms.h"

#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Operator.h"

using namespace llvm;
using namespace sparsegpu::emulator;

static const MDNode *findVariable(const Value *pointer) {
  while (true) {
    if (auto *instruction = dyn_cast<Instruction>(pointer))
      if (const MDNode *node = instruction->getMetadata(kSharedVariable))
        return node;
    if (auto *gep = dyn_cast<GEPOperator>(pointer))
      pointer = gep->getPointerOperand();
    else if (auto *cast = dyn_cast<AddrSpaceCastOperator>(pointer))
      pointer = cast->getPointerOperand();
    else
      return nullptr;
  }
}

void sparsegpu::emulator::describeForChecks(AccessSite &site,
                                            const Instruction &instruction,
                                            const Value *pointer) {
  site.strong = instruction.isAtomic() || instruction.isVolatile();
  auto set = [&](AtomicOrdering ordering) {
    site.acquires |= isAcquireOrStronger(ordering);
    site.releases |= isReleaseOrStronger(ordering);
  };
  if (auto *load = dyn_cast<LoadInst>(&instruction))
    set(load->getOrdering());
  else if (auto *store = dyn_cast<StoreInst>(&instruction))
    set(store->getOrdering());
  // Of atomicrmw LLVM 22 makes a relaxed `atom`, whatever its order: only a
  // fence beside it orders anything.
  else if (auto *cas = dyn_cast<AtomicCmpXchgInst>(&instruction))
    set(cas->getMergedOrdering());
  if (const MDNode *node = findVariable(pointer)) {
    auto number = [&](unsigned operand) {
      return mdconst::extract<ConstantInt>(node->getOperand(operand))
          ->getZExtValue();
    };
    site.variable = cast<MDString>(node->getOperand(0))->getString().str();
    site.variableBegin = number(1);
    site.variableEnd = number(1) + number(2);
  }
}

Value *sparsegpu::emulator::foldStoredValue(IRBuilder<> &b,
                                            const Instruction &instruction) {
  auto *store = dyn_cast<StoreInst>(&instruction);
  if (!store)
    return nullptr;
  auto *value = const_cast<Value *>(store->getValueOperand());
  Type *type = value->getType();
  if (type->isPointerTy())
    return b.CreatePtrToInt(value, b.getInt64Ty());
  if (!type->isIntOrIntVectorTy() && !type->isFPOrFPVectorTy())
    return nullptr;
  unsigned bits = type->getPrimitiveSizeInBits();
  if (bits <= 64)
    return b.CreateZExt(b.CreateBitCast(value, b.getIntNTy(bits)),
                        b.getInt64Ty());
  if (bits % 64 || bits > 512)
    return nullptr;
  Value *parts =
      b.CreateBitCast(value, FixedVectorType::get(b.getInt64Ty(), bits / 64));
  Value *result = b.CreateExtractElement(parts, uint64_t(0));
  for (unsigned i = 1; i < bits / 64; ++i)
    result = b.CreateXor(b.CreateMul(result, b.getInt64(0x9e3779b97f4a7c15)),
                         b.CreateExtractElement(parts, i));
  return result;
}

//===----------------------------------------------------------------------===//
// A thread's own variables, and fences
//===----------------------------------------------------------------------===//

static bool isFence(const Instruction &instruction) {
  if (isa<FenceInst>(instruction))
    return true;
  auto *call = dyn_cast<CallInst>(&instruction);
  Function *callee = call ? call->getCalledFunction() : nullptr;
  if (!callee)
    return false;
  StringRef name = callee->getName();
  return name.starts_with("llvm.nvvm.membar.") ||
         (name.starts_with("llvm.nvvm.fence.") &&
          !name.starts_with("llvm.nvvm.fence.proxy."));
}

/// The variable that the access may leave, if it can be left.
static AllocaInst *findLocal(Instruction &instruction, Type *type) {
  Value *pointer =
      const_cast<Value *>(getLoadStorePointerOperand(&instruction));
  auto *alloca =
      dyn_cast<AllocaInst>(const_cast<Value *>(getUnderlyingObject(pointer)));
  if (!alloca)
    return nullptr;
  const DataLayout &layout = instruction.getDataLayout();
  std::optional<TypeSize> size = alloca->getAllocationSize(layout);
  if (!size)
    return nullptr;
  APInt offset(layout.getIndexTypeSizeInBits(pointer->getType()), 0);
  Value *base = pointer->stripAndAccumulateConstantOffsets(
      layout, offset, /*AllowNonInbounds=*/true);
  if (base == alloca && offset.isNonNegative() &&
      offset.getZExtValue() + layout.getTypeStoreSize(type) <=
          size->getFixedValue())
    return nullptr;
  return alloca;
}

void sparsegpu::emulator::addLocalChecks(Function &function,
                                         CompiledModule &compiled) {
  Module &module = *function.getParent();
  const DataLayout &layout = module.getDataLayout();
  SmallVector<Instruction *> work;
  for (Instruction &instruction : instructions(function))
    work.push_back(&instruction);
  Value *context = function.getArg(0);
  auto call = [&](IRBuilder<> &b, StringRef name, Type *result,
                  ArrayRef<Value *> operands) {
    SmallVector<Type *> types;
    for (Value *operand : operands)
      types.push_back(operand->getType());
    return b.CreateCall(
        module.getOrInsertFunction((kHostPrefix + name).str(),
                                   FunctionType::get(result, types, false)),
        operands);
  };
  for (Instruction *instruction : work) {
    IRBuilder<> b(instruction);
    b.SetCurrentDebugLocation(DebugLoc());
    if (isFence(*instruction)) {
      call(b, "check.fence", b.getVoidTy(), {context})->setConvergent();
      continue;
    }
    if (!isa<LoadInst, StoreInst>(instruction))
      continue;
    Type *type = getLoadStoreType(instruction);
    AllocaInst *alloca = findLocal(*instruction, type);
    if (!alloca)
      continue;
    bool isLoad = isa<LoadInst>(instruction);
    Value *pointer =
        const_cast<Value *>(getLoadStorePointerOperand(instruction));
    compiled.accesses.push_back(
        {isLoad ? AccessKind::Load : AccessKind::Store, AccessSpace::Generic,
         static_cast<uint32_t>(layout.getTypeStoreSize(type)),
         static_cast<uint32_t>(getLoadStoreAlignment(instruction).value()),
         describeLocation(*instruction)});
    Value *checked =
        call(b, "check.local", b.getPtrTy(),
             {context, b.getInt32(compiled.accesses.size() - 1),
              b.CreateAddrSpaceCast(pointer, b.getPtrTy()),
              b.CreateAddrSpaceCast(alloca, b.getPtrTy()),
              b.getInt64(alloca->getAllocationSize(layout)->getFixedValue())});
    instruction->setOperand(isLoad ? LoadInst::getPointerOperandIndex()
                                   : StoreInst::getPointerOperandIndex(),
                            b.CreateAddrSpaceCast(checked, pointer->getType()));
  }
}

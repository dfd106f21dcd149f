//===- Instrument.cpp - Logging, steps and checks in compiled code --------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// 1. Memory intrinsics become loops, so that their accesses are seen.
// 2. Blocks are cut around synchronisations and calls: a record of the log must
//    be complete before its lane can stop. In lockstep they are also cut before
//    each access.
// 3. Blocks are numbered in reverse post-order (LaneLog.h says why).
// 4. At the entry of a block: wait for the step; make room in the log; write
// its
//    number. At each access: check the address and use the one that the check
//    returns; write it to the log.
//
//===----------------------------------------------------------------------===//

#include "InstrumentChecks.h"
#include "LaneLog.h"
#include "Lowering.h"
#include "Transforms.h"

#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/LowerMemIntrinsics.h"

using namespace llvm;
using namespace sparsegpu::emulator;

void sparsegpu::emulator::vectoriseAccesses(Module &module) {
  std::string error;
  Triple triple("nvptx64-nvidia-cuda");
  const Target *target = TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return; // An LLVM without NVPTX; the counts are then those of the bitcode.
  std::string cpu = "sm_80";
  for (Function *kernel : findKernels(module))
    if (Attribute a = kernel->getFnAttribute("target-cpu"); a.isValid())
      cpu = a.getValueAsString().str();
  std::unique_ptr<TargetMachine> machine(target->createTargetMachine(
      triple, cpu, "", TargetOptions(), std::nullopt));
  LoopAnalysisManager lam;
  FunctionAnalysisManager fam;
  CGSCCAnalysisManager cgam;
  ModuleAnalysisManager mam;
  PassBuilder builder(machine.get());
  builder.registerModuleAnalyses(mam);
  builder.registerCGSCCAnalyses(cgam);
  builder.registerFunctionAnalyses(fam);
  builder.registerLoopAnalyses(lam);
  builder.crossRegisterProxies(lam, fam, cgam, mam);
  // What NVPTXPassConfig::addIRPasses runs before and as the vectoriser.
  ModulePassManager passes;
  if (Error e = builder.parsePassPipeline(
          passes, "function(scalarize-masked-mem-intrin,infer-address-spaces,"
                  "sroa,separate-const-offset-from-gep,slsr,gvn,"
                  "load-store-vectorizer,sroa,early-cse)")) {
    consumeError(std::move(e));
    return;
  }
  passes.run(module, mam);
}

namespace {
/// An instruction that touches memory which is not the thread's own.
struct Access {
  Instruction *instruction;
  unsigned pointerOperand;
  Type *type;
  Align align;
  AccessKind kind;
  Value *pointer() const { return instruction->getOperand(pointerOperand); }
};

class Instrumenter {
public:
  Instrumenter(Module &module, const Variant &variant, CompiledModule &compiled)
      : module(module), layout(module.getDataLayout()), variant(variant),
        compiled(compiled) {}
  void run(Function &function);

private:
  std::optional<Access> getAccess(Instruction &instruction);
  void expandMemoryIntrinsics(Function &function);
  void cutBlocks(Function &function);
  void instrumentBlock(BasicBlock &block, uint32_t number,
                       ArrayRef<Access> accesses);
  Value *addLogRecord(IRBuilder<> &b, BasicBlock &block, uint32_t number,
                      unsigned numAccesses);
  FunctionCallee host(StringRef name, Type *result, ArrayRef<Type *> types);

  Module &module;
  const DataLayout &layout;
  const Variant &variant;
  CompiledModule &compiled;
};
} // namespace

std::optional<Access> Instrumenter::getAccess(Instruction &instruction) {
  std::optional<Access> access;
  if (auto *load = dyn_cast<LoadInst>(&instruction))
    access = Access{load, load->getPointerOperandIndex(), load->getType(),
                    load->getAlign(), AccessKind::Load};
  else if (auto *store = dyn_cast<StoreInst>(&instruction))
    access = Access{store, store->getPointerOperandIndex(),
                    store->getValueOperand()->getType(), store->getAlign(),
                    AccessKind::Store};
  else if (auto *rmw = dyn_cast<AtomicRMWInst>(&instruction))
    access = Access{rmw, rmw->getPointerOperandIndex(), rmw->getType(),
                    rmw->getAlign(), AccessKind::Atomic};
  else if (auto *cas = dyn_cast<AtomicCmpXchgInst>(&instruction))
    access = Access{cas, cas->getPointerOperandIndex(),
                    cas->getNewValOperand()->getType(), cas->getAlign(),
                    AccessKind::Atomic};
  if (!access)
    return std::nullopt;
  // The thread's own memory, its parameters, and its context.
  const Value *object = getUnderlyingObject(access->pointer());
  if (isa<AllocaInst>(object))
    return std::nullopt;
  if (auto *argument = dyn_cast<Argument>(object))
    if (argument->hasByValAttr() || argument->getArgNo() == 0)
      return std::nullopt;
  return access;
}

void Instrumenter::expandMemoryIntrinsics(Function &function) {
  TargetTransformInfo tti(layout);
  SmallVector<MemIntrinsic *> found;
  for (Instruction &instruction : instructions(function))
    if (auto *memory = dyn_cast<MemIntrinsic>(&instruction))
      found.push_back(memory);
  for (MemIntrinsic *memory : found) {
    if (auto *copy = dyn_cast<MemCpyInst>(memory))
      expandMemCpyAsLoop(copy, tti);
    else if (auto *move = dyn_cast<MemMoveInst>(memory)) {
      if (!expandMemMoveAsLoop(move, tti))
        continue;
    } else if (auto *set = dyn_cast<MemSetInst>(memory))
      expandMemSetAsLoop(set);
    else
      continue;
    memory->eraseFromParent();
  }
}

/// Whether a lane may stop in the call, or log blocks of another function.
static bool mustStandAlone(const Instruction &instruction) {
  auto *call = dyn_cast<CallInst>(&instruction);
  Function *callee = call ? call->getCalledFunction() : nullptr;
  if (!callee)
    return false;
  return !callee->isDeclaration() || isSynchronisation(callee->getName()) ||
         callee->getName().starts_with(kHostPrefix);
}

void Instrumenter::cutBlocks(Function &function) {
  constexpr unsigned most = kLogWords / 8;
  SmallVector<Instruction *> cuts;
  for (BasicBlock &block : function) {
    unsigned accesses = 0;
    for (Instruction &instruction : block) {
      if (isa<PHINode>(instruction) || isa<AllocaInst>(instruction))
        continue;
      if (mustStandAlone(instruction)) {
        cuts.push_back(&instruction);
        cuts.push_back(instruction.getNextNode());
        accesses = 0;
      } else if (getAccess(instruction)) {
        if (variant.steps || ++accesses == most) {
          cuts.push_back(&instruction);
          accesses = 1;
        }
      }
    }
  }
  for (Instruction *cut : cuts)
    if (cut != &*cut->getParent()->getFirstNonPHIOrDbgOrAlloca())
      SplitBlock(cut->getParent(), cut->getIterator());
}

/// Instructions that the hardware would execute in some form.
static unsigned countInstructions(const BasicBlock &block) {
  unsigned count = 0;
  for (const Instruction &instruction : block) {
    if (isa<PHINode, AllocaInst, DbgInfoIntrinsic>(instruction))
      continue;
    // Casts that change no bits.
    if (isa<AddrSpaceCastInst, BitCastInst, PtrToIntInst, IntToPtrInst>(
            instruction))
      continue;
    if (auto *branch = dyn_cast<BranchInst>(&instruction);
        branch && branch->isUnconditional())
      continue;
    if (auto *intrinsic = dyn_cast<IntrinsicInst>(&instruction);
        intrinsic && intrinsic->isAssumeLikeIntrinsic())
      continue;
    ++count;
  }
  return count;
}

FunctionCallee Instrumenter::host(StringRef name, Type *result,
                                  ArrayRef<Type *> types) {
  return module.getOrInsertFunction((kHostPrefix + name).str(),
                                    FunctionType::get(result, types, false));
}

/// Makes room for the record and writes its first word; returns where the
/// addresses go.
Value *Instrumenter::addLogRecord(IRBuilder<> &b, BasicBlock &block,
                                  uint32_t number, unsigned numAccesses) {
  Value *context = block.getParent()->getArg(0);
  Type *pointer = b.getPtrTy();
  auto slot = [&](size_t offset) {
    return b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), context, offset);
  };
  Value *nextSlot = slot(offsetof(ThreadContext, logNext));
  Value *limitSlot = slot(offsetof(ThreadContext, logLimit));
  Value *next = b.CreateLoad(pointer, nextSlot);
  Value *limit = b.CreateLoad(pointer, limitSlot);
  Value *end =
      b.CreateConstInBoundsGEP1_64(b.getInt64Ty(), next, 1 + numAccesses);
  MDNode *unlikely = MDBuilder(b.getContext()).createUnlikelyBranchWeights();
  Instruction *split = &*b.GetInsertPoint();
  Instruction *then = SplitBlockAndInsertIfThen(
      b.CreateICmpUGT(end, limit), split->getIterator(), false, unlikely);
  BasicBlock *before =
      cast<BranchInst>(
          then->getParent()->getSinglePredecessor()->getTerminator())
          ->getParent();
  b.SetInsertPoint(then);
  b.CreateCall(host("log.full", b.getVoidTy(), {pointer}), {context})
      ->setConvergent();
  Value *fresh = b.CreateLoad(pointer, nextSlot);
  b.SetInsertPoint(split->getParent(), split->getParent()->begin());
  PHINode *record = b.CreatePHI(pointer, 2);
  record->addIncoming(next, before);
  record->addIncoming(fresh, then->getParent());
  b.SetInsertPoint(split);
  b.CreateStore(b.getInt64(number), record);
  b.CreateStore(
      b.CreateConstInBoundsGEP1_64(b.getInt64Ty(), record, 1 + numAccesses),
      nextSlot);
  return b.CreateConstInBoundsGEP1_64(b.getInt64Ty(), record, 1);
}

static AccessSpace spaceOf(const Value *pointer) {
  switch (pointer->getType()->getPointerAddressSpace()) {
  case 1:
    return AccessSpace::Global;
  case 3:
  case 7:
    return AccessSpace::Shared;
  case 4:
    return AccessSpace::Constant;
  default:
    return AccessSpace::Generic;
  }
}

void Instrumenter::instrumentBlock(BasicBlock &block, uint32_t number,
                                   ArrayRef<Access> accesses) {
  IRBuilder<> b(&*block.getFirstNonPHIOrDbgOrAlloca());
  b.SetCurrentDebugLocation(DebugLoc());
  Value *context = block.getParent()->getArg(0);
  if (variant.steps)
    b.CreateCall(host("step", b.getVoidTy(), {b.getPtrTy(), b.getInt32Ty()}),
                 {context, b.getInt32(number)})
        ->setConvergent();
  Value *record = nullptr;
  if (variant.log)
    record = addLogRecord(b, block, number, accesses.size());

  uint32_t site = compiled.blocks[number].firstAccess;
  for (auto [index, access] : enumerate(accesses)) {
    b.SetInsertPoint(access.instruction);
    b.SetCurrentDebugLocation(DebugLoc());
    Value *pointer = access.pointer();
    Value *generic = b.CreateAddrSpaceCast(pointer, b.getPtrTy());
    if (record)
      b.CreateStore(
          b.CreatePtrToInt(generic, b.getInt64Ty()),
          b.CreateConstInBoundsGEP1_64(b.getInt64Ty(), record, index));
    if (!variant.checks)
      continue;
    SmallVector<Type *> types{b.getPtrTy(), b.getInt32Ty(), b.getPtrTy()};
    SmallVector<Value *> operands{context, b.getInt32(site + index), generic};
    StringRef name = "check";
    if (Value *value = foldStoredValue(b, *access.instruction)) {
      name = "check.store";
      types.push_back(b.getInt64Ty());
      operands.push_back(value);
    }
    Value *checked = b.CreateCall(host(name, b.getPtrTy(), types), operands);
    access.instruction->setOperand(
        access.pointerOperand,
        b.CreateAddrSpaceCast(checked, pointer->getType()));
  }
}

void Instrumenter::run(Function &function) {
  expandMemoryIntrinsics(function);
  cutBlocks(function);

  struct Work {
    BasicBlock *block;
    uint32_t number;
    SmallVector<Access> accesses;
  };
  std::vector<Work> work;
  ReversePostOrderTraversal<Function *> order(&function);
  for (BasicBlock *block : order) {
    Work item;
    item.block = block;
    item.number = compiled.blocks.size();
    BlockSite site;
    site.instructions = countInstructions(*block);
    site.firstAccess = compiled.accesses.size();
    for (Instruction &instruction : *block) {
      std::optional<Access> access = getAccess(instruction);
      if (!access)
        continue;
      item.accesses.push_back(*access);
      compiled.accesses.push_back(
          {access->kind, spaceOf(access->pointer()),
           static_cast<uint32_t>(layout.getTypeStoreSize(access->type)),
           static_cast<uint32_t>(access->align.value()),
           describeLocation(instruction)});
      describeForChecks(compiled.accesses.back(), instruction,
                        access->pointer());
    }
    site.numAccesses = item.accesses.size();
    compiled.blocks.push_back(site);
    work.push_back(std::move(item));
  }
  for (Work &item : work)
    instrumentBlock(*item.block, item.number, item.accesses);
  if (variant.checks)
    addLocalChecks(function, compiled);
}

void sparsegpu::emulator::instrument(Module &module, const Variant &variant,
                                     CompiledModule &compiled) {
  Instrumenter instrumenter(module, variant, compiled);
  // Functions that could not be inlined come first: their lanes are ahead of
  // none that is still in the caller.
  for (bool kernels : {false, true})
    for (Function &function : make_early_inc_range(module))
      if (!function.isDeclaration() &&
          (function.getCallingConv() == CallingConv::PTX_Kernel) == kernels)
        instrumenter.run(function);
}

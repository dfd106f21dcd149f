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

#include "InstrumentAccesses.h"
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

/// Pointers that a kernel is given are global. This is what NVPTXLowerArgs does
/// for CUDA, so that accesses through them are not generic ones.
static void markParameters(Function &kernel) {
  IRBuilder<> b(&*kernel.getEntryBlock().getFirstInsertionPt());
  for (Argument &argument : kernel.args()) {
    if (!argument.getType()->isPointerTy() || argument.hasByValAttr() ||
        argument.getType()->getPointerAddressSpace() != 0)
      continue;
    Value *global = b.CreateAddrSpaceCast(&argument, b.getPtrTy(1));
    Value *generic = b.CreateAddrSpaceCast(global, b.getPtrTy());
    argument.replaceUsesWithIf(
        generic, [&](Use &use) { return use.getUser() != global; });
  }
}

void sparsegpu::emulator::vectoriseAccesses(Module &module) {
  std::string error;
  Triple triple("nvptx64-nvidia-cuda");
  const Target *target = TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return; // An LLVM without NVPTX; the counts are then those of the bitcode.
  std::string cpu = "sm_80";
  for (Function *kernel : findKernels(module)) {
    markParameters(*kernel);
    if (Attribute a = kernel->getFnAttribute("target-cpu"); a.isValid())
      cpu = a.getValueAsString().str();
  }
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
                  "load-store-vectorizer,sroa,early-cse,dce)")) {
    consumeError(std::move(e));
    return;
  }
  passes.run(module, mam);
}

namespace {
class Instrumenter {
public:
  Instrumenter(Module &module, const Variant &variant, CompiledModule &compiled)
      : module(module), variant(variant), compiled(compiled) {}
  void run(Function &function);

private:
  void expandMemoryIntrinsics(Function &function);
  void cutBlocks(Function &function);
  void instrumentBlock(BasicBlock &block, uint32_t number,
                       ArrayRef<InstructionAccess> accesses);
  Value *addLogRecord(IRBuilder<> &b, BasicBlock &block, uint32_t number,
                      unsigned numAccesses);
  FunctionCallee host(StringRef name, Type *result, ArrayRef<Type *> types);

  Module &module;
  const Variant &variant;
  CompiledModule &compiled;
};
} // namespace

void Instrumenter::expandMemoryIntrinsics(Function &function) {
  TargetTransformInfo tti(module.getDataLayout());
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
  // Operations on groups are told from their block.
  uint32_t mostInFlight;
  if (getAsyncOp(instruction, mostInFlight) != AsyncOp::None)
    return true;
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
      } else if (size_t count = getAccesses(instruction).size()) {
        accesses += count;
        if (variant.steps || accesses >= most) {
          cuts.push_back(&instruction);
          accesses = count;
        }
      }
    }
  }
  for (Instruction *cut : cuts)
    if (cut != &*cut->getParent()->getFirstNonPHIOrDbgOrAlloca())
      SplitBlock(cut->getParent(), cut->getIterator());
}

/// Counts the instructions of a block by their class.
static void classifyBlock(const BasicBlock &block, BlockSite &site) {
  for (const Instruction &instruction : block) {
    std::optional<Classification> found = classify(instruction);
    if (!found)
      continue;
    site.instructions += found->count;
    site.classes[size_t(found->instructionClass)] += found->count;
    if (AsyncOp op = getAsyncOp(instruction, site.mostInFlight);
        op != AsyncOp::None) {
      site.async = op;
      break; // stands alone; the cut's branch follows
    }
  }
  const Instruction *end = block.getTerminator();
  site.branches = end->getNumSuccessors() > 1;
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

void Instrumenter::instrumentBlock(BasicBlock &block, uint32_t number,
                                   ArrayRef<InstructionAccess> accesses) {
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
    if (record) {
      Value *word = b.CreatePtrToInt(generic, b.getInt64Ty());
      if (access.laneBytes)
        word = b.CreateOr(
            word, b.CreateShl(b.CreateZExt(access.laneBytes, b.getInt64Ty()),
                              kLoggedBytesShift));
      b.CreateStore(
          word, b.CreateConstInBoundsGEP1_64(b.getInt64Ty(), record, index));
    }
    if (!variant.checks || !access.checked)
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
    SmallVector<InstructionAccess> accesses;
  };
  std::vector<Work> work;
  ReversePostOrderTraversal<Function *> order(&function);
  for (BasicBlock *block : order) {
    Work item;
    item.block = block;
    item.number = compiled.blocks.size();
    BlockSite site{};
    classifyBlock(*block, site);
    site.firstAccess = compiled.accesses.size();
    for (Instruction &instruction : *block) {
      for (const InstructionAccess &access : getAccesses(instruction)) {
        item.accesses.push_back(access);
        compiled.accesses.push_back({access.kind, access.space, access.bytes,
                                     access.alignment,
                                     describeLocation(instruction)});
        describeForChecks(compiled.accesses.back(), instruction,
                          access.pointer());
      }
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

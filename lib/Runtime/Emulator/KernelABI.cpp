//===- KernelABI.cpp - Functions, arguments and attributes ----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "Transforms.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/AttributeMask.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/PassManager.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/IPO/AlwaysInliner.h"
#include "llvm/Transforms/IPO/GlobalDCE.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;
using namespace sparsegpu::emulator;

SmallVector<Function *> sparsegpu::emulator::findKernels(Module &module) {
  SmallVector<Function *> kernels;
  for (Function &function : module)
    if (!function.isDeclaration() &&
        function.getCallingConv() == CallingConv::PTX_Kernel)
      kernels.push_back(&function);
  return kernels;
}

/// "256,1,1" gives 256.
static unsigned parseMaxThreads(const Function &kernel) {
  Attribute attribute = kernel.getFnAttribute("nvvm.maxntid");
  if (!attribute.isValid())
    return 0;
  unsigned product = 1;
  SmallVector<StringRef> parts;
  attribute.getValueAsString().split(parts, ',');
  for (StringRef part : parts) {
    unsigned value;
    if (part.trim().getAsInteger(10, value))
      return 0;
    product *= value;
  }
  return product;
}

KernelSignature sparsegpu::emulator::describeKernel(const Function &kernel) {
  const DataLayout &layout = kernel.getParent()->getDataLayout();
  KernelSignature signature;
  signature.name = kernel.getName().str();
  signature.maxThreads = parseMaxThreads(kernel);
  for (const Argument &argument : kernel.args()) {
    // A parameter passed by value is a pointer in LLVM IR only.
    Type *byValue = argument.getParamByValType();
    Type *type = byValue ? byValue : argument.getType();
    signature.paramBytes.push_back(layout.getTypeStoreSize(type));
    signature.paramIsPointer.push_back(type->isPointerTy());
  }
  return signature;
}

//===----------------------------------------------------------------------===//
// Preparation
//===----------------------------------------------------------------------===//

/// A constant-sized alloca inside a loop would take new stack at each
/// iteration.
static void hoistAllocas(Function &function) {
  BasicBlock &entry = function.getEntryBlock();
  for (BasicBlock &block : drop_begin(function))
    for (Instruction &instruction : make_early_inc_range(block))
      if (auto *alloca = dyn_cast<AllocaInst>(&instruction))
        if (isa<ConstantInt>(alloca->getArraySize()))
          alloca->moveBefore(entry, entry.getFirstInsertionPt());
}

void sparsegpu::emulator::prepareModule(Module &module) {
  for (StringRef name : {"llvm.used", "llvm.compiler.used", "llvm.global_ctors",
                         "llvm.global_dtors"})
    if (GlobalVariable *variable = module.getNamedGlobal(name))
      variable->eraseFromParent();
  for (StringRef name : {"nvvm.annotations", "nvvmir.version"})
    if (NamedMDNode *node = module.getNamedMetadata(name))
      node->eraseFromParent();

  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    bool isKernel = function.getCallingConv() == CallingConv::PTX_Kernel;
    function.setLinkage(isKernel ? GlobalValue::ExternalLinkage
                                 : GlobalValue::InternalLinkage);
    function.setVisibility(GlobalValue::DefaultVisibility);
    function.setComdat(nullptr);
    // Other threads write memory while this one waits, whatever was inferred.
    for (Attribute::AttrKind kind :
         {Attribute::Memory, Attribute::NoSync, Attribute::WillReturn,
          Attribute::NoFree, Attribute::MustProgress, Attribute::Speculatable,
          Attribute::NoInline, Attribute::OptimizeNone, Attribute::NoRecurse})
      function.removeFnAttr(kind);
    if (!isKernel)
      function.addFnAttr(Attribute::AlwaysInline);
  }
  for (GlobalVariable &variable : module.globals())
    if (!variable.isDeclaration() &&
        variable.getLinkage() != GlobalValue::PrivateLinkage) {
      variable.setLinkage(GlobalValue::InternalLinkage);
      variable.setComdat(nullptr);
    }
  for (Function &function : module)
    for (Instruction &instruction : instructions(function))
      if (auto *call = dyn_cast<CallBase>(&instruction))
        if (Function *callee = call->getCalledFunction();
            callee && !callee->isDeclaration())
          for (Attribute::AttrKind kind :
               {Attribute::Memory, Attribute::NoSync, Attribute::NoInline,
                Attribute::WillReturn})
            call->removeFnAttr(kind);

  LoopAnalysisManager lam;
  FunctionAnalysisManager fam;
  CGSCCAnalysisManager cgam;
  ModuleAnalysisManager mam;
  PassBuilder builder;
  builder.registerModuleAnalyses(mam);
  builder.registerCGSCCAnalyses(cgam);
  builder.registerFunctionAnalyses(fam);
  builder.registerLoopAnalyses(lam);
  builder.crossRegisterProxies(lam, fam, cgam, mam);
  ModulePassManager passes;
  passes.addPass(AlwaysInlinerPass(/*InsertLifetime=*/false));
  passes.addPass(GlobalDCEPass());
  passes.run(module, mam);
  for (Function &function : module)
    if (!function.isDeclaration())
      hoistAllocas(function);
}

//===----------------------------------------------------------------------===//
// The context argument
//===----------------------------------------------------------------------===//

static Function *addContextArgument(Function &function) {
  LLVMContext &context = function.getContext();
  SmallVector<Type *> types{PointerType::getUnqual(context)};
  append_range(types, function.getFunctionType()->params());
  auto *type = FunctionType::get(function.getReturnType(), types, false);
  Function *result =
      Function::Create(type, function.getLinkage(), function.getAddressSpace(),
                       "", function.getParent());
  result->takeName(&function);
  result->setCallingConv(function.getCallingConv());

  AttributeList old = function.getAttributes();
  SmallVector<AttributeSet> attributes{AttributeSet()};
  for (unsigned i = 0, e = function.arg_size(); i < e; ++i)
    attributes.push_back(old.getParamAttrs(i));
  result->setAttributes(AttributeList::get(context, old.getFnAttrs(),
                                           old.getRetAttrs(), attributes));
  result->addParamAttr(0, Attribute::NoUndef);
  result->addParamAttr(0, Attribute::NonNull);

  result->splice(result->begin(), &function);
  for (auto [from, to] : zip(function.args(), drop_begin(result->args()))) {
    from.replaceAllUsesWith(&to);
    to.takeName(&from);
  }
  SmallVector<std::pair<unsigned, MDNode *>> metadata;
  function.getAllMetadata(metadata);
  for (auto [kind, node] : metadata)
    result->addMetadata(kind, *node);
  function.clearMetadata();
  return result;
}

void sparsegpu::emulator::addContextArguments(Module &module) {
  SmallVector<std::pair<Function *, Function *>> replaced;
  for (Function &function : make_early_inc_range(module))
    if (!function.isDeclaration())
      replaced.push_back({&function, nullptr});
  for (auto &[from, to] : replaced)
    to = addContextArgument(*from);
  for (auto [from, to] : replaced) {
    for (User *user : make_early_inc_range(from->users())) {
      auto *call = dyn_cast<CallInst>(user);
      if (!call || call->getCalledFunction() != from)
        continue;
      SmallVector<Value *> operands{call->getFunction()->getArg(0)};
      append_range(operands, call->args());
      IRBuilder<> b(call);
      CallInst *replacement = b.CreateCall(to, operands);
      replacement->setCallingConv(to->getCallingConv());
      call->replaceAllUsesWith(replacement);
      call->eraseFromParent();
    }
    if (!from->use_empty())
      from->replaceAllUsesWith(
          ConstantPointerNull::get(PointerType::getUnqual(from->getContext())));
    from->eraseFromParent();
  }
}

//===----------------------------------------------------------------------===//
// Polling
//===----------------------------------------------------------------------===//

static StringRef calleeName(const Instruction &instruction) {
  auto *call = dyn_cast<CallInst>(&instruction);
  Function *callee = call ? call->getCalledFunction() : nullptr;
  return callee ? callee->getName() : "";
}

/// Whether an iteration may depend on what another thread writes.
static bool pollsMemory(const Instruction &instruction) {
  if (auto *load = dyn_cast<LoadInst>(&instruction))
    return load->isVolatile() || load->isAtomic();
  if (isa<AtomicCmpXchgInst>(instruction))
    return true;
  if (isa<AtomicRMWInst>(instruction) ||
      calleeName(instruction).starts_with("llvm.nvvm.atomic."))
    return !instruction.use_empty();
  return false;
}

static bool pollsMbarrier(const Instruction &instruction) {
  return isMbarrierPoll(calleeName(instruction));
}

SmallVector<PollingFunction>
sparsegpu::emulator::addPollingYields(Module &module) {
  SmallVector<PollingFunction> found;
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    DominatorTree dominators(function);
    LoopInfo loops(dominators);
    SmallVector<std::pair<Instruction *, bool>> latches;
    bool anyMemory = false;
    for (Loop *loop : loops.getLoopsInPreorder()) {
      auto contains = [&](auto polls) {
        return any_of(loop->blocks(), [&](BasicBlock *block) {
          return loops.getLoopFor(block) == loop && any_of(*block, polls);
        });
      };
      bool memory = contains(pollsMemory);
      if (!memory && !contains(pollsMbarrier))
        continue;
      anyMemory |= memory;
      SmallVector<BasicBlock *> blocks;
      loop->getLoopLatches(blocks);
      for (BasicBlock *block : blocks)
        latches.push_back({block->getTerminator(), memory});
    }
    if (latches.empty())
      continue;
    found.push_back({&function, anyMemory});
    LLVMContext &context = module.getContext();
    for (auto [latch, memory] : latches) {
      FunctionCallee yield = module.getOrInsertFunction(
          std::string(kHostPrefix) + (memory ? "yield" : "yield.mbarrier"),
          Type::getVoidTy(context), PointerType::getUnqual(context));
      IRBuilder<>(latch)
          .CreateCall(yield, {function.getArg(0)})
          ->setConvergent();
    }
  }
  return found;
}

//===----------------------------------------------------------------------===//
// The host
//===----------------------------------------------------------------------===//

std::string sparsegpu::emulator::entryName(StringRef kernel) {
  return ("sparsegpu.entry." + kernel).str();
}

std::string sparsegpu::emulator::globalName(size_t index) {
  return "sparsegpu.global." + std::to_string(index);
}

/// void entry(ThreadContext *thread, void **params): params[i] points at the
/// value of parameter i.
static void addEntry(Function &kernel) {
  Module &module = *kernel.getParent();
  LLVMContext &context = module.getContext();
  Type *pointer = PointerType::getUnqual(context);
  auto *type =
      FunctionType::get(Type::getVoidTy(context), {pointer, pointer}, false);
  Function *entry = Function::Create(type, GlobalValue::ExternalLinkage,
                                     entryName(kernel.getName()), module);
  IRBuilder<> b(BasicBlock::Create(context, "", entry));
  SmallVector<Value *> operands{entry->getArg(0)};
  for (unsigned i = 1; i < kernel.arg_size(); ++i) {
    Value *slot =
        b.CreateConstInBoundsGEP1_64(pointer, entry->getArg(1), i - 1);
    Value *address = b.CreateLoad(pointer, slot);
    Type *argument = kernel.getArg(i)->getType();
    // A parameter passed by value is the memory that the host points at; the
    // attribute makes the copy that belongs to the thread.
    if (kernel.getArg(i)->hasByValAttr())
      operands.push_back(b.CreateAddrSpaceCast(address, argument));
    else
      operands.push_back(b.CreateAlignedLoad(argument, address, Align(1)));
  }
  CallInst *call = b.CreateCall(&kernel, operands);
  for (unsigned i = 1; i < kernel.arg_size(); ++i)
    if (Type *byVal = kernel.getParamByValType(i))
      call->addParamAttr(i, Attribute::getWithByValType(context, byVal));
  b.CreateRetVoid();
}

void sparsegpu::emulator::retarget(Module &module, ArrayRef<Function *> kernels,
                                   StringRef triple, const DataLayout &layout,
                                   StringRef cpu, StringRef features) {
  module.setTargetTriple(Triple(triple));
  module.setDataLayout(layout);
  for (Function *kernel : kernels)
    addEntry(*kernel);
  for (Function &function : module) {
    if (function.isIntrinsic())
      continue;
    function.setCallingConv(CallingConv::C);
    if (function.isDeclaration())
      continue;
    // Everything that was said for the GPU as text: target-cpu, denormal modes,
    // nvvm.maxntid.
    AttributeMask mask;
    for (Attribute attribute : function.getAttributes().getFnAttrs())
      if (attribute.isStringAttribute())
        mask.addAttribute(attribute.getKindAsString());
    function.removeFnAttrs(mask);
    function.addFnAttr("target-cpu", cpu);
    function.addFnAttr("target-features", features);
    function.addFnAttr(Attribute::NoUnwind);
    for (Instruction &instruction : instructions(function))
      if (auto *call = dyn_cast<CallBase>(&instruction))
        if (Function *callee = call->getCalledFunction();
            !callee || !callee->isIntrinsic())
          call->setCallingConv(CallingConv::C);
  }
  for (Function *kernel : kernels) {
    kernel->setLinkage(GlobalValue::InternalLinkage);
    kernel->addFnAttr(Attribute::AlwaysInline);
  }
}

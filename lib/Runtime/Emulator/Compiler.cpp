//===- Compiler.cpp - From bitcode to an object of the host --------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// transform, optimise, describe, emit. The object is the same whether it is
// linked into this process (JIT.cpp) or kept (Precompile.cpp).
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"

#include "Lowering.h"
#include "Transforms.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"

#include <mutex>

using namespace llvm;
using namespace sparsegpu::emulator;

// Declared by hand: llvm/Support/TargetSelect.h has them only as "all targets".
extern "C" {
void LLVMInitializeNVPTXTargetInfo();
void LLVMInitializeNVPTXTarget();
void LLVMInitializeNVPTXTargetMC();
}

void sparsegpu::emulator::initialiseTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeNativeTarget();
    InitializeNativeTargetAsmPrinter();
    LLVMInitializeNVPTXTargetInfo();
    LLVMInitializeNVPTXTarget();
    LLVMInitializeNVPTXTargetMC();
  });
}

Status sparsegpu::emulator::parseBitcode(StringRef bitcode,
                                         LLVMContext &context,
                                         std::unique_ptr<Module> &module) {
  // Without a handler LLVM prints diagnostics and may end the process.
  std::string diagnostics;
  context.setDiagnosticHandlerCallBack(
      [](const DiagnosticInfo *info, void *text) {
        if (info->getSeverity() != DS_Error)
          return;
        raw_string_ostream os(*static_cast<std::string *>(text));
        DiagnosticPrinterRawOStream printer(os);
        info->print(printer);
      },
      &diagnostics);
  Expected<std::unique_ptr<Module>> parsed =
      parseBitcodeFile(MemoryBufferRef(bitcode, "kernel"), context);
  context.setDiagnosticHandlerCallBack(nullptr);
  if (!parsed)
    return Status::error("malformed LLVM bitcode: " +
                         toString(parsed.takeError()));
  if (!diagnostics.empty())
    return Status::error("malformed LLVM bitcode: " + diagnostics);
  std::string problem;
  raw_string_ostream os(problem);
  if (verifyModule(**parsed, &os))
    return Status::error("invalid LLVM module: " +
                         StringRef(problem).split('\n').first.str());
  if (!(*parsed)->getTargetTriple().isNVPTX())
    return Status::error(
        formatv("the LLVM bitcode is for '{0}', not for nvptx64",
                (*parsed)->getTargetTriple().str())
            .str());
  module = std::move(*parsed);
  expandInlineAssembly(*module);
  return Status::success();
}

/// LLVM's -O2 for the host. The bitcode has been through -O2 for NVPTX, but the
/// replacements of operations have not, and vectors differ.
static void optimise(Module &module, TargetMachine &machine) {
  LoopAnalysisManager lam;
  FunctionAnalysisManager fam;
  CGSCCAnalysisManager cgam;
  ModuleAnalysisManager mam;
  PassBuilder builder(&machine);
  builder.registerModuleAnalyses(mam);
  builder.registerCGSCCAnalyses(cgam);
  builder.registerFunctionAnalyses(fam);
  builder.registerLoopAnalyses(lam);
  builder.crossRegisterProxies(lam, fam, cgam, mam);
  builder.buildPerModuleDefaultPipeline(OptimizationLevel::O2).run(module, mam);
}

/// Bytes of stack that the function's own variables take.
static size_t stackOf(const Function &function) {
  const DataLayout &layout = function.getParent()->getDataLayout();
  size_t bytes = 0;
  for (const Instruction &instruction : instructions(function))
    if (auto *alloca = dyn_cast<AllocaInst>(&instruction))
      if (std::optional<TypeSize> size = alloca->getAllocationSize(layout))
        bytes += size->getFixedValue() + 16;
  return bytes;
}

/// Variables of the module get names by which their addresses can be asked for.
static void exposeGlobals(Module &module, CompiledModule &compiled) {
  for (GlobalVariable &variable : module.globals()) {
    if (variable.isDeclaration() || variable.getName().starts_with("llvm."))
      continue;
    ModuleGlobal global;
    global.name = variable.getName().str();
    global.bytes =
        module.getDataLayout().getTypeAllocSize(variable.getValueType());
    variable.setName(globalName(compiled.globals.size()));
    variable.setLinkage(GlobalValue::ExternalLinkage);
    compiled.globals.push_back(global);
  }
}

/// An atomic whose result depends on the order in which threads come.
static bool isFloatAtomic(const Instruction &instruction) {
  if (auto *rmw = dyn_cast<AtomicRMWInst>(&instruction))
    return rmw->isFloatingPointOperation();
  auto *call = dyn_cast<CallInst>(&instruction);
  Function *callee = call ? call->getCalledFunction() : nullptr;
  return callee && callee->getName().starts_with("llvm.nvvm.atomic.add.gen.f");
}

/// Everything up to the point where the module is one for the host.
static Status transform(Module &module, const Variant &variant,
                        const TargetMachine &machine,
                        CompiledModule &compiled) {
  prepareModule(module);
  if (variant.instrumented())
    vectoriseAccesses(module);
  for (Function *kernel : findKernels(module)) {
    KernelSignature signature = describeKernel(*kernel);
    static_cast<KernelSignature &>(compiled.kernels[signature.name]) =
        signature;
  }
  addContextArguments(module);
  SmallVector<Function *> kernels = findKernels(module);
  for (Function *kernel : kernels) {
    CompiledKernel &entry = compiled.kernels[kernel->getName().str()];
    // What remains of device functions is recursive, so its depth is unknown.
    entry.stackBytes = 64 * 1024 + 2 * stackOf(*kernel);
  }
  std::string problem = lowerSharedGlobals(module, kernels, compiled);
  if (!problem.empty())
    return Status::error(problem);

  SmallPtrSet<Function *, 8> waiting, polling, adding;
  for (PollingFunction found : addPollingYields(module)) {
    waiting.insert(found.function);
    if (found.pollsMemory)
      polling.insert(found.function);
  }
  bool hasCallees = false;
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    hasCallees |= !is_contained(kernels, &function);
    for (Instruction &instruction : instructions(function)) {
      if (isFloatAtomic(instruction))
        adding.insert(&function);
      if (auto *call = dyn_cast<CallInst>(&instruction))
        if (Function *callee = call->getCalledFunction();
            callee && isSynchronisation(callee->getName()))
          waiting.insert(&function);
    }
  }
  auto mayReach = [&](const SmallPtrSetImpl<Function *> &set, Function *f) {
    return hasCallees ? !set.empty() : set.contains(f);
  };
  for (Function *kernel : kernels) {
    CompiledKernel &entry = compiled.kernels[kernel->getName().str()];
    entry.maySynchronise = mayReach(waiting, kernel);
    entry.pollsMemory = mayReach(polling, kernel);
    entry.hasFloatAtomics = mayReach(adding, kernel);
    if (hasCallees)
      entry.stackBytes = std::max<size_t>(entry.stackBytes, 1 << 20);
  }
  if (variant.instrumented())
    instrument(module, variant, compiled);
  Lowering(module, compiled).run();
  StripDebugInfo(module);
  exposeGlobals(module, compiled);
  retarget(module, kernels, machine.getTargetTriple().str(),
           machine.createDataLayout(), machine.getTargetCPU(),
           machine.getTargetFeatureString());

  raw_string_ostream os(problem);
  if (verifyModule(module, &os))
    return Status::error("internal error: the transformed module is invalid: " +
                         problem);
  return Status::success();
}

static Status emitObject(Module &module, TargetMachine &machine,
                         SmallVectorImpl<char> &object) {
  raw_svector_ostream os(object);
  legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, os, nullptr,
                                  CodeGenFileType::ObjectFile))
    return Status::error("internal error: no code generator for this host");
  passes.run(module);
  return Status::success();
}

Status sparsegpu::emulator::compileToObject(
    Module &module, const Variant &variant, const CodeTarget &target,
    StringRef symbol, SmallVectorImpl<char> &object, CompiledModule &compiled) {
  orc::JITTargetMachineBuilder builder = target.builder;
  builder.setCodeGenOptLevel(CodeGenOptLevel::Default)
      .setRelocationModel(Reloc::PIC_)
      .setCodeModel(CodeModel::Small);
  auto machine = builder.createTargetMachine();
  if (!machine)
    return Status::error("internal error: " + toString(machine.takeError()));
  if (Status status = transform(module, variant, **machine, compiled);
      !status.ok())
    return status;
  optimise(module, **machine);
  emitDescriptor(module, compiled, target.processor, symbol);
  return emitObject(module, **machine, object);
}

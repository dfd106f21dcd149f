//===- Compiler.cpp - Compiles a module for the host ----------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"

#include "Lowering.h"
#include "Transforms.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
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

Status sparsegpu::emulator::parseBitcode(MemoryBufferRef bitcode,
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
  Expected<std::unique_ptr<Module>> parsed = parseBitcodeFile(bitcode, context);
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

namespace {
class JITCode : public CompiledCode {
public:
  std::unique_ptr<orc::LLJIT> jit;
};
} // namespace

static Status fromError(Error error) {
  std::string text = toString(std::move(error));
  for (char &c : text)
    if (c == '\n')
      c = ' ';
  return Status::error(text);
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
    variable.setName(formatv("sparsegpu.global.{0}", compiled.globals.size()));
    variable.setLinkage(GlobalValue::ExternalLinkage);
    compiled.globals.push_back(global);
  }
}

/// Everything up to the point where the module is one for the host.
static Status transform(Module &module, const Variant &variant,
                        const TargetMachine &machine,
                        CompiledModule &compiled) {
  prepareModule(module);
  if (variant.instrumented())
    vectoriseAccesses(module);
  addContextArguments(module);
  SmallVector<Function *> kernels = findKernels(module);
  for (Function *kernel : kernels) {
    CompiledKernel &entry = compiled.kernels[kernel->getName()];
    entry.name = kernel->getName().str();
    // What remains of device functions is recursive, so its depth is unknown.
    entry.stackBytes = 64 * 1024 + 2 * stackOf(*kernel);
  }
  std::string problem = lowerSharedGlobals(module, kernels, compiled);
  if (!problem.empty())
    return Status::error(problem);

  SmallPtrSet<Function *, 8> waiting;
  for (Function *function : addPollingYields(module))
    waiting.insert(function);
  bool hasCallees = false;
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    hasCallees |= !is_contained(kernels, &function);
    for (Instruction &instruction : instructions(function))
      if (auto *call = dyn_cast<CallInst>(&instruction))
        if (Function *callee = call->getCalledFunction();
            callee && isSynchronisation(callee->getName()))
          waiting.insert(&function);
  }
  for (Function *kernel : kernels) {
    CompiledKernel &entry = compiled.kernels[kernel->getName()];
    entry.maySynchronise =
        hasCallees ? !waiting.empty() : waiting.contains(kernel);
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

/// The functions of the host under the names by which compiled code calls them.
static orc::SymbolMap hostSymbols(orc::LLJIT &jit) {
  orc::SymbolMap symbols;
  for (ArrayRef<HostFunction> table :
       {hostSyncFunctions(), hostRuntimeFunctions(), hostMathFunctions(),
        libdeviceFunctions()})
    for (const HostFunction &function : table) {
      // The back end calls these under their own name.
      bool isBuiltin = function.name.starts_with("__") &&
                       !function.name.starts_with("__nv_");
      std::string name = (isBuiltin ? "" : kHostPrefix) + function.name.str();
      symbols[jit.mangleAndIntern(name)] = {
          orc::ExecutorAddr::fromPtr(function.address),
          JITSymbolFlags::Exported | JITSymbolFlags::Callable};
    }
  return symbols;
}

Status sparsegpu::emulator::compileModule(MemoryBufferRef bitcode,
                                          const Variant &variant,
                                          std::unique_ptr<CompiledCode> &code) {
  LLVMContext context;
  std::unique_ptr<Module> module;
  if (Status status = parseBitcode(bitcode, context, module); !status.ok())
    return status;

  auto builder = orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return fromError(builder.takeError());
  builder->setCodeGenOptLevel(CodeGenOptLevel::Default);
  auto machine = builder->createTargetMachine();
  if (!machine)
    return fromError(machine.takeError());

  auto result = std::make_unique<JITCode>();
  if (Status status = transform(*module, variant, **machine, result->module);
      !status.ok())
    return status;
  optimise(*module, **machine);

  SmallVector<char, 0> object;
  {
    raw_svector_ostream os(object);
    legacy::PassManager passes;
    if ((*machine)->addPassesToEmitFile(passes, os, nullptr,
                                        CodeGenFileType::ObjectFile))
      return Status::error("internal error: no code generator for this host");
    passes.run(*module);
  }

  auto jit = orc::LLJITBuilder().setJITTargetMachineBuilder(*builder).create();
  if (!jit)
    return fromError(jit.takeError());
  result->jit = std::move(*jit);
  orc::JITDylib &library = result->jit->getMainJITDylib();
  if (Error e = library.define(orc::absoluteSymbols(hostSymbols(*result->jit))))
    return fromError(std::move(e));
  // memcpy and the functions of the mathematical library.
  auto process = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      result->jit->getDataLayout().getGlobalPrefix());
  if (!process)
    return fromError(process.takeError());
  library.addGenerator(std::move(*process));
  if (Error e = result->jit->addObjectFile(
          std::make_unique<SmallVectorMemoryBuffer>(std::move(object))))
    return fromError(std::move(e));

  for (auto &entry : result->module.kernels) {
    auto address = result->jit->lookup(entryName(entry.first()));
    if (!address)
      return fromError(address.takeError());
    entry.second.entry = address->toPtr<void (*)(ThreadContext *, void **)>();
  }
  for (auto [index, global] : enumerate(result->module.globals)) {
    auto address =
        result->jit->lookup(formatv("sparsegpu.global.{0}", index).str());
    if (address)
      global.address = address->getValue();
    else
      consumeError(address.takeError()); // Optimised away.
  }
  code = std::move(result);
  return Status::success();
}

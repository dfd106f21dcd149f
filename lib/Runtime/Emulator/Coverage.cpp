//===- Coverage.cpp - What cannot be emulated -----------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Walks from each kernel over the functions that it calls and asks the families
// of Lowering.h about every operation. A wrong number must never come out, so
// anything unknown refuses the module.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "Transforms.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace sparsegpu::emulator;

/// LLVM's own intrinsics that have no meaning on the host or that the runtime
/// would get wrong.
static bool isGenericSupported(StringRef name) {
  return name.starts_with("llvm.") && !name.starts_with("llvm.nvvm.") &&
         !name.starts_with("llvm.coro.") && !name.starts_with("llvm.eh.");
}

/// The operation as the reader of PTX knows it.
static std::string describe(StringRef name) {
  StringRef op = name;
  if (!op.consume_front("llvm.nvvm."))
    return formatv("function '{0}', which is not defined", name).str();
  StringRef later =
      StringSwitch<StringRef>(op.split('.').first)
          .Cases({"wmma", "mma", "ldmatrix", "stmatrix"}, "matrix operation")
          .Case("wgmma", "warpgroup matrix operation")
          .Case("tcgen05", "tensor-memory operation")
          .Case("cp", "asynchronous copy")
          .Case("mbarrier", "mbarrier operation")
          .Cases({"mapa", "getctarank"}, "cluster operation")
          .Default(op.starts_with("barrier.cluster") ? "cluster operation"
                                                     : "operation");
  return formatv("{0} '{1}'", later, name).str();
}

static std::string checkCall(CallBase &call) {
  if (auto *assembly = dyn_cast<InlineAsm>(call.getCalledOperand())) {
    std::string text = assembly->getAsmString().str();
    if (text.size() > 100)
      text = text.substr(0, 100) + "...";
    for (char &c : text)
      if (c == '\n' || c == '\t')
        c = ' ';
    // An empty statement only orders memory.
    if (StringRef(text).trim().empty())
      return "";
    return formatv("inline assembly '{0}'", text).str();
  }
  Function *callee = call.getCalledFunction();
  if (!callee)
    return "an indirect call";
  if (!callee->isDeclaration() || isGenericSupported(callee->getName()) ||
      lookupOperation(callee->getName()))
    return "";
  return describe(callee->getName());
}

std::string sparsegpu::emulator::findUnsupported(Module &module) {
  for (Function *kernel : findKernels(module)) {
    SetVector<Function *> reached;
    reached.insert(kernel);
    for (unsigned i = 0; i < reached.size(); ++i) {
      for (Instruction &instruction : instructions(*reached[i])) {
        auto *call = dyn_cast<CallBase>(&instruction);
        if (!call)
          continue;
        std::string problem = checkCall(*call);
        if (!problem.empty()) {
          std::string location = describeLocation(*call);
          return formatv("kernel '{0}' uses {1}{2}{3}, which the emulator does "
                         "not support",
                         kernel->getName(), problem,
                         location.empty() ? "" : " at ", location)
              .str();
        }
        Function *callee = call->getCalledFunction();
        if (callee && !callee->isDeclaration())
          reached.insert(callee);
      }
    }
    if (kernel->isVarArg() || !kernel->getReturnType()->isVoidTy())
      return formatv("kernel '{0}' is variadic or returns a value",
                     kernel->getName())
          .str();
  }
  for (GlobalVariable &variable : module.globals())
    if (variable.isDeclaration() && variable.getAddressSpace() != 3 &&
        !variable.getName().starts_with("llvm.") && !variable.use_empty())
      return formatv("variable '{0}' is used but not defined",
                     variable.getName())
          .str();
  return "";
}

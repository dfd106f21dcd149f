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

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
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

namespace {
/// What begins like this is not there, and why.
struct Family {
  StringRef prefix, kind;
  /// The architecture that brought it, if it is newer than those covered.
  StringRef chip;
};
const Family families[] = {
    {"wmma.", "matrix operation", ""},
    {"mma.", "matrix operation", ""},
    {"ldmatrix.", "matrix operation", ""},
    {"stmatrix.", "matrix operation", "sm_90"},
    {"wgmma.", "warpgroup matrix operation", "sm_90"},
    {"cp.async.bulk.", "bulk asynchronous copy", "sm_90"},
    {"mbarrier.", "mbarrier operation", "sm_90"},
    {"barrier.cluster.", "cluster operation", "sm_90"},
    {"mapa", "cluster operation", "sm_90"},
    {"getctarank", "cluster operation", "sm_90"},
    {"is_explicit_cluster", "cluster operation", "sm_90"},
    {"fence.", "fence", "sm_90"},
    {"setmaxnreg.", "operation", "sm_90"},
    {"griddepcontrol.", "operation", "sm_90"},
    {"tensormap.", "tensor map operation", "sm_90"},
    {"prefetch.tensormap", "tensor map operation", "sm_90"},
    {"tcgen05.", "tensor-memory operation", "sm_100"},
    {"clusterlaunchcontrol.", "cluster operation", "sm_100"},
    {"redux.sync.f", "operation", "sm_100"},
    {"st.bulk", "operation", "sm_100"},
    {"ff2bf16x2.rs", "conversion", "sm_100"},
    {"ff2f16x2.rs", "conversion", "sm_100"},
    {"f32x4.to.", "conversion", "sm_100"},
    {"ff.to.", "conversion", "sm_100"},
    {"bf16x2.to.", "conversion", "sm_100"},
    {"ue8m0x2.to.", "conversion", "sm_100"},
    {"e2m1x2.to.", "conversion", "sm_100"},
    {"e2m3x2.to.", "conversion", "sm_100"},
    {"e3m2x2.to.", "conversion", "sm_100"},
    {"tex.", "texture operation", ""},
    {"tld4.", "texture operation", ""},
    {"txq.", "texture operation", ""},
    {"suld.", "surface operation", ""},
    {"sust.", "surface operation", ""},
    {"suq.", "surface operation", ""},
};
/// Statements of PTX that are Hopper's.
const StringRef hopperStatements[] = {
    "wgmma",          "cp.async.bulk",     "expect_tx",
    "complete_tx",    "mbarrier.try_wait", "setmaxnreg",
    "griddepcontrol", "barrier.cluster",   "fence.mbarrier_init",
    "multimem",       "fence.proxy.async", "stmatrix"};
} // namespace

/// The operation as the reader of PTX knows it.
static std::string describe(StringRef name) {
  StringRef op = name;
  if (!op.consume_front("llvm.nvvm."))
    return formatv("function '{0}', which is not defined", name).str();
  for (const Family &family : families)
    if (op.starts_with(family.prefix))
      return formatv("{0} '{1}'{2}{3}", family.kind, name,
                     family.chip.empty() ? "" : " of ", family.chip)
          .str();
  return formatv("operation '{0}'", name).str();
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
    bool isHopper = any_of(hopperStatements, [&](StringRef statement) {
      return assembly->getAsmString().contains(statement);
    });
    return formatv("inline assembly '{0}'{1}", text,
                   isHopper ? " of sm_90" : "")
        .str();
  }
  Function *callee = call.getCalledFunction();
  if (!callee)
    return "an indirect call";
  // Intrinsics of another target.
  if (callee->isTargetIntrinsic() &&
      !callee->getName().starts_with("llvm.nvvm."))
    return describe(callee->getName());
  if (!callee->isDeclaration() || isGenericSupported(callee->getName()) ||
      lookupOperation(callee->getName()))
    return "";
  return describe(callee->getName());
}

/// What is wrong with the module as a whole, or nothing.
static std::string checkModule(Module &module) {
  for (GlobalVariable &variable : module.globals()) {
    if ((variable.getName() == "llvm.global_ctors" ||
         variable.getName() == "llvm.global_dtors") &&
        variable.hasInitializer() &&
        !variable.getInitializer()->isNullValue() &&
        cast<ArrayType>(variable.getValueType())->getNumElements() != 0)
      return formatv("the module has constructors or destructors of variables "
                     "('{0}'), which nobody would call on a GPU",
                     variable.getName())
          .str();
    if (variable.isThreadLocal())
      return formatv(
                 "variable '{0}' is thread-local, which NVPTX does not have",
                 variable.getName())
          .str();
  }
  return "";
}

std::string sparsegpu::emulator::findUnsupported(Module &module) {
  std::string whole = checkModule(module);
  if (!whole.empty())
    return whole;
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

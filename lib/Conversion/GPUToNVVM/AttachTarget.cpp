//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Chip and features, validated before LLVM sees them, as #nvvm.target.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Conversion/Passes.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"

namespace sparsegpu {
#define GEN_PASS_DEF_ATTACHTARGET
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

static constexpr const char *kTriple = "nvptx64-nvidia-cuda";
/// The PTX version where the chip asks for less (PTX ISA, release notes: 7.1
/// came with CUDA 11.1 and covers sm_70 to sm_86).
static constexpr unsigned kMinimumPTX = 71;
/// PTX ISA, "Warp Level Matrix Instructions: mma": e4m3 and e5m2 since 8.4.
static constexpr unsigned kFloat8PTX = 84;
/// What --sparse-gpu-place-shared-memory leaves on a kernel's arena.
static constexpr llvm::StringLiteral kRegisters("sparse_gpu.registers");

/// LLVM's NVPTX back end; null if LLVM was built without it.
static const llvm::Target *getTarget() {
  LLVMInitializeNVPTXTargetInfo();
  LLVMInitializeNVPTXTarget();
  LLVMInitializeNVPTXTargetMC();
  LLVMInitializeNVPTXAsmPrinter();
  std::string error;
  return llvm::TargetRegistry::lookupTarget(llvm::Triple(kTriple), error);
}

/// The lowest PTX version that has `chip`, as 78 for 7.8. LLVM keeps the table
/// in a private header, so the back end is asked: it writes an empty module
/// in that version. Zero if it does not say.
static unsigned getLowestPTXVersion(const llvm::Target &target,
                                    StringRef chip) {
  llvm::Triple triple(kTriple);
  std::unique_ptr<llvm::TargetMachine> machine(target.createTargetMachine(
      triple, chip, "", llvm::TargetOptions(), std::nullopt));
  llvm::LLVMContext context;
  llvm::Module module("empty", context);
  module.setTargetTriple(triple);
  module.setDataLayout(machine->createDataLayout());
  SmallString<256> text;
  llvm::raw_svector_ostream stream(text);
  llvm::legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, stream, nullptr,
                                   llvm::CodeGenFileType::AssemblyFile))
    return 0;
  passes.run(module);
  StringRef version = text.str().split(".version ").second;
  unsigned major, minor;
  if (version.consumeInteger(10, major) || !version.consume_front(".") ||
      version.consumeInteger(10, minor))
    return 0;
  return 10 * major + minor;
}

/// 71 for "ptx71"; nothing if `feature` is no PTX version.
static std::optional<unsigned> getPTXVersion(StringRef feature) {
  unsigned version;
  if (!feature.consume_front("ptx") || feature.getAsInteger(10, version))
    return std::nullopt;
  return version;
}

/// The compute capability of `chip`: 80 for sm_80, 90 for sm_90a.
static std::optional<unsigned> getCapability(StringRef chip) {
  unsigned capability;
  if (!chip.consume_front("sm_") || chip.consumeInteger(10, capability))
    return std::nullopt;
  return capability;
}

namespace {
struct AttachTarget : sparsegpu::impl::AttachTargetBase<AttachTarget> {
  using AttachTargetBase::AttachTargetBase;

  void runOnOperation() override {
    FailureOr<std::string> checked = checkTarget();
    if (failed(checked))
      return signalPassFailure();
    OpBuilder b(&getContext());
    auto target = NVVM::NVVMTargetAttr::get(
        &getContext(), /*optLevel=*/2, kTriple, chip, *checked,
        /*flags=*/nullptr, /*files=*/nullptr);
    for (auto module : getOperation().getOps<gpu::GPUModuleOp>()) {
      module.setTargetsAttr(b.getArrayAttr({target}));
      for (auto kernel : module.getOps<gpu::GPUFuncOp>())
        boundRegisters(kernel);
    }
  }

  /// PTX ISA, ".maxnreg".
  static void boundRegisters(gpu::GPUFuncOp kernel) {
    kernel.walk([&](gpu::DynamicSharedMemoryOp arena) {
      if (Attribute registers = arena->removeAttr(kRegisters))
        kernel->setAttr(NVVM::NVVMDialect::getMaxnregAttrName(), registers);
    });
  }

  /// The features to use, or failure with one error.
  FailureOr<std::string> checkTarget() {
    auto fail = [&](const Twine &message) -> FailureOr<std::string> {
      getOperation().emitError() << message;
      return failure();
    };
    if (format != "isa" && format != "bin" && format != "fatbin" &&
        format != "llvm")
      return fail("option 'format' must be isa, bin, fatbin or llvm, got '" +
                  format + "'");
    const llvm::Target *target = getTarget();
    if (!target)
      return fail("this LLVM was built without the NVPTX target");
    std::unique_ptr<llvm::MCSubtargetInfo> subtarget(
        target->createMCSubtargetInfo(llvm::Triple(kTriple), "", ""));
    std::optional<unsigned> capability = getCapability(chip);
    if (!capability || !subtarget->isCPUStringValid(chip))
      return fail("unknown chip '" + chip +
                  "': expected one that LLVM knows, for example sm_80, sm_89 "
                  "or sm_90a");
    if (*capability < 70)
      return fail("chip '" + chip + "' is too old: sm_70 or later is needed");
    if (*capability < 75 && (format == "bin" || format == "fatbin"))
      return fail("chip '" + chip +
                  "' has no assembler in CUDA 13: use "
                  "format=isa, which the driver assembles");
    unsigned required = getLowestPTXVersion(*target, chip);
    std::string reason = "chip '" + chip.getValue() + "'";
    if (usesFloat8() && required < kFloat8PTX) {
      required = kFloat8PTX;
      reason = "mma of 8-bit floats";
    }
    return checkFeatures(*subtarget, required, reason, fail);
  }

  /// Whether a kernel multiplies 8-bit floats on tensor cores.
  bool usesFloat8() {
    return getOperation()
        .walk([](LLVM::CallIntrinsicOp call) {
          bool found = call.getIntrin().contains(".e4m3.") ||
                       call.getIntrin().contains(".e5m2.");
          return found ? WalkResult::interrupt() : WalkResult::advance();
        })
        .wasInterrupted();
  }

  /// `required` is the lowest PTX version, because of `reason`.
  template <typename Fail>
  FailureOr<std::string> checkFeatures(const llvm::MCSubtargetInfo &subtarget,
                                       unsigned required, StringRef reason,
                                       Fail fail) {
    if (features.empty())
      return ("+ptx" + Twine(std::max(required, kMinimumPTX))).str();
    SmallVector<StringRef> names;
    StringRef(features).split(names, ',');
    for (StringRef name : names) {
      bool enabled = name.consume_front("+");
      if (!enabled && !name.consume_front("-"))
        return fail("feature '" + name + "' must begin with + or -");
      bool known = llvm::any_of(subtarget.getAllProcessorFeatures(),
                                [&](const llvm::SubtargetFeatureKV &feature) {
                                  return name == feature.Key;
                                });
      if (!known)
        return fail("unknown feature '" + name + "' of the NVPTX target");
      if (getCapability(name))
        return fail("feature '" + name +
                    "' names a chip: use the option 'chip'");
      std::optional<unsigned> version = getPTXVersion(name);
      if (enabled && version && *version < required)
        return fail("feature '+" + name + "' is too low for " + reason +
                    ", which needs at least +ptx" + Twine(required));
    }
    return std::string(features);
  }
};
} // namespace

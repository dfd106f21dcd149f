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
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
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

/// What LLVM's NVPTX back end knows of `chip`; null if it has no NVPTX target.
static std::unique_ptr<llvm::MCSubtargetInfo> getSubtarget(StringRef chip) {
  LLVMInitializeNVPTXTargetInfo();
  LLVMInitializeNVPTXTargetMC();
  std::string error;
  llvm::Triple triple(kTriple);
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return nullptr;
  return std::unique_ptr<llvm::MCSubtargetInfo>(
      target->createMCSubtargetInfo(triple, chip, ""));
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
    for (auto module : getOperation().getOps<gpu::GPUModuleOp>())
      module.setTargetsAttr(b.getArrayAttr({target}));
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
    std::unique_ptr<llvm::MCSubtargetInfo> subtarget = getSubtarget("");
    if (!subtarget)
      return fail("this LLVM was built without the NVPTX target");
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
    return checkFeatures(*getSubtarget(chip), fail);
  }

  template <typename Fail>
  FailureOr<std::string> checkFeatures(const llvm::MCSubtargetInfo &subtarget,
                                       Fail fail) {
    // The PTX version that the chip itself asks for.
    unsigned required = 0;
    for (const llvm::SubtargetFeatureKV &feature :
         subtarget.getAllProcessorFeatures())
      if (std::optional<unsigned> version = getPTXVersion(feature.Key);
          version && subtarget.getFeatureBits().test(feature.Value))
        required = std::max(required, *version);
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
      std::optional<unsigned> version = getPTXVersion(name);
      if (enabled && version && *version < required)
        return fail("feature '+" + name + "' is too low for chip '" + chip +
                    "', which needs at least +ptx" + Twine(required));
    }
    return std::string(features);
  }
};
} // namespace

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which results go through shared memory on their way to global memory.
//
// Of a fragment of tensor cores four lanes have neighbouring columns, two each:
// with elements of 32 bits they fill a sector of 32 bytes, with smaller ones a
// half or a quarter of it, and L2 sees each sector twice or four times.
//
//===----------------------------------------------------------------------===//

#include "EpilogueStaging.h"
#include "SparseGPU/Conversion/Chip.h"
#include "SparseGPU/Conversion/Passes.h"
#include "SparseGPU/CostModel/TargetDescription.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace sparsegpu {
#define GEN_PASS_DEF_STAGEEPILOGUE
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

static constexpr int64_t kSectorBytes = 32;
/// Twice what a lane stores of a fragment of 16-bit elements.
static constexpr int64_t kLeastPiece = 8;

/// Bytes that neighbouring lanes store side by side from their fragments: four
/// lanes a row, or eight a column.
static int64_t getDirectBytes(StoreOp store, ScheduleAttr schedule,
                              int64_t width) {
  if (store.getContiguous() == 0)
    return 8 * width;
  return 4 * (schedule.getPath() == ComputePath::FMA ? 4 : 2) * width;
}

namespace {
struct Verdict {
  /// Empty: the store is staged.
  std::string reason;
  /// Whether someone asked for what cannot be.
  bool isRefusal = false;
};

struct StageEpilogue : sparsegpu::impl::StageEpilogueBase<StageEpilogue> {
  using StageEpilogueBase::StageEpilogueBase;

  void runOnOperation() override {
    if (!getCapability(chip)) {
      getOperation().emitError("option 'chip' must be sm_ and a number, got '")
          << chip << "'";
      return signalPassFailure();
    }
    getOperation().walk([&](StoreOp store) {
      if (store.getStaged())
        return;
      Verdict verdict = judge(store);
      if (verdict.reason.empty())
        store.setStaged(true);
      else if (verdict.isRefusal || explain)
        store.emitRemark("is not staged: ") << verdict.reason;
    });
  }

  Verdict judge(StoreOp store);
};
} // namespace

Verdict StageEpilogue::judge(StoreOp store) {
  auto nest = store->getParentOfType<scf::ForallOp>();
  auto schedule =
      nest ? nest->getAttrOfType<ScheduleAttr>("sparse_gpu.schedule") : nullptr;
  if (!schedule || schedule.getTile().empty() || nest != store->getParentOp())
    return {"it is not in the body of a nest whose units are those of blocks "
            "(STG-1)",
            true};
  auto tile = cast<RankedTensorType>(store.getTile().getType());
  int64_t width =
      llvm::divideCeil(tile.getElementType().getIntOrFloatBitWidth(), 8);
  int64_t direct = getDirectBytes(store, schedule, width);
  if (direct >= kSectorBytes)
    return {"lanes side by side store " + std::to_string(direct) +
                " bytes as it is, whole sectors (STG-2)",
            false};
  if (store.getPartial() && store.getContiguous() == 0)
    return {"rows that may not exist are side by side in memory (STG-6)",
            false};
  int64_t elements = getStagedElements(store, schedule);
  int64_t alignment = getResultAlignment(schedule);
  if (elements * width < kLeastPiece)
    return {"at once no more than " + std::to_string(elements * width) +
                " bytes can be stored, by an alignment of " +
                std::to_string(alignment) + " bytes and runs of " +
                std::to_string(store.getRun()) + " elements (STG-3)",
            alignment > 1};
  int64_t line = tile.getDimSize(store.getContiguous()) * width;
  if (line < kSectorBytes)
    return {"a line of the tile has " + std::to_string(line) +
                " bytes, less than a sector (STG-4)",
            true};
  int64_t bytes = tile.getNumElements() * width;
  int64_t available = costmodel::representativeOf(chip).sharedPerBlock;
  if (bytes > available)
    return {"the tile has " + std::to_string(bytes) +
                " bytes, shared memory of a block on " + chip + " " +
                std::to_string(available) + " (STG-5)",
            true};
  return {};
}

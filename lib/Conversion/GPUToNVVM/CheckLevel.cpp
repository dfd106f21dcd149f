//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The contracts of the levels, checked.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Conversion/Passes.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace sparsegpu {
#define GEN_PASS_DEF_CHECKLEVEL
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

/// All types that `op` makes: of results and of block arguments.
static bool anyType(Operation *op, function_ref<bool(Type)> predicate) {
  if (llvm::any_of(op->getResultTypes(), predicate) ||
      llvm::any_of(op->getOperandTypes(), predicate))
    return true;
  for (Region &region : op->getRegions())
    for (Block &block : region)
      if (llvm::any_of(block.getArgumentTypes(), predicate))
        return true;
  if (auto function = dyn_cast<FunctionOpInterface>(op))
    return llvm::any_of(function.getArgumentTypes(), predicate) ||
           llvm::any_of(function.getResultTypes(), predicate);
  return false;
}

static LogicalResult fail(Operation *op, const Twine &rule) {
  return op->emitError() << "'" << op->getName() << "' " << rule;
}

static LogicalResult checkLevel1(Operation *op) {
  std::optional<ArrayAttr> schedules;
  if (auto spmm = dyn_cast<SpMMOp>(op))
    schedules = spmm.getSchedules();
  else if (auto contract = dyn_cast<ContractOp>(op))
    schedules = contract.getSchedules();
  else
    return success();
  if (!schedules || schedules->empty() ||
      !cast<ScheduleAttr>((*schedules)[schedules->size() - 1])
           .getGuards()
           .empty())
    return fail(op, "needs schedules, the last of them without guards "
                    "(LVL1-1)");
  return success();
}

static LogicalResult checkLevel2(Operation *op) {
  bool sparse = anyType(op, [](Type type) {
    return getSparseFormat(type) ||
           sparse_tensor::getSparseTensorEncoding(type);
  });
  if (sparse)
    return fail(op, "still has a value of a sparse type (LVL2-1)");
  if (isa<SpMMOp, ContractOp>(op))
    return fail(op, "is left at level 2 (LVL2-2)");
  return success();
}

/// The memref that `value` is a view of.
static Value getBase(Value value) {
  while (Operation *definition = value.getDefiningOp()) {
    if (auto view = dyn_cast<ViewLikeOpInterface>(definition))
      value = view.getViewSource();
    else if (auto metadata =
                 dyn_cast<memref::ExtractStridedMetadataOp>(definition))
      value = metadata.getSource();
    else
      break;
  }
  return value;
}

static bool isShared(Value memref) {
  return gpu::GPUDialect::hasWorkgroupMemoryAddressSpace(
      cast<MemRefType>(memref.getType()));
}

/// True if `value` is computed inside `loop`.
static bool isDefinedInside(Value value, Operation *loop) {
  return loop->isAncestor(value.getParentBlock()->getParentOp());
}

/// LVL3-4: the innermost loop around a store does not load from the same
/// memory. Grid-stride loops over units carry nothing: they are marked.
static LogicalResult checkAccumulators(gpu::GPUFuncOp kernel) {
  WalkResult result = kernel.walk([&](memref::StoreOp store) {
    Operation *loop = store->getParentOfType<LoopLikeOpInterface>();
    Value base = getBase(store.getMemRef());
    if (!loop || loop->hasAttr("sparse_gpu.grid_stride") ||
        isShared(store.getMemRef()))
      return WalkResult::advance();
    WalkResult loads = loop->walk([&](memref::LoadOp load) {
      bool same = getBase(load.getMemRef()) == base &&
                  load->getParentOfType<LoopLikeOpInterface>() == loop &&
                  load.getIndices() == store.getIndices() &&
                  llvm::none_of(load.getIndices(), [&](Value index) {
                    return isDefinedInside(index, loop);
                  });
      return same ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (!loads.wasInterrupted())
      return WalkResult::advance();
    return failed(fail(store, "keeps an accumulator in memory inside a loop "
                              "(LVL3-4)"))
               ? WalkResult::interrupt()
               : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

static LogicalResult checkLevel3(Operation *op) {
  if (auto kernel = dyn_cast<gpu::GPUFuncOp>(op)) {
    if (!kernel.isKernel())
      return success();
    if (!kernel.getKnownBlockSizeAttr())
      return fail(op, "has no known block size (LVL3-3)");
    return checkAccumulators(kernel);
  }
  if (!op->getParentOfType<gpu::GPUFuncOp>())
    return success();
  if (anyType(op, llvm::IsaPred<TensorType>))
    return fail(op, "has a tensor in a kernel (LVL3-1)");
  if (isa<linalg::LinalgDialect>(op->getDialect()))
    return fail(op, "is left in a kernel (LVL3-2)");
  return success();
}

static LogicalResult checkLevel4(Operation *op) {
  if (isa<ModuleOp, gpu::BinaryOp, gpu::LaunchFuncOp>(op) ||
      isa<LLVM::LLVMDialect, NVVM::NVVMDialect>(op->getDialect()))
    return success();
  return fail(op, "was not lowered to LLVM (LVL4-1)");
}

namespace {
struct CheckLevel : sparsegpu::impl::CheckLevelBase<CheckLevel> {
  using CheckLevelBase::CheckLevelBase;

  void runOnOperation() override {
    LogicalResult (*checks[])(Operation *) = {checkLevel1, checkLevel2,
                                              checkLevel3, checkLevel4};
    if (level < 1 || level > 4) {
      getOperation().emitError("option 'level' must be 1 to 4, got ")
          << level.getValue();
      return signalPassFailure();
    }
    // Outside in: the operation is named, not what its region ends with.
    WalkResult result =
        getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
          return failed(checks[level - 1](op)) ? WalkResult::interrupt()
                                               : WalkResult::advance();
        });
    if (result.wasInterrupted())
      signalPassFailure();
    else
      markAllAnalysesPreserved();
  }
};
} // namespace

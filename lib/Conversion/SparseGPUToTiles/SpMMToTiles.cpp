//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// sparse_gpu.spmm to the loop nest of units and steps, for any format.
//
// The schedules become a chain of scf.if over their guards; NestBuilder makes
// the nests of one schedule.
//
//===----------------------------------------------------------------------===//

#include "NestBuilder.h"
#include "PackOperands.h"
#include "ScheduleDispatch.h"
#include "SparseGPU/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace sparsegpu {
#define GEN_PASS_DEF_SPMMTOTILES
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

namespace {
struct SpMMToTiles : sparsegpu::impl::SpMMToTilesBase<SpMMToTiles> {
  using SpMMToTilesBase::SpMMToTilesBase;

  void runOnOperation() override {
    if (failed(checkOperandsOption(getOperation(), operands)))
      return signalPassFailure();
    SmallVector<SpMMOp> ops;
    getOperation().walk([&](SpMMOp op) { ops.push_back(op); });
    for (SpMMOp op : ops)
      if (failed(expand(op)))
        return signalPassFailure();
  }

  LogicalResult expand(SpMMOp op) {
    if (!op.isDecomposed() || !isa<MemRefType>(op.getCType()))
      return op.emitOpError("must have its storage and memrefs as operands "
                            "here (LVL2-2)");
    if (!hasUsableSchedules(op.getSchedules()))
      return op.emitOpError("needs schedules, the last of them without guards: "
                            "run --sparse-gpu-assign-schedule first (LVL1-1)");
    OpBuilder builder(op);
    auto hasTile = [](ScheduleAttr schedule) {
      return !schedule.getTile().empty();
    };
    if (operands == "host" &&
        llvm::any_of(op.getSchedules()->getAsRange<ScheduleAttr>(), hasTile))
      packOperands(op, op.getInit(), op.getBeta() != nullptr, builder);
    NestBuilder nest(op, builder);
    LogicalResult built = buildBySchedule(
        op, *op.getSchedules(), builder,
        [&](ScheduleAttr schedule) { return nest.buildGuards(schedule); },
        [&](ScheduleAttr schedule) { nest.build(schedule); },
        [&]() { nest.freeWorkspace(); });
    return success(succeeded(built) && !nest.hasFailed());
  }
};
} // namespace

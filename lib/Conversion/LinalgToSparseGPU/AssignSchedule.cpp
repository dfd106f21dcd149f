//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Default and given schedules for sparse operations.
//
//===----------------------------------------------------------------------===//

#include "ContractSchedules.h"
#include "SpMMSchedules.h"
#include "SparseGPU/Conversion/Chip.h"
#include "SparseGPU/Conversion/Passes.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/AsmParser/AsmParser.h"
#include "llvm/Support/MathExtras.h"

namespace sparsegpu {
#define GEN_PASS_DEF_ASSIGNSCHEDULE
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

namespace {
struct AssignSchedule : sparsegpu::impl::AssignScheduleBase<AssignSchedule> {
  using AssignScheduleBase::AssignScheduleBase;

  void runOnOperation() override {
    std::optional<unsigned> capability = getCapability(chip);
    if (!capability) {
      getOperation().emitError("option 'chip' must be sm_ and a number, got '")
          << chip << "'";
      return signalPassFailure();
    }
    FailureOr<SmallVector<Attribute>> given = parseOption();
    if (failed(given))
      return signalPassFailure();
    WalkResult result = getOperation().walk([&](SpMMOp op) {
      if (!op.getSchedules()) {
        std::string why;
        op.setSchedulesAttr(ArrayAttr::get(
            &getContext(),
            given->empty() ? chooseSpMMSchedules(op, chip, stageEpilogue, why)
                           : *given));
        if (isExplaining())
          op.emitRemark() << "is computed by "
                          << op.getSchedules()->getValue().front() << "\n"
                          << why;
      }
      SmallVector<Attribute> resolved;
      for (auto schedule : op.getSchedules()->getAsRange<ScheduleAttr>())
        resolved.push_back(schedule.resolveUnit(op.getFormat()));
      op.setSchedulesAttr(ArrayAttr::get(&getContext(), resolved));
      return failed(check(op)) ? WalkResult::interrupt()
                               : WalkResult::advance();
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    result = getOperation().walk([&](ContractOp op) {
      if (!op.getSchedules()) {
        std::string why;
        SmallVector<Attribute> schedules =
            given->empty() ? chooseContractSchedules(
                                 op, chip, {workspace, stageEpilogue}, why)
                           : *given;
        op.setSchedulesAttr(ArrayAttr::get(&getContext(), schedules));
        if (isExplaining())
          op.emitRemark() << "is computed by " << schedules.front() << "\n"
                          << why;
      } else if (isExplaining()) {
        op.emitRemark() << "has schedules of its own\n"
                        << explainContractSchedules(op, chip);
      }
      return failed(check(op)) ? WalkResult::interrupt()
                               : WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }

  /// The last schedule, and no other, always applies.
  static LogicalResult checkGuards(Operation *op, ArrayAttr schedules) {
    size_t always = 0;
    for (auto schedule : schedules.getAsRange<ScheduleAttr>())
      always += schedule.getGuards().empty();
    if (always != 1 ||
        !cast<ScheduleAttr>(schedules.getValue().back()).getGuards().empty())
      return op->emitError("the last of an operation's schedules, and no "
                           "other, must have no guards (SCH-7)");
    return success();
  }

  LogicalResult check(ContractOp op) {
    for (auto schedule : op.getSchedules()->getAsRange<ScheduleAttr>()) {
      if (schedule.getTile().empty())
        return op.emitOpError("cannot be computed by ")
               << schedule << ": it has no 'tile' (SCH-8)";
      if (!sparsegpu::allowsCopies(op, schedule))
        return op.emitOpError("cannot be computed by ")
               << schedule << ": rows of A and B are not known to begin at "
               << "multiples of 'copy' bytes; guard it by 'alignment ge "
               << schedule.getCopy() << "', or copy 0 bytes at once (SCH-17)";
      if (std::optional<std::string> how =
              exceedsSharedMemory(op, schedule, chip))
        return op.emitOpError("cannot be computed by ")
               << schedule << ": " << *how << " (SCH-20)";
    }
    return checkGuards(op, *op.getSchedules());
  }

  /// Schedules are chosen, and the reasons told.
  bool isExplaining() { return StringRef(schedule).trim() == "explain"; }

  /// The schedules of the option: none if they are to be chosen.
  FailureOr<SmallVector<Attribute>> parseOption() {
    StringRef text = StringRef(schedule).trim();
    if (text.empty() || isExplaining())
      return SmallVector<Attribute>();
    std::string full = text.starts_with("#") || text.starts_with("[")
                           ? text.str()
                           : ("#sparse_gpu.schedule<" + text + ">").str();
    Attribute parsed = parseAttribute(full, &getContext());
    SmallVector<Attribute> list;
    if (auto array = dyn_cast_or_null<ArrayAttr>(parsed))
      list.assign(array.begin(), array.end());
    else if (parsed)
      list.push_back(parsed);
    if (list.empty() || !llvm::all_of(list, llvm::IsaPred<ScheduleAttr>)) {
      getOperation().emitError()
          << "option 'schedule' is not a schedule: '" << text << "'";
      return failure();
    }
    return list;
  }

  /// Blocks multiply tiles of A and B: what the units of warps do beside is not
  /// theirs.
  LogicalResult checkTile(SpMMOp op, ScheduleAttr schedule) {
    std::string reason;
    if (op.getTransposeA() != op.getFormat().storesTransposed())
      reason = "'tile' is for units that own rows of the result (SCH-8)";
    else if (!op.getCombine().empty() || !op.getReduce().empty())
      reason = "with 'tile' there are only sums of products (SCH-8)";
    else if (schedule.getSplitK() != 1)
      reason = "'split_k' is for dense operands (SCH-8)";
    else if (!allowsCopies(op, schedule))
      reason = "rows of B are not known to begin at multiples of 'copy' bytes; "
               "guard it by 'alignment ge' that many, or copy 0 bytes at once "
               "(SCH-17)";
    else if (std::optional<std::string> how =
                 exceedsSharedMemory(op, schedule, chip))
      reason = *how + " (SCH-20)";
    else
      return success();
    return op.emitError() << "operand A of type " << op.getSparseType()
                          << " cannot be computed by " << schedule << ": "
                          << reason;
  }

  /// Rows of B begin at multiples of what is copied at once: a guard says so,
  /// or the shape, with operands whose addresses do.
  static bool allowsCopies(SpMMOp op, ScheduleAttr schedule) {
    int64_t bytes = schedule.getCopy();
    for (GuardAttr guard : schedule.getGuards())
      if (guard.getQuantity() == GuardQuantity::Alignment &&
          guard.getBound() >= bytes)
        return true;
    ShapedType type = op.getBType();
    int64_t row = type.getShape().back();
    return bytes == 0 ||
           (type.getRank() == 2 && !ShapedType::isDynamic(row) &&
            row * type.getElementTypeBitWidth() % (8 * bytes) == 0);
  }

  /// The format supports every schedule, and the last always applies.
  LogicalResult check(SpMMOp op) {
    if (!op.getReduce().empty() && op.getFormat().storesPadding())
      return op.emitError() << "operand A of type " << op.getSparseType()
                            << " stores zeros for places without an entry, "
                               "which only (+, *) leaves out of the result; "
                               "this operation has another 'reduce' (SCH-10)";
    ArrayAttr schedules = *op.getSchedules();
    if (failed(checkGuards(op, schedules)))
      return failure();
    for (auto schedule : schedules.getAsRange<ScheduleAttr>()) {
      std::string reason;
      if (failed(op.getFormat().supports(schedule, reason)))
        return op.emitError() << "operand A of type " << op.getSparseType()
                              << " cannot be computed by " << schedule << ": "
                              << reason << " (SCH-8)";
      if (!schedule.getTile().empty()) {
        if (failed(checkTile(op, schedule)))
          return failure();
        continue;
      }
      if (schedule.getLanes() < 32 && !canReduceBetweenLanes(op))
        return op.emitError()
               << "schedule field 'lanes' must be 32 where 'reduce' is more "
                  "than one operation (SCH-9)";
    }
    return success();
  }
};
} // namespace

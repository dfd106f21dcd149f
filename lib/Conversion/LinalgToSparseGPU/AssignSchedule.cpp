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

/// True if a partial result of the operation can be reduced between lanes:
/// its reduction is one operation.
static bool canReduceBetweenLanes(SpMMOp op) {
  return op.getReduce().empty() ||
         op.getReduce().front().getOperations().size() == 2;
}

/// The schedules for an operation with `columns` columns, or for any number.
static SmallVector<Attribute> chooseSchedules(SpMMOp op) {
  MLIRContext *context = op.getContext();
  ScheduleAttr base = ScheduleAttr::getDefault(context);
  int64_t columns = op.getStaticColumns();
  if (!canReduceBetweenLanes(op))
    return {base};
  if (!ShapedType::isDynamic(columns)) {
    if (columns > 32)
      return {base.withTile(32, 2, /*unroll=*/4, {})};
    int64_t lanes = llvm::PowerOf2Ceil(std::max<int64_t>(columns, 1));
    return {base.withTile(lanes, 1, /*unroll=*/4, {})};
  }
  // Each schedule is a kernel that the back end must compile: two are enough,
  // and the one for few columns is kept small.
  auto wide = GuardAttr::get(context, GuardQuantity::N, GuardPredicate::GT, 16);
  return {base.withTile(32, 2, /*unroll=*/4, wide),
          base.withTile(8, 1, /*unroll=*/1, {})};
}

namespace {
struct AssignSchedule : sparsegpu::impl::AssignScheduleBase<AssignSchedule> {
  using AssignScheduleBase::AssignScheduleBase;

  void runOnOperation() override {
    FailureOr<SmallVector<Attribute>> given = parseOption();
    if (failed(given))
      return signalPassFailure();
    WalkResult result = getOperation().walk([&](SpMMOp op) {
      if (!op.getSchedules())
        op.setSchedulesAttr(ArrayAttr::get(
            &getContext(), given->empty() ? chooseSchedules(op) : *given));
      return failed(check(op)) ? WalkResult::interrupt()
                               : WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }

  /// The schedules of the option: none if it is empty.
  FailureOr<SmallVector<Attribute>> parseOption() {
    StringRef text = StringRef(schedule).trim();
    if (text.empty())
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

  /// The format supports every schedule, and the last always applies.
  LogicalResult check(SpMMOp op) {
    ArrayAttr schedules = *op.getSchedules();
    size_t always = 0;
    for (auto schedule : schedules.getAsRange<ScheduleAttr>())
      always += schedule.getGuards().empty();
    if (always != 1 ||
        !cast<ScheduleAttr>(schedules.getValue().back()).getGuards().empty())
      return op.emitError("the last of an operation's schedules, and no other, "
                          "must have no guards (SCH-7)");
    for (auto schedule : schedules.getAsRange<ScheduleAttr>()) {
      std::string reason;
      if (failed(op.getFormat().supports(schedule, op.getTransposeA(), reason)))
        return op.emitError() << "operand A of type " << op.getSparseType()
                              << " cannot be computed by " << schedule << ": "
                              << reason << " (SCH-8)";
      if (schedule.getLanes() < 32 && !canReduceBetweenLanes(op))
        return op.emitError()
               << "schedule field 'lanes' must be 32 where 'reduce' is more "
                  "than one operation (SCH-9)";
    }
    return success();
  }
};
} // namespace

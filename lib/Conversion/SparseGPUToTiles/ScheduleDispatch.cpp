//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScheduleDispatch.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace sparsegpu;

bool sparsegpu::hasUsableSchedules(std::optional<ArrayAttr> schedules) {
  return schedules && !schedules->empty() &&
         cast<ScheduleAttr>(schedules->getValue().back()).getGuards().empty();
}

arith::CmpIPredicate sparsegpu::getPredicate(GuardAttr guard) {
  switch (guard.getPredicate()) {
  case GuardPredicate::LT:
    return arith::CmpIPredicate::slt;
  case GuardPredicate::LE:
    return arith::CmpIPredicate::sle;
  case GuardPredicate::GT:
    return arith::CmpIPredicate::sgt;
  case GuardPredicate::GE:
    return arith::CmpIPredicate::sge;
  case GuardPredicate::EQ:
    return arith::CmpIPredicate::eq;
  }
  llvm_unreachable("all predicates are handled");
}

LogicalResult sparsegpu::buildBySchedule(
    Operation *op, ArrayAttr schedules, OpBuilder &builder,
    llvm::function_ref<FailureOr<Value>(ScheduleAttr)> guards,
    llvm::function_ref<void(ScheduleAttr)> build,
    llvm::function_ref<void()> finish) {
  for (auto schedule : schedules.getAsRange<ScheduleAttr>()) {
    FailureOr<Value> condition = guards(schedule);
    if (failed(condition))
      return failure();
    if (!*condition) {
      build(schedule);
      break;
    }
    auto branch = scf::IfOp::create(builder, op->getLoc(), *condition,
                                    /*withElseRegion=*/true);
    builder.setInsertionPointToStart(branch.thenBlock());
    build(schedule);
    builder.setInsertionPointToStart(branch.elseBlock());
  }
  builder.setInsertionPoint(op);
  if (finish)
    finish();
  op->erase();
  return success();
}

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScheduleDispatch.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
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

FailureOr<Value> sparsegpu::buildAlignmentGuard(Operation *op, OpBuilder &b,
                                                GuardAttr guard,
                                                ValueRange operands) {
  if (guard.getPredicate() != GuardPredicate::GE ||
      !llvm::isPowerOf2_64(guard.getBound()) || guard.getBound() > 16)
    return op->emitError() << "a guard on an alignment compares with ge and "
                              "a power of two up to 16, got "
                           << guard << " (SCH-15)";
  Location loc = op->getLoc();
  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, loc, value);
  };
  Value bits = index(0);
  auto add = [&](Value value) {
    bits = arith::OrIOp::create(b, loc, bits, value);
  };
  for (Value operand : operands) {
    auto type = cast<MemRefType>(operand.getType());
    Value width = index(llvm::divideCeil(type.getElementTypeBitWidth(), 8));
    auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, operand);
    Value address =
        memref::ExtractAlignedPointerAsIndexOp::create(b, loc, operand);
    add(address);
    add(arith::MulIOp::create(b, loc, metadata.getOffset(), width));
    Value packed = index(1);
    for (int64_t dim = type.getRank() - 1; dim > 0; --dim) {
      packed = arith::MulIOp::create(b, loc, packed, metadata.getSizes()[dim]);
      add(arith::MulIOp::create(b, loc, packed, width));
      add(arith::MulIOp::create(b, loc, metadata.getStrides()[dim - 1], width));
    }
  }
  Value low = arith::AndIOp::create(b, loc, bits, index(guard.getBound() - 1));
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, low, index(0))
      .getResult();
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

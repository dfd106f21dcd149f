//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An operation's schedules as a chain of branches over their guards.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_CONVERSION_SPARSEGPUTOTILES_SCHEDULEDISPATCH_H
#define SPARSEGPU_LIB_CONVERSION_SPARSEGPUTOTILES_SCHEDULEDISPATCH_H

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace sparsegpu {

/// Whether there are schedules and the last always applies.
bool hasUsableSchedules(std::optional<mlir::ArrayAttr> schedules);

/// How a guard compares.
mlir::arith::CmpIPredicate getPredicate(GuardAttr guard);

/// Whether the first elements of `operands`, memrefs, and what is stored one
/// step further in any dimension but the innermost, are at multiples of the
/// bytes that `guard` names. With operands in host memory the strides in device
/// memory are those of packed arrays: both are looked at. Fails with an error
/// at `op` if it is no such guard (SCH-15).
mlir::FailureOr<mlir::Value> buildAlignmentGuard(mlir::Operation *op,
                                                 mlir::OpBuilder &builder,
                                                 GuardAttr guard,
                                                 mlir::ValueRange operands);

/// Replaces `op` by the nests of its schedules: `guards` makes the condition of
/// one, or null, `build` its nests. `finish`, if given, comes after all.
llvm::LogicalResult buildBySchedule(
    mlir::Operation *op, mlir::ArrayAttr schedules, mlir::OpBuilder &builder,
    llvm::function_ref<mlir::FailureOr<mlir::Value>(ScheduleAttr)> guards,
    llvm::function_ref<void(ScheduleAttr)> build,
    llvm::function_ref<void()> finish = {});

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_SPARSEGPUTOTILES_SCHEDULEDISPATCH_H

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Arithmetic on LaneValue (see LaneExpression.h).
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_TRANSFORMS_LANEARITHMETIC_H
#define SPARSEGPU_LIB_TRANSFORMS_LANEARITHMETIC_H

#include "SparseGPU/Transforms/LaneExpression.h"

namespace sparsegpu {

struct LaneProblem {
  const char *reason;
  /// More low bits of the operands may help.
  bool needsBits = false;
};

/// result = lhs op rhs, or why that cannot be said. `op` has two operands.
std::optional<LaneProblem> evaluateLanes(LaneOp op, const LaneValue &lhs,
                                         const LaneValue &rhs,
                                         LaneValue &result);

std::optional<LaneProblem> selectLanes(const LaneValue &condition,
                                       const LaneValue &ifTrue,
                                       const LaneValue &ifFalse,
                                       LaneValue &result);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_TRANSFORMS_LANEARITHMETIC_H

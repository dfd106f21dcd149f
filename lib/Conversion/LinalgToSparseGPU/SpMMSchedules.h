//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_CONVERSION_LINALGTOSPARSEGPU_SPMMSCHEDULES_H
#define SPARSEGPU_LIB_CONVERSION_LINALGTOSPARSEGPU_SPMMSCHEDULES_H

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

namespace sparsegpu {

/// The schedules of `op` on `chip` (sm_ and a number), the last of them without
/// guards: units of blocks, on tensor cores, where types, sums and format allow
/// it, by the cost model; else units of warps. `stageEpilogue` as of
/// ScheduleLimits. `why` becomes the reasons.
llvm::SmallVector<mlir::Attribute> chooseSpMMSchedules(SpMMOp op,
                                                       llvm::StringRef chip,
                                                       bool stageEpilogue,
                                                       std::string &why);

/// True if a partial result of the operation can be reduced between lanes:
/// its reduction is one operation.
bool canReduceBetweenLanes(SpMMOp op);

/// As that of contractions; coordinates count as wide as the format's widest
/// index.
std::optional<std::string> exceedsSharedMemory(SpMMOp op, ScheduleAttr schedule,
                                               llvm::StringRef chip);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_LINALGTOSPARSEGPU_SPMMSCHEDULES_H

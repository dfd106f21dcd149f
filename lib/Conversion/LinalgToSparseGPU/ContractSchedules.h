//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_CONVERSION_LINALGTOSPARSEGPU_CONTRACTSCHEDULES_H
#define SPARSEGPU_LIB_CONVERSION_LINALGTOSPARSEGPU_CONTRACTSCHEDULES_H

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

namespace sparsegpu {

/// What the passes that follow do with schedules.
struct ScheduleLimits {
  /// There may be a workspace: K is in parts where that pays and all extents
  /// are known.
  bool workspace;
  /// The model counts on --sparse-gpu-stage-epilogue.
  bool stageEpilogue;
};

/// The schedules of `op` on `chip` (sm_ and a number), the last of them without
/// guards: the one that the cost model ranks first, for operands that allow
/// asynchronous copies, and one for all others. Extents that are not known
/// count as 1024. `why` becomes the model's reasons.
llvm::SmallVector<mlir::Attribute>
chooseContractSchedules(ContractOp op, llvm::StringRef chip,
                        ScheduleLimits limits, std::string &why);

/// Whether rows of A and B begin at multiples of what `schedule` copies at
/// once: its guards say so, or the shapes, with addresses of operands that do.
bool allowsCopies(ContractOp op, ScheduleAttr schedule);

/// Bytes of shared memory that the tiles of A and B take at least, stages
/// included, and what a block of `chip` has.
std::pair<int64_t, int64_t> getSharedBytes(ContractOp op, ScheduleAttr schedule,
                                           llvm::StringRef chip);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_LINALGTOSPARSEGPU_CONTRACTSCHEDULES_H

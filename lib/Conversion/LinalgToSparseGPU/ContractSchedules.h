//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_CONVERSION_LINALGTOSPARSEGPU_CONTRACTSCHEDULES_H
#define SPARSEGPU_LIB_CONVERSION_LINALGTOSPARSEGPU_CONTRACTSCHEDULES_H

#include "SparseGPU/CostModel/ScheduleSpace.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

namespace sparsegpu {

/// The type on tensor cores that compute what FMAs would, but for the order of
/// additions; nothing where there is none.
std::optional<costmodel::MatrixType> getMatrixType(mlir::Type factor,
                                                   unsigned capability);

/// What the model calls a schedule of `fields`.
costmodel::TileSchedule
getTileSchedule(const costmodel::TargetDescription &target,
                const costmodel::ContractionShape &shape,
                const ScheduleFields &fields);

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

/// A line for each of the schedules that `op` has: what the model predicts, or
/// why it does not know such a schedule.
std::string explainContractSchedules(ContractOp op, llvm::StringRef chip);

/// How `schedule` takes more shared memory than a block has, if it does, as the
/// end of a sentence. What a staged result takes is not counted.
std::optional<std::string>
exceedsSharedMemory(ContractOp op, ScheduleAttr schedule, llvm::StringRef chip);
std::optional<std::string>
exceedsSharedMemory(const costmodel::ContractionShape &shape,
                    ScheduleAttr schedule, llvm::StringRef chip);

/// Whether rows of A and B begin at multiples of what `schedule` copies at
/// once: its guards say so, or the shapes, with addresses of operands that do.
bool allowsCopies(ContractOp op, ScheduleAttr schedule);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_LINALGTOSPARSEGPU_CONTRACTSCHEDULES_H

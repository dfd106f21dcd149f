//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the model thinks of schedules, in words: for `--schedule=explain`,
// remarks and tables.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_COSTMODEL_SCHEDULEREPORT_H
#define SPARSEGPU_COSTMODEL_SCHEDULEREPORT_H

#include "SparseGPU/CostModel/ScheduleSpace.h"

namespace sparsegpu::costmodel {

/// "4096x4096x4096 f16, C 16 bits, accumulators 32 bits", with "12 x " before
/// it for a batch, and which operands are transposed or stored in other widths.
std::string toText(const ContractionShape &shape);

/// Lines for one prediction: time and bound, occupancy and its limit, waves and
/// tail, what is hidden at each level, cycles of each part.
std::string explain(const TargetDescription &target,
                    const ContractionShape &shape,
                    const Prediction &prediction);

/// The same for a choice, with what it was chosen from and how far the next
/// ones are.
std::string explain(const TargetDescription &target,
                    const ContractionShape &shape,
                    const ScheduleChoice &choice);

/// One line for remarks: the schedule, its time and what binds it.
std::string summary(const Prediction &prediction);

/// A line for each of the first `count` predictions: rank, microseconds, how
/// much slower than the first, bound, blocks per SM, registers, shared memory,
/// schedule.
std::string toTable(const std::vector<Prediction> &ranked, size_t count);

} // namespace sparsegpu::costmodel

#endif // SPARSEGPU_COSTMODEL_SCHEDULEREPORT_H

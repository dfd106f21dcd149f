//===- SparsityModel.h - Whether sparsity pays ------------------*- C++ -*-===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Schedules of this compiler for tensor cores, for dense operands and for a
// weight in groups of rows, and how the times that the model predicts of both
// compare. No GPU has confirmed it (docs/CostModel.md).
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_COSTMODEL_SPARSITYMODEL_H
#define SPARSEGPU_COSTMODEL_SPARSITYMODEL_H

#include "SparseGPU/CostModel/ScheduleSpace.h"

namespace sparsegpu::costmodel {

/// What the model must know of how a chip computes and copies `shape`.
/// `capability` is 80 for sm_80.
void setInstructions(ContractionShape &shape, unsigned capability);

/// The schedules for tensor cores that this compiler makes good code of.
ScheduleSpace compilerSpace(const ContractionShape &shape);

/// A weight of m x k in groups of `v` rows, each of which has `kept` columns,
/// times k x n: `v` rows by n by `kept` for each group, with gathered rows of
/// B. v, m, n and kept are at least 1.
ContractionShape makeGroupedShape(MatrixType type, unsigned capability,
                                  uint64_t v, uint64_t m, uint64_t n,
                                  uint64_t kept);

/// A density is known at run time only: schedules are chosen for one stored
/// entry in so many.
inline constexpr uint64_t kUnknownDensity = 4;

/// The fastest schedule whose blocks have `v` rows, K in one part; nothing if
/// there is none.
std::optional<ScheduleChoice>
chooseGroupedSchedule(const TargetDescription &target,
                      const ContractionShape &shape, uint64_t v,
                      EpilogueStaging staging);

/// A sparse weight of some density, against the dense one.
struct SparsityPoint {
  /// Of the columns, those that a group keeps.
  double density = 1;
  uint64_t kept = 0;
  Prediction sparse;
  /// The time of the dense kernel over that of the sparse one; and the least
  /// time that a dense kernel can take.
  double overDense = 0, overBound = 0;
};

struct SparsityReport {
  Prediction dense;
  /// Microseconds: all products at the rate of the tensor cores, or every
  /// operand once from or to memory, whichever is longer.
  double denseBound = 0;
  std::vector<SparsityPoint> points;
  /// The greatest density, in hundredths of K, up to which each is faster than
  /// the dense kernel; nothing if none is.
  std::optional<double> breakEven;
};

/// Predicts a point for each of `densities` (above 0, at most 1), with C in the
/// type's usual width (makeShape): of the one schedule that the compiler
/// chooses, which does not know the density. Nothing if the target has no
/// tensor cores for the type, or no schedule fits.
std::optional<SparsityReport>
predictSparsity(const TargetDescription &target, MatrixType type, uint64_t v,
                uint64_t m, uint64_t n, uint64_t k,
                const std::vector<double> &densities);

} // namespace sparsegpu::costmodel

#endif // SPARSEGPU_COSTMODEL_SPARSITYMODEL_H

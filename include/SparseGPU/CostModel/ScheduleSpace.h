//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The schedules that there are to choose from, in the order in which the model
// likes them.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_COSTMODEL_SCHEDULESPACE_H
#define SPARSEGPU_COSTMODEL_SCHEDULESPACE_H

#include "SparseGPU/CostModel/PipelineModel.h"

#include <map>
#include <vector>

namespace sparsegpu::costmodel {

/// Values of each choice; the space is their product.
struct ScheduleSpace {
  std::vector<unsigned> sharedStages, registerStages;
  /// Warps of a block along M and along N.
  std::vector<unsigned> warpsM, warpsN;
  /// Elements of C that a warp owns along M and along N.
  std::vector<unsigned> warpTileM, warpTileN;
  /// Only warp tiles with M = N.
  bool squareWarpTiles = false;
  /// Steps of K in a stage. A step is 32 bytes of an operand in registers (16
  /// of f16, 8 of tf32), or one mma if that has more.
  std::vector<unsigned> stepsOfK;
  std::vector<unsigned> splitK = {1};
  /// 0 for what compactGroup() says.
  std::vector<unsigned> groupRows = {1};
  /// Bytes per copy; 0 for the widest that the operands allow.
  std::vector<unsigned> bytesPerCopy = {0};
  EpilogueStaging staging = EpilogueStaging::None;

  /// How many schedules it spans, those that cannot be included.
  size_t size() const;
};

/// The rows of tiles in a group under which a wave of a grid with many tiles
/// needs the fewest bytes: that power of two G up to 64 for which
///
///     G * bytes of a tile of A + wave / G * bytes of a tile of B
///
/// is least, the smaller of two that are equal. 1 if no block fits a SM.
unsigned compactGroup(const TargetDescription &target,
                      const ContractionShape &shape,
                      const TileSchedule &schedule);

/// The space that ALCOP searches for a dense matmul: shared stages 2 to 6,
/// register stages 1, 2, 4, warps 1, 2, 4 each way, square warp tiles of 16,
/// 32, 64, and 1, 2, 4, 8 steps of K: 1,620 schedules.
ScheduleSpace paperSpace();

/// The paper's, with rectangular warp tiles, narrow ones (8 along N), one
/// shared stage, and splits of K by 2, 4, 8, 16.
ScheduleSpace defaultSpace();

/// The schedules of a space that can be.
struct ScheduleList {
  /// Stages are clipped to the extents of the loops; no two are equal.
  std::vector<TileSchedule> schedules;
  /// Of the space.
  size_t points = 0;
  /// Became equal to another by clipping.
  size_t duplicates = 0;
  /// How many each rule refuses ("TILE-6").
  std::map<std::string, size_t> refused;
};

ScheduleList listSchedules(const TargetDescription &target,
                           const ContractionShape &shape,
                           const ScheduleSpace &space);

/// All schedules of the list, the fastest first. Of equal times the one that
/// takes less shared memory comes first, then fewer registers, then the smaller
/// tile: the order is the same in each run.
std::vector<Prediction> rankSchedules(const TargetDescription &target,
                                      const ContractionShape &shape,
                                      const ScheduleList &list,
                                      const ModelConstants &constants = {});
std::vector<Prediction> rankSchedules(const TargetDescription &target,
                                      const ContractionShape &shape,
                                      const ScheduleSpace &space,
                                      const ModelConstants &constants = {});

/// Predictions that differ by less are equal to chooseSchedule().
inline constexpr double kEqualWithin = 0.01;

/// What parts of K must gain at least: they take memory of the device and a
/// second launch, whose time is assumed.
inline constexpr double kSplitGain = 0.02;

/// The default of an operation, and what it was chosen from.
struct ScheduleChoice {
  Prediction best;
  /// Of the whole space, cycles.
  double fastest = 0;
  /// The fastest other, and the fastest with another block tile; none if there
  /// is none.
  std::optional<Prediction> runnerUp, otherTile;
  /// Cycles.
  double lowerBound = 0;
  size_t points = 0, ranked = 0;
  std::map<std::string, size_t> refused;
};

/// The fastest, or, where that splits K and is at most kSplitGain ahead of one
/// that does not, the latter. Of the schedules that are at most kEqualWithin
/// slower than it and have its block tile and split, the one with the smallest
/// aloneCycles, which relies the least on blocks that hide each other's
/// latency; of equal ones the first in order. The model cannot tell so small
/// differences, and deeper pipelines lose nothing if occupancy is what was
/// predicted.
///
/// Nothing if no schedule of the space can be, which `refused` (if given) then
/// explains.
std::optional<ScheduleChoice>
chooseSchedule(const TargetDescription &target, const ContractionShape &shape,
               const ScheduleSpace &space = defaultSpace(),
               std::map<std::string, size_t> *refused = nullptr);

} // namespace sparsegpu::costmodel

#endif // SPARSEGPU_COSTMODEL_SCHEDULESPACE_H

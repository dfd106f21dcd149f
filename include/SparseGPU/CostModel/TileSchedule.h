//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How a contraction is cut into blocks, warps and stages; what such a kernel
// takes of a SM; and which schedules there cannot be.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_COSTMODEL_TILESCHEDULE_H
#define SPARSEGPU_COSTMODEL_TILESCHEDULE_H

#include "SparseGPU/CostModel/Contraction.h"
#include "SparseGPU/CostModel/Occupancy.h"

#include <optional>
#include <string>

namespace sparsegpu::costmodel {

/// Through what the tile of C goes on its way to global memory.
enum class EpilogueStaging {
  /// From registers to global memory.
  None,
  /// Through a buffer of its own in shared memory.
  Separate,
  /// Through the space of the stages, which are no longer used.
  Reused,
};

struct TileSchedule {
  /// Of a block, in elements: C is tileM x tileN, a stage has tileK products.
  unsigned tileM = 0, tileN = 0, tileK = 0;
  /// Of a block; each owns tileM / warpsM x tileN / warpsN elements of C.
  unsigned warpsM = 1, warpsN = 1;
  MmaShape mma;
  /// Buffers in shared memory, 1 to 6; sets of fragments in registers, 1 to 4.
  unsigned sharedStages = 1, registerStages = 1;
  /// Blocks that share a tile of C, each with a part of K.
  unsigned splitK = 1;
  /// Of one copy of a thread from global to shared memory: 16, 8 or 4 if it is
  /// asynchronous, 2 or 1 if it goes through registers.
  unsigned bytesPerCopy = 16;
  /// Blocks go through so many rows of tiles before the next column of tiles
  /// (block order for L2); 1: row by row.
  unsigned groupRows = 1;
  EpilogueStaging staging = EpilogueStaging::None;

  unsigned warps() const { return warpsM * warpsN; }
  unsigned threads() const { return 32 * warps(); }
  unsigned warpTileM() const { return tileM / warpsM; }
  unsigned warpTileN() const { return tileN / warpsN; }
  bool operator==(const TileSchedule &o) const;
};

/// "128x128x32, warps 2x2 of 64x64, mma 16x8x16, stages 3 shared 2 register,
/// copies of 16 B"; split-K, group and staging only where they are not the
/// default.
std::string toText(const TileSchedule &schedule);

/// The extents of the loops around and in a block.
struct TileCounts {
  uint64_t tilesM, tilesN;
  /// Parts of K that have work; at most splitK.
  uint64_t splits;
  /// Iterations of the load-and-use loop of a block, and of the loop over
  /// fragments in it (extent_ko and extent_ki of the model).
  uint64_t stageSteps, fragmentSteps;
  /// Blocks of the launch.
  double blocks;
};

/// Requires tiles and mma.k that are not 0.
TileCounts countTiles(const ContractionShape &shape,
                      const TileSchedule &schedule);

/// With no more stages than iterations: what pipelining makes of it.
TileSchedule clipStages(const ContractionShape &shape, TileSchedule schedule);

/// Bytes of the arena in shared memory, exactly: the buffer of A, that of B and
/// that of a separate epilogue, each from a multiple of 16 bytes on. A buffer
/// has one tile for each stage; there is no padding, since swizzles need none.
uint64_t sharedBytesOf(const ContractionShape &shape,
                       const TileSchedule &schedule);

/// Registers of a thread, 32 bits each, by what they hold. An estimate.
struct RegisterEstimate {
  unsigned accumulators = 0, fragments = 0, copies = 0, addresses = 0,
           other = 0;

  /// In multiples of 8, as they are given to a thread.
  unsigned total() const;
};

/// - accumulators: elements of C of the warp * bits / 32 / 32 lanes
/// - fragments: (warp tile M + warp tile N) * mma.k * bits / 32 / 32 lanes, for
///   each register stage if there are several stages in shared memory. On FMAs
///   each lane holds its own part of both, at least 32 bits an element.
/// - copies: conditions and values of copies through registers, where tiles end
///   within rows or columns of C
/// - addresses: kRegistersPerCopy for each asynchronous copy of a thread and
///   stage, kRegistersPerExtraLoop for each loop of an implicit matmul,
///   kRegistersPerElementLoad for each fragment's element of 64 bits
/// - other: kOtherRegisters
///
/// The total, a tenth more than the sum, is what kernels are given: it is to be
/// at least what ptxas 13.0 needs in order not to spill, which
/// benchmark/registers finds for generated kernels.
RegisterEstimate estimateRegisters(const ContractionShape &shape,
                                   const TileSchedule &schedule);

/// What computeOccupancy wants to know.
KernelNeeds needsOf(const ContractionShape &shape,
                    const TileSchedule &schedule);

/// Nothing if the schedule can be: else the reason, which ends in the number of
/// the rule, TILE-1 to TILE-9 of docs/Spec.md.
std::optional<std::string> whyNot(const TargetDescription &target,
                                  const ContractionShape &shape,
                                  const TileSchedule &schedule);

/// The widest copy that rows of both operands allow: 16, 8 or 4 bytes; if none
/// of these divides a row, one element of the narrower operand (at least one
/// byte).
unsigned widestCopy(const ContractionShape &shape);

} // namespace sparsegpu::costmodel

#endif // SPARSEGPU_COSTMODEL_TILESCHEDULE_H

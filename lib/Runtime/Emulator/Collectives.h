//===- Collectives.h - Operations of the lanes of a warp --------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA: shfl.sync, vote.sync, match.sync, redux.sync, elect.sync,
// bar.warp.sync. Each waits for the lanes of its mask that have not exited, and
// they match by operation and mask, wherever in the program they are.
//
// Matrix operations need all lanes, at one place of the program (PTX ISA:
// ".aligned").
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_COLLECTIVES_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_COLLECTIVES_H

#include "ThreadContext.h"

#include <cstdint>
#include <string>

namespace sparsegpu::emulator {

struct Thread;

enum class CollectiveOp : uint32_t {
  WarpBarrier,
  ShuffleUp,
  ShuffleDown,
  ShuffleButterfly,
  ShuffleIndex,
  VoteAll,
  VoteAny,
  VoteUniform,
  VoteBallot,
  MatchAny,
  MatchAll,
  Elect,
  ReduceAdd,
  ReduceMin,
  ReduceMax,
  ReduceUMin,
  ReduceUMax,
  ReduceAnd,
  ReduceOr,
  ReduceXor,
  /// mma, mma.sp, wmma, ldmatrix.
  Matrix,
};

const char *collectiveName(CollectiveOp op);

struct CollectiveOperands {
  CollectiveOp op = CollectiveOp::WarpBarrier;
  uint32_t mask = 0;
  /// Matrix operations: where the lane's registers are.
  uint64_t value = 0;
  /// Shuffles: source lane or distance, and clamp with segment mask.
  uint32_t b = 0;
  uint32_t c = 0;
  uint32_t site = 0;
  /// MatrixOp, encoded.
  uint64_t matrix = 0;
};

/// The collectives that lanes of one warp wait in.
class WarpCollectives {
public:
  /// `lanes` are the lanes that the warp has; a block may end inside a warp.
  void reset(uint32_t lanes) {
    numGroups = 0;
    exited = ~lanes;
  }
  /// Arrives; true if the collective is complete and the caller goes on with
  /// its result.
  bool arrive(BlockRunner &runner, Thread &thread);
  void laneExited(BlockRunner &runner, Thread &thread);
  /// What the thread waits for, for messages.
  std::string describe(const Thread &thread) const;

private:
  struct Group {
    CollectiveOp op;
    uint32_t mask;
    uint32_t arrived;
    uint32_t site;
  };
  bool matches(const Group &group, const CollectiveOperands &operands) const;
  [[noreturn]] void failMissing(BlockRunner &runner, Thread &thread,
                                const CollectiveOperands &operands);
  void complete(BlockRunner &runner, unsigned warp, unsigned group,
                Thread *current);

  // Lanes of disjoint masks may wait at the same time.
  Group groups[kWarpSize];
  unsigned numGroups = 0;
  uint32_t exited = 0;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_COLLECTIVES_H

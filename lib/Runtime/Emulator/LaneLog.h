//===- LaneLog.h - What lanes log, and how a warp's logs are merged --*- C++
//-*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Counting requests per warp needs the lanes that execute an access together.
// Running the lanes in step would cost a switch per access. Instead each lane
// runs on and logs, and the logs of a warp are merged afterwards:
//
// 1. On entry to a basic block with n accesses a lane writes 1 + n words: the
//    number of the block, then the address of each access as it is made. A
//    synchronisation writes one word (bit 63, kind, mask) from the runtime.
// 2. When no lane of the warp can run (each has exited, waits, or has a full
//    log), `merge` repeatedly takes the lanes whose next record has the
//    smallest block number. They execute that block together: one warp
//    instruction per instruction, one request per access. Blocks are numbered
//    in reverse post-order, so the lanes that are behind run first, leave loops
//    late, and everyone meets again at the post-dominator. This is the
//    minimum-program- counter rule of Collange ("Stack-less SIMT reconvergence
//    at low cost", 2011) and of Fung and Aamodt's comparisons.
// 3. A synchronisation is only taken when all lanes that it names are at it, as
//    the hardware would, so records before and after one never meet.
// 4. A lane whose log is full and has been read empty runs again.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_LANELOG_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_LANELOG_H

#include "CompiledKernel.h"
#include "SparseGPU/Runtime/Emulator.h"

#include <array>

namespace sparsegpu::emulator {

/// Kinds of synchronisation records.
enum class SyncKind : uint8_t { Barrier, WarpBarrier, Shuffle, Vote, Matrix };

constexpr uint64_t kSyncRecord = uint64_t(1) << 63;
/// Words of a lane's log, and the room kept for the synchronisation records
/// that the runtime adds without asking.
constexpr unsigned kLogWords = 512;
constexpr unsigned kLogSlack = 8;

inline uint64_t makeSyncRecord(SyncKind kind, uint32_t mask) {
  return kSyncRecord | uint64_t(kind) << 32 | mask;
}

/// The log of one lane. A record larger than kLogWords cannot occur: the
/// instrumentation splits blocks with more accesses.
struct LaneLog {
  std::array<uint64_t, kLogWords + kLogSlack> words;
  uint64_t *read = nullptr;
  /// Block of the last record taken; a synchronisation is ordered by it.
  uint64_t lastBlock = 0;
};

/// What `merge` has to know of a lane.
enum class LaneState : uint8_t { Absent, Exited, Waiting, Full };

struct WarpView {
  std::array<LaneLog *, kWarpSize> logs{};
  /// End of what each lane has logged.
  std::array<const uint64_t *, kWarpSize> ends{};
  std::array<LaneState, kWarpSize> states{};
  const CompiledModule *code = nullptr;
  uint64_t sharedBegin = 0, sharedEnd = 0;
};

/// Merges as far as possible and adds to `counters`. Stops when a lane in state
/// Full has no record left, or none is left at all.
void mergeLogs(WarpView &warp, LaunchCounters &counters);

/// Adds one execution of an access by the lanes whose addresses are given.
void countAccess(const AccessSite &access, const uint64_t *addresses,
                 unsigned numLanes, uint64_t sharedBegin, uint64_t sharedEnd,
                 LaunchCounters &counters);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_LANELOG_H

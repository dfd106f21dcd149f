//===- LaneLog.cpp - How a warp's logs are merged -------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaneLog.h"

#include <algorithm>

using namespace sparsegpu::emulator;

static void countSync(uint64_t record, LaunchCounters &counters) {
  switch (static_cast<SyncKind>(record >> 32 & 0xff)) {
  case SyncKind::Barrier:
    ++counters.barriers;
    break;
  case SyncKind::NamedBarrier:
    ++counters.namedBarriers;
    break;
  case SyncKind::BarrierArrival:
    ++counters.barrierArrivals;
    break;
  case SyncKind::WarpBarrier:
    ++counters.warpBarriers;
    break;
  case SyncKind::Shuffle:
    ++counters.shuffles;
    break;
  case SyncKind::Vote:
    ++counters.votes;
    break;
  case SyncKind::Matrix:
    // Counted when it is done, by what it is.
    break;
  }
}

namespace {
/// The lanes with the smallest next block, sorted by what comes next for them.
struct Group {
  uint64_t block = UINT64_MAX;
  uint32_t atBlock = 0, atSync = 0;
  /// Lanes that have a record at all.
  uint32_t pending = 0;
  /// A lane with a full log has none left: it must run before we go on.
  bool starved = false;
};
} // namespace

static Group selectGroup(const WarpView &warp, uint32_t excluded) {
  Group group;
  for (unsigned lane = 0; lane < kWarpSize; ++lane) {
    if (warp.states[lane] == LaneState::Absent)
      continue;
    const LaneLog &log = *warp.logs[lane];
    if (log.read == warp.ends[lane]) {
      group.starved |= warp.states[lane] == LaneState::Full;
      continue;
    }
    uint32_t bit = 1u << lane;
    group.pending |= bit;
    if (excluded & bit)
      continue;
    uint64_t word = *log.read;
    bool isSync = word & kSyncRecord;
    uint64_t block = isSync ? log.lastBlock : word;
    if (block < group.block) {
      group.block = block;
      group.atBlock = group.atSync = 0;
    }
    if (block == group.block)
      (isSync ? group.atSync : group.atBlock) |= bit;
  }
  return group;
}

/// `lanes` go on together: which of the branches that they come from did they
/// leave alone?
static void resolveBranches(PendingBranches &branches, uint32_t lanes,
                            LaunchCounters &counters) {
  for (unsigned i = 0; i < branches.count;) {
    if (!(branches.lanes[i] & lanes)) {
      ++i;
      continue;
    }
    counters.divergentBranches += (branches.lanes[i] & ~lanes) != 0;
    branches.lanes[i] = branches.lanes[--branches.count];
  }
}

/// Groups of asynchronous copies, for the warp: those of the lane with most.
static void takeAsync(WarpView &warp, const BlockSite &site, uint32_t lanes,
                      AsyncTraffic &traffic) {
  unsigned before = 0, after = 0;
  for (uint32_t rest = lanes; rest; rest &= rest - 1) {
    LaneLog &log = *warp.logs[__builtin_ctz(rest)];
    bool closesGroup = site.async == AsyncOp::Commit ||
                       (site.async == AsyncOp::WaitAll && log.hasUngrouped);
    log.groupsInFlight += closesGroup;
    if (closesGroup)
      log.hasUngrouped = false;
    before = std::max(before, log.groupsInFlight);
    if (site.async != AsyncOp::Commit)
      log.groupsInFlight = std::min(log.groupsInFlight, site.mostInFlight);
    after = std::max(after, log.groupsInFlight);
  }
  if (site.async == AsyncOp::Commit) {
    ++traffic.groups;
    return;
  }
  auto bucket = [](unsigned groups) {
    return std::min<size_t>(groups, AsyncTraffic::kBuckets - 1);
  };
  ++traffic.waits;
  ++traffic.inFlight[bucket(before)];
  ++traffic.left[bucket(after)];
}

static void takeBlock(WarpView &warp, uint64_t block, uint32_t lanes,
                      LaunchTally &tally) {
  const BlockSite &site = warp.code->blocks[block];
  unsigned numLanes = __builtin_popcount(lanes);
  InstructionCount &executions = tally.blocks[block];
  ++executions.warp;
  executions.thread += numLanes;
  if (warp.branches->count)
    resolveBranches(*warp.branches, lanes, tally.counters);
  if (site.branches)
    warp.branches->lanes[warp.branches->count++] = lanes;
  if (site.async != AsyncOp::None)
    takeAsync(warp, site, lanes, tally.counters.async);

  std::array<uint64_t *, kWarpSize> records;
  unsigned i = 0;
  for (uint32_t rest = lanes; rest; rest &= rest - 1) {
    LaneLog &log = *warp.logs[__builtin_ctz(rest)];
    records[i++] = log.read + 1;
    log.read += 1 + site.numAccesses;
    log.lastBlock = block;
  }
  std::array<uint64_t, kWarpSize> addresses;
  for (unsigned access = 0; access < site.numAccesses; ++access) {
    for (unsigned j = 0; j < numLanes; ++j)
      addresses[j] = records[j][access];
    const AccessSite &accessSite =
        warp.code->accesses[site.firstAccess + access];
    countAccess(accessSite, addresses.data(), lanes, warp.shared, tally);
    if (accessSite.kind == AccessKind::AsyncWrite)
      for (uint32_t rest = lanes; rest; rest &= rest - 1)
        warp.logs[__builtin_ctz(rest)]->hasUngrouped = true;
  }
}

/// Takes the synchronisation that the first of `lanes` is at, if every lane
/// that it names (and that still has something to do) is at the same one.
static uint32_t takeSync(WarpView &warp, uint32_t lanes, bool force,
                         LaunchCounters &counters) {
  uint64_t record = *warp.logs[__builtin_ctz(lanes)]->read;
  uint32_t same = 0, wanted = 0;
  for (unsigned lane = 0; lane < kWarpSize; ++lane) {
    if (warp.states[lane] == LaneState::Absent || !(record >> lane & 1))
      continue;
    bool dry = warp.logs[lane]->read == warp.ends[lane];
    if (dry && warp.states[lane] != LaneState::Full)
      continue;
    wanted |= 1u << lane;
    if (!dry && *warp.logs[lane]->read == record)
      same |= 1u << lane;
  }
  if (force)
    same &= lanes;
  else if (same != wanted)
    return 0;
  for (uint32_t rest = same; rest; rest &= rest - 1)
    ++warp.logs[__builtin_ctz(rest)]->read;
  countSync(record, counters);
  return same;
}

void sparsegpu::emulator::mergeLogs(WarpView &warp, LaunchTally &tally) {
  // Lanes at a synchronisation that is not complete are passed over until
  // something else has happened.
  uint32_t excluded = 0;
  while (true) {
    Group group = selectGroup(warp, excluded);
    if (group.starved || !group.pending)
      return;
    if (group.atBlock) {
      takeBlock(warp, group.block, group.atBlock, tally);
      excluded = 0;
      continue;
    }
    // With nobody but lanes that wait for somebody who will not come (divergent
    // named barriers), take one synchronisation as it is.
    bool force = group.atSync == 0;
    uint32_t lanes = force ? group.pending : group.atSync;
    if (takeSync(warp, lanes, force, tally.counters))
      excluded = 0;
    else
      excluded |= group.atSync;
  }
}

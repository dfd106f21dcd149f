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

/// A sector is the unit of traffic between L1, L2 and memory.
static constexpr unsigned kSectorShift = 5;

/// Counts the distinct sectors of one request.
static unsigned countSectors(const uint64_t *addresses, unsigned numLanes,
                             uint32_t bytes) {
  uint64_t lowest = UINT64_MAX, highest = 0;
  for (unsigned i = 0; i < numLanes; ++i) {
    lowest = std::min(lowest, addresses[i]);
    highest = std::max(highest, addresses[i]);
  }
  uint64_t first = lowest >> kSectorShift;
  uint64_t last = (highest + bytes - 1) >> kSectorShift;
  if (last - first < 64) {
    uint64_t seen = 0;
    for (unsigned i = 0; i < numLanes; ++i) {
      uint64_t begin = (addresses[i] >> kSectorShift) - first;
      uint64_t end = ((addresses[i] + bytes - 1) >> kSectorShift) - first;
      for (uint64_t s = begin; s <= end; ++s)
        seen |= uint64_t(1) << s;
    }
    return __builtin_popcountll(seen);
  }
  // Far apart: at most 32 lanes of few sectors each.
  std::array<uint64_t, kWarpSize * 4> sectors;
  unsigned count = 0;
  for (unsigned i = 0; i < numLanes; ++i)
    for (uint64_t s = addresses[i] >> kSectorShift,
                  e = (addresses[i] + bytes - 1) >> kSectorShift;
         s <= e && count < sectors.size(); ++s)
      sectors[count++] = s;
  std::sort(sectors.begin(), sectors.begin() + count);
  return std::unique(sectors.begin(), sectors.begin() + count) -
         sectors.begin();
}

void sparsegpu::emulator::countAccess(const AccessSite &access,
                                      const uint64_t *addresses,
                                      unsigned numLanes, uint64_t sharedBegin,
                                      uint64_t sharedEnd,
                                      LaunchCounters &counters) {
  // Generic addresses of one access almost always agree in their space; those
  // that do not are counted as separate requests, as hardware replays them.
  std::array<uint64_t, kWarpSize> global, shared;
  unsigned numGlobal = 0, numShared = 0;
  if (access.space == AccessSpace::Generic) {
    for (unsigned i = 0; i < numLanes; ++i) {
      if (addresses[i] >= sharedBegin && addresses[i] < sharedEnd)
        shared[numShared++] = addresses[i];
      else
        global[numGlobal++] = addresses[i];
    }
    addresses = global.data();
  } else if (access.space == AccessSpace::Shared) {
    numShared = numLanes;
  } else {
    numGlobal = numLanes;
  }

  uint64_t bytes = access.bytes;
  if (numShared) {
    switch (access.kind) {
    case AccessKind::Load:
      ++counters.sharedLoadRequests;
      counters.sharedLoadBytes += bytes * numShared;
      break;
    case AccessKind::Store:
      ++counters.sharedStoreRequests;
      counters.sharedStoreBytes += bytes * numShared;
      break;
    case AccessKind::Atomic:
      ++counters.sharedAtomicRequests;
      break;
    }
  }
  // Constant memory has a cache of its own; it is no global traffic.
  if (!numGlobal || access.space == AccessSpace::Constant)
    return;
  GlobalTraffic &traffic =
      access.kind == AccessKind::Load    ? counters.globalLoads
      : access.kind == AccessKind::Store ? counters.globalStores
                                         : counters.globalAtomics;
  ++traffic.requests;
  traffic.bytes += bytes * numGlobal;
  traffic.sectors += countSectors(addresses, numGlobal, access.bytes);
}

static void countSync(uint64_t record, LaunchCounters &counters) {
  switch (static_cast<SyncKind>(record >> 32 & 0xff)) {
  case SyncKind::Barrier:
    ++counters.barriers;
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

static void takeBlock(WarpView &warp, uint64_t block, uint32_t lanes,
                      LaunchCounters &counters) {
  const BlockSite &site = warp.code->blocks[block];
  unsigned numLanes = __builtin_popcount(lanes);
  counters.warpInstructions += site.instructions;
  counters.threadInstructions += uint64_t(site.instructions) * numLanes;

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
    countAccess(warp.code->accesses[site.firstAccess + access],
                addresses.data(), numLanes, warp.sharedBegin, warp.sharedEnd,
                counters);
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

void sparsegpu::emulator::mergeLogs(WarpView &warp, LaunchCounters &counters) {
  // Lanes at a synchronisation that is not complete are passed over until
  // something else has happened.
  uint32_t excluded = 0;
  while (true) {
    Group group = selectGroup(warp, excluded);
    if (group.starved || !group.pending)
      return;
    if (group.atBlock) {
      takeBlock(warp, group.block, group.atBlock, counters);
      excluded = 0;
      continue;
    }
    // With nobody but lanes that wait for somebody who will not come (divergent
    // named barriers), take one synchronisation as it is.
    bool force = group.atSync == 0;
    uint32_t lanes = force ? group.pending : group.atSync;
    if (takeSync(warp, lanes, force, counters))
      excluded = 0;
    else
      excluded |= group.atSync;
  }
}

//===- AccessCounting.cpp - What one access of a warp costs ---------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaunchTally.h"

#include "SparseGPU/Support/SharedBanks.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::emulator;

/// A sector is the unit of traffic between L1, L2 and memory.
static constexpr unsigned kSectorShift = 5, kSectorBytes = 32;
/// The widest access of one lane.
static constexpr uint32_t kWidest = 16;

namespace {
/// Lanes that take part, in order, and what each asks for.
struct Request {
  std::array<uint64_t, kWarpSize> addresses;
  unsigned count = 0;
  uint32_t lanes = 0;

  void add(uint64_t address, unsigned lane) {
    addresses[count++] = address;
    lanes |= 1u << lane;
  }
};

class GlobalRequest {
public:
  GlobalRequest(const uint64_t *addresses, unsigned count, uint32_t bytes,
                GlobalTraffic &traffic, Footprint &footprint)
      : addresses(addresses), count(count), bytes(bytes), traffic(traffic),
        footprint(footprint) {}
  void run();

private:
  bool isRun(uint64_t stride) const;
  void countRun(uint64_t begin, uint64_t end);
  void countNear(uint64_t first);
  void countFar();

  const uint64_t *addresses;
  unsigned count;
  uint32_t bytes;
  GlobalTraffic &traffic;
  Footprint &footprint;
};
} // namespace

/// Whether the lanes' addresses are `stride` apart.
bool GlobalRequest::isRun(uint64_t stride) const {
  uint64_t different = 0, expected = addresses[0];
  for (unsigned i = 0; i < count; ++i, expected += stride)
    different |= addresses[i] ^ expected;
  return different == 0;
}

/// All bytes from `begin` to `end`, at most 64 sectors.
void GlobalRequest::countRun(uint64_t begin, uint64_t end) {
  uint64_t first = begin >> kSectorShift;
  unsigned sectors = ((end - 1) >> kSectorShift) - first + 1;
  traffic.sectors += sectors;
  traffic.usedBytes += end - begin;
  footprint.add(first, ~uint64_t(0) >> (64 - sectors));
}

/// Within 64 sectors: one mask of bytes for each.
void GlobalRequest::countNear(uint64_t first) {
  std::array<uint32_t, 64> masks{};
  uint64_t seen = 0;
  for (unsigned i = 0; i < count; ++i) {
    uint64_t sector = (addresses[i] >> kSectorShift) - first;
    unsigned offset = addresses[i] % kSectorBytes;
    uint64_t mask = ((uint64_t(1) << bytes) - 1) << offset;
    masks[sector] |= static_cast<uint32_t>(mask);
    seen |= uint64_t(1) << sector;
    if (mask >> 32) {
      masks[sector + 1] |= static_cast<uint32_t>(mask >> 32);
      seen |= uint64_t(1) << (sector + 1);
    }
  }
  traffic.sectors += __builtin_popcountll(seen);
  for (uint64_t rest = seen; rest; rest &= rest - 1)
    traffic.usedBytes += __builtin_popcount(masks[__builtin_ctzll(rest)]);
  footprint.add(first, seen);
}

void GlobalRequest::countFar() {
  std::array<uint64_t, kWarpSize> sorted;
  std::copy(addresses, addresses + count, sorted.begin());
  std::sort(sorted.begin(), sorted.begin() + count);
  uint64_t end = 0, nextSector = 0;
  for (unsigned i = 0; i < count; ++i) {
    uint64_t begin = std::max(sorted[i], end);
    end = std::max(end, sorted[i] + bytes);
    traffic.usedBytes += end - std::min(begin, end);
    uint64_t last = (sorted[i] + bytes - 1) >> kSectorShift;
    for (uint64_t s = std::max(sorted[i] >> kSectorShift, nextSector);
         s <= last; ++s) {
      ++traffic.sectors;
      footprint.add(s, 1);
    }
    nextSector = std::max(nextSector, last + 1);
  }
}

void GlobalRequest::run() {
  ++traffic.requests;
  traffic.bytes += uint64_t(bytes) * count;
  uint64_t begin = addresses[0];
  // Most requests are one stretch, or one element for all lanes.
  if (isRun(bytes))
    return countRun(begin, begin + uint64_t(bytes) * count);
  if (isRun(0))
    return countRun(begin, begin + bytes);
  uint64_t lowest = begin, highest = begin;
  for (unsigned i = 1; i < count; ++i) {
    lowest = std::min(lowest, addresses[i]);
    highest = std::max(highest, addresses[i]);
  }
  uint64_t first = lowest >> kSectorShift;
  if (((highest + bytes - 1) >> kSectorShift) - first < 64)
    return countNear(first);
  countFar();
}

static GlobalTraffic &globalOf(LaunchCounters &c, AccessKind kind) {
  switch (kind) {
  case AccessKind::Store:
    return c.globalStores;
  case AccessKind::Atomic:
    return c.globalAtomics;
  case AccessKind::AsyncRead:
    return c.globalAsync;
  default:
    return c.globalLoads;
  }
}

static Footprint &footprintOf(LaunchTally &tally, AccessKind kind) {
  return tally.footprints[kind == AccessKind::Store       ? 1
                          : kind == AccessKind::Atomic    ? 2
                          : kind == AccessKind::AsyncRead ? 3
                                                          : 0];
}

static SharedTraffic &sharedOf(LaunchCounters &c, AccessKind kind) {
  switch (kind) {
  case AccessKind::Store:
    return c.sharedStores;
  case AccessKind::Atomic:
    return c.sharedAtomics;
  case AccessKind::AsyncWrite:
    return c.sharedAsync;
  case AccessKind::MatrixLoad:
    return c.sharedMatrix;
  default:
    return c.sharedLoads;
  }
}

static void countShared(AccessKind kind, const uint64_t *addresses,
                        uint32_t lanes, uint32_t bytes, LaunchTally &tally) {
  SharedTraffic &traffic = sharedOf(tally.counters, kind);
  ++traffic.requests;
  traffic.bytes += uint64_t(bytes) * __builtin_popcount(lanes);
  BankUse use = kind == AccessKind::Atomic ? BankUse::Update
                : kind == AccessKind::Load ? BankUse::Read
                                           : BankUse::Write;
  Wavefronts fronts = countWavefronts(addresses, lanes, bytes, use);
  traffic.wavefronts += fronts.wavefronts;
  traffic.bankConflicts += fronts.wavefronts - fronts.phases;
}

/// One request of at most 16 bytes for each lane.
static void countPiece(const AccessSite &access, const uint64_t *addresses,
                       uint32_t lanes, uint32_t bytes,
                       const SharedRange &window, LaunchTally &tally) {
  if (access.space == AccessSpace::Shared)
    return countShared(access.kind, addresses, lanes, bytes, tally);
  auto countGlobal = [&](const uint64_t *first, unsigned count) {
    GlobalRequest(first, count, bytes, globalOf(tally.counters, access.kind),
                  footprintOf(tally, access.kind))
        .run();
  };
  if (access.space == AccessSpace::Global)
    return countGlobal(addresses, __builtin_popcount(lanes));
  // Generic addresses of one access almost always agree in their space; those
  // that do not are counted as separate requests, as hardware replays them.
  Request global, shared;
  for (uint32_t rest = lanes; rest; rest &= rest - 1) {
    uint64_t address = *addresses++;
    (window.contains(address) ? shared : global)
        .add(address, __builtin_ctz(rest));
  }
  if (shared.count)
    countShared(access.kind, shared.addresses.data(), shared.lanes, bytes,
                tally);
  if (global.count)
    countGlobal(global.addresses.data(), global.count);
}

/// Lanes may ask for less than `access.bytes`, or nothing: their size stands
/// above the address. Each size is counted as a part of one request.
static void countAsyncRead(const AccessSite &access, const uint64_t *logged,
                           uint32_t lanes, LaunchTally &tally) {
  constexpr uint64_t addressMask = (uint64_t(1) << kLoggedBytesShift) - 1;
  uint64_t before = tally.counters.globalAsync.requests;
  for (uint32_t bytes = kWidest; bytes; --bytes) {
    Request request;
    const uint64_t *next = logged;
    for (uint32_t rest = lanes; rest; rest &= rest - 1, ++next)
      if (*next >> kLoggedBytesShift == bytes)
        request.add(*next & addressMask, __builtin_ctz(rest));
    if (request.count)
      GlobalRequest(request.addresses.data(), request.count, bytes,
                    tally.counters.globalAsync,
                    footprintOf(tally, AccessKind::AsyncRead))
          .run();
    if (request.lanes == lanes)
      break;
  }
  tally.counters.globalAsync.requests = std::max(
      before, std::min(before + 1, tally.counters.globalAsync.requests));
}

void sparsegpu::emulator::countAccess(const AccessSite &access,
                                      const uint64_t *addresses, uint32_t lanes,
                                      const SharedRange &window,
                                      LaunchTally &tally) {
  // Constant memory has a cache of its own; it is no global traffic.
  if (access.space == AccessSpace::Constant)
    return;
  if (access.kind == AccessKind::AsyncRead)
    return countAsyncRead(access, addresses, lanes, tally);
  if (access.kind == AccessKind::MatrixLoad) {
    // The addresses of the other lanes are not looked at.
    uint64_t used = (uint64_t(1) << access.bytes / 2) - 1;
    if (lanes & used)
      countPiece(access, addresses, lanes & used, kWidest, window, tally);
    return;
  }
  uint32_t bytes = access.bytes;
  uint32_t align = access.alignment ? access.alignment : bytes;
  if (bytes <= kWidest && bytes <= align && !(bytes & (bytes - 1)))
    return countPiece(access, addresses, lanes, bytes, window, tally);
  // What is too wide, or not aligned to its width, is several accesses.
  std::array<uint64_t, kWarpSize> shifted;
  unsigned count = __builtin_popcount(lanes);
  for (uint32_t offset = 0; offset < bytes;) {
    uint32_t piece = std::min(align, kWidest);
    if (offset)
      piece = std::min(piece, offset & -offset);
    while (piece > bytes - offset)
      piece /= 2;
    for (unsigned i = 0; i < count; ++i)
      shifted[i] = addresses[i] + offset;
    countPiece(access, shifted.data(), lanes, piece, window, tally);
    offset += piece;
  }
}

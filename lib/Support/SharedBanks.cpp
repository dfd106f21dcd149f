//===- SharedBanks.cpp - Wavefronts of shared memory ----------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Support/SharedBanks.h"

#include <algorithm>
#include <array>

using namespace sparsegpu;

static constexpr unsigned kBanks = 32, kWordShift = 2;

/// The most different words of one bank.
static unsigned countPhase(const uint64_t *addresses, unsigned numLanes,
                           unsigned bytes) {
  uint64_t lowest = UINT64_MAX, highest = 0;
  for (unsigned i = 0; i < numLanes; ++i) {
    lowest = std::min(lowest, addresses[i]);
    highest = std::max(highest, addresses[i]);
  }
  uint64_t last = (highest + bytes - 1) >> kWordShift;
  // Neighbours within the width of the banks never meet.
  if (last - (lowest >> kWordShift) < kBanks)
    return 1;
  std::array<std::array<uint64_t, 32>, kBanks> words;
  std::array<uint8_t, kBanks> counts{};
  unsigned most = 0;
  for (unsigned i = 0; i < numLanes; ++i) {
    uint64_t end = (addresses[i] + bytes - 1) >> kWordShift;
    for (uint64_t word = addresses[i] >> kWordShift; word <= end; ++word) {
      auto &inBank = words[word % kBanks];
      uint8_t &count = counts[word % kBanks];
      if (std::find(inBank.begin(), inBank.begin() + count, word) !=
          inBank.begin() + count)
        continue;
      if (count < inBank.size())
        inBank[count++] = word;
      most = std::max<unsigned>(most, count);
    }
  }
  return most;
}

/// The most accesses to one bank.
static unsigned countAtomicPhase(const uint64_t *addresses, unsigned numLanes,
                                 unsigned bytes) {
  std::array<unsigned, kBanks> counts{};
  unsigned most = 0;
  for (unsigned i = 0; i < numLanes; ++i) {
    uint64_t end = (addresses[i] + bytes - 1) >> kWordShift;
    for (uint64_t word = addresses[i] >> kWordShift; word <= end; ++word)
      most = std::max(most, ++counts[word % kBanks]);
  }
  return most;
}

/// Whether active lanes i and i ^ `distance` have the same address.
static bool haveEqualPairs(const uint64_t *addresses, uint32_t lanes,
                           unsigned distance) {
  std::array<uint64_t, 32> byLane{};
  for (uint32_t rest = lanes; rest; rest &= rest - 1)
    byLane[__builtin_ctz(rest)] = *addresses++;
  for (uint32_t rest = lanes; rest; rest &= rest - 1) {
    unsigned lane = __builtin_ctz(rest);
    if (lanes >> (lane ^ distance) & 1 &&
        byLane[lane] != byLane[lane ^ distance])
      return false;
  }
  return true;
}

Wavefronts sparsegpu::countWavefronts(const uint64_t *addresses, uint32_t lanes,
                                      unsigned bytes, BankUse use) {
  unsigned perPhase = bytes <= 4 ? 32 : bytes <= 8 ? 16 : 8;
  if (perPhase < 32 && use == BankUse::Read &&
      (haveEqualPairs(addresses, lanes, 1) ||
       haveEqualPairs(addresses, lanes, 2)))
    perPhase *= 2;
  Wavefronts result;
  for (unsigned first = 0; first < 32; first += perPhase) {
    uint32_t phase =
        perPhase == 32 ? lanes : lanes >> first & ((1u << perPhase) - 1);
    if (!phase)
      continue;
    unsigned numLanes = __builtin_popcount(phase);
    ++result.phases;
    unsigned wavefronts = use == BankUse::Update
                              ? countAtomicPhase(addresses, numLanes, bytes)
                              : countPhase(addresses, numLanes, bytes);
    result.wavefronts += wavefronts;
    result.worst = std::max(result.worst, wavefronts);
    addresses += numLanes;
  }
  return result;
}

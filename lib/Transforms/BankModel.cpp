//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Transforms/BankModel.h"

#include <algorithm>
#include <tuple>

using namespace sparsegpu;

Wavefronts sparsegpu::measure(const SharedRequest &request) {
  std::array<uint64_t, 32> addresses;
  unsigned count = 0;
  for (uint32_t rest = request.lanes; rest; rest &= rest - 1)
    addresses[count++] = request.addresses[__builtin_ctz(rest)];
  return countWavefronts(addresses.data(), request.lanes, request.bytes,
                         request.use);
}

std::string XorLayout::str() const {
  if (isIdentity())
    return "column";
  std::string row =
      rowDivisor == 1 ? "row" : "(row / " + std::to_string(rowDivisor) + ")";
  return "column xor (" + row + " mod " + std::to_string(1u << keyBits) +
         ") * " + std::to_string(unit);
}

bool LanePlaces::operator<(const LanePlaces &other) const {
  return std::tie(lanes, rows, columns, bases) <
         std::tie(other.lanes, other.rows, other.columns, other.bases);
}

namespace {
/// What the executions of an access cost at most.
struct Cost {
  unsigned degree = 1, excess = 0;

  void add(const Wavefronts &fronts) {
    degree = std::max(degree, fronts.worst);
    excess = std::max(excess, fronts.wavefronts - fronts.phases);
  }
};
} // namespace

static void addPlaces(const Tile &tile, const TileAccess &access,
                      const LanePlaces &places, const XorLayout &layout,
                      Cost &cost) {
  SharedRequest request;
  request.use = access.use;
  request.bytes = access.requestBytes;
  request.lanes = places.lanes;
  unsigned pieces = std::max<int64_t>(1, access.width * tile.elementBytes /
                                             access.requestBytes);
  std::array<int64_t, 32> starts{};
  int64_t lowest = 0;
  for (uint32_t rest = places.lanes; rest; rest &= rest - 1) {
    unsigned lane = __builtin_ctz(rest);
    starts[lane] = places.bases[lane] +
                   layout.column(places.rows[lane], places.columns[lane]) *
                       tile.elementBytes;
    lowest = std::min(lowest, starts[lane]);
  }
  // Lanes without a place in the tile may be to the left of it.
  int64_t shift = (-lowest + kBankLine - 1) / kBankLine * kBankLine;
  for (unsigned piece = 0; piece < pieces; ++piece) {
    for (unsigned lane = 0; lane < 32; ++lane)
      request.addresses[lane] =
          starts[lane] + shift + int64_t(piece) * access.requestBytes;
    cost.add(measure(request));
  }
}

/// Gives up where the degree is more than `most`.
static Cost measureAccess(const Tile &tile, const TileAccess &access,
                          const XorLayout &layout, unsigned most) {
  Cost cost;
  for (const LanePlaces &places : access.places) {
    addPlaces(tile, access, places, layout, cost);
    if (cost.degree > most)
      break;
  }
  return cost;
}

/// True if what a lane accesses is within a unit, whatever the row.
static bool keepsAccesses(const Tile &tile, const XorLayout &layout) {
  for (const TileAccess &access : tile.accesses) {
    if (access.width > layout.unit)
      return false;
    for (const LanePlaces &places : access.places)
      for (uint32_t rest = places.lanes; rest; rest &= rest - 1) {
        int64_t column = places.columns[__builtin_ctz(rest)];
        if ((column & (layout.unit - 1)) + access.width > layout.unit)
          return false;
      }
  }
  return true;
}

/// All layouts but the identity, in the order in which they are preferred.
static std::vector<XorLayout> listCandidates(const Tile &tile) {
  std::vector<XorLayout> candidates;
  for (int64_t bytes : {16, 8, 4, 32, 64})
    for (unsigned bits = 1; bytes << bits <= kBankLine; ++bits) {
      int64_t unit = bytes / tile.elementBytes;
      if (unit == 0 || tile.rowLength % (unit << bits) != 0)
        continue;
      for (int64_t divisor = 1; divisor << bits <= kRowPeriod; divisor *= 2)
        candidates.push_back({divisor, bits, unit});
    }
  return candidates;
}

namespace {
struct Score {
  unsigned degree = 1, excess = 0;
  size_t worst = 0;

  bool operator<(const Score &other) const {
    return std::tie(degree, excess) < std::tie(other.degree, other.excess);
  }
};
} // namespace

/// Gives up where `bound` is reached.
static Score score(const Tile &tile, const XorLayout &layout,
                   const Score *bound = nullptr) {
  Score result;
  for (size_t i = 0; i < tile.accesses.size(); ++i) {
    Cost cost = measureAccess(tile, tile.accesses[i], layout,
                              bound ? bound->degree : ~0u);
    if (cost.degree > result.degree) {
      result.degree = cost.degree;
      result.worst = i;
    }
    result.excess += cost.excess;
    if (bound && !(result < *bound))
      break;
  }
  return result;
}

LayoutChoice sparsegpu::measureLayout(const Tile &tile,
                                      const XorLayout &layout) {
  Score found = score(tile, layout);
  return {layout, found.degree, found.worst, true};
}

LayoutChoice sparsegpu::chooseLayout(const Tile &tile) {
  LayoutChoice choice;
  Score best = score(tile, choice.layout);
  if (best.degree > 1) {
    choice.hasCandidates = false;
    for (const XorLayout &layout : listCandidates(tile)) {
      if (!keepsAccesses(tile, layout))
        continue;
      choice.hasCandidates = true;
      Score found = score(tile, layout, &best);
      if (!(found < best))
        continue;
      best = found;
      choice.layout = layout;
      if (best.degree == 1)
        break;
    }
  }
  choice.degree = best.degree;
  choice.worstAccess = best.worst;
  return choice;
}

//===- BankModelTest.cpp - Costs known by hand, and chosen layouts ------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Transforms/BankModel.h"

#include <gtest/gtest.h>

using namespace sparsegpu;

namespace {
template <typename Fn>
Wavefronts cost(BankUse use, unsigned bytes, Fn address, uint32_t lanes = ~0u) {
  SharedRequest request;
  request.use = use;
  request.bytes = bytes;
  request.lanes = lanes;
  for (unsigned lane = 0; lane < 32; ++lane)
    request.addresses[lane] = address(lane);
  return measure(request);
}

/// All lanes of one case of an access, by row and column.
template <typename Fn>
TileAccess accessOf(const Tile &tile, BankUse use, int64_t width, Fn place) {
  TileAccess access;
  access.use = use;
  access.width = width;
  access.requestBytes = width * tile.elementBytes;
  LanePlaces places;
  for (unsigned lane = 0; lane < 32; ++lane) {
    auto [row, column] = place(lane);
    places.rows[lane] = row;
    places.columns[lane] = column;
    places.bases[lane] = row * tile.rowLength * tile.elementBytes;
  }
  access.places.push_back(places);
  return access;
}

using Place = std::pair<int64_t, int64_t>;

/// A tile of halves: copied by 16 bytes along its rows, and read by ldmatrix.
Tile tileOfHalves(int64_t rowLength) {
  Tile tile{rowLength, 2, {}};
  int64_t pieces = rowLength / 8;
  tile.accesses.push_back(accessOf(tile, BankUse::Write, 8, [&](int64_t lane) {
    return Place(lane / pieces, lane % pieces * 8);
  }));
  tile.accesses.push_back(accessOf(tile, BankUse::Write, 8, [&](int64_t lane) {
    return Place(lane % 16, lane / 16 * 8);
  }));
  return tile;
}
} // namespace

TEST(BankModel, WordsOfEachLane) {
  auto stride = [](unsigned words) {
    return cost(BankUse::Read, 4,
                [=](unsigned lane) { return lane * words * 4; });
  };
  EXPECT_EQ(stride(1).wavefronts, 1u);
  EXPECT_EQ(stride(1).worst, 1u);
  EXPECT_EQ(stride(2).worst, 2u);
  EXPECT_EQ(stride(32).worst, 32u);
  EXPECT_EQ(stride(33).worst, 1u);
  // One word for all is a broadcast.
  EXPECT_EQ(stride(0).wavefronts, 1u);
}

TEST(BankModel, WideAccessesHavePhases) {
  // 16 bytes: quarter warps. At a stride of 16 bytes each has 128 bytes.
  Wavefronts dense =
      cost(BankUse::Read, 16, [](unsigned lane) { return lane * 16; });
  EXPECT_EQ(dense.phases, 4u);
  EXPECT_EQ(dense.wavefronts, 4u);
  EXPECT_EQ(dense.worst, 1u);
  // At 32 bytes the eight lanes of a quarter share half of the banks.
  Wavefronts sparse =
      cost(BankUse::Write, 16, [](unsigned lane) { return lane * 32; });
  EXPECT_EQ(sparse.wavefronts, 8u);
  EXPECT_EQ(sparse.worst, 2u);
  // 8 bytes: half warps.
  Wavefronts halves =
      cost(BankUse::Write, 8, [](unsigned lane) { return lane * 8; });
  EXPECT_EQ(halves.phases, 2u);
  EXPECT_EQ(halves.worst, 1u);
}

TEST(BankModel, PhasesDifferInTheirDegree) {
  // The first quarter reads a column of rows of 128 bytes, the others rows.
  Wavefronts mixed = cost(BankUse::Write, 16, [](unsigned lane) {
    return lane < 8 ? lane * 128 : lane * 16;
  });
  EXPECT_EQ(mixed.wavefronts, 8u + 3u);
  EXPECT_EQ(mixed.worst, 8u);
}

TEST(BankModel, MatricesOfLdmatrixArePhases) {
  // Matrices beside each other in rows of 128 bytes: 8 wavefronts each; in rows
  // of 64 bytes 4; in rows of 16 bytes 1.
  auto rows = [](unsigned bytes, uint32_t lanes) {
    return cost(
        BankUse::Write, 16,
        [=](unsigned lane) { return lane % 8 * bytes + lane / 8 * 16; }, lanes);
  };
  EXPECT_EQ(rows(128, ~0u).wavefronts, 32u);
  EXPECT_EQ(rows(128, 0xff).wavefronts, 8u);
  EXPECT_EQ(rows(64, 0xffff).wavefronts, 8u);
  EXPECT_EQ(rows(16, ~0u).wavefronts, 4u);
}

TEST(XorLayout, Formula) {
  XorLayout layout{2, 2, 8};
  EXPECT_EQ(layout.str(), "column xor ((row / 2) mod 4) * 8");
  EXPECT_EQ(layout.column(0, 5), 5);
  EXPECT_EQ(layout.column(1, 5), 5);
  EXPECT_EQ(layout.column(2, 5), 13);
  EXPECT_EQ(layout.column(7, 8), 16);
  EXPECT_EQ(layout.column(8, 8), 8);
  // Each row is a permutation of itself.
  for (int64_t row = 0; row < 16; ++row) {
    uint32_t seen = 0;
    for (int64_t column = 0; column < 32; ++column)
      seen |= 1u << layout.column(row, column);
    EXPECT_EQ(seen, ~0u);
  }
}

TEST(ChooseLayout, RowsOfHalves) {
  // Rows of 16 bytes are one unit: nothing to do, and nothing possible.
  EXPECT_TRUE(chooseLayout(tileOfHalves(8)).layout.isIdentity());
  struct Case {
    int64_t rowLength, divisor;
    unsigned bits;
  };
  // As many units as a row has, up to 8, and rows that share a line of banks.
  for (Case c : {Case{16, 4, 1}, Case{32, 2, 2}, Case{64, 1, 3},
                 Case{128, 1, 3}, Case{96, 2, 2}, Case{192, 1, 3}}) {
    LayoutChoice choice = chooseLayout(tileOfHalves(c.rowLength));
    EXPECT_EQ(choice.degree, 1u) << c.rowLength;
    EXPECT_EQ(choice.layout.unit, 8) << c.rowLength;
    EXPECT_EQ(choice.layout.rowDivisor, c.divisor) << c.rowLength;
    EXPECT_EQ(choice.layout.keyBits, c.bits) << c.rowLength;
    EXPECT_GT(measureLayout(tileOfHalves(c.rowLength), XorLayout()).degree, 1u);
  }
}

TEST(ChooseLayout, RowsThatAvoidBanksByThemselves) {
  // 72 halves are 144 bytes: padding would have made this.
  EXPECT_TRUE(chooseLayout(tileOfHalves(72)).layout.isIdentity());
}

TEST(ChooseLayout, WhatIsImpossibleIsSaid) {
  // A column of words beside copies of 16 bytes: 8 units for 32 rows.
  Tile tile{32, 4, {}};
  tile.accesses.push_back(accessOf(tile, BankUse::Write, 4, [](int64_t lane) {
    return Place(lane / 8, lane % 8 * 4);
  }));
  tile.accesses.push_back(accessOf(
      tile, BankUse::Read, 1, [](int64_t lane) { return Place(lane, 3); }));
  LayoutChoice choice = chooseLayout(tile);
  EXPECT_EQ(choice.degree, 4u);
  EXPECT_EQ(choice.worstAccess, 1u);
  EXPECT_EQ(choice.layout.unit, 4);
  // Without the copies words are units.
  tile.accesses.erase(tile.accesses.begin());
  choice = chooseLayout(tile);
  EXPECT_EQ(choice.degree, 1u);
  EXPECT_EQ(choice.layout.unit, 1);
  EXPECT_EQ(choice.layout.keyBits, 5u);
}

TEST(ChooseLayout, AccessesAcrossUnits) {
  // Words 2 to 5 lie in two units of 16 bytes, and in one of 32.
  auto tileOf = [](int64_t rowLength) {
    Tile tile{rowLength, 4, {}};
    tile.accesses.push_back(accessOf(
        tile, BankUse::Read, 4, [](int64_t lane) { return Place(lane, 2); }));
    return tile;
  };
  LayoutChoice choice = chooseLayout(tileOf(32));
  EXPECT_EQ(choice.layout.unit, 8);
  EXPECT_EQ(choice.degree, 2u);
  EXPECT_EQ(measureLayout(tileOf(32), XorLayout()).degree, 8u);
  // Rows of 32 bytes have one such unit.
  choice = chooseLayout(tileOf(8));
  EXPECT_FALSE(choice.hasCandidates);
  EXPECT_TRUE(choice.layout.isIdentity());
  EXPECT_EQ(choice.degree, 2u);
}

// Every layout that is found keeps elements apart and accesses in one piece.
TEST(ChooseLayout, LayoutsOfRandomTilesAreLegal) {
  uint32_t state = 1;
  auto random = [&](uint32_t below) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % below;
  };
  unsigned swizzled = 0;
  for (unsigned trial = 0; trial < 300; ++trial) {
    int64_t elementBytes = 1 << random(4);
    Tile tile{int64_t(16 + 16 * random(16)), elementBytes, {}};
    for (unsigned i = 0; i < 1 + random(2); ++i) {
      int64_t width = std::max<int64_t>(1, (4 << random(3)) / elementBytes);
      int64_t perRow = 1 << random(4), step = 1 << random(3);
      tile.accesses.push_back(
          accessOf(tile, random(2) ? BankUse::Read : BankUse::Write, width,
                   [&](int64_t lane) {
                     return Place(lane / perRow * step, lane % perRow * width %
                                                            tile.rowLength /
                                                            width * width);
                   }));
    }
    LayoutChoice choice = chooseLayout(tile);
    XorLayout layout = choice.layout;
    LayoutChoice before = measureLayout(tile, XorLayout());
    EXPECT_LE(choice.degree, before.degree);
    EXPECT_EQ(measureLayout(tile, layout).degree, choice.degree);
    if (layout.isIdentity())
      continue;
    ++swizzled;
    for (int64_t row = 0; row < 64; ++row) {
      std::vector<bool> seen(tile.rowLength);
      for (int64_t column = 0; column < tile.rowLength; ++column) {
        int64_t place = layout.column(row, column);
        ASSERT_LT(place, tile.rowLength);
        ASSERT_FALSE(seen[place]);
        seen[place] = true;
      }
      for (const TileAccess &access : tile.accesses)
        for (int64_t column = 0; column < tile.rowLength;
             column += access.width)
          for (int64_t i = 1; i < access.width; ++i)
            ASSERT_EQ(layout.column(row, column + i),
                      layout.column(row, column) + i);
    }
  }
  EXPECT_GT(swizzled, 50u);
}

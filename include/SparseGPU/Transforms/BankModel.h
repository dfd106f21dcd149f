//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What one access of a warp to shared memory costs, and XOR layouts of tiles.
// No IR: addresses in, numbers out. The rule itself is in
// Support/SharedBanks.h, and the software GPU counts by the same function.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_BANKMODEL_H
#define SPARSEGPU_TRANSFORMS_BANKMODEL_H

#include "SparseGPU/Support/SharedBanks.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace sparsegpu {

/// What the lanes of a warp ask of shared memory in one instruction.
struct SharedRequest {
  /// ldmatrix and cp.async are `Write`: their phases never merge.
  BankUse use = BankUse::Read;
  /// Bytes of each lane: 1, 2, 4, 8 or 16. ldmatrix: 16, a row of a matrix.
  unsigned bytes = 4;
  /// Those that take part. ldmatrix: the first 8, 16 or 32, which give
  /// addresses; each matrix is a phase of its own.
  uint32_t lanes = ~0u;
  /// Byte addresses by lane.
  std::array<uint64_t, 32> addresses{};
};

/// Phases, wavefronts, and the wavefronts of the worst phase of `request`. It
/// is free of conflicts if there are as many wavefronts as phases; then
/// `worst` is 1 (0 without lanes).
Wavefronts measure(const SharedRequest &request);

/// Where a tile of rows keeps its elements: that of column c of row i lies in
/// column
///   c xor (((i / rowDivisor) mod 2^keyBits) * unit)
/// of the same row. All three are powers of two (but keyBits), so that units
/// stay whole; 2^keyBits * unit divides the length of a row, so that rows stay
/// whole.
struct XorLayout {
  int64_t rowDivisor = 1;
  unsigned keyBits = 0;
  /// Elements.
  int64_t unit = 1;

  bool isIdentity() const { return keyBits == 0; }
  /// What is added (by XOR) to the columns of `row`, which is not negative.
  int64_t key(int64_t row) const {
    return (row / rowDivisor & ((int64_t(1) << keyBits) - 1)) * unit;
  }
  int64_t column(int64_t row, int64_t column) const {
    return column ^ key(row);
  }
  /// As in the formula, for messages.
  std::string str() const;
};

/// The lanes of a warp at one execution of an access.
struct LanePlaces {
  uint32_t lanes = ~0u;
  /// Row of the tile, for the key of the layout; column in elements; byte
  /// offset of column 0 of that row. All up to a shift that lanes share: of
  /// rows by a multiple of `kRowPeriod`, of the others by whole lines of banks.
  std::array<int64_t, 32> rows{}, columns{}, bases{};

  bool operator<(const LanePlaces &other) const;
};

/// One access of the program in all of its executions.
struct TileAccess {
  BankUse use = BankUse::Read;
  /// Elements that a lane accesses side by side, and bytes of each request, of
  /// which it makes several if the access is wider.
  int64_t width = 1;
  unsigned requestBytes = 4;
  std::vector<LanePlaces> places;
};

struct Tile {
  /// Elements of a row, and bytes of one (a power of two).
  int64_t rowLength = 0, elementBytes = 1;
  std::vector<TileAccess> accesses;
};

struct LayoutChoice {
  XorLayout layout;
  /// Wavefronts of the worst phase of the worst access (1: no conflicts), and
  /// which access that is.
  unsigned degree = 1;
  size_t worstAccess = 0;
  /// False if no layout but the identity keeps accesses in one piece.
  bool hasCandidates = true;
};

/// Keys depend on the row modulo this: the greatest rowDivisor * 2^keyBits.
constexpr int64_t kRowPeriod = 128;
/// Bytes that one word from each bank makes.
constexpr int64_t kBankLine = 128;

/// The identity, if it is free of conflicts; else the smallest layout that is;
/// else the one with the least degree (then: least wavefronts). Units are 16
/// bytes where that does, as in the layouts that TMA and wgmma know; then 8, 4,
/// 32, 64, never narrower than an access. Smallest: least keyBits, then least
/// rowDivisor.
LayoutChoice chooseLayout(const Tile &tile);

/// The degree of `tile` under `layout`, as in LayoutChoice.
LayoutChoice measureLayout(const Tile &tile, const XorLayout &layout);

} // namespace sparsegpu

#endif // SPARSEGPU_TRANSFORMS_BANKMODEL_H

//===- FragmentLayout.h - Which lane holds what of a matrix -----*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX ISA, "Warp Level Matrix Multiply-Accumulate Instructions", sections
// "Matrix Fragments for mma.m8n8k4" to "... mma.m16n8k256" and "Matrix
// fragments for multiply-accumulate operation with sparse matrix A".
//
// The many tables there are one rule if matrices are seen as words of 32 bits
// (f64: 64 bits) that hold neighbouring elements along k: one for tf32, two for
// f16, four for s8, eight for s4, 32 for b1. With
//
//   groupID = lane / 4, threadID_in_group = lane % 4
//
// a register of A holds the word threadID_in_group of a block of 8 rows and 4
// words, in row groupID; B is the same with columns for rows. A register of C
// is an element of a block of 8 x 8.
//
// PTX leaves the fragments of wmma open. Here they follow the same rule, so
// that wmma.m16n16k16 is mma.m16n8k16 twice. Registers of f16 fragments beyond
// what a matrix needs (wmma always has eight) repeat the first ones.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_FRAGMENTLAYOUT_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_FRAGMENTLAYOUT_H

namespace sparsegpu::emulator {

struct Place {
  unsigned row, column;
};

/// A register of A, with `rowBlocks` = m / 8. `column` counts words along k.
constexpr Place placeA(unsigned lane, unsigned reg, unsigned rowBlocks) {
  return {lane / 4 + 8 * (reg % rowBlocks), lane % 4 + 4 * (reg / rowBlocks)};
}

/// A register of B, whose columns have 4 * `wordBlocks` words. `row` is the
/// column of B, `column` counts words along k.
constexpr Place placeB(unsigned lane, unsigned reg, unsigned wordBlocks) {
  return {lane / 4 + 8 * (reg / wordBlocks), lane % 4 + 4 * (reg % wordBlocks)};
}

/// Element `i` of C or D, with `rowBlocks` = m / 8.
constexpr Place placeC(unsigned lane, unsigned i, unsigned rowBlocks) {
  unsigned block = i / 2;
  return {lane / 4 + 8 * (block % rowBlocks),
          lane % 4 * 2 + i % 2 + 8 * (block / rowBlocks)};
}

//===----------------------------------------------------------------------===//
// mma.m8n8k4 on f16: "Matrix Fragments for mma.m8n8k4 with .f16 floating point
// type". Lanes 4 i to 4 i + 3 and 16 more than that multiply together.
//===----------------------------------------------------------------------===//

constexpr unsigned quadPairOf(unsigned lane) { return lane % 16 / 4; }
/// 0 to 7 within the eight lanes.
constexpr unsigned lineOf(unsigned lane) { return lane % 4 + lane / 16 * 4; }

constexpr Place placeQuadA(unsigned lane, unsigned i, bool isColumnMajor) {
  if (isColumnMajor)
    return {i + lane / 16 * 4, lane % 4};
  return {lineOf(lane), i};
}

constexpr Place placeQuadB(unsigned lane, unsigned i, bool isColumnMajor) {
  if (isColumnMajor)
    return {i, lineOf(lane)};
  return {lane % 4, i + lane / 16 * 4};
}

/// f16 and f32 accumulators differ.
constexpr Place placeQuadC(unsigned lane, unsigned i, bool isHalf) {
  if (isHalf)
    return {lineOf(lane), i};
  return {(lane & 1) + (i & 2) + lane / 16 * 4, (i & 4) + (lane & 2) + (i & 1)};
}

//===----------------------------------------------------------------------===//
// mma.sp: "Sparse matrix storage". A row of A is cut into chunks of four units;
// two of them are stored. A unit is an element of 16 or 8 bits, a half of a
// tf32, or two s4. Four bits of metadata for each chunk are the places of the
// two, lower bits first.
//===----------------------------------------------------------------------===//

struct MetadataPlace {
  unsigned lane, bit;
};

/// Bits of a unit for elements of `elementBits`.
constexpr unsigned unitBits(unsigned elementBits) {
  return elementBits >= 16 ? 16 : 8;
}

/// Where the metadata of chunk `chunk` of a row is. `rowBits` are those of a
/// row of A with its zeros.
constexpr MetadataPlace placeMetadata(unsigned row, unsigned chunk,
                                      unsigned selector, unsigned unit,
                                      unsigned rowBits) {
  unsigned firstLane = row % 8 * 4;
  // 16-bit units: a word has four chunks of row r below four of row r + 8.
  if (unit == 16)
    return {firstLane + selector * (rowBits / 256) + chunk / 4,
            row / 8 * 16 + chunk % 4 * 4};
  // 8-bit units: a word has eight chunks of one row.
  return {firstLane + 2 * (selector + chunk / 8) + row / 8, chunk % 8 * 4};
}

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_FRAGMENTLAYOUT_H

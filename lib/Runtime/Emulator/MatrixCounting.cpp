//===- MatrixCounting.cpp - What operations on matrices cost --------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MatrixCounting.h"

#include "FragmentLayout.h"

#include <algorithm>
#include <cstring>

using namespace sparsegpu::emulator;

static bool isFloat(ElementType type) {
  switch (type) {
  case ElementType::S8:
  case ElementType::U8:
  case ElementType::S4:
  case ElementType::U4:
  case ElementType::B1:
  case ElementType::S32:
    return false;
  default:
    return true;
  }
}

/// One bit for each element of a word that is not zero (nor minus zero).
static uint32_t nonzeroElements(uint32_t word, unsigned bits, bool isFloat) {
  uint32_t all = bits == 32 ? ~0u : (1u << bits) - 1;
  uint32_t magnitude = isFloat ? all >> 1 : all;
  uint32_t found = 0;
  for (unsigned i = 0; i < 32 / bits; ++i)
    found |= uint32_t((word >> (i * bits) & magnitude) != 0) << i;
  return found;
}

/// Elements of A that are not zero, of the operations whose layout does not
/// matter for that.
static uint64_t countNonzeroA(const MatrixOp &op, const LaneRegisters &lanes) {
  uint64_t count = 0;
  for (uint32_t *registers : lanes) {
    if (op.a == ElementType::F64) {
      uint64_t bits;
      std::memcpy(&bits, registers, sizeof(bits));
      count += bits << 1 != 0;
      continue;
    }
    for (unsigned r = 0; r < op.words(MatrixOperand::A); ++r)
      count += __builtin_popcount(
          nonzeroElements(registers[r], bitsOf(op.a), isFloat(op.a)));
  }
  return count;
}

uint64_t sparsegpu::emulator::countUsefulFlops(const MatrixOp &op,
                                               const LaneRegisters &lanes) {
  if (op.a == ElementType::B1)
    return op.flops();
  if (op.kind == MatrixKind::SparseMma || op.isQuadPair() ||
      op.a == ElementType::F64)
    return 2 * uint64_t(op.n) * countNonzeroA(op, lanes);
  // How many elements are not zero in each column of A and each row of B.
  constexpr unsigned maxK = 256;
  uint32_t inA[maxK] = {}, inB[maxK] = {};
  unsigned bits = bitsOf(op.a), each = 32 / bits;
  unsigned lineWords = op.k / each;
  unsigned firstB = op.words(MatrixOperand::A);
  auto add = [&](uint32_t word, unsigned column, uint32_t *counts) {
    uint32_t found = nonzeroElements(word, bits, isFloat(op.a));
    for (; found; found &= found - 1)
      ++counts[column * each + __builtin_ctz(found)];
  };
  // wmma holds some elements twice; those of one matrix come first.
  unsigned registersA = op.m * lineWords / kWarpSize;
  unsigned registersB = op.n * lineWords / kWarpSize;
  for (unsigned lane = 0; lane < kWarpSize; ++lane) {
    for (unsigned r = 0; r < registersA; ++r)
      add(lanes[lane][r], placeA(lane, r, op.m / 8).column, inA);
    for (unsigned r = 0; r < registersB; ++r)
      add(lanes[lane][firstB + r], placeB(lane, r, lineWords / 4).column, inB);
  }
  uint64_t useful = 0;
  for (unsigned k = 0; k < op.k; ++k)
    useful += uint64_t(inA[k]) * inB[k];
  return 2 * useful;
}

static void countTransfer(const MatrixOp &op, const MatrixAddress &address,
                          const SharedRange &window, LaunchTally &tally) {
  unsigned rows = op.operand == MatrixOperand::B ? op.k : op.m;
  unsigned columns = op.operand == MatrixOperand::A ? op.k : op.n;
  unsigned lines = op.columnA ? columns : rows;
  unsigned length = op.columnA ? rows : columns;
  unsigned bits = bitsOf(op.a), lineBytes = length * bits / 8;
  uint64_t stride = (address.stride ? address.stride : length) * bits / 8;
  uint32_t bytes = std::min(lineBytes, 16u);
  AccessSite site{op.kind == MatrixKind::WmmaStore ? AccessKind::Store
                                                   : AccessKind::Load,
                  AccessSpace::Generic, bytes, bytes, ""};
  std::array<uint64_t, kWarpSize> addresses;
  unsigned count = 0;
  auto flush = [&] {
    if (count)
      countAccess(site, addresses.data(), ~0u >> (kWarpSize - count), window,
                  tally);
    count = 0;
  };
  for (unsigned line = 0; line < lines; ++line)
    for (unsigned offset = 0; offset < lineBytes; offset += bytes) {
      addresses[count++] = address.pointer + line * stride + offset;
      if (count == kWarpSize)
        flush();
    }
  flush();
}

void sparsegpu::emulator::countMatrix(const MatrixOp &op,
                                      const LaneRegisters &lanes,
                                      const SharedRange &window,
                                      LaunchTally &tally) {
  if (op.multiplies()) {
    MatrixCounter &counter = tally.matrices[op.encode()];
    ++counter.operations;
    counter.usefulFlops += countUsefulFlops(op, lanes);
  } else if (op.kind != MatrixKind::LoadMatrix) {
    MatrixAddress address;
    std::memcpy(&address, lanes[0], sizeof(address));
    countTransfer(op, address, window, tally);
  }
}

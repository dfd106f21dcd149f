//===- MatrixMemory.cpp - ldmatrix, wmma.load and wmma.store --------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Format.h"
#include "FragmentLayout.h"
#include "Matrix.h"

#include <cstring>

using namespace sparsegpu::emulator;

static MatrixAddress addressOf(const uint32_t *registers) {
  MatrixAddress address;
  std::memcpy(&address, registers, sizeof(address));
  return address;
}

//===----------------------------------------------------------------------===//
// PTX ISA, "ldmatrix"
//===----------------------------------------------------------------------===//

std::string sparsegpu::emulator::loadMatrices(const MatrixOp &op,
                                              const LaneRegisters &lanes,
                                              const MatrixAccess &access) {
  constexpr unsigned rows = 8, rowBytes = 16;
  for (unsigned matrix = 0; matrix < op.m; ++matrix) {
    // Lanes 8 i to 8 i + 7 have the addresses of the rows of matrix i.
    uint16_t elements[rows][rows];
    for (unsigned row = 0; row < rows; ++row) {
      unsigned lane = matrix * rows + row;
      uint64_t address = addressOf(lanes[lane]).pointer;
      void *pointer = reinterpret_cast<void *>(address);
      if (access)
        pointer = access(lane, pointer, rowBytes, false);
      else if (address % rowBytes)
        return formatText("lane {0} gives the address {1:x} for row {2} of "
                          "matrix {3}, which is not a multiple of 16",
                          lane, address, row, matrix);
      std::memcpy(elements[row], pointer, rowBytes);
    }
    for (unsigned lane = 0; lane < kWarpSize; ++lane) {
      unsigned line = lane / 4, pair = lane % 4 * 2;
      uint32_t low = op.columnA ? elements[pair][line] : elements[line][pair];
      uint32_t high =
          op.columnA ? elements[pair + 1][line] : elements[line][pair + 1];
      lanes[lane][kAddressWords + matrix] = low | high << 16;
    }
  }
  return "";
}

//===----------------------------------------------------------------------===//
// PTX ISA, "wmma.load", "wmma.store", "Matrix Storage for WMMA"
//===----------------------------------------------------------------------===//

namespace {
/// The elements of an operand in memory.
class Tile {
public:
  Tile(const MatrixOp &op, const MatrixAddress &address)
      : base(reinterpret_cast<char *>(address.pointer)), bits(bitsOf(op.a)),
        isColumnMajor(op.columnA), stride(address.stride) {}

  /// Bits of the element at (row, column); `count` of them along a row must be
  /// neighbours if they do not fill a byte.
  char *at(unsigned row, unsigned column) const {
    uint64_t index =
        isColumnMajor ? column * stride + row : row * stride + column;
    return base + index * bits / 8;
  }

private:
  char *base;
  unsigned bits;
  bool isColumnMajor;
  uint64_t stride;
};

/// Moves `bytes` one way or the other, for a lane.
struct Mover {
  bool isStore;
  const MatrixAccess &access;

  void operator()(unsigned lane, char *memory, char *registers,
                  unsigned bytes) const {
    if (access)
      memory = static_cast<char *>(access(lane, memory, bytes, isStore));
    if (isStore)
      std::memcpy(memory, registers, bytes);
    else
      std::memcpy(registers, memory, bytes);
  }
};
} // namespace

/// A register of A or B: elements that are neighbours along k.
static void transferFactor(const MatrixOp &op, const Tile &tile,
                           const Mover &move, unsigned lane, unsigned reg,
                           char *registers) {
  bool isA = op.operand == MatrixOperand::A;
  unsigned bits = bitsOf(op.a);
  unsigned wordBits = bits == 64 ? 64 : 32, each = wordBits / bits;
  unsigned lineWords = op.k * bits / wordBits;
  unsigned lines = isA ? op.m : op.n;
  // Registers beyond those repeat the first ones.
  unsigned used = lines * lineWords / kWarpSize;
  Place p = isA ? placeA(lane, reg % used, op.m / 8)
                : placeB(lane, reg % used, lineWords / 4);
  char *out = registers + reg * wordBits / 8;
  auto at = [&](unsigned k) {
    return isA ? tile.at(p.row, k) : tile.at(k, p.row);
  };
  // Less than a byte: A is row-major, B column-major, and a word is together.
  unsigned first = p.column * each;
  if (bits < 8)
    return move(lane, at(first), out, wordBits / 8);
  for (unsigned j = 0; j < each; ++j)
    move(lane, at(first + j), out + j * bits / 8, bits / 8);
}

std::string sparsegpu::emulator::transferMatrix(const MatrixOp &op,
                                                const LaneRegisters &lanes,
                                                const MatrixAccess &access) {
  MatrixAddress address = addressOf(lanes[0]);
  for (unsigned lane = 1; lane < kWarpSize; ++lane) {
    MatrixAddress other = addressOf(lanes[lane]);
    if (other.pointer != address.pointer || other.stride != address.stride)
      return formatText("lane {0} gives address {1:x} and stride {2}, lane 0 "
                        "{3:x} and {4}; all lanes must give the same",
                        lane, other.pointer, other.stride, address.pointer,
                        address.stride);
  }
  bool isFactor =
      op.operand == MatrixOperand::A || op.operand == MatrixOperand::B;
  // Without a stride: that of a matrix of this shape.
  if (!address.stride) {
    unsigned rows = op.operand == MatrixOperand::B ? op.k : op.m;
    unsigned columns = op.operand == MatrixOperand::A ? op.k : op.n;
    address.stride = op.columnA ? rows : columns;
  }
  Tile tile(op, address);
  unsigned bits = bitsOf(op.a), bytes = bits / 8;
  Mover move{op.kind == MatrixKind::WmmaStore, access};
  unsigned registers = isFactor
                           ? op.words(op.operand) * 32 / (bits == 64 ? 64 : 32)
                           : op.m * op.n / kWarpSize;
  for (unsigned lane = 0; lane < kWarpSize; ++lane) {
    char *words = reinterpret_cast<char *>(lanes[lane] + kAddressWords);
    for (unsigned i = 0; i < registers; ++i) {
      if (isFactor) {
        transferFactor(op, tile, move, lane, i, words);
        continue;
      }
      Place p = placeC(lane, i, op.m / 8);
      move(lane, tile.at(p.row, p.column), words + i * bytes, bytes);
    }
  }
  return "";
}

//===- MatrixMetadata.cpp - Where mma.sp's elements of A belong -----------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Format.h"
#include "FragmentLayout.h"
#include "Matrix.h"

using namespace sparsegpu::emulator;

/// For elements of `Bits` bits.
template <unsigned Bits>
static std::string read(const MatrixOp &op, const LaneRegisters &lanes,
                        uint8_t *rows) {
  constexpr unsigned unit = unitBits(Bits), chunkBits = 4 * unit;
  unsigned first = op.words(MatrixOperand::A) + op.words(MatrixOperand::B) +
                   op.words(MatrixOperand::C);
  unsigned rowBits = op.k * Bits;
  for (unsigned row = 0; row < op.m; ++row)
    for (unsigned chunk = 0; chunk < rowBits / chunkBits; ++chunk) {
      MetadataPlace p = placeMetadata(row, chunk, op.selector, unit, rowBits);
      uint32_t code = lanes[p.lane][first] >> p.bit & 15;
      unsigned places[2] = {code & 3, code >> 2};
      // Halves of a tf32 stay together.
      bool isValid = Bits == 32           ? code == 4 || code == 14
                     : op.orderedMetadata ? places[0] < places[1]
                                          : places[0] != places[1];
      if (!isValid)
        return formatText("metadata {0:x} of lane {1} for row {2}, chunk {3} "
                          "is not one that PTX defines",
                          code, p.lane, row, chunk);
      if constexpr (Bits == 32) {
        *rows++ = 2 * chunk + places[0] / 2;
      } else {
        constexpr unsigned each = unit / Bits;
        for (unsigned i = 0; i < 2 * each; ++i)
          *rows++ = (4 * chunk + places[i / each]) * each + i % each;
      }
    }
  return "";
}

std::string sparsegpu::emulator::readMetadata(const MatrixOp &op,
                                              const LaneRegisters &lanes,
                                              uint8_t *rows) {
  switch (bitsOf(op.a)) {
  case 4:
    return read<4>(op, lanes, rows);
  case 8:
    return read<8>(op, lanes, rows);
  case 16:
    return read<16>(op, lanes, rows);
  default:
    return read<32>(op, lanes, rows);
  }
}

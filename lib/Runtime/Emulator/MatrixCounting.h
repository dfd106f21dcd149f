//===- MatrixCounting.h - What operations on matrices cost ------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_MATRIXCOUNTING_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_MATRIXCOUNTING_H

#include "LaunchTally.h"
#include "Matrix.h"

namespace sparsegpu::emulator {

/// 2 for each multiplication of the operation in which neither factor is zero;
/// mma.sp and m8n8k4: in which the element of A is not zero. The registers are
/// those before the operation.
uint64_t countUsefulFlops(const MatrixOp &op, const LaneRegisters &lanes);

/// Adds a multiplication, or the memory that wmma.load or wmma.store touches:
/// pieces of 16 bytes of the lines of the tile, 32 in a request. (How many
/// instructions a chip makes of one is not documented.) ldmatrix is counted by
/// the addresses of its lanes.
void countMatrix(const MatrixOp &op, const LaneRegisters &lanes,
                 const SharedRange &window, LaunchTally &tally);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_MATRIXCOUNTING_H

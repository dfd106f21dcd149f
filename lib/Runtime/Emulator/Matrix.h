//===- Matrix.h - What the operations on matrices do ------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each lane leaves its operands in memory and says where; the lane that comes
// last does the work for all (Collectives.cpp). So the result cannot depend on
// the order of the lanes.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_MATRIX_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_MATRIX_H

#include "MatrixOp.h"
#include "ThreadContext.h"

#include <array>
#include <functional>

namespace sparsegpu::emulator {

/// What each lane brings: its registers. Operands follow each other (A, B, C,
/// metadata); results start where the operands do.
using LaneRegisters = std::array<uint32_t *, kWarpSize>;

/// Operands of the operations that touch memory, before their registers.
struct MatrixAddress {
  uint64_t pointer;
  /// Leading dimension in elements; 0 if the operation has none.
  uint64_t stride;
};
constexpr unsigned kAddressWords = sizeof(MatrixAddress) / sizeof(uint32_t);
/// Most words that an operation needs.
constexpr unsigned kMatrixWords = 32;

/// Room for the matrices of one operation. Shared by all lanes, so that it
/// stays in the cache: their stacks would not.
struct MatrixScratch {
  /// Most elements of an operand: s4 in mma.sp.m16n8k128 (A without its zeros);
  /// and of the accumulators: wmma.
  static constexpr unsigned kIntegers = 1024, kFloats = 512;
  static constexpr unsigned kAccumulators = 256, kWords = 256;

  alignas(64) uint32_t wordsA[kWords], wordsB[kWords];
  alignas(64) double floatsA[kFloats], floatsB[kFloats];
  alignas(64) double floatSums[kAccumulators];
  alignas(64) int32_t integersA[kIntegers], integersB[kIntegers];
  alignas(64) int32_t integerSums[kAccumulators];
  /// mma.sp: the row of B for each stored element of A.
  uint8_t rows[kIntegers];
};

/// D = A * B + C. What is wrong with the operands, or nothing.
std::string multiplyMatrices(const MatrixOp &op, const LaneRegisters &lanes,
                             MatrixScratch &scratch);

// Parts of it.
void multiplyDoubles(const MatrixOp &op, const LaneRegisters &lanes);
/// mma.sp: the row of B for each stored element of A, row after row. What is
/// wrong with the metadata, or nothing.
std::string readMetadata(const MatrixOp &op, const LaneRegisters &lanes,
                         uint8_t *rows);

/// Checks an access that is made for a lane; gives where it may be made. Empty
/// if nothing is checked.
using MatrixAccess = std::function<void *(unsigned lane, void *address,
                                          unsigned bytes, bool isStore)>;

/// wmma.load and wmma.store: the registers follow a MatrixAddress, which also
/// the results do not overwrite.
std::string transferMatrix(const MatrixOp &op, const LaneRegisters &lanes,
                           const MatrixAccess &access);

/// ldmatrix. Results follow the MatrixAddress.
std::string loadMatrices(const MatrixOp &op, const LaneRegisters &lanes,
                         const MatrixAccess &access);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_MATRIX_H

//===- MatrixOp.h - What a matrix operation of a warp is --------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// mma, mma.sp, wmma and ldmatrix as one structure, which compiled code passes
// to the runtime as a number. Its bits are part of the format of precompiled
// modules (PrecompiledModule.h).
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_MATRIXOP_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_MATRIXOP_H

#include <cstdint>
#include <string>

namespace sparsegpu::emulator {

enum class MatrixKind : uint8_t {
  Mma,
  SparseMma,
  WmmaMma,
  WmmaLoad,
  WmmaStore,
  LoadMatrix,
};

enum class ElementType : uint8_t {
  None,
  F16,
  BF16,
  TF32,
  F32,
  F64,
  S8,
  U8,
  S4,
  U4,
  B1,
  S32,
  E4M3,
  E5M2,
};

enum class MatrixOperand : uint8_t { A, B, C, D };

/// Rounding of wmma on f64.
enum class MatrixRounding : uint8_t { Nearest, Zero, Down, Up };

struct MatrixOp {
  MatrixKind kind = MatrixKind::Mma;
  /// Loads of ldmatrix: the matrices, in `m`.
  uint16_t m = 0, n = 0, k = 0;
  /// wmma loads and stores: the type of the operand, in `a`.
  ElementType a = ElementType::None, b = ElementType::None;
  ElementType c = ElementType::None, d = ElementType::None;
  /// What wmma loads or stores.
  MatrixOperand operand = MatrixOperand::A;
  /// Whether A and B (loads and stores: the operand) are column-major; ldmatrix
  /// with .trans.
  bool columnA = false, columnB = false;
  bool satfinite = false;
  /// b1: and.popc instead of xor.popc.
  bool andPopc = false;
  bool orderedMetadata = false;
  MatrixRounding rounding = MatrixRounding::Nearest;
  /// mma.sp: which threads hold the metadata.
  uint8_t selector = 0;

  uint64_t encode() const;
  static MatrixOp decode(uint64_t code);

  bool multiplies() const {
    return kind == MatrixKind::Mma || kind == MatrixKind::SparseMma ||
           kind == MatrixKind::WmmaMma;
  }
  /// mma.m8n8k4 on f16 is four multiplications by eight lanes each.
  bool isQuadPair() const {
    return kind == MatrixKind::Mma && k == 4 && a == ElementType::F16;
  }
  /// 32-bit words that a lane holds of an operand. Metadata is not counted.
  unsigned words(MatrixOperand operand) const;
  /// 2 for each multiplication; mma.sp multiplies what is stored of A, half of
  /// it.
  uint64_t flops() const;
  /// As PTX writes it: "mma.sync.m16n8k16.row.col.f32.f16.f16.f32".
  std::string name() const;
};

unsigned bitsOf(ElementType type);
const char *nameOf(ElementType type);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_MATRIXOP_H

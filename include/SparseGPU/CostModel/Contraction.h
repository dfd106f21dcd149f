//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What is to be computed: C[M,N] += A[M,K] * B[K,N], in batches, and how fast
// a target multiplies such operands.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_COSTMODEL_CONTRACTION_H
#define SPARSEGPU_COSTMODEL_CONTRACTION_H

#include "SparseGPU/CostModel/TargetDescription.h"

namespace sparsegpu::costmodel {

/// What the products are made of, once fragments are in registers. F32 is exact
/// and therefore on FMAs; TF32x3 is f32 as three products of TF32.
enum class MatrixType { F16, BF16, TF32, TF32x3, F32, F64, FP8, S8, S4, B1 };

const char *nameOf(MatrixType type);

/// Bits of an element in a register: 32 for TF32.
unsigned bitsOf(MatrixType type);

/// Sizes are in elements. A is M x K in rows, B is K x N in rows; a transposed
/// operand is stored the other way round, which changes the length of its rows
/// and so the width of copies and the sectors that a tile touches.
struct ContractionShape {
  uint64_t batch = 1, m = 0, n = 0, k = 0;
  MatrixType type = MatrixType::F16;
  /// As stored: in global and shared memory for A and B, in global memory for
  /// C. Operands that are decoded after the wait have fewer bits than `type`.
  unsigned bitsA = 16, bitsB = 16, bitsC = 16;
  unsigned bitsAccumulator = 32;
  bool transposedA = false, transposedB = false;
  /// Loops that an index of rows, columns or products runs through beyond one
  /// each, as the implicit matmul of a convolution has.
  unsigned extraLoops = 0;
  /// An extent is known at run time only; m, n, k are what it is taken for.
  bool dynamic = false;
  /// FP8 is multiplied as f16, by registers that the program does not see: what
  /// ptxas makes of its `mma.sync` for sm_90.
  bool widenedFloat8 = false;
  /// The chip has no asynchronous copies: they go through registers.
  bool synchronousCopies = false;
  /// Rows of B are those that coordinates of so many bits name, which are
  /// copied ahead of them; 0: rows of B follow each other.
  unsigned bitsCoordinate = 0;

  /// 2 for each multiply-add.
  double flops() const { return 2.0 * batch * m * n * k; }
  /// Each element of A, B and C once.
  double bytesA() const { return double(batch) * m * k * bitsA / 8; }
  double bytesB() const { return double(batch) * k * n * bitsB / 8; }
  double bytesC() const { return double(batch) * m * n * bitsC / 8; }
  /// Of the operand as stored, in bits: what is contiguous.
  uint64_t rowBitsA() const { return (transposedA ? m : k) * bitsA; }
  uint64_t rowBitsB() const { return (transposedB ? k : n) * bitsB; }
};

/// The shape with the operands, C and the accumulators that are usual for a
/// type: f16 and bf16 add in f32 and store 16 bits, fp8 adds in f32 and stores
/// f16, integers add in and store 32 bits, all others in themselves.
ContractionShape makeShape(MatrixType type, uint64_t m, uint64_t n, uint64_t k,
                           uint64_t batch = 1);

/// Rows of A, columns of B and products that one instruction of a warp takes.
struct MmaShape {
  unsigned m = 0, n = 0, k = 0;

  /// No tensor cores: each lane multiplies and adds. A warp is then 8 x 4 lanes
  /// that own (warp tile M / 8) x (warp tile N / 4) elements of C each.
  bool isFma() const { return m == 1 && n == 1 && k == 1; }
  bool operator==(const MmaShape &o) const {
    return m == o.m && n == o.n && k == o.k;
  }
};

/// The `mma.sync` of this project for the type on the chip (PTX ISA, "Matrix
/// multiply-accumulate operation using mma instruction"); {1, 1, 1} where there
/// is none. The m8n8k4 of sm_70 is not used.
MmaShape mmaShapeOf(const TargetDescription &target, MatrixType type);

/// Operations per SM and cycle on that path: MatrixRates, or two for each lane
/// of LaneRates.
double contractionRate(const TargetDescription &target,
                       const ContractionShape &shape);

/// Cycles of the SM clock below which no kernel computes the shape, from a cold
/// cache: the larger of flops / rate of all SMs, and of A, B and C once through
/// DRAM.
double lowerBoundCycles(const TargetDescription &target,
                        const ContractionShape &shape);

} // namespace sparsegpu::costmodel

#endif // SPARSEGPU_COSTMODEL_CONTRACTION_H

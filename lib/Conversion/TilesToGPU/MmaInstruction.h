//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a warp multiplies at once, and which lane holds which element.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_CONVERSION_TILESTOGPU_MMAINSTRUCTION_H
#define SPARSEGPU_LIB_CONVERSION_TILESTOGPU_MMAINSTRUCTION_H

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/IR/Builders.h"

namespace sparsegpu {

/// What one lane holds of a tile. Element number e of the lane's vector, in its
/// order, is in row
///     (lane / 4) * groupRow + (lane mod 4) * threadRow + places[e].first
/// and likewise in a column.
struct FragmentLayout {
  mlir::VectorType type;
  int64_t groupRow = 0, threadRow = 0, groupColumn = 0, threadColumn = 0;
  llvm::SmallVector<std::pair<int64_t, int64_t>> places;
};

/// What elements of type `factor` are in shared memory and fragments: integers
/// where they are floats of 8 bits, whose vectors nvgpu.ldmatrix does not
/// lower. Fragments of FMAs have the elements themselves.
mlir::Type getStagedType(mlir::Type factor);

/// C (m x n) += A (m x k) * B (k x n), of a warp together. On the path of FMAs
/// it stands for m * n * k / 32 instructions of each lane.
struct MmaInstruction {
  ComputePath path;
  /// The elements of A and B; see getStagedType.
  mlir::Type factor;
  int64_t m, n, k;
  FragmentLayout a, b, c;
  /// Instructions of the hardware along m and n that this one stands for.
  int64_t partsM = 1, partsN = 1;

  /// The instruction for elements of A and B of type `factor` and sums of
  /// type `accumulator` on chips of `capability`, 80 for sm_80; nothing, and
  /// why not, if there is none.
  static std::optional<MmaInstruction> get(ComputePath path, mlir::Type factor,
                                           mlir::Type accumulator,
                                           unsigned capability,
                                           std::string &reason);

  /// For bytes of A that lie along m (of B along n): lets a lane have two
  /// neighbouring rows of 16 (columns of 16) where the hardware's fragments
  /// have rows apart by 8 (one column). ldmatrix transposes pairs of bytes, so
  /// both come to the same lane, and two byte permutations make their
  /// registers. The rows (columns) of C move along: which row of A is which
  /// does not matter to the hardware. Where a fragment has 8 rows (columns) two
  /// instructions take the even and the odd ones. A register of A is 2 * half
  /// of k + parity, one of B halves of k * parity + half of k.
  void pairRows();
  void pairColumns();
  bool hasPairedRows() const {
    return path != ComputePath::FMA && a.groupRow == 2;
  }
  bool hasPairedColumns() const {
    return path != ComputePath::FMA && b.groupColumn == 2;
  }

  /// For nests that multiply nothing: a row of 32 neighbours, one for each
  /// lane. Only its `c` has a meaning, which is also the place of an input.
  static MmaInstruction getElementwise(mlir::Type element);

  /// What the instruction multiplies of a fragment of A or B as it is in
  /// memory: that, or its elements rounded to tf32, or these and the rest.
  llvm::SmallVector<mlir::Value, 2> prepare(mlir::OpBuilder &builder,
                                            mlir::Location loc,
                                            mlir::Value fragment) const;
  /// The fragment of C after the instruction, or three of them; `left` and
  /// `right` are prepared.
  mlir::Value emit(mlir::OpBuilder &builder, mlir::Location loc,
                   mlir::ValueRange left, mlir::ValueRange right,
                   mlir::Value sums) const;

private:
  mlir::Value emitOne(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value a, mlir::Value b, mlir::Value c) const;
  /// One instruction of the hardware.
  mlir::Value emitPart(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Value a, mlir::Value b, mlir::Value c) const;
};

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_TILESTOGPU_MMAINSTRUCTION_H

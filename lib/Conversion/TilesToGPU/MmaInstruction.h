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

  /// The instruction for elements of A and B of type `factor` and sums of
  /// type `accumulator` on chips of `capability`, 80 for sm_80; nothing, and
  /// why not, if there is none.
  static std::optional<MmaInstruction> get(ComputePath path, mlir::Type factor,
                                           mlir::Type accumulator,
                                           unsigned capability,
                                           std::string &reason);

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
};

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_TILESTOGPU_MMAINSTRUCTION_H

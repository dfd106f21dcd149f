//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The loop nests of one sparse_gpu.spmm.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_CONVERSION_SPARSEGPUTOTILES_NESTBUILDER_H
#define SPARSEGPU_LIB_CONVERSION_SPARSEGPUTOTILES_NESTBUILDER_H

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/IR/Builders.h"

namespace sparsegpu {

/// Builds the nests of one operation, for one schedule after the other.
///
/// A matrix whose units own rows of the result needs one nest. Otherwise
/// partial results meet in memory of the accumulator type, `sums`: C itself
/// where C has that type and nothing is computed after the products, else a
/// workspace that a last nest reads. That is so for a sum of parts, and for a
/// part that is turned: its units own columns of A, and its coordinates name
/// rows of the result.
class NestBuilder {
public:
  /// Allocates the workspace, if the operation needs one.
  NestBuilder(SpMMOp op, mlir::OpBuilder &builder);

  /// True when all guards of `schedule` hold; null if there are none. Fails
  /// with an error at guards that are not for sparse operands.
  mlir::FailureOr<mlir::Value> buildGuards(ScheduleAttr schedule);
  /// The whole operation, by `schedule`.
  void build(ScheduleAttr schedule);
  /// After all schedules.
  void freeWorkspace();
  /// An error was reported.
  bool hasFailed() const { return isBroken; }

private:
  /// One of the matrices whose sum A is.
  struct Part {
    SparseStorage storage;
    SparseFormatInterface format;
    /// Units own columns of the matrix that multiplies B.
    bool turned;
  };
  /// Memory of partial results, M x N, or N x M if transposed.
  struct Sums {
    mlir::Value memory;
    bool transposed = false;
    /// It holds something that is to be added to.
    bool valid = false;
  };
  /// One step of a unit.
  struct Step {
    mlir::Value coordinates, count;
    DecodedTile a;
  };

  /// One part, whose units own rows of the result.
  bool ownsRows();

  //===--------------------------------------------------------------------===//
  // Nests (NestBuilder.cpp)
  //===--------------------------------------------------------------------===//

  /// A forall over blocks of `units` x column tiles, and one over the warps of
  /// a block; `body` is one warp's work.
  void buildNest(
      ScheduleAttr schedule, mlir::Value units,
      llvm::function_ref<void(mlir::Value unit, mlir::Value column)> body);
  /// One unit per row of the result: stores the tile of `type` that `body`
  /// makes for a tile of one row and its first column.
  void buildRowNest(
      ScheduleAttr schedule, const Sums &into,
      llvm::function_ref<mlir::Value(mlir::Value row, mlir::Value column,
                                     mlir::RankedTensorType type)>
          body);
  /// Units own rows: reduces with `sums` if they are valid, and stores there;
  /// with `finish` stores the finished result into C.
  void buildOwnedNest(ScheduleAttr schedule, const Part &part, const Sums &sums,
                      bool finish);
  /// Units own columns: reduces into `sums` atomically.
  void buildTurnedNest(ScheduleAttr schedule, const Part &part,
                       const Sums &sums);
  /// The accumulator tile of `unit`.
  mlir::Value buildUnit(ScheduleAttr schedule, const Part &part,
                        mlir::Value unit, mlir::Value column);
  /// The loop over the steps of `unit`. It carries an accumulator of `shape`
  /// that `body` takes and returns; none if `shape` is empty.
  mlir::Value
  buildSteps(ScheduleAttr schedule, const Part &part, mlir::Value unit,
             llvm::ArrayRef<int64_t> shape,
             llvm::function_ref<mlir::Value(const Step &, mlir::Value)> body);

  //===--------------------------------------------------------------------===//
  // Units of blocks (BlockNest.cpp)
  //===--------------------------------------------------------------------===//

  /// A forall over units x column tiles, each of them a block's work: the tiles
  /// of A and B are loaded by offsets, those of B by the step's coordinates,
  /// and multiplied as dense ones are.
  void buildBlockNest(ScheduleAttr schedule, const Part &part);
  /// A dense operand: how far in elements the next row and column are. A null
  /// step stands for 0.
  struct Matrix {
    mlir::Value memory, rowStep, columnStep;
  };
  /// A matrix of two dimensions, (column, row) if `transposed`.
  Matrix makeMatrix(mlir::Value memory, bool transposed);
  /// An input of the epilogue by its map from (m, n).
  Matrix makeInput(unsigned number);
  /// One side of a tile: `size` indices, of which `count`, if so many, exist.
  struct Indices {
    mlir::Value tensor;
    int64_t size;
    mlir::Value count;
    bool partial = false;
    /// Coordinates of a step: those beyond `count` are not to be asked for.
    bool isStep = false;
  };
  /// `size` of them from `begin` on, below `end`.
  Indices makeIndices(mlir::Value begin, mlir::Value end, int64_t size);
  /// The offsets of `indices`, `step` apart.
  mlir::Value makeOffsets(const Indices &indices, mlir::Value step);
  /// Elements of `matrix` that follow each other in a tile of so many columns.
  int64_t runOf(const Matrix &matrix, int64_t columns);
  mlir::Value loadTile(const Matrix &matrix, const Indices &rows,
                       const Indices &columns);
  /// The tile of A of a step, all rows of the unit.
  /// Null after an error (LVL2-6).
  mlir::Value loadStep(DecodedTile decoded, int64_t rows, int64_t size,
                       mlir::Value count);

  //===--------------------------------------------------------------------===//
  // Tiles (TileMath.cpp)
  //===--------------------------------------------------------------------===//

  /// accumulator + a * b, or the operation's semiring; `turned`: a is
  /// transposed.
  mlir::Value buildContraction(DecodedTile a, mlir::Value bTile,
                               mlir::Value accumulator, bool turned);
  /// alpha, beta, epilogue and rounding on the accumulator tile. `partial`: see
  /// SparseFormatInterface::hasPartialUnits.
  mlir::Value buildEpilogue(mlir::Value accumulator, mlir::Value rows,
                            mlir::Value column, bool partial);
  /// The same on `operands`: the accumulator, C if there is a beta, and the
  /// inputs, whose elements `maps` name.
  mlir::Value buildEpilogue(mlir::ValueRange operands,
                            llvm::ArrayRef<mlir::AffineMap> maps);
  /// A tile of the type of `tiles`, element by element.
  mlir::Value buildElementwise(
      mlir::ValueRange tiles,
      llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::ValueRange)>
          body);
  /// A tile with the identity of the reduction; `count` is its first size
  /// where `shape` does not say it.
  mlir::Value buildIdentityTile(llvm::ArrayRef<int64_t> shape,
                                mlir::Value count = {});
  ScatterOp buildScatter(mlir::Value tile, const Sums &into, mlir::Value rows,
                         mlir::Value column, bool partial);
  /// The reduction of two values of the accumulator type.
  mlir::Value buildReduce(mlir::OpBuilder &builder, mlir::Value x,
                          mlir::Value y);
  mlir::TypedAttr getIdentity();
  /// `value` as the accumulator type.
  mlir::Value extend(mlir::OpBuilder &builder, mlir::Value value);
  bool isScaled();
  /// C has the accumulator type, and nothing but beta is computed after the
  /// products.
  bool isPlain();

  mlir::Value index(int64_t value);
  /// A vector as a matrix of one column.
  mlir::Value asMatrix(mlir::Value value);

  SpMMOp op;
  mlir::OpBuilder &b;
  mlir::Location loc;
  mlir::Type acc;
  SparseStorage storage;
  llvm::SmallVector<Part> parts;
  mlir::Value dense, dest, rows, columns, workspace;
  bool isBroken = false;
};

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_SPARSEGPUTOTILES_NESTBUILDER_H

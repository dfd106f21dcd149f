//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Distribution of warp-level tiles over the lanes of a warp, for the FMA path.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_CONVERSION_TILESTOGPU_TILEDISTRIBUTION_H
#define SPARSEGPU_LIB_CONVERSION_TILESTOGPU_TILEDISTRIBUTION_H

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace sparsegpu {

/// Offsets into the one dynamic shared-memory arena of a kernel.
struct SharedArena {
  int64_t bytes = 0;
  /// Reserves `size` bytes at 16-byte alignment; returns their offset.
  int64_t allocate(int64_t size) {
    int64_t offset = bytes;
    bytes += llvm::alignTo(size, 16);
    return offset;
  }
};

/// Rewrites the body of one warp's work into code of one lane.
///
/// How a tile value is held:
/// - Registers: element (r, c) of `elements`, row-major, is row r and the
///   lane's c-th column, `lanes` columns apart. A tile without column
///   dimension has one element per row, one without rows one per column.
/// - Deferred: coordinates, decode, generated tiles of dynamic size, and
///   gathers by such coordinates are not materialised; the contraction that
///   uses them stages and loads.
/// Tiles whose reduction is shared by groups of lanes are `partial` until the
/// loop that carries them ends.
class TileDistribution {
public:
  TileDistribution(mlir::OpBuilder &builder, ScheduleAttr schedule,
                   mlir::Value lane, mlir::Value warp, SharedArena &arena);

  /// Emits lane code for the operations of `block` at the builder's position.
  /// Values of outside `block` are taken as they are, or as `mapping` says.
  mlir::LogicalResult distribute(mlir::Block &block);

  mlir::IRMapping mapping;

private:
  struct Tile {
    llvm::SmallVector<mlir::Value> elements;
    bool hasRows = true, hasColumns = true;
    int64_t rows = 1;
    /// The deferred operation, else null.
    mlir::Operation *deferred = nullptr;
    /// Set when a linalg.fill made the tile.
    bool isFill = false;
    /// The reduction that lanes still have to finish, else null.
    mlir::Operation *partialReducer = nullptr;
  };

  mlir::LogicalResult distributeOp(mlir::Operation &op);
  mlir::LogicalResult distributeFor(mlir::scf::ForOp loop);
  mlir::LogicalResult distributeIf(mlir::scf::IfOp branch);
  mlir::LogicalResult distributeGenerate(mlir::tensor::GenerateOp generate);
  mlir::LogicalResult distributeGather(GatherOp gather);
  mlir::LogicalResult distributeScatter(ScatterOp scatter);
  mlir::LogicalResult distributeFill(mlir::linalg::FillOp fill);
  mlir::LogicalResult distributeElementwise(mlir::linalg::LinalgOp op);
  mlir::LogicalResult distributeContraction(mlir::linalg::LinalgOp op);
  /// A scatter that reduces into its destination; `op` makes its tile.
  mlir::LogicalResult distributeAccumulation(ScatterOp scatter,
                                             mlir::linalg::LinalgOp op);

  /// What one step multiplies the gathered rows by: operations that are
  /// deferred. `present` is null when everything takes part; it is `values`
  /// when one operation gives both.
  struct StepTiles {
    mlir::Operation *coordinates = nullptr, *values = nullptr,
                    *present = nullptr;
    /// Positions of the step.
    mlir::Value count;
  };
  /// Takes apart a contraction of a step's tile of A with rows of a dense
  /// operand; `coordinates` is what names the rows of the other side. False if
  /// it is not of the form that can be staged.
  bool matchStep(mlir::Operation *coordinates, mlir::linalg::LinalgOp op,
                 StepTiles &step);
  /// One step in shared memory; `present` is null when everything takes part.
  struct Staged {
    mlir::Value offsets, values, present;
    mlir::Value firstSlot;
  };
  Staged stage(const StepTiles &step, mlir::Value rowStride);
  /// A staged entry: offset of its row, and R values with their presence.
  struct Entry {
    mlir::Value offset;
    llvm::SmallVector<mlir::Value> values, present;
  };
  Entry loadEntry(const Staged &staged, mlir::Value entry, int64_t rows);
  void stageElement(const StepTiles &step, const Staged &staged, int64_t rows,
                    mlir::Value flat);
  /// Stages values and presence of entries that ids place.
  void stageIds(DecodeIdsOp decode, const Staged &staged, int64_t rows);
  mlir::Value coordinateAt(mlir::Operation *coordinates, mlir::Value entry);
  /// The element of `generate` at `subscripts`, computed here.
  mlir::Value generateAt(mlir::tensor::GenerateOp generate,
                         mlir::ValueRange subscripts);
  /// `source`, of rank 2, as one row of memory, with its strides.
  mlir::Value flatten(mlir::Value source,
                      llvm::SmallVectorImpl<mlir::Value> &strides);
  /// `value` reduced over the groups of lanes by `reducer`.
  mlir::Value reduceOverGroups(mlir::Value value, mlir::Operation *reducer);
  /// The body of `op` on `arguments`.
  mlir::Value inlineBody(mlir::linalg::LinalgOp op, mlir::ValueRange arguments);
  /// The lane's columns of the tile that begins at `column`, unclamped.
  llvm::SmallVector<mlir::Value> getColumns(mlir::Value column);
  /// The subscripts of a lane's elements of a dense operand, and which of them
  /// are in the lane's hands; null conditions hold always.
  struct Place {
    llvm::SmallVector<mlir::Value> rows, columns;
    llvm::SmallVector<mlir::Value> rowExists, columnIsOurs;
    bool transposed;
    llvm::SmallVector<mlir::Value> getSubscripts(size_t row,
                                                 size_t column) const;
  };
  /// `rows` is a tile or null, `columns` the first column of a tile or null.
  /// `owned` elements are in the hands of one group of lanes.
  Place getPlace(mlir::Value source, mlir::Value rows, mlir::Value columns,
                 bool transposed, bool partial, bool owned);
  /// `columns`, kept below `extent` where that is not known already.
  llvm::SmallVector<mlir::Value> clamp(llvm::ArrayRef<mlir::Value> columns,
                                       mlir::Value source, int64_t dim);
  /// All lanes of the warp wait for each other, and see what they stored.
  void syncWarp();
  mlir::Value sharedView(int64_t offset, int64_t count, mlir::Type element);
  mlir::Value index(int64_t value);
  mlir::Value lookup(mlir::Value value) {
    return mapping.lookupOrDefault(value);
  }

  mlir::OpBuilder &b;
  ScheduleAttr schedule;
  mlir::Value lane, warp, laneColumn, group;
  int64_t groups;
  SharedArena &arena;
  llvm::DenseMap<mlir::Value, Tile> tiles;
};

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_TILESTOGPU_TILEDISTRIBUTION_H

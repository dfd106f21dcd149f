//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Tiles of a block, distributed over its warps and their lanes.
//
// Three kinds of tile exist:
// - fragments: the accumulator and what is computed from it. A warp has the
//   part `warp_tile` of it, as a grid of the instruction's fragments of C; a
//   lane's part of each is a vector value.
// - operands of a contraction: loaded to shared memory by all threads, and
//   from there to registers as fragments of A and B.
// - other loads: each lane loads the elements that belong to its fragments
//   straight to registers, where they are used.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_CONVERSION_TILESTOGPU_BLOCKDISTRIBUTION_H
#define SPARSEGPU_LIB_CONVERSION_TILESTOGPU_BLOCKDISTRIBUTION_H

#include "MmaInstruction.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

namespace sparsegpu {

class BlockDistribution {
public:
  /// For chips of `capability`, 80 for sm_80; copies to shared memory are
  /// asynchronous if `asynchronous`, which takes 80. `entry` is where shared
  /// memory is allocated. `thread` is the thread's number in its block, `lane`
  /// in its warp, which is number `warp`.
  BlockDistribution(mlir::OpBuilder &builder, ScheduleAttr schedule,
                    unsigned capability, bool asynchronous, mlir::Block &entry,
                    mlir::Value thread, mlir::Value warp, mlir::Value lane);

  /// Emits the code of one thread for the operations of `block` at the
  /// builder's position.
  mlir::LogicalResult distribute(mlir::Block &block);

  mlir::IRMapping mapping;

private:
  using Fragments = llvm::SmallVector<mlir::Value>;
  /// An operand in shared memory. Element (row, column) of its tile is at
  /// [column, row] if it is stored transposed.
  struct Shared {
    mlir::Value memory;
    bool transposed;
  };
  /// An element of a tile as a lane sees it.
  struct Place {
    mlir::Value row, column;
  };

  mlir::LogicalResult distributeOp(mlir::Operation &op);
  mlir::LogicalResult distributeFor(mlir::scf::ForOp loop);
  mlir::LogicalResult distributeFill(mlir::linalg::FillOp fill);
  mlir::LogicalResult distributeContraction(mlir::linalg::LinalgOp op);

  //===--------------------------------------------------------------------===//
  // Indices (BlockCoordinates.cpp)
  //===--------------------------------------------------------------------===//

  /// Stages the coordinates that name what `loads` load: each thread copies
  /// some of them, and waits until all are there.
  void stageCoordinates(llvm::ArrayRef<LoadOp> loads);
  /// Element `position` of `indices`: of a tensor.generate, which may use other
  /// such tensors, or of coordinates, from shared memory if they are staged.
  mlir::Value indexAt(mlir::Value indices, mlir::Value position);
  /// Whether indexAt() knows `indices`, offsets of `op`; else an error there.
  static mlir::LogicalResult checkIndices(mlir::Operation *op,
                                          mlir::Value indices);

  //===--------------------------------------------------------------------===//
  // Shared memory (BlockStaging.cpp)
  //===--------------------------------------------------------------------===//

  mlir::Value allocateShared(llvm::ArrayRef<int64_t> shape, mlir::Type element);
  /// Allocates shared memory for the tile of `load`, once for each.
  Shared allocate(LoadOp load);
  /// All threads copy the tile of `load`: asynchronously, then the result is
  /// true and tokens are added to `tokens` (copies under conditions have
  /// none), or so that it is there behind a barrier.
  bool copy(LoadOp load, const Shared &shared,
            llvm::SmallVectorImpl<mlir::Value> &tokens);
  void copyByElements(LoadOp load, const Shared &shared);
  void copyPiece(mlir::Value flat, mlir::Value offset, int64_t count,
                 mlir::Value valid, mlir::Value memory, Place place);
  /// Elements of one copy of `load`'s tile; 0 if there can be
  /// none.
  int64_t getCopyElements(LoadOp load);
  /// The fragments of A (or B), rows of which begin at `first`, for the step
  /// of the contraction at `k`.
  Fragments loadFragments(const Shared &shared, bool isA, mlir::Value first,
                          int64_t count, mlir::Value k);
  /// By ldmatrix, where the layout of fragments and memory allow; else empty.
  Fragments loadMatrices(const Shared &shared, bool isA, mlir::Value first,
                         int64_t count, mlir::Value k);
  /// By ldmatrix of pairs of bytes, if the instruction pairs rows of A (columns
  /// of B); else empty.
  Fragments loadPairs(const Shared &shared, bool isA, mlir::Value first,
                      int64_t count, mlir::Value k);

  //===--------------------------------------------------------------------===//
  // Elements (BlockElements.cpp)
  //===--------------------------------------------------------------------===//

  mlir::LogicalResult distributeElementwise(mlir::linalg::LinalgOp op);
  mlir::LogicalResult distributeStore(StoreOp store);
  /// Numbers of a lane's elements of a fragment of C that are neighbours in
  /// memory, or a row of them.
  using Elements = llvm::SmallVector<int64_t>;
  /// Their places, and which of them exist (null: it does); whether they can be
  /// loaded and stored at once.
  struct Piece {
    Elements elements;
    llvm::SmallVector<Place> places;
    llvm::SmallVector<mlir::Value> exists;
    bool isWide = false;
  };
  /// The pieces of fragment (i, j) for a tile that is `contiguous` in runs of
  /// `run`: as many neighbours as its alignment allows, or whole rows.
  llvm::SmallVector<Piece> piecesOf(int64_t i, int64_t j, int64_t contiguous,
                                    int64_t run, mlir::Type element);
  /// Finds out where its elements are.
  template <typename OpTy>
  void locate(Piece &piece, int64_t i, int64_t j, OpTy access) {
    llvm::ArrayRef<int64_t> tile = schedule.getTile();
    for (int64_t element : piece.elements) {
      const Place &place = piece.places.emplace_back(placeOf(i, j, element));
      piece.exists.push_back(
          both(isRow(access, place.row, tile[0]),
               isBelow(place.column, access.getColumnCount(), tile[1])));
    }
  }
  /// Rows of a lane's fragment that are neighbours: 2, or 1.
  int64_t getNeighbouringRows();
  llvm::SmallVector<mlir::Value> loadPiece(LoadOp load, mlir::Value flat,
                                           const Piece &piece);
  /// A vector of the elements `numbers` of `fragment`.
  mlir::Value extractElements(mlir::Value fragment,
                              llvm::ArrayRef<int64_t> numbers);
  void storePiece(StoreOp store, mlir::Value flat, const Piece &piece,
                  mlir::Value vector);
  mlir::Value offsetOf(mlir::Value rows, mlir::Value columns,
                       const Place &place);

  //===--------------------------------------------------------------------===//
  // The staged result (BlockResult.cpp)
  //===--------------------------------------------------------------------===//

  /// Stores the fragments `tile` through shared memory.
  void storeStaged(StoreOp store, llvm::ArrayRef<mlir::Value> tile);
  /// The thread's number, by a shuffle of each lane with itself. Nothing that
  /// is computed from it leaves the loop around it: subscripts of the staged
  /// tile would take registers all through the contraction.
  mlir::Value readThreadAgain();
  /// The fragments to `staged`, whose lines run along memory.
  void stageFragments(llvm::ArrayRef<mlir::Value> tile, const Shared &staged);
  /// Where rows or columns are paired, lanes would store every other line of
  /// `staged` at a time, and short lines of one parity have half of the banks:
  /// so some lanes begin with the other line of a pair. Which ones, 0 or 1.
  mlir::Value startsWithOddLine(const Shared &staged);
  /// `elements` neighbours of the staged tile from `at` of `line` on to memory,
  /// as far as they exist.
  void storeStagedPiece(StoreOp store, const Shared &staged, mlir::Value flat,
                        mlir::Value line, mlir::Value at, int64_t elements);

  /// The part of element places that depends on the lane.
  Place originOf(const FragmentLayout &layout);
  /// The first row and column of the warp's part of the block's tile.
  Place warpOrigin();
  /// Number `element` of the lane in fragment (i, j) of the warp's tile.
  Place placeOf(int64_t i, int64_t j, int64_t element);
  /// `position < count`, or null where that is known to hold: `count` is a
  /// constant of at least `size`.
  mlir::Value isBelow(mlir::Value position, mlir::Value count, int64_t size);
  /// Whether row `position` of what `access`, a load or store, names exists;
  /// null where that is known to hold.
  template <typename OpTy>
  mlir::Value isRow(OpTy access, mlir::Value position, int64_t size) {
    mlir::Value exists = isBelow(position, access.getRowCount(), size);
    if (!access.getPartial())
      return exists;
    return both(exists, isNotNegative(indexAt(access.getRows(), position)));
  }
  mlir::Value isNotNegative(mlir::Value offset);
  /// Both, either of which may be null.
  mlir::Value both(mlir::Value x, mlir::Value y);
  mlir::Value loadElement(LoadOp load, mlir::Value flat, const Place &place);
  /// `memory` as one row of elements from its first on.
  mlir::Value flatten(mlir::Value memory);

  /// Lets the instruction pair rows or columns where bytes of `contraction`'s
  /// operands lie along them.
  void pairBytes(mlir::linalg::LinalgOp contraction);

  mlir::Value index(int64_t value);
  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value add(mlir::Value x, int64_t y);
  mlir::Value mul(mlir::Value x, int64_t y);
  mlir::Value div(mlir::Value x, int64_t y);
  mlir::Value rem(mlir::Value x, int64_t y);
  mlir::Value lookup(mlir::Value value) {
    return mapping.lookupOrDefault(value);
  }

  mlir::OpBuilder &b;
  mlir::Location loc;
  ScheduleAttr schedule;
  unsigned capability;
  bool asynchronous;
  mlir::Block &entry;
  mlir::Value thread, lane, warp;
  /// Of the nest's contraction.
  std::optional<MmaInstruction> mma;
  /// Fragments along m and n of a warp's tile.
  int64_t countM = 0, countN = 0;
  llvm::DenseMap<mlir::Value, Fragments> fragments;
  llvm::DenseMap<mlir::Operation *, Shared> sharedTiles;
  /// Of coordinates that are staged, where they are.
  llvm::DenseMap<mlir::Value, mlir::Value> sharedCoordinates;
};

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_TILESTOGPU_BLOCKDISTRIBUTION_H

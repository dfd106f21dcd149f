//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Clones operations of a loop for an iteration at another place than its own.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_TRANSFORMS_PIPELINELOADSEMITTER_H
#define SPARSEGPU_LIB_TRANSFORMS_PIPELINELOADSEMITTER_H

#include "PipelineLoadsImpl.h"

namespace sparsegpu::pipeline {

/// One tile (what an iteration loads and uses) while it is being emitted: the
/// clones of the loop's values, and where the tile is.
struct Tile {
  mlir::IRMapping map;
  /// i1: the iteration exists; null if it does for sure.
  mlir::Value exists;
  /// The number of the tile is that of the body (in the prologue 0) plus this.
  int64_t ahead = 0;
};

class Emitter {
protected:
  Emitter(mlir::RewriterBase &rewriter, const LoadLoop &candidate)
      : b(rewriter), c(candidate), old(candidate.loop), loc(old.getLoc()) {}

  mlir::Value constant(int64_t value, mlir::Type type);

  /// The slot of `buffer` for `tile`: a constant in the prologue, in the loop
  /// computed from the counter.
  mlir::Value getSlot(mlir::Value buffer, const Tile &tile);
  /// (number of this body's tile + ahead) mod count, without a division.
  mlir::Value getSlot(int64_t count, int64_t ahead);

  /// The tile `ahead` after that of the body.
  Tile makeTileAhead(int64_t ahead);
  /// The tile with this number, before the loop.
  Tile makeFirstTile(int64_t number);

  /// Clones `op`, and before it what it needs and `tile` does not have. With
  /// `isAddress` it is a load, or an address of one depends on it, and the tile
  /// may not exist: copies read nothing then, and what may fault is not
  /// executed.
  void emit(mlir::Operation *op, Tile &tile, bool isAddress);
  /// What `op` uses of the loop's body, as far as the tile does not have it.
  void emitNeeded(mlir::Operation *op, Tile &tile, bool isAddress);

  mlir::RewriterBase &b;
  const LoadLoop &c;
  /// The loop as it was, and the pipelined one (null in the prologue).
  mlir::scf::ForOp old, loop;
  mlir::Location loc;
  SlottedBuffers buffers;
  /// In the loop: the slot of the body's tile, for each number of slots.
  llvm::MapVector<int64_t, mlir::Value> counters;

private:
  mlir::Value existsInBody(int64_t ahead);
  mlir::Value existsInPrologue(int64_t number);
  bool isSafePastTheEnd(mlir::Operation *op) const;

  /// Slots of this body that were already computed.
  llvm::DenseMap<std::pair<int64_t, int64_t>, mlir::Value> slotCache;
};

} // namespace sparsegpu::pipeline

#endif // SPARSEGPU_LIB_TRANSFORMS_PIPELINELOADSEMITTER_H

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The contraction of one step on the FMA path.
//
// 1. The lanes stage the coordinates and the tile of A in shared memory
//    (Staging.cpp).
// 2. After a warp barrier, every lane walks the staged entries: it reads
//    offset and value (a broadcast), loads its columns of the dense row, and
//    accumulates in registers. Groups of lanes take every `groups`-th entry.
// 3. Another warp barrier before the arena is written again.
//
// Nothing is padded, so no entry that is not stored can leak Inf or NaN into a
// row. Source: GE-SpMM (SC 2020), algorithm 2.
//
//===----------------------------------------------------------------------===//

#include "TileDistribution.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/Utils/Utils.h"

using namespace mlir;
using namespace sparsegpu;

Value TileDistribution::flatten(Value source, SmallVectorImpl<Value> &strides) {
  Location loc = source.getLoc();
  auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, source);
  strides.assign(metadata.getStrides().begin(), metadata.getStrides().end());
  Value extent = arith::MulIOp::create(b, loc, metadata.getSizes()[0],
                                       metadata.getStrides()[0]);
  Value other = arith::MulIOp::create(b, loc, metadata.getSizes()[1],
                                      metadata.getStrides()[1]);
  extent = arith::AddIOp::create(b, loc, extent, other);
  auto type = cast<MemRefType>(source.getType());
  auto layout = StridedLayoutAttr::get(b.getContext(), ShapedType::kDynamic,
                                       ArrayRef<int64_t>{1});
  auto flat = MemRefType::get({ShapedType::kDynamic}, type.getElementType(),
                              layout, type.getMemorySpace());
  return memref::ReinterpretCastOp::create(
      b, loc, flat, metadata.getBaseBuffer(),
      OpFoldResult(metadata.getOffset()), ArrayRef<OpFoldResult>{extent},
      ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
}

/// Lets the back end fuse multiplication and addition: one rounding less. The
/// order of a reduction is not defined anyway (sparse_gpu.spmm).
static void allowFusedMultiplyAdd(scf::ForOp loop) {
  for (Operation &op : *loop.getBody()) {
    auto math = dyn_cast<arith::ArithFastMathInterface>(op);
    if (!math || !math.getFastMathFlagsAttr())
      continue;
    arith::FastMathFlags flags =
        math.getFastMathFlagsAttr().getValue() | arith::FastMathFlags::contract;
    op.setAttr(math.getFastMathAttrName(),
               arith::FastMathFlagsAttr::get(op.getContext(), flags));
  }
}

LogicalResult TileDistribution::distributeContraction(linalg::LinalgOp op) {
  Location loc = op.getLoc();
  // The tile of a scatter that accumulates is made where it is stored.
  if (isa_and_nonnull<linalg::FillOp>(tiles[op.getDpsInits()[0]].deferred)) {
    tiles[op->getResult(0)].deferred = op;
    return success();
  }
  StepTiles step;
  GatherOp gather;
  if (op.getNumDpsInputs() > 1)
    gather = dyn_cast_or_null<GatherOp>(tiles[op.getDpsInputs()[1]].deferred);
  if (!gather || !matchStep(tiles[gather.getRows()].deferred, op, step))
    return op.emitError("a contraction on the FMA path multiplies a decoded "
                        "tile with rows gathered by coordinates (LVL2-3)");
  Tile acc = tiles[op.getDpsInits()[0]];
  SmallVector<Operation *> reducers;
  if (groups > 1) {
    if (!matchReduction(op.getRegionOutputArgs(), 0, reducers) ||
        reducers.size() != 1)
      return op.emitError("'lanes' below 32 need a reduction of one operation "
                          "(SCH-9)");
    acc.partialReducer = reducers.front();
  }

  Value source = lookup(gather.getSource());
  SmallVector<Value> strides;
  Value flat = flatten(source, strides);
  unsigned rowDim = gather.getTransposed() ? 1 : 0;
  Staged staged = stage(step, strides[rowDim]);
  syncWarp();
  SmallVector<Value> columns =
      clamp(getColumns(lookup(gather.getColumns())), source, 1 - rowDim);
  if (gather.getTransposed())
    for (Value &column : columns)
      column = arith::MulIOp::create(b, loc, column, strides[0]);

  // Addressing stays within the source; see docs/Spec.md on overflow.
  auto loop = scf::ForOp::create(b, loc, group, lookup(step.count),
                                 index(groups), acc.elements);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Entry entry = loadEntry(staged, loop.getInductionVar(), acc.rows);
    SmallVector<Value> next(acc.elements.size());
    for (auto [c, column] : llvm::enumerate(columns)) {
      Value at = arith::AddIOp::create(b, loc, entry.offset, column);
      Value element = memref::LoadOp::create(b, loc, flat, at);
      for (int64_t r = 0; r < acc.rows; ++r) {
        size_t i = r * columns.size() + c;
        SmallVector<Value> arguments = {entry.values[r], element};
        if (staged.present)
          arguments.push_back(entry.present[r]);
        arguments.push_back(loop.getRegionIterArgs()[i]);
        next[i] = inlineBody(op, arguments);
      }
    }
    scf::YieldOp::create(b, loc, next);
  }
  allowFusedMultiplyAdd(loop);
  acc.elements.assign(loop.getResults().begin(), loop.getResults().end());
  tiles[op->getResult(0)] = acc;
  if (schedule.getUnroll() > 1) {
    FailureOr<UnrolledLoopInfo> unrolled =
        loopUnrollByFactor(loop, schedule.getUnroll());
    if (failed(unrolled))
      return op.emitError("the loop over staged entries cannot be unrolled");
    // The remainder loop, if any, ends with the final values.
    if (unrolled->epilogueLoopOp)
      tiles[op->getResult(0)].elements.assign(
          unrolled->epilogueLoopOp->getResults().begin(),
          unrolled->epilogueLoopOp->getResults().end());
  }
  syncWarp();
  return success();
}

Value TileDistribution::reduceOverGroups(Value value, Operation *reducer) {
  Location loc = value.getLoc();
  for (int64_t distance = schedule.getLanes(); distance < 32; distance *= 2) {
    Value other =
        gpu::ShuffleOp::create(b, loc, value, static_cast<int32_t>(distance),
                               32, gpu::ShuffleMode::XOR)
            .getShuffleResult();
    Operation *combined = b.clone(*reducer);
    combined->setOperands({value, other});
    value = combined->getResult(0);
  }
  return value;
}

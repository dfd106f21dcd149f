//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A step whose coordinates name rows of the result, on the FMA path.
//
// 1. The lanes stage the offsets of those rows and the tile of A in shared
//    memory (Staging.cpp).
// 2. After a warp barrier, every lane walks the staged entries, multiplies with
//    its columns of the unit's rows of B, which are in registers, and adds to
//    memory atomically. Groups of lanes take every `groups`-th entry.
// 3. Another warp barrier before the arena is written again.
//
// Source: the scatter formulation of SpMM with compressed columns; DA-SpMM (DAC
// 2022), section 3, for atomic accumulation of shared rows.
//
//===----------------------------------------------------------------------===//

#include "TileDistribution.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace sparsegpu;

/// True if `reduce` is an addition of its arguments.
static bool isAddition(Region &reduce) {
  Block &block = reduce.front();
  auto add =
      block.getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  return add && add->getBlock() == &block &&
         llvm::is_contained(add->getOperands(), block.getArgument(0)) &&
         llvm::is_contained(add->getOperands(), block.getArgument(1));
}

/// memory[at] = reduce(memory[at], value), atomically. `identity` is that of
/// the reduction.
static void buildAtomic(OpBuilder &b, Location loc, Region &reduce,
                        IRMapping &mapping, Value identity, Value value,
                        Value memory, Value at) {
  if (isAddition(reduce)) {
    memref::AtomicRMWOp::create(b, loc, arith::AtomicRMWKind::addf, value,
                                memory, at);
    return;
  }
  // memref.generic_atomic_rmw begins with an ordinary load, which races with
  // the atomics of other lanes, and its lowering takes integers only.
  Type element = value.getType();
  unsigned width = element.getIntOrFloatBitWidth();
  Type bits = b.getIntegerType(width), word = b.getI64Type();
  auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, memory);
  Value address =
      memref::ExtractAlignedPointerAsIndexOp::create(b, loc, memory);
  at = arith::AddIOp::create(b, loc, at, metadata.getOffset());
  Value bytes = arith::ConstantIndexOp::create(b, loc, width / 8);
  address = arith::AddIOp::create(b, loc, address,
                                  arith::MulIOp::create(b, loc, at, bytes));
  address = arith::IndexCastOp::create(b, loc, word, address);
  Value pointer = LLVM::IntToPtrOp::create(
      b, loc, LLVM::LLVMPointerType::get(b.getContext()), address);
  // The first guess is what memory holds when nothing was added yet.
  Value guess = arith::BitcastOp::create(b, loc, bits, identity);
  scf::WhileOp::create(
      b, loc, bits, guess,
      [&](OpBuilder &builder, Location, ValueRange args) {
        IRMapping body(mapping);
        Value old = arith::BitcastOp::create(builder, loc, element, args[0]);
        body.map(reduce.getArguments(), ValueRange{old, value});
        for (Operation &inner : reduce.front().without_terminator())
          builder.clone(inner, body);
        Value next =
            body.lookupOrDefault(reduce.front().getTerminator()->getOperand(0));
        next = arith::BitcastOp::create(builder, loc, bits, next);
        auto swap = LLVM::AtomicCmpXchgOp::create(
            builder, loc, pointer, args[0], next,
            LLVM::AtomicOrdering::monotonic, LLVM::AtomicOrdering::monotonic,
            "device");
        Value found =
            LLVM::ExtractValueOp::create(builder, loc, swap, int64_t(0));
        Value failed = arith::CmpIOp::create(
            builder, loc, arith::CmpIPredicate::ne, found, args[0]);
        scf::ConditionOp::create(builder, loc, failed, found);
      },
      [&](OpBuilder &builder, Location, ValueRange args) {
        scf::YieldOp::create(builder, loc, args);
      });
}

LogicalResult TileDistribution::distributeAccumulation(ScatterOp scatter,
                                                       linalg::LinalgOp op) {
  Location loc = scatter.getLoc();
  StepTiles step;
  if (op.getNumDpsInputs() < 2 || op.getNumReductionLoops() != 1 ||
      !matchStep(tiles[scatter.getRows()].deferred, op, step) ||
      tiles[op.getDpsInputs()[1]].elements.empty())
    return op.emitError("an accumulation on the FMA path multiplies a decoded "
                        "tile with rows in registers (LVL2-3)");
  auto fill = cast<linalg::FillOp>(tiles[op.getDpsInits()[0]].deferred);
  const Tile denseRows = tiles[op.getDpsInputs()[1]];
  Value dest = lookup(scatter.getDest());
  SmallVector<Value> strides;
  Value flat = flatten(dest, strides);
  unsigned rowDim = scatter.getTransposed() ? 1 : 0;
  Staged staged = stage(step, strides[rowDim]);
  syncWarp();
  Value extent = memref::DimOp::create(b, loc, dest, 1 - rowDim);
  SmallVector<Value> columns = getColumns(lookup(scatter.getColumns()));

  auto loop =
      scf::ForOp::create(b, loc, group, lookup(step.count), index(groups));
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Entry entry = loadEntry(staged, loop.getInductionVar(), denseRows.rows);
    for (auto [c, column] : llvm::enumerate(columns)) {
      OpBuilder::InsertionGuard guard(b);
      Value exists = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult,
                                           column, extent);
      b.setInsertionPointToStart(
          scf::IfOp::create(b, loc, exists, false).thenBlock());
      Value sum = lookup(fill.value());
      for (int64_t r = 0; r < denseRows.rows; ++r) {
        SmallVector<Value> arguments = {
            entry.values[r], denseRows.elements[r * columns.size() + c]};
        if (staged.present)
          arguments.push_back(entry.present[r]);
        arguments.push_back(sum);
        sum = inlineBody(op, arguments);
      }
      Value at = column;
      if (scatter.getTransposed())
        at = arith::MulIOp::create(b, loc, at, strides[0]);
      at = arith::AddIOp::create(b, loc, entry.offset, at);
      buildAtomic(b, loc, scatter.getReduce(), mapping, lookup(fill.value()),
                  sum, flat, at);
    }
  }
  syncWarp();
  return success();
}

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Control flow and elementwise operations of distributed tiles. Gather and
// scatter are in GatherScatter.cpp, the contraction is in Contraction.cpp.
//
//===----------------------------------------------------------------------===//

#include "TileDistribution.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sparsegpu;

TileDistribution::TileDistribution(OpBuilder &builder, ScheduleAttr schedule,
                                   Value lane, Value warp, SharedArena &arena)
    : b(builder), schedule(schedule), lane(lane), warp(warp),
      groups(32 / schedule.getLanes()), arena(arena) {
  Location loc = lane.getLoc();
  if (groups == 1) {
    laneColumn = lane;
    group = index(0);
    return;
  }
  Value lanes = index(schedule.getLanes());
  laneColumn = arith::RemUIOp::create(b, loc, lane, lanes);
  group = arith::DivUIOp::create(b, loc, lane, lanes);
}

Value TileDistribution::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, lane.getLoc(), value);
}

static bool isTile(Type type) { return isa<RankedTensorType>(type); }

/// True if tiles occur in `op` or inside of it.
static bool usesTiles(Operation &op) {
  return op
      .walk([](Operation *inner) {
        return llvm::any_of(inner->getOperandTypes(), isTile) ||
                       llvm::any_of(inner->getResultTypes(), isTile)
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

LogicalResult TileDistribution::distribute(Block &block) {
  for (Operation &op : block.without_terminator())
    if (failed(distributeOp(op)))
      return failure();
  return success();
}

LogicalResult TileDistribution::distributeOp(Operation &op) {
  if (!usesTiles(op)) {
    b.clone(op, mapping);
    return success();
  }
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return distributeFor(loop);
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return distributeIf(branch);
  if (auto generate = dyn_cast<tensor::GenerateOp>(op))
    return distributeGenerate(generate);
  if (auto gather = dyn_cast<GatherOp>(op))
    return distributeGather(gather);
  if (auto scatter = dyn_cast<ScatterOp>(op))
    return distributeScatter(scatter);
  if (auto fill = dyn_cast<linalg::FillOp>(op))
    return distributeFill(fill);
  if (isa<CoordinatesOp, DecodeOp, DecodeIdsOp>(op)) {
    for (Value result : op.getResults())
      tiles[result].deferred = &op;
    return success();
  }
  if (auto elements = dyn_cast<tensor::FromElementsOp>(op)) {
    Tile &tile = tiles[elements.getResult()];
    tile.hasColumns = false;
    tile.rows = elements.getElements().size();
    for (Value element : elements.getElements())
      tile.elements.push_back(lookup(element));
    return success();
  }
  // The destination of an elementwise operation: only its shape matters.
  if (isa<tensor::EmptyOp>(op)) {
    tiles[op.getResult(0)];
    return success();
  }
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return linalgOp.getNumReductionLoops() == 0
               ? distributeElementwise(linalgOp)
               : distributeContraction(linalgOp);
  return op.emitError() << "'" << op.getName()
                        << "' cannot be distributed over the lanes of a warp "
                           "(LVL2-3)";
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

/// Tiles that the loop carries become their elements.
LogicalResult TileDistribution::distributeFor(scf::ForOp loop) {
  Location loc = loop.getLoc();
  SmallVector<Value> inits;
  for (Value init : loop.getInitArgs()) {
    if (!isTile(init.getType())) {
      inits.push_back(lookup(init));
      continue;
    }
    const Tile &tile = tiles[init];
    if (tile.elements.empty())
      return loop.emitError("carries a tile that has no registers (LVL2-3)");
    if (groups > 1 && !tile.isFill)
      return loop.emitError("carries an accumulator that does not begin as a "
                            "fill with the identity of its reduction; 'lanes' "
                            "below 32 need that (LVL2-4)");
    llvm::append_range(inits, tile.elements);
  }
  auto lane = scf::ForOp::create(b, loc, lookup(loop.getLowerBound()),
                                 lookup(loop.getUpperBound()),
                                 lookup(loop.getStep()), inits);
  // Binds the loop's tiles to a range of new values.
  auto bind = [&](ValueRange from, ValueRange to) {
    for (auto [value, init] : llvm::zip(from, loop.getInitArgs())) {
      size_t count =
          isTile(value.getType()) ? tiles[init].elements.size() : size_t(1);
      if (isTile(value.getType())) {
        Tile tile = tiles[init];
        tile.elements.assign(to.begin(), to.begin() + count);
        tile.isFill = false;
        tiles[value] = tile;
      } else {
        mapping.map(value, to.front());
      }
      to = to.drop_front(count);
    }
  };
  SmallVector<Operation *> reducers;
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(lane.getBody());
    mapping.map(loop.getInductionVar(), lane.getInductionVar());
    bind(loop.getRegionIterArgs(), lane.getRegionIterArgs());
    if (failed(distribute(*loop.getBody())))
      return failure();
    SmallVector<Value> yields;
    for (Value value : loop.getBody()->getTerminator()->getOperands()) {
      reducers.push_back(nullptr);
      if (!isTile(value.getType())) {
        yields.push_back(lookup(value));
        continue;
      }
      reducers.back() = tiles[value].partialReducer;
      llvm::append_range(yields, tiles[value].elements);
    }
    // The builder of a loop with results has no terminator yet.
    if (!lane.getBody()->empty() &&
        lane.getBody()->back().hasTrait<OpTrait::IsTerminator>())
      lane.getBody()->back().erase();
    b.setInsertionPointToEnd(lane.getBody());
    scf::YieldOp::create(b, loc, yields);
  }
  bind(loop.getResults(), lane.getResults());
  for (auto [result, reducer] : llvm::zip(loop.getResults(), reducers))
    if (reducer)
      for (Value &element : tiles[result].elements)
        element = reduceOverGroups(element, reducer);
  return success();
}

LogicalResult TileDistribution::distributeIf(scf::IfOp branch) {
  if (branch.getNumResults() != 0)
    return branch.emitError("with results cannot be distributed over the lanes "
                            "of a warp (LVL2-3)");
  auto lane =
      scf::IfOp::create(b, branch.getLoc(), lookup(branch.getCondition()),
                        /*withElseRegion=*/branch.elseBlock());
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(lane.thenBlock());
  if (failed(distribute(*branch.thenBlock())))
    return failure();
  if (!branch.elseBlock())
    return success();
  b.setInsertionPointToStart(lane.elseBlock());
  return distribute(*branch.elseBlock());
}

//===----------------------------------------------------------------------===//
// Tiles in registers
//===----------------------------------------------------------------------===//

/// A tile of dynamic size is a step's, and deferred; others become registers.
LogicalResult
TileDistribution::distributeGenerate(tensor::GenerateOp generate) {
  auto type = cast<RankedTensorType>(generate.getType());
  Tile &tile = tiles[generate.getResult()];
  if (!type.hasStaticShape()) {
    tile.deferred = generate;
    return success();
  }
  if (type.getRank() != 1)
    return generate.emitError("makes a tile of static size that is not one of "
                              "rows (LVL2-3)");
  tile.hasColumns = false;
  tile.rows = type.getDimSize(0);
  for (int64_t row = 0; row < tile.rows; ++row)
    tile.elements.push_back(generateAt(generate, index(row)));
  return success();
}

LogicalResult TileDistribution::distributeFill(linalg::FillOp fill) {
  auto type = cast<RankedTensorType>(fill.getResult(0).getType());
  if (type.getRank() == 2 && type.isDynamicDim(0)) {
    tiles[fill.getResult(0)].deferred = fill;
    return success();
  }
  if (type.getRank() != 2 || type.isDynamicDim(0) ||
      type.getDimSize(1) != schedule.getTileColumns())
    return fill.emitError("fills a tile whose columns are not those of the "
                          "schedule (LVL2-3)");
  Tile tile;
  tile.rows = type.getDimSize(0);
  tile.elements.assign(tile.rows * schedule.getCoarsening(),
                       lookup(fill.value()));
  tile.isFill = true;
  tiles[fill.getResult(0)] = tile;
  return success();
}

Value TileDistribution::inlineBody(linalg::LinalgOp op, ValueRange arguments) {
  IRMapping body(mapping);
  body.map(op.getBlock()->getArguments(), arguments);
  for (Operation &inner : op.getBlock()->without_terminator())
    b.clone(inner, body);
  return body.lookupOrDefault(op.getBlock()->getTerminator()->getOperand(0));
}

LogicalResult TileDistribution::distributeElementwise(linalg::LinalgOp op) {
  if (op->getNumResults() != 1 || op.getNumLoops() != 2)
    return op.emitError("elementwise operations on tiles have two loops and "
                        "one result (LVL2-3)");
  Tile result;
  result.rows = 0;
  for (OpOperand *input : op.getDpsInputOperands())
    if (isTile(input->get().getType())) {
      const Tile &tile = tiles[input->get()];
      if (tile.elements.empty())
        return op.emitError("reads a tile that is not in registers (LVL2-3)");
      if (tile.hasRows)
        result.rows = std::max(result.rows, tile.rows);
    }
  int64_t columns = schedule.getCoarsening();
  for (int64_t r = 0; r < result.rows; ++r)
    for (int64_t c = 0; c < columns; ++c) {
      SmallVector<Value> arguments;
      for (OpOperand *input : op.getDpsInputOperands()) {
        if (!isTile(input->get().getType())) {
          arguments.push_back(lookup(input->get()));
          continue;
        }
        const Tile &tile = tiles[input->get()];
        int64_t element = tile.hasRows && tile.hasColumns ? r * columns + c
                          : tile.hasRows                  ? r
                                                          : c;
        arguments.push_back(tile.elements[element]);
      }
      // The destination's old elements are not used.
      Value old = op.getBlock()->getArguments().back();
      if (!old.use_empty())
        return op.emitError("elementwise operations on tiles may not read "
                            "their destination (LVL2-3)");
      arguments.push_back(old);
      result.elements.push_back(inlineBody(op, arguments));
    }
  tiles[op->getResult(0)] = result;
  return success();
}

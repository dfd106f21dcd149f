//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Tiles between memory and registers.
//
// A lane loads exactly what it stores in the end: of an element beyond the
// extents, or in the hands of another group of lanes, it reads nothing. The
// destination of a nest may be one of its inputs, and a load of an element that
// another lane stores would be a race. Operands of a contraction are never the
// destination, and every group of lanes loads them.
//
//===----------------------------------------------------------------------===//

#include "TileDistribution.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace sparsegpu;

SmallVector<Value> TileDistribution::getColumns(Value column) {
  Location loc = column.getLoc();
  Value first = arith::AddIOp::create(b, loc, column, laneColumn);
  SmallVector<Value> columns = {first};
  for (int64_t c = 1; c < schedule.getCoarsening(); ++c)
    columns.push_back(
        arith::AddIOp::create(b, loc, first, index(c * schedule.getLanes())));
  return columns;
}

/// True if every tile lies within an extent that is known.
static bool dividesExtent(Value source, int64_t dim, int64_t tileColumns) {
  int64_t extent = cast<MemRefType>(source.getType()).getDimSize(dim);
  return !ShapedType::isDynamic(extent) && extent % tileColumns == 0;
}

SmallVector<Value> TileDistribution::clamp(ArrayRef<Value> columns,
                                           Value source, int64_t dim) {
  if (dividesExtent(source, dim, schedule.getTileColumns()))
    return SmallVector<Value>(columns);
  Location loc = source.getLoc();
  Value extent = memref::DimOp::create(b, loc, source, dim);
  Value last = arith::SubIOp::create(b, loc, extent, index(1));
  SmallVector<Value> clamped;
  for (Value column : columns)
    clamped.push_back(arith::MinUIOp::create(b, loc, column, last));
  return clamped;
}

/// The conjunction of two conditions, either of which may be null.
static Value both(OpBuilder &b, Location loc, Value a, Value c) {
  if (!a || !c)
    return a ? a : c;
  return arith::AndIOp::create(b, loc, a, c);
}

TileDistribution::Place TileDistribution::getPlace(Value source, Value rows,
                                                   Value columns,
                                                   bool transposed,
                                                   bool partial, bool owned) {
  Location loc = source.getLoc();
  int64_t rank = cast<MemRefType>(source.getType()).getRank();
  Place place;
  place.transposed = transposed;
  auto below = [&](Value subscript, int64_t dim) -> Value {
    Value extent = memref::DimOp::create(b, loc, source, dim);
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, subscript,
                                 extent);
  };
  place.rows = {Value()};
  place.rowExists = {Value()};
  if (rows) {
    place.rows = tiles[rows].elements;
    place.rowExists.assign(place.rows.size(), Value());
    for (auto [row, exists] : llvm::zip(place.rows, place.rowExists))
      if (partial)
        exists = below(row, transposed ? 1 : 0);
  }
  place.columns = {Value()};
  place.columnIsOurs = {Value()};
  if (!columns)
    return place;
  place.columns = getColumns(lookup(columns));
  // One group of lanes owns an element; after the reduction all hold the same.
  Value first;
  if (owned && groups > 1)
    first = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, group,
                                  index(0));
  int64_t dim = transposed ? 0 : rank - 1;
  bool whole = dividesExtent(source, dim, schedule.getTileColumns());
  place.columnIsOurs.clear();
  for (Value column : place.columns)
    place.columnIsOurs.push_back(
        both(b, loc, first, whole ? Value() : below(column, dim)));
  return place;
}

SmallVector<Value> TileDistribution::Place::getSubscripts(size_t row,
                                                          size_t column) const {
  SmallVector<Value> subscripts;
  for (Value subscript : {rows[row], columns[column]})
    if (subscript)
      subscripts.push_back(subscript);
  if (transposed)
    std::swap(subscripts[0], subscripts[1]);
  return subscripts;
}

/// True for an operand of a contraction: every group of lanes needs it.
static bool isContracted(Value tile) {
  return llvm::any_of(tile.getUsers(), [](Operation *user) {
    auto op = dyn_cast<linalg::LinalgOp>(user);
    return op && op.getNumReductionLoops() > 0;
  });
}

LogicalResult TileDistribution::distributeGather(GatherOp gather) {
  if (gather.getRows() && tiles[gather.getRows()].deferred) {
    tiles[gather.getTile()].deferred = gather;
    return success();
  }
  Location loc = gather.getLoc();
  Value source = lookup(gather.getSource());
  Place place = getPlace(source, gather.getRows(), gather.getColumns(),
                         gather.getTransposed(), gather.getPartial(),
                         /*owned=*/!isContracted(gather.getTile()));
  Tile tile;
  tile.hasRows = static_cast<bool>(gather.getRows());
  tile.hasColumns = static_cast<bool>(gather.getColumns());
  tile.rows = place.rows.size();
  Type element = cast<MemRefType>(source.getType()).getElementType();
  for (size_t row = 0; row < place.rows.size(); ++row)
    for (size_t column = 0; column < place.columns.size(); ++column) {
      auto load = [&](OpBuilder &builder) -> Value {
        return memref::LoadOp::create(builder, loc, source,
                                      place.getSubscripts(row, column));
      };
      Value condition =
          both(b, loc, place.rowExists[row], place.columnIsOurs[column]);
      if (!condition) {
        tile.elements.push_back(load(b));
        continue;
      }
      auto branch = scf::IfOp::create(
          b, loc, condition,
          [&](OpBuilder &builder, Location) {
            scf::YieldOp::create(builder, loc, load(builder));
          },
          [&](OpBuilder &builder, Location) {
            Value zero =
                arith::ConstantOp::create(builder, loc, b.getZeroAttr(element));
            scf::YieldOp::create(builder, loc, zero);
          });
      tile.elements.push_back(branch.getResult(0));
    }
  tiles[gather.getTile()] = tile;
  return success();
}

LogicalResult TileDistribution::distributeScatter(ScatterOp scatter) {
  Location loc = scatter.getLoc();
  Tile tile = tiles[scatter.getTile()];
  if (!scatter.getReduce().empty())
    if (auto op = dyn_cast_or_null<linalg::LinalgOp>(tile.deferred))
      return distributeAccumulation(scatter, op);
  if (tile.elements.empty() || !scatter.getReduce().empty())
    return scatter.emitError("stores a tile that is not in registers (LVL2-3)");
  Value dest = lookup(scatter.getDest());
  Place place = getPlace(dest, scatter.getRows(), scatter.getColumns(),
                         scatter.getTransposed(), scatter.getPartial(),
                         /*owned=*/true);
  for (size_t column = 0; column < place.columns.size(); ++column) {
    OpBuilder::InsertionGuard guard(b);
    if (Value ours = place.columnIsOurs[column])
      b.setInsertionPointToStart(
          scf::IfOp::create(b, loc, ours, false).thenBlock());
    for (size_t row = 0; row < place.rows.size(); ++row) {
      OpBuilder::InsertionGuard guard(b);
      if (Value exists = place.rowExists[row])
        b.setInsertionPointToStart(
            scf::IfOp::create(b, loc, exists, false).thenBlock());
      memref::StoreOp::create(
          b, loc, tile.elements[row * place.columns.size() + column], dest,
          place.getSubscripts(row, column));
    }
  }
  return success();
}

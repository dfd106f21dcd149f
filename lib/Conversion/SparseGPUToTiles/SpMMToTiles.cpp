//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// sparse_gpu.spmm to the loop nest of units and steps, for any format.
//
// 1. The schedules become a chain of scf.if over their guards.
// 2. One schedule: a forall over blocks of units x column tiles, a forall over
//    the warps of a block, and a guard for the last, partial block.
// 3. The accumulator tile begins at the identity and runs through the loop
//    over steps; each step adds decode(values) * gather(B, coordinates).
// 4. alpha, beta, epilogue and the rounding to C's type are one elementwise
//    operation on the tile; scatter stores it.
//
// Invariant: an accumulator begins as a fill with the identity of its
// reduction; lanes that share a unit rely on it.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Conversion/Passes.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

namespace sparsegpu {
#define GEN_PASS_DEF_SPMMTOTILES
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

namespace {

/// Builds the nest of one operation for one schedule.
class NestBuilder {
public:
  NestBuilder(SpMMOp op, OpBuilder &builder)
      : op(op), b(builder), loc(op.getLoc()), acc(op.getAccumulatorType()),
        format(op.getFormat()) {
    storage = getSparseStorage(b, loc, op.getSparseType(), op.getA());
    dense = asMatrix(op.getB());
    dest = asMatrix(op.getInit());
    columns = memref::DimOp::create(b, loc, dense, op.getTransposeB() ? 0 : 1);
  }

  /// True when all guards of `schedule` hold; null if there are none.
  Value buildGuards(ScheduleAttr schedule);
  void buildNest(ScheduleAttr schedule);

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, loc, value);
  }
  /// A vector as a matrix of one column.
  Value asMatrix(Value value);
  Value buildUnit(ScheduleAttr schedule, Value unit, Value column);
  TypedAttr getIdentity() {
    return op.getIdentity() ? cast<TypedAttr>(*op.getIdentity())
                            : TypedAttr(b.getFloatAttr(acc, 0.0));
  }
  Value buildContraction(DecodedTile a, Value bTile, Value accumulator);
  Value buildEpilogue(ScheduleAttr schedule, Value acc, Value rows,
                      Value column);
  /// `value` as the accumulator type.
  Value extend(OpBuilder &builder, Value value) {
    return value.getType() == acc
               ? value
               : arith::ExtFOp::create(builder, loc, acc, value);
  }
  /// The region's computation on `arguments`, at the builder's position.
  Value inlineBody(OpBuilder &builder, Region &region, ValueRange arguments);

  SpMMOp op;
  OpBuilder &b;
  Location loc;
  FloatType acc;
  SparseFormatInterface format;
  SparseStorage storage;
  Value dense, dest, columns;
};

} // namespace

Value NestBuilder::asMatrix(Value value) {
  auto type = cast<MemRefType>(value.getType());
  if (type.getRank() == 2)
    return value;
  Value size = memref::DimOp::create(b, loc, value, 0);
  SmallVector<OpFoldResult> shape = {
      type.isDynamicDim(0) ? OpFoldResult(size)
                           : OpFoldResult(b.getIndexAttr(type.getDimSize(0))),
      b.getIndexAttr(1)};
  SmallVector<int64_t> staticShape = {type.getDimSize(0), 1};
  return memref::ExpandShapeOp::create(b, loc, staticShape, value, {{0, 1}},
                                       shape);
}

Value NestBuilder::inlineBody(OpBuilder &builder, Region &region,
                              ValueRange arguments) {
  IRMapping mapping;
  mapping.map(region.getArguments(), arguments);
  for (Operation &inner : region.front().without_terminator())
    builder.clone(inner, mapping);
  return mapping.lookupOrDefault(region.front().getTerminator()->getOperand(0));
}

Value NestBuilder::buildGuards(ScheduleAttr schedule) {
  Value all;
  for (GuardAttr guard : schedule.getGuards()) {
    Value quantity;
    switch (guard.getQuantity()) {
    case GuardQuantity::N:
      quantity = columns;
      break;
    case GuardQuantity::Rows:
      quantity = storage.rows;
      break;
    case GuardQuantity::Nonzeros:
      quantity = memref::DimOp::create(b, loc, storage.getField("values"), 0);
      break;
    }
    auto predicate = [&] {
      switch (guard.getPredicate()) {
      case GuardPredicate::LT:
        return arith::CmpIPredicate::slt;
      case GuardPredicate::LE:
        return arith::CmpIPredicate::sle;
      case GuardPredicate::GT:
        return arith::CmpIPredicate::sgt;
      case GuardPredicate::GE:
        return arith::CmpIPredicate::sge;
      case GuardPredicate::EQ:
        return arith::CmpIPredicate::eq;
      }
      llvm_unreachable("all predicates are handled");
    }();
    Value holds = arith::CmpIOp::create(b, loc, predicate, quantity,
                                        index(guard.getBound()));
    all = all ? arith::AndIOp::create(b, loc, all, holds).getResult() : holds;
  }
  return all;
}

void NestBuilder::buildNest(ScheduleAttr schedule) {
  MLIRContext *context = b.getContext();
  auto unitsPerBlock = schedule.getWarps();
  Value units = format.buildUnitCount(b, loc, storage, schedule);
  SmallVector<OpFoldResult> lower(2, b.getIndexAttr(0)),
      upper = {units, columns},
      steps = {b.getIndexAttr(unitsPerBlock),
               b.getIndexAttr(schedule.getTileColumns())};
  // Rows walk fastest: blocks that run together then read one column stripe
  // of B, which stays in L2.
  auto blocks = b.getArrayAttr(
      {gpu::GPUBlockMappingAttr::get(context, gpu::MappingId::DimX),
       gpu::GPUBlockMappingAttr::get(context, gpu::MappingId::DimY)});
  auto outer =
      scf::ForallOp::create(b, loc, lower, upper, steps, ValueRange(), blocks);
  outer->setAttr("sparse_gpu.schedule", schedule);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(outer.getTerminator());
  Value firstUnit = outer.getInductionVar(0), column = outer.getInductionVar(1);
  SmallVector<OpFoldResult> warps = {b.getIndexAttr(schedule.getWarps())};
  auto inner = scf::ForallOp::create(
      b, loc, warps, ValueRange(),
      b.getArrayAttr(
          {gpu::GPUWarpMappingAttr::get(context, gpu::MappingId::LinearDim0)}));
  b.setInsertionPoint(inner.getTerminator());
  Value unit =
      arith::AddIOp::create(b, loc, firstUnit, inner.getInductionVar(0));
  Value exists =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, unit, units);
  auto guarded = scf::IfOp::create(b, loc, exists, /*withElseRegion=*/false);
  b.setInsertionPointToStart(guarded.thenBlock());
  Value tile = buildUnit(schedule, unit, column);
  Value rows = format.buildRows(b, loc, storage, schedule, unit);
  tile = buildEpilogue(schedule, tile, rows, column);
  ScatterOp::create(b, loc, tile, dest, rows, column, op.getTransposeC(),
                    format.hasPartialUnits(storage.type, schedule));
}

/// The loop over the steps of `unit`; returns the accumulator tile.
Value NestBuilder::buildUnit(ScheduleAttr schedule, Value unit, Value column) {
  StepRange range = format.buildSteps(b, loc, storage, schedule, unit);
  int64_t tileRows = format.getUnitRows(schedule);
  int64_t tileColumns = schedule.getTileColumns();
  Value identity = arith::ConstantOp::create(b, loc, getIdentity());
  Value empty = tensor::EmptyOp::create(
      b, loc, ArrayRef<int64_t>{tileRows, tileColumns}, acc);
  Value init = linalg::FillOp::create(b, loc, identity, empty).getResult(0);
  Value step = index(schedule.getStep());
  auto loop = scf::ForOp::create(b, loc, range.begin, range.end, step, init);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value begin = loop.getInductionVar();
  Value left = arith::SubIOp::create(b, loc, range.end, begin);
  Value count = arith::MinUIOp::create(b, loc, left, step);
  Value coordinates =
      format.buildCoordinates(b, loc, storage, schedule, unit, begin, count);
  DecodedTile a =
      format.buildDecode(b, loc, storage, schedule, unit, begin, count);
  auto tileType =
      RankedTensorType::get({ShapedType::kDynamic, tileColumns},
                            cast<MemRefType>(dense.getType()).getElementType());
  Value bTile = GatherOp::create(b, loc, tileType, dense, coordinates, column,
                                 op.getTransposeB(), /*partial=*/false);
  Value next = buildContraction(a, bTile, loop.getRegionIterArg(0));
  scf::YieldOp::create(b, loc, next);
  return loop.getResult(0);
}

/// acc + a * b, or the operation's semiring. What is not present in A counts as
/// the identity of the reduction.
Value NestBuilder::buildContraction(DecodedTile a, Value bTile,
                                    Value accumulator) {
  if (op.getCombine().empty() && !a.present)
    return linalg::MatmulOp::create(b, loc, accumulator.getType(),
                                    ValueRange{a.values, bTile}, accumulator)
        .getResult(0);
  AffineExpr m, n, k;
  bindDims(b.getContext(), m, n, k);
  auto map = [&](AffineExpr row, AffineExpr column) {
    return AffineMap::get(3, 0, {row, column}, b.getContext());
  };
  SmallVector<Value> operands = {a.values, bTile};
  SmallVector<AffineMap> maps = {map(m, k), map(k, n)};
  if (a.present) {
    operands.push_back(a.present);
    maps.push_back(map(m, k));
  }
  maps.push_back(map(m, n));
  SmallVector<utils::IteratorType> iterators = {utils::IteratorType::parallel,
                                                utils::IteratorType::parallel,
                                                utils::IteratorType::reduction};
  auto body = [&](OpBuilder &builder, Location, ValueRange args) {
    Value left = extend(builder, args[0]), right = extend(builder, args[1]);
    Value term =
        op.getCombine().empty()
            ? arith::MulFOp::create(builder, loc, left, right).getResult()
            : inlineBody(builder, op.getCombine(), {left, right});
    if (a.present) {
      Value identity = arith::ConstantOp::create(builder, loc, getIdentity());
      term = arith::SelectOp::create(builder, loc, args[2], term, identity);
    }
    Value reduced =
        op.getReduce().empty()
            ? arith::AddFOp::create(builder, loc, args.back(), term).getResult()
            : inlineBody(builder, op.getReduce(), {args.back(), term});
    linalg::YieldOp::create(builder, loc, reduced);
  };
  return linalg::GenericOp::create(b, loc, accumulator.getType(), operands,
                                   accumulator, maps, iterators, body)
      .getResult(0);
}

/// alpha, beta, epilogue and rounding on the accumulator tile.
Value NestBuilder::buildEpilogue(ScheduleAttr schedule, Value accumulator,
                                 Value rows, Value column) {
  auto tile = cast<RankedTensorType>(accumulator.getType());
  auto destElement = cast<MemRefType>(dest.getType()).getElementType();
  int64_t tileRows = tile.getDimSize(0), tileColumns = tile.getDimSize(1);
  bool partial = format.hasPartialUnits(storage.type, schedule);
  AffineMap whole = b.getMultiDimIdentityMap(2);
  SmallVector<Value> operands = {accumulator};
  SmallVector<AffineMap> maps = {whole};
  if (op.getBeta()) {
    auto type = RankedTensorType::get({tileRows, tileColumns}, destElement);
    operands.push_back(GatherOp::create(b, loc, type, dest, rows, column,
                                        op.getTransposeC(), partial));
    maps.push_back(whole);
  }
  for (auto [i, input] : llvm::enumerate(op.getInputs())) {
    AffineMap map = cast<AffineMapAttr>((*op.getInputMaps())[i]).getValue();
    bool usesM = map.isFunctionOfDim(0), usesN = map.isFunctionOfDim(1);
    bool transposed = usesM && usesN && map.getDimPosition(0) == 1;
    SmallVector<int64_t> shape;
    SmallVector<AffineExpr> subscripts;
    if (usesM)
      shape.push_back(tileRows), subscripts.push_back(b.getAffineDimExpr(0));
    if (usesN)
      shape.push_back(tileColumns), subscripts.push_back(b.getAffineDimExpr(1));
    auto type = RankedTensorType::get(
        shape, cast<MemRefType>(input.getType()).getElementType());
    operands.push_back(GatherOp::create(
        b, loc, type, input, usesM ? rows : Value(), usesN ? column : Value(),
        transposed, usesM && partial));
    maps.push_back(AffineMap::get(2, 0, subscripts, b.getContext()));
  }
  bool scaled = op.getAlpha() && !matchPattern(op.getAlpha(), m_OneFloat());
  if (!scaled && operands.size() == 1 && op.getEpilogue().empty() &&
      destElement == acc)
    return accumulator;
  maps.push_back(whole);
  Value empty = tensor::EmptyOp::create(b, loc, tile.getShape(), destElement);
  SmallVector<utils::IteratorType> iterators(2, utils::IteratorType::parallel);
  auto body = [&](OpBuilder &builder, Location, ValueRange args) {
    Value value = args[0];
    if (scaled)
      value = arith::MulFOp::create(builder, loc, value, op.getAlpha());
    ValueRange rest = args.drop_front().drop_back();
    if (op.getBeta()) {
      Value old = extend(builder, rest.front());
      rest = rest.drop_front();
      if (!matchPattern(op.getBeta(), m_OneFloat()))
        old = arith::MulFOp::create(builder, loc, old, op.getBeta());
      value = arith::AddFOp::create(builder, loc, value, old);
    }
    if (!op.getEpilogue().empty()) {
      SmallVector<Value> arguments = {value};
      llvm::append_range(arguments, rest);
      value = inlineBody(builder, op.getEpilogue(), arguments);
    } else if (destElement != acc) {
      value = arith::TruncFOp::create(builder, loc, destElement, value);
    }
    linalg::YieldOp::create(builder, loc, value);
  };
  return linalg::GenericOp::create(b, loc, empty.getType(), operands, empty,
                                   maps, iterators, body)
      .getResult(0);
}

namespace {
struct SpMMToTiles : sparsegpu::impl::SpMMToTilesBase<SpMMToTiles> {
  using SpMMToTilesBase::SpMMToTilesBase;

  void runOnOperation() override {
    SmallVector<SpMMOp> ops;
    getOperation().walk([&](SpMMOp op) { ops.push_back(op); });
    for (SpMMOp op : ops)
      if (failed(expand(op)))
        return signalPassFailure();
  }

  LogicalResult expand(SpMMOp op) {
    if (!op.isDecomposed() || !isa<MemRefType>(op.getCType()))
      return op.emitOpError("must have its storage and memrefs as operands "
                            "here (LVL2-2)");
    std::optional<ArrayAttr> schedules = op.getSchedules();
    if (!schedules || schedules->empty() ||
        !cast<ScheduleAttr>(schedules->getValue().back()).getGuards().empty())
      return op.emitOpError("needs schedules, the last of them without guards: "
                            "run --sparse-gpu-assign-schedule first (LVL1-1)");
    OpBuilder builder(op);
    NestBuilder nest(op, builder);
    for (auto given : schedules->getAsRange<ScheduleAttr>()) {
      ScheduleAttr schedule = given.resolveUnit(op.getFormat());
      Value condition = nest.buildGuards(schedule);
      if (!condition) {
        nest.buildNest(schedule);
        break;
      }
      auto branch = scf::IfOp::create(builder, op.getLoc(), condition,
                                      /*withElseRegion=*/true);
      builder.setInsertionPointToStart(branch.thenBlock());
      nest.buildNest(schedule);
      builder.setInsertionPointToStart(branch.elseBlock());
    }
    op.erase();
    return success();
  }
};
} // namespace

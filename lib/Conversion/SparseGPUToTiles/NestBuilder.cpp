//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// 1. One schedule: a forall over blocks of units x column tiles, a forall over
//    the warps of a block, and a guard for the last, partial block.
// 2. The accumulator tile begins at the identity and runs through the loop
//    over steps; each step adds decode(values) * gather(B, coordinates).
// 3. alpha, beta, epilogue and the rounding to C's type are one elementwise
//    operation on the tile; scatter stores it (TileMath.cpp).
// 4. Partial results meet in `sums`: see NestBuilder.
//
// Invariant: an accumulator begins as a fill with the identity of its
// reduction; lanes that share a unit rely on it.
//
//===----------------------------------------------------------------------===//

#include "NestBuilder.h"
#include "ScheduleDispatch.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sparsegpu;

NestBuilder::NestBuilder(SpMMOp op, OpBuilder &builder)
    : op(op), b(builder), loc(op.getLoc()), acc(op.getAccumulatorType()) {
  storage = getSparseStorage(b, loc, op.getSparseType(), op.getA());
  rows = op.getTransposeA() ? storage.columns : storage.rows;
  dense = asMatrix(op.getB());
  dest = asMatrix(op.getInit());
  columns = memref::DimOp::create(b, loc, dense, op.getTransposeB() ? 0 : 1);
  for (SparseStorage &part : op.getFormat().buildParts(b, loc, storage)) {
    SparseFormatInterface format = getSparseFormat(part.type);
    bool turned = op.getTransposeA() != format.storesTransposed();
    parts.push_back({std::move(part), format, turned});
  }
  if (ownsRows() || isPlain())
    return;
  // Sizes that are known are in the type: folding them into it later would
  // forget the attribute.
  RankedTensorType a = storage.type;
  int64_t shape[] = {
      a.getDimSize(op.getTransposeA() ? 1 : 0),
      cast<MemRefType>(dense.getType()).getDimSize(op.getTransposeB() ? 0 : 1)};
  SmallVector<Value> sizes;
  for (auto [extent, size] : llvm::zip(shape, ValueRange{rows, columns}))
    if (ShapedType::isDynamic(extent))
      sizes.push_back(size);
  auto alloc =
      memref::AllocOp::create(b, loc, MemRefType::get(shape, acc), sizes);
  alloc->setAttr("sparse_gpu.workspace", b.getUnitAttr());
  workspace = alloc;
}

void NestBuilder::freeWorkspace() {
  if (workspace)
    memref::DeallocOp::create(b, loc, workspace);
}

bool NestBuilder::ownsRows() {
  return parts.size() == 1 && !parts.front().turned;
}

Value NestBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

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

FailureOr<Value> NestBuilder::buildGuards(ScheduleAttr schedule) {
  Value all;
  for (GuardAttr guard : schedule.getGuards()) {
    Value quantity, holds;
    switch (guard.getQuantity()) {
    case GuardQuantity::N:
      quantity = columns;
      break;
    case GuardQuantity::Rows:
      quantity = rows;
      break;
    case GuardQuantity::Nonzeros:
      for (const Part &part : parts) {
        Value count =
            memref::DimOp::create(b, loc, part.storage.getField("values"), 0);
        quantity =
            quantity ? arith::AddIOp::create(b, loc, quantity, count) : count;
      }
      break;
    case GuardQuantity::Alignment:
    case GuardQuantity::ResultAlignment: {
      SmallVector<Value> operands = {dest};
      if (guard.getQuantity() == GuardQuantity::Alignment) {
        operands = {dense};
        for (const Part &part : parts)
          operands.push_back(part.storage.getField("values"));
      } else {
        llvm::append_range(operands, op.getInputs());
      }
      FailureOr<Value> aligned = buildAlignmentGuard(op, b, guard, operands);
      if (failed(aligned))
        return failure();
      holds = *aligned;
      break;
    }
    }
    if (!holds)
      holds = arith::CmpIOp::create(b, loc, getPredicate(guard), quantity,
                                    index(guard.getBound()));
    all = all ? arith::AndIOp::create(b, loc, all, holds).getResult() : holds;
  }
  return all;
}

void NestBuilder::build(ScheduleAttr given) {
  if (ownsRows() && !given.getTile().empty()) {
    buildBlockNest(given.resolveUnit(parts[0].format), parts[0]);
    return;
  }
  if (ownsRows()) {
    buildOwnedNest(given.resolveUnit(parts[0].format), parts[0], Sums(),
                   /*finish=*/true);
    return;
  }
  bool inPlace = !workspace;
  Sums sums = inPlace ? Sums{dest, op.getTransposeC()} : Sums{workspace};
  // In place, beta scales what C holds before anything is added.
  if (inPlace && op.getBeta()) {
    sums.valid = true;
    if (!matchPattern(op.getBeta(), m_OneFloat()))
      buildRowNest(
          given, sums, [&](Value row, Value column, RankedTensorType type) {
            Value old = GatherOp::create(b, loc, type, dest, row, column,
                                         op.getTransposeC(), /*partial=*/false);
            return buildElementwise(old, [&](OpBuilder &builder,
                                             ValueRange args) {
              return arith::MulFOp::create(builder, loc, args[0], op.getBeta());
            });
          });
  }
  for (const Part &part : parts) {
    ScheduleAttr schedule = given.resolveUnit(part.format);
    if (!part.turned) {
      buildOwnedNest(schedule, part, sums, /*finish=*/false);
    } else {
      if (!sums.valid)
        buildRowNest(given, sums, [&](Value, Value, RankedTensorType type) {
          return buildIdentityTile(type.getShape());
        });
      buildTurnedNest(schedule, part, sums);
    }
    sums.valid = true;
  }
  if (inPlace)
    return;
  buildRowNest(given, {dest, op.getTransposeC()},
               [&](Value row, Value column, RankedTensorType type) {
                 Value sum = GatherOp::create(b, loc, type, sums.memory, row,
                                              column, false, false);
                 return buildEpilogue(sum, row, column, /*partial=*/false);
               });
}

//===----------------------------------------------------------------------===//
// Nests
//===----------------------------------------------------------------------===//

void NestBuilder::buildNest(ScheduleAttr schedule, Value units,
                            llvm::function_ref<void(Value, Value)> body) {
  MLIRContext *context = b.getContext();
  auto unitsPerBlock = schedule.getWarps();
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
  body(unit, column);
}

void NestBuilder::buildRowNest(
    ScheduleAttr schedule, const Sums &into,
    llvm::function_ref<Value(Value, Value, RankedTensorType)> body) {
  auto type = RankedTensorType::get({1, schedule.getTileColumns()}, acc);
  buildNest(schedule, rows, [&](Value unit, Value column) {
    Value row = tensor::FromElementsOp::create(b, loc, unit);
    Value tile = body(row, column, type);
    buildScatter(tile, into, row, column, /*partial=*/false);
  });
}

void NestBuilder::buildOwnedNest(ScheduleAttr schedule, const Part &part,
                                 const Sums &sums, bool finish) {
  const SparseFormatInterface &format = part.format;
  Value units = format.buildUnitCount(b, loc, part.storage, schedule);
  bool partial = format.hasPartialUnits(part.storage.type, schedule);
  buildNest(schedule, units, [&](Value unit, Value column) {
    Value tile = buildUnit(schedule, part, unit, column);
    Value unitRows = format.buildRows(b, loc, part.storage, schedule, unit);
    if (finish) {
      tile = buildEpilogue(tile, unitRows, column, partial);
      buildScatter(tile, {dest, op.getTransposeC()}, unitRows, column, partial);
      return;
    }
    if (sums.valid) {
      Value old = GatherOp::create(b, loc, tile.getType(), sums.memory,
                                   unitRows, column, sums.transposed, partial);
      tile = buildElementwise({tile, old},
                              [&](OpBuilder &builder, ValueRange args) {
                                return buildReduce(builder, args[0], args[1]);
                              });
    }
    buildScatter(tile, sums, unitRows, column, partial);
  });
}

void NestBuilder::buildTurnedNest(ScheduleAttr schedule, const Part &part,
                                  const Sums &sums) {
  const SparseFormatInterface &format = part.format;
  Value units = format.buildUnitCount(b, loc, part.storage, schedule);
  bool partial = format.hasPartialUnits(part.storage.type, schedule);
  int64_t tileColumns = schedule.getTileColumns();
  buildNest(schedule, units, [&](Value unit, Value column) {
    // Rows of B that the unit's columns of A meet.
    Value unitRows = format.buildRows(b, loc, part.storage, schedule, unit);
    auto type = RankedTensorType::get(
        {format.getUnitRows(schedule), tileColumns},
        cast<MemRefType>(dense.getType()).getElementType());
    Value bTile = GatherOp::create(b, loc, type, dense, unitRows, column,
                                   op.getTransposeB(), partial);
    buildSteps(schedule, part, unit, {}, [&](const Step &step, Value) {
      Value sum =
          buildIdentityTile({ShapedType::kDynamic, tileColumns}, step.count);
      sum = buildContraction(step.a, bTile, sum, /*turned=*/true);
      auto scatter = buildScatter(sum, sums, step.coordinates, column, false);
      OpBuilder::InsertionGuard guard(b);
      Block *block =
          b.createBlock(&scatter.getReduce(), {}, {acc, acc}, {loc, loc});
      YieldOp::create(
          b, loc, buildReduce(b, block->getArgument(0), block->getArgument(1)));
      return Value();
    });
  });
}

Value NestBuilder::buildUnit(ScheduleAttr schedule, const Part &part,
                             Value unit, Value column) {
  int64_t shape[] = {part.format.getUnitRows(schedule),
                     schedule.getTileColumns()};
  auto tileType =
      RankedTensorType::get({ShapedType::kDynamic, schedule.getTileColumns()},
                            cast<MemRefType>(dense.getType()).getElementType());
  return buildSteps(
      schedule, part, unit, shape, [&](const Step &step, Value sum) {
        Value bTile =
            GatherOp::create(b, loc, tileType, dense, step.coordinates, column,
                             op.getTransposeB(), /*partial=*/false);
        return buildContraction(step.a, bTile, sum, /*turned=*/false);
      });
}

Value NestBuilder::buildSteps(
    ScheduleAttr schedule, const Part &part, Value unit,
    ArrayRef<int64_t> shape,
    llvm::function_ref<Value(const Step &, Value)> body) {
  const SparseFormatInterface &format = part.format;
  StepRange range = format.buildSteps(b, loc, part.storage, schedule, unit);
  Value init = shape.empty() ? Value() : buildIdentityTile(shape);
  Value step = index(schedule.getStep());
  auto loop = scf::ForOp::create(b, loc, range.begin, range.end, step,
                                 init ? ValueRange(init) : ValueRange());
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value begin = loop.getInductionVar();
  Value left = arith::SubIOp::create(b, loc, range.end, begin);
  Value count = arith::MinUIOp::create(b, loc, left, step);
  Value coordinates = format.buildCoordinates(b, loc, part.storage, schedule,
                                              unit, begin, count);
  DecodedTile a =
      format.buildDecode(b, loc, part.storage, schedule, unit, begin, count);
  Value next =
      body({coordinates, count, a}, init ? loop.getRegionIterArg(0) : Value());
  if (!init)
    return {};
  scf::YieldOp::create(b, loc, next);
  return loop.getResult(0);
}

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The nest of a sparse operation whose units are computed by blocks:
//
//   forall unit u, column tile n:                            a block each
//     for position p of u, tile[2] at a time:
//       a = load(values, rows of u, positions)               side by side
//       b = load(B, coordinates of the positions, columns)   gathered
//       acc += a * b
//     store(C, rows of u, columns)                           permuted
//
// Loads name elements by offsets, as those of dense contractions do, so all
// that comes after (copies, tensor cores, pipelines, swizzles, the staged
// result) is theirs. Coordinates are offsets that are read from memory.
//
// A format takes part whose steps are decoded by sparse_gpu.decode, that is,
// are one contiguous piece of the values; or which loads them itself where the
// schedule has a tile.
//
//===----------------------------------------------------------------------===//

#include "NestBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sparsegpu;

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

NestBuilder::Matrix NestBuilder::makeMatrix(Value memory, bool transposed) {
  auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, memory);
  SmallVector<OpFoldResult> strides = metadata.getConstifiedMixedStrides();
  auto step = [&](unsigned dim) {
    return getValueOrCreateConstantIndexOp(b, loc, strides[dim]);
  };
  return {memory, step(transposed ? 1 : 0), step(transposed ? 0 : 1)};
}

NestBuilder::Matrix NestBuilder::makeInput(unsigned number) {
  Value memory = op.getInputs()[number];
  AffineMap map = cast<AffineMapAttr>((*op.getInputMaps())[number]).getValue();
  Matrix matrix{memory, Value(), Value()};
  if (map.getNumResults() == 0)
    return matrix;
  auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, memory);
  for (auto [dim, stride] :
       llvm::enumerate(metadata.getConstifiedMixedStrides())) {
    Value step = getValueOrCreateConstantIndexOp(b, loc, stride);
    (map.getDimPosition(dim) == 0 ? matrix.rowStep : matrix.columnStep) = step;
  }
  return matrix;
}

NestBuilder::Indices NestBuilder::makeIndices(Value begin, Value end,
                                              int64_t size) {
  auto type = RankedTensorType::get({size}, b.getIndexType());
  Value tensor = tensor::GenerateOp::create(
      b, loc, type, ValueRange(),
      [&](OpBuilder &builder, Location, ValueRange ids) {
        Value at = arith::AddIOp::create(builder, loc, begin, ids[0]);
        tensor::YieldOp::create(builder, loc, at);
      });
  // Where tiles end with the extent, all of each exists.
  APInt extent;
  bool isWhole = matchPattern(end, m_ConstantInt(&extent)) &&
                 extent.getSExtValue() % size == 0;
  return {tensor, size,
          isWhole ? index(size)
                  : arith::SubIOp::create(b, loc, end, begin).getResult()};
}

Value NestBuilder::makeOffsets(const Indices &indices, Value step) {
  auto type = RankedTensorType::get({indices.size}, b.getIndexType());
  // Staged coordinates are zero where there are none; others are not to be read
  // there.
  bool isRead =
      indices.isStep && !indices.tensor.getDefiningOp<CoordinatesOp>();
  return tensor::GenerateOp::create(
      b, loc, type, ValueRange(),
      [&](OpBuilder &builder, Location, ValueRange ids) {
        Value at = ids[0];
        if (isRead) {
          Value one = arith::ConstantIndexOp::create(builder, loc, 1);
          Value last = arith::SubIOp::create(builder, loc, indices.count, one);
          at = arith::MinUIOp::create(builder, loc, at, last);
        }
        at = tensor::ExtractOp::create(builder, loc, indices.tensor, at);
        Value offset =
            step ? arith::MulIOp::create(builder, loc, at, step).getResult()
                 : index(0);
        if (indices.partial) {
          Value exists = arith::CmpIOp::create(
              builder, loc, arith::CmpIPredicate::ult, at, rows);
          Value none = arith::ConstantIndexOp::create(builder, loc, -1);
          offset = arith::SelectOp::create(builder, loc, exists, offset, none);
        }
        tensor::YieldOp::create(builder, loc, offset);
      });
}

int64_t NestBuilder::runOf(const Matrix &matrix, int64_t columns) {
  APInt step;
  bool isSideBySide = matrix.columnStep &&
                      matchPattern(matrix.columnStep, m_ConstantInt(&step)) &&
                      step.isOne();
  return isSideBySide ? columns : 1;
}

Value NestBuilder::loadTile(const Matrix &matrix, const Indices &rows,
                            const Indices &columns) {
  auto type = RankedTensorType::get(
      {rows.size, columns.size},
      cast<MemRefType>(matrix.memory.getType()).getElementType());
  return LoadOp::create(
      b, loc, type, matrix.memory, makeOffsets(rows, matrix.rowStep),
      rows.count, makeOffsets(columns, matrix.columnStep), columns.count,
      /*contiguous=*/1, runOf(matrix, columns.size), rows.partial);
}

Value NestBuilder::loadStep(DecodedTile decoded, int64_t rows, int64_t size,
                            Value count) {
  auto decode = decoded.values.getDefiningOp<DecodeOp>();
  auto tile = cast<RankedTensorType>(decoded.values.getType());
  int64_t height = tile.getDimSize(0);
  bool isLoaded = isa_and_present<LoadOp>(decoded.values.getDefiningOp());
  if ((!decode && !isLoaded) || decoded.present || height != rows) {
    op.emitOpError("has an operand A of type ")
        << op.getSparseType() << " whose steps are no tiles of " << rows
        << " rows that can be copied, which a schedule with 'tile' needs "
           "(LVL2-6)";
    isBroken = true;
    return {};
  }
  if (isLoaded)
    return decoded.values;
  auto offsets = [&](int64_t extent, Value begin, int64_t step) -> Value {
    auto type = RankedTensorType::get({extent}, b.getIndexType());
    return tensor::GenerateOp::create(
        b, loc, type, ValueRange(),
        [&](OpBuilder &builder, Location, ValueRange ids) {
          Value at = ids[0];
          if (begin)
            at = arith::AddIOp::create(builder, loc, begin, at);
          if (step != 1)
            at = arith::MulIOp::create(builder, loc, at, index(step));
          tensor::YieldOp::create(builder, loc, at);
        });
  };
  auto type = RankedTensorType::get({height, size}, tile.getElementType());
  Value loaded = LoadOp::create(
      b, loc, type, decode.getSource(), offsets(height, Value(), 1),
      index(height), offsets(size, decode.getBegin(), height), count,
      /*contiguous=*/0, /*run=*/height, /*partial=*/false);
  decode.erase();
  return loaded;
}

//===----------------------------------------------------------------------===//
// The nest
//===----------------------------------------------------------------------===//

void NestBuilder::buildBlockNest(ScheduleAttr schedule, const Part &part) {
  const SparseFormatInterface &format = part.format;
  ArrayRef<int64_t> tile = schedule.getTile();
  MLIRContext *context = b.getContext();
  Value units = format.buildUnitCount(b, loc, part.storage, schedule);
  Matrix right = makeMatrix(dense, op.getTransposeB()),
         result = makeMatrix(dest, op.getTransposeC());
  SmallVector<Matrix> inputs;
  for (unsigned i = 0; i < op.getInputs().size(); ++i)
    inputs.push_back(makeInput(i));
  SmallVector<OpFoldResult> lower(2, b.getIndexAttr(0)),
      upper = {units, columns},
      steps = {b.getIndexAttr(1), b.getIndexAttr(tile[1])};
  auto mapping = b.getArrayAttr(
      {gpu::GPUBlockMappingAttr::get(context, gpu::MappingId::DimX),
       gpu::GPUBlockMappingAttr::get(context, gpu::MappingId::DimY)});
  auto nest =
      scf::ForallOp::create(b, loc, lower, upper, steps, ValueRange(), mapping);
  nest->setAttr("sparse_gpu.schedule", schedule);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(nest.getTerminator());
  Value unit = nest.getInductionVar(0);
  int64_t extent = op.getStaticColumns();
  Value end = ShapedType::isDynamic(extent) ? columns : index(extent);
  Indices columnTile = makeIndices(nest.getInductionVar(1), end, tile[1]);
  StepRange range = format.buildSteps(b, loc, part.storage, schedule, unit);
  // From 0 on: a pipeline's prologue is that of any other loop then.
  Value size = arith::SubIOp::create(b, loc, range.end, range.begin);
  auto loop = scf::ForOp::create(b, loc, index(0), size, index(tile[2]),
                                 buildIdentityTile({tile[0], tile[1]}));
  {
    OpBuilder::InsertionGuard inLoop(b);
    b.setInsertionPointToStart(loop.getBody());
    Value begin =
        arith::AddIOp::create(b, loc, range.begin, loop.getInductionVar());
    Value left = arith::SubIOp::create(b, loc, size, loop.getInductionVar());
    Value count = arith::MinUIOp::create(b, loc, left, index(tile[2]));
    Value coordinates = format.buildCoordinates(b, loc, part.storage, schedule,
                                                unit, begin, count);
    Value a = loadStep(
        format.buildDecode(b, loc, part.storage, schedule, unit, begin, count),
        tile[0], tile[2], count);
    if (!a)
      return;
    Value bTile = loadTile(
        right,
        {coordinates, tile[2], count, /*partial=*/false, /*isStep=*/true},
        columnTile);
    Value next = buildContraction({a, Value()}, bTile, loop.getRegionIterArg(0),
                                  /*turned=*/false);
    scf::YieldOp::create(b, loc, next);
  }
  Indices rowTile = {format.buildRows(b, loc, part.storage, schedule, unit),
                     tile[0], index(tile[0]),
                     format.hasPartialUnits(part.storage.type, schedule)};
  AffineMap whole = b.getMultiDimIdentityMap(2);
  SmallVector<Value> operands = {loop.getResult(0)};
  if (op.getBeta())
    operands.push_back(loadTile(result, rowTile, columnTile));
  for (const Matrix &input : inputs)
    operands.push_back(loadTile(input, rowTile, columnTile));
  SmallVector<AffineMap> maps(operands.size(), whole);
  Value finished = buildEpilogue(operands, maps);
  StoreOp::create(b, loc, finished, dest, makeOffsets(rowTile, result.rowStep),
                  rowTile.count, makeOffsets(columnTile, result.columnStep),
                  columnTile.count, /*contiguous=*/1, runOf(result, tile[1]),
                  /*staged=*/false, rowTile.partial);
}

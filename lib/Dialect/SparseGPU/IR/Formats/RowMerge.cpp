//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// #sparse_gpu.row_merge as a format of the nest. Its unit is one row of tiles;
// its positions are the columns of the tiles, one after the other. Columns
// beyond the last of the matrix have no entries. The value of a place is found
// by counting the bits of its tile before it.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/RowMerge.h"
#include "SparseGPU/Dialect/SparseGPU/IR/FormatSupport.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace sparsegpu;

static constexpr int64_t side = formats::rowMergeTile;
enum { Positions, Coordinates, Offsets, Masks, Values };

static FormatDescription describe(Type positions, Type coordinates) {
  return {formats::rowMergeFormat(), {}, positions, coordinates};
}

static FormatDescription describe(const RowMergeAttr &format) {
  return describe(format.getPositions(), format.getCoordinates());
}

LogicalResult RowMergeAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   Type positions, Type coordinates) {
  return verifyFormat(emitError, describe(positions, coordinates));
}

LogicalResult RowMergeAttr::verifyEncoding(
    ArrayRef<int64_t> shape, Type elementType,
    function_ref<InFlightDiagnostic()> emitError) const {
  return verifyMatrixEncoding(emitError, getMnemonic(), shape, elementType);
}

SmallVector<StorageField> RowMergeAttr::getFields(RankedTensorType type) const {
  int64_t tileRows = divideCeilOrDynamic(type.getDimSize(0), side);
  SmallVector<int64_t> sizes(5, ShapedType::kDynamic);
  if (!ShapedType::isDynamic(tileRows))
    sizes[Positions] = tileRows + 1;
  return getFieldTypes(describe(*this), type, sizes);
}

Expected<formats::PackedMatrix>
RowMergeAttr::pack(RankedTensorType type,
                   const formats::CooMatrix &matrix) const {
  return packMatrix(describe(*this), type, matrix);
}

Expected<formats::CooMatrix>
RowMergeAttr::unpack(const formats::PackedMatrix &packed) const {
  return unpackMatrix(describe(*this), packed);
}

SmallVector<StringRef> RowMergeAttr::getUnits() const { return {"tile_row"}; }

LogicalResult RowMergeAttr::supports(const ScheduleAttr &schedule,
                                     std::string &reason) const {
  return supportsWarpUnits(getMnemonic(), getUnits(), schedule, reason);
}

/// Masks, offset and coordinate are spread over the entries of a full tile.
FormatCost RowMergeAttr::getCost(RankedTensorType type) const {
  double perTile =
      getBytes(getPositions()) + getBytes(getCoordinates()) + 2.0 * side;
  return {getBytes(getPositions()),
          perTile / (side * side) + getBytes(type.getElementType())};
}

int64_t RowMergeAttr::getUnitRows(const ScheduleAttr &) const { return side; }

bool RowMergeAttr::hasPartialUnits(RankedTensorType type,
                                   const ScheduleAttr &) const {
  return type.isDynamicDim(0) || type.getDimSize(0) % side != 0;
}

Value RowMergeAttr::buildUnitCount(OpBuilder &builder, Location loc,
                                   const SparseStorage &storage,
                                   const ScheduleAttr &) const {
  return IndexBuilder{builder, loc}.ceilDiv(storage.rows, side);
}

StepRange RowMergeAttr::buildSteps(OpBuilder &builder, Location loc,
                                   const SparseStorage &storage,
                                   const ScheduleAttr &, Value unit) const {
  IndexBuilder at{builder, loc};
  Value next = at.add(unit, at.constant(1));
  return {at.mul(at.load(storage.fields[Positions], unit), side),
          at.mul(at.load(storage.fields[Positions], next), side)};
}

/// Columns beyond the last one are the last one: nothing is present there.
Value RowMergeAttr::buildCoordinates(OpBuilder &builder, Location loc,
                                     const SparseStorage &storage,
                                     const ScheduleAttr &, Value, Value begin,
                                     Value count) const {
  return IndexBuilder{builder, loc}.generate(count, [&](IndexBuilder at,
                                                        Value p) {
    Value position = at.add(begin, p);
    Value tile = at.load(storage.fields[Coordinates], at.div(position, side));
    Value column = at.add(at.mul(tile, side), at.rem(position, side));
    int64_t columns = storage.type.getDimSize(1);
    if (!ShapedType::isDynamic(columns) && columns % side == 0)
      return column;
    return at.min(column, at.sub(storage.columns, at.constant(1)));
  });
}

DecodedTile RowMergeAttr::buildDecode(OpBuilder &builder, Location loc,
                                      const SparseStorage &storage,
                                      const ScheduleAttr &, Value, Value begin,
                                      Value count) const {
  IndexBuilder outer{builder, loc};
  Type element = storage.type.getElementType();
  Value masks = storage.fields[Masks];

  auto isPresent = [&](IndexBuilder at, Value row, Value position) {
    Value tile = at.div(position, side);
    return at.testBit(masks, at.add(at.mul(tile, side), row),
                      at.rem(position, side));
  };
  auto load = [&](IndexBuilder at, Value row, Value position) -> Value {
    Value tile = at.div(position, side);
    Value first = at.mul(tile, side);
    Value before = at.countBitsBelow(masks, first, at.add(first, row),
                                     at.rem(position, side));
    Value place = at.add(at.load(storage.fields[Offsets], tile), before);
    return memref::LoadOp::create(at.builder, at.loc, storage.fields[Values],
                                  place);
  };
  Value values = outer.generate(
      side, count, element, [&](IndexBuilder at, Value row, Value p) {
        Value position = at.add(begin, p);
        return at.loadIf(
            isPresent(at, row, position), element,
            [&](IndexBuilder then) { return load(then, row, position); });
      });
  Value present = outer.generate(side, count, builder.getI1Type(),
                                 [&](IndexBuilder at, Value row, Value p) {
                                   return isPresent(at, row, at.add(begin, p));
                                 });
  return {values, present};
}

Value RowMergeAttr::buildRows(OpBuilder &builder, Location loc,
                              const SparseStorage &, const ScheduleAttr &,
                              Value unit) const {
  return IndexBuilder{builder, loc}.generateRows(
      side, [&](IndexBuilder at, Value row) {
        return at.add(at.mul(unit, side), row);
      });
}

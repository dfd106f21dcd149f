//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// #sparse_gpu.bsr: block compressed sparse rows as a format of the nest. Its
// unit is one block row; its positions are the columns of the stored blocks,
// one after the other.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Bsr.h"
#include "SparseGPU/Dialect/SparseGPU/IR/FormatSupport.h"

using namespace mlir;
using namespace sparsegpu;

static FormatDescription describe(int64_t rows, int64_t columns, Type positions,
                                  Type coordinates) {
  return {formats::bsrFormat(), {rows, columns}, positions, coordinates};
}

static FormatDescription describe(const BSRAttr &bsr) {
  return describe(bsr.getRows(), bsr.getColumns(), bsr.getPositions(),
                  bsr.getCoordinates());
}

LogicalResult BSRAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                              int64_t rows, int64_t columns, Type positions,
                              Type coordinates) {
  return verifyFormat(emitError,
                      describe(rows, columns, positions, coordinates));
}

LogicalResult
BSRAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                        function_ref<InFlightDiagnostic()> emitError) const {
  return verifyMatrixEncoding(emitError, getMnemonic(), shape, elementType);
}

SmallVector<StorageField> BSRAttr::getFields(RankedTensorType type) const {
  int64_t blockRows = divideCeilOrDynamic(type.getDimSize(0), getRows());
  int64_t positions =
      ShapedType::isDynamic(blockRows) ? blockRows : blockRows + 1;
  return getFieldTypes(describe(*this), type,
                       {positions, ShapedType::kDynamic, ShapedType::kDynamic});
}

Expected<formats::PackedMatrix>
BSRAttr::pack(RankedTensorType type, const formats::CooMatrix &matrix) const {
  return packMatrix(describe(*this), type, matrix);
}

Expected<formats::CooMatrix>
BSRAttr::unpack(const formats::PackedMatrix &packed) const {
  return unpackMatrix(describe(*this), packed);
}

SmallVector<StringRef> BSRAttr::getUnits() const { return {"block_row"}; }

LogicalResult BSRAttr::supports(const ScheduleAttr &schedule,
                                std::string &reason) const {
  if (failed(supportsGroupUnits(getMnemonic(), getUnits(), getRows(), schedule,
                                reason)))
    return failure();
  if (schedule.getTile().empty() || schedule.getTile()[2] % getColumns() == 0)
    return success();
  reason = "'tile' must have whole blocks of " + std::to_string(getColumns()) +
           " columns of #sparse_gpu.bsr";
  return failure();
}

FormatCost BSRAttr::getCost(RankedTensorType type) const {
  double places = static_cast<double>(getRows() * getColumns());
  return {getBytes(getPositions()), getBytes(getCoordinates()) / places +
                                        getBytes(type.getElementType())};
}

int64_t BSRAttr::getUnitRows(const ScheduleAttr &) const { return getRows(); }

bool BSRAttr::storesPadding() const { return getRows() * getColumns() > 1; }

bool BSRAttr::hasPartialUnits(RankedTensorType type,
                              const ScheduleAttr &) const {
  return getRows() > 1 &&
         (type.isDynamicDim(0) || type.getDimSize(0) % getRows() != 0);
}

Value BSRAttr::buildUnitCount(OpBuilder &builder, Location loc,
                              const SparseStorage &storage,
                              const ScheduleAttr &) const {
  return IndexBuilder{builder, loc}.ceilDiv(storage.rows, getRows());
}

StepRange BSRAttr::buildSteps(OpBuilder &builder, Location loc,
                              const SparseStorage &storage,
                              const ScheduleAttr &, Value unit) const {
  IndexBuilder at{builder, loc};
  Value first = at.load(storage.fields[0], unit);
  Value last = at.load(storage.fields[0], at.add(unit, at.constant(1)));
  return {at.mul(first, getColumns()),
          buildEndOfBlocks(builder, loc, storage, storage.fields[1],
                           getColumns(), first, last)};
}

Value BSRAttr::buildCoordinates(OpBuilder &builder, Location loc,
                                const SparseStorage &storage,
                                const ScheduleAttr &, Value, Value begin,
                                Value count) const {
  return buildBlockCoordinates(builder, loc, storage.fields[1], getColumns(),
                               begin, count);
}

DecodedTile BSRAttr::buildDecode(OpBuilder &builder, Location loc,
                                 const SparseStorage &storage,
                                 const ScheduleAttr &schedule, Value,
                                 Value begin, Value count) const {
  if (!schedule.getTile().empty())
    return buildBlockLoad(builder, loc, storage.fields[2], getRows(),
                          getColumns(), begin, count, schedule.getTile()[2]);
  return buildBlockDecode(builder, loc, storage.fields[2], getRows(),
                          getColumns(), begin, count);
}

Value BSRAttr::buildRows(OpBuilder &builder, Location loc,
                         const SparseStorage &, const ScheduleAttr &,
                         Value unit) const {
  return IndexBuilder{builder, loc}.generateRows(
      getRows(), [&](IndexBuilder at, Value row) {
        return at.add(at.mul(unit, getRows()), row);
      });
}

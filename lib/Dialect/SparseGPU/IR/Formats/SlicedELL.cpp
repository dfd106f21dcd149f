//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// #sparse_gpu.sliced_ell: sliced ELLPACK as a format of the nest. Its unit is
// one row; positions count its places, and end at the first without an entry.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Dialect/SparseGPU/IR/FormatSupport.h"
#include "SparseGPU/Formats/Ell.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sparsegpu;

static FormatDescription describe(int64_t rows, Type positions,
                                  Type coordinates) {
  return {formats::slicedEllFormat(), {rows}, positions, coordinates};
}

static FormatDescription describe(const SlicedELLAttr &format) {
  return describe(format.getRows(), format.getPositions(),
                  format.getCoordinates());
}

LogicalResult
SlicedELLAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                      int64_t rows, Type positions, Type coordinates) {
  return verifyFormat(emitError, describe(rows, positions, coordinates));
}

LogicalResult SlicedELLAttr::verifyEncoding(
    ArrayRef<int64_t> shape, Type elementType,
    function_ref<InFlightDiagnostic()> emitError) const {
  return verifyMatrixEncoding(emitError, getMnemonic(), shape, elementType);
}

Expected<formats::PackedMatrix>
SlicedELLAttr::pack(RankedTensorType type,
                    const formats::CooMatrix &matrix) const {
  return packMatrix(describe(*this), type, matrix);
}

Expected<formats::CooMatrix>
SlicedELLAttr::unpack(const formats::PackedMatrix &packed) const {
  return unpackMatrix(describe(*this), packed);
}

LogicalResult SlicedELLAttr::supports(const ScheduleAttr &schedule,
                                      std::string &reason) const {
  return supportsWarpUnits(getMnemonic(), getUnits(), schedule, reason);
}

SmallVector<StorageField>
SlicedELLAttr::getFields(RankedTensorType type) const {
  int64_t slices = divideCeilOrDynamic(type.getDimSize(0), getRows());
  int64_t positions = ShapedType::isDynamic(slices) ? slices : slices + 1;
  return getFieldTypes(describe(*this), type,
                       {positions, ShapedType::kDynamic, ShapedType::kDynamic});
}

FormatCost SlicedELLAttr::getCost(RankedTensorType type) const {
  return {getBytes(getPositions()) / static_cast<double>(getRows()),
          getBytes(getCoordinates()) + getBytes(type.getElementType())};
}

SmallVector<StringRef> SlicedELLAttr::getUnits() const { return {"row"}; }

int64_t SlicedELLAttr::getUnitRows(const ScheduleAttr &) const { return 1; }

Value SlicedELLAttr::buildUnitCount(OpBuilder &, Location,
                                    const SparseStorage &storage,
                                    const ScheduleAttr &) const {
  return storage.rows;
}

Value SlicedELLAttr::buildRows(OpBuilder &builder, Location loc,
                               const SparseStorage &, const ScheduleAttr &,
                               Value unit) const {
  return tensor::FromElementsOp::create(builder, loc, unit);
}

/// Where place number `entry` of row `row` is.
static Value getPlace(const SlicedELLAttr &format, IndexBuilder at,
                      const SparseStorage &storage, Value row, Value entry) {
  Value slice = at.load(storage.fields[0], at.div(row, format.getRows()));
  Value first = at.add(slice, at.rem(row, format.getRows()));
  return at.add(first, at.mul(entry, format.getRows()));
}

StepRange SlicedELLAttr::buildSteps(OpBuilder &builder, Location loc,
                                    const SparseStorage &storage,
                                    const ScheduleAttr &, Value unit) const {
  IndexBuilder at{builder, loc};
  Value slice = at.div(unit, getRows());
  Value begin = at.load(storage.fields[0], slice);
  Value end = at.load(storage.fields[0], at.add(slice, at.constant(1)));
  Value width = at.div(at.sub(end, begin), getRows());
  // Places without an entry come last, with all bits set: as an unsigned
  // number that is not below the number of columns.
  Value entries =
      at.lowerBound(at.constant(0), width, storage.columns,
                    [&](IndexBuilder in, Value entry) {
                      return in.load(storage.fields[1],
                                     getPlace(*this, in, storage, unit, entry));
                    });
  return {at.constant(0), entries};
}

Value SlicedELLAttr::buildCoordinates(OpBuilder &builder, Location loc,
                                      const SparseStorage &storage,
                                      const ScheduleAttr &, Value unit,
                                      Value begin, Value count) const {
  return IndexBuilder{builder, loc}.generate(
      count, [&](IndexBuilder at, Value p) {
        return at.load(storage.fields[1],
                       getPlace(*this, at, storage, unit, at.add(begin, p)));
      });
}

DecodedTile SlicedELLAttr::buildDecode(OpBuilder &builder, Location loc,
                                       const SparseStorage &storage,
                                       const ScheduleAttr &, Value unit,
                                       Value begin, Value count) const {
  Value values = IndexBuilder{builder, loc}.generate(
      1, count, storage.type.getElementType(),
      [&](IndexBuilder at, Value, Value p) -> Value {
        Value place = getPlace(*this, at, storage, unit, at.add(begin, p));
        return memref::LoadOp::create(at.builder, at.loc, storage.fields[2],
                                      place);
      });
  return {values, Value()};
}

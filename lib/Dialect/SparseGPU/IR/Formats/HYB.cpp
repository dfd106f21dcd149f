//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// #sparse_gpu.hyb: rows in buckets by length as a format of the nest. Its unit
// is one stored row. Rows of a bucket follow each other, so warps that run
// together have equally much to do.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Hyb.h"
#include "SparseGPU/Dialect/SparseGPU/IR/FormatSupport.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sparsegpu;

static FormatDescription describe(Type positions, Type coordinates) {
  return {formats::hybFormat(), {}, positions, coordinates};
}

static FormatDescription describe(const HYBAttr &format) {
  return describe(format.getPositions(), format.getCoordinates());
}

LogicalResult HYBAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                              Type positions, Type coordinates) {
  return verifyFormat(emitError, describe(positions, coordinates));
}

LogicalResult
HYBAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                        function_ref<InFlightDiagnostic()> emitError) const {
  return verifyMatrixEncoding(emitError, getMnemonic(), shape, elementType);
}

SmallVector<StorageField> HYBAttr::getFields(RankedTensorType type) const {
  return getFieldTypes(describe(*this), type,
                       {ShapedType::kDynamic, ShapedType::kDynamic,
                        type.getDimSize(0), ShapedType::kDynamic,
                        ShapedType::kDynamic});
}

Expected<formats::PackedMatrix>
HYBAttr::pack(RankedTensorType type, const formats::CooMatrix &matrix) const {
  return packMatrix(describe(*this), type, matrix);
}

Expected<formats::CooMatrix>
HYBAttr::unpack(const formats::PackedMatrix &packed) const {
  return unpackMatrix(describe(*this), packed);
}

SmallVector<StringRef> HYBAttr::getUnits() const { return {"row"}; }

LogicalResult HYBAttr::supports(const ScheduleAttr &schedule,
                                std::string &reason) const {
  return supportsWarpUnits(getMnemonic(), getUnits(), schedule, reason);
}

FormatCost HYBAttr::getCost(RankedTensorType type) const {
  return {getBytes(getCoordinates()),
          getBytes(getCoordinates()) + getBytes(type.getElementType())};
}

int64_t HYBAttr::getUnitRows(const ScheduleAttr &) const { return 1; }

Value HYBAttr::buildUnitCount(OpBuilder &, Location,
                              const SparseStorage &storage,
                              const ScheduleAttr &) const {
  return storage.rows;
}

StepRange HYBAttr::buildSteps(OpBuilder &builder, Location loc,
                              const SparseStorage &storage,
                              const ScheduleAttr &, Value unit) const {
  IndexBuilder at{builder, loc};
  Value bucketRows = storage.fields[0], bucketPlaces = storage.fields[1];
  Value one = at.constant(1);
  Value buckets =
      at.sub(memref::DimOp::create(builder, loc, bucketRows, 0), one);
  // The first bucket that ends behind the unit.
  Value bucket =
      at.lowerBound(at.constant(0), buckets, at.add(unit, one),
                    [&](IndexBuilder in, Value b) {
                      return in.load(bucketRows, in.add(b, in.constant(1)));
                    });
  Value next = at.add(bucket, one);
  Value firstRow = at.load(bucketRows, bucket),
        firstPlace = at.load(bucketPlaces, bucket);
  Value rows = at.sub(at.load(bucketRows, next), firstRow);
  Value places = at.sub(at.load(bucketPlaces, next), firstPlace);
  Value width = arith::DivUIOp::create(builder, loc, places, rows);
  Value begin =
      at.add(firstPlace, arith::MulIOp::create(builder, loc,
                                               at.sub(unit, firstRow), width));
  // Places without an entry come last, with all bits set: as an unsigned
  // number that is not below the number of columns.
  Value end = at.lowerBound(begin, at.add(begin, width), storage.columns,
                            [&](IndexBuilder in, Value place) {
                              return in.load(storage.fields[3], place);
                            });
  return {begin, end};
}

Value HYBAttr::buildCoordinates(OpBuilder &builder, Location loc,
                                const SparseStorage &storage,
                                const ScheduleAttr &, Value, Value begin,
                                Value count) const {
  auto type =
      RankedTensorType::get({ShapedType::kDynamic}, builder.getIndexType());
  return CoordinatesOp::create(builder, loc, type, storage.fields[3], begin,
                               count);
}

DecodedTile HYBAttr::buildDecode(OpBuilder &builder, Location loc,
                                 const SparseStorage &storage,
                                 const ScheduleAttr &, Value, Value begin,
                                 Value count) const {
  auto type = RankedTensorType::get({1, ShapedType::kDynamic},
                                    storage.type.getElementType());
  return {DecodeOp::create(builder, loc, type, storage.fields[4], begin, count),
          Value()};
}

Value HYBAttr::buildRows(OpBuilder &builder, Location loc,
                         const SparseStorage &storage, const ScheduleAttr &,
                         Value unit) const {
  Value row = IndexBuilder{builder, loc}.load(storage.fields[2], unit);
  return tensor::FromElementsOp::create(builder, loc, row);
}

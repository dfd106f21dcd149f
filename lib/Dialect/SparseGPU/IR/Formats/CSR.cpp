//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// #sparse_gpu.csr: compressed sparse rows as a format of the nest. Its unit is
// one row; a step is a run of consecutive entries of that row.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Dialect/SparseGPU/IR/FormatSupport.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sparsegpu;

static FormatDescription describe(Type positions, Type coordinates) {
  return {formats::csrFormat(), {}, positions, coordinates};
}

static FormatDescription describe(const CSRAttr &csr) {
  return describe(csr.getPositions(), csr.getCoordinates());
}

LogicalResult CSRAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                              Type positions, Type coordinates) {
  return verifyFormat(emitError, describe(positions, coordinates));
}

LogicalResult
CSRAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                        function_ref<InFlightDiagnostic()> emitError) const {
  return verifyMatrixEncoding(emitError, getMnemonic(), shape, elementType);
}

SmallVector<StorageField> CSRAttr::getFields(RankedTensorType type) const {
  int64_t rows = type.getDimSize(0);
  int64_t positions = ShapedType::isDynamic(rows) ? rows : rows + 1;
  return getFieldTypes(describe(*this), type,
                       {positions, ShapedType::kDynamic, ShapedType::kDynamic});
}

Expected<formats::PackedMatrix>
CSRAttr::pack(RankedTensorType type, const formats::CooMatrix &matrix) const {
  return packMatrix(describe(*this), type, matrix);
}

Expected<formats::CooMatrix>
CSRAttr::unpack(const formats::PackedMatrix &packed) const {
  return unpackMatrix(describe(*this), packed);
}

SmallVector<StringRef> CSRAttr::getUnits() const { return {"row"}; }

LogicalResult CSRAttr::supports(const ScheduleAttr &schedule,
                                std::string &reason) const {
  return supportsWarpUnits(getMnemonic(), getUnits(), schedule, reason);
}

FormatCost CSRAttr::getCost(RankedTensorType type) const {
  return {getBytes(getPositions()),
          getBytes(getCoordinates()) + getBytes(type.getElementType())};
}

int64_t CSRAttr::getUnitRows(const ScheduleAttr &) const { return 1; }

Value CSRAttr::buildUnitCount(OpBuilder &, Location,
                              const SparseStorage &storage,
                              const ScheduleAttr &) const {
  return storage.rows;
}

StepRange CSRAttr::buildSteps(OpBuilder &builder, Location loc,
                              const SparseStorage &storage,
                              const ScheduleAttr &, Value unit) const {
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  Value next = arith::AddIOp::create(builder, loc, unit, one);
  auto position = [&](Value row) {
    return castToIndex(
        builder, loc,
        memref::LoadOp::create(builder, loc, storage.fields[0], row));
  };
  return {position(unit), position(next)};
}

Value CSRAttr::buildCoordinates(OpBuilder &builder, Location loc,
                                const SparseStorage &storage,
                                const ScheduleAttr &, Value, Value begin,
                                Value count) const {
  auto type =
      RankedTensorType::get({ShapedType::kDynamic}, builder.getIndexType());
  return CoordinatesOp::create(builder, loc, type, storage.fields[1], begin,
                               count);
}

DecodedTile CSRAttr::buildDecode(OpBuilder &builder, Location loc,
                                 const SparseStorage &storage,
                                 const ScheduleAttr &, Value, Value begin,
                                 Value count) const {
  auto type = RankedTensorType::get({1, ShapedType::kDynamic},
                                    storage.type.getElementType());
  return {DecodeOp::create(builder, loc, type, storage.fields[2], begin, count),
          Value()};
}

Value CSRAttr::buildRows(OpBuilder &builder, Location loc,
                         const SparseStorage &, const ScheduleAttr &,
                         Value unit) const {
  return tensor::FromElementsOp::create(builder, loc, unit);
}

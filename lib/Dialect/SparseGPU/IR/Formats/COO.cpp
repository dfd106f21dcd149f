//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// #sparse_gpu.coo: sorted triplets as a format of the nest. Its unit is one
// row, whose entries are found by binary search in the row coordinates.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Dialect/SparseGPU/IR/FormatSupport.h"
#include "SparseGPU/Formats/CooFormat.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sparsegpu;

static FormatDescription describe(Type coordinates) {
  return {formats::cooFormat(), {}, coordinates, coordinates};
}

static FormatDescription describe(const COOAttr &format) {
  return describe(format.getCoordinates());
}

LogicalResult COOAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                              Type coordinates) {
  return verifyFormat(emitError, describe(coordinates));
}

LogicalResult
COOAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                        function_ref<InFlightDiagnostic()> emitError) const {
  return verifyMatrixEncoding(emitError, getMnemonic(), shape, elementType);
}

Expected<formats::PackedMatrix>
COOAttr::pack(RankedTensorType type, const formats::CooMatrix &matrix) const {
  return packMatrix(describe(*this), type, matrix);
}

Expected<formats::CooMatrix>
COOAttr::unpack(const formats::PackedMatrix &packed) const {
  return unpackMatrix(describe(*this), packed);
}

LogicalResult COOAttr::supports(const ScheduleAttr &schedule,
                                std::string &reason) const {
  return supportsWarpUnits(getMnemonic(), getUnits(), schedule, reason);
}

SmallVector<StorageField> COOAttr::getFields(RankedTensorType type) const {
  return getFieldTypes(describe(*this), type,
                       SmallVector<int64_t>(3, ShapedType::kDynamic));
}

FormatCost COOAttr::getCost(RankedTensorType type) const {
  return {0, 2 * getBytes(getCoordinates()) + getBytes(type.getElementType())};
}

SmallVector<StringRef> COOAttr::getUnits() const { return {"row"}; }

int64_t COOAttr::getUnitRows(const ScheduleAttr &) const { return 1; }

Value COOAttr::buildUnitCount(OpBuilder &, Location,
                              const SparseStorage &storage,
                              const ScheduleAttr &) const {
  return storage.rows;
}

Value COOAttr::buildRows(OpBuilder &builder, Location loc,
                         const SparseStorage &, const ScheduleAttr &,
                         Value unit) const {
  return tensor::FromElementsOp::create(builder, loc, unit);
}

StepRange COOAttr::buildSteps(OpBuilder &builder, Location loc,
                              const SparseStorage &storage,
                              const ScheduleAttr &, Value unit) const {
  IndexBuilder at{builder, loc};
  auto row = [&](IndexBuilder in, Value entry) {
    return in.load(storage.fields[0], entry);
  };
  Value nnz =
      memref::DimOp::create(builder, loc, storage.fields[0], 0).getResult();
  Value begin = at.lowerBound(at.constant(0), nnz, unit, row);
  Value next = at.add(unit, at.constant(1));
  return {begin, at.lowerBound(begin, nnz, next, row)};
}

Value COOAttr::buildCoordinates(OpBuilder &builder, Location loc,
                                const SparseStorage &storage,
                                const ScheduleAttr &, Value, Value begin,
                                Value count) const {
  auto type =
      RankedTensorType::get({ShapedType::kDynamic}, builder.getIndexType());
  return CoordinatesOp::create(builder, loc, type, storage.fields[1], begin,
                               count);
}

DecodedTile COOAttr::buildDecode(OpBuilder &builder, Location loc,
                                 const SparseStorage &storage,
                                 const ScheduleAttr &, Value, Value begin,
                                 Value count) const {
  auto type = RankedTensorType::get({1, ShapedType::kDynamic},
                                    storage.type.getElementType());
  return {DecodeOp::create(builder, loc, type, storage.fields[2], begin, count),
          Value()};
}

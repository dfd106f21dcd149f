//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// #sparse_gpu.dcsr: doubly compressed rows as a format of the nest. Its unit is
// one row, stored or not: it is looked up by binary search.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Dcsr.h"
#include "SparseGPU/Dialect/SparseGPU/IR/FormatSupport.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sparsegpu;

static FormatDescription describe(Type positions, Type coordinates) {
  return {formats::dcsrFormat(), {}, positions, coordinates};
}

static FormatDescription describe(const DCSRAttr &format) {
  return describe(format.getPositions(), format.getCoordinates());
}

LogicalResult DCSRAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               Type positions, Type coordinates) {
  return verifyFormat(emitError, describe(positions, coordinates));
}

LogicalResult
DCSRAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                         function_ref<InFlightDiagnostic()> emitError) const {
  return verifyMatrixEncoding(emitError, getMnemonic(), shape, elementType);
}

Expected<formats::PackedMatrix>
DCSRAttr::pack(RankedTensorType type, const formats::CooMatrix &matrix) const {
  return packMatrix(describe(*this), type, matrix);
}

Expected<formats::CooMatrix>
DCSRAttr::unpack(const formats::PackedMatrix &packed) const {
  return unpackMatrix(describe(*this), packed);
}

LogicalResult DCSRAttr::supports(const ScheduleAttr &schedule,
                                 std::string &reason) const {
  return supportsWarpUnits(getMnemonic(), getUnits(), schedule, reason);
}

SmallVector<StorageField> DCSRAttr::getFields(RankedTensorType type) const {
  return getFieldTypes(describe(*this), type,
                       SmallVector<int64_t>(4, ShapedType::kDynamic));
}

FormatCost DCSRAttr::getCost(RankedTensorType type) const {
  return {getBytes(getPositions()) + getBytes(getCoordinates()),
          getBytes(getCoordinates()) + getBytes(type.getElementType())};
}

SmallVector<StringRef> DCSRAttr::getUnits() const { return {"row"}; }

int64_t DCSRAttr::getUnitRows(const ScheduleAttr &) const { return 1; }

Value DCSRAttr::buildUnitCount(OpBuilder &, Location,
                               const SparseStorage &storage,
                               const ScheduleAttr &) const {
  return storage.rows;
}

Value DCSRAttr::buildRows(OpBuilder &builder, Location loc,
                          const SparseStorage &, const ScheduleAttr &,
                          Value unit) const {
  return tensor::FromElementsOp::create(builder, loc, unit);
}

StepRange DCSRAttr::buildSteps(OpBuilder &builder, Location loc,
                               const SparseStorage &storage,
                               const ScheduleAttr &, Value unit) const {
  IndexBuilder at{builder, loc};
  auto row = [&](IndexBuilder in, Value stored) {
    return in.load(storage.fields[0], stored);
  };
  Value stored =
      memref::DimOp::create(builder, loc, storage.fields[0], 0).getResult();
  Value next = at.add(unit, at.constant(1));
  // One stored row or none lies between the row and the next: positions of an
  // empty range are equal.
  Value first = at.lowerBound(at.constant(0), stored, unit, row);
  Value exists = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult,
                                       first, stored);
  auto last = scf::IfOp::create(
      builder, loc, exists,
      [&](OpBuilder &body, Location loc) {
        IndexBuilder in{body, loc};
        Value isOurs = arith::CmpIOp::create(
            body, loc, arith::CmpIPredicate::ult, row(in, first), next);
        Value one = arith::IndexCastUIOp::create(
            body, loc, in.builder.getIndexType(), isOurs);
        scf::YieldOp::create(body, loc, in.add(first, one));
      },
      [&](OpBuilder &body, Location loc) {
        scf::YieldOp::create(body, loc, first);
      });
  return {at.load(storage.fields[1], first),
          at.load(storage.fields[1], last.getResult(0))};
}

Value DCSRAttr::buildCoordinates(OpBuilder &builder, Location loc,
                                 const SparseStorage &storage,
                                 const ScheduleAttr &, Value, Value begin,
                                 Value count) const {
  auto type =
      RankedTensorType::get({ShapedType::kDynamic}, builder.getIndexType());
  return CoordinatesOp::create(builder, loc, type, storage.fields[2], begin,
                               count);
}

DecodedTile DCSRAttr::buildDecode(OpBuilder &builder, Location loc,
                                  const SparseStorage &storage,
                                  const ScheduleAttr &, Value, Value begin,
                                  Value count) const {
  auto type = RankedTensorType::get({1, ShapedType::kDynamic},
                                    storage.type.getElementType());
  return {DecodeOp::create(builder, loc, type, storage.fields[3], begin, count),
          Value()};
}

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// #sparse_gpu.csc: compressed sparse columns. The storage is that of the
// transposed matrix in compressed rows, and so are the units: a column is what
// a row is there.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Csc.h"
#include "SparseGPU/Dialect/SparseGPU/IR/FormatSupport.h"

using namespace mlir;
using namespace sparsegpu;

static FormatDescription describe(Type positions, Type coordinates) {
  return {formats::cscFormat(), {}, positions, coordinates};
}

static FormatDescription describe(const CSCAttr &csc) {
  return describe(csc.getPositions(), csc.getCoordinates());
}

/// The format of the transposed matrix.
static CSRAttr getRows(const CSCAttr &csc) {
  return CSRAttr::get(csc.getContext(), csc.getPositions(),
                      csc.getCoordinates());
}

LogicalResult CSCAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                              Type positions, Type coordinates) {
  return verifyFormat(emitError, describe(positions, coordinates));
}

LogicalResult
CSCAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                        function_ref<InFlightDiagnostic()> emitError) const {
  return verifyMatrixEncoding(emitError, getMnemonic(), shape, elementType);
}

SmallVector<StorageField> CSCAttr::getFields(RankedTensorType type) const {
  int64_t columns = type.getDimSize(1);
  int64_t positions = ShapedType::isDynamic(columns) ? columns : columns + 1;
  return getFieldTypes(describe(*this), type,
                       {positions, ShapedType::kDynamic, ShapedType::kDynamic});
}

Expected<formats::PackedMatrix>
CSCAttr::pack(RankedTensorType type, const formats::CooMatrix &matrix) const {
  return packMatrix(describe(*this), type, matrix);
}

Expected<formats::CooMatrix>
CSCAttr::unpack(const formats::PackedMatrix &packed) const {
  return unpackMatrix(describe(*this), packed);
}

SmallVector<StringRef> CSCAttr::getUnits() const { return {"column"}; }

LogicalResult CSCAttr::supports(const ScheduleAttr &schedule,
                                std::string &reason) const {
  return supportsWarpUnits(getMnemonic(), getUnits(), schedule, reason);
}

FormatCost CSCAttr::getCost(RankedTensorType type) const {
  return getRows(*this).getCost(type);
}

bool CSCAttr::storesTransposed() const { return true; }

int64_t CSCAttr::getUnitRows(const ScheduleAttr &) const { return 1; }

Value CSCAttr::buildUnitCount(OpBuilder &, Location,
                              const SparseStorage &storage,
                              const ScheduleAttr &) const {
  return storage.columns;
}

StepRange CSCAttr::buildSteps(OpBuilder &builder, Location loc,
                              const SparseStorage &storage,
                              const ScheduleAttr &schedule, Value unit) const {
  return getRows(*this).buildSteps(builder, loc, storage, schedule, unit);
}

Value CSCAttr::buildCoordinates(OpBuilder &builder, Location loc,
                                const SparseStorage &storage,
                                const ScheduleAttr &schedule, Value unit,
                                Value begin, Value count) const {
  return getRows(*this).buildCoordinates(builder, loc, storage, schedule, unit,
                                         begin, count);
}

DecodedTile CSCAttr::buildDecode(OpBuilder &builder, Location loc,
                                 const SparseStorage &storage,
                                 const ScheduleAttr &schedule, Value unit,
                                 Value begin, Value count) const {
  return getRows(*this).buildDecode(builder, loc, storage, schedule, unit,
                                    begin, count);
}

Value CSCAttr::buildRows(OpBuilder &builder, Location loc,
                         const SparseStorage &storage,
                         const ScheduleAttr &schedule, Value unit) const {
  return getRows(*this).buildRows(builder, loc, storage, schedule, unit);
}

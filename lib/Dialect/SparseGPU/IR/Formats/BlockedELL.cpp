//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// #sparse_gpu.blocked_ell: blocked ELLPACK as a format of the nest. Its unit is
// one block row; positions are the columns of its blocks, one after the other,
// and end at the first place without a block.
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

static FormatDescription describe(int64_t size, Type coordinates) {
  return {formats::blockedEllFormat(), {size}, coordinates, coordinates};
}

static FormatDescription describe(const BlockedELLAttr &format) {
  return describe(format.getSize(), format.getCoordinates());
}

LogicalResult
BlockedELLAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                       int64_t size, Type coordinates) {
  return verifyFormat(emitError, describe(size, coordinates));
}

LogicalResult BlockedELLAttr::verifyEncoding(
    ArrayRef<int64_t> shape, Type elementType,
    function_ref<InFlightDiagnostic()> emitError) const {
  return verifyMatrixEncoding(emitError, getMnemonic(), shape, elementType);
}

Expected<formats::PackedMatrix>
BlockedELLAttr::pack(RankedTensorType type,
                     const formats::CooMatrix &matrix) const {
  return packMatrix(describe(*this), type, matrix);
}

Expected<formats::CooMatrix>
BlockedELLAttr::unpack(const formats::PackedMatrix &packed) const {
  return unpackMatrix(describe(*this), packed);
}

LogicalResult BlockedELLAttr::supports(const ScheduleAttr &schedule,
                                       std::string &reason) const {
  return supportsWarpUnits(getMnemonic(), getUnits(), schedule, reason);
}

SmallVector<StorageField>
BlockedELLAttr::getFields(RankedTensorType type) const {
  return getFieldTypes(describe(*this), type,
                       {ShapedType::kDynamic, ShapedType::kDynamic});
}

FormatCost BlockedELLAttr::getCost(RankedTensorType type) const {
  double places = static_cast<double>(getSize() * getSize());
  return {0, getBytes(getCoordinates()) / places +
                 getBytes(type.getElementType())};
}

SmallVector<StringRef> BlockedELLAttr::getUnits() const {
  return {"block_row"};
}

int64_t BlockedELLAttr::getUnitRows(const ScheduleAttr &) const {
  return getSize();
}

bool BlockedELLAttr::storesPadding() const { return getSize() > 1; }

bool BlockedELLAttr::hasPartialUnits(RankedTensorType type,
                                     const ScheduleAttr &) const {
  return getSize() > 1 &&
         (type.isDynamicDim(0) || type.getDimSize(0) % getSize() != 0);
}

Value BlockedELLAttr::buildUnitCount(OpBuilder &builder, Location loc,
                                     const SparseStorage &storage,
                                     const ScheduleAttr &) const {
  return IndexBuilder{builder, loc}.ceilDiv(storage.rows, getSize());
}

StepRange BlockedELLAttr::buildSteps(OpBuilder &builder, Location loc,
                                     const SparseStorage &storage,
                                     const ScheduleAttr &schedule,
                                     Value unit) const {
  IndexBuilder at{builder, loc};
  Value places =
      memref::DimOp::create(builder, loc, storage.fields[0], 0).getResult();
  Value blockRows = buildUnitCount(builder, loc, storage, schedule);
  Value width = arith::DivUIOp::create(builder, loc, places, blockRows);
  Value begin = arith::MulIOp::create(builder, loc, unit, width);
  // Places without a block come last, with all bits set: as an unsigned number
  // that is not below the number of columns.
  Value end = at.lowerBound(begin, at.add(begin, width), storage.columns,
                            [&](IndexBuilder in, Value place) {
                              return in.load(storage.fields[0], place);
                            });
  return {at.mul(begin, getSize()),
          buildEndOfBlocks(builder, loc, storage, storage.fields[0], getSize(),
                           begin, end)};
}

Value BlockedELLAttr::buildCoordinates(OpBuilder &builder, Location loc,
                                       const SparseStorage &storage,
                                       const ScheduleAttr &, Value, Value begin,
                                       Value count) const {
  return buildBlockCoordinates(builder, loc, storage.fields[0], getSize(),
                               begin, count);
}

DecodedTile BlockedELLAttr::buildDecode(OpBuilder &builder, Location loc,
                                        const SparseStorage &storage,
                                        const ScheduleAttr &, Value,
                                        Value begin, Value count) const {
  return buildBlockDecode(builder, loc, storage.fields[1], getSize(), getSize(),
                          begin, count);
}

Value BlockedELLAttr::buildRows(OpBuilder &builder, Location loc,
                                const SparseStorage &, const ScheduleAttr &,
                                Value unit) const {
  return IndexBuilder{builder, loc}.generateRows(
      getSize(), [&](IndexBuilder at, Value row) {
        return at.add(at.mul(unit, getSize()), row);
      });
}

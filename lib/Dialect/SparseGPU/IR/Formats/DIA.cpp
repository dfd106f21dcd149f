//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// #sparse_gpu.dia: diagonals as a format of the nest. Its unit is one row; its
// positions are the stored diagonals that cross the row inside of the matrix,
// which are neighbours. Their columns are computed, not loaded.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Dia.h"
#include "SparseGPU/Dialect/SparseGPU/IR/FormatSupport.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sparsegpu;

static FormatDescription describe(Type coordinates) {
  return {formats::diaFormat(), {}, Type(), coordinates};
}

static FormatDescription describe(const DIAAttr &format) {
  return describe(format.getCoordinates());
}

LogicalResult DIAAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                              Type coordinates) {
  return verifyFormat(emitError, describe(coordinates));
}

LogicalResult
DIAAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                        function_ref<InFlightDiagnostic()> emitError) const {
  return verifyMatrixEncoding(emitError, getMnemonic(), shape, elementType);
}

Expected<formats::PackedMatrix>
DIAAttr::pack(RankedTensorType type, const formats::CooMatrix &matrix) const {
  return packMatrix(describe(*this), type, matrix);
}

Expected<formats::CooMatrix>
DIAAttr::unpack(const formats::PackedMatrix &packed) const {
  return unpackMatrix(describe(*this), packed);
}

LogicalResult DIAAttr::supports(const ScheduleAttr &schedule,
                                std::string &reason) const {
  return supportsWarpUnits(getMnemonic(), getUnits(), schedule, reason);
}

SmallVector<StorageField> DIAAttr::getFields(RankedTensorType type) const {
  return getFieldTypes(describe(*this), type,
                       SmallVector<int64_t>(2, ShapedType::kDynamic));
}

FormatCost DIAAttr::getCost(RankedTensorType type) const {
  return {0, getBytes(type.getElementType())};
}

SmallVector<StringRef> DIAAttr::getUnits() const { return {"row"}; }

int64_t DIAAttr::getUnitRows(const ScheduleAttr &) const { return 1; }

bool DIAAttr::storesPadding() const { return true; }

Value DIAAttr::buildUnitCount(OpBuilder &, Location,
                              const SparseStorage &storage,
                              const ScheduleAttr &) const {
  return storage.rows;
}

Value DIAAttr::buildRows(OpBuilder &builder, Location loc,
                         const SparseStorage &, const ScheduleAttr &,
                         Value unit) const {
  return tensor::FromElementsOp::create(builder, loc, unit);
}

/// The diagonal that crosses `row` in column 0: those of columns up to K have
/// the K numbers from there on.
static Value buildFirstDiagonal(IndexBuilder at, const SparseStorage &storage,
                                Value row) {
  return at.sub(at.sub(storage.rows, at.constant(1)), row);
}

StepRange DIAAttr::buildSteps(OpBuilder &builder, Location loc,
                              const SparseStorage &storage,
                              const ScheduleAttr &, Value unit) const {
  IndexBuilder at{builder, loc};
  auto diagonal = [&](IndexBuilder in, Value i) {
    return in.load(storage.fields[0], i);
  };
  Value stored = memref::DimOp::create(builder, loc, storage.fields[0], 0);
  Value first = buildFirstDiagonal(at, storage, unit);
  Value begin = at.lowerBound(at.constant(0), stored, first, diagonal);
  Value behind = at.add(first, storage.columns);
  return {begin, at.lowerBound(begin, stored, behind, diagonal)};
}

Value DIAAttr::buildCoordinates(OpBuilder &builder, Location loc,
                                const SparseStorage &storage,
                                const ScheduleAttr &, Value unit, Value begin,
                                Value count) const {
  IndexBuilder at{builder, loc};
  Value first = buildFirstDiagonal(at, storage, unit);
  return at.generate(count, [&](IndexBuilder in, Value p) {
    return in.sub(in.load(storage.fields[0], in.add(begin, p)), first);
  });
}

DecodedTile DIAAttr::buildDecode(OpBuilder &builder, Location loc,
                                 const SparseStorage &storage,
                                 const ScheduleAttr &, Value unit, Value begin,
                                 Value count) const {
  IndexBuilder at{builder, loc};
  Value stored = memref::DimOp::create(builder, loc, storage.fields[0], 0);
  Value line = arith::MulIOp::create(builder, loc, unit, stored);
  auto type = RankedTensorType::get({1, ShapedType::kDynamic},
                                    storage.type.getElementType());
  return {DecodeOp::create(builder, loc, type, storage.fields[1],
                           at.add(line, begin), count),
          Value()};
}

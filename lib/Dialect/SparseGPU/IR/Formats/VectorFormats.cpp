//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// #sparse_gpu.shuffled_block and #sparse_gpu.vector_wise as formats of the
// nest. The unit is one group of rows; its positions are its vectors, which lie
// side by side in memory, as their columns do. Only the rows of C differ.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Dialect/SparseGPU/IR/FormatSupport.h"
#include "SparseGPU/Formats/ShuffledBlock.h"
#include "SparseGPU/Formats/VectorWise.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace sparsegpu;

//===----------------------------------------------------------------------===//
// What both share
//===----------------------------------------------------------------------===//

static FormatDescription describe(const formats::Format &format, int64_t v,
                                  Type positions, Type coordinates) {
  return {format, {v}, positions, coordinates};
}

static FormatDescription describe(const ShuffledBlockAttr &attr) {
  return describe(formats::shuffledBlockFormat(), attr.getV(),
                  attr.getPositions(), attr.getCoordinates());
}

static FormatDescription describe(const VectorWiseAttr &attr) {
  return describe(formats::vectorWiseFormat(), attr.getV(), attr.getPositions(),
                  attr.getCoordinates());
}

/// The number of groups plus one, or kDynamic.
static int64_t getPositionCount(RankedTensorType type, int64_t v) {
  int64_t groups = divideCeilOrDynamic(type.getDimSize(0), v);
  return ShapedType::isDynamic(groups) ? groups : groups + 1;
}

static bool mayHavePartialGroups(RankedTensorType type, int64_t v) {
  return type.isDynamicDim(0) || type.getDimSize(0) % v != 0;
}

static StepRange buildGroup(OpBuilder &builder, Location loc,
                            const SparseStorage &storage, Value unit) {
  IndexBuilder at{builder, loc};
  return {at.load(storage.fields[0], unit),
          at.load(storage.fields[0], at.add(unit, at.constant(1)))};
}

static Value buildColumns(OpBuilder &builder, Location loc,
                          const SparseStorage &storage, Value begin,
                          Value count) {
  auto type =
      RankedTensorType::get({ShapedType::kDynamic}, builder.getIndexType());
  return CoordinatesOp::create(builder, loc, type, storage.fields[1], begin,
                               count);
}

static DecodedTile buildVectors(OpBuilder &builder, Location loc,
                                const SparseStorage &storage, int64_t v,
                                Value begin, Value count) {
  auto type = RankedTensorType::get({v, ShapedType::kDynamic},
                                    storage.type.getElementType());
  return {DecodeOp::create(builder, loc, type, storage.fields[2], begin, count),
          Value()};
}

//===----------------------------------------------------------------------===//
// Shuffled block
//===----------------------------------------------------------------------===//

LogicalResult
ShuffledBlockAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                          int64_t v, Type positions, Type coordinates) {
  return verifyFormat(emitError, describe(formats::shuffledBlockFormat(), v,
                                          positions, coordinates));
}

LogicalResult ShuffledBlockAttr::verifyEncoding(
    ArrayRef<int64_t> shape, Type elementType,
    function_ref<InFlightDiagnostic()> emitError) const {
  return verifyMatrixEncoding(emitError, getMnemonic(), shape, elementType);
}

SmallVector<StorageField>
ShuffledBlockAttr::getFields(RankedTensorType type) const {
  int64_t positions = getPositionCount(type, getV());
  int64_t packedRows =
      ShapedType::isDynamic(positions) ? positions : (positions - 1) * getV();
  return getFieldTypes(
      describe(*this), type,
      {positions, ShapedType::kDynamic, ShapedType::kDynamic, packedRows});
}

Expected<formats::PackedMatrix>
ShuffledBlockAttr::pack(RankedTensorType type,
                        const formats::CooMatrix &matrix) const {
  return packMatrix(describe(*this), type, matrix);
}

Expected<formats::CooMatrix>
ShuffledBlockAttr::unpack(const formats::PackedMatrix &packed) const {
  return unpackMatrix(describe(*this), packed);
}

SmallVector<StringRef> ShuffledBlockAttr::getUnits() const {
  return {"row_group"};
}

LogicalResult ShuffledBlockAttr::supports(const ScheduleAttr &schedule,
                                          std::string &reason) const {
  return supportsGroupUnits(getMnemonic(), getUnits(), getV(), schedule,
                            reason);
}

FormatCost ShuffledBlockAttr::getCost(RankedTensorType type) const {
  double coordinate = getBytes(getCoordinates());
  return {getBytes(getPositions()) + getV() * coordinate,
          coordinate / getV() + getBytes(type.getElementType())};
}

int64_t ShuffledBlockAttr::getUnitRows(const ScheduleAttr &) const {
  return getV();
}

bool ShuffledBlockAttr::storesPadding() const { return true; }

bool ShuffledBlockAttr::hasPartialUnits(RankedTensorType type,
                                        const ScheduleAttr &) const {
  return mayHavePartialGroups(type, getV());
}

Value ShuffledBlockAttr::buildUnitCount(OpBuilder &builder, Location loc,
                                        const SparseStorage &storage,
                                        const ScheduleAttr &) const {
  return IndexBuilder{builder, loc}.ceilDiv(storage.rows, getV());
}

StepRange ShuffledBlockAttr::buildSteps(OpBuilder &builder, Location loc,
                                        const SparseStorage &storage,
                                        const ScheduleAttr &,
                                        Value unit) const {
  return buildGroup(builder, loc, storage, unit);
}

Value ShuffledBlockAttr::buildCoordinates(OpBuilder &builder, Location loc,
                                          const SparseStorage &storage,
                                          const ScheduleAttr &, Value,
                                          Value begin, Value count) const {
  return buildColumns(builder, loc, storage, begin, count);
}

DecodedTile ShuffledBlockAttr::buildDecode(OpBuilder &builder, Location loc,
                                           const SparseStorage &storage,
                                           const ScheduleAttr &, Value,
                                           Value begin, Value count) const {
  return buildVectors(builder, loc, storage, getV(), begin, count);
}

Value ShuffledBlockAttr::buildRows(OpBuilder &builder, Location loc,
                                   const SparseStorage &storage,
                                   const ScheduleAttr &, Value unit) const {
  return IndexBuilder{builder, loc}.generateRows(
      getV(), [&](IndexBuilder at, Value row) {
        return at.load(storage.fields[3], at.add(at.mul(unit, getV()), row));
      });
}

//===----------------------------------------------------------------------===//
// Vector-wise
//===----------------------------------------------------------------------===//

LogicalResult
VectorWiseAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t v,
                       Type positions, Type coordinates) {
  return verifyFormat(emitError, describe(formats::vectorWiseFormat(), v,
                                          positions, coordinates));
}

LogicalResult VectorWiseAttr::verifyEncoding(
    ArrayRef<int64_t> shape, Type elementType,
    function_ref<InFlightDiagnostic()> emitError) const {
  return verifyMatrixEncoding(emitError, getMnemonic(), shape, elementType);
}

SmallVector<StorageField>
VectorWiseAttr::getFields(RankedTensorType type) const {
  return getFieldTypes(describe(*this), type,
                       {getPositionCount(type, getV()), ShapedType::kDynamic,
                        ShapedType::kDynamic});
}

Expected<formats::PackedMatrix>
VectorWiseAttr::pack(RankedTensorType type,
                     const formats::CooMatrix &matrix) const {
  return packMatrix(describe(*this), type, matrix);
}

Expected<formats::CooMatrix>
VectorWiseAttr::unpack(const formats::PackedMatrix &packed) const {
  return unpackMatrix(describe(*this), packed);
}

SmallVector<StringRef> VectorWiseAttr::getUnits() const {
  return {"row_group"};
}

LogicalResult VectorWiseAttr::supports(const ScheduleAttr &schedule,
                                       std::string &reason) const {
  return supportsGroupUnits(getMnemonic(), getUnits(), getV(), schedule,
                            reason);
}

FormatCost VectorWiseAttr::getCost(RankedTensorType type) const {
  return {getBytes(getPositions()), getBytes(getCoordinates()) / getV() +
                                        getBytes(type.getElementType())};
}

int64_t VectorWiseAttr::getUnitRows(const ScheduleAttr &) const {
  return getV();
}

bool VectorWiseAttr::storesPadding() const { return true; }

bool VectorWiseAttr::hasPartialUnits(RankedTensorType type,
                                     const ScheduleAttr &) const {
  return mayHavePartialGroups(type, getV());
}

Value VectorWiseAttr::buildUnitCount(OpBuilder &builder, Location loc,
                                     const SparseStorage &storage,
                                     const ScheduleAttr &) const {
  return IndexBuilder{builder, loc}.ceilDiv(storage.rows, getV());
}

StepRange VectorWiseAttr::buildSteps(OpBuilder &builder, Location loc,
                                     const SparseStorage &storage,
                                     const ScheduleAttr &, Value unit) const {
  return buildGroup(builder, loc, storage, unit);
}

Value VectorWiseAttr::buildCoordinates(OpBuilder &builder, Location loc,
                                       const SparseStorage &storage,
                                       const ScheduleAttr &, Value, Value begin,
                                       Value count) const {
  return buildColumns(builder, loc, storage, begin, count);
}

DecodedTile VectorWiseAttr::buildDecode(OpBuilder &builder, Location loc,
                                        const SparseStorage &storage,
                                        const ScheduleAttr &, Value,
                                        Value begin, Value count) const {
  return buildVectors(builder, loc, storage, getV(), begin, count);
}

Value VectorWiseAttr::buildRows(OpBuilder &builder, Location loc,
                                const SparseStorage &, const ScheduleAttr &,
                                Value unit) const {
  return IndexBuilder{builder, loc}.generateRows(
      getV(), [&](IndexBuilder at, Value row) {
        return at.add(at.mul(unit, getV()), row);
      });
}

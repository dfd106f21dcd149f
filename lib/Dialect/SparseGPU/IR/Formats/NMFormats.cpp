//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// #sparse_gpu.nm and #sparse_gpu.vnm as formats of the nest.
//
// N:M: the unit is a row; its positions are its stored values. V:N:M: the unit
// is a row of blocks; its positions are the columns that the blocks keep, so
// that a row of B is gathered once for all rows of the unit.
//
// Packing puts what lies beyond the last column at the end of a unit's
// positions: leaving these out, no row of B beyond the last is gathered.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Dialect/SparseGPU/IR/FormatSupport.h"
#include "SparseGPU/Formats/NM.h"
#include "SparseGPU/Formats/VNM.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace sparsegpu;

//===----------------------------------------------------------------------===//
// What both share
//===----------------------------------------------------------------------===//

/// Columns that a block of V:N:M keeps.
static constexpr int64_t kKept = 4;

/// The product of sizes, or kDynamic.
static int64_t multiply(ArrayRef<int64_t> sizes) {
  int64_t product = 1;
  for (int64_t size : sizes) {
    if (ShapedType::isDynamic(size))
      return ShapedType::kDynamic;
    product *= size;
  }
  return product;
}

/// Positions of a unit of which each group of `m` columns has `n`: all of them,
/// and those that are columns of the matrix.
static std::pair<Value, Value> buildPositions(IndexBuilder at,
                                              const SparseStorage &storage,
                                              int64_t n, int64_t m) {
  Value all = at.mul(at.ceilDiv(storage.columns, m), n);
  Value rest = at.min(at.rem(storage.columns, m), at.constant(n));
  Value used = at.add(at.mul(at.div(storage.columns, m), n), rest);
  return {all, used};
}

/// Metadata `i` of `row`, where each row has `perRow` numbers of `bits` bits,
/// in words of its own.
static Value loadMetadata(IndexBuilder at, Value field, Value row, Value perRow,
                          Value i, int64_t bits) {
  int64_t perWord = 32 / bits;
  Value words = at.ceilDiv(perRow, perWord);
  Value first = arith::MulIOp::create(at.builder, at.loc, row, words);
  Value word = at.load(field, at.add(first, at.div(i, perWord)));
  Value shift = at.mul(at.rem(i, perWord), bits);
  Value shifted = arith::ShRUIOp::create(at.builder, at.loc, word, shift);
  return at.rem(shifted, int64_t(1) << bits);
}

//===----------------------------------------------------------------------===//
// N:M
//===----------------------------------------------------------------------===//

/// As the packer chooses them (docs/Formats/NM.md).
static int64_t getIndexBits(int64_t m) { return m <= 2 ? 1 : m <= 4 ? 2 : 4; }

static FormatDescription describe(int64_t n, int64_t m) {
  return {formats::nmFormat(), {n, m}, Type(), Type()};
}

LogicalResult NMAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                             int64_t n, int64_t m) {
  return verifyFormat(emitError, describe(n, m));
}

LogicalResult
NMAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                       function_ref<InFlightDiagnostic()> emitError) const {
  return verifyMatrixEncoding(emitError, getMnemonic(), shape, elementType);
}

SmallVector<StorageField> NMAttr::getFields(RankedTensorType type) const {
  int64_t rows = type.getDimSize(0);
  int64_t perRow =
      multiply({divideCeilOrDynamic(type.getDimSize(1), getM()), getN()});
  int64_t words = divideCeilOrDynamic(perRow, 32 / getIndexBits(getM()));
  return getFieldTypes(describe(getN(), getM()), type,
                       {multiply({rows, words}), multiply({rows, perRow})});
}

Expected<formats::PackedMatrix>
NMAttr::pack(RankedTensorType type, const formats::CooMatrix &matrix) const {
  return packMatrix(describe(getN(), getM()), type, matrix);
}

Expected<formats::CooMatrix>
NMAttr::unpack(const formats::PackedMatrix &packed) const {
  return unpackMatrix(describe(getN(), getM()), packed);
}

SmallVector<StringRef> NMAttr::getUnits() const { return {"row"}; }

LogicalResult NMAttr::supports(const ScheduleAttr &schedule,
                               std::string &reason) const {
  return supportsWarpUnits(getMnemonic(), getUnits(), schedule, reason);
}

FormatCost NMAttr::getCost(RankedTensorType type) const {
  return {0.0, static_cast<double>(getIndexBits(getM())) / 8 +
                   type.getElementType().getIntOrFloatBitWidth() / 8.0};
}

int64_t NMAttr::getUnitRows(const ScheduleAttr &) const { return 1; }

bool NMAttr::storesPadding() const { return true; }

Value NMAttr::buildUnitCount(OpBuilder &, Location,
                             const SparseStorage &storage,
                             const ScheduleAttr &) const {
  return storage.rows;
}

StepRange NMAttr::buildSteps(OpBuilder &builder, Location loc,
                             const SparseStorage &storage, const ScheduleAttr &,
                             Value unit) const {
  IndexBuilder at{builder, loc};
  auto [all, used] = buildPositions(at, storage, getN(), getM());
  Value begin = arith::MulIOp::create(builder, loc, unit, all);
  return {begin, at.add(begin, used)};
}

Value NMAttr::buildCoordinates(OpBuilder &builder, Location loc,
                               const SparseStorage &storage,
                               const ScheduleAttr &, Value unit, Value begin,
                               Value count) const {
  IndexBuilder outer{builder, loc};
  Value all = buildPositions(outer, storage, getN(), getM()).first;
  Value first = outer.sub(
      begin, arith::MulIOp::create(builder, loc, unit, all).getResult());
  return outer.generate(count, [&](IndexBuilder at, Value p) {
    Value i = at.add(first, p);
    Value index =
        loadMetadata(at, storage.fields[0], unit, all, i, getIndexBits(getM()));
    return at.add(at.mul(at.div(i, getN()), getM()), index);
  });
}

DecodedTile NMAttr::buildDecode(OpBuilder &builder, Location loc,
                                const SparseStorage &storage,
                                const ScheduleAttr &, Value, Value begin,
                                Value count) const {
  auto type = RankedTensorType::get({1, ShapedType::kDynamic},
                                    storage.type.getElementType());
  return {DecodeOp::create(builder, loc, type, storage.fields[1], begin, count),
          Value()};
}

Value NMAttr::buildRows(OpBuilder &builder, Location loc, const SparseStorage &,
                        const ScheduleAttr &, Value unit) const {
  return IndexBuilder{builder, loc}.generateRows(
      1, [&](IndexBuilder, Value) { return unit; });
}

//===----------------------------------------------------------------------===//
// V:N:M
//===----------------------------------------------------------------------===//

static FormatDescription describe(int64_t v, int64_t n, int64_t m) {
  return {formats::vnmFormat(), {v, n, m}, Type(), Type()};
}

LogicalResult VNMAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                              int64_t v, int64_t n, int64_t m) {
  return verifyFormat(emitError, describe(v, n, m));
}

LogicalResult
VNMAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                        function_ref<InFlightDiagnostic()> emitError) const {
  return verifyMatrixEncoding(emitError, getMnemonic(), shape, elementType);
}

SmallVector<StorageField> VNMAttr::getFields(RankedTensorType type) const {
  int64_t blockRows = divideCeilOrDynamic(type.getDimSize(0), getV());
  int64_t blocks = divideCeilOrDynamic(type.getDimSize(1), getM());
  int64_t perRow = multiply({blocks, getN()});
  int64_t words = divideCeilOrDynamic(perRow, 16);
  return getFieldTypes(describe(getV(), getN(), getM()), type,
                       {multiply({blockRows, blocks, kKept}),
                        multiply({blockRows, getV(), words}),
                        multiply({blockRows, getV(), perRow})});
}

Expected<formats::PackedMatrix>
VNMAttr::pack(RankedTensorType type, const formats::CooMatrix &matrix) const {
  return packMatrix(describe(getV(), getN(), getM()), type, matrix);
}

Expected<formats::CooMatrix>
VNMAttr::unpack(const formats::PackedMatrix &packed) const {
  return unpackMatrix(describe(getV(), getN(), getM()), packed);
}

SmallVector<StringRef> VNMAttr::getUnits() const { return {"block_row"}; }

LogicalResult VNMAttr::supports(const ScheduleAttr &schedule,
                                std::string &reason) const {
  return supportsWarpUnits(getMnemonic(), getUnits(), schedule, reason);
}

FormatCost VNMAttr::getCost(RankedTensorType type) const {
  double columns = static_cast<double>(kKept) / (getV() * getN());
  return {0.0,
          columns + 0.25 + type.getElementType().getIntOrFloatBitWidth() / 8.0};
}

int64_t VNMAttr::getUnitRows(const ScheduleAttr &) const { return getV(); }

bool VNMAttr::storesPadding() const { return true; }

bool VNMAttr::hasPartialUnits(RankedTensorType type,
                              const ScheduleAttr &) const {
  return getV() > 1 &&
         (type.isDynamicDim(0) || type.getDimSize(0) % getV() != 0);
}

Value VNMAttr::buildUnitCount(OpBuilder &builder, Location loc,
                              const SparseStorage &storage,
                              const ScheduleAttr &) const {
  return IndexBuilder{builder, loc}.ceilDiv(storage.rows, getV());
}

StepRange VNMAttr::buildSteps(OpBuilder &builder, Location loc,
                              const SparseStorage &storage,
                              const ScheduleAttr &, Value unit) const {
  IndexBuilder at{builder, loc};
  auto [all, used] = buildPositions(at, storage, kKept, getM());
  Value begin = arith::MulIOp::create(builder, loc, unit, all);
  return {begin, at.add(begin, used)};
}

Value VNMAttr::buildCoordinates(OpBuilder &builder, Location loc,
                                const SparseStorage &storage,
                                const ScheduleAttr &, Value unit, Value begin,
                                Value count) const {
  IndexBuilder outer{builder, loc};
  Value blocks = outer.ceilDiv(storage.columns, getM());
  Value firstBlock = arith::MulIOp::create(builder, loc, unit, blocks);
  return outer.generate(count, [&](IndexBuilder at, Value p) {
    Value position = at.add(begin, p);
    Value block = at.sub(at.div(position, kKept), firstBlock);
    return at.add(at.mul(block, getM()), at.load(storage.fields[0], position));
  });
}

DecodedTile VNMAttr::buildDecode(OpBuilder &builder, Location loc,
                                 const SparseStorage &storage,
                                 const ScheduleAttr &, Value unit, Value begin,
                                 Value count) const {
  IndexBuilder outer{builder, loc};
  Type element = storage.type.getElementType();
  Value blocks = outer.ceilDiv(storage.columns, getM());
  Value perRow = outer.mul(blocks, getN());
  Value firstBlock = arith::MulIOp::create(builder, loc, unit, blocks);
  Value firstRow = outer.mul(unit, getV());
  Value values = outer.generate(
      getV(), count, element, [&](IndexBuilder at, Value r, Value p) -> Value {
        Value position = at.add(begin, p), row = at.add(firstRow, r);
        Value block = at.sub(at.div(position, kKept), firstBlock);
        Value place = at.rem(position, kKept);
        Value base = at.add(
            arith::MulIOp::create(at.builder, at.loc, row, perRow).getResult(),
            at.mul(block, getN()));
        Value result = arith::ConstantOp::create(
            at.builder, at.loc, at.builder.getZeroAttr(element));
        for (int64_t k = 0; k < getN(); ++k) {
          Value i = at.add(at.mul(block, getN()), at.constant(k));
          Value stored =
              loadMetadata(at, storage.fields[1], row, perRow, i, /*bits=*/2);
          Value isHere = arith::CmpIOp::create(
              at.builder, at.loc, arith::CmpIPredicate::eq, stored, place);
          Value value =
              memref::LoadOp::create(at.builder, at.loc, storage.fields[2],
                                     at.add(base, at.constant(k)));
          result = arith::SelectOp::create(at.builder, at.loc, isHere, value,
                                           result);
        }
        return result;
      });
  return {values, Value()};
}

Value VNMAttr::buildRows(OpBuilder &builder, Location loc,
                         const SparseStorage &, const ScheduleAttr &,
                         Value unit) const {
  return IndexBuilder{builder, loc}.generateRows(
      getV(), [&](IndexBuilder at, Value row) {
        return at.add(at.mul(unit, getV()), row);
      });
}

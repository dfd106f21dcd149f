//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// #skyline.rows as a format of SparseGPU's nest, and the plugin's entry point.
//
//===----------------------------------------------------------------------===//

#include "SkylineFormat.h"

#include "SparseGPU/Dialect/SparseGPU/IR/FormatSupport.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "llvm/ADT/TypeSwitch.h"

#include "SkylineDialect.h.inc"
#define GET_ATTRDEF_CLASSES
#include "SkylineAttrs.h.inc"

#include "SkylineDialect.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "SkylineAttrs.cpp.inc"

using namespace mlir;
using namespace skyline;
using namespace sparsegpu;

void SkylineDialect::initialize() { addAttributes<RowsAttr>(); }

static FormatDescription describe(const RowsAttr &rows) {
  Type i32 = IntegerType::get(rows.getContext(), 32);
  return {rowsFormat(), {}, i32, i32};
}

LogicalResult
RowsAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                         function_ref<InFlightDiagnostic()> emitError) const {
  return verifyMatrixEncoding(emitError, getMnemonic(), shape, elementType);
}

SmallVector<StorageField> RowsAttr::getFields(RankedTensorType type) const {
  int64_t rows = type.getDimSize(0);
  int64_t positions = ShapedType::isDynamic(rows) ? rows : rows + 1;
  return getFieldTypes(describe(*this), type,
                       {positions, rows, ShapedType::kDynamic});
}

Expected<formats::PackedMatrix>
RowsAttr::pack(RankedTensorType type, const formats::CooMatrix &matrix) const {
  return packMatrix(describe(*this), type, matrix);
}

Expected<formats::CooMatrix>
RowsAttr::unpack(const formats::PackedMatrix &packed) const {
  return unpackMatrix(describe(*this), packed);
}

SmallVector<StringRef> RowsAttr::getUnits() const { return {"row"}; }

LogicalResult RowsAttr::supports(const ScheduleAttr &schedule,
                                 std::string &reason) const {
  return supportsWarpUnits(getMnemonic(), getUnits(), schedule, reason);
}

FormatCost RowsAttr::getCost(RankedTensorType type) const {
  return {8, getBytes(type.getElementType())};
}

bool RowsAttr::storesPadding() const { return true; }

int64_t RowsAttr::getUnitRows(const ScheduleAttr &) const { return 1; }

Value RowsAttr::buildUnitCount(OpBuilder &, Location,
                               const SparseStorage &storage,
                               const ScheduleAttr &) const {
  return storage.rows;
}

StepRange RowsAttr::buildSteps(OpBuilder &builder, Location loc,
                               const SparseStorage &storage,
                               const ScheduleAttr &, Value unit) const {
  IndexBuilder at{builder, loc};
  return {at.load(storage.fields[0], unit),
          at.load(storage.fields[0], at.add(unit, at.constant(1)))};
}

/// The columns of a row follow from its first: none of them is stored.
Value RowsAttr::buildCoordinates(OpBuilder &builder, Location loc,
                                 const SparseStorage &storage,
                                 const ScheduleAttr &, Value unit, Value begin,
                                 Value count) const {
  IndexBuilder at{builder, loc};
  Value first = at.load(storage.fields[1], unit);
  Value start = at.load(storage.fields[0], unit);
  Value column = at.add(first, at.sub(begin, start));
  return at.generate(
      count, [&](IndexBuilder in, Value p) { return in.add(column, p); });
}

DecodedTile RowsAttr::buildDecode(OpBuilder &builder, Location loc,
                                  const SparseStorage &storage,
                                  const ScheduleAttr &, Value, Value begin,
                                  Value count) const {
  auto type = RankedTensorType::get({1, ShapedType::kDynamic},
                                    storage.type.getElementType());
  return {DecodeOp::create(builder, loc, type, storage.fields[2], begin, count),
          Value()};
}

Value RowsAttr::buildRows(OpBuilder &builder, Location loc,
                          const SparseStorage &, const ScheduleAttr &,
                          Value unit) const {
  return tensor::FromElementsOp::create(builder, loc, unit);
}

extern "C" LLVM_ATTRIBUTE_WEAK DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {
      MLIR_PLUGIN_API_VERSION, "Skyline", LLVM_VERSION_STRING,
      [](DialectRegistry *registry) { registry->insert<SkylineDialect>(); }};
}

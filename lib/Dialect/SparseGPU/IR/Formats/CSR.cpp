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

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "SparseGPU/Formats/Csr.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sparsegpu;

LogicalResult CSRAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                              Type positions, Type coordinates) {
  for (auto [name, type] : {std::pair("positions", positions),
                            std::pair("coordinates", coordinates)})
    if (!isOverheadType(type))
      return emitError() << "'" << name
                         << "' of #sparse_gpu.csr must be i8, i16, i32, i64 or "
                            "index, got "
                         << type << " (CSR-3)";
  return success();
}

LogicalResult
CSRAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                        function_ref<InFlightDiagnostic()> emitError) const {
  if (shape.size() != 2)
    return emitError() << "#sparse_gpu.csr encodes tensors of rank 2, got rank "
                       << shape.size() << " (CSR-1)";
  if (!elementType.isF16() && !elementType.isBF16() && !elementType.isF32() &&
      !elementType.isF64() && !elementType.isSignlessInteger())
    return emitError() << "#sparse_gpu.csr encodes f16, bf16, f32, f64 or "
                          "integer elements, got "
                       << elementType << " (CSR-2)";
  return success();
}

SmallVector<StorageField> CSRAttr::getFields(RankedTensorType type) const {
  int64_t rows = type.getDimSize(0);
  int64_t positions = ShapedType::isDynamic(rows) ? rows : rows + 1;
  SmallVector<StorageField> fields;
  for (const formats::FieldSpec &spec : formats::csrFields()) {
    Type element = type.getElementType();
    if (spec.role == formats::FieldRole::Positions)
      element = getPositions();
    else if (spec.role == formats::FieldRole::Coordinates)
      element = getCoordinates();
    int64_t size = spec.role == formats::FieldRole::Positions
                       ? positions
                       : ShapedType::kDynamic;
    fields.push_back({spec.name, RankedTensorType::get({size}, element)});
  }
  return fields;
}

/// 0 for index, as in upstream's encoding.
static unsigned getWidth(Type type) {
  return type.isIndex() ? 0 : type.getIntOrFloatBitWidth();
}

Expected<formats::PackedMatrix>
CSRAttr::pack(RankedTensorType type, const formats::CooMatrix &matrix) const {
  formats::CsrOptions options;
  options.positionWidth = getWidth(getPositions());
  options.coordinateWidth = getWidth(getCoordinates());
  std::string element;
  llvm::raw_string_ostream(element) << type.getElementType();
  std::optional<formats::ElementType> valueType =
      formats::parseElementType(element);
  if (!valueType)
    return Error("values of type " + element + " cannot be packed as CSR");
  options.valueType = *valueType;
  return formats::packCsr(matrix, options);
}

Expected<formats::CooMatrix>
CSRAttr::unpack(const formats::PackedMatrix &packed) const {
  return formats::unpackCsr(packed);
}

SmallVector<StringRef> CSRAttr::getUnits() const { return {"row"}; }

LogicalResult CSRAttr::supports(const ScheduleAttr &schedule, bool transposed,
                                std::string &reason) const {
  if (transposed)
    reason = "compressed rows give no unit that owns rows of the transposed "
             "matrix";
  else if (schedule.getUnit() != "row")
    reason = ("#sparse_gpu.csr has no unit '" + schedule.getUnit() +
              "'; it offers: row")
                 .str();
  else if (schedule.getScope() != Scope::Warp)
    reason = "unit 'row' of #sparse_gpu.csr is computed at scope 'warp'";
  else if (schedule.getReduction() != Reduction::Tile)
    reason = "unit 'row' of #sparse_gpu.csr reduces by 'tile'";
  else
    return success();
  return failure();
}

FormatCost CSRAttr::getCost(RankedTensorType type) const {
  auto bytes = [](Type type) {
    return type.isIndex() ? 8.0 : type.getIntOrFloatBitWidth() / 8.0;
  };
  return {bytes(getPositions()),
          bytes(getCoordinates()) + bytes(type.getElementType())};
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

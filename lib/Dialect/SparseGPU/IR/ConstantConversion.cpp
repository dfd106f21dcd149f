//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Constants in another format: elements to packed storage and back.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Dialect/SparseGPU/IR/ConstantConversion.h"
#include "SparseGPU/Formats/Convert.h"
#include "SparseGPU/Formats/Csr.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

#include <map>

using namespace mlir;
using namespace sparsegpu;

Expected<StorageDescription> sparsegpu::describeStorage(RankedTensorType type) {
  StorageDescription description;
  std::string element;
  llvm::raw_string_ostream(element) << type.getElementType();
  std::optional<formats::ElementType> valueType =
      formats::parseElementType(element);
  if (!valueType || *valueType == formats::ElementType::Index)
    return Error("elements of type " + element + " cannot be converted");
  description.options.valueType = *valueType;
  SparseFormatInterface format = getSparseFormat(type);
  if (!format)
    return description;
  // What a matrix without rows is packed as says all that there is to know.
  Expected<formats::PackedMatrix> empty =
      format.pack(type, formats::CooMatrix());
  if (!empty)
    return empty.takeError();
  description.format = formats::findFormat(empty->format);
  if (!description.format)
    return Error("libsparsegpu_formats.so does not have the format '" +
                 std::string(empty->format) + "'");
  description.parameters = empty->parameters;
  for (const formats::Field &field : empty->fields) {
    unsigned width =
        field.type == formats::ElementType::Index
            ? 0
            : 8 * static_cast<unsigned>(formats::byteSize(field.type));
    if (field.spec.role == formats::FieldRole::Positions)
      description.options.positionWidth = width;
    if (field.spec.role == formats::FieldRole::Coordinates)
      description.options.coordinateWidth = width;
  }
  return description;
}

//===----------------------------------------------------------------------===//
// Reading constants
//===----------------------------------------------------------------------===//

/// The bytes of elements that are given one by one, row by row.
static std::vector<char> getBytes(DenseElementsAttr elements) {
  ArrayRef<char> raw = elements.getRawData();
  if (!elements.isSplat())
    return {raw.begin(), raw.end()};
  std::vector<char> bytes;
  bytes.reserve(raw.size() * elements.getNumElements());
  for (int64_t i = 0; i < elements.getNumElements(); ++i)
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  return bytes;
}

/// Compressed rows of the entries of sparse elements, zeros included. Of two
/// elements at one place the last counts, as it does for MLIR.
static Expected<formats::PackedMatrix>
readSparseElements(SparseElementsAttr elements, formats::ElementType type) {
  ShapedType shape = elements.getType();
  std::vector<char> values = getBytes(elements.getValues());
  size_t width = formats::byteSize(type);
  std::map<std::pair<int64_t, int64_t>, const char *> entries;
  auto indices = elements.getIndices().getValues<int64_t>();
  for (int64_t e = 0; e < elements.getValues().getNumElements(); ++e)
    entries[{indices[2 * e], indices[2 * e + 1]}] = values.data() + e * width;
  formats::CsrBuilder builder(shape.getDimSize(0), shape.getDimSize(1), type);
  int64_t row = 0;
  for (auto &[place, value] : entries) {
    for (; row < place.first; ++row)
      builder.endRow();
    builder.add(place.second, reinterpret_cast<const std::byte *>(value));
  }
  return builder.finish();
}

/// A constant size operand or a static size.
static std::optional<int64_t> readSize(RankedTensorType type, unsigned dim,
                                       ValueRange sizes) {
  if (!type.isDynamicDim(dim))
    return type.getDimSize(dim);
  APInt size;
  if (!matchPattern(sizes[type.getDynamicDimIndex(dim)], m_ConstantInt(&size)))
    return std::nullopt;
  return size.getSExtValue();
}

/// The storage of `op` as one of its format, if all of it is constant.
static std::optional<Expected<formats::PackedMatrix>>
readAssembled(AssembleOp op, const StorageDescription &from) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  std::optional<int64_t> rows = readSize(type, 0, op.getSizes());
  std::optional<int64_t> columns = readSize(type, 1, op.getSizes());
  if (!rows || !columns)
    return std::nullopt;
  std::vector<std::vector<char>> bytes;
  std::vector<const void *> data;
  std::vector<int64_t> counts;
  for (Value field : op.getFields()) {
    // Fields may have forgotten their sizes.
    while (auto cast = field.getDefiningOp<tensor::CastOp>())
      field = cast.getSource();
    DenseElementsAttr elements;
    if (!matchPattern(field, m_Constant(&elements)))
      return std::nullopt;
    bytes.push_back(getBytes(elements));
    counts.push_back(elements.getNumElements());
  }
  for (const std::vector<char> &field : bytes)
    data.push_back(field.data());
  return formats::adoptFields(*from.format, from.parameters, from.options,
                              *rows, *columns, data, counts);
}

/// The operand and its format, null while it is not constant.
static std::optional<Expected<formats::PackedMatrix>>
readConstant(Value source, const StorageDescription &from) {
  if (auto assemble = source.getDefiningOp<AssembleOp>())
    return readAssembled(assemble, from);
  Attribute attribute;
  if (from.format || !matchPattern(source, m_Constant(&attribute)))
    return std::nullopt;
  if (auto elements = dyn_cast<SparseElementsAttr>(attribute))
    return readSparseElements(elements, from.options.valueType);
  auto elements = dyn_cast<DenseElementsAttr>(attribute);
  if (!elements)
    return std::nullopt;
  std::vector<char> bytes = getBytes(elements);
  return formats::compressDense(
      elements.getType().getDimSize(0), elements.getType().getDimSize(1),
      from.options.valueType,
      reinterpret_cast<const std::byte *>(bytes.data()));
}

//===----------------------------------------------------------------------===//
// Writing constants
//===----------------------------------------------------------------------===//

static Value makeConstant(OpBuilder &builder, Location loc,
                          RankedTensorType type, const Bytes &bytes) {
  ArrayRef<char> raw(reinterpret_cast<const char *>(bytes.data()),
                     bytes.size());
  return arith::ConstantOp::create(
      builder, loc, DenseElementsAttr::getFromRawBuffer(type, raw));
}

static Value castTo(OpBuilder &builder, Location loc, RankedTensorType type,
                    Value value) {
  return value.getType() == type
             ? value
             : tensor::CastOp::create(builder, loc, type, value).getResult();
}

static Value assembleConstants(OpBuilder &builder, Location loc,
                               RankedTensorType type,
                               const formats::PackedMatrix &packed) {
  SmallVector<Value> fields, sizes;
  for (auto [spec, field] :
       llvm::zip(getSparseFormat(type).getFields(type), packed.fields)) {
    auto known =
        RankedTensorType::get({field.count}, spec.type.getElementType());
    fields.push_back(castTo(builder, loc, spec.type,
                            makeConstant(builder, loc, known, field.bytes)));
  }
  int64_t shape[] = {packed.rows, packed.cols};
  for (int64_t dim = 0; dim < 2; ++dim)
    if (type.isDynamicDim(dim))
      sizes.push_back(arith::ConstantIndexOp::create(builder, loc, shape[dim]));
  return AssembleOp::create(builder, loc, type, fields, sizes);
}

std::optional<Value> sparsegpu::convertConstant(OpBuilder &builder,
                                                ConvertOp op,
                                                std::string &error) {
  auto fail = [&](const std::string &message) {
    error = message;
    return Value();
  };
  Operation *definition = op.getSource().getDefiningOp();
  if (!definition || (!isa<AssembleOp>(definition) &&
                      !definition->hasTrait<OpTrait::ConstantLike>()))
    return std::nullopt;
  auto toType = cast<RankedTensorType>(op.getResult().getType());
  Expected<StorageDescription> from =
      describeStorage(cast<RankedTensorType>(op.getSource().getType()));
  if (!from)
    return fail(from.message());
  Expected<StorageDescription> to = describeStorage(toType);
  if (!to)
    return fail(to.message());
  std::optional<Expected<formats::PackedMatrix>> constant =
      readConstant(op.getSource(), *from);
  if (!constant)
    return std::nullopt;
  if (!*constant)
    return fail(constant->message());
  const formats::PackedMatrix &packed = **constant;
  const formats::Format &format =
      from->format ? *from->format : formats::csrFormat();
  Location loc = op.getLoc();
  if (!to->format) {
    Expected<formats::Field> dense = formats::expandToDense(packed, format);
    if (!dense)
      return fail(dense.message());
    auto known = RankedTensorType::get({packed.rows, packed.cols},
                                       toType.getElementType());
    return castTo(builder, loc, toType,
                  makeConstant(builder, loc, known, dense->bytes));
  }
  Expected<formats::PackedMatrix> result =
      op.getPrune() ? formats::convertPruned(packed, format, *to->format,
                                             to->parameters, to->options,
                                             op.getPrune()->convertToDouble())
                    : formats::convert(packed, format, *to->format,
                                       to->parameters, to->options);
  if (!result)
    return fail(result.message());
  return assembleConstants(builder, loc, toType, *result);
}

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Dialect/SparseGPU/IR/FormatSupport.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sparsegpu;

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

static std::string spell(const FormatDescription &description) {
  return "#sparse_gpu." + std::string(description.format.name());
}

LogicalResult
sparsegpu::verifyFormat(function_ref<InFlightDiagnostic()> emitError,
                        const FormatDescription &description) {
  for (auto [name, type] : {std::pair("positions", description.positions),
                            std::pair("coordinates", description.coordinates)})
    if (type && !isOverheadType(type))
      return emitError() << "'" << name << "' of " << spell(description)
                         << " must be i8, i16, i32, i64 or index, got " << type
                         << " (FMT-3)";
  Status status =
      formats::checkParameters(description.format, description.parameters);
  if (!status)
    return emitError() << status.message() << " (FMT-4)";
  return success();
}

LogicalResult
sparsegpu::verifyMatrixEncoding(function_ref<InFlightDiagnostic()> emitError,
                                StringRef mnemonic, ArrayRef<int64_t> shape,
                                Type elementType) {
  if (shape.size() != 2)
    return emitError() << "#sparse_gpu." << mnemonic
                       << " encodes tensors of rank 2, got rank "
                       << shape.size() << " (FMT-1)";
  if (!elementType.isF16() && !elementType.isBF16() && !elementType.isF32() &&
      !elementType.isF64() && !elementType.isSignlessInteger() &&
      !isa<Float8E4M3FNType, Float8E5M2Type>(elementType))
    return emitError() << "#sparse_gpu." << mnemonic
                       << " encodes f8E4M3FN, f8E5M2, f16, bf16, f32, f64 or "
                          "integer elements, got "
                       << elementType << " (FMT-2)";
  return success();
}

LogicalResult sparsegpu::supportsWarpUnits(StringRef mnemonic,
                                           ArrayRef<StringRef> units,
                                           const ScheduleAttr &schedule,
                                           std::string &reason) {
  std::string format = ("#sparse_gpu." + mnemonic).str();
  if (!llvm::is_contained(units, schedule.getUnit()))
    reason = format + " has no unit '" + schedule.getUnit().str() +
             "'; it offers: " + llvm::join(units, ", ");
  else if (schedule.getScope() != Scope::Warp)
    reason = "unit '" + schedule.getUnit().str() + "' of " + format +
             " is computed at scope 'warp'";
  else if (schedule.getReduction() != Reduction::Tile)
    reason = "unit '" + schedule.getUnit().str() + "' of " + format +
             " reduces by 'tile'";
  else
    return success();
  return failure();
}

LogicalResult sparsegpu::supportsGroupUnits(StringRef mnemonic,
                                            ArrayRef<StringRef> units,
                                            int64_t rows,
                                            const ScheduleAttr &schedule,
                                            std::string &reason) {
  if (schedule.getTile().empty() ||
      !llvm::is_contained(units, schedule.getUnit()))
    return supportsWarpUnits(mnemonic, units, schedule, reason);
  if (schedule.getTile().front() == rows)
    return success();
  reason = "'tile' must have the " + std::to_string(rows) +
           " rows of a unit of #sparse_gpu." + mnemonic.str();
  return failure();
}

//===----------------------------------------------------------------------===//
// Packing and fields
//===----------------------------------------------------------------------===//

/// 0 for index, as in upstream's encoding.
static unsigned getWidth(Type type) {
  return !type || type.isIndex() ? 0 : type.getIntOrFloatBitWidth();
}

Expected<formats::PackedMatrix>
sparsegpu::packMatrix(const FormatDescription &description,
                      RankedTensorType type, const formats::CooMatrix &matrix) {
  formats::PackOptions options;
  options.positionWidth = getWidth(description.positions);
  options.coordinateWidth = getWidth(description.coordinates);
  std::string element;
  llvm::raw_string_ostream(element) << type.getElementType();
  std::optional<formats::ElementType> valueType =
      formats::parseElementType(element);
  if (!valueType)
    return Error("values of type " + element + " cannot be packed as " +
                 std::string(description.format.name()));
  options.valueType = *valueType;
  return formats::pack(matrix, description.format, description.parameters,
                       options);
}

Expected<formats::CooMatrix>
sparsegpu::unpackMatrix(const FormatDescription &description,
                        const formats::PackedMatrix &packed) {
  return formats::unpack(packed, description.format);
}

SmallVector<StorageField>
sparsegpu::getFieldTypes(const FormatDescription &description,
                         RankedTensorType type, ArrayRef<int64_t> sizes) {
  SmallVector<StorageField> fields;
  for (auto [spec, size] :
       llvm::zip(description.format.fieldsFor(description.parameters), sizes)) {
    Type element = type.getElementType();
    if (spec.role == formats::FieldRole::Positions)
      element = description.positions;
    else if (spec.role == formats::FieldRole::Coordinates)
      element = description.coordinates;
    else if (spec.role == formats::FieldRole::Bits)
      element = IntegerType::get(
          type.getContext(),
          static_cast<unsigned>(8 * formats::byteSize(spec.bitsType)));
    fields.push_back({spec.name, RankedTensorType::get({size}, element)});
  }
  return fields;
}

int64_t sparsegpu::divideCeilOrDynamic(int64_t size, int64_t divisor) {
  return ShapedType::isDynamic(size) ? size : llvm::divideCeil(size, divisor);
}

//===----------------------------------------------------------------------===//
// Builders
//===----------------------------------------------------------------------===//

Value IndexBuilder::constant(int64_t value) const {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value IndexBuilder::add(Value a, Value b) const {
  return arith::AddIOp::create(builder, loc, a, b);
}

Value IndexBuilder::sub(Value a, Value b) const {
  return arith::SubIOp::create(builder, loc, a, b);
}

Value IndexBuilder::mul(Value a, int64_t b) const {
  return b == 1 ? a : arith::MulIOp::create(builder, loc, a, constant(b));
}

Value IndexBuilder::div(Value a, int64_t b) const {
  return b == 1 ? a : arith::DivUIOp::create(builder, loc, a, constant(b));
}

Value IndexBuilder::rem(Value a, int64_t b) const {
  if (b == 1)
    return constant(0);
  return arith::RemUIOp::create(builder, loc, a, constant(b));
}

Value IndexBuilder::ceilDiv(Value a, int64_t b) const {
  return b == 1 ? a : arith::CeilDivUIOp::create(builder, loc, a, constant(b));
}

Value IndexBuilder::min(Value a, Value b) const {
  return arith::MinUIOp::create(builder, loc, a, b);
}

Value IndexBuilder::load(Value field, Value at) const {
  return castToIndex(builder, loc,
                     memref::LoadOp::create(builder, loc, field, at));
}

Value IndexBuilder::less(Value a, Value b) const {
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, a, b);
}

Value IndexBuilder::equal(Value a, Value b) const {
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, a, b);
}

Value IndexBuilder::loadIf(Value condition, Type type,
                           function_ref<Value(IndexBuilder)> then) const {
  auto branch = scf::IfOp::create(
      builder, loc, condition,
      [&](OpBuilder &body, Location loc) {
        scf::YieldOp::create(body, loc, then(IndexBuilder{body, loc}));
      },
      [&](OpBuilder &body, Location loc) {
        Value zero = arith::ConstantOp::create(
            body, loc, cast<TypedAttr>(body.getZeroAttr(type)));
        scf::YieldOp::create(body, loc, zero);
      });
  return branch.getResult(0);
}

Value IndexBuilder::lowerBound(
    Value begin, Value end, Value value,
    function_ref<Value(IndexBuilder, Value)> element) const {
  auto loop = scf::WhileOp::create(
      builder, loc, TypeRange{begin.getType(), end.getType()},
      ValueRange{begin, end},
      [&](OpBuilder &body, Location loc, ValueRange range) {
        Value more = arith::CmpIOp::create(body, loc, arith::CmpIPredicate::ult,
                                           range[0], range[1]);
        scf::ConditionOp::create(body, loc, more, range);
      },
      [&](OpBuilder &body, Location loc, ValueRange range) {
        IndexBuilder in{body, loc};
        Value middle = in.add(range[0], in.div(in.sub(range[1], range[0]), 2));
        Value below = arith::CmpIOp::create(
            body, loc, arith::CmpIPredicate::ult, element(in, middle), value);
        Value next = in.add(middle, in.constant(1));
        Value first = arith::SelectOp::create(body, loc, below, next, range[0]);
        Value last =
            arith::SelectOp::create(body, loc, below, range[1], middle);
        scf::YieldOp::create(body, loc, ValueRange{first, last});
      });
  return loop.getResult(0);
}

Value IndexBuilder::holds(Value field, Value at, Value end, Value key) const {
  return loadIf(less(at, end), builder.getI1Type(), [&](IndexBuilder in) {
    return in.equal(in.load(field, at), key);
  });
}

Value IndexBuilder::testBit(Value words, Value word, Value bit) const {
  Value bits = memref::LoadOp::create(builder, loc, words, word);
  Value shift = arith::IndexCastUIOp::create(builder, loc, bits.getType(), bit);
  bits = arith::ShRUIOp::create(builder, loc, bits, shift);
  return arith::TruncIOp::create(builder, loc, builder.getI1Type(), bits);
}

/// The number of set bits as an index.
static Value countBits(const IndexBuilder &at, Value bits) {
  Value count = math::CtPopOp::create(at.builder, at.loc, bits);
  return castToIndex(at.builder, at.loc, count);
}

Value IndexBuilder::countBitsBelow(Value words, Value first, Value word,
                                   Value bit) const {
  Value bits = memref::LoadOp::create(builder, loc, words, word);
  Type type = bits.getType();
  Value shift = arith::IndexCastUIOp::create(builder, loc, type, bit);
  Value one =
      arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(type, 1));
  Value mask = arith::ShLIOp::create(builder, loc, one, shift);
  mask = arith::SubIOp::create(builder, loc, mask, one);
  Value below =
      countBits(*this, arith::AndIOp::create(builder, loc, bits, mask));
  auto loop = scf::ForOp::create(
      builder, loc, first, word, constant(1), below,
      [&](OpBuilder &body, Location loc, Value i, ValueRange sum) {
        IndexBuilder at{body, loc};
        Value whole = memref::LoadOp::create(body, loc, words, i);
        Value next = at.add(sum[0], countBits(at, whole));
        scf::YieldOp::create(body, loc, next);
      });
  return loop.getResult(0);
}

double sparsegpu::getBytes(Type type) {
  return type.isIndex() ? 8.0 : type.getIntOrFloatBitWidth() / 8.0;
}

static Value
generateTile(const IndexBuilder &at, RankedTensorType type, ValueRange extents,
             function_ref<Value(IndexBuilder, ValueRange)> element) {
  return tensor::GenerateOp::create(
      at.builder, at.loc, type, extents,
      [&](OpBuilder &body, Location loc, ValueRange subscripts) {
        Value value = element(IndexBuilder{body, loc}, subscripts);
        tensor::YieldOp::create(body, loc, value);
      });
}

Value IndexBuilder::generate(
    Value count, function_ref<Value(IndexBuilder, Value)> element) const {
  auto type =
      RankedTensorType::get({ShapedType::kDynamic}, builder.getIndexType());
  return generateTile(*this, type, count, [&](IndexBuilder at, ValueRange p) {
    return element(at, p[0]);
  });
}

Value IndexBuilder::generateRows(
    int64_t rows, function_ref<Value(IndexBuilder, Value)> element) const {
  auto type = RankedTensorType::get({rows}, builder.getIndexType());
  return generateTile(*this, type, {}, [&](IndexBuilder at, ValueRange r) {
    return element(at, r[0]);
  });
}

Value IndexBuilder::generate(
    int64_t rows, Value count, Type type,
    function_ref<Value(IndexBuilder, Value, Value)> element) const {
  auto tile = RankedTensorType::get({rows, ShapedType::kDynamic}, type);
  return generateTile(*this, tile, count, [&](IndexBuilder at, ValueRange s) {
    return element(at, s[0], s[1]);
  });
}

//===----------------------------------------------------------------------===//
// Dense blocks
//===----------------------------------------------------------------------===//

Value sparsegpu::buildBlockCoordinates(OpBuilder &builder, Location loc,
                                       Value coordinates, int64_t width,
                                       Value begin, Value count) {
  return IndexBuilder{builder, loc}.generate(
      count, [&](IndexBuilder at, Value p) {
        Value position = at.add(begin, p);
        Value block = at.load(coordinates, at.div(position, width));
        return at.add(at.mul(block, width), at.rem(position, width));
      });
}

DecodedTile sparsegpu::buildBlockDecode(OpBuilder &builder, Location loc,
                                        Value field, int64_t rows,
                                        int64_t width, Value begin,
                                        Value count) {
  Type element = cast<MemRefType>(field.getType()).getElementType();
  Value values = IndexBuilder{builder, loc}.generate(
      rows, count, element, [&](IndexBuilder at, Value row, Value p) -> Value {
        Value position = at.add(begin, p);
        Value line = at.add(at.mul(at.div(position, width), rows), row);
        Value place = at.add(at.mul(line, width), at.rem(position, width));
        return memref::LoadOp::create(at.builder, at.loc, field, place);
      });
  return {values, Value()};
}

DecodedTile sparsegpu::buildBlockLoad(OpBuilder &builder, Location loc,
                                      Value field, int64_t rows, int64_t width,
                                      Value begin, Value count, int64_t size) {
  IndexBuilder at{builder, loc};
  auto offsets = [&](int64_t extent,
                     function_ref<Value(IndexBuilder, Value)> offset) -> Value {
    auto type = RankedTensorType::get({extent}, builder.getIndexType());
    return tensor::GenerateOp::create(
        builder, loc, type, ValueRange(),
        [&](OpBuilder &body, Location loc, ValueRange ids) {
          tensor::YieldOp::create(body, loc,
                                  offset(IndexBuilder{body, loc}, ids[0]));
        });
  };
  Value lines = offsets(
      rows, [&](IndexBuilder in, Value row) { return in.mul(row, width); });
  Value places = offsets(size, [&](IndexBuilder in, Value p) {
    Value position = in.add(begin, p);
    return in.add(in.mul(in.div(position, width), rows * width),
                  in.rem(position, width));
  });
  auto type = RankedTensorType::get(
      {rows, size}, cast<MemRefType>(field.getType()).getElementType());
  return {LoadOp::create(builder, loc, type, field, lines, at.constant(rows),
                         places, count, /*contiguous=*/1, /*run=*/width,
                         /*partial=*/false),
          Value()};
}

Value sparsegpu::buildEndOfBlocks(OpBuilder &builder, Location loc,
                                  const SparseStorage &storage,
                                  Value coordinates, int64_t width, Value begin,
                                  Value end) {
  IndexBuilder at{builder, loc};
  Value whole = at.mul(end, width);
  int64_t columns = storage.type.getDimSize(1);
  if (width == 1 || (!ShapedType::isDynamic(columns) && columns % width == 0))
    return whole;
  Value isEmpty =
      arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, begin, end);
  auto branch = scf::IfOp::create(
      builder, loc, isEmpty,
      [&](OpBuilder &body, Location loc) {
        scf::YieldOp::create(body, loc, whole);
      },
      [&](OpBuilder &body, Location loc) {
        IndexBuilder in{body, loc};
        Value last = in.load(coordinates, in.sub(end, in.constant(1)));
        Value left = in.sub(storage.columns, in.mul(last, width));
        Value cut =
            in.sub(in.constant(width), in.min(left, in.constant(width)));
        scf::YieldOp::create(body, loc, in.sub(whole, cut));
      });
  return branch.getResult(0);
}

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Conversion/UpstreamEncoding.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sparsegpu;

using sparse_tensor::SparseTensorType;

/// How the levels of an encoding are stored, as one of our formats. Null, with
/// the rule in `reason`, if they are not.
static Attribute readLevels(const SparseTensorType &sparse, Type positions,
                            Type coordinates,
                            SmallVectorImpl<UpstreamField> &fields,
                            std::string &reason) {
  using Kind = UpstreamField::Kind;
  MLIRContext *context = sparse.getRankedTensorType().getContext();
  auto fail = [&](const char *rule) {
    reason = rule;
    return Attribute();
  };
  for (sparse_tensor::Level level = 0; level < sparse.getLvlRank(); ++level)
    if (!sparse.isOrderedLvl(level))
      return fail("the levels must be ordered");
  AffineMap map = sparse.getDimToLvl();
  if (sparse.getLvlRank() == 3 && sparse.isNOutOfMLvl(2)) {
    auto type = sparse.getLvlType(2);
    auto n = static_cast<int64_t>(type.getN()),
         m = static_cast<int64_t>(type.getM());
    AffineExpr i = getAffineDimExpr(0, context),
               j = getAffineDimExpr(1, context);
    if (map != AffineMap::get(2, 0, {i, j.floorDiv(m), j % m}, context) ||
        !sparse.isDenseLvl(0) || !sparse.isDenseLvl(1))
      return fail("the levels of n out of m must be (dense, dense, "
                  "structured[n, m]), in the order of the dimensions");
    if (m < 2 || m > 16 || n >= m)
      return fail("n out of m is taken for m from 2 to 16 and n below m");
    fields.assign({{Kind::Metadata, 2}, {Kind::Values, 0}});
    return NMAttr::get(context, n, m);
  }
  if (sparse_tensor::isBlockSparsity(map)) {
    SmallVector<unsigned> size = sparse_tensor::getBlockSize(map);
    AffineExpr i = getAffineDimExpr(0, context),
               j = getAffineDimExpr(1, context);
    if (sparse.getLvlRank() != 4 ||
        map != AffineMap::get(2, 0,
                              {i.floorDiv(size[0]), j.floorDiv(size[1]),
                               i % size[0], j % size[1]},
                              context) ||
        !sparse.isDenseLvl(0) || !sparse.isCompressedLvl(1) ||
        !sparse.isDenseLvl(2) || !sparse.isDenseLvl(3))
      return fail("the levels of blocks must be (dense, compressed, dense, "
                  "dense), in the order of the dimensions");
    fields.assign(
        {{Kind::Positions, 1}, {Kind::Coordinates, 1}, {Kind::Values, 0}});
    for (unsigned extent : size)
      if (extent > 128)
        return fail("blocks must have at most 128 rows and columns");
    return BSRAttr::get(context, size[0], size[1], positions, coordinates);
  }
  if (sparse.getLvlRank() != 2)
    return fail("only matrices stored in two levels, or in blocks, are taken");
  if (!sparse.isPermutation())
    return fail("the levels must be the dimensions, or exchanged");
  if (sparse.isDenseLvl(0) && sparse.isDenseLvl(1)) {
    // Every place is an entry. Of the widths nothing is stored, so they say
    // nothing.
    fields.assign({{Kind::DensePositions, 0},
                   {Kind::DenseCoordinates, 1},
                   {Kind::Values, 0}});
    auto index = IndexType::get(context);
    return CSRAttr::get(context, index, index);
  }
  if (sparse.isDenseLvl(0) && sparse.isCompressedLvl(1)) {
    fields.assign(
        {{Kind::Positions, 1}, {Kind::Coordinates, 1}, {Kind::Values, 0}});
    return CSRAttr::get(context, positions, coordinates);
  }
  if (sparse.isCompressedLvl(0) && sparse.isUniqueLvl(0) &&
      sparse.isCompressedLvl(1)) {
    fields.assign({{Kind::Coordinates, 0},
                   {Kind::Positions, 1},
                   {Kind::Coordinates, 1},
                   {Kind::Values, 0}});
    return DCSRAttr::get(context, positions, coordinates);
  }
  if (sparse.isCompressedLvl(0) && !sparse.isUniqueLvl(0) &&
      sparse.isSingletonLvl(1) && sparse.isUniqueLvl(1)) {
    fields.assign(
        {{Kind::Coordinates, 0}, {Kind::Coordinates, 1}, {Kind::Values, 0}});
    return COOAttr::get(context, coordinates);
  }
  return fail("the levels must be (dense, compressed), (dense, dense), "
              "(compressed, compressed), or (compressed(nonunique), "
              "singleton)");
}

FailureOr<UpstreamStorage>
sparsegpu::readUpstreamEncoding(RankedTensorType type, std::string &reason) {
  SparseTensorType sparse(type);
  auto fail = [&](const char *rule) {
    reason = rule;
    return failure();
  };
  if (sparse.getDimRank() != 2)
    return fail("only matrices are taken");
  if (sparse.getEncoding().isSlice())
    return fail("slices of sparse tensors are not taken");
  if (sparse.getExplicitVal() || sparse.getImplicitVal())
    return fail("explicitVal and implicitVal are not taken");
  MLIRContext *context = type.getContext();
  auto overhead = [&](unsigned width) -> Type {
    return width == 0 ? Type(IndexType::get(context))
                      : Type(IntegerType::get(context, width));
  };
  UpstreamStorage storage;
  Attribute format =
      readLevels(sparse, overhead(sparse.getPosWidth()),
                 overhead(sparse.getCrdWidth()), storage.fields, reason);
  if (!format)
    return failure();
  storage.transposed = sparse.isPermutation() && !sparse.isIdentity();
  // Compressed columns have a format of their own.
  if (auto rows = dyn_cast<CSRAttr>(format); rows && storage.transposed) {
    format = CSCAttr::get(context, rows.getPositions(), rows.getCoordinates());
    storage.transposed = false;
  }
  SmallVector<int64_t> shape(type.getShape());
  if (storage.transposed)
    std::swap(shape[0], shape[1]);
  Type element = type.getElementType();
  // Verified by hand: the type is built, not parsed.
  if (!element.isF16() && !element.isBF16() && !element.isF32() &&
      !element.isF64() && !element.isSignlessInteger(8))
    return fail("elements must be f16, bf16, f32, f64 or i8");
  storage.type = RankedTensorType::get(shape, element, format);
  return storage;
}

/// One field of `tensor`, side by side in memory.
static Value buildField(OpBuilder &builder, Location loc, Value tensor,
                        UpstreamField field) {
  using namespace sparse_tensor;
  auto level = static_cast<Level>(field.level);
  Value part;
  switch (field.kind) {
  case UpstreamField::Kind::Positions:
    part = ToPositionsOp::create(builder, loc, tensor, level);
    break;
  case UpstreamField::Kind::Coordinates:
    part = ToCoordinatesOp::create(builder, loc, tensor, level);
    break;
  case UpstreamField::Kind::Values:
    part = ToValuesOp::create(builder, loc, tensor);
    break;
  default:
    llvm_unreachable("the field is computed");
  }
  auto type = cast<MemRefType>(part.getType());
  // The coordinates of triplets may lie between each other: they are copied.
  if (!type.getLayout().isIdentity()) {
    auto copy = MemRefType::get(type.getShape(), type.getElementType());
    Value size = memref::DimOp::create(builder, loc, part, 0);
    Value buffer = memref::AllocOp::create(builder, loc, copy, size);
    memref::CopyOp::create(builder, loc, part, buffer);
    part = buffer;
  }
  return part;
}

Value sparsegpu::buildFromUpstream(OpBuilder &builder, Location loc,
                                   Value tensor,
                                   const UpstreamStorage &storage) {
  SmallVector<StorageField> specs =
      getSparseFormat(storage.type).getFields(storage.type);
  SmallVector<Value> fields, sizes;
  SmallVector<Value> parts;
  for (UpstreamField source : storage.fields)
    parts.push_back(
        source.kind < UpstreamField::Kind::Metadata
            ? buildField(builder, loc, tensor, source)
            : buildComputedField(builder, loc, tensor, source, storage));
  for (auto [part, spec] : llvm::zip(parts, specs)) {
    Value field = part;
    if (auto type = dyn_cast<MemRefType>(part.getType()))
      field = bufferization::ToTensorOp::create(
          builder, loc,
          RankedTensorType::get(type.getShape(), type.getElementType()), part,
          /*restrict=*/true, /*writable=*/false);
    if (field.getType() != spec.type)
      field = tensor::CastOp::create(builder, loc, spec.type, field);
    fields.push_back(field);
  }
  for (int64_t level = 0; level < 2; ++level)
    if (storage.type.isDynamicDim(level))
      sizes.push_back(tensor::DimOp::create(
          builder, loc, tensor, storage.transposed ? 1 - level : level));
  return AssembleOp::create(builder, loc, storage.type, fields, sizes);
}

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Conversion/UpstreamEncoding.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sparsegpu;

FailureOr<UpstreamStorage>
sparsegpu::readUpstreamEncoding(RankedTensorType type, std::string &reason) {
  sparse_tensor::SparseTensorType sparse(type);
  auto fail = [&](const char *rule) {
    reason = rule;
    return failure();
  };
  if (sparse.getDimRank() != 2 || sparse.getLvlRank() != 2)
    return fail("only matrices stored in two levels are taken");
  if (sparse.getEncoding().isSlice())
    return fail("slices of sparse tensors are not taken");
  if (!sparse.isPermutation())
    return fail("the levels must be the dimensions, or exchanged");
  if (!sparse.isDenseLvl(0) || !sparse.isCompressedLvl(1))
    return fail("the levels must be (dense, compressed)");
  if (sparse.getExplicitVal() || sparse.getImplicitVal())
    return fail("explicitVal and implicitVal are not taken");
  UpstreamStorage storage;
  storage.transposed = !sparse.isIdentity();
  MLIRContext *context = type.getContext();
  auto overhead = [&](unsigned width) -> Type {
    return width == 0 ? Type(IndexType::get(context))
                      : Type(IntegerType::get(context, width));
  };
  auto format = CSRAttr::get(context, overhead(sparse.getPosWidth()),
                             overhead(sparse.getCrdWidth()));
  SmallVector<int64_t> shape(type.getShape());
  if (storage.transposed)
    std::swap(shape[0], shape[1]);
  Type element = type.getElementType();
  // Verified by hand: the type is built, not parsed.
  if (!element.isF16() && !element.isBF16() && !element.isF32() &&
      !element.isF64())
    return fail("elements must be f16, bf16, f32 or f64");
  storage.type = RankedTensorType::get(shape, element, format);
  return storage;
}

Value sparsegpu::buildFromUpstream(OpBuilder &builder, Location loc,
                                   Value tensor,
                                   const UpstreamStorage &storage) {
  using namespace sparse_tensor;
  const Level level = 1;
  Value parts[] = {ToPositionsOp::create(builder, loc, tensor, level),
                   ToCoordinatesOp::create(builder, loc, tensor, level),
                   ToValuesOp::create(builder, loc, tensor)};
  SmallVector<StorageField> specs =
      getSparseFormat(storage.type).getFields(storage.type);
  SmallVector<Value> fields, sizes;
  for (auto [part, spec] : llvm::zip(parts, specs)) {
    auto type = cast<MemRefType>(part.getType());
    Value field = bufferization::ToTensorOp::create(
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

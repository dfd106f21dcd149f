//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sparsegpu;

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPUEnums.cpp.inc"

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPUDialect.cpp.inc"

#include "SparseGPU/Dialect/SparseGPU/IR/SparseFormatInterface.cpp.inc"

void SparseGPUDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPUOps.cpp.inc"
      >();
}

SparseFormatInterface sparsegpu::getSparseFormat(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? dyn_cast_or_null<SparseFormatInterface>(tensor.getEncoding())
                : SparseFormatInterface();
}

SmallVector<Type> sparsegpu::getStorageTypes(RankedTensorType type) {
  SmallVector<Type> types;
  for (const StorageField &field : getSparseFormat(type).getFields(type))
    types.push_back(field.type);
  types.append(type.getNumDynamicDims(), IndexType::get(type.getContext()));
  return types;
}

SparseStorage sparsegpu::getSparseStorage(OpBuilder &builder, Location loc,
                                          RankedTensorType type,
                                          ValueRange parts) {
  SparseStorage storage;
  storage.type = type;
  size_t numFields = parts.size() - type.getNumDynamicDims();
  storage.fields.assign(parts.begin(), parts.begin() + numFields);
  ValueRange sizes = parts.drop_front(numFields);
  auto size = [&](unsigned dim) -> Value {
    if (!type.isDynamicDim(dim))
      return arith::ConstantIndexOp::create(builder, loc, type.getDimSize(dim));
    return sizes[type.getDynamicDimIndex(dim)];
  };
  storage.rows = size(0);
  storage.columns = size(1);
  return storage;
}

Value SparseStorage::getField(StringRef name) const {
  for (auto [field, value] :
       llvm::zip(getSparseFormat(type).getFields(type), fields))
    if (field.name == name)
      return value;
  llvm_unreachable("the format has no such field");
}

bool sparsegpu::isOverheadType(Type type) {
  return type.isIndex() || type.isSignlessInteger(8) ||
         type.isSignlessInteger(16) || type.isSignlessInteger(32) ||
         type.isSignlessInteger(64);
}

Value sparsegpu::castToIndex(OpBuilder &builder, Location loc, Value value) {
  if (value.getType().isIndex())
    return value;
  return arith::IndexCastUIOp::create(builder, loc, builder.getIndexType(),
                                      value);
}

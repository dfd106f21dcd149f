//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// assemble and disassemble: where storage and sparse values meet.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace sparsegpu;

#define GET_OP_CLASSES
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPUOps.cpp.inc"

LogicalResult AssembleOp::verify() {
  auto type = cast<RankedTensorType>(getResult().getType());
  SparseFormatInterface format = getSparseFormat(type);
  if (!format)
    return emitOpError("needs a result with a sparse format, got ")
           << type << " (ASM-1)";
  SmallVector<StorageField> fields = format.getFields(type);
  if (fields.size() != getFields().size())
    return emitOpError("takes ")
           << fields.size() << " fields for " << type << ", got "
           << getFields().size() << " (ASM-2)";
  for (auto [field, value] : llvm::zip(fields, getFields()))
    if (failed(verifyCompatibleShape(field.type, value.getType())) ||
        getElementTypeOrSelf(value.getType()) != field.type.getElementType() ||
        cast<RankedTensorType>(value.getType()).getEncoding())
      return emitOpError("field '")
             << field.name << "' of " << type << " is " << field.type
             << ", got " << value.getType() << " (ASM-2)";
  if (getSizes().size() != static_cast<size_t>(type.getNumDynamicDims()))
    return emitOpError("takes one size per dynamic dimension of ")
           << type << ", got " << getSizes().size() << " (ASM-3)";
  return success();
}

LogicalResult DisassembleOp::verify() {
  auto type = cast<RankedTensorType>(getSource().getType());
  if (!getSparseFormat(type))
    return emitOpError("needs an operand with a sparse format, got ")
           << type << " (DIS-1)";
  SmallVector<Type> expected = getStorageTypes(type);
  if (!llvm::equal(expected, getParts().getTypes()))
    return emitOpError("gives the storage of ")
           << type << " as " << expected << " (DIS-2)";
  return success();
}

LogicalResult DisassembleOp::fold(FoldAdaptor,
                                  SmallVectorImpl<OpFoldResult> &results) {
  auto assemble = getSource().getDefiningOp<AssembleOp>();
  if (!assemble ||
      !llvm::equal(assemble->getOperandTypes(), getParts().getTypes()))
    return failure();
  results.append(assemble->operand_begin(), assemble->operand_end());
  return success();
}

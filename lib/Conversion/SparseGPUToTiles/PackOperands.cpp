//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//
// Packed copies of operands in host memory.
//
//===----------------------------------------------------------------------===//

#include "PackOperands.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace sparsegpu;

LogicalResult sparsegpu::checkOperandsOption(Operation *op,
                                             StringRef operands) {
  if (operands == "host" || operands == "device")
    return success();
  return op->emitError("option 'operands' must be host or device, got '")
         << operands << "'";
}

void sparsegpu::packOperands(Operation *op, Value init, bool isRead,
                             OpBuilder &b) {
  OpBuilder::InsertionGuard guard(b);
  Location loc = op->getLoc();
  llvm::MapVector<Value, Value> packed;
  isRead |= llvm::count(op->getOperands(), init) > 1;
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    if (!type || type.getLayout().isIdentity())
      continue;
    Value &copy = packed[operand.get()];
    if (!copy) {
      b.setInsertionPoint(op);
      SmallVector<Value> sizes;
      for (int64_t dim = 0; dim < type.getRank(); ++dim)
        if (type.isDynamicDim(dim))
          sizes.push_back(memref::DimOp::create(b, loc, operand.get(), dim));
      copy = memref::AllocOp::create(
          b, loc,
          MemRefType::get(type.getShape(), type.getElementType(),
                          MemRefLayoutAttrInterface(), type.getMemorySpace()),
          sizes);
      // What is not read is written whole.
      if (operand.get() != init || isRead)
        memref::CopyOp::create(b, loc, operand.get(), copy);
    }
    operand.set(copy);
  }
  b.setInsertionPointAfter(op);
  if (Value copy = packed.lookup(init))
    memref::CopyOp::create(b, loc, copy, init);
  for (auto &[strided, copy] : packed)
    memref::DeallocOp::create(b, loc, copy);
}

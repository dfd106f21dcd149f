//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Buffers with slots: memref<MxN> becomes memref<SxMxN>. Unlike upstream's
// memref::multiBuffer the slot is not computed from the induction variable (a
// division per access where the step is dynamic), and one iteration may access
// several slots.
//
//===----------------------------------------------------------------------===//

#include "PipelineLoadsImpl.h"

#include "SharedAccess.h"

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::pipeline;

SlottedBuffers pipeline::addSlots(RewriterBase &rewriter,
                                  ArrayRef<std::pair<Value, int64_t>> counts) {
  OpBuilder::InsertionGuard guard(rewriter);
  SlottedBuffers result;
  for (auto [buffer, count] : counts) {
    auto type = cast<MemRefType>(buffer.getType());
    SmallVector<int64_t> shape = {count};
    llvm::append_range(shape, type.getShape());
    auto slottedType =
        MemRefType::get(shape, type.getElementType(),
                        MemRefLayoutAttrInterface(), type.getMemorySpace());
    Value slotted = buffer;
    if (auto alloc = buffer.getDefiningOp<memref::AllocOp>()) {
      rewriter.setInsertionPoint(alloc);
      slotted = memref::AllocOp::create(rewriter, alloc.getLoc(), slottedType,
                                        ValueRange(), alloc.getAlignmentAttr());
      slotted.getDefiningOp()->setDiscardableAttrs(
          alloc->getDiscardableAttrDictionary());
      for (Operation *user : llvm::make_early_inc_range(buffer.getUsers()))
        if (isa<memref::DeallocOp>(user))
          rewriter.modifyOpInPlace(user, [&] { user->setOperand(0, slotted); });
    } else {
      slotted.setType(slottedType);
    }
    result.slots[buffer] = {slotted, shape.front()};
  }
  return result;
}

/// `slot` and then `indices`.
static SmallVector<Value> prefix(Value slot, ValueRange indices) {
  SmallVector<Value> result = {slot};
  llvm::append_range(result, indices);
  return result;
}

/// One slot of a buffer as a memref of the type that the buffer had, but for
/// its layout.
static Value createView(OpBuilder &b, Location loc, Value slotted, Value slot) {
  auto type = cast<MemRefType>(slotted.getType());
  int64_t rank = type.getRank();
  SmallVector<OpFoldResult> offsets(rank, b.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(rank, b.getIndexAttr(1));
  SmallVector<OpFoldResult> sizes;
  for (int64_t size : type.getShape())
    sizes.push_back(b.getIndexAttr(size));
  offsets[0] = slot;
  sizes[0] = b.getIndexAttr(1);
  auto viewType = memref::SubViewOp::inferRankReducedResultType(
      type.getShape().drop_front(), type, offsets, sizes, strides);
  return memref::SubViewOp::create(b, loc, viewType, slotted, offsets, sizes,
                                   strides);
}

void pipeline::accessSlots(RewriterBase &rewriter, Operation *root,
                           const SlottedBuffers &buffers,
                           llvm::function_ref<Value(Value)> slotOf) {
  auto access = [&](Operation *op, OpOperand &operand) {
    auto it = buffers.slots.find(operand.get());
    if (it == buffers.slots.end())
      return;
    Value slotted = it->second.slotted;
    Value slot = slotOf(operand.get());
    operand.set(slotted);
    std::optional<SharedAccess> plain =
        getSharedAccess(operand, cast<MemRefType>(slotted.getType()));
    if (plain && setSharedIndices(op, prefix(slot, plain->getIndices())))
      return;
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(op);
    operand.set(createView(rewriter, op->getLoc(), slotted, slot));
  };
  root->walk([&](Operation *op) {
    // Indices are inserted behind the memref, so the number of operands grows.
    for (unsigned i = 0; i < op->getNumOperands(); ++i) {
      OpOperand &operand = op->getOpOperand(i);
      if (isa<MemRefType>(operand.get().getType()))
        access(op, operand);
    }
  });
}

void pipeline::eraseOldBuffers(RewriterBase &rewriter,
                               const SlottedBuffers &buffers) {
  for (const auto &entry : buffers.slots)
    if (auto alloc = entry.first.getDefiningOp<memref::AllocOp>())
      rewriter.eraseOp(alloc);
}

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Slots, existence and clones of one iteration.
//
//===----------------------------------------------------------------------===//

#include "PipelineLoadsEmitter.h"

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::pipeline;

//===----------------------------------------------------------------------===//
// Slots and existence
//===----------------------------------------------------------------------===//

Value Emitter::constant(int64_t value, Type type) {
  return arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, value));
}

Value Emitter::getSlot(Value buffer, const Tile &tile) {
  int64_t count = buffers.slots.find(buffer)->second.count;
  return getSlot(count, tile.ahead % count);
}

Value Emitter::getSlot(int64_t count, int64_t ahead) {
  auto counter = counters.find(count);
  if (counter == counters.end())
    return constant(ahead, b.getIndexType());
  Value &slot = slotCache[{count, ahead}];
  if (slot)
    return slot;
  if (!ahead)
    return slot = counter->second;
  Value limit = constant(count - ahead, b.getIndexType());
  Value wraps = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::uge,
                                      counter->second, limit);
  Value forward = arith::AddIOp::create(b, loc, counter->second,
                                        constant(ahead, b.getIndexType()));
  Value back = arith::SubIOp::create(b, loc, counter->second, limit);
  return slot = arith::SelectOp::create(b, loc, wraps, back, forward);
}

/// Whether the iteration `ahead` after that of the body exists. The distance
/// to the end is not negative there, so it is compared without a sign, and
/// nothing overflows.
Value Emitter::existsInBody(int64_t ahead) {
  Type type = loop.getInductionVar().getType();
  Value left = b.createOrFold<arith::SubIOp>(loc, loop.getUpperBound(),
                                             loop.getInductionVar());
  Value offset =
      b.createOrFold<arith::MulIOp>(loc, loop.getStep(), constant(ahead, type));
  return b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::ugt, left,
                                       offset);
}

Value Emitter::existsInPrologue(int64_t number) {
  Type type = old.getInductionVar().getType();
  auto greater = old.getUnsignedCmp() ? arith::CmpIPredicate::ugt
                                      : arith::CmpIPredicate::sgt;
  Value some = b.createOrFold<arith::CmpIOp>(loc, greater, old.getUpperBound(),
                                             old.getLowerBound());
  Value left = b.createOrFold<arith::SubIOp>(loc, old.getUpperBound(),
                                             old.getLowerBound());
  Value offset =
      b.createOrFold<arith::MulIOp>(loc, old.getStep(), constant(number, type));
  Value enough = b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::ugt,
                                               left, offset);
  Value exists = b.createOrFold<arith::AndIOp>(loc, some, enough);
  return matchPattern(exists, m_One()) ? Value() : exists;
}

Tile Emitter::makeTileAhead(int64_t ahead) {
  Tile tile;
  tile.ahead = ahead;
  tile.exists = existsInBody(ahead);
  Type type = loop.getInductionVar().getType();
  Value offset =
      b.createOrFold<arith::MulIOp>(loc, loop.getStep(), constant(ahead, type));
  tile.map.map(old.getInductionVar(), b.createOrFold<arith::AddIOp>(
                                          loc, loop.getInductionVar(), offset));
  return tile;
}

Tile Emitter::makeFirstTile(int64_t number) {
  Tile tile;
  tile.ahead = number;
  tile.exists = existsInPrologue(number);
  Type type = old.getInductionVar().getType();
  Value offset =
      b.createOrFold<arith::MulIOp>(loc, old.getStep(), constant(number, type));
  tile.map.map(old.getInductionVar(),
               b.createOrFold<arith::AddIOp>(loc, old.getLowerBound(), offset));
  return tile;
}

//===----------------------------------------------------------------------===//
// Cloning
//===----------------------------------------------------------------------===//

void Emitter::emitNeeded(Operation *op, Tile &tile, bool isAddress) {
  for (Value value : getUsedValues(op)) {
    Operation *def = value.getDefiningOp();
    if (def && def->getBlock() == old.getBody() && !tile.map.contains(value))
      emit(def, tile, isAddress);
  }
}

/// Executes `op` only if `exists`; its results are zeros otherwise.
static scf::IfOp guard(OpBuilder &b, Operation *op, Value exists) {
  OpBuilder::InsertionGuard insertion(b);
  b.setInsertionPoint(op);
  auto branch = scf::IfOp::create(b, op->getLoc(), op->getResultTypes(), exists,
                                  /*withElseRegion=*/true);
  op->replaceAllUsesWith(branch);
  op->moveBefore(branch.thenBlock(), branch.thenBlock()->end());
  b.setInsertionPointAfter(op);
  scf::YieldOp::create(b, op->getLoc(), op->getResults());
  b.setInsertionPointToEnd(branch.elseBlock());
  SmallVector<Value> zeros;
  for (Type type : op->getResultTypes())
    zeros.push_back(
        arith::ConstantOp::create(b, op->getLoc(), b.getZeroAttr(type)));
  scf::YieldOp::create(b, op->getLoc(), zeros);
  return branch;
}

/// Whether `op`, which an address of a copy depends on, can be executed for a
/// tile that does not exist: it cannot fault, or it reads what a copy of that
/// tile filled with zeros, where it always reads.
bool Emitter::isSafePastTheEnd(Operation *op) const {
  if (isPure(op) || op->hasTrait<OpTrait::IsTerminator>())
    return true;
  return isPlainRead(op) && llvm::all_of(op->getOperands(), [&](Value operand) {
           return isa<MemRefType>(operand.getType())
                      ? c.buffers.contains(operand)
                      : !isVariant(operand, old);
         });
}

void Emitter::emit(Operation *op, Tile &tile, bool isAddress) {
  emitNeeded(op, tile, isAddress);
  DenseMap<Value, Value> slots;
  op->walk([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      if (buffers.slots.contains(operand) && !slots.contains(operand))
        slots[operand] = getSlot(operand, tile);
  });
  // Which clones must not be executed past the end.
  SmallVector<nvgpu::DeviceAsyncCopyOp> copies;
  SmallVector<unsigned> faulting;
  bool mayMiss = isAddress && tile.exists;
  unsigned number = 0;
  bool isWhole = !c.isLoad(op) && !isSafePastTheEnd(op);
  op->walk([&](Operation *inner) {
    if (mayMiss && inner->getNumRegions() == 0 && !isWhole &&
        !isa<nvgpu::DeviceAsyncCopyOp>(inner) && !isSafePastTheEnd(inner))
      faulting.push_back(number);
    ++number;
  });

  Operation *clone = b.clone(*op, tile.map);
  SmallVector<Operation *> inside;
  clone->walk([&](Operation *inner) { inside.push_back(inner); });
  accessSlots(b, clone, buffers,
              [&](Value buffer) { return slots.lookup(buffer); });
  if (!mayMiss)
    return;
  if (isWhole) {
    tile.map.map(op->getResults(), guard(b, clone, tile.exists).getResults());
    return;
  }
  for (Operation *inner : inside) {
    auto copy = dyn_cast<nvgpu::DeviceAsyncCopyOp>(inner);
    if (!copy)
      continue;
    OpBuilder::InsertionGuard insertion(b);
    b.setInsertionPoint(copy);
    Value elements = copy.getSrcElements();
    if (!elements)
      elements =
          constant(copy.getDstElements().getSExtValue(), b.getIndexType());
    Value none = constant(0, b.getIndexType());
    copy.getSrcElementsMutable().assign(
        arith::SelectOp::create(b, loc, tile.exists, elements, none));
  }
  for (unsigned index : faulting)
    guard(b, inside[index], tile.exists);
}

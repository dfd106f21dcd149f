//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SharedLifetimes.h"

#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace sparsegpu;

namespace {
/// The operations that use a buffer, through views or not.
struct Uses {
  SmallVector<Operation *> ops;
  bool isUnderstood = true;

  explicit Uses(Value buffer) { add(buffer); }

  void add(Value memory) {
    for (Operation *user : memory.getUsers()) {
      if (isa<memref::DeallocOp>(user))
        continue;
      if (isa<ViewLikeOpInterface>(user) && user->getNumResults() == 1) {
        add(user->getResult(0));
        continue;
      }
      // What hands the memory on, by results, branches or calls.
      isUnderstood &=
          isa<MemoryEffectOpInterface>(user) && user->getNumRegions() == 0 &&
          llvm::none_of(user->getResultTypes(), llvm::IsaPred<BaseMemRefType>);
      ops.push_back(user);
    }
  }

  bool isIn(Operation &op) const {
    return llvm::any_of(ops,
                        [&](Operation *use) { return op.isAncestor(use); });
  }
};

/// Uses of one buffer in a block: the first and last operation that has some.
struct Extent {
  Operation *first = nullptr, *last = nullptr;

  Extent(Block &block, const Uses &uses) {
    for (Operation *use : uses.ops) {
      Operation *op = block.findAncestorOpInBlock(*use);
      if (!first || op->isBeforeInBlock(first))
        first = op;
      if (!last || last->isBeforeInBlock(op))
        last = op;
    }
  }
};
} // namespace

/// Whether each path from `begin` to a use of the buffer in this block passes a
/// barrier. `begin` is null for the end of the block.
static bool isBehindBarrier(Block::iterator begin, Block::iterator end,
                            const Uses &uses) {
  for (Operation &op : llvm::make_range(begin, end)) {
    if (isa<gpu::BarrierOp>(op))
      return true;
    if (!uses.isIn(op))
      continue;
    if (op.getNumRegions() == 0)
      return false;
    for (Region &region : op.getRegions()) {
      if (region.empty())
        continue;
      if (!region.hasOneBlock() ||
          !isBehindBarrier(region.front().begin(), region.front().end(), uses))
        return false;
    }
  }
  return true;
}

static bool hasBarrier(Block::iterator begin, Block::iterator end) {
  return llvm::any_of(llvm::make_range(begin, end),
                      llvm::IsaPred<gpu::BarrierOp>);
}

/// True for a wait that leaves no group in flight.
static bool isFullWait(Operation &op) {
  auto wait = dyn_cast<nvgpu::DeviceAsyncWaitOp>(op);
  return wait && wait.getNumGroups().value_or(0) == 0;
}

/// The operation of `block` behind which no asynchronous copy to the buffer is
/// in flight, at least `last`; null if there is none.
static Operation *findCompletion(Block &block, Operation *last,
                                 const Uses &uses) {
  for (Operation *use : uses.ops) {
    if (!isa<nvgpu::DeviceAsyncCopyOp>(use))
      continue;
    // The first wait behind the copy, in its block or in one around it.
    Operation *wait = nullptr;
    for (Operation *op = use; op && !wait; op = op->getParentOp()) {
      for (Operation &next : llvm::make_range(std::next(op->getIterator()),
                                              op->getBlock()->end()))
        if (isFullWait(next)) {
          wait = &next;
          break;
        }
      if (op->getBlock() == &block)
        break;
    }
    if (!wait)
      return nullptr;
    Operation *inBlock = block.findAncestorOpInBlock(*wait);
    if (last->isBeforeInBlock(inBlock))
      last = inBlock;
  }
  return last;
}

bool sparsegpu::canShareMemory(memref::AllocOp a, memref::AllocOp b,
                               gpu::LaunchOp launch) {
  Uses usesOfA(a), usesOfB(b);
  if (!usesOfA.isUnderstood || !usesOfB.isUnderstood)
    return false;
  if (usesOfA.ops.empty() || usesOfB.ops.empty())
    return true;
  SmallVector<Operation *> all(usesOfA.ops);
  llvm::append_range(all, usesOfB.ops);
  Block *common = all.front()->getBlock();
  auto hasAll = [&](Block *block) {
    return llvm::all_of(
        all, [&](Operation *op) { return block->findAncestorOpInBlock(*op); });
  };
  while (!hasAll(common)) {
    Operation *parent = common->getParentOp();
    if (parent == launch)
      return false;
    common = parent->getBlock();
  }
  Extent rangeOfA(*common, usesOfA), rangeOfB(*common, usesOfB);
  const Uses *early = &usesOfA, *late = &usesOfB;
  if (rangeOfB.last->isBeforeInBlock(rangeOfA.first)) {
    std::swap(early, late);
    std::swap(rangeOfA, rangeOfB);
  }
  Operation *done = findCompletion(*common, rangeOfA.last, *early);
  if (!done || !done->isBeforeInBlock(rangeOfB.first) ||
      !isBehindBarrier(std::next(done->getIterator()), common->end(), *late))
    return false;
  // A block of the launch itself, without branches, is entered once.
  if (common->getParentOp() == launch && launch.getBody().hasOneBlock())
    return true;
  done = findCompletion(*common, rangeOfB.last, *late);
  return done && (hasBarrier(std::next(done->getIterator()), common->end()) ||
                  isBehindBarrier(common->begin(), common->end(), *early));
}

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Register stages. An inner loop is unrolled, so that registers need no slots:
// values have names. A read of workgroup memory is moved before the arithmetic
// of an earlier step, in the same iteration (hoistReads) or, for the first
// steps, in the iteration before (makePrefetch; the schedule does it).
//
//===----------------------------------------------------------------------===//

#include "PipelineLoadsImpl.h"

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::pipeline;

/// Code grows with the extent; the longest in use is 8 steps (k16 of 128).
static constexpr uint64_t kMaxExtent = 64;

static bool isSharedRead(Operation *op) {
  return isPlainRead(op) &&
         llvm::all_of(getAccesses(op).reads, [](const auto &read) {
           return isWorkgroup(read.second);
         });
}

/// Reads of workgroup memory in `inner` may change places with whatever else
/// is there.
static bool canReorder(scf::ForOp inner) {
  bool hasReads = false;
  WalkResult result = inner->walk([&](Operation *op) {
    hasReads |= isSharedRead(op);
    bool orders = isBarrier(op) ||
                  isa<nvgpu::DeviceAsyncCopyOp, nvgpu::DeviceAsyncCreateGroupOp,
                      nvgpu::DeviceAsyncWaitOp>(op);
    return orders ? WalkResult::interrupt() : WalkResult::advance();
  });
  return hasReads && !result.wasInterrupted() &&
         llvm::none_of(getAccesses(inner).writes, [](const auto &write) {
           return !write.second || isWorkgroup(write.second);
         });
}

/// The extent, if it is static and small enough to unroll.
static std::optional<uint64_t> getUnrolledExtent(scf::ForOp inner) {
  std::optional<APInt> count = inner.getStaticTripCount();
  if (!count || count->ugt(kMaxExtent))
    return std::nullopt;
  return count->getZExtValue();
}

/// Puts the iterations of `inner` in its place, and unrolls loops in it that
/// can be. Returns the new operations in order, each with its iteration.
static SmallVector<std::pair<Operation *, unsigned>>
unroll(RewriterBase &rewriter, scf::ForOp inner, uint64_t extent) {
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(inner);
  Location loc = inner.getLoc();
  Type type = inner.getInductionVar().getType();
  SmallVector<Value> carried(inner.getInits());
  SmallVector<std::pair<Operation *, unsigned>> clones;
  for (uint64_t i = 0; i < extent; ++i) {
    Value number = arith::ConstantOp::create(rewriter, loc,
                                             rewriter.getIntegerAttr(type, i));
    Value offset =
        rewriter.createOrFold<arith::MulIOp>(loc, number, inner.getStep());
    Value iv = rewriter.createOrFold<arith::AddIOp>(loc, inner.getLowerBound(),
                                                    offset);
    IRMapping map;
    map.map(inner.getInductionVar(), iv);
    map.map(inner.getRegionIterArgs(), carried);
    for (Operation &op : inner.getBody()->without_terminator())
      clones.push_back({rewriter.clone(op, map), i});
    carried.clear();
    for (Value value : inner.getBody()->getTerminator()->getOperands())
      carried.push_back(map.lookupOrDefault(value));
  }
  rewriter.replaceOp(inner, carried);

  SmallVector<std::pair<Operation *, unsigned>> result;
  for (auto [op, i] : clones) {
    auto loop = dyn_cast<scf::ForOp>(op);
    std::optional<uint64_t> extentInside;
    if (loop && canReorder(loop))
      extentInside = getUnrolledExtent(loop);
    if (!extentInside) {
      result.push_back({op, i});
      continue;
    }
    for (auto [nested, step] : unroll(rewriter, loop, *extentInside))
      result.push_back({nested, i});
  }
  return result;
}

SmallVector<Steps> pipeline::unrollInnerLoops(RewriterBase &rewriter,
                                              scf::ForOp loop) {
  SmallVector<Steps> result;
  SmallVector<scf::ForOp> inners(loop.getBody()->getOps<scf::ForOp>());
  for (scf::ForOp inner : inners) {
    if (!canReorder(inner))
      continue;
    std::optional<uint64_t> extent = getUnrolledExtent(inner);
    if (!extent) {
      inner.emitRemark() << "registers are not pipelined: the extent of the "
                            "loop is not static, or more than "
                         << kMaxExtent << " (PIPE-12)";
      continue;
    }
    Steps steps;
    steps.count = *extent;
    for (auto [op, step] : unroll(rewriter, inner, *extent))
      steps.of[op] = step;
    result.push_back(std::move(steps));
  }
  return result;
}

/// Moves `op` before `place`, after what it depends on, which is moved as
/// well. False, and nothing moved, if an operand cannot be: its operation has
/// effects, or it is what the place waits for.
static bool hoist(RewriterBase &rewriter, Operation *op, Operation *place) {
  SetVector<Operation *> slice;
  SmallVector<Operation *> worklist = {op};
  while (!worklist.empty()) {
    Operation *next = worklist.pop_back_val();
    if (next->isBeforeInBlock(place) || !slice.insert(next))
      continue;
    if (next != op && !isMemoryEffectFree(next) && !isSharedRead(next))
      return false;
    for (Value value : getUsedValues(next))
      if (Operation *def = value.getDefiningOp())
        if (def->getBlock() == place->getBlock()) {
          // `place` is arithmetic: what waits for it stays behind it.
          if (def == place)
            return false;
          worklist.push_back(def);
        }
  }
  SmallVector<Operation *> ordered = slice.takeVector();
  llvm::sort(ordered,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  for (Operation *each : ordered)
    rewriter.moveOpBefore(each, place);
  return true;
}

void pipeline::hoistReads(RewriterBase &rewriter, const Steps &steps,
                          int64_t stages) {
  // The first operation of each step that is no read, and no address.
  SmallVector<Operation *> places(steps.count);
  SetVector<Operation *> dependent;
  for (auto [op, step] : steps.of) {
    bool depends = llvm::any_of(getUsedValues(op), [&](Value value) {
      Operation *def = value.getDefiningOp();
      return def && dependent.contains(def);
    });
    if (!depends && !isSharedRead(op) && isMemoryEffectFree(op))
      continue;
    dependent.insert(op);
    if (!isSharedRead(op) && !places[step])
      places[step] = op;
  }
  for (auto [op, step] : steps.of) {
    unsigned earlier = step < stages - 1 ? 0 : step - (stages - 1);
    for (; earlier < step && !places[earlier]; ++earlier)
      ;
    if (earlier < step && isSharedRead(op) &&
        !op->isBeforeInBlock(places[earlier]))
      hoist(rewriter, op, places[earlier]);
  }
}

//===----------------------------------------------------------------------===//
// Reads that cross an iteration
//===----------------------------------------------------------------------===//

/// The first thing that keeps reads from being made an iteration early; null
/// if there is none.
static Operation *findObstacle(const LoadLoop &candidate,
                               const SetVector<Operation *> &kept) {
  for (Operation *op : kept) {
    if (candidate.hasOtherOrder &&
        (isBarrier(op) || !getAccesses(op).writes.empty()))
      return op;
    if (!readsBuffer(op, candidate))
      continue;
    if (!isPlainRead(op) || llvm::any_of(op->getOperands(), [&](Value operand) {
          return isVariant(operand, candidate.loop);
        }))
      return op;
  }
  return nullptr;
}

Prefetch pipeline::makePrefetch(const LoadLoop &candidate,
                                ArrayRef<Steps> innerLoops, int64_t stages) {
  unsigned numSteps = 0;
  DenseMap<Operation *, unsigned> stepOf;
  for (const Steps &steps : innerLoops) {
    for (auto [op, step] : steps.of)
      stepOf[op] = numSteps + step;
    numSteps += steps.count;
  }
  Prefetch prefetch;
  prefetch.stages = std::min<int64_t>(stages, numSteps);
  if (prefetch.stages < 2)
    return Prefetch();

  SetVector<Operation *> kept = getKept(candidate);
  if (Operation *obstacle = findObstacle(candidate, kept)) {
    obstacle->emitRemark()
        << "the register pipeline is drained in each iteration: '"
        << obstacle->getName() << "' cannot change places with reads of the "
        << "next iteration (PIPE-13)";
    return Prefetch();
  }
  prefetch.reads.resize(numSteps);
  prefetch.rest.resize(numSteps);
  unsigned current = 0;
  for (Operation *op : kept) {
    if (auto it = stepOf.find(op); it != stepOf.end())
      current = it->second;
    auto &list = readsBuffer(op, candidate) ? prefetch.reads : prefetch.rest;
    list[current].push_back(op);
  }
  return prefetch;
}

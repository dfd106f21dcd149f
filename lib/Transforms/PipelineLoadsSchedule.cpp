//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The pipelined loop. S: shared stages, D = S - 1, L: levels of loads, d(l) =
// (l + 1) D: how many iterations loads of level l run ahead; R: register
// stages; K: steps of an iteration. "Tile t": what iteration t loads and uses.
//
//   prologue  for b = -L D .. -1:  if b >= -(L-1) D and L > 1: wait for the
//                                  group of b - D, barrier
//                                  loads of tile b + d(l), for each level l
//                                  with b + d(l) >= 0; commit
//             if R > 1: wait for the group of -D (it has tile 0), barrier,
//                       reads of steps 0 .. R-2 of tile 0
//   loop g    R = 1: wait for the group of g - D, barrier
//                    loads of tile g + d(l) for each level l; commit
//                    reads and arithmetic of tile g
//             R > 1: for k = 0 .. K-1:
//                      k + R-1 < K:  reads of step k + R-1 of tile g
//                      k = 0:        loads of tile g + d(l); commit
//                      k = K - R+1:  wait for the group of g + 1 - D, barrier
//                      k + R-1 >= K: reads of step k + R-1 - K of tile g + 1
//                      arithmetic of step k of tile g
//   epilogue  wait for the newest group
//
// What addresses of level l are read from other memory is read a body before
// them, for tile g + d(l) + 1, and carried to the next as a value.
//
// Each group b has tile b + D of level 0, and for l > 0 tiles that are needed
// D groups later. So the wait for tile g of level 0 is the one wait there is:
// addresses of the loads in body g are read from tile g + l D of level l,
// which is in group g + l D - (l + 1) D = g - D.
//
// Slots. Loads of tile g + d(l) in body g overwrite the tile that is N older,
// for N slots. Other threads may be anywhere between the barrier before these
// loads and the next one. There the computation reads tile g (R > 1: g + 1
// too), and addresses of level l' are read from tile g + d(l'); what body
// g - 1 read was read before the barrier: for R > 1 because step K-1 is read at
// k = K-R, one before the barrier of body g - 1. So it suffices that the tile
// overwritten is older than any of these: N = d(l) - d(reader) + 1, where d is
// 0 for the computation. That is S slots for level 0, and for coordinates from
// which only addresses of the level below are read.
//
// Past the end. Copies of tiles that do not exist read no element and fill
// their slot with zeros; whatever else addresses are read from is replaced by
// zeros. So each body commits one group, and what is read ahead is defined.
//
//===----------------------------------------------------------------------===//

#include "PipelineLoadsEmitter.h"

#include "SparseGPU/Transforms/AsyncWaitCounts.h"

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::pipeline;

namespace {

class Scheduler : Emitter {
public:
  Scheduler(RewriterBase &rewriter, const LoadLoop &candidate, int64_t stages,
            const Prefetch &prefetch)
      : Emitter(rewriter, candidate), prefetch(prefetch),
        kernel(getKernel(old)), distance(stages - 1), levels(c.getNumLevels()) {
  }

  scf::ForOp run();
  void setWaitCounts();

private:
  int64_t getDistance(unsigned level) const { return (level + 1) * distance; }
  int64_t getNumSlots(const Buffer &buffer) const;
  void emitLoads(unsigned level, Tile &tile);
  void emitReads(unsigned step, Tile &tile);
  SmallVector<Value> getReadAhead();
  void commit();
  void wait(Value token);
  void barrier();
  void emitPrologue();
  void emitInOrder(Tile &tile);
  void emitAhead(Tile &tile);
  void emitBodyLoads();

  const Prefetch &prefetch;
  Operation *kernel;
  int64_t distance;
  unsigned levels;
  /// Groups of the last `distance` bodies, oldest first.
  SmallVector<Value> tokens;
  /// Results of the early reads, for the loads of this body.
  SmallVector<Value> early;
  /// Tokens of the copies that are not yet in a group.
  SmallVector<Value> pending;
  /// Results of the reads that run ahead, in the order of the reads.
  SmallVector<Value> ahead;
  SmallVector<nvgpu::DeviceAsyncWaitOp> waits;
};
} // namespace

int64_t Scheduler::getNumSlots(const Buffer &buffer) const {
  int64_t reader =
      buffer.isRead || !buffer.level ? 0 : getDistance(buffer.lowestReader);
  return getDistance(buffer.level) - reader + 1;
}

/// The copies of one level for a tile; their tokens wait for the commit.
void Scheduler::emitLoads(unsigned level, Tile &tile) {
  for (auto [op, loadLevel] : c.loads) {
    if (loadLevel != level)
      continue;
    emit(op, tile, /*isAddress=*/true);
    for (Value result : op->getResults())
      if (isa<nvgpu::DeviceAsyncTokenType>(result.getType()))
        pending.push_back(tile.map.lookup(result));
  }
}

//===----------------------------------------------------------------------===//
// Groups, waits, barriers
//===----------------------------------------------------------------------===//

/// One group of everything since the last: the newest of `tokens`.
void Scheduler::commit() {
  auto type = nvgpu::DeviceAsyncTokenType::get(b.getContext());
  auto group = nvgpu::DeviceAsyncCreateGroupOp::create(b, loc, type, pending);
  // Without operands the textual form would take the name of the next result
  // for one; an attribute is between then.
  if (pending.empty())
    group->setDiscardableAttr(kNoTokensAttr, b.getUnitAttr());
  pending.clear();
  tokens.push_back(group.getAsyncToken());
}

void Scheduler::wait(Value token) {
  // The count is derived when all is in place.
  waits.push_back(nvgpu::DeviceAsyncWaitOp::create(b, loc, token, nullptr));
}

void Scheduler::barrier() {
  if (!c.barrier)
    return;
  Tile invariant;
  emit(c.barrier, invariant, /*isAddress=*/false);
}

void Scheduler::setWaitCounts() {
  auto counts = computeAsyncWaitCounts(kernel);
  for (nvgpu::DeviceAsyncWaitOp wait : waits)
    wait.setNumGroups(static_cast<uint32_t>(counts.lookup(wait)));
}

//===----------------------------------------------------------------------===//
// Prologue, body, epilogue
//===----------------------------------------------------------------------===//

void Scheduler::emitPrologue() {
  if (needsBarrierBefore(old))
    barrier();
  int64_t depth = levels * distance;
  for (int64_t body = -depth; body < 0; ++body) {
    if (levels > 1 && body >= distance - depth) {
      wait(tokens[tokens.size() - distance]);
      barrier();
    }
    for (unsigned level = 0; level < levels; ++level)
      if (int64_t number = body + getDistance(level); number >= 0) {
        Tile tile = makeFirstTile(number);
        emitLoads(level, tile);
      }
    commit();
  }
  tokens.erase(tokens.begin(), tokens.end() - distance);
  for (auto [level, op] : c.earlyReads) {
    Tile tile = makeFirstTile(getDistance(level));
    emit(op, tile, /*isAddress=*/true);
    early.push_back(tile.map.lookup(op->getResult(0)));
  }
  if (prefetch.stages < 2)
    return;
  wait(tokens.front());
  barrier();
  Tile tile = makeFirstTile(0);
  for (int64_t step = 0; step < prefetch.stages - 1; ++step)
    emitReads(step, tile);
  for (Value value : getReadAhead())
    ahead.push_back(tile.map.lookup(value));
}

/// What the reads that run ahead result in, as values of the old loop.
SmallVector<Value> Scheduler::getReadAhead() {
  SmallVector<Value> values;
  for (int64_t step = 0; step < prefetch.stages - 1; ++step)
    for (Operation *op : prefetch.reads[step])
      llvm::append_range(values, op->getResults());
  return values;
}

void Scheduler::emitReads(unsigned step, Tile &tile) {
  for (Operation *op : prefetch.reads[step])
    if (!tile.map.contains(op->getResult(0)))
      emit(op, tile, /*isAddress=*/false);
}

void Scheduler::emitBodyLoads() {
  for (unsigned level = 0; level < levels; ++level) {
    Tile tile = makeTileAhead(getDistance(level));
    for (auto [entry, value] : llvm::zip_equal(c.earlyReads, early))
      if (entry.first == level)
        tile.map.map(entry.second->getResult(0), value);
    emitLoads(level, tile);
  }
  commit();
  tokens.erase(tokens.begin());
  early.clear();
  for (auto [level, op] : c.earlyReads) {
    Tile tile = makeTileAhead(getDistance(level) + 1);
    emit(op, tile, /*isAddress=*/true);
    early.push_back(tile.map.lookup(op->getResult(0)));
  }
}

void Scheduler::emitInOrder(Tile &tile) {
  SetVector<Operation *> kept = getKept(c);
  for (Operation &op : old.getBody()->without_terminator()) {
    if (kept.contains(&op))
      emit(&op, tile, /*isAddress=*/false);
    if (&op == c.lastWait) {
      wait(tokens.front());
      if (!c.keptBarrier)
        barrier();
    }
    if (&op == (c.keptBarrier ? c.keptBarrier : c.lastWait))
      emitBodyLoads();
  }
}

void Scheduler::emitAhead(Tile &tile) {
  int64_t count = prefetch.reads.size(), reach = prefetch.stages - 1;
  tile.map.map(getReadAhead(), ahead);
  Tile next;
  for (int64_t step = 0; step < count; ++step) {
    int64_t read = step + reach;
    if (read < count)
      emitReads(read, tile);
    if (step == 0)
      emitBodyLoads();
    if (read == count) {
      wait(tokens.front());
      barrier();
      next = makeTileAhead(1);
    }
    if (read >= count)
      emitReads(read - count, next);
    for (Operation *op : prefetch.rest[step])
      if (!op->getNumResults() || !tile.map.contains(op->getResult(0)))
        emit(op, tile, /*isAddress=*/false);
  }
  ahead.clear();
  for (Value value : getReadAhead())
    ahead.push_back(next.map.lookup(value));
}

scf::ForOp Scheduler::run() {
  OpBuilder::InsertionGuard insertion(b);
  b.setInsertionPoint(old);
  SmallVector<std::pair<Value, int64_t>> counts;
  for (const auto &[buffer, info] : c.buffers)
    counts.push_back({buffer, getNumSlots(info)});
  buffers = addSlots(b, counts);
  b.setInsertionPoint(old);
  emitPrologue();

  SmallVector<int64_t> moduli;
  for (const auto &entry : buffers.slots)
    if (!llvm::is_contained(moduli, entry.second.count))
      moduli.push_back(entry.second.count);
  SmallVector<Value> inits(old.getInits());
  inits.append(moduli.size(), constant(0, b.getIndexType()));
  llvm::append_range(inits, tokens);
  llvm::append_range(inits, early);
  llvm::append_range(inits, ahead);
  loop =
      scf::ForOp::create(b, loc, old.getLowerBound(), old.getUpperBound(),
                         old.getStep(), inits, nullptr, old.getUnsignedCmp());
  loop->setDiscardableAttrs(old->getDiscardableAttrDictionary());
  loop->removeDiscardableAttr(kSharedStagesAttr);
  loop->removeDiscardableAttr(kRegisterStagesAttr);
  loop->setDiscardableAttr(kPipelinedAttr, b.getUnitAttr());

  b.setInsertionPointToEnd(loop.getBody());
  Tile tile;
  tile.map.map(old.getInductionVar(), loop.getInductionVar());
  auto arguments = loop.getRegionIterArgs();
  auto take = [&](size_t number) {
    auto taken = arguments.take_front(number);
    arguments = arguments.drop_front(number);
    return SmallVector<Value>(taken.begin(), taken.end());
  };
  tile.map.map(old.getRegionIterArgs(), take(old.getInits().size()));
  for (int64_t modulus : moduli)
    counters[modulus] = take(1).front();
  tokens = take(tokens.size());
  early = take(early.size());
  ahead = take(ahead.size());
  if (prefetch.stages < 2)
    emitInOrder(tile);
  else
    emitAhead(tile);

  Operation *yield = old.getBody()->getTerminator();
  emitNeeded(yield, tile, /*isAddress=*/false);
  SmallVector<Value> results;
  for (Value value : yield->getOperands())
    results.push_back(tile.map.lookupOrDefault(value));
  for (int64_t modulus : moduli)
    results.push_back(getSlot(modulus, 1));
  llvm::append_range(results, tokens);
  llvm::append_range(results, early);
  llvm::append_range(results, ahead);
  scf::YieldOp::create(b, loc, results);

  b.setInsertionPointAfter(loop);
  wait(loop.getResult(old.getNumResults() + moduli.size() + distance - 1));
  if (c.barrierAfter) {
    counters.clear();
    barrier();
  }
  b.replaceOp(old, loop.getResults().take_front(old.getNumResults()));
  eraseOldBuffers(b, buffers);
  return loop;
}

scf::ForOp pipeline::schedule(RewriterBase &rewriter, const LoadLoop &candidate,
                              int64_t stages, const Prefetch &prefetch) {
  Scheduler scheduler(rewriter, candidate, stages, prefetch);
  scf::ForOp loop = scheduler.run();
  scheduler.setWaitCounts();
  return loop;
}

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

#include "PipelineLoadsImpl.h"

#include "SparseGPU/Transforms/AsyncWaitCounts.h"

#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::pipeline;

/// The function or launch that `op` is in.
static Operation *getKernel(Operation *op) {
  op = op->getParentOp();
  while (op->getParentOp() && !isa<FunctionOpInterface, gpu::LaunchOp>(op))
    op = op->getParentOp();
  return op;
}

namespace {

/// One tile while it is being emitted: the clones of the loop's values, and
/// where the tile is.
struct Tile {
  IRMapping map;
  /// i1: the iteration exists; null if it does for sure.
  Value exists;
  /// The number of the tile is that of the body (or 0) plus this.
  int64_t ahead = 0;
};

class Scheduler {
public:
  Scheduler(RewriterBase &rewriter, const LoadLoop &candidate, int64_t stages,
            const Prefetch &prefetch)
      : b(rewriter), c(candidate), prefetch(prefetch), old(candidate.loop),
        loc(old.getLoc()), kernel(getKernel(old)), distance(stages - 1),
        levels(c.getNumLevels()) {}

  scf::ForOp run();
  void setWaitCounts();

private:
  int64_t getDistance(unsigned level) const { return (level + 1) * distance; }
  int64_t getNumSlots(const Buffer &buffer) const;
  Value constant(int64_t value, Type type);
  Value getSlot(Value buffer, const Tile &tile);
  Value getSlot(int64_t count, int64_t ahead);
  Value existsInBody(int64_t ahead);
  Value existsInPrologue(int64_t number);
  Tile makeTileAhead(int64_t ahead);
  Tile makeFirstTile(int64_t number);
  void emitNeeded(Operation *op, Tile &tile, bool isAddress);
  bool isSafePastTheEnd(Operation *op) const;
  void emit(Operation *op, Tile &tile, bool isAddress);
  void emitLoads(unsigned level, Tile &tile);
  void emitReads(unsigned step, Tile &tile);
  SmallVector<Value> getReadAhead();
  void commit();
  void wait(Value token);
  void barrier();
  bool needsBarrierBefore();
  void emitPrologue();
  void emitInOrder(Tile &tile);
  void emitAhead(Tile &tile);
  void emitBodyLoads();

  RewriterBase &b;
  const LoadLoop &c;
  const Prefetch &prefetch;
  scf::ForOp old, loop;
  Location loc;
  Operation *kernel;
  int64_t distance;
  unsigned levels;
  SlottedBuffers buffers;
  /// In the loop: the slot of the body's tile, for each number of slots.
  llvm::MapVector<int64_t, Value> counters;
  /// Slots of this body that were already computed.
  DenseMap<std::pair<int64_t, int64_t>, Value> slotCache;
  /// Groups of the last `distance` bodies, oldest first.
  SmallVector<Value> tokens;
  /// Tokens of the copies that are not yet in a group.
  SmallVector<Value> pending;
  /// Results of the reads that run ahead, in the order of the reads.
  SmallVector<Value> ahead;
  SmallVector<nvgpu::DeviceAsyncWaitOp> waits;
};
} // namespace

//===----------------------------------------------------------------------===//
// Slots and existence
//===----------------------------------------------------------------------===//

int64_t Scheduler::getNumSlots(const Buffer &buffer) const {
  int64_t reader =
      buffer.isRead || !buffer.level ? 0 : getDistance(buffer.lowestReader);
  return getDistance(buffer.level) - reader + 1;
}

Value Scheduler::constant(int64_t value, Type type) {
  return arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, value));
}

Value Scheduler::getSlot(Value buffer, const Tile &tile) {
  int64_t count = buffers.slots.find(buffer)->second.count;
  return getSlot(count, tile.ahead % count);
}

/// (number of this body's tile + ahead) mod count, without a division.
Value Scheduler::getSlot(int64_t count, int64_t ahead) {
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
Value Scheduler::existsInBody(int64_t ahead) {
  Type type = loop.getInductionVar().getType();
  Value left = b.createOrFold<arith::SubIOp>(loc, loop.getUpperBound(),
                                             loop.getInductionVar());
  Value offset =
      b.createOrFold<arith::MulIOp>(loc, loop.getStep(), constant(ahead, type));
  return b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::ugt, left,
                                       offset);
}

Value Scheduler::existsInPrologue(int64_t number) {
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

Tile Scheduler::makeTileAhead(int64_t ahead) {
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

Tile Scheduler::makeFirstTile(int64_t number) {
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

/// What `op` uses of the loop's body, as far as the tile does not have it.
void Scheduler::emitNeeded(Operation *op, Tile &tile, bool isAddress) {
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
bool Scheduler::isSafePastTheEnd(Operation *op) const {
  if (isPure(op) || op->hasTrait<OpTrait::IsTerminator>())
    return true;
  return isPlainRead(op) && llvm::all_of(op->getOperands(), [&](Value operand) {
           return isa<MemRefType>(operand.getType())
                      ? c.buffers.contains(operand)
                      : !isVariant(operand, old);
         });
}

/// Clones `op` for `tile`. With `isAddress` it is a load, or an address of
/// one depends on it, and the tile may not exist.
void Scheduler::emit(Operation *op, Tile &tile, bool isAddress) {
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

/// Whether other threads may still do something before the loop that its first
/// barrier ordered with the first copies: use the slots in an earlier pass
/// through the loop, or write what copies read.
bool Scheduler::needsBarrierBefore() {
  Operation *scope = kernel;
  for (Operation *op = old->getParentOp(); op != scope; op = op->getParentOp())
    if (!isa<scf::IfOp>(op))
      return true;
  bool needs = false;
  scope->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op == old)
      return WalkResult::interrupt();
    if (op == scope || op->getNumRegions())
      return WalkResult::advance();
    if (isBarrier(op))
      needs &= !getAncestorIn(op->getBlock(), old);
    else
      needs |= isa<nvgpu::DeviceAsyncCopyOp>(op) ||
               !getAccesses(op).writes.empty() || op->getNumSuccessors() != 0;
    return WalkResult::advance();
  });
  return needs;
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
  if (needsBarrierBefore())
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
    emitLoads(level, tile);
  }
  commit();
  tokens.erase(tokens.begin());
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
  buffers =
      addSlots(b, c, [&](const Buffer &buffer) { return getNumSlots(buffer); });
  b.setInsertionPoint(old);
  emitPrologue();

  SmallVector<int64_t> moduli;
  for (const auto &entry : buffers.slots)
    if (!llvm::is_contained(moduli, entry.second.count))
      moduli.push_back(entry.second.count);
  SmallVector<Value> inits(old.getInits());
  inits.append(moduli.size(), constant(0, b.getIndexType()));
  llvm::append_range(inits, tokens);
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

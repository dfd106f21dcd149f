//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Iteration g of a loop writes and reads slot g mod S of its buffers. Order and
// kind of accesses stay; slots are those of pipelining (PipelineLoadsBuffers).
//
// What it is for: with two slots the writes of an iteration need not wait for
// the reads of the one before. Of the two barriers of an iteration
//
//   barrier W; writes; barrier M; reads
//
// W goes: slot s is written again in iteration g + S, behind M of iteration g +
// S - 1 >= g + 1, which every thread reaches behind its reads of iteration g.
// The same holds for a barrier behind the reads. Barriers order all memory, so
// this is if nothing but the buffers is written in the loop. Outside of it,
// one barrier stands for all W.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Transforms/MultiBuffer.h"

#include "FoldSharedViews.h"
#include "PipelineLoadsImpl.h"
#include "SharedAccess.h"

#include "SparseGPU/Transforms/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace sparsegpu {
#define GEN_PASS_DEF_MULTIBUFFER
#include "SparseGPU/Transforms/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::pipeline;

/// The smallest scf.for around all uses of `buffer`; null if there is none.
static scf::ForOp findLoop(Value buffer) {
  Operation *common = nullptr;
  for (Operation *user : buffer.getUsers()) {
    if (isa<memref::DeallocOp>(user))
      continue;
    common = common ? common : user->getParentOp();
    while (common && !common->isAncestor(user))
      common = common->getParentOp();
  }
  while (common && !isa<scf::ForOp, gpu::LaunchOp, FunctionOpInterface>(common))
    common = common->getParentOp();
  return dyn_cast_if_present<scf::ForOp>(common);
}

static SmallVector<Value> findSharedBuffers(Operation *scope) {
  SmallVector<Value> buffers;
  auto add = [&](Value value) {
    if (isWorkgroup(value) && !value.use_empty() &&
        llvm::none_of(value.getUsers(), isInPipelinedLoop))
      buffers.push_back(value);
  };
  scope->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (auto alloc = dyn_cast<memref::AllocOp>(op))
      add(alloc.getMemref());
    else if (auto launch = dyn_cast<gpu::LaunchOp>(op))
      llvm::for_each(launch.getWorkgroupAttributions(), add);
    else if (auto function = dyn_cast<gpu::GPUFuncOp>(op))
      llvm::for_each(function.getWorkgroupAttributions(), add);
  });
  return buffers;
}

namespace {
/// The buffers of one loop.
class MultiBufferer {
public:
  MultiBufferer(RewriterBase &rewriter, scf::ForOp loop, int64_t slots)
      : rewriter(rewriter), loop(loop), body(loop.getBody()), slots(slots) {
    unsigned number = 0;
    for (Operation &op : *body)
      position[&op] = number++;
  }

  scf::ForOp run();

private:
  void refuse(Value buffer, const Twine &reason);
  bool check(Value buffer);
  void findBarriers();

  RewriterBase &rewriter;
  scf::ForOp loop;
  Block *body;
  int64_t slots;
  DenseMap<Operation *, unsigned> position;
  SetVector<Value> buffers;
  unsigned lastWrite = 0, firstRead = ~0u, firstAccess = ~0u, lastAccess = 0;
  /// Barriers that go.
  SmallVector<Operation *> before, after;
};
} // namespace

void MultiBufferer::refuse(Value buffer, const Twine &reason) {
  InFlightDiagnostic remark = emitRemark(buffer.getLoc())
                              << "buffer " << buffer.getType()
                              << " gets no slots: " << reason;
  remark.attachNote(loop.getLoc()) << "for this loop";
}

bool MultiBufferer::check(Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  if (!type.hasStaticShape() || !type.getLayout().isIdentity() ||
      loop->isAncestor(buffer.getParentBlock()->getParentOp())) {
    refuse(buffer, "its shape is not static, its layout not the identity, or "
                   "it is made inside the loop (MBUF-2)");
    return false;
  }
  unsigned lastWrite = 0, firstRead = ~0u, firstWrite = ~0u, lastRead = 0;
  auto varies = [&](Value value) { return isVariant(value, loop); };
  for (OpOperand &use : buffer.getUses()) {
    Operation *user = use.getOwner();
    if (isa<memref::DeallocOp>(user))
      continue;
    std::optional<SharedAccess> access = getSharedAccess(use, type);
    bool isWrite = isa<nvgpu::DeviceAsyncCopyOp, memref::StoreOp,
                       vector::StoreOp, vector::TransferWriteOp>(user);
    if (!access && !isPlainRead(user)) {
      refuse(buffer, "its use by '" + user->getName().getStringRef() +
                         "' is not an access that is understood (MBUF-3)");
      return false;
    }
    unsigned at = position[getAncestorIn(body, user)];
    if (!isWrite) {
      firstRead = std::min(firstRead, at);
      lastRead = std::max(lastRead, at);
      continue;
    }
    lastWrite = std::max(lastWrite, at);
    firstWrite = std::min(firstWrite, at);
    bool isSame = llvm::none_of(access->getIndices(), varies);
    for (Operation *op = user->getParentOp(); op != loop;
         op = op->getParentOp())
      isSame &= isa<scf::IfOp, scf::ForOp>(op) &&
                llvm::none_of(op->getOperands(), varies);
    if (!isSame) {
      refuse(buffer, "the elements that are written are not the same in each "
                     "iteration (MBUF-4)");
      return false;
    }
  }
  if (firstWrite == ~0u || firstRead <= lastWrite) {
    refuse(buffer, "it is read before all of an iteration's writes to it "
                   "(MBUF-5)");
    return false;
  }
  this->lastWrite = std::max(this->lastWrite, lastWrite);
  this->firstRead = std::min(this->firstRead, firstRead);
  firstAccess = std::min(firstAccess, firstWrite);
  lastAccess = std::max({lastAccess, lastWrite, lastRead});
  return true;
}

/// Which barriers only keep the writes of an iteration behind the reads of the
/// one before.
void MultiBufferer::findBarriers() {
  SmallVector<Operation *> barriers;
  bool isNested = false;
  loop->walk([&](Operation *op) {
    if (!isBarrier(op))
      return;
    isNested |= op->getBlock() != body;
    barriers.push_back(op);
  });
  bool hasMiddle = false;
  for (Operation *op : barriers) {
    if (op->getBlock() != body)
      continue;
    unsigned at = position[op];
    if (at > lastWrite && at < firstRead)
      hasMiddle = true;
    else if (at < firstAccess)
      before.push_back(op);
    else if (at > lastAccess)
      after.push_back(op);
  }
  if (before.empty() && after.empty())
    return;
  std::string reason;
  for (auto [op, memory] : getAccesses(loop).writes)
    if (!memory || !buffers.contains(memory))
      reason = ("'" + op->getName().getStringRef() +
                "' writes other memory in the loop")
                   .str();
  loop->walk([&](nvgpu::DeviceAsyncCopyOp copy) {
    if (!buffers.contains(copy.getDst()))
      reason = "a copy fills another buffer in the loop";
  });
  if (isNested)
    reason = "there are barriers in a loop or a condition inside the loop";
  if (!hasMiddle)
    reason = "no barrier is between all writes and all reads";
  for (Operation *op : barriers)
    if (!isSameBarrier(op, barriers.front()))
      reason = "barriers in the loop are of different kinds";
  if (reason.empty())
    return;
  InFlightDiagnostic remark =
      (before.empty() ? after : before).front()->emitRemark()
      << "the barrier stays: " << reason << " (MBUF-6)";
  before.clear();
  after.clear();
}

scf::ForOp MultiBufferer::run() {
  for (Value buffer : findSharedBuffers(getKernel(loop)))
    if (findLoop(buffer) == loop && check(buffer))
      buffers.insert(buffer);
  if (buffers.empty())
    return loop;
  findBarriers();
  OpBuilder::InsertionGuard guard(rewriter);
  Location loc = loop.getLoc();
  if (!before.empty() && needsBarrierBefore(loop)) {
    rewriter.setInsertionPoint(loop);
    rewriter.clone(*before.front());
  }
  if (!after.empty()) {
    rewriter.setInsertionPointAfter(loop);
    rewriter.clone(*after.front());
  }
  for (Operation *op : llvm::concat<Operation *>(before, after))
    rewriter.eraseOp(op);

  rewriter.setInsertionPoint(loop);
  Value zero = arith::ConstantIndexOp::create(rewriter, loc, 0);
  auto next = [&](OpBuilder &b, Location loc, ArrayRef<BlockArgument> slot) {
    Value one = arith::ConstantIndexOp::create(b, loc, 1);
    Value last = arith::ConstantIndexOp::create(b, loc, slots - 1);
    Value isLast = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                         slot.front(), last);
    Value sum = arith::AddIOp::create(b, loc, slot.front(), one);
    return SmallVector<Value>{
        arith::SelectOp::create(b, loc, isLast, zero, sum)};
  };
  auto attributes = loop->getDiscardableAttrDictionary();
  auto result = cast<scf::ForOp>(*loop.replaceWithAdditionalYields(
      rewriter, zero, /*replaceInitOperandUsesInLoop=*/false, next));
  result->setDiscardableAttrs(attributes);
  SmallVector<std::pair<Value, int64_t>> counts;
  for (Value buffer : buffers)
    counts.push_back({buffer, slots});
  SlottedBuffers slotted = addSlots(rewriter, counts);
  Value slot = result.getRegionIterArgs().back();
  accessSlots(rewriter, result, slotted, [&](Value) { return slot; });
  eraseOldBuffers(rewriter, slotted);
  return result;
}

FailureOr<scf::ForOp> sparsegpu::multiBuffer(RewriterBase &rewriter,
                                             scf::ForOp loop, int64_t slots) {
  if (slots < 2 || slots > kMaxSlots)
    return loop.emitError() << "slots must be 2 to " << kMaxSlots << ", got "
                            << slots << " (MBUF-1)";
  foldSharedViews(rewriter, getKernel(loop));
  return MultiBufferer(rewriter, loop, slots).run();
}

SmallVector<scf::ForOp> sparsegpu::findBufferLoops(Operation *scope) {
  SetVector<Operation *> loops;
  for (Value buffer : findSharedBuffers(scope)) {
    if (scf::ForOp loop = findLoop(buffer))
      loops.insert(loop);
    else
      emitRemark(buffer.getLoc())
          << "buffer " << buffer.getType()
          << " gets no slots: it is not used in one loop alone (MBUF-3)";
  }
  SmallVector<scf::ForOp> result;
  for (Operation *loop : loops)
    result.push_back(cast<scf::ForOp>(loop));
  return result;
}

namespace {
struct MultiBuffer : sparsegpu::impl::MultiBufferBase<MultiBuffer> {
  using MultiBufferBase::MultiBufferBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    foldSharedViews(rewriter, getOperation());
    SmallVector<scf::ForOp> loops = findBufferLoops(getOperation());
    for (scf::ForOp loop : loops)
      if (failed(multiBuffer(rewriter, loop, slots)))
        return signalPassFailure();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// 1. Stores to shared memory of what was loaded from global memory are matched
//    (AsyncCopySource).
// 2. Neighbours in a block whose elements lie side by side on both sides become
//    one; the load is then made where the last of them stores.
// 3. Each is cut into the widest copies that the alignment of both sides
//    allows.
// 4. The copies are complete where something may depend on them: before the
//    next barrier, access of shared memory, or write.
//
// Upstream's nvgpu::createAsyncGroups takes vectors as wide as they are, looks
// at no alignment, and waits at once.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Transforms/AsyncCopies.h"

#include "AsyncCopySource.h"
#include "FoldSharedViews.h"
#include "KnownDivisor.h"
#include "PipelineLoadsImpl.h"

#include "SparseGPU/Transforms/Passes.h"

#include "mlir/Analysis/AliasAnalysis.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace sparsegpu {
#define GEN_PASS_DEF_ASYNCCOPIES
#include "SparseGPU/Transforms/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::pipeline;

static constexpr int64_t kMaxBytes = 16, kMinBytes = 4;

namespace {
/// What is copied at one place: one register copy, or several neighbours.
struct Run {
  SmallVector<RegisterCopy, 1> parts;
  RowAccess from, to;
};

class AsyncCopier {
public:
  AsyncCopier(RewriterBase &rewriter, Operation *scope)
      : rewriter(rewriter), scope(scope), aliases(scope) {}

  unsigned run();

private:
  void refuse(Operation *store, const Twine &reason);
  void collect();
  Operation *findObstacle(const Run &run);
  bool emit(const Run &run);
  Value createCount(const RegisterCopy &copy, int64_t offset, int64_t width);
  void createWaits();

  RewriterBase &rewriter;
  Operation *scope;
  AliasAnalysis aliases;
  SmallVector<Run, 1> runs;
  SetVector<Operation *> stores;
  SmallVector<nvgpu::DeviceAsyncCopyOp> copies;
};
} // namespace

void AsyncCopier::refuse(Operation *store, const Twine &reason) {
  store->emitRemark() << "the copy to shared memory is not asynchronous: "
                      << reason;
}

void AsyncCopier::collect() {
  // Runs of a block may be interleaved; each continues the last one that it
  // can.
  DenseMap<Block *, SmallVector<unsigned>> open;
  scope->walk([&](Operation *store) {
    RegisterCopy copy;
    std::optional<std::string> reason = matchRegisterCopy(store, copy);
    if (!reason)
      return;
    if (!reason->empty())
      return refuse(store, *reason);
    stores.insert(store);
    bool isPlain = !copy.condition && !copy.isClipped;
    if (isPlain)
      for (unsigned index : llvm::reverse(open[store->getBlock()])) {
        Run longer = runs[index];
        longer.parts.push_back(copy);
        if (!isNextInRow(longer.from, copy.from) ||
            !isNextInRow(longer.to, copy.to))
          continue;
        longer.from.width += copy.from.width;
        longer.to.width += copy.to.width;
        runs[index] = longer;
        return;
      }
    if (isPlain)
      open[store->getBlock()].push_back(runs.size());
    runs.push_back({{copy}, copy.from, copy.to});
  });
}

/// The load moves to the last store, and so do the stores: what may not come
/// between them.
Operation *AsyncCopier::findObstacle(const Run &run) {
  Operation *last = run.parts.back().store;
  Operation *first = nullptr, *firstStore = nullptr;
  for (const RegisterCopy &part : run.parts) {
    Operation *load = part.guard ? part.guard : part.load;
    if (!first || load->isBeforeInBlock(first))
      first = load;
    if (!firstStore || part.store->isBeforeInBlock(firstStore))
      firstStore = part.store;
  }
  bool isStored = false;
  for (Operation *op = first; op != last; op = op->getNextNode()) {
    isStored |= op == firstStore;
    if (llvm::any_of(run.parts, [&](const RegisterCopy &part) {
          return part.store == op;
        }))
      continue;
    bool orders = false;
    op->walk([&](Operation *inner) { orders |= isBarrier(inner); });
    Accesses accesses = getAccesses(op);
    for (auto [writer, memory] : accesses.writes)
      orders |= !memory || mayAlias(aliases, memory, run.from.memref) ||
                (isStored && mayAlias(aliases, memory, run.to.memref));
    if (isStored)
      for (auto [reader, memory] : accesses.reads)
        orders |= !memory || mayAlias(aliases, memory, run.to.memref);
    if (orders)
      return op;
  }
  return nullptr;
}

/// Elements of the source that exist, of `width` from `offset` on; null if it
/// is all of them.
Value AsyncCopier::createCount(const RegisterCopy &copy, int64_t offset,
                               int64_t width) {
  Location loc = copy.store->getLoc();
  auto constant = [&](int64_t value) {
    return arith::ConstantIndexOp::create(rewriter, loc, value).getResult();
  };
  Value count;
  if (copy.isClipped) {
    int64_t last = copy.from.getType().getRank() - 1;
    Value end =
        rewriter.createOrFold<memref::DimOp>(loc, copy.from.memref, last);
    Value left = rewriter.createOrFold<arith::SubIOp>(loc, end,
                                                      copy.from.indices.back());
    left = rewriter.createOrFold<arith::SubIOp>(loc, left, constant(offset));
    left = rewriter.createOrFold<arith::MaxSIOp>(loc, left, constant(0));
    count = rewriter.createOrFold<arith::MinSIOp>(loc, left, constant(width));
  }
  if (!copy.condition)
    return count;
  Value all = count ? count : constant(width);
  Value none = constant(0);
  return arith::SelectOp::create(rewriter, loc, copy.condition,
                                 copy.isZeroIf ? none : all,
                                 copy.isZeroIf ? all : none);
}

/// The bytes of copies one after the other; empty if the alignment, or the
/// size, allows no asynchronous one.
static SmallVector<int64_t> cut(int64_t bytes, int64_t alignment) {
  SmallVector<int64_t> pieces;
  for (int64_t at = 0; at < bytes;) {
    int64_t aligned = std::min(alignment, getPowerOfTwoDivisor(at));
    int64_t piece = kMaxBytes;
    while (piece > aligned || piece > bytes - at)
      piece /= 2;
    if (piece < kMinBytes)
      return {};
    pieces.push_back(piece);
    at += piece;
  }
  return pieces;
}

bool AsyncCopier::emit(const Run &run) {
  Operation *store = run.parts.back().store;
  if (Operation *obstacle = findObstacle(run)) {
    if (run.parts.size() == 1)
      refuse(store, "'" + obstacle->getName().getStringRef() +
                        "' is between its load and its store (ASYNC-3)");
    return false;
  }
  int64_t elementBytes = run.to.getType().getElementTypeBitWidth() / 8;
  int64_t bytes = run.to.width * elementBytes;
  int64_t alignment = std::min(run.from.alignment, run.to.alignment);
  SmallVector<int64_t> pieces = cut(bytes, alignment);
  if (pieces.empty()) {
    refuse(store, std::to_string(bytes) +
                      " bytes side by side, known to be aligned to " +
                      std::to_string(run.from.alignment) + " and " +
                      std::to_string(run.to.alignment) +
                      ", are not pieces of 4, 8 or 16 (ASYNC-4)");
    return false;
  }
  OpBuilder::InsertionGuard insertion(rewriter);
  rewriter.setInsertionPoint(store);
  Location loc = store->getLoc();
  RegisterCopy copy = run.parts.front();
  IRMapping map;
  if (copy.guard) {
    // The address, which is pure, is computed also where nothing is read.
    for (Operation &op : copy.load->getBlock()->without_terminator())
      if (&op != copy.load)
        rewriter.clone(op, map);
    for (Value &index : copy.from.indices)
      index = map.lookupOrDefault(index);
    copy.from.memref = map.lookupOrDefault(copy.from.memref);
  }
  if (auto alloc = run.to.memref.getDefiningOp<memref::AllocOp>())
    if (alloc.getAlignment().value_or(1) < static_cast<uint64_t>(kMaxBytes))
      rewriter.modifyOpInPlace(alloc, [&] { alloc.setAlignment(kMaxBytes); });
  auto token = nvgpu::DeviceAsyncTokenType::get(rewriter.getContext());
  int64_t offset = 0;
  for (int64_t piece : pieces) {
    int64_t width = piece / elementBytes;
    auto shift = [&](ArrayRef<Value> indices) {
      SmallVector<Value> shifted(indices);
      Value distance = arith::ConstantIndexOp::create(rewriter, loc, offset);
      shifted.back() =
          rewriter.createOrFold<arith::AddIOp>(loc, shifted.back(), distance);
      return shifted;
    };
    SmallVector<Value> to = shift(run.to.indices);
    SmallVector<Value> from = shift(copy.from.indices);
    Value count = createCount(copy, offset, width);
    copies.push_back(nvgpu::DeviceAsyncCopyOp::create(
        rewriter, loc, token, run.to.memref, to, copy.from.memref, from,
        rewriter.getIndexAttr(width), count,
        piece == kMaxBytes ? rewriter.getUnitAttr() : UnitAttr()));
    offset += width;
  }
  for (const RegisterCopy &part : run.parts) {
    Operation *user = part.store;
    SmallVector<Operation *> dead = {part.guard ? part.guard : part.load};
    for (Value operand : user->getOperands())
      if (operand.getDefiningOp<arith::SelectOp>())
        dead.insert(dead.begin(), operand.getDefiningOp());
    stores.remove(user);
    rewriter.eraseOp(user);
    for (Operation *op : dead)
      if (op->use_empty())
        rewriter.eraseOp(op);
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Waits
//===----------------------------------------------------------------------===//

/// `op` may depend on copies that are in flight, or they on it.
static bool needsCopies(Operation *op) {
  bool needs = false;
  op->walk([&](Operation *inner) {
    needs |=
        isBarrier(inner) ||
        isa<nvgpu::DeviceAsyncCreateGroupOp, nvgpu::DeviceAsyncWaitOp>(inner);
  });
  Accesses accesses = getAccesses(op);
  return needs || !accesses.writes.empty() ||
         llvm::any_of(accesses.reads, [](const auto &read) {
           return !read.second || isWorkgroup(read.second);
         });
}

/// Where a copy must have been waited for. If its loop has nothing that needs
/// it, that is behind the loop.
static Operation *findWaitPoint(Operation *op) {
  while (true) {
    Operation *next = op->getNextNode();
    for (; next && !next->hasTrait<OpTrait::IsTerminator>();
         next = next->getNextNode())
      if (needsCopies(next))
        return next;
    Operation *end = op->getBlock()->getTerminator();
    Operation *parent = op->getParentOp();
    bool isLeft = isa<scf::IfOp>(parent) ||
                  (isa<scf::ForOp>(parent) &&
                   llvm::none_of(*op->getBlock(), [](Operation &each) {
                     return needsCopies(&each);
                   }));
    if (!isLeft)
      return end;
    op = parent;
  }
}

void AsyncCopier::createWaits() {
  llvm::MapVector<Operation *, SmallVector<Value>> points;
  for (nvgpu::DeviceAsyncCopyOp copy : copies) {
    Operation *point = findWaitPoint(copy);
    SmallVector<Value> &tokens = points[point];
    if (copy->getBlock() == point->getBlock())
      tokens.push_back(copy.getAsyncToken());
  }
  auto token = nvgpu::DeviceAsyncTokenType::get(rewriter.getContext());
  for (auto &[point, tokens] : points) {
    rewriter.setInsertionPoint(point);
    auto group = nvgpu::DeviceAsyncCreateGroupOp::create(
        rewriter, point->getLoc(), token, tokens);
    if (tokens.empty())
      group->setDiscardableAttr(kNoTokensAttr, rewriter.getUnitAttr());
    nvgpu::DeviceAsyncWaitOp::create(rewriter, point->getLoc(),
                                     group.getAsyncToken(),
                                     rewriter.getI32IntegerAttr(0));
  }
}

unsigned AsyncCopier::run() {
  collect();
  for (size_t i = 0; i < runs.size(); ++i) {
    Run run = runs[i];
    if (emit(run) || run.parts.size() == 1)
      continue;
    // Each for itself, if something is between.
    if (findObstacle(run))
      for (const RegisterCopy &part : run.parts)
        runs.push_back({{part}, part.from, part.to});
  }
  // Waits are placed when all copies are: those need none.
  createWaits();
  return copies.size();
}

unsigned sparsegpu::createAsyncCopies(RewriterBase &rewriter,
                                      Operation *kernel) {
  foldSharedViews(rewriter, kernel);
  return AsyncCopier(rewriter, kernel).run();
}

namespace {
struct AsyncCopies : sparsegpu::impl::AsyncCopiesBase<AsyncCopies> {
  using AsyncCopiesBase::AsyncCopiesBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    createAsyncCopies(rewriter, getOperation());
  }
};
} // namespace

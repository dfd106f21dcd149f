//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Several streaming loops as one. A pipeline of the innermost loop alone would
// be filled and drained in each iteration of those around it. A chain
//
//   for h: for w: for k: body(h, w, k)
//
// of loops that do nothing but repeat the next one becomes
//
//   for n = 0 to H * W * K: (i, j, l) = indices of n; body(h_i, w_j, k_l)
//
// so that the tile D iterations ahead may be one of another h or w. Indices are
// an affine.delinearize_index, which is pure: the schedule clones it for tiles
// ahead like any address. In the end carryIndices turns each of them into
// values that the loop carries: i + 1, with the carry into the loop around.
//
//===----------------------------------------------------------------------===//

#include "PipelineLoadsImpl.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Transforms/LoopInvariantCodeMotionUtils.h"

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::pipeline;
using affine::AffineDelinearizeIndexOp;

//===----------------------------------------------------------------------===//
// Which loops make a chain
//===----------------------------------------------------------------------===//

/// What `outer` carries goes into `inner` and out of it as it is.
static bool handsThrough(scf::ForOp outer, scf::ForOp inner) {
  return llvm::equal(inner.getInits(), outer.getRegionIterArgs()) &&
         llvm::equal(outer.getYieldedValues(), inner.getResults()) &&
         llvm::all_of(outer.getRegionIterArgs(),
                      [](Value value) { return value.hasOneUse(); }) &&
         llvm::all_of(inner.getResults(),
                      [](Value value) { return value.hasOneUse(); });
}

/// `loop` carries nothing, and does something else than what is in `inside`: it
/// finishes a result in each iteration, and does not stream.
static bool finishesResults(Operation *loop, Operation *inside) {
  return loop->getNumResults() == 0 &&
         llvm::any_of(*inside->getBlock(), [&](Operation &op) {
           return &op != inside && !op.hasTrait<OpTrait::IsTerminator>() &&
                  !isPure(&op);
         });
}

/// `op` between the loops can be executed in each iteration of the inner one,
/// and for tiles ahead: index arithmetic, also if it is undefined where there
/// is no iteration (then the schedule puts it under a condition, with zeros).
static bool canBeRepeated(Operation *op) {
  return isPure(op) || (isMemoryEffectFree(op) &&
                        llvm::all_of(op->getResultTypes(), [](Type type) {
                          return type.isIntOrIndexOrFloat() ||
                                 isa<VectorType>(type);
                        }));
}

/// Why `inner`, in which all copies are, and `outer` cannot be one loop; empty
/// if they can.
static std::string findBreak(const LoadLoop &candidate, scf::ForOp outer,
                             scf::ForOp inner) {
  for (Operation &op : outer.getBody()->without_terminator())
    if (&op != inner && !canBeRepeated(&op))
      return ("'" + op.getName().getStringRef() +
              "' is between it and the loop inside")
          .str();
  for (Value bound :
       {inner.getLowerBound(), inner.getUpperBound(), inner.getStep()})
    if (!outer.isDefinedOutsideOfLoop(bound))
      return "the extent of the loop inside is not the same in each of its "
             "iterations";
  if (!handsThrough(outer, inner))
    return "what it carries is not what the loop inside carries";
  // PIPE-8, for the whole chain.
  scf::ForOp loop = candidate.loop;
  auto varies = [&](Value value) { return isVariant(value, outer); };
  bool isSame = true;
  for (const auto &entry : candidate.loads)
    entry.first->walk([&](nvgpu::DeviceAsyncCopyOp copy) {
      isSame &= llvm::none_of(copy.getDstIndices(), varies);
      for (Operation *op = copy->getParentOp(); op != loop;
           op = op->getParentOp())
        isSame &= llvm::none_of(op->getOperands(), varies);
    });
  if (!isSame)
    return "the elements that a copy fills are not the same in each of its "
           "iterations";
  return "";
}

/// The loops that become one, from the outermost to that of the candidate.
static SmallVector<scf::ForOp> findChain(const LoadLoop &candidate) {
  SmallVector<scf::ForOp> chain = {candidate.loop};
  Operation *head = candidate.loop;
  for (Operation *parent = head->getParentOp(); parent;
       parent = parent->getParentOp()) {
    if (isa<scf::IfOp>(parent))
      continue;
    if (!isa<LoopLikeOpInterface>(parent))
      break;
    auto outer = dyn_cast<scf::ForOp>(parent);
    std::string reason;
    if (!outer) {
      reason = "it is no scf.for";
    } else if (head->getParentOp() != outer) {
      reason = "the loop inside is under a condition";
    } else {
      moveLoopInvariantCode(outer);
      reason = findBreak(candidate, outer, chain.back());
    }
    if (!reason.empty()) {
      Operation *inside = head;
      while (inside->getParentOp() != parent)
        inside = inside->getParentOp();
      if (finishesResults(parent, inside))
        break;
      InFlightDiagnostic remark =
          emitRemark(parent->getLoc())
          << "the pipeline is drained in each iteration of this loop: "
          << reason << " (PIPE-14)";
      scf::ForOp loop = candidate.loop;
      remark.attachNote(loop.getLoc()) << "the pipelined loop";
      break;
    }
    chain.push_back(outer);
    head = outer;
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

//===----------------------------------------------------------------------===//
// One loop for a chain
//===----------------------------------------------------------------------===//

/// The number of iterations, as an index.
static Value createTripCount(OpBuilder &b, scf::ForOp loop) {
  Location loc = loop.getLoc();
  if (std::optional<APInt> count = loop.getStaticTripCount())
    return arith::ConstantIndexOp::create(b, loc, count->getZExtValue());
  Type type = loop.getInductionVar().getType();
  Value one = arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, 1));
  Value zero = arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, 0));
  Value lower = loop.getLowerBound(), upper = loop.getUpperBound();
  auto less = loop.getUnsignedCmp() ? arith::CmpIPredicate::ult
                                    : arith::CmpIPredicate::slt;
  Value some = arith::CmpIOp::create(b, loc, less, lower, upper);
  // Not negative where it counts, so without a sign.
  Value distance = b.createOrFold<arith::SubIOp>(loc, upper, lower);
  Value last = b.createOrFold<arith::SubIOp>(loc, distance, one);
  Value steps = b.createOrFold<arith::DivUIOp>(loc, last, loop.getStep());
  Value count = b.createOrFold<arith::AddIOp>(loc, steps, one);
  Value result = b.createOrFold<arith::SelectOp>(loc, some, count, zero);
  if (!type.isIndex())
    result = arith::IndexCastUIOp::create(b, loc, b.getIndexType(), result);
  return result;
}

/// Iterations of the whole chain, if all extents are constants.
static std::optional<APInt> getStaticCount(ArrayRef<scf::ForOp> chain) {
  APInt product(64, 1);
  for (scf::ForOp loop : chain) {
    std::optional<APInt> count = loop.getStaticTripCount();
    if (!count)
      return std::nullopt;
    product *= count->zextOrTrunc(64);
  }
  return product;
}

/// The induction variable of `loop` in its iteration with this number.
static Value createVariable(OpBuilder &b, scf::ForOp loop, Value number) {
  Location loc = loop.getLoc();
  Type type = loop.getInductionVar().getType();
  if (!type.isIndex())
    number = arith::IndexCastUIOp::create(b, loc, type, number);
  Value offset = b.createOrFold<arith::MulIOp>(loc, number, loop.getStep());
  return b.createOrFold<arith::AddIOp>(loc, loop.getLowerBound(), offset);
}

scf::ForOp pipeline::coalesceChain(RewriterBase &rewriter,
                                   const LoadLoop &candidate) {
  scf::ForOp inner = candidate.loop;
  SmallVector<scf::ForOp> chain = findChain(candidate);
  std::optional<APInt> count = getStaticCount(chain);
  if (chain.size() < 2 || (count && count->ule(1)))
    return inner;
  OpBuilder::InsertionGuard guard(rewriter);
  scf::ForOp outermost = chain.front();
  Location loc = inner.getLoc();
  rewriter.setInsertionPoint(outermost);
  Value zero = arith::ConstantIndexOp::create(rewriter, loc, 0);
  Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
  Value total;
  SmallVector<OpFoldResult> basis;
  for (scf::ForOp loop : chain) {
    Value extent = createTripCount(rewriter, loop);
    total = total ? rewriter.createOrFold<arith::MulIOp>(loc, total, extent)
                  : extent;
    if (loop == outermost)
      continue;
    // If it is zero there are no iterations, but indices of tiles ahead.
    std::optional<int64_t> constant = getConstantIntValue(extent);
    basis.push_back(
        constant ? OpFoldResult(
                       rewriter.getIndexAttr(std::max<int64_t>(*constant, 1)))
                 : rewriter.createOrFold<arith::MaxUIOp>(loc, extent, one));
  }
  auto loop =
      scf::ForOp::create(rewriter, loc, zero, total, one, outermost.getInits());
  loop->setDiscardableAttrs(inner->getDiscardableAttrDictionary());
  if (outermost.getInits().empty())
    rewriter.setInsertionPoint(loop.getBody()->getTerminator());
  else
    rewriter.setInsertionPointToEnd(loop.getBody());
  auto indices = AffineDelinearizeIndexOp::create(
      rewriter, loc, loop.getInductionVar(), basis, /*hasOuterBound=*/false);
  indices->setDiscardableAttr(kChainAttr, rewriter.getUnitAttr());
  IRMapping map;
  for (auto [each, number] : llvm::zip_equal(chain, indices.getResults())) {
    map.map(each.getInductionVar(), createVariable(rewriter, each, number));
    if (each == inner)
      map.map(each.getRegionIterArgs(), loop.getRegionIterArgs());
    for (Operation &op : each.getBody()->without_terminator())
      if (each == inner || !isa<scf::ForOp>(op) ||
          !llvm::is_contained(chain, cast<scf::ForOp>(op)))
        rewriter.clone(op, map);
  }
  if (!outermost.getInits().empty()) {
    SmallVector<Value> results;
    for (Value value : inner.getYieldedValues())
      results.push_back(map.lookupOrDefault(value));
    scf::YieldOp::create(rewriter, loc, results);
  }
  rewriter.replaceOp(outermost, loop.getResults());
  return loop;
}

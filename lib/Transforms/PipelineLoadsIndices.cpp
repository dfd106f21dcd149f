//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The indices of a chain of loops, carried by the one loop that it became: i +
// 1 for the innermost, with the carry into the one around it, for each distance
// from the body's tile at which they are needed.
//
//===----------------------------------------------------------------------===//

#include "PipelineLoadsImpl.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::pipeline;
using affine::AffineDelinearizeIndexOp;

/// The indices of the next iteration. `basis` has the extents of all but the
/// first index, which has none.
static SmallVector<Value> advance(OpBuilder &b, Location loc,
                                  ValueRange indices,
                                  ArrayRef<OpFoldResult> basis) {
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  SmallVector<Value> result(indices);
  Value carry;
  for (size_t i = indices.size(); i-- > 0;) {
    Value next = b.createOrFold<arith::AddIOp>(loc, indices[i], one);
    Value wrapped = next;
    Value atEnd;
    if (i > 0) {
      Value extent = getValueOrCreateConstantIndexOp(b, loc, basis[i - 1]);
      atEnd = b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, next,
                                            extent);
      wrapped = b.createOrFold<arith::SelectOp>(loc, atEnd, zero, next);
    }
    if (!carry) {
      result[i] = wrapped;
      carry = atEnd;
      continue;
    }
    result[i] =
        b.createOrFold<arith::SelectOp>(loc, carry, wrapped, indices[i]);
    if (atEnd)
      carry = b.createOrFold<arith::AndIOp>(loc, carry, atEnd);
  }
  return result;
}

/// The constant that is added to `base` in `value`.
static std::optional<int64_t> getOffset(Value value, Value base) {
  if (!base)
    return getConstantIntValue(value);
  if (value == base)
    return 0;
  auto add = value.getDefiningOp<arith::AddIOp>();
  if (add && add.getLhs() == base)
    return getConstantIntValue(add.getRhs());
  return std::nullopt;
}

static SmallVector<AffineDelinearizeIndexOp> findIndices(Block::iterator begin,
                                                         Block::iterator end) {
  SmallVector<AffineDelinearizeIndexOp> found;
  for (Operation &op : llvm::make_range(begin, end))
    if (auto indices = dyn_cast<AffineDelinearizeIndexOp>(op))
      if (op.hasAttr(kChainAttr))
        found.push_back(indices);
  return found;
}

scf::ForOp pipeline::carryIndices(RewriterBase &rewriter, scf::ForOp loop) {
  // Prologue and loop.
  auto before = findIndices(loop->getBlock()->begin(), Block::iterator(loop));
  auto inside = findIndices(loop.getBody()->begin(), loop.getBody()->end());
  if (before.empty() && inside.empty())
    return loop;
  OpBuilder::InsertionGuard guard(rewriter);
  Location loc = loop.getLoc();
  AffineDelinearizeIndexOp any =
      inside.empty() ? before.front() : inside.front();
  SmallVector<OpFoldResult> basis = any.getMixedBasis();
  unsigned rank = any.getNumResults();
  rewriter.setInsertionPoint(before.empty() ? loop : before.front());

  // Indices of the first tiles, each from those of the tile before.
  SmallVector<SmallVector<Value>> first = {SmallVector<Value>(
      rank, arith::ConstantIndexOp::create(rewriter, loc, 0).getResult())};
  auto getFirst = [&](int64_t number) -> SmallVector<Value> & {
    while (static_cast<int64_t>(first.size()) <= number)
      first.push_back(advance(rewriter, loc, first.back(), basis));
    return first[number];
  };
  for (AffineDelinearizeIndexOp indices : before) {
    std::optional<int64_t> number =
        getOffset(indices.getLinearIndex(), Value());
    assert(number && "tiles before the loop are numbered");
    rewriter.replaceOp(indices, getFirst(*number));
  }

  // In the loop: by distance, from the outermost index that is used.
  struct Carried {
    SmallVector<AffineDelinearizeIndexOp> ops;
    unsigned outermost;
  };
  llvm::MapVector<int64_t, Carried> carried;
  for (AffineDelinearizeIndexOp indices : inside) {
    unsigned at = 0;
    while (at < rank && indices.getResult(at).use_empty())
      ++at;
    if (at == rank) {
      rewriter.eraseOp(indices);
      continue;
    }
    std::optional<int64_t> distance =
        getOffset(indices.getLinearIndex(), loop.getInductionVar());
    assert(distance && "tiles are so many iterations ahead");
    auto &entry = carried.insert({*distance, Carried{{}, at}}).first->second;
    entry.ops.push_back(indices);
    entry.outermost = std::min(entry.outermost, at);
  }
  SmallVector<Value> inits;
  for (auto &[distance, entry] : carried)
    llvm::append_range(
        inits, ArrayRef(getFirst(distance)).drop_front(entry.outermost));
  if (inits.empty())
    return loop;
  auto attributes = loop->getDiscardableAttrDictionary();
  auto yields = [&](OpBuilder &b, Location loc,
                    ArrayRef<BlockArgument> arguments) {
    SmallVector<Value> results;
    for (auto &[distance, entry] : carried) {
      unsigned size = rank - entry.outermost;
      SmallVector<Value> indices(arguments.take_front(size));
      arguments = arguments.drop_front(size);
      // The outermost one that is used may have an extent itself.
      SmallVector<Value> padded(rank - size);
      if (entry.outermost)
        padded.back() = arith::ConstantIndexOp::create(b, loc, 0);
      unsigned skipped = entry.outermost ? entry.outermost - 1 : 0;
      SmallVector<Value> all(ArrayRef(padded).drop_front(skipped));
      llvm::append_range(all, indices);
      auto next = advance(b, loc, all, ArrayRef(basis).drop_front(skipped));
      llvm::append_range(results, ArrayRef(next).take_back(size));
    }
    return results;
  };
  rewriter.setInsertionPoint(loop);
  auto replaced = cast<scf::ForOp>(*loop.replaceWithAdditionalYields(
      rewriter, inits, /*replaceInitOperandUsesInLoop=*/false, yields));
  replaced->setDiscardableAttrs(attributes);
  auto arguments = replaced.getRegionIterArgs().take_back(inits.size());
  for (auto &[distance, entry] : carried) {
    unsigned size = rank - entry.outermost;
    for (AffineDelinearizeIndexOp indices : entry.ops) {
      auto results = indices.getResults().drop_front(entry.outermost);
      rewriter.replaceAllUsesWith(results, arguments.take_front(size));
      rewriter.eraseOp(indices);
    }
    arguments = arguments.drop_front(size);
  }
  return replaced;
}

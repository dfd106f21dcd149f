//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A contraction with a longer epilogue, by a plan.
//
//===----------------------------------------------------------------------===//

#include "EpiloguePlan.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace sparsegpu;

namespace {
/// Makes a contraction of an old one and a plan.
class Rewrite {
public:
  Rewrite(EpilogueOpInterface old, const EpiloguePlan &plan,
          IRRewriter &rewriter)
      : old(old), plan(plan), b(rewriter) {}

  EpilogueOpInterface run();

private:
  /// The element of `source` in the epilogue `block`: an argument, which is
  /// added, or a value from outside.
  Value elementOf(const EpilogueSource &source, Block &block);
  Value add(Value accumulator, Value element);
  /// The value that the old epilogue leaves, not rounded to C's type yet.
  Value cloneEpilogue(Value value, ValueRange inputs);
  Value cloneBody(Value value, ArrayRef<Value> elements);

  EpilogueOpInterface old;
  const EpiloguePlan &plan;
  IRRewriter &b;
  SmallVector<Value> inputs;
  SmallVector<AffineMap> inputMaps;
};
} // namespace

Value Rewrite::elementOf(const EpilogueSource &source, Block &block) {
  if (source.splat)
    return arith::ConstantOp::create(b, old.getLoc(), source.splat);
  if (!source.isTensor())
    return source.value;
  inputs.push_back(source.value);
  inputMaps.push_back(source.map);
  return block.addArgument(getElementTypeOrSelf(source.value.getType()),
                           old.getLoc());
}

Value Rewrite::add(Value accumulator, Value element) {
  Type type = accumulator.getType();
  Location loc = old.getLoc();
  Value factor = old.getFactorOfInit();
  if (type.isInteger()) {
    if (factor)
      element = arith::MulIOp::create(b, loc, element, factor);
    return arith::AddIOp::create(b, loc, accumulator, element);
  }
  if (element.getType() != type)
    element = arith::ExtFOp::create(b, loc, type, element);
  if (factor)
    element = arith::MulFOp::create(b, loc, element, factor);
  return arith::AddFOp::create(b, loc, accumulator, element);
}

Value Rewrite::cloneEpilogue(Value value, ValueRange inputs) {
  if (old.getEpilogue().empty())
    return value;
  IRMapping mapping;
  Block &block = old.getEpilogue().front();
  mapping.map(block.getArgument(0), value);
  mapping.map(block.getArguments().drop_front(), inputs);
  for (Operation &inner : block.without_terminator())
    b.clone(inner, mapping);
  return mapping.lookupOrDefault(block.getTerminator()->getOperand(0));
}

/// The body reads the value in the type of the old C. Where it widens it at
/// once to what it was before it was rounded, it is not rounded at all.
Value Rewrite::cloneBody(Value value, ArrayRef<Value> elements) {
  Value rounded = value, wide = value;
  Type stored = getElementTypeOrSelf(old.getInit().getType());
  if (value.getType() != stored)
    rounded = arith::TruncFOp::create(b, old.getLoc(), stored, value);
  else if (auto truncation = value.getDefiningOp<arith::TruncFOp>())
    wide = truncation.getIn();
  IRMapping mapping;
  linalg::LinalgOp user = plan.user;
  Block &body = *user.getBlock();
  for (auto [argument, isOwn, element] :
       llvm::zip(body.getArguments(), plan.isOwnValue, elements))
    if (isOwn)
      mapping.map(argument, rounded);
    else if (element)
      mapping.map(argument, element);
  for (Operation &inner : body.without_terminator()) {
    auto extension = dyn_cast<arith::ExtFOp>(inner);
    if (extension && extension.getType() == wide.getType() &&
        mapping.lookupOrNull(extension.getIn()) == rounded)
      mapping.map(extension.getResult(), wide);
    else
      b.clone(inner, mapping);
  }
  return mapping.lookupOrDefault(body.getTerminator()->getOperand(0));
}

/// An epilogue that stores what is stored without one.
static bool isTrivial(Block &block) {
  Value value = block.getTerminator()->getOperand(0);
  if (auto truncation = value.getDefiningOp<arith::TruncFOp>())
    value = truncation.getIn();
  return block.getNumArguments() == 1 && value == block.getArgument(0);
}

EpilogueOpInterface Rewrite::run() {
  Operation *place = old;
  if (linalg::LinalgOp user = plan.user)
    place = user;
  b.setInsertionPoint(place);
  Region region;
  Block &block = region.emplaceBlock();
  Value accumulator = block.addArgument(old.getAccumulatorType(), old.getLoc());
  SmallVector<Value> oldInputs, elements;
  for (auto [i, input] : llvm::enumerate(old.getInputs())) {
    AffineMap map = cast<AffineMapAttr>((*old.getInputMaps())[i]).getValue();
    oldInputs.push_back(elementOf({input, map, {}}, block));
  }
  Value addend = plan.addend ? elementOf(*plan.addend, block) : Value();
  for (const std::optional<EpilogueSource> &source : plan.sources)
    elements.push_back(source ? elementOf(*source, block) : Value());

  b.setInsertionPointToEnd(&block);
  Value value = addend ? add(accumulator, addend) : accumulator;
  value = cloneEpilogue(value, oldInputs);
  if (plan.user)
    value = cloneBody(value, elements);
  Type stored = getElementTypeOrSelf(plan.init.getType());
  if (value.getType() != stored)
    value = arith::TruncFOp::create(b, old.getLoc(), stored, value);
  YieldOp::create(b, old.getLoc(), value);
  // Roundings that nobody reads any more.
  SmallVector<Operation *> operations;
  for (Operation &inner : block.without_terminator())
    operations.push_back(&inner);
  for (Operation *inner : llvm::reverse(operations))
    if (isOpTriviallyDead(inner))
      inner->erase();

  b.setInsertionPoint(place);
  if (isTrivial(block))
    block.erase();
  auto made = cast<EpilogueOpInterface>(old.rebuildWithEpilogue(
      b, plan.init, plan.map, plan.beta, inputs, inputMaps, region));
  b.replaceOp(place, made->getResults());
  if (place != old)
    b.eraseOp(old);
  return made;
}

EpilogueOpInterface sparsegpu::applyEpiloguePlan(EpilogueOpInterface op,
                                                 const EpiloguePlan &plan,
                                                 IRRewriter &rewriter) {
  return Rewrite(op, plan, rewriter).run();
}

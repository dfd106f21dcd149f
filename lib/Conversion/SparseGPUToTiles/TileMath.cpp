//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a nest computes with tiles, as linalg operations.
//
//===----------------------------------------------------------------------===//

#include "NestBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sparsegpu;

/// The computation of `region` on `arguments`, at the builder's position.
static Value inlineBody(OpBuilder &builder, Region &region,
                        ValueRange arguments) {
  IRMapping mapping;
  mapping.map(region.getArguments(), arguments);
  for (Operation &inner : region.front().without_terminator())
    builder.clone(inner, mapping);
  return mapping.lookupOrDefault(region.front().getTerminator()->getOperand(0));
}

TypedAttr NestBuilder::getIdentity() {
  return op.getIdentity() ? cast<TypedAttr>(*op.getIdentity())
                          : b.getZeroAttr(acc);
}

Value NestBuilder::extend(OpBuilder &builder, Value value) {
  if (value.getType() == acc)
    return value;
  if (acc.isInteger())
    return arith::ExtSIOp::create(builder, loc, acc, value);
  return arith::ExtFOp::create(builder, loc, acc, value);
}

/// Arithmetic of the accumulator type.
static Value add(OpBuilder &builder, Location loc, Value x, Value y) {
  if (x.getType().isInteger())
    return arith::AddIOp::create(builder, loc, x, y);
  return arith::AddFOp::create(builder, loc, x, y);
}

static Value multiply(OpBuilder &builder, Location loc, Value x, Value y) {
  if (x.getType().isInteger())
    return arith::MulIOp::create(builder, loc, x, y);
  return arith::MulFOp::create(builder, loc, x, y);
}

static bool isOne(Value value) {
  return matchPattern(value, m_OneFloat()) || matchPattern(value, m_One());
}

Value NestBuilder::buildReduce(OpBuilder &builder, Value x, Value y) {
  return op.getReduce().empty() ? add(builder, loc, x, y)
                                : inlineBody(builder, op.getReduce(), {x, y});
}

Value NestBuilder::buildIdentityTile(ArrayRef<int64_t> shape, Value count) {
  Value identity = arith::ConstantOp::create(b, loc, getIdentity());
  Value empty = tensor::EmptyOp::create(
      b, loc, shape, acc, count ? ValueRange(count) : ValueRange());
  return linalg::FillOp::create(b, loc, identity, empty).getResult(0);
}

bool NestBuilder::isScaled() { return op.getAlpha() && !isOne(op.getAlpha()); }

bool NestBuilder::isPlain() {
  return !isScaled() && op.getEpilogue().empty() &&
         cast<MemRefType>(dest.getType()).getElementType() == acc;
}

Value NestBuilder::buildElementwise(
    ValueRange tiles, llvm::function_ref<Value(OpBuilder &, ValueRange)> body) {
  auto type = cast<RankedTensorType>(tiles[0].getType());
  Value empty = tensor::EmptyOp::create(b, loc, type, ValueRange());
  SmallVector<AffineMap> maps(tiles.size() + 1, b.getMultiDimIdentityMap(2));
  SmallVector<utils::IteratorType> iterators(2, utils::IteratorType::parallel);
  return linalg::GenericOp::create(
             b, loc, type, tiles, empty, maps, iterators,
             [&](OpBuilder &builder, Location, ValueRange args) {
               linalg::YieldOp::create(builder, loc,
                                       body(builder, args.drop_back()));
             })
      .getResult(0);
}

ScatterOp NestBuilder::buildScatter(Value tile, const Sums &into, Value rows,
                                    Value column, bool partial) {
  return ScatterOp::create(b, loc, tile, into.memory, rows, column,
                           into.transposed, partial);
}

/// What is not present in A counts as the identity of the reduction.
Value NestBuilder::buildContraction(DecodedTile a, Value bTile,
                                    Value accumulator, bool turned) {
  if (op.getCombine().empty() && !a.present && !turned)
    return linalg::MatmulOp::create(b, loc, accumulator.getType(),
                                    ValueRange{a.values, bTile}, accumulator)
        .getResult(0);
  AffineExpr m, n, k;
  bindDims(b.getContext(), m, n, k);
  auto map = [&](AffineExpr row, AffineExpr column) {
    return AffineMap::get(3, 0, {row, column}, b.getContext());
  };
  AffineMap aMap = turned ? map(k, m) : map(m, k);
  SmallVector<Value> operands = {a.values, bTile};
  SmallVector<AffineMap> maps = {aMap, map(k, n)};
  if (a.present) {
    operands.push_back(a.present);
    maps.push_back(aMap);
  }
  maps.push_back(map(m, n));
  SmallVector<utils::IteratorType> iterators = {utils::IteratorType::parallel,
                                                utils::IteratorType::parallel,
                                                utils::IteratorType::reduction};
  auto body = [&](OpBuilder &builder, Location, ValueRange args) {
    Value left = extend(builder, args[0]), right = extend(builder, args[1]);
    Value term = op.getCombine().empty()
                     ? multiply(builder, loc, left, right)
                     : inlineBody(builder, op.getCombine(), {left, right});
    if (a.present) {
      Value identity = arith::ConstantOp::create(builder, loc, getIdentity());
      term = arith::SelectOp::create(builder, loc, args[2], term, identity);
    }
    linalg::YieldOp::create(builder, loc,
                            buildReduce(builder, args.back(), term));
  };
  return linalg::GenericOp::create(b, loc, accumulator.getType(), operands,
                                   accumulator, maps, iterators, body)
      .getResult(0);
}

Value NestBuilder::buildEpilogue(Value accumulator, Value rows, Value column,
                                 bool partial) {
  auto tile = cast<RankedTensorType>(accumulator.getType());
  auto destElement = cast<MemRefType>(dest.getType()).getElementType();
  int64_t tileRows = tile.getDimSize(0), tileColumns = tile.getDimSize(1);
  AffineMap whole = b.getMultiDimIdentityMap(2);
  SmallVector<Value> operands = {accumulator};
  SmallVector<AffineMap> maps = {whole};
  if (op.getBeta()) {
    auto type = RankedTensorType::get({tileRows, tileColumns}, destElement);
    operands.push_back(GatherOp::create(b, loc, type, dest, rows, column,
                                        op.getTransposeC(), partial));
    maps.push_back(whole);
  }
  for (auto [i, input] : llvm::enumerate(op.getInputs())) {
    AffineMap map = cast<AffineMapAttr>((*op.getInputMaps())[i]).getValue();
    bool usesM = map.isFunctionOfDim(0), usesN = map.isFunctionOfDim(1);
    bool transposed = usesM && usesN && map.getDimPosition(0) == 1;
    if (map.getNumResults() == 0) {
      operands.push_back(memref::LoadOp::create(b, loc, input));
      maps.push_back(AffineMap::get(2, 0, b.getContext()));
      continue;
    }
    SmallVector<int64_t> shape;
    SmallVector<AffineExpr> subscripts;
    if (usesM)
      shape.push_back(tileRows), subscripts.push_back(b.getAffineDimExpr(0));
    if (usesN)
      shape.push_back(tileColumns), subscripts.push_back(b.getAffineDimExpr(1));
    auto type = RankedTensorType::get(
        shape, cast<MemRefType>(input.getType()).getElementType());
    operands.push_back(GatherOp::create(
        b, loc, type, input, usesM ? rows : Value(), usesN ? column : Value(),
        transposed, usesM && partial));
    maps.push_back(AffineMap::get(2, 0, subscripts, b.getContext()));
  }
  return buildEpilogue(operands, maps);
}

Value NestBuilder::buildEpilogue(ValueRange operands,
                                 ArrayRef<AffineMap> operandMaps) {
  if (isPlain() && !op.getBeta())
    return operands.front();
  auto tile = cast<RankedTensorType>(operands.front().getType());
  auto destElement = cast<MemRefType>(dest.getType()).getElementType();
  SmallVector<AffineMap> maps(operandMaps);
  maps.push_back(b.getMultiDimIdentityMap(2));
  Value empty = tensor::EmptyOp::create(b, loc, tile.getShape(), destElement);
  SmallVector<utils::IteratorType> iterators(2, utils::IteratorType::parallel);
  auto body = [&](OpBuilder &builder, Location, ValueRange args) {
    Value value = args[0];
    if (isScaled())
      value = multiply(builder, loc, value, op.getAlpha());
    ValueRange rest = args.drop_front().drop_back();
    if (op.getBeta()) {
      Value old = extend(builder, rest.front());
      rest = rest.drop_front();
      if (!isOne(op.getBeta()))
        old = multiply(builder, loc, old, op.getBeta());
      value = add(builder, loc, value, old);
    }
    if (!op.getEpilogue().empty()) {
      SmallVector<Value> arguments = {value};
      llvm::append_range(arguments, rest);
      value = inlineBody(builder, op.getEpilogue(), arguments);
    } else if (destElement != acc) {
      value = arith::TruncFOp::create(builder, loc, destElement, value);
    }
    linalg::YieldOp::create(builder, loc, value);
  };
  return linalg::GenericOp::create(b, loc, empty.getType(), operands, empty,
                                   maps, iterators, body)
      .getResult(0);
}

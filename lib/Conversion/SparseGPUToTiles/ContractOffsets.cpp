//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where elements of operands are: offsets by loops, and tiles loaded and stored
// by them.
//
//===----------------------------------------------------------------------===//

#include "ContractNest.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <numeric>

using namespace mlir;
using namespace sparsegpu;

/// The factor of loop `d` in `expr`, a sum of loops.
static int64_t factorOf(AffineExpr expr, unsigned d) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dim.getPosition() == d;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return 0;
  if (binary.getKind() == AffineExprKind::Add)
    return factorOf(binary.getLHS(), d) + factorOf(binary.getRHS(), d);
  return factorOf(binary.getLHS(), d) *
         cast<AffineConstantExpr>(binary.getRHS()).getValue();
}

/// The loops of `map`'s subscripts, if the elements of `memory` follow each
/// other without gaps when these run, the last one fastest; else nothing. A
/// subscript 0 in front is of no account.
static SmallVector<unsigned> packedLoops(Value memory, AffineMap map) {
  SmallVector<unsigned> order;
  if (!cast<MemRefType>(memory.getType()).getLayout().isIdentity())
    return order;
  ArrayRef<AffineExpr> subscripts = map.getResults();
  if (!subscripts.empty() && isa<AffineConstantExpr>(subscripts.front()))
    subscripts = subscripts.drop_front();
  for (AffineExpr subscript : subscripts) {
    auto dim = dyn_cast<AffineDimExpr>(subscript);
    if (!dim)
      return {};
    order.push_back(dim.getPosition());
  }
  return order;
}

ContractNest::Operand ContractNest::makeOperand(Value memory, AffineMap map) {
  Operand operand{memory, map, {}, {}, packedLoops(memory, map), {}};
  auto type = cast<MemRefType>(memory.getType());
  auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, memory);
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  if (failed(type.getStridesAndOffset(strides, offset)))
    strides.assign(type.getRank(), ShapedType::kDynamic);
  for (unsigned d = 0; d < op.getNumLoops(); ++d) {
    Value weight = index(0);
    int64_t known = 0;
    for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
      int64_t factor = factorOf(expr, d);
      if (factor == 0)
        continue;
      known = ShapedType::isDynamic(strides[dim]) || known < 0
                  ? -1
                  : known + factor * strides[dim];
      Value stride = ShapedType::isDynamic(strides[dim])
                         ? metadata.getStrides()[dim]
                         : index(strides[dim]);
      Value part = arith::MulIOp::create(b, loc, stride, index(factor));
      weight = arith::AddIOp::create(b, loc, weight, part);
    }
    operand.weights.push_back(weight);
    operand.staticWeights.push_back(known);
  }
  return operand;
}

Value ContractNest::offsetOf(OpBuilder &builder, const Operand &operand,
                             ArrayRef<unsigned> group, Value position) {
  if (!group.empty() && ArrayRef<unsigned>(operand.packed) == group)
    return position;
  Value offset;
  // The last loop is the fastest; the first needs no remainder.
  for (size_t i = group.size(); i-- > 0;) {
    unsigned d = group[i];
    Value iteration = position;
    if (i != 0) {
      iteration = arith::RemUIOp::create(builder, loc, position, extents[d]);
      position = arith::DivUIOp::create(builder, loc, position, extents[d]);
    }
    if (operand.staticWeights[d] == 0)
      continue;
    Value part =
        arith::MulIOp::create(builder, loc, iteration, operand.weights[d]);
    offset = offset
                 ? arith::AddIOp::create(builder, loc, offset, part).getResult()
                 : part;
  }
  if (!offset)
    offset = arith::ConstantIndexOp::create(builder, loc, 0);
  return offset;
}

Value ContractNest::offsets(const Operand &operand, ArrayRef<unsigned> group,
                            Value begin, Value base, int64_t size) {
  auto type = RankedTensorType::get({size}, b.getIndexType());
  return tensor::GenerateOp::create(
      b, loc, type, ValueRange(),
      [&](OpBuilder &builder, Location, ValueRange ids) {
        Value position = arith::AddIOp::create(builder, loc, begin, ids[0]);
        Value offset = offsetOf(builder, operand, group, position);
        if (base)
          offset = arith::AddIOp::create(builder, loc, offset, base);
        tensor::YieldOp::create(builder, loc, offset);
      });
}

int64_t ContractNest::runOf(const Operand &operand, ArrayRef<unsigned> group,
                            int64_t size) {
  if (group.empty() || operand.staticWeights[group.back()] != 1)
    return 1;
  if (group.size() == 1)
    return size;
  int64_t extent = op.getStaticExtent(group.back());
  // Groups of 16 bytes are all that matters.
  return ShapedType::isDynamic(extent) ? 1 : std::gcd(extent, size);
}

ContractNest::Layout ContractNest::layoutOf(const Operand &operand,
                                            ArrayRef<unsigned> rowGroup,
                                            int64_t rows,
                                            ArrayRef<unsigned> columnGroup,
                                            int64_t columns) {
  int64_t rowRun = runOf(operand, rowGroup, rows),
          columnRun = runOf(operand, columnGroup, columns);
  return rowRun > columnRun ? Layout{0, rowRun} : Layout{1, columnRun};
}

Value ContractNest::baseOf(const Operand &operand) {
  if (!batch)
    return operand.base;
  Value base = offsetOf(b, operand, loops.batch, batch);
  return operand.base
             ? arith::AddIOp::create(b, loc, base, operand.base).getResult()
             : base;
}

Value ContractNest::load(const Operand &operand, const Side &rows,
                         const Side &columns) {
  auto type = RankedTensorType::get(
      {rows.size, columns.size},
      cast<MemRefType>(operand.memory.getType()).getElementType());
  Layout layout =
      layoutOf(operand, rows.group, rows.size, columns.group, columns.size);
  return LoadOp::create(
      b, loc, type, operand.memory,
      offsets(operand, rows.group, rows.begin, baseOf(operand), rows.size),
      rows.count,
      offsets(operand, columns.group, columns.begin, Value(), columns.size),
      columns.count, layout.contiguous, layout.run);
}

void ContractNest::store(Value tile, const Operand &operand, const Side &rows,
                         const Side &columns) {
  Layout layout =
      layoutOf(operand, rows.group, rows.size, columns.group, columns.size);
  StoreOp::create(
      b, loc, tile, operand.memory,
      offsets(operand, rows.group, rows.begin, baseOf(operand), rows.size),
      rows.count,
      offsets(operand, columns.group, columns.begin, Value(), columns.size),
      columns.count, layout.contiguous, layout.run, /*staged=*/false);
}

ContractNest::Side ContractNest::side(ArrayRef<unsigned> group, Value begin,
                                      Value end, int64_t size) {
  // Where tiles end with the extent, all of each exists.
  int64_t extent = staticTotal(group);
  bool isWhole = !ShapedType::isDynamic(extent) && extent % size == 0;
  Value count = isWhole ? index(size)
                        : arith::SubIOp::create(b, loc, end, begin).getResult();
  return {SmallVector<unsigned>(group), begin, count, size};
}

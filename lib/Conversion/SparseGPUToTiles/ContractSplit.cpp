//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// K in parts (split-K): more blocks than C has tiles.
//
// 1. The third dimension of the nest runs over batches times parts. A block
//    goes through its part of K and stores the sums as they are into a
//    workspace of the accumulator type, [parts] x the shape of C. A part
//    without steps stores zeros.
// 2. A second nest has one lane for each element of C. It adds the sums of all
//    parts, the first part first, and does beta, epilogue, rounding and store.
//    Nothing is atomic: results are the same in each run.
//
// The workspace has its elements in the order in which the subscripts of C run.
// So an element's place in it is its number, and the lanes of the second nest,
// side by side along that number, touch neighbours in the workspace and, unless
// its layout has gaps, in C, whichever dimension of C is the innermost one.
//
//===----------------------------------------------------------------------===//

#include "ContractNest.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sparsegpu;

/// Warps of a block of the second nest; each of its lanes has one element.
static constexpr int64_t kWarpsOfSum = 4;

/// What a wide store needs at most.
static constexpr int64_t kMaxAlignment = 16;

static int64_t bytesOf(Type element) {
  return llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

/// The loops that are the subscripts of C.
static SmallVector<unsigned> getLoopsOfC(ContractOp op) {
  SmallVector<unsigned> order;
  for (AffineExpr subscript : op.getMapOfC().getResults())
    order.push_back(cast<AffineDimExpr>(subscript).getPosition());
  return order;
}

//===----------------------------------------------------------------------===//
// The workspace
//===----------------------------------------------------------------------===//

void ContractNest::allocateWorkspace(ArrayAttr schedules) {
  int64_t parts = 1;
  for (auto schedule : schedules.getAsRange<ScheduleAttr>())
    parts = std::max(parts, schedule.getSplitK());
  if (parts == 1)
    return;
  // Sizes that are known are in the type: folding them into it later would
  // forget the attribute.
  SmallVector<int64_t> shape = {parts};
  SmallVector<Value> sizes;
  for (unsigned d : getLoopsOfC(op)) {
    shape.push_back(op.getStaticExtent(d));
    if (ShapedType::isDynamic(shape.back()))
      sizes.push_back(extents[d]);
  }
  auto alloc = memref::AllocOp::create(
      b, loc, MemRefType::get(shape, op.getAccumulatorType()), sizes);
  alloc->setAttr("sparse_gpu.workspace", b.getUnitAttr());
  workspace = alloc;
}

void ContractNest::freeWorkspace() {
  if (workspace)
    memref::DeallocOp::create(b, loc, workspace);
}

ContractNest::Operand ContractNest::makePartialSums(Value number) {
  AffineMap mapOfC = op.getMapOfC();
  SmallVector<AffineExpr> subscripts = {b.getAffineConstantExpr(0)};
  llvm::append_range(subscripts, mapOfC.getResults());
  Operand sums = makeOperand(
      workspace, AffineMap::get(mapOfC.getNumDims(), /*symbolCount=*/0,
                                subscripts, b.getContext()));
  sums.base = arith::MulIOp::create(b, loc, number, total(getLoopsOfC(op)));
  return sums;
}

ScheduleAttr ContractNest::getPartSchedule(ScheduleAttr schedule) {
  // The workspace begins at a multiple of 256 bytes; parts and rows follow each
  // other without gaps.
  auto typeOfC = cast<MemRefType>(op.getInit().getType());
  int64_t width = bytesOf(op.getAccumulatorType()),
          widthOfC = bytesOf(typeOfC.getElementType());
  SmallVector<unsigned> order = getLoopsOfC(op);
  int64_t row =
      order.empty() ? ShapedType::kDynamic : op.getStaticExtent(order.back());
  int64_t alignment = width;
  ScheduleFields fields = schedule.getFields();
  fields.guards.clear();
  for (GuardAttr guard : schedule.getGuards()) {
    if (guard.getQuantity() != GuardQuantity::ResultAlignment) {
      fields.guards.push_back(guard);
      continue;
    }
    // So many elements of C, at least, divide its rows.
    if (order.size() > 1 && guard.getBound() > widthOfC)
      alignment = std::max(alignment, guard.getBound() / widthOfC * width);
  }
  if (!ShapedType::isDynamic(row))
    while (alignment < kMaxAlignment && row * width % (2 * alignment) == 0)
      alignment *= 2;
  alignment = std::min(alignment, kMaxAlignment);
  if (alignment > width)
    fields.guards.push_back(GuardAttr::get(b.getContext(),
                                           GuardQuantity::ResultAlignment,
                                           GuardPredicate::GE, alignment));
  return ScheduleAttr::get(b.getContext(), fields);
}

//===----------------------------------------------------------------------===//
// The nests
//===----------------------------------------------------------------------===//

ContractNest::PartOfK ContractNest::makePart(Value number, Value k,
                                             int64_t step, int64_t parts) {
  int64_t extent = staticTotal(loops.k);
  Value steps = arith::CeilDivUIOp::create(b, loc, k, index(step)).getResult();
  Value each = arith::CeilDivUIOp::create(b, loc, steps, index(parts));
  Value size = arith::MulIOp::create(b, loc, each, index(step));
  Value begin = arith::MulIOp::create(b, loc, number, size);
  // All parts are alike.
  if (!ShapedType::isDynamic(extent) && extent % (step * parts) == 0)
    return {begin, index(extent / parts)};
  begin = arith::MinUIOp::create(b, loc, begin, k);
  Value left = arith::SubIOp::create(b, loc, k, begin);
  return {begin, arith::MinUIOp::create(b, loc, size, left)};
}

void ContractNest::beginAt(PartOfK &part, Operand &a, Operand &right) {
  // Offsets by several loops are not sums of offsets.
  if (loops.k.size() > 1)
    return;
  for (Operand *operand : {&a, &right})
    operand->base = offsetOf(b, *operand, loops.k, part.begin);
  part.begin = {};
}

void ContractNest::buildSum(int64_t parts) {
  SmallVector<unsigned> group = getLoopsOfC(op);
  Value elements = total(group);
  ScheduleFields fields;
  fields.scope = Scope::Block;
  fields.warps = kWarpsOfSum;
  fields.tile = {1, 32 * kWarpsOfSum, 1};
  fields.warpTile = {1, 32};
  fields.copy = 0;
  SmallVector<OpFoldResult> lower(2, b.getIndexAttr(0)),
      upper = {elements, b.getIndexAttr(1)},
      steps = {b.getIndexAttr(fields.tile[1]), b.getIndexAttr(1)};
  auto mapping = b.getArrayAttr(
      {gpu::GPUBlockMappingAttr::get(b.getContext(), gpu::MappingId::DimX),
       gpu::GPUBlockMappingAttr::get(b.getContext(), gpu::MappingId::DimY)});
  auto nest =
      scf::ForallOp::create(b, loc, lower, upper, steps, ValueRange(), mapping);
  nest->setAttr("sparse_gpu.schedule",
                ScheduleAttr::get(b.getContext(), fields));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(nest.getTerminator());
  batch = {};
  Operand c = makeOperand(op.getInit(), op.getMapOfC());
  Side rows = {{}, index(0), index(1), 1},
       columns = side(group, nest.getInductionVar(0), elements, fields.tile[1]);
  Type acc = op.getAccumulatorType();
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(acc));
  Value empty = tensor::EmptyOp::create(
      b, loc, ArrayRef<int64_t>{1, fields.tile[1]}, acc);
  Value init = linalg::FillOp::create(b, loc, zero, empty).getResult(0);
  Value all = init;
  if (parts > 0) {
    auto loop =
        scf::ForOp::create(b, loc, index(0), index(parts), index(1), init);
    {
      OpBuilder::InsertionGuard inLoop(b);
      b.setInsertionPointToStart(loop.getBody());
      Value part = load(makePartialSums(loop.getInductionVar()), rows, columns);
      Value sum = linalg::AddOp::create(
                      b, loc, empty.getType(),
                      ValueRange{loop.getRegionIterArg(0), part}, empty)
                      .getResult(0);
      scf::YieldOp::create(b, loc, sum);
    }
    all = loop.getResult(0);
  }
  store(buildEpilogue(all, c, rows, columns), c, rows, columns);
}

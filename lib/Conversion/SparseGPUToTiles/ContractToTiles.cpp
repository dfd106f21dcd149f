//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// sparse_gpu.contract to the nest of units and steps, all coordinates kept.
//
// The m loops are one index that runs through all of their iterations, the last
// loop fastest, and so are the n, k and batch loops. Subscripts are sums of
// loops, so the place of an element of A is an offset that depends on the m
// index, plus one by the k index, plus one by the batch index; likewise for
// the others (ContractOffsets.cpp). Tiles are loaded by such offsets
// (sparse_gpu.load). Where blocks share a tile of C, each with a part of K, a
// second nest finishes it (ContractSplit.cpp).
//
// Strides become a part of the offsets here, so what lies in host memory is
// packed first: its copy on the device will be.
//
//===----------------------------------------------------------------------===//

#include "ContractNest.h"
#include "PackOperands.h"
#include "SparseGPU/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

namespace sparsegpu {
#define GEN_PASS_DEF_CONTRACTTOTILES
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

ContractNest::ContractNest(ContractOp op, OpBuilder &builder)
    : op(op), b(builder), loc(op.getLoc()), loops(op.getLoops()) {
  for (unsigned d = 0; d < op.getNumLoops(); ++d) {
    auto [operand, dim] = op.getDimOfLoop(d);
    extents.push_back(
        memref::DimOp::create(b, loc, op.getOperandOf(operand), dim));
  }
}

Value ContractNest::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

Value ContractNest::total(ArrayRef<unsigned> group) {
  Value product = index(1);
  for (unsigned d : group)
    product = arith::MulIOp::create(b, loc, product, extents[d]);
  return product;
}

int64_t ContractNest::staticTotal(ArrayRef<unsigned> group) {
  int64_t product = 1;
  for (unsigned d : group) {
    if (ShapedType::isDynamic(op.getStaticExtent(d)))
      return ShapedType::kDynamic;
    product *= op.getStaticExtent(d);
  }
  return product;
}

//===----------------------------------------------------------------------===//
// Guards
//===----------------------------------------------------------------------===//

FailureOr<Value> ContractNest::buildGuards(ScheduleAttr schedule) {
  Value all;
  for (GuardAttr guard : schedule.getGuards()) {
    Value holds;
    bool isResult = guard.getQuantity() == GuardQuantity::ResultAlignment;
    if (isResult || guard.getQuantity() == GuardQuantity::Alignment) {
      SmallVector<Value> operands = {op.getA(), op.getB()};
      if (isResult) {
        operands = {op.getInit()};
        llvm::append_range(operands, op.getInputs());
      }
      FailureOr<Value> aligned = buildAlignmentGuard(op, b, guard, operands);
      if (failed(aligned))
        return failure();
      holds = *aligned;
    } else if (guard.getQuantity() == GuardQuantity::Nonzeros) {
      return op.emitError()
             << "guard " << guard << " is for sparse operands (SCH-15)";
    } else {
      Value quantity =
          total(guard.getQuantity() == GuardQuantity::N ? loops.n : loops.m);
      holds = arith::CmpIOp::create(b, loc, getPredicate(guard), quantity,
                                    index(guard.getBound()));
    }
    all = all ? arith::AndIOp::create(b, loc, all, holds).getResult() : holds;
  }
  return all;
}

//===----------------------------------------------------------------------===//
// The nest
//===----------------------------------------------------------------------===//

void ContractNest::build(ScheduleAttr schedule) {
  ArrayRef<int64_t> tile = schedule.getTile();
  int64_t parts = schedule.getSplitK();
  Value m = total(loops.m), n = total(loops.n), k = total(loops.k),
        depth = total(loops.batch);
  if (parts > 1)
    depth = arith::MulIOp::create(b, loc, depth, index(parts));
  SmallVector<OpFoldResult> lower(3, b.getIndexAttr(0)),
      upper = {m, n, depth},
      steps = {b.getIndexAttr(tile[0]), b.getIndexAttr(tile[1]),
               b.getIndexAttr(1)};
  SmallVector<Attribute> mapping;
  for (gpu::MappingId id :
       {gpu::MappingId::DimX, gpu::MappingId::DimY, gpu::MappingId::DimZ})
    mapping.push_back(gpu::GPUBlockMappingAttr::get(b.getContext(), id));
  auto nest = scf::ForallOp::create(b, loc, lower, upper, steps, ValueRange(),
                                    b.getArrayAttr(mapping));
  nest->setAttr("sparse_gpu.schedule",
                parts > 1 ? getPartSchedule(schedule) : schedule);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(nest.getTerminator());
  batch = nest.getInductionVar(2);
  Operand a = makeOperand(op.getA(), op.getMapOfA()),
          bOperand = makeOperand(op.getB(), op.getMapOfB()), c;
  PartOfK part = {Value(), k};
  if (parts > 1) {
    Value number = arith::RemUIOp::create(b, loc, batch, index(parts));
    batch = arith::DivUIOp::create(b, loc, batch, index(parts));
    part = makePart(number, k, tile[2], parts);
    beginAt(part, a, bOperand);
    c = makePartialSums(number);
  } else {
    c = makeOperand(op.getInit(), op.getMapOfC());
  }
  Side rows = side(loops.m, nest.getInductionVar(0), m, tile[0]),
       columns = side(loops.n, nest.getInductionVar(1), n, tile[1]);

  Type acc = op.getAccumulatorType();
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(acc));
  Value empty =
      tensor::EmptyOp::create(b, loc, ArrayRef<int64_t>{tile[0], tile[1]}, acc);
  Value init = linalg::FillOp::create(b, loc, zero, empty).getResult(0);
  auto loop =
      scf::ForOp::create(b, loc, index(0), part.size, index(tile[2]), init);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value begin = loop.getInductionVar();
    if (part.begin)
      begin = arith::AddIOp::create(b, loc, part.begin, begin);
    Side step = side(loops.k, begin, part.begin ? k : part.size, tile[2]);
    Value product =
        linalg::MatmulOp::create(
            b, loc, init.getType(),
            ValueRange{load(a, rows, step), load(bOperand, step, columns)},
            loop.getRegionIterArg(0))
            .getResult(0);
    scf::YieldOp::create(b, loc, product);
  }
  Value sums = loop.getResult(0);
  store(parts > 1 ? sums : buildEpilogue(sums, c, rows, columns), c, rows,
        columns);
  if (parts > 1) {
    b.setInsertionPointAfter(nest);
    buildSum(parts);
  }
}

Value ContractNest::buildEpilogue(Value accumulator, const Operand &c,
                                  const Side &rows, const Side &columns) {
  auto tile = cast<RankedTensorType>(accumulator.getType());
  Type element = cast<MemRefType>(c.memory.getType()).getElementType(),
       acc = tile.getElementType();
  SmallVector<Value> operands = {accumulator};
  if (op.getBeta())
    operands.push_back(load(c, rows, columns));
  for (auto [i, input] : llvm::enumerate(op.getInputs())) {
    AffineMap map = cast<AffineMapAttr>((*op.getInputMaps())[i]).getValue();
    operands.push_back(load(makeOperand(input, map), rows, columns));
  }
  if (operands.size() == 1 && op.getEpilogue().empty() && element == acc)
    return accumulator;
  Value empty = tensor::EmptyOp::create(b, loc, tile.getShape(), element);
  SmallVector<AffineMap> maps(operands.size() + 1, b.getMultiDimIdentityMap(2));
  SmallVector<utils::IteratorType> iterators(2, utils::IteratorType::parallel);
  auto body = [&](OpBuilder &builder, Location, ValueRange args) {
    Value value = args[0];
    ValueRange rest = args.drop_front().drop_back();
    if (op.getBeta()) {
      Value old = rest.front();
      rest = rest.drop_front();
      if (old.getType() != acc)
        old = arith::ExtFOp::create(builder, loc, acc, old);
      value = acc.isInteger()
                  ? arith::AddIOp::create(builder, loc, value, old).getResult()
                  : arith::AddFOp::create(builder, loc, value, old);
    }
    if (!op.getEpilogue().empty()) {
      IRMapping mapping;
      Block &block = op.getEpilogue().front();
      mapping.map(block.getArgument(0), value);
      mapping.map(block.getArguments().drop_front(), rest);
      for (Operation &inner : block.without_terminator())
        builder.clone(inner, mapping);
      value = mapping.lookupOrDefault(block.getTerminator()->getOperand(0));
    } else if (element != acc) {
      value = arith::TruncFOp::create(builder, loc, element, value);
    }
    linalg::YieldOp::create(builder, loc, value);
  };
  return linalg::GenericOp::create(b, loc, empty.getType(), operands, empty,
                                   maps, iterators, body)
      .getResult(0);
}

namespace {
struct ContractToTiles : sparsegpu::impl::ContractToTilesBase<ContractToTiles> {
  using ContractToTilesBase::ContractToTilesBase;

  void runOnOperation() override {
    if (failed(checkOperandsOption(getOperation(), operands)))
      return signalPassFailure();
    SmallVector<ContractOp> ops;
    getOperation().walk([&](ContractOp op) { ops.push_back(op); });
    for (ContractOp op : ops)
      if (failed(expand(op)))
        return signalPassFailure();
  }

  LogicalResult expand(ContractOp op) {
    if (!isa<MemRefType>(op.getTypeOf(2)))
      return op.emitOpError("must have memrefs as operands here (LVL2-2)");
    if (!hasUsableSchedules(op.getSchedules()))
      return op.emitOpError("needs schedules, the last of them without guards: "
                            "run --sparse-gpu-assign-schedule first (LVL1-1)");
    OpBuilder builder(op);
    if (operands == "host")
      packOperands(op, op.getInit(), op.getBeta(), builder);
    ContractNest nest(op, builder);
    if (nest.isEmptySum()) {
      nest.buildSum(/*parts=*/0);
      op.erase();
      return success();
    }
    nest.allocateWorkspace(*op.getSchedules());
    return buildBySchedule(
        op, *op.getSchedules(), builder,
        [&](ScheduleAttr schedule) { return nest.buildGuards(schedule); },
        [&](ScheduleAttr schedule) { nest.build(schedule); },
        [&]() { nest.freeWorkspace(); });
  }
};
} // namespace

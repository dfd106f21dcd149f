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
// the others. Tiles are loaded by such offsets (sparse_gpu.load).
//
//===----------------------------------------------------------------------===//

#include "ContractNest.h"
#include "SparseGPU/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

#include <numeric>

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

//===----------------------------------------------------------------------===//
// Guards
//===----------------------------------------------------------------------===//

/// Whether the first elements of operands, and what is stored one step
/// further in any dimension but the innermost, are at multiples of `bytes`.
/// With operands in host memory the strides in device memory are those of
/// packed arrays: both are looked at.
Value ContractNest::buildAlignmentGuard(ValueRange operands, int64_t bytes) {
  Value bits = index(0);
  auto add = [&](Value value) {
    bits = arith::OrIOp::create(b, loc, bits, value);
  };
  for (Value operand : operands) {
    auto type = cast<MemRefType>(operand.getType());
    Value width = index(llvm::divideCeil(type.getElementTypeBitWidth(), 8));
    auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, operand);
    Value address =
        memref::ExtractAlignedPointerAsIndexOp::create(b, loc, operand);
    add(address);
    add(arith::MulIOp::create(b, loc, metadata.getOffset(), width));
    Value packed = index(1);
    for (int64_t dim = type.getRank() - 1; dim > 0; --dim) {
      packed = arith::MulIOp::create(b, loc, packed, metadata.getSizes()[dim]);
      add(arith::MulIOp::create(b, loc, packed, width));
      add(arith::MulIOp::create(b, loc, metadata.getStrides()[dim - 1], width));
    }
  }
  Value low = arith::AndIOp::create(b, loc, bits, index(bytes - 1));
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, low, index(0));
}

FailureOr<Value> ContractNest::buildGuards(ScheduleAttr schedule) {
  Value all;
  for (GuardAttr guard : schedule.getGuards()) {
    Value holds;
    bool isResult = guard.getQuantity() == GuardQuantity::ResultAlignment;
    if (isResult || guard.getQuantity() == GuardQuantity::Alignment) {
      if (guard.getPredicate() != GuardPredicate::GE ||
          !llvm::isPowerOf2_64(guard.getBound()) || guard.getBound() > 16)
        return op.emitError() << "a guard on an alignment compares with ge and "
                                 "a power of two up to 16, got "
                              << guard << " (SCH-15)";
      SmallVector<Value> operands = {op.getA(), op.getB()};
      if (isResult) {
        operands = {op.getInit()};
        llvm::append_range(operands, op.getInputs());
      }
      holds = buildAlignmentGuard(operands, guard.getBound());
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
// Offsets
//===----------------------------------------------------------------------===//

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

ContractNest::Operand ContractNest::makeOperand(Value memory, AffineMap map) {
  Operand operand{memory, map, {}, {}};
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

//===----------------------------------------------------------------------===//
// The nest
//===----------------------------------------------------------------------===//

Value ContractNest::load(const Operand &operand, const Side &rows,
                         const Side &columns) {
  auto type = RankedTensorType::get(
      {rows.size, columns.size},
      cast<MemRefType>(operand.memory.getType()).getElementType());
  Layout layout =
      layoutOf(operand, rows.group, rows.size, columns.group, columns.size);
  return LoadOp::create(
      b, loc, type, operand.memory,
      offsets(operand, rows.group, rows.begin,
              offsetOf(b, operand, loops.batch, batch), rows.size),
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
      offsets(operand, rows.group, rows.begin,
              offsetOf(b, operand, loops.batch, batch), rows.size),
      rows.count,
      offsets(operand, columns.group, columns.begin, Value(), columns.size),
      columns.count, layout.contiguous, layout.run, /*staged=*/false);
}

ContractNest::Side ContractNest::side(ArrayRef<unsigned> group, Value begin,
                                      Value end, int64_t size) {
  // Where tiles end with the extent, all of each exists.
  int64_t extent = 1;
  for (unsigned d : group)
    extent = ShapedType::isDynamic(op.getStaticExtent(d)) ||
                     ShapedType::isDynamic(extent)
                 ? ShapedType::kDynamic
                 : extent * op.getStaticExtent(d);
  bool isWhole = !ShapedType::isDynamic(extent) && extent % size == 0;
  Value count = isWhole ? index(size)
                        : arith::SubIOp::create(b, loc, end, begin).getResult();
  return {SmallVector<unsigned>(group), begin, count, size};
}

void ContractNest::build(ScheduleAttr schedule) {
  ArrayRef<int64_t> tile = schedule.getTile();
  Value m = total(loops.m), n = total(loops.n), k = total(loops.k),
        batches = total(loops.batch);
  SmallVector<OpFoldResult> lower(3, b.getIndexAttr(0)),
      upper = {m, n, batches},
      steps = {b.getIndexAttr(tile[0]), b.getIndexAttr(tile[1]),
               b.getIndexAttr(1)};
  SmallVector<Attribute> mapping;
  for (gpu::MappingId id :
       {gpu::MappingId::DimX, gpu::MappingId::DimY, gpu::MappingId::DimZ})
    mapping.push_back(gpu::GPUBlockMappingAttr::get(b.getContext(), id));
  auto nest = scf::ForallOp::create(b, loc, lower, upper, steps, ValueRange(),
                                    b.getArrayAttr(mapping));
  nest->setAttr("sparse_gpu.schedule", schedule);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(nest.getTerminator());
  batch = nest.getInductionVar(2);
  Operand a = makeOperand(op.getA(), op.getMapOfA()),
          bOperand = makeOperand(op.getB(), op.getMapOfB()),
          c = makeOperand(op.getInit(), op.getMapOfC());
  Side rows = side(loops.m, nest.getInductionVar(0), m, tile[0]),
       columns = side(loops.n, nest.getInductionVar(1), n, tile[1]);

  Type acc = op.getAccumulatorType();
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(acc));
  Value empty =
      tensor::EmptyOp::create(b, loc, ArrayRef<int64_t>{tile[0], tile[1]}, acc);
  Value init = linalg::FillOp::create(b, loc, zero, empty).getResult(0);
  auto loop = scf::ForOp::create(b, loc, index(0), k, index(tile[2]), init);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Side step = side(loops.k, loop.getInductionVar(), k, tile[2]);
    Value product =
        linalg::MatmulOp::create(
            b, loc, init.getType(),
            ValueRange{load(a, rows, step), load(bOperand, step, columns)},
            loop.getRegionIterArg(0))
            .getResult(0);
    scf::YieldOp::create(b, loc, product);
  }
  store(buildEpilogue(loop.getResult(0), c, rows, columns), c, rows, columns);
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
    ContractNest nest(op, builder);
    return buildBySchedule(
        op, *op.getSchedules(), builder,
        [&](ScheduleAttr schedule) { return nest.buildGuards(schedule); },
        [&](ScheduleAttr schedule) { nest.build(schedule); });
  }
};
} // namespace

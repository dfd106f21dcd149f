//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One step of a contraction:
//
//     barrier                       nobody reads the last step any more
//     all threads copy A and B      asynchronously where that is possible
//     commit; wait; barrier         everybody sees the copies
//     for k in the step             the inner register loop
//       load fragments of A and B
//       multiply
//
// This is the form that --sparse-gpu-pipeline-loads and --sparse-gpu-swizzle
// take (docs/Pipelining.md). Accumulators are carried by both loops.
//
//===----------------------------------------------------------------------===//

#include "BlockDistribution.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sparsegpu;

BlockDistribution::BlockDistribution(OpBuilder &builder, ScheduleAttr schedule,
                                     unsigned capability, bool asynchronous,
                                     Block &entry, Value thread, Value warp,
                                     Value lane)
    : b(builder), loc(thread.getLoc()), schedule(schedule),
      capability(capability), asynchronous(asynchronous), entry(entry),
      thread(thread), lane(lane), warp(warp) {}

Value BlockDistribution::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}
Value BlockDistribution::add(Value x, Value y) {
  return arith::AddIOp::create(b, loc, x, y);
}
Value BlockDistribution::add(Value x, int64_t y) {
  return y == 0 ? x : add(x, index(y));
}
Value BlockDistribution::mul(Value x, int64_t y) {
  return y == 1 ? x : arith::MulIOp::create(b, loc, x, index(y)).getResult();
}
Value BlockDistribution::div(Value x, int64_t y) {
  return y == 1 ? x : arith::DivUIOp::create(b, loc, x, index(y)).getResult();
}
Value BlockDistribution::rem(Value x, int64_t y) {
  return arith::RemUIOp::create(b, loc, x, index(y));
}

static bool isTile(Type type) { return isa<RankedTensorType>(type); }

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// The contraction in `block`, or null.
static linalg::LinalgOp findContraction(Block &block) {
  linalg::LinalgOp contraction;
  for (Operation &op : block)
    op.walk([&](linalg::LinalgOp linalgOp) {
      if (linalgOp.getNumReductionLoops() > 0)
        contraction = linalgOp;
    });
  return contraction;
}

/// The instruction of the contraction in `block`; of a block without one, the
/// places of what is filled and computed element by element.
static FailureOr<MmaInstruction>
findInstruction(Block &block, ScheduleAttr schedule, unsigned capability) {
  linalg::LinalgOp contraction = findContraction(block), first = contraction;
  for (Operation &op : block)
    op.walk([&](linalg::LinalgOp linalgOp) {
      if (!first)
        first = linalgOp;
    });
  if (!first)
    return block.getParentOp()->emitError(
        "a nest whose units are those of blocks needs a contraction or "
        "something computed element by element (LVL2-3)");
  auto element = [](Value value) {
    return getElementTypeOrSelf(value.getType());
  };
  std::string reason;
  std::optional<MmaInstruction> mma;
  if (contraction)
    mma = MmaInstruction::get(
        schedule.getPath(), element(contraction.getDpsInputs()[0]),
        element(contraction.getDpsInits()[0]), capability, reason);
  else
    mma = MmaInstruction::getElementwise(element(first.getDpsInits()[0]));
  if (!mma)
    return contraction.emitError() << reason << " (SCH-16)";
  ArrayRef<int64_t> warpTile = schedule.getWarpTile();
  if (warpTile[0] % mma->m != 0 || warpTile[1] % mma->n != 0 ||
      schedule.getTile()[2] % mma->k != 0)
    return first.emitError()
           << "the warp tile " << warpTile[0] << " x " << warpTile[1]
           << " and the step " << schedule.getTile()[2] << " of " << schedule
           << " must be multiples of the instruction's shape m" << mma->m << "n"
           << mma->n << "k" << mma->k << " (SCH-16)";
  return *mma;
}

void BlockDistribution::pairBytes(linalg::LinalgOp contraction) {
  if (mma->path == ComputePath::FMA || mma->factor.getIntOrFloatBitWidth() != 8)
    return;
  LoadOp loads[2];
  for (unsigned i : {0u, 1u})
    if (!(loads[i] = contraction.getDpsInputs()[i].getDefiningOp<LoadOp>()))
      return;
  ArrayRef<int64_t> warpTile = schedule.getWarpTile();
  if (loads[0].getContiguous() == 0 && warpTile[0] % 16 == 0)
    mma->pairRows();
  if (loads[1].getContiguous() == 1 && warpTile[1] % 16 == 0)
    mma->pairColumns();
}

LogicalResult BlockDistribution::distribute(Block &block) {
  if (!mma) {
    FailureOr<MmaInstruction> found =
        findInstruction(block, schedule, capability);
    if (failed(found))
      return failure();
    mma = *found;
    if (linalg::LinalgOp contraction = findContraction(block))
      pairBytes(contraction);
    countM = schedule.getWarpTile()[0] / mma->m;
    countN = schedule.getWarpTile()[1] / mma->n;
  }
  for (Operation &op : block.without_terminator())
    if (failed(distributeOp(op)))
      return failure();
  return success();
}

LogicalResult BlockDistribution::distributeOp(Operation &op) {
  for (Value operand : op.getOperands())
    if (isa<LoadOp, StoreOp>(op) && getElementTypeOrSelf(operand).isIndex() &&
        isTile(operand.getType()) && failed(checkIndices(&op, operand)))
      return failure();
  // Loads and their offsets are computed where they are used.
  if (isa<tensor::GenerateOp, LoadOp, CoordinatesOp, tensor::EmptyOp>(op))
    return success();
  if (llvm::none_of(op.getOperandTypes(), isTile)) {
    b.clone(op, mapping);
    return success();
  }
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return distributeFor(loop);
  if (auto fill = dyn_cast<linalg::FillOp>(op))
    return distributeFill(fill);
  if (auto store = dyn_cast<StoreOp>(op))
    return distributeStore(store);
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return linalgOp.getNumReductionLoops() == 0
               ? distributeElementwise(linalgOp)
               : distributeContraction(linalgOp);
  return op.emitError() << "'" << op.getName()
                        << "' cannot be distributed over the warps of a block "
                           "(LVL2-3)";
}

LogicalResult BlockDistribution::distributeFill(linalg::FillOp fill) {
  auto zero = SplatElementsAttr::get(
      mma->c.type, b.getZeroAttr(mma->c.type.getElementType()));
  if (!matchPattern(fill.value(), m_AnyZeroFloat()) &&
      !matchPattern(fill.value(), m_Zero()))
    return fill.emitError("an accumulator of a block begins at zero (LVL2-3)");
  Value vector = arith::ConstantOp::create(b, loc, zero);
  fragments[fill.getResult(0)].assign(countM * countN, vector);
  return success();
}

LogicalResult BlockDistribution::distributeFor(scf::ForOp loop) {
  if (loop.getNumResults() != 1 || fragments[loop.getInitArgs()[0]].empty())
    return loop.emitError("a loop over steps carries one accumulator "
                          "(LVL2-3)");
  auto steps = scf::ForOp::create(
      b, loc, lookup(loop.getLowerBound()), lookup(loop.getUpperBound()),
      lookup(loop.getStep()), fragments[loop.getInitArgs()[0]]);
  // What --sparse-gpu-pipeline-loads is asked to do.
  if (findContraction(*loop.getBody())) {
    steps->setAttr("sparse_gpu.shared_stages",
                   b.getI64IntegerAttr(schedule.getStages()));
    steps->setAttr("sparse_gpu.register_stages",
                   b.getI64IntegerAttr(schedule.getRegisterStages()));
  }
  auto bind = [&](Value tile, ValueRange values) {
    fragments[tile].assign(values.begin(), values.end());
  };
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(steps.getBody());
    mapping.map(loop.getInductionVar(), steps.getInductionVar());
    bind(loop.getRegionIterArg(0), steps.getRegionIterArgs());
    if (failed(distribute(*loop.getBody())))
      return failure();
    scf::YieldOp::create(
        b, loc, fragments[loop.getBody()->getTerminator()->getOperand(0)]);
  }
  bind(loop.getResult(0), steps.getResults());
  return success();
}

LogicalResult BlockDistribution::distributeContraction(linalg::LinalgOp op) {
  LoadOp loads[2];
  for (unsigned i : {0u, 1u})
    loads[i] = op.getDpsInputs()[i].getDefiningOp<LoadOp>();
  Fragments accumulators = fragments[op.getDpsInits()[0]];
  if (!isa<linalg::MatmulOp>(op) || !loads[0] || !loads[1] ||
      accumulators.empty())
    return op.emitError("a contraction of a block multiplies two loaded tiles "
                        "into an accumulator (LVL2-3)");
  Shared a = allocate(loads[0]), right = allocate(loads[1]);
  stageCoordinates(loads);
  gpu::BarrierOp::create(b, loc);
  SmallVector<Value> tokens;
  bool asynchronous = copy(loads[0], a, tokens);
  asynchronous |= copy(loads[1], right, tokens);
  if (asynchronous) {
    Value group = nvgpu::DeviceAsyncCreateGroupOp::create(
        b, loc, nvgpu::DeviceAsyncTokenType::get(b.getContext()), tokens);
    nvgpu::DeviceAsyncWaitOp::create(b, loc, group, b.getI32IntegerAttr(0));
  }
  gpu::BarrierOp::create(b, loc);
  Place origin = warpOrigin();
  auto inner =
      scf::ForOp::create(b, loc, index(0), index(schedule.getTile()[2]),
                         index(mma->k), accumulators);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(inner.getBody());
    Value k = inner.getInductionVar();
    Fragments left = loadFragments(a, /*isA=*/true, origin.row, countM, k),
              rightFragments =
                  loadFragments(right, /*isA=*/false, origin.column, countN, k);
    SmallVector<SmallVector<Value, 2>> leftParts, rightParts;
    for (Value fragment : left)
      leftParts.push_back(mma->prepare(b, loc, fragment));
    for (Value fragment : rightFragments)
      rightParts.push_back(mma->prepare(b, loc, fragment));
    SmallVector<Value> next;
    for (int64_t i = 0; i < countM; ++i)
      for (int64_t j = 0; j < countN; ++j)
        next.push_back(mma->emit(b, loc, leftParts[i], rightParts[j],
                                 inner.getRegionIterArg(i * countN + j)));
    scf::YieldOp::create(b, loc, next);
  }
  fragments[op->getResult(0)].assign(inner.getResults().begin(),
                                     inner.getResults().end());
  return success();
}

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
                                     unsigned capability, Block &entry,
                                     Value thread, Value warp, Value lane)
    : b(builder), loc(thread.getLoc()), schedule(schedule),
      capability(capability), entry(entry), thread(thread), lane(lane),
      warp(warp) {}

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

/// The instruction of the contraction in `block`.
static FailureOr<MmaInstruction>
findInstruction(Block &block, ScheduleAttr schedule, unsigned capability) {
  linalg::LinalgOp contraction;
  for (Operation &op : block)
    op.walk([&](linalg::LinalgOp linalgOp) {
      if (linalgOp.getNumReductionLoops() > 0)
        contraction = linalgOp;
    });
  if (!contraction)
    return failure();
  auto element = [](Value value) {
    return getElementTypeOrSelf(value.getType());
  };
  std::string reason;
  std::optional<MmaInstruction> mma = MmaInstruction::get(
      schedule.getPath(), element(contraction.getDpsInputs()[0]),
      element(contraction.getDpsInits()[0]), capability, reason);
  if (!mma)
    return contraction.emitError() << reason << " (SCH-16)";
  ArrayRef<int64_t> warpTile = schedule.getWarpTile();
  if (warpTile[0] % mma->m != 0 || warpTile[1] % mma->n != 0 ||
      schedule.getTile()[2] % mma->k != 0)
    return contraction.emitError()
           << "the warp tile " << warpTile[0] << " x " << warpTile[1]
           << " and the step " << schedule.getTile()[2] << " of " << schedule
           << " must be multiples of the instruction's shape m" << mma->m << "n"
           << mma->n << "k" << mma->k << " (SCH-16)";
  return *mma;
}

LogicalResult BlockDistribution::distribute(Block &block) {
  if (!mma) {
    FailureOr<MmaInstruction> found =
        findInstruction(block, schedule, capability);
    if (failed(found))
      return failure();
    mma = *found;
    countM = schedule.getWarpTile()[0] / mma->m;
    countN = schedule.getWarpTile()[1] / mma->n;
  }
  for (Operation &op : block.without_terminator())
    if (failed(distributeOp(op)))
      return failure();
  return success();
}

LogicalResult BlockDistribution::distributeOp(Operation &op) {
  // Loads and their offsets are computed where they are used.
  if (isa<tensor::GenerateOp, LoadOp, tensor::EmptyOp>(op))
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
  steps->setAttr("sparse_gpu.shared_stages",
                 b.getI64IntegerAttr(schedule.getStages()));
  steps->setAttr("sparse_gpu.register_stages",
                 b.getI64IntegerAttr(schedule.getRegisterStages()));
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
    SmallVector<Value> next;
    for (int64_t i = 0; i < countM; ++i)
      for (int64_t j = 0; j < countN; ++j)
        next.push_back(mma->emit(b, loc, left[i], rightFragments[j],
                                 inner.getRegionIterArg(i * countN + j)));
    scf::YieldOp::create(b, loc, next);
  }
  fragments[op->getResult(0)].assign(inner.getResults().begin(),
                                     inner.getResults().end());
  return success();
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

BlockDistribution::Place
BlockDistribution::originOf(const FragmentLayout &layout) {
  Value group = div(lane, 4), inGroup = rem(lane, 4);
  auto sum = [&](int64_t groupFactor, int64_t threadFactor) -> Value {
    Value value;
    if (groupFactor != 0)
      value = mul(group, groupFactor);
    if (threadFactor != 0) {
      Value part = mul(inGroup, threadFactor);
      value = value ? add(value, part) : part;
    }
    return value ? value : index(0);
  };
  return {sum(layout.groupRow, layout.threadRow),
          sum(layout.groupColumn, layout.threadColumn)};
}

BlockDistribution::Place BlockDistribution::warpOrigin() {
  int64_t warpsN = schedule.getTile()[1] / schedule.getWarpTile()[1];
  return {mul(div(warp, warpsN), schedule.getWarpTile()[0]),
          mul(rem(warp, warpsN), schedule.getWarpTile()[1])};
}

BlockDistribution::Place BlockDistribution::placeOf(int64_t i, int64_t j,
                                                    int64_t element) {
  Place origin = warpOrigin(), inFragment = originOf(mma->c);
  auto [row, column] = mma->c.places[element];
  return {add(add(origin.row, inFragment.row), i * mma->m + row),
          add(add(origin.column, inFragment.column), j * mma->n + column)};
}

Value BlockDistribution::offsetAt(Value offsets, Value position) {
  auto generate = offsets.getDefiningOp<tensor::GenerateOp>();
  IRMapping body(mapping);
  Block &block = generate.getBody().front();
  body.map(block.getArgument(0), position);
  for (Operation &inner : block.without_terminator())
    b.clone(inner, body);
  return body.lookupOrDefault(block.getTerminator()->getOperand(0));
}

Value BlockDistribution::isBelow(Value position, Value count, int64_t size) {
  APInt known;
  if (matchPattern(count, m_ConstantInt(&known)) && known.sge(size))
    return {};
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, position,
                               lookup(count));
}

Value BlockDistribution::both(Value x, Value y) {
  if (!x || !y)
    return x ? x : y;
  return arith::AndIOp::create(b, loc, x, y);
}

Value BlockDistribution::flatten(Value memory) {
  auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, memory);
  auto type = cast<MemRefType>(memory.getType());
  auto layout = StridedLayoutAttr::get(b.getContext(), ShapedType::kDynamic,
                                       ArrayRef<int64_t>{1});
  auto flat = MemRefType::get({ShapedType::kDynamic}, type.getElementType(),
                              layout, type.getMemorySpace());
  // An upper bound of what is addressed.
  Value extent = index(1);
  for (auto [size, stride] :
       llvm::zip(metadata.getSizes(), metadata.getStrides()))
    extent = add(extent, arith::MulIOp::create(b, loc, size, stride));
  return memref::ReinterpretCastOp::create(
      b, loc, flat, metadata.getBaseBuffer(),
      OpFoldResult(metadata.getOffset()), ArrayRef<OpFoldResult>{extent},
      ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
}

Value BlockDistribution::loadElement(LoadOp load, Value flat,
                                     const Place &place) {
  auto tile = cast<RankedTensorType>(load.getTile().getType());
  Value exists =
      both(isBelow(place.row, load.getRowCount(), tile.getDimSize(0)),
           isBelow(place.column, load.getColumnCount(), tile.getDimSize(1)));
  auto read = [&]() -> Value {
    Value offset = add(offsetAt(load.getRows(), place.row),
                       offsetAt(load.getColumns(), place.column));
    return memref::LoadOp::create(b, loc, flat, offset);
  };
  if (!exists)
    return read();
  auto branch = scf::IfOp::create(b, loc, tile.getElementType(), exists,
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(b, loc, read());
  b.setInsertionPointToStart(branch.elseBlock());
  Value zero =
      arith::ConstantOp::create(b, loc, b.getZeroAttr(tile.getElementType()));
  scf::YieldOp::create(b, loc, zero);
  return branch.getResult(0);
}

LogicalResult BlockDistribution::distributeElementwise(linalg::LinalgOp op) {
  Block &body = *op.getBlock();
  if (op->getNumResults() != 1 || op.getNumLoops() != 2 ||
      !body.getArguments().back().use_empty() ||
      !llvm::all_of(op.getIndexingMapsArray(),
                    [](AffineMap map) { return map.isIdentity(); }))
    return op.emitError("elementwise operations on tiles have two loops, "
                        "identity maps and one result, and do not read their "
                        "destination (LVL2-3)");
  SmallVector<Value> flats;
  for (Value input : op.getDpsInputs()) {
    auto load = input.getDefiningOp<LoadOp>();
    if (!load && fragments[input].empty())
      return op.emitError("reads a tile that is not in registers (LVL2-3)");
    flats.push_back(load ? flatten(lookup(load.getSource())) : Value());
  }
  Fragments results;
  auto element =
      cast<RankedTensorType>(op->getResult(0).getType()).getElementType();
  auto type = VectorType::get(mma->c.type.getShape(), element);
  int64_t columns = type.getDimSize(1);
  for (int64_t i = 0; i < countM; ++i)
    for (int64_t j = 0; j < countN; ++j) {
      SmallVector<Value> elements;
      for (int64_t e = 0; e < type.getNumElements(); ++e) {
        IRMapping inner(mapping);
        for (auto [n, input] : llvm::enumerate(op.getDpsInputs())) {
          Value value;
          if (auto load = input.getDefiningOp<LoadOp>())
            value = loadElement(load, flats[n], placeOf(i, j, e));
          else
            value = vector::ExtractOp::create(
                b, loc, fragments[input][i * countN + j],
                ArrayRef<int64_t>{e / columns, e % columns});
          inner.map(body.getArgument(n), value);
        }
        for (Operation &operation : body.without_terminator())
          b.clone(operation, inner);
        elements.push_back(
            inner.lookupOrDefault(body.getTerminator()->getOperand(0)));
      }
      results.push_back(vector::FromElementsOp::create(b, loc, type, elements));
    }
  fragments[op->getResult(0)] = results;
  return success();
}

LogicalResult BlockDistribution::distributeStore(StoreOp store) {
  const Fragments &tile = fragments[store.getTile()];
  if (tile.empty())
    return store.emitError("stores a tile that is not in registers (LVL2-3)");
  auto type = cast<RankedTensorType>(store.getTile().getType());
  Value flat = flatten(lookup(store.getDest()));
  int64_t columns = mma->c.type.getDimSize(1);
  for (int64_t i = 0; i < countM; ++i)
    for (int64_t j = 0; j < countN; ++j)
      for (int64_t e = 0; e < mma->c.type.getNumElements(); ++e) {
        Place place = placeOf(i, j, e);
        Value exists = both(
            isBelow(place.row, store.getRowCount(), type.getDimSize(0)),
            isBelow(place.column, store.getColumnCount(), type.getDimSize(1)));
        OpBuilder::InsertionGuard guard(b);
        if (exists)
          b.setInsertionPointToStart(
              scf::IfOp::create(b, loc, exists, false).thenBlock());
        Value value = vector::ExtractOp::create(
            b, loc, tile[i * countN + j],
            ArrayRef<int64_t>{e / columns, e % columns});
        Value offset = add(offsetAt(store.getRows(), place.row),
                           offsetAt(store.getColumns(), place.column));
        memref::StoreOp::create(b, loc, value, flat, offset);
      }
  return success();
}

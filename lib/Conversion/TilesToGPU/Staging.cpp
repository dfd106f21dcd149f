//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One step's coordinates and tile of A in shared memory, for the FMA path.
//
// Each lane takes every 32nd coordinate, turns it into an offset into the
// dense operand, and stores it into the warp's part of the shared arena: the
// multiplication of coordinate and row stride is done once per staged entry,
// not once per use. The R x count tile of A is staged column by column, element
// (r, p) at p * R + r, which is also how `sparse_gpu.decode` finds it in
// memory: loads are coalesced.
//
// Tiles of `tensor.generate` are computed where they are stored: the decode of
// a format by element access. Entries of `sparse_gpu.decode_ids` are scattered
// into a tile that is cleared before.
//
//===----------------------------------------------------------------------===//

#include "TileDistribution.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sparsegpu;

bool TileDistribution::matchStep(Operation *coordinates, linalg::LinalgOp op,
                                 StepTiles &step) {
  step.coordinates = coordinates;
  if (auto contiguous = dyn_cast_or_null<CoordinatesOp>(coordinates))
    step.count = contiguous.getCount();
  else if (auto generate = dyn_cast_or_null<tensor::GenerateOp>(coordinates))
    step.count = generate.getDynamicExtents().front();
  else
    return false;
  int64_t inputs = op.getNumDpsInputs();
  if ((inputs != 2 && inputs != 3) || op.getNumDpsInits() != 1)
    return false;
  step.values = tiles[op.getDpsInputs()[0]].deferred;
  if (!isa_and_nonnull<DecodeOp, DecodeIdsOp, tensor::GenerateOp>(step.values))
    return false;
  if (inputs == 2)
    return true;
  step.present = tiles[op.getDpsInputs()[2]].deferred;
  return isa<DecodeIdsOp>(step.values)
             ? step.present == step.values
             : isa_and_nonnull<tensor::GenerateOp>(step.present);
}

void TileDistribution::syncWarp() {
  Location loc = lane.getLoc();
  Value all = arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(-1));
  NVVM::SyncWarpOp::create(b, loc, all);
}

Value TileDistribution::sharedView(int64_t offset, int64_t count,
                                   Type element) {
  Location loc = lane.getLoc();
  auto space = gpu::AddressSpaceAttr::get(
      b.getContext(), gpu::GPUDialect::getWorkgroupAddressSpace());
  auto bytes = MemRefType::get({ShapedType::kDynamic}, b.getI8Type(),
                               MemRefLayoutAttrInterface(), space);
  Value all = gpu::DynamicSharedMemoryOp::create(b, loc, bytes);
  auto type =
      MemRefType::get({count}, element, MemRefLayoutAttrInterface(), space);
  return memref::ViewOp::create(b, loc, type, all, index(offset), ValueRange());
}

Value TileDistribution::generateAt(tensor::GenerateOp generate,
                                   ValueRange subscripts) {
  IRMapping body(mapping);
  Block &block = generate.getBody().front();
  body.map(block.getArguments(), subscripts);
  for (Operation &inner : block.without_terminator())
    b.clone(inner, body);
  return body.lookupOrDefault(block.getTerminator()->getOperand(0));
}

Value TileDistribution::coordinateAt(Operation *coordinates, Value entry) {
  if (auto generate = dyn_cast<tensor::GenerateOp>(coordinates))
    return generateAt(generate, entry);
  auto contiguous = cast<CoordinatesOp>(coordinates);
  Location loc = contiguous.getLoc();
  Value at =
      arith::AddIOp::create(b, loc, lookup(contiguous.getBegin()), entry);
  return castToIndex(
      b, loc,
      memref::LoadOp::create(b, loc, lookup(contiguous.getSource()), at));
}

/// Stores element `flat` of the tile of A, column by column.
void TileDistribution::stageElement(const StepTiles &step, const Staged &staged,
                                    int64_t rows, Value flat) {
  Location loc = step.values->getLoc();
  auto scaled = [&](Value entry) -> Value {
    return rows == 1 ? entry
                     : arith::MulIOp::create(b, loc, entry, index(rows));
  };
  Value slot = arith::AddIOp::create(b, loc, scaled(staged.firstSlot), flat);
  Value row, entry;
  if (step.present || isa<tensor::GenerateOp>(step.values)) {
    row = rows == 1 ? index(0)
                    : arith::RemUIOp::create(b, loc, flat, index(rows));
    entry =
        rows == 1 ? flat : arith::DivUIOp::create(b, loc, flat, index(rows));
  }
  Value value;
  if (auto decode = dyn_cast<DecodeOp>(step.values)) {
    Value first = scaled(lookup(decode.getBegin()));
    Value at = arith::AddIOp::create(b, loc, first, flat);
    value = memref::LoadOp::create(b, loc, lookup(decode.getSource()), at);
  } else {
    value = generateAt(cast<tensor::GenerateOp>(step.values), {row, entry});
  }
  memref::StoreOp::create(b, loc, value, staged.values, slot);
  if (!step.present)
    return;
  Value present =
      generateAt(cast<tensor::GenerateOp>(step.present), {row, entry});
  Value flag = arith::ExtUIOp::create(b, loc, b.getI8Type(), present);
  memref::StoreOp::create(b, loc, flag, staged.present, slot);
}

/// 1. Lanes clear the tile. 2. For each tile of the format that the step
/// reaches, lanes take every 32nd entry and store those whose position is one
/// of the step's.
void TileDistribution::stageIds(DecodeIdsOp decode, const Staged &staged,
                                int64_t rows) {
  Location loc = decode.getLoc();
  auto add = [&](Value x, Value y) -> Value {
    return arith::AddIOp::create(b, loc, x, y);
  };
  auto mul = [&](Value x, int64_t y) -> Value {
    return arith::MulIOp::create(b, loc, x, index(y));
  };
  auto load = [&](Value list, Value at) {
    return castToIndex(b, loc,
                       memref::LoadOp::create(b, loc, lookup(list), at));
  };
  Type element = cast<MemRefType>(staged.values.getType()).getElementType();
  Value first = mul(staged.firstSlot, rows);
  auto store = [&](Value slot, Value value, int64_t present) {
    memref::StoreOp::create(b, loc, value, staged.values, slot);
    if (!staged.present)
      return;
    Value flag = arith::ConstantIntOp::create(b, loc, b.getI8Type(), present);
    memref::StoreOp::create(b, loc, flag, staged.present, slot);
  };
  int64_t columns = decode.getTileColumns();
  Value begin = lookup(decode.getBegin()), count = lookup(decode.getCount());
  OpBuilder::InsertionGuard guard(b);

  auto clear = scf::ForOp::create(b, loc, lane, mul(count, rows), index(32));
  b.setInsertionPointToStart(clear.getBody());
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(element));
  store(add(first, clear.getInductionVar()), zero, 0);
  b.setInsertionPointAfter(clear);
  syncWarp();

  Value firstTile = arith::DivUIOp::create(b, loc, begin, index(columns));
  Value lastTile =
      arith::CeilDivUIOp::create(b, loc, add(begin, count), index(columns));
  auto loop = scf::ForOp::create(b, loc, firstTile, lastTile, index(1));
  b.setInsertionPointToStart(loop.getBody());
  Value tile = loop.getInductionVar();
  Value firstEntry = add(load(decode.getOffsets(), tile), lane);
  Value lastEntry = load(decode.getOffsets(), add(tile, index(1)));
  auto entries = scf::ForOp::create(b, loc, firstEntry, lastEntry, index(32));
  b.setInsertionPointToStart(entries.getBody());
  Value entry = entries.getInductionVar();
  Value id = load(decode.getIds(), entry);
  Value row = arith::DivUIOp::create(b, loc, id, index(columns));
  Value column = add(mul(tile, columns),
                     arith::RemUIOp::create(b, loc, id, index(columns)));
  // Columns before the step become large, and are left out as those after it.
  Value position = arith::SubIOp::create(b, loc, column, begin);
  Value isHere =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, position, count);
  auto branch = scf::IfOp::create(b, loc, isHere, false);
  b.setInsertionPointToStart(branch.thenBlock());
  Value value =
      memref::LoadOp::create(b, loc, lookup(decode.getSource()), entry);
  store(add(first, add(mul(position, rows), row)), value, 1);
}

TileDistribution::Staged TileDistribution::stage(const StepTiles &step,
                                                 Value rowStride) {
  Location loc = step.coordinates->getLoc();
  int64_t length = schedule.getStep();
  int64_t slots = schedule.getWarps() * length;
  auto tile = cast<RankedTensorType>(step.values->getResult(0).getType());
  int64_t rows = tile.getDimSize(0);
  Type element = tile.getElementType();
  int64_t width = llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
  Staged staged;
  staged.offsets =
      sharedView(arena.allocate(slots * 8), slots, b.getIndexType());
  staged.values =
      sharedView(arena.allocate(slots * rows * width), slots * rows, element);
  if (step.present)
    staged.present =
        sharedView(arena.allocate(slots * rows), slots * rows, b.getI8Type());
  staged.firstSlot = arith::MulIOp::create(b, loc, warp, index(length));
  Value count = lookup(step.count);
  for (int64_t first = 0; first < length; first += 32) {
    OpBuilder::InsertionGuard guard(b);
    Value entry =
        first == 0
            ? lane
            : arith::AddIOp::create(b, loc, lane, index(first)).getResult();
    Value exists =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, entry, count);
    auto branch = scf::IfOp::create(b, loc, exists, false);
    b.setInsertionPointToStart(branch.thenBlock());
    Value coordinate = coordinateAt(step.coordinates, entry);
    Value offset = arith::MulIOp::create(b, loc, coordinate, rowStride);
    Value slot = arith::AddIOp::create(b, loc, staged.firstSlot, entry);
    memref::StoreOp::create(b, loc, offset, staged.offsets, slot);
    if (rows == 1 && !isa<DecodeIdsOp>(step.values))
      stageElement(step, staged, rows, entry);
  }
  if (auto decode = dyn_cast<DecodeIdsOp>(step.values)) {
    stageIds(decode, staged, rows);
    return staged;
  }
  if (rows == 1)
    return staged;
  Value elements = arith::MulIOp::create(b, loc, count, index(rows));
  auto loop = scf::ForOp::create(b, loc, lane, elements, index(32));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  stageElement(step, staged, rows, loop.getInductionVar());
  return staged;
}

TileDistribution::Entry TileDistribution::loadEntry(const Staged &staged,
                                                    Value entry, int64_t rows) {
  Location loc = staged.values.getLoc();
  Value slot = arith::AddIOp::create(b, loc, staged.firstSlot, entry);
  Entry loaded;
  loaded.offset = memref::LoadOp::create(b, loc, staged.offsets, slot);
  for (int64_t r = 0; r < rows; ++r) {
    Value from = slot;
    if (rows > 1)
      from = arith::AddIOp::create(
          b, loc, arith::MulIOp::create(b, loc, slot, index(rows)), index(r));
    loaded.values.push_back(
        memref::LoadOp::create(b, loc, staged.values, from));
    if (!staged.present)
      continue;
    Value flag = memref::LoadOp::create(b, loc, staged.present, from);
    loaded.present.push_back(
        arith::TruncIOp::create(b, loc, b.getI1Type(), flag));
  }
  return loaded;
}

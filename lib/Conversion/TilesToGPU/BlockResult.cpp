//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The result's tile through shared memory:
//
//     barrier                    nobody reads the operands any more
//     each lane stores its fragments to the staged tile
//     barrier                    everybody sees them
//     each thread stores pieces of up to 16 bytes, neighbours side by side
//
// What is computed with elements of C reads them before the first barrier, so
// no store of any thread overtakes a read. The staged tile may have the memory
// of the operands: --sparse-gpu-place-shared-memory sees that by the barriers.
//
//===----------------------------------------------------------------------===//

#include "BlockDistribution.h"
#include "EpilogueStaging.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace sparsegpu;

Value BlockDistribution::readThreadAgain() {
  Type i32 = b.getI32Type();
  auto constant = [&](int32_t value) -> Value {
    return arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(value));
  };
  Value number = arith::IndexCastUIOp::create(b, loc, i32, thread);
  Value self = NVVM::LaneIdOp::create(b, loc, i32);
  number = NVVM::ShflOp::create(b, loc, i32, constant(-1), number, self,
                                constant(31), NVVM::ShflKind::idx, UnitAttr());
  return arith::IndexCastUIOp::create(b, loc, b.getIndexType(), number);
}

void BlockDistribution::stageFragments(ArrayRef<Value> tile,
                                       const Shared &staged) {
  auto type = cast<MemRefType>(staged.memory.getType());
  int64_t columns = mma->c.type.getDimSize(1), rows = mma->c.type.getDimSize(0);
  int64_t width = type.getElementTypeBitWidth() / 8;
  // A lane's elements of a line of the staged tile, from `first` on.
  int64_t lines = staged.transposed ? columns : rows;
  int64_t inLine = staged.transposed ? rows : columns;
  int64_t atOnce = staged.transposed ? getNeighbouringRows() : columns;
  bool alternates = staged.transposed ? atOnce > 1 || mma->hasPairedColumns()
                                      : getNeighbouringRows() > 1;
  auto numbersOf = [&](int64_t line, int64_t first) {
    Elements numbers;
    for (int64_t n = first; n < first + atOnce; ++n)
      numbers.push_back(staged.transposed ? n * columns + line
                                          : line * columns + n);
    return numbers;
  };
  auto extract = [&](Value fragment, const Elements &numbers) -> Value {
    if (atOnce > 1)
      return extractElements(fragment, numbers);
    int64_t at[] = {numbers[0] / columns, numbers[0] % columns};
    return vector::ExtractOp::create(b, loc, fragment, at);
  };
  auto stage = [&](int64_t i, int64_t j, int64_t line, int64_t first) {
    Value fragment = tile[i * countN + j];
    Value part = extract(fragment, numbersOf(line, first));
    Place place =
        placeOf(i, j, numbersOf(alternates ? line & ~1 : line, first)[0]);
    Value at[] = {place.row, place.column};
    if (staged.transposed)
      std::swap(at[0], at[1]);
    if (alternates) {
      Value odd = startsWithOddLine(staged);
      at[0] = add(at[0], arith::XOrIOp::create(b, loc, odd, index(line & 1)));
      Value isOdd = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, odd,
                                          index(0));
      Value other = extract(fragment, numbersOf(line ^ 1, first));
      part = arith::SelectOp::create(b, loc, isOdd, other, part);
    }
    if (atOnce > 1)
      vector::StoreOp::create(b, loc, part, staged.memory, ValueRange(at),
                              /*nontemporal=*/false,
                              llvm::MaybeAlign(atOnce * width));
    else
      memref::StoreOp::create(b, loc, part, staged.memory, ValueRange(at));
  };
  for (int64_t i = 0; i < countM; ++i)
    for (int64_t j = 0; j < countN; ++j)
      for (int64_t first = 0; first < inLine; first += atOnce)
        for (int64_t line = 0; line < lines; ++line)
          stage(i, j, line, first);
}

Value BlockDistribution::startsWithOddLine(const Shared &staged) {
  if (staged.transposed)
    return rem(lane, 2);
  auto type = cast<MemRefType>(staged.memory.getType());
  int64_t bytes = type.getDimSize(1) * type.getElementTypeBitWidth() / 8;
  // Four lanes have a row, and eight rows of a fragment, two apart, are stored
  // together: with up to 32 bytes the fifth begins where the first does.
  return rem(div(lane, bytes <= 32 ? 8 : 4), 2);
}

void BlockDistribution::storeStagedPiece(StoreOp store, const Shared &staged,
                                         Value flat, Value line, Value at,
                                         int64_t elements) {
  auto type = cast<MemRefType>(staged.memory.getType());
  OpBuilder::InsertionGuard guard(b);
  Value count =
      staged.transposed ? store.getRowCount() : store.getColumnCount();
  Value isLine = staged.transposed
                     ? isBelow(line, store.getColumnCount(), type.getDimSize(0))
                     : isRow(store, line, type.getDimSize(0));
  if (Value exists = isLine)
    b.setInsertionPointToStart(
        scf::IfOp::create(b, loc, exists, false).thenBlock());
  auto offsetAlong = [&](Value position) {
    Place place =
        staged.transposed ? Place{position, line} : Place{line, position};
    return offsetOf(store.getRows(), store.getColumns(), place);
  };
  // The piece is read at once also where not all of it exists, so that every
  // read of the staged tile is free of bank conflicts.
  auto vector = VectorType::get({elements}, type.getElementType());
  auto bytes = llvm::MaybeAlign(elements * type.getElementTypeBitWidth() / 8);
  Value piece = vector::LoadOp::create(b, loc, vector, staged.memory,
                                       ValueRange{line, at},
                                       /*nontemporal=*/false, bytes);
  if (Value exists =
          isBelow(add(at, elements - 1), count, type.getDimSize(1))) {
    auto branch = scf::IfOp::create(b, loc, exists, /*withElseRegion=*/true);
    b.setInsertionPointToStart(branch.elseBlock());
    for (int64_t i = 0; i + 1 < elements; ++i) {
      OpBuilder::InsertionGuard guard(b);
      Value position = add(at, i);
      Value isThere = isBelow(position, count, type.getDimSize(1));
      b.setInsertionPointToStart(
          scf::IfOp::create(b, loc, isThere, false).thenBlock());
      Value value = vector::ExtractOp::create(b, loc, piece, i);
      memref::StoreOp::create(b, loc, value, flat, offsetAlong(position));
    }
    b.setInsertionPointToStart(branch.thenBlock());
  }
  vector::StoreOp::create(b, loc, piece, flat, ValueRange(offsetAlong(at)),
                          /*nontemporal=*/false, bytes);
}

void BlockDistribution::storeStaged(StoreOp store, ArrayRef<Value> tile) {
  auto tileType = cast<RankedTensorType>(store.getTile().getType());
  SmallVector<int64_t> shape(tileType.getShape());
  Shared staged{Value(), store.getContiguous() == 0};
  if (staged.transposed)
    std::swap(shape[0], shape[1]);
  staged.memory = allocateShared(shape, tileType.getElementType());
  gpu::BarrierOp::create(b, loc);
  llvm::SaveAndRestore savedThread(thread, readThreadAgain());
  llvm::SaveAndRestore savedWarp(warp, div(thread, 32));
  llvm::SaveAndRestore savedLane(lane, rem(thread, 32));
  stageFragments(tile, staged);
  gpu::BarrierOp::create(b, loc);
  Value flat = flatten(lookup(store.getDest()));
  int64_t elements = getStagedElements(store, schedule);
  int64_t perLine = shape[1] / elements, pieces = shape[0] * perLine;
  int64_t threads = schedule.getBlockSize();
  // Where all of the tile exists LLVM shall know the extent of the loop and
  // unroll it; with stores for the edge in it, it shall not.
  bool isWhole =
      !isBelow(thread, store.getRowCount(), tileType.getDimSize(0)) &&
      !isBelow(thread, store.getColumnCount(), tileType.getDimSize(1)) &&
      pieces % threads == 0;
  scf::ForOp rounds =
      isWhole
          ? scf::ForOp::create(b, loc, index(0), index(pieces / threads),
                               index(1))
          : scf::ForOp::create(b, loc, thread, index(pieces), index(threads));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(rounds.getBody());
  Value piece = rounds.getInductionVar(), line, inLine;
  if (isWhole && threads % perLine == 0) {
    line = add(mul(piece, threads / perLine), div(thread, perLine));
    inLine = rem(thread, perLine);
  } else {
    if (isWhole)
      piece = add(mul(piece, threads), thread);
    line = div(piece, perLine);
    inLine = rem(piece, perLine);
  }
  storeStagedPiece(store, staged, flat, line, mul(inLine, elements), elements);
}

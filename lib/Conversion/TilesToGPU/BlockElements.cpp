//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Elements of the result's tile in registers: where they are, what is computed
// with them, and how they reach memory.
//
// A row of a lane's fragment has neighbouring columns, 2 of tensor cores or 4
// where columns of bytes are paired, and a column has two where rows are. As
// many as the operand's alignment allows, known by a guard, are a piece, which
// is loaded and stored at once. Four lanes then touch whole sectors of 32
// bytes.
//
//===----------------------------------------------------------------------===//

#include "BlockDistribution.h"
#include "EpilogueStaging.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

#include <map>

using namespace mlir;
using namespace sparsegpu;

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
      both(isRow(load, place.row, tile.getDimSize(0)),
           isBelow(place.column, load.getColumnCount(), tile.getDimSize(1)));
  auto read = [&]() -> Value {
    Value offset = add(indexAt(load.getRows(), place.row),
                       indexAt(load.getColumns(), place.column));
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

int64_t BlockDistribution::getNeighbouringRows() {
  return mma->hasPairedRows() ? mma->c.type.getDimSize(0) : 1;
}

SmallVector<BlockDistribution::Piece>
BlockDistribution::piecesOf(int64_t i, int64_t j, int64_t contiguous,
                            int64_t run, Type element) {
  int64_t columns = mma->c.type.getDimSize(1), rows = mma->c.type.getDimSize(0);
  int64_t bits = element.getIntOrFloatBitWidth();
  int64_t width = contiguous == 1 ? columns : getNeighbouringRows();
  while (width > 1 && (run % width != 0 || !llvm::isPowerOf2_64(bits) ||
                       width * bits > 8 * getResultAlignment(schedule)))
    width /= 2;
  bool isWide = width > 1, isAlongRow = contiguous == 1 || !isWide;
  if (!isWide)
    width = columns;
  SmallVector<Piece> pieces;
  for (int64_t first = 0; first < (isAlongRow ? rows * columns : columns);
       first += isAlongRow ? width : 1) {
    Piece &piece = pieces.emplace_back();
    piece.isWide = isWide;
    for (int64_t n = 0; n < width; ++n)
      piece.elements.push_back(first + n * (isAlongRow ? 1 : columns));
  }
  return pieces;
}

Value BlockDistribution::offsetOf(Value rows, Value columns,
                                  const Place &place) {
  return add(indexAt(rows, place.row), indexAt(columns, place.column));
}

SmallVector<Value> BlockDistribution::loadPiece(LoadOp load, Value flat,
                                                const Piece &piece) {
  Type element =
      cast<RankedTensorType>(load.getTile().getType()).getElementType();
  SmallVector<Value> elements;
  auto one = [&](size_t c) { return loadElement(load, flat, piece.places[c]); };
  if (!piece.isWide) {
    for (size_t c = 0; c < piece.places.size(); ++c)
      elements.push_back(one(c));
    return elements;
  }
  int64_t count = piece.places.size();
  auto type = VectorType::get({count}, element);
  auto all = [&]() -> Value {
    Value offset =
        offsetOf(load.getRows(), load.getColumns(), piece.places.front());
    return vector::LoadOp::create(
        b, loc, type, flat, ValueRange(offset), /*nontemporal=*/false,
        llvm::MaybeAlign(count * element.getIntOrFloatBitWidth() / 8));
  };
  Value vector;
  if (!piece.exists.back()) {
    vector = all();
  } else {
    auto branch = scf::IfOp::create(b, loc, type, piece.exists.back(),
                                    /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    scf::YieldOp::create(b, loc, all());
    b.setInsertionPointToStart(branch.elseBlock());
    for (int64_t c = 0; c < count; ++c)
      elements.push_back(one(c));
    Value parts = vector::FromElementsOp::create(b, loc, type, elements);
    scf::YieldOp::create(b, loc, parts);
    elements.clear();
    vector = branch.getResult(0);
  }
  for (int64_t c = 0; c < count; ++c)
    elements.push_back(vector::ExtractOp::create(b, loc, vector, c));
  return elements;
}

/// Whether all columns of a tile have the same offset.
static bool isOneColumn(LoadOp load) {
  auto columns = load.getColumns().getDefiningOp<tensor::GenerateOp>();
  return columns &&
         matchPattern(columns.getBody().front().getTerminator()->getOperand(0),
                      m_Constant());
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
  // Elements of a row that are one, of an input and of a row of fragments: the
  // first column is the smallest, so it exists if any does.
  std::map<std::array<int64_t, 3>, Value> ofRow;
  Fragments results;
  auto element =
      cast<RankedTensorType>(op->getResult(0).getType()).getElementType();
  auto type = VectorType::get(mma->c.type.getShape(), element);
  for (int64_t i = 0; i < countM; ++i)
    for (int64_t j = 0; j < countN; ++j) {
      SmallVector<Value> elements;
      // Of inputs, the elements of the fragment that were loaded so far.
      SmallVector<SmallVector<Value>> loaded(
          op.getNumDpsInputs(), SmallVector<Value>(type.getNumElements()));
      for (int64_t row = 0; row < type.getDimSize(0); ++row) {
        SmallVector<SmallVector<Value>> operands;
        int64_t columns = type.getDimSize(1);
        for (auto [n, input] : llvm::enumerate(op.getDpsInputs())) {
          SmallVector<Value> &values = operands.emplace_back();
          auto load = input.getDefiningOp<LoadOp>();
          if (load && isOneColumn(load)) {
            Value &value = ofRow[{int64_t(n), i, row}];
            if (!value) {
              Piece first;
              first.elements = {row * columns};
              locate(first, i, j, load);
              value = loadPiece(load, flats[n], first).front();
            }
            values.append(columns, value);
            continue;
          }
          if (load) {
            for (Piece &piece :
                 piecesOf(i, j, load.getContiguous(), load.getRun(),
                          load.getTile().getType().getElementType())) {
              if (piece.elements.front() / columns != row)
                continue;
              locate(piece, i, j, load);
              for (auto [element, value] : llvm::zip_equal(
                       piece.elements, loadPiece(load, flats[n], piece)))
                loaded[n][element] = value;
            }
            llvm::append_range(
                values, ArrayRef(loaded[n]).slice(row * columns, columns));
            continue;
          }
          for (int64_t c = 0; c < type.getDimSize(1); ++c)
            values.push_back(vector::ExtractOp::create(
                b, loc, fragments[input][i * countN + j],
                ArrayRef<int64_t>{row, c}));
        }
        for (int64_t c = 0; c < type.getDimSize(1); ++c) {
          IRMapping inner(mapping);
          for (auto [n, values] : llvm::enumerate(operands))
            inner.map(body.getArgument(n), values[c]);
          for (Operation &operation : body.without_terminator())
            b.clone(operation, inner);
          elements.push_back(
              inner.lookupOrDefault(body.getTerminator()->getOperand(0)));
        }
      }
      results.push_back(vector::FromElementsOp::create(b, loc, type, elements));
    }
  fragments[op->getResult(0)] = results;
  return success();
}

void BlockDistribution::storePiece(StoreOp store, Value flat,
                                   const Piece &piece, Value vector) {
  auto type = cast<VectorType>(vector.getType());
  auto one = [&](size_t c) {
    OpBuilder::InsertionGuard guard(b);
    if (piece.exists[c])
      b.setInsertionPointToStart(
          scf::IfOp::create(b, loc, piece.exists[c], false).thenBlock());
    Value value =
        vector::ExtractOp::create(b, loc, vector, static_cast<int64_t>(c));
    memref::StoreOp::create(
        b, loc, value, flat,
        offsetOf(store.getRows(), store.getColumns(), piece.places[c]));
  };
  if (!piece.isWide) {
    for (size_t c = 0; c < piece.places.size(); ++c)
      one(c);
    return;
  }
  OpBuilder::InsertionGuard guard(b);
  if (piece.exists.back()) {
    auto branch = scf::IfOp::create(b, loc, piece.exists.back(),
                                    /*withElseRegion=*/true);
    b.setInsertionPointToStart(branch.elseBlock());
    for (size_t c = 0; c + 1 < piece.places.size(); ++c)
      one(c);
    b.setInsertionPointToStart(branch.thenBlock());
  }
  Value offset =
      offsetOf(store.getRows(), store.getColumns(), piece.places.front());
  vector::StoreOp::create(b, loc, vector, flat, ValueRange(offset),
                          /*nontemporal=*/false,
                          llvm::MaybeAlign(type.getNumElements() *
                                           type.getElementTypeBitWidth() / 8));
}

Value BlockDistribution::extractElements(Value fragment,
                                         ArrayRef<int64_t> numbers) {
  auto type = cast<VectorType>(fragment.getType());
  int64_t columns = type.getDimSize(1), count = numbers.size();
  // A whole row needs no elements of its own.
  if (numbers.back() - numbers.front() == columns - 1 && count == columns)
    return vector::ExtractOp::create(b, loc, fragment,
                                     numbers.front() / columns);
  SmallVector<Value> elements;
  for (int64_t number : numbers)
    elements.push_back(vector::ExtractOp::create(
        b, loc, fragment,
        ArrayRef<int64_t>{number / columns, number % columns}));
  return vector::FromElementsOp::create(
      b, loc, VectorType::get({count}, type.getElementType()), elements);
}

LogicalResult BlockDistribution::distributeStore(StoreOp store) {
  const Fragments &tile = fragments[store.getTile()];
  if (tile.empty())
    return store.emitError("stores a tile that is not in registers (LVL2-3)");
  if (store.getStaged()) {
    storeStaged(store, tile);
    return success();
  }
  Value flat = flatten(lookup(store.getDest()));
  for (int64_t i = 0; i < countM; ++i)
    for (int64_t j = 0; j < countN; ++j)
      for (Piece &piece :
           piecesOf(i, j, store.getContiguous(), store.getRun(),
                    store.getTile().getType().getElementType())) {
        locate(piece, i, j, store);
        storePiece(store, flat, piece,
                   extractElements(tile[i * countN + j], piece.elements));
      }
  return success();
}

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// #sparse_gpu.condensed_tiles as a format of the nest. Its unit is one window;
// its positions are the condensed columns of the window's tiles, one after the
// other. Those that fill up the last tile have a column and no entry.
//
// Where an element (row, condensed column) is stored depends on the layout:
//   tcf      found by binary search in its row, whose condensed columns ascend
//   me_tcf   entries are scattered to where their ids say
//   bit_tcf  the number of bits below its bit
//   me_bcrs  computed
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/CondensedTiles.h"
#include "SparseGPU/Dialect/SparseGPU/IR/FormatSupport.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace sparsegpu;

namespace {
/// Fields by layout, in the order of the ABI.
struct TCF {
  enum { Positions, Tiles, Coordinates, Condensed, LocalRows, Values };
};
struct EntryTiles {
  enum { Windows, Tiles, Columns, Places, Values };
};
struct Vectors {
  enum { Positions, Coordinates, Values };
};
} // namespace

static FormatDescription describe(CondensedLayout layout, int64_t window,
                                  int64_t tile, Type positions,
                                  Type coordinates) {
  return {formats::condensedTilesFormat(),
          {static_cast<int64_t>(layout), window, tile},
          positions,
          coordinates};
}

static FormatDescription describe(const CondensedTilesAttr &format) {
  return describe(format.getLayout(), format.getWindow(), format.getTile(),
                  format.getPositions(), format.getCoordinates());
}

LogicalResult
CondensedTilesAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                           CondensedLayout layout, int64_t window, int64_t tile,
                           Type positions, Type coordinates) {
  return verifyFormat(emitError,
                      describe(layout, window, tile, positions, coordinates));
}

LogicalResult CondensedTilesAttr::verifyEncoding(
    ArrayRef<int64_t> shape, Type elementType,
    function_ref<InFlightDiagnostic()> emitError) const {
  return verifyMatrixEncoding(emitError, getMnemonic(), shape, elementType);
}

SmallVector<StorageField>
CondensedTilesAttr::getFields(RankedTensorType type) const {
  auto oneMore = [](int64_t size) {
    return ShapedType::isDynamic(size) ? size : size + 1;
  };
  int64_t rows = type.getDimSize(0);
  int64_t windows = divideCeilOrDynamic(rows, getWindow());
  SmallVector<int64_t> sizes(6, ShapedType::kDynamic);
  if (getLayout() == CondensedLayout::TCF) {
    sizes[TCF::Positions] = oneMore(rows);
    sizes[TCF::Tiles] = windows;
  } else {
    sizes[0] = oneMore(windows);
  }
  return getFieldTypes(describe(*this), type, sizes);
}

Expected<formats::PackedMatrix>
CondensedTilesAttr::pack(RankedTensorType type,
                         const formats::CooMatrix &matrix) const {
  return packMatrix(describe(*this), type, matrix);
}

Expected<formats::CooMatrix>
CondensedTilesAttr::unpack(const formats::PackedMatrix &packed) const {
  return unpackMatrix(describe(*this), packed);
}

SmallVector<StringRef> CondensedTilesAttr::getUnits() const {
  return {"window"};
}

LogicalResult CondensedTilesAttr::supports(const ScheduleAttr &schedule,
                                           std::string &reason) const {
  return supportsWarpUnits(getMnemonic(), getUnits(), schedule, reason);
}

/// Columns and bitmaps are spread over the entries of full tiles.
FormatCost CondensedTilesAttr::getCost(RankedTensorType type) const {
  double position = getBytes(getPositions()),
         column = getBytes(getCoordinates());
  double value = getBytes(type.getElementType());
  auto rows = static_cast<double>(getWindow());
  double perTile = position + static_cast<double>(getTile()) * column;
  double places = rows * static_cast<double>(getTile());
  switch (getLayout()) {
  case CondensedLayout::TCF:
    return {(rows + 1) * position, 3 * column + value};
  case CondensedLayout::METCF:
    return {position, perTile / places + 1 + value};
  case CondensedLayout::BitTCF:
    return {position, perTile / places + 1.0 / 8 + value};
  case CondensedLayout::MEBCRS:
    return {position, column / rows + value};
  }
  llvm_unreachable("all layouts are handled");
}

int64_t CondensedTilesAttr::getUnitRows(const ScheduleAttr &) const {
  return getWindow();
}

bool CondensedTilesAttr::storesPadding() const {
  return getLayout() == CondensedLayout::MEBCRS && getWindow() > 1;
}

bool CondensedTilesAttr::hasPartialUnits(RankedTensorType type,
                                         const ScheduleAttr &) const {
  return getWindow() > 1 &&
         (type.isDynamicDim(0) || type.getDimSize(0) % getWindow() != 0);
}

Value CondensedTilesAttr::buildUnitCount(OpBuilder &builder, Location loc,
                                         const SparseStorage &storage,
                                         const ScheduleAttr &) const {
  return IndexBuilder{builder, loc}.ceilDiv(storage.rows, getWindow());
}

StepRange CondensedTilesAttr::buildSteps(OpBuilder &builder, Location loc,
                                         const SparseStorage &storage,
                                         const ScheduleAttr &,
                                         Value unit) const {
  IndexBuilder at{builder, loc};
  if (getLayout() == CondensedLayout::TCF)
    return {at.constant(0),
            at.mul(at.load(storage.fields[TCF::Tiles], unit), getTile())};
  Value first = at.load(storage.fields[0], unit);
  Value last = at.load(storage.fields[0], at.add(unit, at.constant(1)));
  if (getLayout() == CondensedLayout::MEBCRS)
    return {first, last};
  return {at.mul(first, getTile()), at.mul(last, getTile())};
}

/// The entry of a row at a condensed column, and the end of the row: there is
/// none where they are equal or the entry has another condensed column. A row
/// that does not exist is empty.
static StepRange findInRow(IndexBuilder at, const SparseStorage &storage,
                           Value row, Value column) {
  Value positions = storage.fields[TCF::Positions];
  Value next = at.add(row, at.constant(1));
  Value begin = at.load(positions, at.min(row, storage.rows));
  Value end = at.load(positions, at.min(next, storage.rows));
  Value condensed = storage.fields[TCF::Condensed];
  Value entry =
      at.lowerBound(begin, end, column, [&](IndexBuilder in, Value i) {
        return in.load(condensed, i);
      });
  return {entry, end};
}

/// TCF stores no list of columns: the rows of a window are searched for an
/// entry at the condensed column.
static Value findColumn(IndexBuilder at, const SparseStorage &storage,
                        Value firstRow, int64_t rows, Value column) {
  auto loop = scf::ForOp::create(
      at.builder, at.loc, at.constant(0), at.constant(rows), at.constant(1),
      at.constant(0),
      [&](OpBuilder &body, Location loc, Value row, ValueRange found) {
        IndexBuilder in{body, loc};
        StepRange entry = findInRow(in, storage, in.add(firstRow, row), column);
        Value isHere = in.holds(storage.fields[TCF::Condensed], entry.begin,
                                entry.end, column);
        Value here =
            in.loadIf(isHere, body.getIndexType(), [&](IndexBuilder then) {
              return then.load(storage.fields[TCF::Coordinates], entry.begin);
            });
        Value next = arith::SelectOp::create(body, loc, isHere, here, found[0]);
        scf::YieldOp::create(body, loc, next);
      });
  return loop.getResult(0);
}

Value CondensedTilesAttr::buildCoordinates(OpBuilder &builder, Location loc,
                                           const SparseStorage &storage,
                                           const ScheduleAttr &, Value unit,
                                           Value begin, Value count) const {
  IndexBuilder at{builder, loc};
  if (getLayout() == CondensedLayout::TCF) {
    Value firstRow = at.mul(unit, getWindow());
    return at.generate(count, [&](IndexBuilder in, Value p) {
      return findColumn(in, storage, firstRow, getWindow(), in.add(begin, p));
    });
  }
  bool isVectors = getLayout() == CondensedLayout::MEBCRS;
  Value source =
      storage.fields[isVectors ? +Vectors::Coordinates : +EntryTiles::Columns];
  auto type =
      RankedTensorType::get({ShapedType::kDynamic}, builder.getIndexType());
  return CoordinatesOp::create(builder, loc, type, source, begin, count);
}

namespace {
/// Where an element of a tile is in the field of values, and whether it is
/// there at all; null: it is.
struct Place {
  Value at, isThere;
};
} // namespace

/// The place of an entry of tcf or bit_tcf.
static Place findEntry(const CondensedTilesAttr &format, IndexBuilder at,
                       const SparseStorage &storage, Value unit, Value row,
                       Value position) {
  if (format.getLayout() == CondensedLayout::TCF) {
    Value global = at.add(at.mul(unit, format.getWindow()), row);
    StepRange entry = findInRow(at, storage, global, position);
    return {entry.begin, at.holds(storage.fields[TCF::Condensed], entry.begin,
                                  entry.end, position)};
  }
  Value tile = at.div(position, format.getTile());
  Value id =
      at.add(at.mul(row, format.getTile()), at.rem(position, format.getTile()));
  Value tiles = storage.fields[EntryTiles::Tiles];
  Value places = storage.fields[EntryTiles::Places];
  Value begin = at.load(tiles, tile);
  int64_t words = llvm::divideCeil(format.getWindow() * format.getTile(), 64);
  Value first = at.mul(tile, words);
  Value word = at.add(first, at.div(id, 64)), bit = at.rem(id, 64);
  Value isThere = at.testBit(places, word, bit);
  return {at.add(begin, at.countBitsBelow(places, first, word, bit)), isThere};
}

/// ME-BCRS: row by row within a tile, the last of a window may be narrower.
static Value findInVectors(const CondensedTilesAttr &format, IndexBuilder at,
                           const StepRange &vectors, Value row,
                           Value position) {
  Value i = at.sub(position, vectors.begin);
  Value column = at.rem(i, format.getTile());
  Value first = at.sub(position, column);
  Value width =
      at.min(at.sub(vectors.end, first), at.constant(format.getTile()));
  Value before = at.mul(first, format.getWindow());
  Value line = arith::MulIOp::create(at.builder, at.loc, row, width);
  return at.add(at.add(before, line), column);
}

DecodedTile CondensedTilesAttr::buildDecode(OpBuilder &builder, Location loc,
                                            const SparseStorage &storage,
                                            const ScheduleAttr &schedule,
                                            Value unit, Value begin,
                                            Value count) const {
  IndexBuilder at{builder, loc};
  Value values = storage.fields.back();
  Type element = storage.type.getElementType();
  auto load = [&](IndexBuilder in, Value place) -> Value {
    return memref::LoadOp::create(in.builder, in.loc, values, place);
  };
  auto type =
      RankedTensorType::get({getWindow(), ShapedType::kDynamic}, element);
  if (getLayout() == CondensedLayout::MEBCRS) {
    if (getTile() == 1 || getWindow() == 1)
      return {DecodeOp::create(builder, loc, type, values, begin, count),
              Value()};
    StepRange vectors = buildSteps(builder, loc, storage, schedule, unit);
    return {at.generate(getWindow(), count, element,
                        [&](IndexBuilder in, Value row, Value p) {
                          return load(in, findInVectors(*this, in, vectors, row,
                                                        in.add(begin, p)));
                        }),
            Value()};
  }
  if (getLayout() == CondensedLayout::METCF) {
    auto decode = DecodeIdsOp::create(
        builder, loc, type, type.clone(builder.getI1Type()), values,
        storage.fields[EntryTiles::Places], storage.fields[EntryTiles::Tiles],
        begin, count, getTile());
    return {decode.getTile(), decode.getPresent()};
  }
  Value tile = at.generate(
      getWindow(), count, element, [&](IndexBuilder in, Value row, Value p) {
        Place place =
            findEntry(*this, in, storage, unit, row, in.add(begin, p));
        return in.loadIf(place.isThere, element, [&](IndexBuilder then) {
          return load(then, place.at);
        });
      });
  // What only the place needs is dead here, and removed.
  Value present = at.generate(getWindow(), count, builder.getI1Type(),
                              [&](IndexBuilder in, Value row, Value p) {
                                return findEntry(*this, in, storage, unit, row,
                                                 in.add(begin, p))
                                    .isThere;
                              });
  return {tile, present};
}

Value CondensedTilesAttr::buildRows(OpBuilder &builder, Location loc,
                                    const SparseStorage &, const ScheduleAttr &,
                                    Value unit) const {
  return IndexBuilder{builder, loc}.generateRows(
      getWindow(), [&](IndexBuilder at, Value row) {
        return at.add(at.mul(unit, getWindow()), row);
      });
}

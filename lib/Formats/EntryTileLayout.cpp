//===- EntryTileLayout.cpp - Condensed tiles that store their entries only
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The values of a tile one after the other, row by row, and their places: ids
// of one byte (ME-TCF, source: DTC-SpMM, ASPLOS 2024, section 4.2) or a bitmap
// (BitTCF, source: Acc-SpMM, PPoPP 2025).
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/CondensedTiles.h"
#include "SparseGPU/Support/Strings.h"
#include "StorageSupport.h"
#include "TileLayout.h"

#include <algorithm>
#include <array>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
enum { Windows, Tiles, Columns, Places, Values };

class EntryTileLayout final : public TileLayout {
public:
  explicit EntryTileLayout(bool bitmaps) : bitmaps(bitmaps) {}

  std::vector<FieldSpec> fields() const override {
    FieldSpec ids = {"ids", FieldRole::Bits, "nnz",
                     "row * tile + column of entry i within its tile",
                     ElementType::I8};
    FieldSpec bits = {"bitmaps", FieldRole::Bits,
                      "tiles * ceil(window * tile / 64)",
                      "bit row * tile + column is set where a tile has an "
                      "entry",
                      ElementType::I64};
    return {{"windows", FieldRole::Positions, "ceil(M / window) + 1",
             "where the tiles of window i begin; the last element is their "
             "number"},
            {"tiles", FieldRole::Positions, "tiles + 1",
             "where the entries of tile i begin; the last element is their "
             "number"},
            {"columns", FieldRole::Coordinates, "tiles * tile",
             "the columns of the tiles, ascending within a window"},
            bitmaps ? bits : ids,
            {"values", FieldRole::Values, "nnz",
             "the values of the tiles' entries, row by row"}};
  }
  Status fill(const CsrSource &matrix, const WindowColumns &columns,
              const PackOptions &options, PackedMatrix &packed) const override;
  Status check(const PackedMatrix &packed) const override;
  void unpack(const PackedMatrix &packed, CsrBuilder &builder) const override;

private:
  int64_t words(const TileShape &shape) const {
    return divideCeil(shape.window * shape.tile, 64);
  }
  /// The ids of the entries of a tile, ascending.
  void getIds(const PackedMatrix &packed, const TileShape &shape, int64_t tile,
              std::vector<int64_t> &ids) const;

  bool bitmaps;
};
} // namespace

const TileLayout &formats::meTcfLayout() {
  static const EntryTileLayout layout(/*bitmaps=*/false);
  return layout;
}

const TileLayout &formats::bitTcfLayout() {
  static const EntryTileLayout layout(/*bitmaps=*/true);
  return layout;
}

// The entries of a window lie side by side in the matrix and in the tiles, so
// windows are independent. In each, an entry's tile follows from its condensed
// column; tiles take their entries in the order of rows.
Status EntryTileLayout::fill(const CsrSource &matrix,
                             const WindowColumns &columns,
                             const PackOptions &options,
                             PackedMatrix &packed) const {
  TileShape shape(matrix.rows, packed.parameters);
  std::vector<int64_t> firstTile(static_cast<size_t>(shape.windows) + 1);
  for (int64_t w = 0; w < shape.windows; ++w)
    firstTile[w + 1] = firstTile[w] + divideCeil(columns.count(w), shape.tile);
  int64_t nnz = matrix.nnz(), tileCount = firstTile.back();
  Expected<PackedMatrix> allocated =
      allocatePacked(condensedTilesFormat(), matrix, packed.parameters, options,
                     std::max(nnz, tileCount), columns.largest(),
                     {shape.windows + 1, tileCount + 1, tileCount * shape.tile,
                      bitmaps ? tileCount * words(shape) : nnz, nnz});
  if (!allocated)
    return allocated.takeError();
  packed = *std::move(allocated);
  storeIndices(packed.fields[Windows].type, firstTile.data(), firstTile.size(),
               packed.fields[Windows].bytes.data());
  IndexWriter tiles = indexWriter(packed, Tiles),
              columnsOut = indexWriter(packed, Columns);
  tiles.set(tileCount, nnz);
  std::byte *places = packed.fields[Places].bytes.data();
  std::byte *values = packed.fields[Values].bytes.data();
  size_t width = byteSize(matrix.valueType);

  int64_t tileWords = words(shape);
  Divider tileOf(shape.tile, columns.largest());

  columns.forEach([&](int64_t w, const Window &window) {
    // 1. The columns; those of the last tile are filled up with the last.
    int64_t tile = firstTile[w], count = firstTile[w + 1] - tile;
    int64_t place = tile * shape.tile, last = 0;
    window.forEachColumn([&](int64_t, int64_t column) {
      columnsOut.set(place++, last = column);
    });
    while (place < firstTile[w + 1] * shape.tile)
      columnsOut.set(place++, last);
    // 2. Where each tile's entries begin.
    std::vector<int64_t> next(static_cast<size_t>(count) + 1);
    window.forEachEntry([&](int64_t, int64_t, int64_t rank, int64_t) {
      ++next[tileOf(rank) + 1];
    });
    next[0] = window.firstEntry();
    for (int64_t t = 0; t < count; ++t) {
      tiles.set(tile + t, next[t]);
      next[t + 1] += next[t];
    }
    // 3. The entries.
    window.forEachEntry([&](int64_t row, int64_t, int64_t rank, int64_t e) {
      int64_t t = tileOf(rank);
      int64_t id = row * shape.tile + rank - t * shape.tile;
      int64_t to = next[t]++;
      copyElement(matrix.values, e, values, to, width);
      if (!bitmaps)
        places[to] = static_cast<std::byte>(id);
      else
        places[(tile + t) * tileWords * 8 + id / 8] |= std::byte(1) << (id % 8);
    });
  });
  return Status::success();
}

void EntryTileLayout::getIds(const PackedMatrix &packed, const TileShape &shape,
                             int64_t tile, std::vector<int64_t> &ids) const {
  ids.clear();
  IndexArray places = indices(packed, Places);
  if (!bitmaps) {
    IndexArray tiles = indices(packed, Tiles);
    for (int64_t e = tiles[tile]; e < tiles[tile + 1]; ++e)
      ids.push_back(places[e]);
    return;
  }
  for (int64_t w = 0; w < words(shape); ++w)
    for (auto bits = static_cast<uint64_t>(places[tile * words(shape) + w]);
         bits != 0; bits &= bits - 1)
      ids.push_back(64 * w + __builtin_ctzll(bits));
}

/// CT5 for the columns of the tiles [begin, end) of a window. `count` becomes
/// how many of them do not fill up.
static Status checkColumns(const PackedMatrix &packed, int64_t tile,
                           int64_t begin, int64_t end, int64_t &count) {
  IndexArray columns = indices(packed, Columns);
  count = 0;
  for (int64_t i = begin * tile; i < end * tile; ++i) {
    if (columns[i] < 0 || columns[i] >= packed.cols)
      return Error(concat("CT5: columns[", i, "] is ", columns[i],
                          ", outside of ", packed.cols, " columns"));
    bool fillsUp = i > (end - 1) * tile && columns[i] == columns[i - 1];
    if (!fillsUp && count != i - begin * tile)
      return Error(concat("CT5: columns[", i, "] is ", columns[i],
                          ", but its predecessor fills up"));
    if (!fillsUp && count > 0 && columns[i] <= columns[i - 1])
      return Error(concat("CT5: columns[", i, "] is ", columns[i],
                          ", not above its predecessor ", columns[i - 1]));
    count += fillsUp ? 0 : 1;
  }
  return Status::success();
}

Status EntryTileLayout::check(const PackedMatrix &packed) const {
  TileShape shape(packed.rows, packed.parameters);
  int64_t tileCount = packed.fields[Tiles].count - 1;
  int64_t nnz = packed.fields[Values].count;
  if (Status status = checkOffsets("CT2", packed.fields[Windows],
                                   shape.windows + 1, tileCount);
      !status)
    return status;
  if (Status status =
          checkOffsets("CT3", packed.fields[Tiles], tileCount + 1, nnz);
      !status)
    return status;
  if (Status status =
          checkCount("CT4", packed.fields[Columns], tileCount * shape.tile);
      !status)
    return status;
  if (Status status = checkCount("CT4", packed.fields[Places],
                                 bitmaps ? tileCount * words(shape) : nnz);
      !status)
    return status;
  IndexArray windows = indices(packed, Windows), tiles = indices(packed, Tiles);
  std::vector<int64_t> ids;
  for (int64_t w = 0; w < shape.windows; ++w) {
    int64_t columns = 0;
    if (Status status = checkColumns(packed, shape.tile, windows[w],
                                     windows[w + 1], columns);
        !status)
      return status;
    for (int64_t t = windows[w]; t < windows[w + 1]; ++t) {
      getIds(packed, shape, t, ids);
      auto count = static_cast<int64_t>(ids.size());
      if (count != tiles[t + 1] - tiles[t])
        return Error(concat("CT6: the bitmap of tile ", t, " has ", count,
                            " bits for ", tiles[t + 1] - tiles[t], " entries"));
      int64_t previous = -1;
      for (int64_t id : ids) {
        if (id >= shape.window * shape.tile)
          return Error(concat("CT6: tile ", t, " has an entry with id ", id,
                              ", expected less than ",
                              shape.window * shape.tile));
        if (id <= previous)
          return Error(concat("CT6: tile ", t, " has id ", id,
                              ", not above its predecessor ", previous));
        previous = id;
        int64_t row = id / shape.tile, column = id % shape.tile;
        if (w * shape.window + row >= packed.rows ||
            (t - windows[w]) * shape.tile + column >= columns)
          return Error(concat("CT7: tile ", t, " has an entry at (", row, ", ",
                              column, "), beyond the last row or column"));
      }
    }
  }
  return Status::success();
}

void EntryTileLayout::unpack(const PackedMatrix &packed,
                             CsrBuilder &builder) const {
  TileShape shape(packed.rows, packed.parameters);
  IndexArray windows = indices(packed, Windows), tiles = indices(packed, Tiles),
             columns = indices(packed, Columns);
  const std::byte *values = packed.fields[Values].bytes.data();
  size_t width = byteSize(packed.fields[Values].type);
  struct Entry {
    int64_t column, at;
  };
  std::array<std::vector<Entry>, largestTileSide> rows;
  std::vector<int64_t> ids;
  for (int64_t w = 0; w < shape.windows; ++w) {
    for (std::vector<Entry> &row : rows)
      row.clear();
    for (int64_t t = windows[w]; t < windows[w + 1]; ++t) {
      getIds(packed, shape, t, ids);
      int64_t at = tiles[t];
      for (int64_t id : ids)
        rows[id / shape.tile].push_back(
            {columns[t * shape.tile + id % shape.tile], at++});
    }
    int64_t count = std::min(shape.window, packed.rows - w * shape.window);
    for (int64_t r = 0; r < count; ++r) {
      for (const Entry &entry : rows[r])
        builder.add(entry.column, values + entry.at * width);
      builder.endRow();
    }
  }
}

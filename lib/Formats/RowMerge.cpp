//===- RowMerge.cpp - Tiles of 16 row masks
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/RowMerge.h"

#include "SparseGPU/Support/Strings.h"
#include "StorageSupport.h"
#include "WindowColumns.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
constexpr int64_t side = rowMergeTile;
enum { Positions, Coordinates, Offsets, Masks, Values };

class RowMergeFormat final : public Format {
public:
  std::string_view name() const override { return "row_merge"; }

  std::vector<FieldSpec> fields() const override {
    return {{"positions", FieldRole::Positions, "ceil(M / 16) + 1",
             "where the tiles of tile row i begin; the last element is their "
             "number"},
            {"coordinates", FieldRole::Coordinates, "tiles",
             "the tile column of tile i, ascending within a tile row"},
            {"offsets", FieldRole::Positions, "tiles + 1",
             "where the values of tile i begin; the last element is their "
             "number"},
            {"masks", FieldRole::Bits, "tiles * 16",
             "bit c: row i % 16 of tile i / 16 has an entry in column c",
             ElementType::I16},
            {"values", FieldRole::Values, "nnz",
             "the values of the tiles, row by row"}};
  }

  std::string_view sizeFormula() const override {
    return "(ceil(M / 16) + 1) * p + tiles * (c + p + 32) + p + nnz * v";
  }

  Expected<PackedMatrix> pack(const CsrSource &matrix,
                              const std::vector<int64_t> &parameters,
                              const PackOptions &options) const override;
  Expected<PackedMatrix> unpack(const PackedMatrix &packed) const override;
  Status check(const PackedMatrix &packed) const override;
};

/// The tiles of one tile row, while it is filled.
} // namespace

const Format &formats::rowMergeFormat() {
  static const RowMergeFormat format;
  return format;
}

Expected<PackedMatrix>
RowMergeFormat::pack(const CsrSource &matrix,
                     const std::vector<int64_t> &parameters,
                     const PackOptions &options) const {
  WindowColumns columns(matrix, side, /*group=*/side);
  std::vector<int64_t> firstTile = columns.accumulate();
  int64_t nnz = matrix.nnz(), tiles = firstTile.back();
  Expected<PackedMatrix> packed = allocatePacked(
      *this, matrix, parameters, options, std::max(nnz, tiles),
      columns.largest(),
      {columns.windows() + 1, tiles, tiles + 1, tiles * side, nnz});
  if (!packed)
    return packed;
  storeIndices(packed->fields[Positions].type, firstTile.data(),
               firstTile.size(), packed->fields[Positions].bytes.data());
  IndexWriter coordinates = indexWriter(*packed, Coordinates),
              offsets = indexWriter(*packed, Offsets);
  offsets.set(tiles, nnz);
  std::byte *masks = packed->fields[Masks].bytes.data();
  std::byte *values = packed->fields[Values].bytes.data();
  size_t width = byteSize(matrix.valueType);

  columns.forEach([&](int64_t w, const Window &window) {
    int64_t tile = firstTile[w];
    window.forEachColumn([&](int64_t rank, int64_t column) {
      coordinates.set(tile + rank, column);
    });
    // Where the next value of each tile goes.
    std::vector<int64_t> next(static_cast<size_t>(window.count()) + 1);
    window.forEachEntry(
        [&](int64_t row, int64_t column, int64_t rank, int64_t) {
          ++next[rank + 1];
          std::byte *mask = masks + ((tile + rank) * side + row) * 2;
          mask[column % side / 8] |= std::byte(1) << (column % 8);
        });
    next[0] = window.firstEntry();
    for (int64_t t = 0; t < window.count(); ++t) {
      offsets.set(tile + t, next[t]);
      next[t + 1] += next[t];
    }
    window.forEachEntry([&](int64_t, int64_t, int64_t rank, int64_t e) {
      copyElement(matrix.values, e, values, next[rank]++, width);
    });
  });
  return packed;
}

Status RowMergeFormat::check(const PackedMatrix &packed) const {
  if (Status status = checkFields(*this, packed); !status)
    return Error(concat("RM1: ", status.message()));
  int64_t tileRows = divideCeil(packed.rows, side);
  int64_t tileCols = divideCeil(packed.cols, side);
  int64_t tiles = packed.fields[Coordinates].count;
  if (Status status =
          checkOffsets("RM2", packed.fields[Positions], tileRows + 1, tiles);
      !status)
    return status;
  if (Status status = checkOffsets("RM3", packed.fields[Offsets], tiles + 1,
                                   packed.fields[Values].count);
      !status)
    return status;
  if (Status status = checkCount("RM4", packed.fields[Masks], tiles * side);
      !status)
    return status;
  IndexArray positions = indices(packed, Positions),
             coordinates = indices(packed, Coordinates),
             offsets = indices(packed, Offsets), masks = indices(packed, Masks);
  for (int64_t w = 0; w < tileRows; ++w)
    for (int64_t t = positions[w]; t < positions[w + 1]; ++t) {
      int64_t column = coordinates[t];
      if (column < 0 || column >= tileCols)
        return Error(concat("RM5: coordinates[", t, "] is ", column,
                            ", outside of ", tileCols, " tile columns"));
      if (t > positions[w] && column <= coordinates[t - 1])
        return Error(concat("RM5: coordinates[", t, "] is ", column,
                            ", not above its predecessor ",
                            coordinates[t - 1]));
      int64_t bits = 0;
      for (int64_t r = 0; r < side; ++r) {
        int64_t mask = masks[t * side + r];
        bits += __builtin_popcountll(static_cast<uint64_t>(mask));
        int64_t width = std::min(side, packed.cols - column * side);
        if (w * side + r >= packed.rows ? mask != 0 : mask >> width != 0)
          return Error(concat("RM7: row ", r, " of tile ", t,
                              " has an entry beyond the shape ", packed.rows,
                              " x ", packed.cols));
      }
      if (bits == 0 || bits != offsets[t + 1] - offsets[t])
        return Error(concat("RM6: tile ", t, " has ", bits, " bits for ",
                            offsets[t + 1] - offsets[t], " values"));
    }
  return Status::success();
}

Expected<PackedMatrix>
RowMergeFormat::unpack(const PackedMatrix &packed) const {
  if (Status status = check(packed); !status)
    return status.takeError();
  IndexArray positions = indices(packed, Positions),
             coordinates = indices(packed, Coordinates),
             offsets = indices(packed, Offsets), masks = indices(packed, Masks);
  const Field &values = packed.fields[Values];
  size_t width = byteSize(values.type);
  CsrBuilder builder(packed.rows, packed.cols, values.type,
                     expectedEntries(packed));
  // The next value of each tile of the tile row.
  std::vector<int64_t> next;
  for (int64_t row = 0; row < packed.rows; ++row) {
    int64_t begin = positions[row / side], end = positions[row / side + 1];
    if (row % side == 0) {
      next.clear();
      for (int64_t t = begin; t < end; ++t)
        next.push_back(offsets[t]);
    }
    for (int64_t t = begin; t < end; ++t)
      for (auto mask = static_cast<uint64_t>(masks[t * side + row % side]);
           mask != 0; mask &= mask - 1)
        builder.add(coordinates[t] * side + __builtin_ctzll(mask),
                    values.bytes.data() + next[t - begin]++ * width);
    builder.endRow();
  }
  return builder.finish();
}

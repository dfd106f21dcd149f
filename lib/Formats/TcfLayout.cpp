//===- TcfLayout.cpp - Condensed tiles with a list of edges
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compressed rows, and for each entry its place within its window. Source:
// TC-GNN (USENIX ATC 2023), section 4.1.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/CondensedTiles.h"
#include "SparseGPU/Support/Strings.h"
#include "StorageSupport.h"
#include "TileLayout.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
enum { Positions, Tiles, Coordinates, Condensed, LocalRows, Values };

class TcfLayout final : public TileLayout {
public:
  std::vector<FieldSpec> fields() const override {
    return {{"positions", FieldRole::Positions, "M + 1",
             "where the entries of row i begin; the last element is their "
             "number"},
            {"tiles", FieldRole::Positions, "ceil(M / window)",
             "the number of tiles of window i"},
            {"coordinates", FieldRole::Coordinates, "nnz",
             "the column of entry i, ascending within a row"},
            {"condensed", FieldRole::Coordinates, "nnz",
             "the condensed column of entry i"},
            {"local_rows", FieldRole::Coordinates, "nnz",
             "the row of entry i within its window"},
            {"values", FieldRole::Values, "nnz", "the value of entry i"}};
  }
  Status fill(const CsrSource &matrix, const WindowColumns &columns,
              const PackOptions &options, PackedMatrix &packed) const override;
  Status check(const PackedMatrix &packed) const override;
  void unpack(const PackedMatrix &packed, CsrBuilder &builder) const override;
};
} // namespace

const TileLayout &formats::tcfLayout() {
  static const TcfLayout layout;
  return layout;
}

Status TcfLayout::fill(const CsrSource &matrix, const WindowColumns &columns,
                       const PackOptions &options, PackedMatrix &packed) const {
  TileShape shape(matrix.rows, packed.parameters);
  int64_t nnz = matrix.nnz();
  // A condensed column is never above its column; a local row may be.
  int64_t largest = std::min(shape.window, matrix.rows) - 1;
  largest = std::max(largest, columns.largest());
  Expected<PackedMatrix> allocated =
      allocatePacked(condensedTilesFormat(), matrix, packed.parameters, options,
                     nnz, std::max<int64_t>(largest, 0),
                     {matrix.rows + 1, shape.windows, nnz, nnz, nnz, nnz});
  if (!allocated)
    return allocated.takeError();
  packed = *std::move(allocated);
  IndexWriter tiles = indexWriter(packed, Tiles),
              coordinates = indexWriter(packed, Coordinates),
              condensed = indexWriter(packed, Condensed),
              localRows = indexWriter(packed, LocalRows);
  copyIndices(matrix.positions, packed.fields[Positions]);
  columns.forEach([&](int64_t w, const Window &window) {
    tiles.set(w, divideCeil(window.count(), shape.tile));
    window.forEachEntry(
        [&](int64_t row, int64_t column, int64_t rank, int64_t e) {
          coordinates.set(e, column);
          condensed.set(e, rank);
          localRows.set(e, row);
        });
  });
  copyValues(matrix, packed.fields[Values]);
  return Status::success();
}

static CsrSource asRows(const PackedMatrix &packed) {
  return {packed.rows,
          packed.cols,
          indices(packed, Positions),
          indices(packed, Coordinates),
          packed.fields[Values].type,
          packed.fields[Values].bytes.data()};
}

Status TcfLayout::check(const PackedMatrix &packed) const {
  TileShape shape(packed.rows, packed.parameters);
  int64_t nnz = packed.fields[Values].count;
  if (Status status =
          checkOffsets("CT2", packed.fields[Positions], packed.rows + 1, nnz);
      !status)
    return status;
  if (Status status = checkCount("CT3", packed.fields[Tiles], shape.windows);
      !status)
    return status;
  for (size_t field : {Coordinates, Condensed, LocalRows})
    if (Status status = checkCount("CT4", packed.fields[field], nnz); !status)
      return status;
  CsrSource matrix = asRows(packed);
  for (int64_t row = 0; row < packed.rows; ++row) {
    int64_t previous = -1;
    for (int64_t e = matrix.positions[row]; e < matrix.positions[row + 1];
         ++e) {
      int64_t column = matrix.coordinates[e];
      if (column < 0 || column >= packed.cols)
        return Error(concat("CT5: coordinates[", e, "] is ", column,
                            ", outside of ", packed.cols, " columns"));
      if (column <= previous)
        return Error(concat("CT5: coordinates[", e, "] in row ", row, " is ",
                            column, ", not above its predecessor ", previous));
      previous = column;
    }
  }
  Window window(matrix, shape.window, /*group=*/1);
  IndexArray tiles = indices(packed, Tiles),
             condensed = indices(packed, Condensed),
             localRows = indices(packed, LocalRows);
  for (int64_t w = 0; w < shape.windows; ++w) {
    window.load(w);
    int64_t expected = divideCeil(window.count(), shape.tile);
    if (tiles[w] != expected)
      return Error(
          concat("CT3: tiles[", w, "] is ", tiles[w], ", expected ", expected));
    int64_t wrong = -1;
    window.forEachEntry([&](int64_t row, int64_t, int64_t rank, int64_t e) {
      if (wrong < 0 && (condensed[e] != rank || localRows[e] != row))
        wrong = e;
    });
    if (wrong >= 0)
      return Error(concat("CT6: condensed[", wrong, "] and local_rows[", wrong,
                          "] are ", condensed[wrong], " and ", localRows[wrong],
                          ", not the place of the entry in window ", w));
  }
  return Status::success();
}

void TcfLayout::unpack(const PackedMatrix &packed, CsrBuilder &builder) const {
  CsrSource matrix = asRows(packed);
  size_t width = byteSize(matrix.valueType);
  for (int64_t row = 0; row < packed.rows; ++row) {
    for (int64_t e = matrix.positions[row]; e < matrix.positions[row + 1]; ++e)
      builder.add(matrix.coordinates[e], matrix.values + e * width);
    builder.endRow();
  }
}

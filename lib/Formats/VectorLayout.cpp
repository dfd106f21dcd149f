//===- VectorLayout.cpp - Condensed tiles as dense column vectors
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ME-BCRS: each condensed column of a window is a vector of `window` values.
// Tiles of vectors are stored row by row, and the last of a window is no wider
// than it needs to be. Source: FlashSparse (PPoPP 2025), section 3.3.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/CondensedTiles.h"
#include "SparseGPU/Support/Strings.h"
#include "StorageSupport.h"
#include "TileLayout.h"

#include <algorithm>
#include <mutex>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
enum { Positions, Coordinates, Values };

class VectorLayout final : public TileLayout {
public:
  std::vector<FieldSpec> fields() const override {
    return {{"positions", FieldRole::Positions, "ceil(M / window) + 1",
             "where the vectors of window i begin; the last element is their "
             "number"},
            {"coordinates", FieldRole::Coordinates, "vectors",
             "the column of vector i, ascending within a window"},
            {"values", FieldRole::Values, "vectors * window",
             "the elements of the tiles, row by row"}};
  }
  Status fill(const CsrSource &matrix, const WindowColumns &columns,
              const PackOptions &options, PackedMatrix &packed) const override;
  Status check(const PackedMatrix &packed) const override;
  void unpack(const PackedMatrix &packed, CsrBuilder &builder) const override;
};

/// The vectors [first, first + count) of a window.
struct Vectors {
  int64_t first, count;

  /// Where element `row` of vector `i` is.
  int64_t place(const TileShape &shape, int64_t row, int64_t i) const {
    int64_t before = i / shape.tile * shape.tile;
    int64_t width = std::min(shape.tile, count - before);
    return (first + before) * shape.window + row * width + i - before;
  }
};
} // namespace

const TileLayout &formats::meBcrsLayout() {
  static const VectorLayout layout;
  return layout;
}

Status VectorLayout::fill(const CsrSource &matrix, const WindowColumns &columns,
                          const PackOptions &options,
                          PackedMatrix &packed) const {
  TileShape shape(matrix.rows, packed.parameters);
  std::vector<int64_t> firstVector = columns.accumulate();
  int64_t vectors = firstVector.back();
  Expected<PackedMatrix> allocated = allocatePacked(
      condensedTilesFormat(), matrix, packed.parameters, options, vectors,
      columns.largest(), {shape.windows + 1, vectors, vectors * shape.window});
  if (!allocated)
    return allocated.takeError();
  packed = *std::move(allocated);
  storeIndices(packed.fields[Positions].type, firstVector.data(),
               firstVector.size(), packed.fields[Positions].bytes.data());
  IndexWriter coordinates = indexWriter(packed, Coordinates);
  std::byte *values = packed.fields[Values].bytes.data();
  size_t width = byteSize(matrix.valueType);
  std::mutex zerosMutex;
  columns.forEach([&](int64_t w, const Window &window) {
    std::vector<int64_t> zeros;
    Vectors at{firstVector[w], window.count()};
    window.forEachColumn([&](int64_t rank, int64_t column) {
      coordinates.set(at.first + rank, column);
    });
    window.forEachEntry([&](int64_t row, int64_t, int64_t rank, int64_t e) {
      int64_t to = at.place(shape, row, rank);
      copyElement(matrix.values, e, values, to, width);
      if (isPadding(matrix.values, width, e))
        zeros.push_back(to);
    });
    if (zeros.empty())
      return;
    std::lock_guard<std::mutex> lock(zerosMutex);
    packed.explicitZeros.insert(packed.explicitZeros.end(), zeros.begin(),
                                zeros.end());
  });
  std::sort(packed.explicitZeros.begin(), packed.explicitZeros.end());
  return Status::success();
}

Status VectorLayout::check(const PackedMatrix &packed) const {
  TileShape shape(packed.rows, packed.parameters);
  int64_t vectors = packed.fields[Coordinates].count;
  if (Status status = checkOffsets("CT2", packed.fields[Positions],
                                   shape.windows + 1, vectors);
      !status)
    return status;
  if (Status status =
          checkCount("CT4", packed.fields[Values], vectors * shape.window);
      !status)
    return status;
  IndexArray positions = indices(packed, Positions),
             coordinates = indices(packed, Coordinates);
  const Field &values = packed.fields[Values];
  for (int64_t w = 0; w < shape.windows; ++w) {
    Vectors at{positions[w], positions[w + 1] - positions[w]};
    int64_t rows = std::min(shape.window, packed.rows - w * shape.window);
    for (int64_t i = 0; i < at.count; ++i) {
      int64_t v = at.first + i, column = coordinates[v];
      if (column < 0 || column >= packed.cols)
        return Error(concat("CT5: coordinates[", v, "] is ", column,
                            ", outside of ", packed.cols, " columns"));
      if (i > 0 && column <= coordinates[v - 1])
        return Error(concat("CT5: coordinates[", v, "] is ", column,
                            ", not above its predecessor ",
                            coordinates[v - 1]));
      for (int64_t r = rows; r < shape.window; ++r)
        if (isEntry(packed, values, at.place(shape, r, i)))
          return Error(concat("CT7: vector ", v, " is not zero in row ", r,
                              ", beyond the last row"));
    }
  }
  return Status::success();
}

void VectorLayout::unpack(const PackedMatrix &packed,
                          CsrBuilder &builder) const {
  TileShape shape(packed.rows, packed.parameters);
  IndexArray positions = indices(packed, Positions),
             coordinates = indices(packed, Coordinates);
  const std::byte *values = packed.fields[Values].bytes.data();
  size_t width = byteSize(packed.fields[Values].type);
  for (int64_t row = 0; row < packed.rows; ++row) {
    int64_t w = row / shape.window;
    Vectors vectors{positions[w], positions[w + 1] - positions[w]};
    for (int64_t i = 0; i < vectors.count; ++i) {
      int64_t at = vectors.place(shape, row % shape.window, i);
      if (!isPadding(values, width, at) ||
          std::binary_search(packed.explicitZeros.begin(),
                             packed.explicitZeros.end(), at))
        builder.add(coordinates[vectors.first + i], values + at * width);
    }
    builder.endRow();
  }
}

//===- Blocks.cpp - Dense blocks of a sparse matrix
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Blocks.h"

#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <mutex>

using namespace sparsegpu;
using namespace sparsegpu::formats;

void formats::storeBlocks(const CsrSource &matrix, const BlockGrid &grid,
                          const WindowColumns &blocks,
                          const std::function<int64_t(int64_t)> &first,
                          Field &coordinates, Field &values,
                          std::vector<int64_t> &explicitZeros) {
  IndexWriter coordinatesOut(coordinates.bytes.data(), coordinates.type);
  Divider blockColumn(grid.cols, matrix.cols);
  std::mutex mutex;
  withIndexType(byteSize(matrix.valueType), [&](auto type) {
    // Copies of the bits, whatever the type is.
    using Value = decltype(type);
    TypedIndexWriter<Value> out(values.bytes.data());
    blocks.forEach([&](int64_t blockRow, const Window &window) {
      int64_t begin = first(blockRow);
      window.forEachColumn([&](int64_t rank, int64_t column) {
        coordinatesOut.set(begin + rank, column);
      });
      std::vector<int64_t> zeros;
      window.forEachEntry(
          [&](int64_t row, int64_t column, int64_t rank, int64_t e) {
            Value value;
            std::memcpy(&value, matrix.values + e * int64_t(sizeof(value)),
                        sizeof(value));
            int64_t place = (begin + rank) * grid.size() + row * grid.cols +
                            column - blockColumn(column) * grid.cols;
            out.put(place, value);
            if (value == 0)
              zeros.push_back(place);
          });
      if (zeros.empty())
        return;
      std::lock_guard<std::mutex> lock(mutex);
      explicitZeros.insert(explicitZeros.end(), zeros.begin(), zeros.end());
    });
  });
  std::sort(explicitZeros.begin(), explicitZeros.end());
}

Status formats::refuseBlockPadding(const CsrSource &matrix,
                                   const BlockGrid &grid) {
  Window window(matrix, grid.rows, grid.cols);
  std::vector<int64_t> blockCols;
  int64_t before = 0;
  for (int64_t blockRow = 0; blockRow < grid.blockRows; ++blockRow) {
    window.load(blockRow);
    blockCols.clear();
    window.forEachColumn(
        [&](int64_t, int64_t column) { blockCols.push_back(column); });
    int64_t e = window.firstEntry();
    for (int64_t r = 0; r < window.rows(); ++r) {
      int64_t row = window.firstRow() + r, end = matrix.positions[row + 1];
      for (size_t b = 0; b < blockCols.size(); ++b)
        for (int64_t col = blockCols[b] * grid.cols,
                     stop = std::min(matrix.cols, col + grid.cols);
             col < stop; ++col, ++e)
          if (e == end || matrix.coordinates[e] != col)
            return refusedPadding(
                row, col, concat("block ", before + static_cast<int64_t>(b)));
    }
    before += window.count();
  }
  return Status::success();
}

Status formats::checkBlockEdge(const PackedMatrix &packed,
                               const BlockGrid &grid, const Field &values,
                               int64_t block, int64_t blockRow,
                               int64_t blockCol) {
  if ((blockRow + 1) * grid.rows <= packed.rows &&
      (blockCol + 1) * grid.cols <= packed.cols)
    return Status::success();
  for (int64_t r = 0; r < grid.rows; ++r)
    for (int64_t k = 0; k < grid.cols; ++k)
      if ((blockRow * grid.rows + r >= packed.rows ||
           blockCol * grid.cols + k >= packed.cols) &&
          isEntry(packed, values, block * grid.size() + r * grid.cols + k))
        return Error(concat("block ", block, " is not zero at (", r, ", ", k,
                            "), beyond the shape ", packed.rows, " x ",
                            packed.cols));
  return Status::success();
}

void formats::unpackBlockLine(const PackedMatrix &packed, const BlockGrid &grid,
                              const Field &values, int64_t block,
                              int64_t blockCol, int64_t line,
                              CsrBuilder &builder) {
  size_t width = byteSize(values.type);
  for (int64_t k = 0; k < grid.cols; ++k) {
    int64_t at = block * grid.size() + line * grid.cols + k;
    if (!isPadding(values.bytes.data(), width, at) ||
        std::binary_search(packed.explicitZeros.begin(),
                           packed.explicitZeros.end(), at))
      builder.add(blockCol * grid.cols + k, values.bytes.data() + at * width);
  }
}

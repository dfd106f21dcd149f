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

using namespace sparsegpu;
using namespace sparsegpu::formats;

BlockPattern formats::findBlocks(const CsrSource &matrix,
                                 const BlockGrid &grid) {
  BlockPattern pattern;
  pattern.positions.assign(1, 0);
  std::vector<int64_t> &coordinates = pattern.coordinates;
  std::vector<int64_t> lastSeen(static_cast<size_t>(grid.blockCols), -1);
  for (int64_t blockRow = 0; blockRow < grid.blockRows; ++blockRow) {
    int64_t end = std::min(matrix.rows, (blockRow + 1) * grid.rows);
    for (int64_t e = matrix.positions[blockRow * grid.rows],
                 last = matrix.positions[end];
         e < last; ++e) {
      int64_t blockCol = matrix.coordinates[e] / grid.cols;
      if (lastSeen[blockCol] == blockRow)
        continue;
      lastSeen[blockCol] = blockRow;
      coordinates.push_back(blockCol);
    }
    std::sort(coordinates.begin() + pattern.positions.back(),
              coordinates.end());
    pattern.positions.push_back(static_cast<int64_t>(coordinates.size()));
  }
  return pattern;
}

void formats::sortExplicitZeros(std::vector<int64_t> &places) {
  std::sort(places.begin(), places.end());
}

void formats::copyEntry(const CsrSource &matrix, int64_t entry, Field &values,
                        int64_t place, std::vector<int64_t> &explicitZeros) {
  size_t width = byteSize(matrix.valueType);
  std::copy_n(matrix.values + entry * width, width,
              values.bytes.data() + place * width);
  if (isPadding(matrix.values, width, entry))
    explicitZeros.push_back(place);
}

Status formats::refuseBlockPadding(const CsrSource &matrix,
                                   const BlockGrid &grid,
                                   const BlockPattern &pattern) {
  for (int64_t row = 0; row < matrix.rows; ++row) {
    int64_t e = matrix.positions[row], end = matrix.positions[row + 1];
    for (int64_t b = pattern.positions[row / grid.rows],
                 last = pattern.positions[row / grid.rows + 1];
         b < last; ++b)
      for (int64_t col = pattern.coordinates[b] * grid.cols,
                   stop = std::min(matrix.cols, col + grid.cols);
           col < stop; ++col, ++e)
        if (e == end || matrix.coordinates[e] != col)
          return refusedPadding(row, col, concat("block ", b));
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
  size_t width = byteSize(values.type);
  for (int64_t r = 0; r < grid.rows; ++r)
    for (int64_t k = 0; k < grid.cols; ++k)
      if ((blockRow * grid.rows + r >= packed.rows ||
           blockCol * grid.cols + k >= packed.cols) &&
          !isPadding(values.bytes.data(), width,
                     block * grid.size() + r * grid.cols + k))
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

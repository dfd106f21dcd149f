//===- Blocks.h - Dense blocks of a sparse matrix
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What formats of dense blocks share. Private to lib/Formats.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_BLOCKS_H
#define SPARSEGPU_LIB_FORMATS_BLOCKS_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// a / b, rounded up. Requires a >= 0 and b > 0.
inline int64_t divideCeil(int64_t a, int64_t b) { return a / b + (a % b != 0); }

/// A grid of blocks over a matrix; those at the edges reach beyond it.
struct BlockGrid {
  int64_t rows, cols, blockRows, blockCols;

  BlockGrid(int64_t matrixRows, int64_t matrixCols, int64_t rows, int64_t cols)
      : rows(rows), cols(cols), blockRows(divideCeil(matrixRows, rows)),
        blockCols(divideCeil(matrixCols, cols)) {}

  /// Elements of a block.
  int64_t size() const { return rows * cols; }
};

/// The blocks that have an entry: where those of each block row begin, and
/// their block columns, ascending.
struct BlockPattern {
  std::vector<int64_t> positions, coordinates;
};
BlockPattern findBlocks(const CsrSource &matrix, const BlockGrid &grid);

/// Copies the entries of `matrix` into `values`, blocks row by row inside, and
/// notes explicit zeros; block number i of block row r is stored as number
/// `first(r) + i`.
template <typename First>
void storeBlocks(const CsrSource &matrix, const BlockGrid &grid,
                 const BlockPattern &pattern, First first, Field &values,
                 std::vector<int64_t> &explicitZeros);

/// An error if a place of a block, within the matrix, has no entry
/// (PackOptions::refusePadding).
Status refuseBlockPadding(const CsrSource &matrix, const BlockGrid &grid,
                          const BlockPattern &pattern);

/// An error, without an id, if block number `block` at (blockRow, blockCol) is
/// not zero beyond the last row or column of `packed`.
Status checkBlockEdge(const PackedMatrix &packed, const BlockGrid &grid,
                      const Field &values, int64_t block, int64_t blockRow,
                      int64_t blockCol);

/// Adds the entries of line `line` of a block to `builder`: what is not
/// padding.
void unpackBlockLine(const PackedMatrix &packed, const BlockGrid &grid,
                     const Field &values, int64_t block, int64_t blockCol,
                     int64_t line, CsrBuilder &builder);

//===----------------------------------------------------------------------===//

void sortExplicitZeros(std::vector<int64_t> &places);
void copyEntry(const CsrSource &matrix, int64_t entry, Field &values,
               int64_t place, std::vector<int64_t> &explicitZeros);

template <typename First>
void storeBlocks(const CsrSource &matrix, const BlockGrid &grid,
                 const BlockPattern &pattern, First first, Field &values,
                 std::vector<int64_t> &explicitZeros) {
  for (int64_t row = 0; row < matrix.rows; ++row) {
    // Both lists ascend, so one pass over the blocks serves a row.
    int64_t blockRow = row / grid.rows;
    int64_t begin = pattern.positions[blockRow], block = begin;
    for (int64_t e = matrix.positions[row], end = matrix.positions[row + 1];
         e < end; ++e) {
      int64_t col = matrix.coordinates[e];
      while (pattern.coordinates[block] < col / grid.cols)
        ++block;
      int64_t number = first(blockRow) + block - begin;
      copyEntry(matrix, e, values,
                number * grid.size() + row % grid.rows * grid.cols +
                    col % grid.cols,
                explicitZeros);
    }
  }
  sortExplicitZeros(explicitZeros);
}

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_BLOCKS_H

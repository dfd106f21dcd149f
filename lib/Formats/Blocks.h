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
#include "WindowColumns.h"

namespace sparsegpu::formats {

/// A grid of blocks over a matrix; those at the edges reach beyond it.
struct BlockGrid {
  int64_t rows, cols, blockRows, blockCols;

  BlockGrid(int64_t matrixRows, int64_t matrixCols, int64_t rows, int64_t cols)
      : rows(rows), cols(cols), blockRows(divideCeil(matrixRows, rows)),
        blockCols(divideCeil(matrixCols, cols)) {}

  /// Elements of a block.
  int64_t size() const { return rows * cols; }
};

/// Writes the block columns to `coordinates` and the entries of `matrix` to
/// `values`, blocks row by row inside, and notes explicit zeros, ascending:
/// block i of block row r is number `first(r) + i` in both. `blocks` are
/// windows of the rows of `grid`, in groups of its columns.
void storeBlocks(const CsrSource &matrix, const BlockGrid &grid,
                 const WindowColumns &blocks,
                 const std::function<int64_t(int64_t)> &first,
                 Field &coordinates, Field &values,
                 std::vector<int64_t> &explicitZeros);

/// An error if a place of a block, within the matrix, has no entry
/// (PackOptions::refusePadding).
Status refuseBlockPadding(const CsrSource &matrix, const BlockGrid &grid);

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

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_BLOCKS_H

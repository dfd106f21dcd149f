//===- RowMerge.h - Tiles of 16 row masks
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The operand format of the row-merge dataflow: compressed rows of 16 x 16
// tiles with a bitmap and packed values each. docs/Formats/RowMerge.md shows
// the storage.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_ROWMERGE_H
#define SPARSEGPU_FORMATS_ROWMERGE_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// Rows and columns of a tile.
constexpr int64_t rowMergeTile = 16;

/// Row-merge tiles. Tiles begin at multiples of 16; stored: every tile that has
/// an entry.
///
/// Fields: positions[tile rows + 1], coordinates[tiles] (the tile column),
/// offsets[tiles + 1] (where values begin), masks[tiles * 16] (bit c of mask
/// r: the tile has an entry at (r, c)), values[nnz] (of a tile, row by row).
///
/// check() names the first invariant that is violated:
///   RM1  fields and shape are those of row-merge tiles
///   RM2  positions has as many elements as tile rows, plus one, begins with 0,
///        never decreases, and ends with the number of coordinates
///   RM3  offsets has as many elements as tiles, plus one, begins with 0, never
///        decreases, and ends with the number of values
///   RM4  there are 16 masks for each tile
///   RM5  coordinates ascend strictly within a tile row, below the number of
///        tile columns
///   RM6  a tile has values, as many as bits
///   RM7  no bit is beyond the last row or column
const Format &rowMergeFormat();

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_ROWMERGE_H

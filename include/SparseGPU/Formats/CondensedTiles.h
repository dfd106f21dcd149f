//===- CondensedTiles.h - Tiles of the distinct columns of row windows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Condensed tiles: rows in windows, and of each window only the columns that
// have an entry, side by side in tiles. docs/Formats/CondensedTiles.md shows
// the storage.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_CONDENSEDTILES_H
#define SPARSEGPU_FORMATS_CONDENSEDTILES_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// How the entries of a tile are stored: the number is the format's first
/// parameter.
enum class CondensedLayout { TCF, METCF, BitTCF, MEBCRS };

/// Condensed tiles with parameters `layout`, `window` (rows) and `tile`
/// (columns), 1 to 16 each. The condensed columns of a window are the columns
/// that have an entry there, ascending; condensed column i is in tile i / tile.
///
/// tcf:     positions[M + 1], tiles[windows] (their number), coordinates[nnz],
///          condensed[nnz] (the condensed column), local_rows[nnz], values[nnz]
/// me_tcf:  windows[windows + 1] (where tiles begin), tiles[tiles + 1] (where
///          entries begin), columns[tiles * tile], ids[nnz] (row * tile +
///          column within a tile, one byte), values[nnz]
/// bit_tcf: as me_tcf with bitmaps[tiles * words] instead of ids: bit
///          row * tile + column, in words of 64 bits
/// me_bcrs: positions[windows + 1], coordinates[vectors] (the condensed
///          columns), values[vectors * window] (dense, row by row within a
///          tile; the last tile of a window is as wide as it needs to be)
///
/// `columns` of the last tile of a window are filled up with the last one.
///
/// check() names the first invariant that is violated:
///   CT1  fields, parameters and shape are those of condensed tiles
///   CT2  positions or windows begin with 0, never decrease, and end with the
///        number of what they point to
///   CT3  tiles are where entries begin, or, in tcf, their number
///   CT4  the other fields have as many elements as these say
///   CT5  columns ascend strictly and are below the number of columns
///   CT6  ids, bitmaps, condensed columns and local rows are those of entries
///   CT7  places beyond the last row, or of columns that fill up, hold nothing
const Format &condensedTilesFormat();

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_CONDENSEDTILES_H

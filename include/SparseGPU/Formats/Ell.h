//===- Ell.h - ELLPACK formats
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Blocked ELL and sliced ELL: rows of equal length, filled up with places whose
// coordinate has all bits set. docs/Formats/BlockedELL.md and SlicedELL.md show
// the storage.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_ELL_H
#define SPARSEGPU_FORMATS_ELL_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// The coordinate of a place without an entry, as IndexArray reads it: all bits
/// of `type` are set.
int64_t noCoordinate(ElementType type);

/// Blocked ELL with parameter `size`: square blocks of 1 to 128 rows, as many
/// places for blocks in each block row as the fullest of them needs (the
/// width).
///
/// Fields: coordinates[block rows * width] (the block column, or all bits set),
/// values[block rows * width * size * size] (row by row within a block).
///
/// check() names the first invariant that is violated:
///   BELL1  fields, parameters and shape are those of a blocked ELL matrix
///   BELL2  the number of coordinates is a multiple of the block rows
///   BELL3  there are size * size values for each coordinate
///   BELL4  in a block row, coordinates ascend strictly and are below the block
///          columns; after them all others have all bits set
///   BELL5  blocks without coordinate, and places beyond the last row or
///          column, are zero
const Format &blockedEllFormat();

/// Sliced ELL with parameter `rows` of a slice, 1 to 1024. In each slice, rows
/// have as many places as the longest of them has entries; places are stored
/// column by column.
///
/// Fields: slice_positions[slices + 1], coordinates[places] (the column, or all
/// bits set), values[places].
///
/// check() names the first invariant that is violated:
///   SELL1  fields, parameters and shape are those of a sliced ELL matrix
///   SELL2  slice_positions has as many elements as slices, plus one
///   SELL3  slice_positions begins with 0, never decreases, and grows by
///          multiples of `rows`
///   SELL4  slice_positions ends with the number of coordinates, which is that
///          of values
///   SELL5  in a row, coordinates ascend strictly and are below the columns;
///          after them all others have all bits set
///   SELL6  rows beyond the last have no coordinates
const Format &slicedEllFormat();

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_ELL_H

//===- Bsr.h - Block compressed sparse rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// BSR: compressed rows of dense blocks. docs/Formats/BSR.md shows the storage.
// Layout as in cuSPARSE's BSR with row-major blocks, and as SciPy's bsr_matrix.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_BSR_H
#define SPARSEGPU_FORMATS_BSR_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// BSR with parameters `rows` and `columns` of a block, 1 to 128 each. Blocks
/// begin at multiples of the block size; those at the last row or column are
/// filled up with zeros. Stored: every block that has an entry.
///
/// Fields: positions[block rows + 1], coordinates[blocks] (the block column),
/// values[blocks * rows * columns] (row by row within a block).
///
/// check() names the first invariant that is violated:
///   BSR1  fields, parameters and shape are those of a BSR matrix
///   BSR2  positions has as many elements as block rows, plus one
///   BSR3  positions begins with 0 and never decreases
///   BSR4  positions ends with the number of coordinates
///   BSR5  there are rows * columns values for each coordinate
///   BSR6  each coordinate is below the number of block columns
///   BSR7  coordinates ascend strictly within a block row
///   BSR8  places beyond the last row or column are zero
const Format &bsrFormat();

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_BSR_H

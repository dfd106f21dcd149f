//===- Hyb.h - Rows in buckets by length
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/Formats/Hyb.md shows the storage. Source: Z. Ye, R. Lai, J. Shao, T.
// Chen, L. Ceze, "SparseTIR: Composable Abstractions for Sparse Compilation in
// Deep Learning" (ASPLOS 2023), section 4.2.1, the format hyb with one column
// partition.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_HYB_H
#define SPARSEGPU_FORMATS_HYB_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// Rows in buckets: bucket 0 has the empty rows, bucket b > 0 the rows with
/// more than 2^(b-2) and at most 2^(b-1) entries (b = 1: one), and gives each
/// of them 2^(b-1) places. Rows keep their order within a bucket. As many
/// buckets as the longest row needs.
///
/// Fields: bucket_rows[buckets + 1] (the number of the bucket's first stored
/// row), bucket_places[buckets + 1] (its first place), rows[M] (which row is
/// stored as number i), coordinates[places] (the column, or all bits set),
/// values[places]; places row by row.
///
/// Packing takes time linear in rows + entries.
///
/// check() names the first invariant that is violated:
///   HYB1  fields and shape are those of a hyb matrix
///   HYB2  bucket_rows and bucket_places have equally many elements, at least
///         one, begin with 0 and never decrease; bucket_rows ends with the
///         number of rows
///   HYB3  the places of a bucket are its rows times its width
///   HYB4  bucket_places ends with the number of coordinates, which is that of
///         values
///   HYB5  rows has every row once, ascending within a bucket
///   HYB6  in a row, coordinates ascend strictly and are below the columns;
///         after them all others have all bits set
///   HYB7  a row has more entries than the width of the bucket before its own
const Format &hybFormat();

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_HYB_H

//===- CooFormat.h - Triplets as a storage format
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// COO: row, column and value of each entry. docs/Formats/COO.md shows the
// storage.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_COOFORMAT_H
#define SPARSEGPU_FORMATS_COOFORMAT_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// Triplets sorted by row, then by column, without parameters.
///
/// Fields: row_coordinates[nnz], column_coordinates[nnz], values[nnz].
///
/// check() names the first invariant that is violated:
///   COO1  fields and shape are those of a COO matrix
///   COO2  the three fields have one length
///   COO3  each row coordinate is below the rows, each column coordinate below
///         the columns
///   COO4  entries ascend strictly, by row and then by column
const Format &cooFormat();

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_COOFORMAT_H

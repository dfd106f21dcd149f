//===- RowGrouping.h - Rows with like columns together
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_ROWGROUPING_H
#define SPARSEGPU_FORMATS_ROWGROUPING_H

#include "SparseGPU/Formats/Format.h"

#include <vector>

namespace sparsegpu::formats {

/// A permutation of the numbers below ceil(rows / size) * size whose every
/// `size` numbers are a group of rows with like columns. Numbers that are not
/// below the number of rows are no rows: they fill groups up.
///
/// If the rows can be split into groups of rows with the same columns each, the
/// result is such a split. Neighbouring rows stay together where nothing else
/// needs fewer vectors (countVectors). Rows ascend within a group, and groups
/// by their first row.
///
/// Time is linear in rows, columns and entries, but for sorting the rows.
std::vector<int64_t> groupRows(const CsrSource &matrix, int64_t size);

/// The number of pairs of a group and a column in which one of the rows of the
/// group has an entry.
int64_t countVectors(const CsrSource &matrix,
                     const std::vector<int64_t> &permutation, int64_t size);

/// `permutation`, completed with numbers that are no rows if it has as many
/// elements as `matrix` has rows; an error if that is no permutation of the
/// numbers below ceil(rows / size) * size.
Expected<std::vector<int64_t>>
completePermutation(std::vector<int64_t> permutation, int64_t rows,
                    int64_t size);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_ROWGROUPING_H

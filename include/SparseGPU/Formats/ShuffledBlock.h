//===- ShuffledBlock.h - V x 1 vectors of rows that need not be neighbours
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shuffled block sparsity: Huang et al., "Shfl-BW: Accelerating Deep Neural
// Network Inference with Tensor-Core Aware Weight Pruning" (DAC 2022).
// docs/Formats/ShuffledBlock.md shows the storage.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_SHUFFLEDBLOCK_H
#define SPARSEGPU_FORMATS_SHUFFLEDBLOCK_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// Rows in groups of `v` (8 to 128), any rows in any group; of each group,
/// every column in which one of its rows has an entry, as a vector of v values.
/// Rows that do not exist fill the groups up to a multiple of v.
///
/// Which rows form a group says PackOptions::rowPermutation; without one,
/// groupRows (RowGrouping.h).
///
/// Fields: group_positions[groups + 1], columns[vectors], values[vectors * v]
/// (one vector after the other), row_permutation[groups * v] (row i of the
/// packed matrix is row row_permutation[i] of the original; not below the
/// number of rows: there is no such row).
///
/// check() names the first invariant that is violated:
///   SB1  fields, parameters and shape are those of a shuffled block matrix
///   SB2  group_positions has as many elements as groups, plus one
///   SB3  group_positions begins with 0 and never decreases
///   SB4  group_positions ends with the number of columns
///   SB5  there are v values for each column
///   SB6  each column is below the number of columns of the matrix
///   SB7  columns ascend strictly within a group
///   SB8  row_permutation has each number below groups * v once
///   SB9  values of rows that do not exist are zero
const Format &shuffledBlockFormat();

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_SHUFFLEDBLOCK_H

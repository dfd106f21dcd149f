//===- NM.h - N of M neighbouring places of a row
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// N:M sparsity: A. Mishra et al., "Accelerating Sparse Deep Neural Networks"
// (2021). Metadata as in the PTX ISA, "Sparse matrix storage".
// docs/Formats/NM.md shows the storage.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_NM_H
#define SPARSEGPU_FORMATS_NM_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// Each row is cut into groups of `m` (2 to 16) places; of each, `n` (below m)
/// are stored, with their indices in the group. A group with fewer entries is
/// filled up with zeros at its first free places; one with more cannot be
/// packed. The last group may reach beyond the last column.
///
/// Fields: metadata[M * words] (the indices of a row, 1, 2 or 4 bits each, in
/// 32-bit words, from the lowest bit on), values[M * groups * n].
///
/// check() names the first invariant that is violated:
///   NM1  fields, parameters and shape are those of an N:M matrix
///   NM2  metadata has the words of all rows
///   NM3  there are n values for each group of each row
///   NM4  indices are below m and ascend strictly within a group
///   NM5  of the last group, as many indices as possible are those of columns
///        of the matrix
///   NM6  values beyond the last column are zero
const Format &nmFormat();

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_NM_H

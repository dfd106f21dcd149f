//===- VNM.h - Four columns of a block, and N of them in each row
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// V:N:M sparsity: R. Castro et al., "VENOM: A Vectorized N:M Format for
// Unleashing the Power of Sparse Tensor Cores" (SC 2023).
// docs/Formats/VNM.md shows the storage.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_VNM_H
#define SPARSEGPU_FORMATS_VNM_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// The matrix is cut into blocks of `v` rows (1 to 128) and `m` columns (4 to
/// 128). Of each block four columns are selected, and of each row of a block
/// `n` (1 to 3) of these four places are stored. Where there are fewer, the
/// first free columns and places fill up; a block with more cannot be packed.
/// The last blocks may reach beyond the matrix.
///
/// Fields: columns[block rows * blocks * 4] (columns within their blocks),
/// metadata[block rows * v * words] (for each row the places, below 4, 2 bits
/// each, in 32-bit words), values[block rows * v * blocks * n].
///
/// check() names the first invariant that is violated:
///   VNM1  fields, parameters and shape are those of a V:N:M matrix
///   VNM2  there are four columns for each block
///   VNM3  metadata has the words of all rows, also of those that fill up the
///         last block row
///   VNM4  there are n values for each row of each block
///   VNM5  columns are below m and ascend strictly within a block; of the last
///         block of a block row, as many as possible are those of the matrix
///   VNM6  places ascend strictly within a row of a block
///   VNM7  values beyond the last row or column are zero
const Format &vnmFormat();

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_VNM_H

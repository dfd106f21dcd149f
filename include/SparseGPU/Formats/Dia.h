//===- Dia.h - Diagonals
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/Formats/DIA.md shows the storage. After Saad, "SPARSKIT: a basic tool
// kit for sparse matrix computations" (1994), with the values of a row side by
// side.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_DIA_H
#define SPARSEGPU_FORMATS_DIA_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// The diagonals that have an entry, without parameters. The number of the
/// diagonal of (row, col) is col - row + M - 1: 0 is the lower left corner.
///
/// Fields: diagonals[D], values[M * D]. Places without an entry are zero,
/// inside of the matrix or not.
///
/// check() names the first invariant that is violated:
///   DIA1  fields and shape are those of a matrix of diagonals
///   DIA2  diagonals ascend strictly, each below M + K - 1
///   DIA3  there are M values for each diagonal
///   DIA4  values outside of the matrix are zero
const Format &diaFormat();

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_DIA_H

//===- Csc.h - Compressed sparse columns
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/Formats/CSC.md shows the storage. Layout as in Duff, Grimes, Lewis,
// "Sparse matrix test problems" (ACM TOMS 1989), section 3, counted from 0.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_CSC_H
#define SPARSEGPU_FORMATS_CSC_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// Compressed columns: the compressed rows of the transposed matrix. Fields in
/// the order of the ABI: positions[cols + 1], coordinates[nnz] (rows),
/// values[nnz]. Packing takes time linear in rows + columns + entries.
/// Invariants:
///   CSC1  fields and shape are those of a CSC matrix
///   CSC2  the fields are the compressed rows of the transposed matrix; the
///         message goes on with the invariant of CSR that is violated, in whose
///         words a row is a column
const Format &cscFormat();

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_CSC_H

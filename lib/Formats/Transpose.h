//===- Transpose.h - Compressed columns from compressed rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_TRANSPOSE_H
#define SPARSEGPU_LIB_FORMATS_TRANSPOSE_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// Writes the compressed columns of `matrix`, rows ascending in each column:
///   positions    cols + 1 elements: where the entries of column j begin
///   coordinates  nnz elements: the row of each entry
///   values       nnz elements of the matrix's type
/// Explicit zeros stay. The result does not depend on the number of `threads`
/// (0: as many as the machine has). Beside the fields it takes at most about an
/// eighth of their size, and less than a mebibyte for each thread.
///
/// Requires fields of these counts, of integer types that hold nnz and the
/// largest row. Throws std::bad_alloc.
void transpose(const CsrSource &matrix, Field &positions, Field &coordinates,
               Field &values, unsigned threads = 0);

/// The transpose as compressed rows; of `options` only the widths matter.
/// Errors: an index that does not fit its width; not enough memory.
Expected<PackedMatrix> transposeCsr(const CsrSource &matrix,
                                    const PackOptions &options);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_TRANSPOSE_H

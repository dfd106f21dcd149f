//===- Convert.h - From one format to another
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Packed storage to packed storage, without a detour over doubles: values keep
// their bits. Dense matrices are rows of values.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_CONVERT_H
#define SPARSEGPU_FORMATS_CONVERT_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// Storage as a program has it: the fields of `format` for a matrix of
/// `rows` x `cols`. `data` points to `counts` elements of each field; the types
/// follow from the widths and the value type of `options`. The bytes are
/// copied. What the fields hold is checked when they are unpacked.
/// Errors: parameters out of range; a number of fields or a type that is not
/// the format's; not enough memory.
Expected<PackedMatrix> adoptFields(const Format &format,
                                   const std::vector<int64_t> &parameters,
                                   const PackOptions &options, int64_t rows,
                                   int64_t cols,
                                   const std::vector<const void *> &data,
                                   const std::vector<int64_t> &counts);

/// `packed`, which is of format `from`, in format `to`, with the same values
/// in the same places. Zeros that `from` stores as padding are no entries.
/// `parameters` may be empty: the defaults. Of `options` the widths matter,
/// and what CsrSource packing takes.
/// Errors: an invariant of `from` that `packed` violates; what `to` cannot
/// hold; an index that does not fit its width; not enough memory.
Expected<PackedMatrix> convert(const PackedMatrix &packed, const Format &from,
                               const Format &to,
                               const std::vector<int64_t> &parameters,
                               const PackOptions &options);

/// convert(), after pruning by magnitude to the pattern that `to` stores
/// (patternOf): `sparsity`, in [0, 1), is the part of all places that goes; the
/// numbers of N:M and V:N:M say theirs. Errors: also those of prune().
Expected<PackedMatrix> convertPruned(const PackedMatrix &packed,
                                     const Format &from, const Format &to,
                                     const std::vector<int64_t> &parameters,
                                     const PackOptions &options,
                                     double sparsity);

/// The elements of a dense rows x cols matrix (row by row, of `type`) that are
/// not zero, as compressed rows with 64-bit indices. NaN is not zero; -0 is.
Expected<PackedMatrix> compressDense(int64_t rows, int64_t cols,
                                     ElementType type, const std::byte *values);

/// The dense matrix that `packed` stores as a field of rows * cols elements,
/// row by row: zero where there is no entry.
/// Errors: an invariant of `format` that `packed` violates; not enough memory.
Expected<Field> expandToDense(const PackedMatrix &packed, const Format &format);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_CONVERT_H

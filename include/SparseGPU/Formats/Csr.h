//===- Csr.h - Compressed sparse rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The CSR format: its fields, its packing and its invariants. docs/Formats/
// CSR.md shows the storage. Layout as in Eisenstat, Gursky, Schultz, Sherman,
// "Yale sparse matrix package" (1977), counted from 0.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_CSR_H
#define SPARSEGPU_FORMATS_CSR_H

#include "SparseGPU/Formats/Format.h"
#include "SparseGPU/Support/Expected.h"

#include <array>
#include <cstdint>

namespace sparsegpu::formats {

/// Compressed rows as a Format.
const Format &csrFormat();

/// The fields in the order of the ABI: positions[rows + 1], coordinates[nnz],
/// values[nnz].
const std::array<FieldSpec, 3> &csrFields();

/// The element counts of csrFields() for a matrix with `nnz` stored entries.
std::array<int64_t, 3> csrFieldCounts(int64_t rows, int64_t nnz);

/// Packs triplets, in any order. Entries of one place are added in double
/// precision, in the order of the input. Time and memory are linear in
/// rows + entries when each row's entries come in ascending order (as they do
/// from files sorted by row or by column), and in rows + columns + entries
/// otherwise; with far more columns than entries, rows are sorted instead.
///
/// Errors: entries outside the matrix; an option out of range; a number of
/// entries or a column that the chosen width cannot hold; a duplicate, when
/// refused; a value that the value type cannot hold.
Expected<PackedMatrix> packCsr(const CooMatrix &matrix,
                               const PackOptions &options = {});

/// The triplets of a packed matrix, by rows, after checkCsr.
Expected<CooMatrix> unpackCsr(const PackedMatrix &matrix);
/// The same; each field is given up when it has been read, so that the triplets
/// take its place.
Expected<CooMatrix> unpackCsr(PackedMatrix &&matrix);

/// Raw CSR storage, owned by the caller.
struct CsrView {
  int64_t rows = 0;
  int64_t cols = 0;
  const void *positions = nullptr;
  ElementType positionType = ElementType::Index;
  int64_t positionCount = 0;
  const void *coordinates = nullptr;
  ElementType coordinateType = ElementType::Index;
  int64_t coordinateCount = 0;
  int64_t valueCount = 0;
};

/// The storage of a packed matrix; an error when its fields are not those of
/// CSR.
Expected<CsrView> viewCsr(const PackedMatrix &matrix);

/// Checks the invariants of CSR and names the first that is violated, with the
/// place:
///   CSR1  the shape is not negative, index types are integers
///   CSR2  positions has rows + 1 elements
///   CSR3  positions[0] is 0
///   CSR4  positions never decreases
///   CSR5  positions[rows] is the number of coordinates
///   CSR6  there are as many values as coordinates
///   CSR7  each coordinate is below cols
///   CSR8  coordinates ascend strictly within a row
Status checkCsr(const CsrView &view);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_CSR_H

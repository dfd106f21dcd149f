//===- Sum.h - A matrix as a sum of parts
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A matrix in several formats at once: rules say which entries go into which
// part, each part is packed for itself, and the storage of the sum is that of
// its parts, one after the other. docs/Formats/Sum.md.
//
// Source: N. Bell, M. Garland, "Implementing sparse matrix-vector
// multiplication on throughput-oriented processors" (SC 2009), section 3.5,
// for ELL and triplets together; the composable formats of SparseTIR (ASPLOS
// 2023), section 3.3, in general.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_SUM_H
#define SPARSEGPU_FORMATS_SUM_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

/// Which entries of what is left go into a part.
struct SplitRule {
  enum class Kind {
    /// The first `amount` entries of each row.
    FirstEntries,
    /// Rows with at least `amount` entries.
    LongRows,
    /// Blocks of rows x columns, counted from the first of each, of whose
    /// places inside the matrix at least `amount` percent are entries.
    FullBlocks
  };
  Kind kind;
  int64_t amount;
  int64_t rows = 1, columns = 1;
};

/// An error when a number is out of range: `amount` and sizes of blocks from 1,
/// a percentage up to 100.
Status checkSplitRule(const SplitRule &rule);

/// The parts of `matrix`: rules.size() + 1 matrices of its shape. Rule i takes
/// its part from what the rules before it left; the last part has the rest.
/// Entries are ordered by rows, and entries at one place are added up first.
/// Time: that of sorting the entries, and linear in them for each rule.
Expected<std::vector<CooMatrix>>
splitMatrix(const CooMatrix &matrix, const std::vector<SplitRule> &rules);

/// The storage of a sum: all fields of part 0, then of part 1, and so on, named
/// "part0_positions". Its format is "sum(bsr+csr)". Requires parts of one
/// shape, at least one.
PackedMatrix joinParts(std::vector<PackedMatrix> parts);

/// The inverse of joinParts. An error when `sum` was not made by it.
Expected<std::vector<PackedMatrix>> separateParts(const PackedMatrix &sum);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_SUM_H

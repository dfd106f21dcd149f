//===- Coo.h - Matrices as triplets
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_COO_H
#define SPARSEGPU_FORMATS_COO_H

#include "SparseGPU/Support/Expected.h"

#include <cstdint>
#include <vector>

namespace sparsegpu::formats {

/// A sparse matrix as triplets: what readers and generators make, and what
/// every format packs from. Entry e is (row[e], col[e], value[e]), counted
/// from 0, in any order; entries at the same place add up.
struct CooMatrix {
  int64_t rows = 0;
  int64_t cols = 0;
  std::vector<int64_t> row;
  std::vector<int64_t> col;
  std::vector<double> value;

  int64_t entries() const { return static_cast<int64_t>(row.size()); }

  void reserve(int64_t count) {
    row.reserve(static_cast<size_t>(count));
    col.reserve(static_cast<size_t>(count));
    value.reserve(static_cast<size_t>(count));
  }

  void add(int64_t r, int64_t c, double v) {
    row.push_back(r);
    col.push_back(c);
    value.push_back(v);
  }
};

/// Takes memory for `count` entries at once. The error names their number and
/// their bytes.
Status reserveEntries(CooMatrix &matrix, int64_t count);

/// Checks that sizes are not negative, that the three vectors have one length,
/// and that every entry lies inside the matrix. The message names the first
/// offending entry.
Status checkCoo(const CooMatrix &matrix);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_COO_H

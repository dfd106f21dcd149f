//===- WindowColumns.h - Distinct columns of windows of rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What all formats of tiles begin with: which columns, or groups of columns,
// have an entry in a window of consecutive rows. Source: sparse graph
// translation of TC-GNN (USENIX ATC 2023), section 4.1.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_WINDOWCOLUMNS_H
#define SPARSEGPU_LIB_FORMATS_WINDOWCOLUMNS_H

#include "SparseGPU/Formats/Format.h"

#include <functional>
#include <vector>

namespace sparsegpu::formats {

/// The distinct columns of each window, ascending.
class WindowColumns {
public:
  /// Windows are `rows` rows, the last may have fewer. Columns are counted in
  /// groups of `group`: a column is replaced by column / group.
  WindowColumns(const CsrSource &matrix, int64_t rows, int64_t group);

  int64_t windows() const { return static_cast<int64_t>(counts.size()); }
  int64_t count(int64_t window) const { return counts[window]; }
  /// The first of count(window) columns.
  const int64_t *columns(int64_t window) const {
    return pieces[window / grain].data() + offsets[window];
  }

private:
  /// Windows that a thread takes at a time, and that share an array.
  static constexpr int64_t grain = 256;

  std::vector<int64_t> counts, offsets;
  std::vector<std::vector<int64_t>> pieces;
};

/// Calls `body(begin, end)` for pieces of the windows, from several threads. A
/// body that runs out of memory throws in the caller.
void forEachWindow(int64_t windows,
                   const std::function<void(int64_t, int64_t)> &body);

/// The smallest number of groups of `divisor` that hold `count`.
inline int64_t divideCeil(int64_t count, int64_t divisor) {
  return count / divisor + (count % divisor != 0);
}

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_WINDOWCOLUMNS_H

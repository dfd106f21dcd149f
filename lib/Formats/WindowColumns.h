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

#include "ColumnSet.h"
#include "Divider.h"
#include "SparseGPU/Formats/Format.h"
#include "TypedIndices.h"

#include <functional>
#include <vector>

namespace sparsegpu::formats {

/// The smallest number of groups of `divisor` that hold `count`.
inline int64_t divideCeil(int64_t count, int64_t divisor) {
  return count / divisor + (count % divisor != 0);
}

/// Calls `body(begin, end)` for pieces of [0, count), from several threads. A
/// body that runs out of memory throws in the caller.
void guardedFor(int64_t count, int64_t grain,
                const std::function<void(int64_t, int64_t)> &body);

/// One window of a matrix: its rows, and the set of its columns.
class Window {
public:
  Window(const CsrSource &matrix, int64_t rows, int64_t group)
      : matrix(matrix), rowsOfAll(rows), divide(group, matrix.cols),
        columns(divideCeil(matrix.cols, group)) {}

  /// Moves to the window with that number.
  void load(int64_t window);

  /// The first row, and the number of rows.
  int64_t firstRow() const { return first; }
  int64_t rows() const { return last - first; }
  int64_t firstEntry() const { return matrix.positions[first]; }
  int64_t entries() const { return matrix.positions[last] - firstEntry(); }

  int64_t count() const { return columns.count(); }
  int64_t largest() const { return columns.largest(); }
  /// Calls `visit(rank, column)` for the distinct columns, ascending.
  template <typename Visit> void forEachColumn(const Visit &visit) const {
    columns.forEach(visit);
  }

  /// Calls `visit(row, column, rank, entry)` for each entry, row by row: the
  /// row counts from the window's first, the column is that of the matrix, the
  /// rank that of its group among the window's.
  template <typename Visit> void forEachEntry(const Visit &visit) const {
    withIndexType(matrix.coordinates.width(), [&](auto type) {
      TypedIndices<decltype(type)> coordinates(matrix.coordinates.bytes());
      int64_t e = matrix.positions[first];
      for (int64_t row = first; row < last; ++row)
        for (int64_t end = matrix.positions[row + 1]; e < end; ++e) {
          int64_t column = coordinates[e];
          visit(row - first, column, columns.rank(divide(column)), e);
        }
    });
  }

private:
  const CsrSource &matrix;
  int64_t rowsOfAll;
  Divider divide;
  ColumnSet columns;
  int64_t first = 0, last = 0;
};

/// The number of distinct columns of each window.
class WindowColumns {
public:
  /// Windows are `rows` rows, the last may have fewer. Columns are counted in
  /// groups of `group`: a column is replaced by column / group.
  WindowColumns(const CsrSource &matrix, int64_t rows, int64_t group);

  int64_t windows() const { return static_cast<int64_t>(counts.size()); }
  int64_t count(int64_t window) const { return counts[window]; }
  /// The largest column, or group, that occurs; 0 without entries.
  int64_t largest() const { return greatest; }

  /// Calls `body(w, window)` for all windows, from several threads. A body that
  /// runs out of memory throws in the caller.
  void forEach(const std::function<void(int64_t, const Window &)> &body) const;

  /// The sum of the counts before each window, and of all.
  std::vector<int64_t> accumulate() const;

private:
  const CsrSource &matrix;
  int64_t rows, group, greatest = 0;
  /// Windows that a thread takes at a time.
  int64_t grain;
  std::vector<int64_t> counts;
};

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_WINDOWCOLUMNS_H

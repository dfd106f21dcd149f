//===- BlockRows.h - The blocks of each block row
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to lib/Formats: what BSR and blocked ELL pack with.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_BLOCKROWS_H
#define SPARSEGPU_LIB_FORMATS_BLOCKROWS_H

#include "Blocks.h"
#include "WindowColumns.h"

#include <functional>
#include <optional>
#include <vector>

namespace sparsegpu::formats {

/// The blocks of a grid that have an entry: first their number in each block
/// row, then their entries.
///
/// The columns of a row ascend, so the blocks of a block row of few rows come
/// out in order by a merge of its rows, which reads and writes everything from
/// front to back. They are counted before with a table of the block columns,
/// or by a merge where that would be large. Where the rows of a block are many,
/// a bitmap tells the blocks (WindowColumns).
class BlockRows {
public:
  /// Counts, from several threads. Keeps references to both. Throws
  /// std::bad_alloc.
  BlockRows(const CsrSource &matrix, const BlockGrid &grid);

  /// The number of blocks of a block row.
  int64_t count(int64_t blockRow) const {
    return windows ? windows->count(blockRow) : counts[blockRow];
  }
  /// The largest block column that occurs; 0 without entries.
  int64_t largest() const { return windows ? windows->largest() : greatest; }
  /// The sum of the counts before each block row, and of all.
  std::vector<int64_t> accumulate() const;

  /// Writes the block columns to `coordinates` and the entries to `values`,
  /// blocks row by row inside, and notes explicit zeros, ascending: block i of
  /// block row r is number `first(r) + i` in both. `values` is zero before.
  void store(const std::function<int64_t(int64_t)> &first, Field &coordinates,
             Field &values, std::vector<int64_t> &explicitZeros) const;

private:
  void countWithTables();
  void countByMerging();

  const CsrSource &matrix;
  const BlockGrid &grid;
  /// Block rows that a thread takes at a time.
  int64_t grain = 1;
  std::optional<WindowColumns> windows;
  std::vector<int64_t> counts;
  int64_t greatest = 0;
};

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_BLOCKROWS_H

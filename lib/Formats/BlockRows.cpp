//===- BlockRows.cpp - The blocks of each block row
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockRows.h"

#include "TypedIndices.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <thread>

using namespace sparsegpu;
using namespace sparsegpu::formats;

/// Block rows of at most this many rows are merged.
static constexpr int64_t mostMerged = 8;

namespace {
/// Walks through the blocks of a block row of at most `Rows` rows.
template <typename Column, int Rows> class Merge {
public:
  Merge(const CsrSource &matrix, const BlockGrid &grid)
      : matrix(matrix), grid(grid), columns(matrix.coordinates.bytes()),
        divide(grid.cols, matrix.cols) {}

  /// Moves to the first block of a block row.
  void load(int64_t blockRow) {
    int64_t row = blockRow * grid.rows;
    int64_t end = std::min(matrix.rows, row + grid.rows);
    int64_t e = matrix.positions[row];
    for (int r = 0; r < Rows; ++r) {
      next[r] = e;
      if (row < end)
        e = matrix.positions[++row];
      ends[r] = e;
      head[r] = headOf(r, next[r]);
    }
  }

  /// The block column of the next block, or -1 behind the last one. Calls
  /// `visit(line, column, entry)` for its entries; the column counts from the
  /// first of the block. For a line with all its entries it calls
  /// `visitLine(line, entry)` instead, with the first.
  template <typename Visit, typename VisitLine>
  int64_t take(const Visit &visit, const VisitLine &visitLine) {
    uint64_t smallest = smallestHead();
    if (smallest >= none)
      return -1;
    int64_t blockCol = divide(static_cast<int64_t>(smallest / Rows));
    int64_t begin = blockCol * grid.cols;
    uint64_t end = (static_cast<uint64_t>(begin) + grid.cols) * Rows;
    if (isWhole(smallest % Rows, begin)) {
      // Such lines often are below each other.
      for (int r = 0; r < Rows; ++r)
        if (isWhole(r, begin)) {
          visitLine(r, next[r]);
          next[r] += grid.cols;
          head[r] = headOf(r, next[r]);
        }
      smallest = smallestHead();
    }
    while (smallest < end) {
      int r = smallest % Rows;
      int64_t e = next[r];
      do {
        visit(r, static_cast<int64_t>(smallest / Rows) - begin, e);
        ++e;
        smallest = headOf(r, e);
      } while (smallest < end);
      next[r] = e;
      head[r] = smallest;
      smallest = smallestHead();
    }
    return blockCol;
  }

private:
  /// Above every column times Rows, and as an end.
  static constexpr uint64_t none = UINT64_MAX / Rows * Rows;

  uint64_t headOf(int r, int64_t e) const {
    return e < ends[r] ? static_cast<uint64_t>(columns[e]) * Rows + r : none;
  }
  /// Whether row r has an entry in every column from `begin` on of a block.
  /// Columns ascend strictly: with the last in its place all are.
  bool isWhole(int r, int64_t begin) const {
    int64_t last = next[r] + grid.cols - 1;
    return last < ends[r] && columns[last] == begin + grid.cols - 1;
  }
  uint64_t smallestHead() const {
    uint64_t smallest = head[0];
    for (int r = 1; r < Rows; ++r)
      smallest = std::min(smallest, head[r]);
    return smallest;
  }

  const CsrSource &matrix;
  const BlockGrid &grid;
  TypedIndices<Column> columns;
  Divider divide;
  /// Of each row: the next entry, the end, and the column of the next entry
  /// with the row as its last digit, so that the smallest names its row.
  int64_t next[Rows], ends[Rows];
  uint64_t head[Rows];
};

/// Counts the blocks of block rows with a table of all block columns, which
/// holds for each the last block row that it occurred in, plus one.
class BlockCounter {
public:
  BlockCounter(const CsrSource &matrix, const BlockGrid &grid)
      : matrix(matrix), grid(grid), divide(grid.cols, matrix.cols),
        seen(static_cast<size_t>(grid.blockCols)) {}

  template <typename Column>
  int64_t count(TypedIndices<Column> columns, int64_t blockRow,
                int64_t &largest) {
    int64_t row = blockRow * grid.rows;
    int64_t e = matrix.positions[row];
    int64_t end = matrix.positions[std::min(matrix.rows, row + grid.rows)];
    auto stamp = static_cast<uint32_t>(blockRow + 1);
    int64_t found = 0, last = largest;
    uint32_t *table = seen.data();
    for (; e < end; ++e) {
      int64_t blockCol = divide(columns[e]);
      found += table[blockCol] != stamp;
      table[blockCol] = stamp;
      last = std::max(last, blockCol);
    }
    largest = last;
    return found;
  }

private:
  const CsrSource &matrix;
  const BlockGrid &grid;
  Divider divide;
  std::vector<uint32_t> seen;
};

/// Counters for each piece of block rows that is worked on; used ones are kept,
/// as a table takes long to make.
class CounterPool {
public:
  template <typename Make> std::unique_ptr<BlockCounter> take(Make make) {
    {
      std::lock_guard<std::mutex> lock(mutex);
      if (!unused.empty()) {
        std::unique_ptr<BlockCounter> counter = std::move(unused.back());
        unused.pop_back();
        return counter;
      }
    }
    return make();
  }

  void giveBack(std::unique_ptr<BlockCounter> counter) {
    std::lock_guard<std::mutex> lock(mutex);
    unused.push_back(std::move(counter));
  }

private:
  std::mutex mutex;
  std::vector<std::unique_ptr<BlockCounter>> unused;
};
} // namespace

/// Whether a table for each thread stays in its second-level cache, and small
/// beside the matrix: at most a byte for each entry, all tables together.
static bool tablesAreSmall(const CsrSource &matrix, const BlockGrid &grid) {
  int64_t threads = std::max(1u, std::thread::hardware_concurrency());
  return grid.blockCols <= 1 << 18 && grid.blockRows < UINT32_MAX &&
         grid.blockCols <= matrix.nnz() / (4 * threads);
}

/// Calls `body` with a Merge for the types of `matrix` and the rows of `grid`.
template <typename Body>
static void withMerge(const CsrSource &matrix, const BlockGrid &grid,
                      const Body &body) {
  auto withRows = [&](auto column) {
    using Column = decltype(column);
    if (grid.rows <= 2)
      body(Merge<Column, 2>(matrix, grid));
    else if (grid.rows <= 4)
      body(Merge<Column, 4>(matrix, grid));
    else
      body(Merge<Column, mostMerged>(matrix, grid));
  };
  if (matrix.coordinates.width() == 4)
    withRows(uint32_t(0));
  else
    withRows(uint64_t(0));
}

BlockRows::BlockRows(const CsrSource &matrix, const BlockGrid &grid)
    : matrix(matrix), grid(grid) {
  // A column times mostMerged fits 64 bits, or there is no merge.
  if (grid.rows > mostMerged || matrix.coordinates.width() < 4 ||
      matrix.cols > INT64_MAX / mostMerged - grid.cols) {
    windows.emplace(matrix, grid.rows, grid.cols);
    return;
  }
  // Some ten thousand entries: short block rows together, long ones alone.
  grain = std::clamp<int64_t>((int64_t(1) << 14) * grid.blockRows /
                                  std::max<int64_t>(matrix.nnz(), 1),
                              1, 1 << 12);
  counts.resize(static_cast<size_t>(grid.blockRows));
  if (tablesAreSmall(matrix, grid))
    countWithTables();
  else
    countByMerging();
}

void BlockRows::countWithTables() {
  CounterPool pool;
  std::mutex mutex;
  withIndexType(matrix.coordinates.width(), [&](auto type) {
    TypedIndices<decltype(type)> columns(matrix.coordinates.bytes());
    guardedFor(grid.blockRows, grain, [&](int64_t begin, int64_t end) {
      std::unique_ptr<BlockCounter> counter = pool.take(
          [&] { return std::make_unique<BlockCounter>(matrix, grid); });
      int64_t last = 0;
      for (int64_t b = begin; b < end; ++b)
        counts[b] = counter->count(columns, b, last);
      pool.giveBack(std::move(counter));
      std::lock_guard<std::mutex> lock(mutex);
      greatest = std::max(greatest, last);
    });
  });
}

void BlockRows::countByMerging() {
  std::mutex mutex;
  withMerge(matrix, grid, [&](const auto &start) {
    guardedFor(grid.blockRows, grain, [&](int64_t begin, int64_t end) {
      auto merge = start;
      int64_t last = 0;
      for (int64_t b = begin; b < end; ++b) {
        merge.load(b);
        int64_t found = 0;
        for (int64_t blockCol;
             (blockCol = merge.take([](int, int64_t, int64_t) {},
                                    [](int, int64_t) {})) >= 0;
             ++found)
          last = std::max(last, blockCol);
        counts[b] = found;
      }
      std::lock_guard<std::mutex> lock(mutex);
      greatest = std::max(greatest, last);
    });
  });
}

std::vector<int64_t> BlockRows::accumulate() const {
  if (windows)
    return windows->accumulate();
  std::vector<int64_t> sums(counts.size() + 1, 0);
  for (size_t b = 0; b < counts.size(); ++b)
    sums[b + 1] = sums[b] + counts[b];
  return sums;
}

void BlockRows::store(const std::function<int64_t(int64_t)> &first,
                      Field &coordinates, Field &values,
                      std::vector<int64_t> &explicitZeros) const {
  if (windows)
    return storeBlocks(matrix, grid, *windows, first, coordinates, values,
                       explicitZeros);
  IndexWriter coordinatesOut(coordinates.bytes.data(), coordinates.type);
  std::mutex mutex;
  withMerge(matrix, grid, [&](const auto &start) {
    withIndexType(byteSize(matrix.valueType), [&](auto type) {
      // Copies of the bits, whatever the type is.
      using Value = decltype(type);
      guardedFor(grid.blockRows, grain, [&](int64_t begin, int64_t end) {
        auto merge = start;
        std::vector<int64_t> zeros;
        const std::byte *in = matrix.values;
        int64_t cols = grid.cols, size = grid.size();
        for (int64_t b = begin; b < end; ++b) {
          merge.load(b);
          for (int64_t at = first(b);; ++at) {
            std::byte *block =
                values.bytes.data() + at * size * int64_t(sizeof(Value));
            auto put = [&](int64_t place, int64_t e) {
              Value value;
              std::memcpy(&value, in + e * int64_t(sizeof(Value)),
                          sizeof(Value));
              std::memcpy(block + place * int64_t(sizeof(Value)), &value,
                          sizeof(Value));
              if (value == 0)
                zeros.push_back(at * size + place);
            };
            int64_t blockCol =
                merge.take([&](int line, int64_t column,
                               int64_t e) { put(line * cols + column, e); },
                           [&](int line, int64_t e) {
                             for (int64_t column = 0; column < cols; ++column)
                               put(line * cols + column, e + column);
                           });
            if (blockCol < 0)
              break;
            coordinatesOut.set(at, blockCol);
          }
        }
        if (zeros.empty())
          return;
        std::lock_guard<std::mutex> lock(mutex);
        explicitZeros.insert(explicitZeros.end(), zeros.begin(), zeros.end());
      });
    });
  });
  std::sort(explicitZeros.begin(), explicitZeros.end());
}

//===- StructureGenerators.cpp - Made-up matrices with a structure
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/StructureGenerators.h"

#include "SparseGPU/Support/CounterHash.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <limits>
#include <new>
#include <vector>

using namespace sparsegpu;
using namespace sparsegpu::formats;

/// Streams of random numbers.
enum Stream : uint64_t { Edges = 16, EntryValues, Blocks, Choices };

static constexpr int64_t maxEntries = std::numeric_limits<int32_t>::max();

static Status checkShape(int64_t rows, int64_t cols) {
  if (rows < 0 || cols < 0)
    return Error(concat("the shape ", rows, " x ", cols, " is negative"));
  if (std::max(rows, cols) > maxEntries)
    return Error(concat("the shape ", rows, " x ", cols, " is too large"));
  return Status::success();
}

static Error tooManyEntries(double entries) {
  return Error(concat("the matrix would have about ", entries,
                      " entries, more than ", maxEntries));
}

static Error outOfMemory(double entries) {
  return Error(concat("there is not enough memory for the generated matrix of "
                      "about ",
                      entries, " entries (", 24 * entries, " bytes)"));
}

/// The value at a place.
static double valueAt(const CounterHash &hash, const CooMatrix &matrix,
                      int64_t row, int64_t col) {
  double value = hash.symmetric(static_cast<uint64_t>(row) *
                                    static_cast<uint64_t>(matrix.cols) +
                                static_cast<uint64_t>(col));
  return value == 0 ? 1 : value;
}

Expected<CooMatrix> formats::generateRmat(int scale, int64_t edges,
                                          uint64_t seed) {
  if (scale < 0 || scale > 40)
    return Error(concat("the scale ", scale, " is outside of 0 to 40"));
  if (edges < 0)
    return Error(concat("the number of edges ", edges, " is negative"));
  if (edges > maxEntries)
    return tooManyEntries(static_cast<double>(edges));
  try {
    CounterHash hash(seed, Edges);
    std::vector<std::pair<int64_t, int64_t>> drawn;
    drawn.reserve(static_cast<size_t>(edges));
    for (int64_t e = 0; e < edges; ++e) {
      int64_t row = 0, col = 0;
      for (int level = 0; level < scale; ++level) {
        // Percent, in integers: the same on every machine.
        uint64_t dice = hash.below(
            static_cast<uint64_t>(e) * 64 + static_cast<uint64_t>(level), 100);
        row = 2 * row + (dice >= 57 + 19);
        col = 2 * col + ((dice >= 57 && dice < 57 + 19) || dice >= 95);
      }
      drawn.emplace_back(row, col);
    }
    std::sort(drawn.begin(), drawn.end());
    drawn.erase(std::unique(drawn.begin(), drawn.end()), drawn.end());
    CooMatrix matrix;
    matrix.rows = matrix.cols = int64_t(1) << scale;
    matrix.reserve(static_cast<int64_t>(drawn.size()));
    CounterHash values(seed, EntryValues);
    for (const auto &[row, col] : drawn)
      matrix.add(row, col, valueAt(values, matrix, row, col));
    return matrix;
  } catch (const std::bad_alloc &) {
    return outOfMemory(static_cast<double>(edges));
  }
}

Expected<CooMatrix> formats::generateBlocks(int64_t rows, int64_t cols,
                                            int64_t blockRows,
                                            int64_t blockCols, double density,
                                            uint64_t seed) {
  if (Status status = checkShape(rows, cols); !status)
    return status.takeError();
  if (blockRows < 1 || blockCols < 1)
    return Error(
        concat("blocks of ", blockRows, " x ", blockCols, " have no places"));
  if (!(density >= 0 && density <= 1))
    return Error(concat("the density ", density, " is outside of 0 to 1"));
  double expected =
      static_cast<double>(rows) * static_cast<double>(cols) * density;
  if (expected > static_cast<double>(maxEntries))
    return tooManyEntries(expected);
  int64_t across = cols / blockCols + (cols % blockCols != 0);
  // Every block is asked whether it is there.
  double places = static_cast<double>(across) *
                  (static_cast<double>(rows) / static_cast<double>(blockRows));
  if (places > 0x1p36)
    return Error(concat("the matrix has ", places,
                        " blocks to choose from, "
                        "more than 2^36"));
  try {
    CounterHash there(seed, Blocks), values(seed, EntryValues);
    CooMatrix matrix;
    matrix.rows = rows;
    matrix.cols = cols;
    std::vector<int64_t> blocks;
    for (int64_t row = 0; row < rows; ++row) {
      if (row % blockRows == 0) {
        blocks.clear();
        for (int64_t b = 0; b < across; ++b)
          if (there.unit(static_cast<uint64_t>(row / blockRows) *
                             static_cast<uint64_t>(across) +
                         static_cast<uint64_t>(b)) < density)
            blocks.push_back(b);
      }
      for (int64_t b : blocks)
        for (int64_t col = b * blockCols,
                     end = std::min(cols, (b + 1) * blockCols);
             col < end; ++col)
          matrix.add(row, col, valueAt(values, matrix, row, col));
    }
    return matrix;
  } catch (const std::bad_alloc &) {
    return outOfMemory(expected);
  }
}

Expected<CooMatrix> formats::generateNM(int64_t rows, int64_t cols, int64_t n,
                                        int64_t m, uint64_t seed) {
  if (Status status = checkShape(rows, cols); !status)
    return status.takeError();
  if (n < 1 || n > m || m > 1024)
    return Error(concat(n, " of ", m,
                        " entries is not a pattern: expected 1 <= "
                        "n <= m <= 1024"));
  double expected = static_cast<double>(rows) * static_cast<double>(cols) *
                    static_cast<double>(n) / static_cast<double>(m);
  if (expected > static_cast<double>(maxEntries))
    return tooManyEntries(expected);
  try {
    CounterHash choices(seed, Choices), values(seed, EntryValues);
    CooMatrix matrix;
    matrix.rows = rows;
    matrix.cols = cols;
    uint64_t counter = 0;
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t begin = 0; begin < cols; begin += m) {
        int64_t size = std::min(m, cols - begin);
        // Selection sampling (Knuth, TAOCP 3.4.2, algorithm S).
        auto needed = static_cast<uint64_t>(std::min(n, size));
        for (int64_t i = 0; i < size; ++i)
          if (choices.below(counter++, static_cast<uint64_t>(size - i)) <
              needed) {
            matrix.add(row, begin + i, valueAt(values, matrix, row, begin + i));
            --needed;
          }
      }
    return matrix;
  } catch (const std::bad_alloc &) {
    return outOfMemory(expected);
  }
}

Expected<CooMatrix> formats::generateStencil(int points, int64_t x, int64_t y,
                                             int64_t z) {
  if (points != 5 && points != 7 && points != 27)
    return Error(concat("a stencil has 5, 7 or 27 points, got ", points));
  if (x < 1 || y < 1 || z < 1)
    return Error(concat("the grid ", x, " x ", y, " x ", z, " has no points"));
  if (points == 5 && z != 1)
    return Error("the stencil of 5 points is for grids of two dimensions");
  double expected = static_cast<double>(x) * static_cast<double>(y) *
                    static_cast<double>(z) * points;
  if (expected > static_cast<double>(maxEntries))
    return tooManyEntries(expected);
  try {
    CooMatrix matrix;
    matrix.rows = matrix.cols = x * y * z;
    matrix.reserve(matrix.rows * points);
    for (int64_t row = 0; row < matrix.rows; ++row) {
      int64_t i = row % x, j = row / x % y, k = row / x / y;
      // Neighbours with z slowest: columns ascend.
      for (int64_t dz = -1; dz <= 1; ++dz)
        for (int64_t dy = -1; dy <= 1; ++dy)
          for (int64_t dx = -1; dx <= 1; ++dx) {
            int64_t distance = (dx != 0) + (dy != 0) + (dz != 0);
            bool inside = i + dx >= 0 && i + dx < x && j + dy >= 0 &&
                          j + dy < y && k + dz >= 0 && k + dz < z;
            if (!inside || (points != 27 && distance > 1))
              continue;
            matrix.add(row, row + dx + x * (dy + y * dz),
                       distance == 0 ? points - 1 : -1);
          }
    }
    return matrix;
  } catch (const std::bad_alloc &) {
    return outOfMemory(expected);
  }
}

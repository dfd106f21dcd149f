//===- WindowColumns.cpp - Distinct columns of windows of rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WindowColumns.h"

#include "SparseGPU/Support/Parallel.h"

#include <algorithm>
#include <atomic>
#include <new>

using namespace sparsegpu;
using namespace sparsegpu::formats;

/// parallelFor whose body may run out of memory.
static void guardedFor(int64_t count, int64_t grain,
                       const std::function<void(int64_t, int64_t)> &body) {
  std::atomic<bool> outOfMemory{false};
  parallelFor(count, grain, 0, [&](int64_t begin, int64_t end) {
    try {
      if (!outOfMemory)
        body(begin, end);
    } catch (const std::bad_alloc &) {
      outOfMemory = true;
    }
  });
  if (outOfMemory)
    throw std::bad_alloc();
}

WindowColumns::WindowColumns(const CsrSource &matrix, int64_t rows,
                             int64_t group) {
  int64_t windows = divideCeil(matrix.rows, rows);
  counts.resize(static_cast<size_t>(windows));
  offsets.resize(static_cast<size_t>(windows));
  pieces.resize(static_cast<size_t>(divideCeil(windows, grain)));
  guardedFor(windows, grain, [&](int64_t begin, int64_t end) {
    std::vector<int64_t> &piece = pieces[begin / grain];
    std::vector<int64_t> scratch;
    for (int64_t w = begin; w < end; ++w) {
      scratch.clear();
      for (int64_t row = w * rows, last = std::min(matrix.rows, row + rows);
           row < last; ++row) {
        // Columns ascend, so those of a group follow each other.
        int64_t previous = -1;
        for (int64_t e = matrix.positions[row],
                     next = matrix.positions[row + 1];
             e < next; ++e) {
          int64_t column = matrix.coordinates[e];
          if (group > 1)
            column /= group;
          if (column != previous)
            scratch.push_back(column);
          previous = column;
        }
      }
      std::sort(scratch.begin(), scratch.end());
      auto distinct = std::unique(scratch.begin(), scratch.end());
      offsets[w] = static_cast<int64_t>(piece.size());
      counts[w] = distinct - scratch.begin();
      piece.insert(piece.end(), scratch.begin(), distinct);
    }
    piece.shrink_to_fit();
  });
}

void formats::forEachWindow(int64_t windows,
                            const std::function<void(int64_t, int64_t)> &body) {
  guardedFor(windows, 64, body);
}

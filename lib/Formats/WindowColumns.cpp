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
#include <memory>
#include <mutex>
#include <new>

using namespace sparsegpu;
using namespace sparsegpu::formats;

void formats::guardedFor(int64_t count, int64_t grain,
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

void Window::load(int64_t window) {
  first = window * rowsOfAll;
  last = std::min(matrix.rows, first + rowsOfAll);
  int64_t e = matrix.positions[first], end = matrix.positions[last];
  columns.reset(end - e);
  withIndexType(matrix.coordinates.width(), [&](auto type) {
    TypedIndices<decltype(type)> coordinates(matrix.coordinates.bytes());
    // Columns of a row ascend, so those of a group often follow each other.
    int64_t previous = -1;
    for (; e < end; ++e) {
      int64_t column = divide(coordinates[e]);
      if (column != previous)
        columns.add(column);
      previous = column;
    }
  });
  columns.finish();
}

/// A window for each piece of windows that is worked on; used ones are kept, as
/// a bitmap takes long to make.
namespace {
class WindowPool {
public:
  WindowPool(const CsrSource &matrix, int64_t rows, int64_t group)
      : matrix(matrix), rows(rows), group(group) {}

  std::unique_ptr<Window> take() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      if (!unused.empty()) {
        std::unique_ptr<Window> window = std::move(unused.back());
        unused.pop_back();
        return window;
      }
    }
    return std::make_unique<Window>(matrix, rows, group);
  }

  void giveBack(std::unique_ptr<Window> window) {
    std::lock_guard<std::mutex> lock(mutex);
    unused.push_back(std::move(window));
  }

private:
  const CsrSource &matrix;
  int64_t rows, group;
  std::mutex mutex;
  std::vector<std::unique_ptr<Window>> unused;
};
} // namespace

WindowColumns::WindowColumns(const CsrSource &matrix, int64_t rows,
                             int64_t group)
    : matrix(matrix), rows(rows), group(group) {
  int64_t windows = divideCeil(matrix.rows, rows);
  // Some ten thousand entries: short windows together, long ones alone.
  grain = std::clamp<int64_t>(
      (int64_t(1) << 14) * windows / std::max<int64_t>(matrix.nnz(), 1), 1, 64);
  counts.resize(static_cast<size_t>(windows));
  WindowPool pool(matrix, rows, group);
  std::mutex mutex;
  guardedFor(windows, grain, [&](int64_t begin, int64_t end) {
    std::unique_ptr<Window> window = pool.take();
    int64_t largest = 0;
    for (int64_t w = begin; w < end; ++w) {
      window->load(w);
      counts[w] = window->count();
      largest = std::max(largest, window->largest());
    }
    pool.giveBack(std::move(window));
    std::lock_guard<std::mutex> lock(mutex);
    greatest = std::max(greatest, largest);
  });
}

std::vector<int64_t> WindowColumns::accumulate() const {
  std::vector<int64_t> sums(counts.size() + 1, 0);
  for (size_t w = 0; w < counts.size(); ++w)
    sums[w + 1] = sums[w] + counts[w];
  return sums;
}

void WindowColumns::forEach(
    const std::function<void(int64_t, const Window &)> &body) const {
  WindowPool pool(matrix, rows, group);
  guardedFor(windows(), grain, [&](int64_t begin, int64_t end) {
    std::unique_ptr<Window> window = pool.take();
    for (int64_t w = begin; w < end; ++w) {
      window->load(w);
      body(w, *window);
    }
    pool.giveBack(std::move(window));
  });
}

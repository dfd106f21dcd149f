//===- RowSimilarity.cpp - Rows with common columns in one window
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 1. Rows that share the smallest of their columns under a random order are
//    candidates for a pair; under one order two rows do with the probability of
//    their Jaccard index (A. Broder, "On the resemblance and containment of
//    documents", 1997). kOrders orders; rows with the same smallest column are
//    paired with the kNeighbours that follow.
// 2. Pairs by descending Jaccard index join clusters of up to a window of rows,
//    and then, where both together are more than that, chains of clusters:
//    those that are chained lie side by side.
// 3. Full clusters come first, so that each is a window; the others follow as
//    they are chained, and empty rows at the end.
// 4. Of this order, that of groupRows and that of the matrix the one with the
//    fewest tiles is taken, of equals the latter.
//
// Clustering of candidate pairs under a limit of size is what DTC-SpMM (ASPLOS
// 2024, section 4.2) does for its tiles; this is a plainer form of it.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Reordering.h"

#include "SparseGPU/Formats/RowGrouping.h"
#include "SparseGPU/Support/CounterHash.h"
#include "SparseGPU/Support/Parallel.h"
#include "WindowColumns.h"

#include <algorithm>
#include <numeric>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {

constexpr int kOrders = 12;
constexpr int64_t kNeighbours = 3;

struct Pair {
  float similarity;
  int64_t a, b;
};

/// Sets of rows, each a list in an order.
class Clusters {
public:
  explicit Clusters(int64_t count)
      : parent(static_cast<size_t>(count)), next(parent.size(), -1),
        last(parent.size()), sizes(parent.size(), 1) {
    std::iota(parent.begin(), parent.end(), int64_t(0));
    std::iota(last.begin(), last.end(), int64_t(0));
  }

  int64_t find(int64_t row) {
    while (parent[row] != row)
      row = parent[row] = parent[parent[row]];
    return row;
  }
  int64_t size(int64_t cluster) const { return sizes[cluster]; }
  /// The rows of `b` follow those of `a`; the result is known as `a`.
  void join(int64_t a, int64_t b) {
    parent[b] = a;
    next[last[a]] = b;
    last[a] = last[b];
    sizes[a] += sizes[b];
  }
  /// The row that follows in the list, or -1.
  int64_t following(int64_t row) const { return next[row]; }

private:
  std::vector<int64_t> parent, next, last, sizes;
};

} // namespace

/// Common columns over all columns of two rows.
static float jaccard(const CsrSource &matrix, int64_t a, int64_t b) {
  int64_t i = matrix.positions[a], iEnd = matrix.positions[a + 1];
  int64_t j = matrix.positions[b], jEnd = matrix.positions[b + 1];
  int64_t all = (iEnd - i) + (jEnd - j), common = 0;
  while (i < iEnd && j < jEnd) {
    int64_t x = matrix.coordinates[i], y = matrix.coordinates[j];
    common += x == y;
    i += x <= y;
    j += y <= x;
  }
  return static_cast<float>(common) / static_cast<float>(all - common);
}

static std::vector<Pair> findPairs(const CsrSource &matrix) {
  std::vector<Pair> pairs;
  std::vector<std::pair<uint64_t, int64_t>> keys(
      static_cast<size_t>(matrix.rows));
  for (int number = 0; number < kOrders; ++number) {
    CounterHash hash(1, static_cast<uint64_t>(number));
    parallelFor(matrix.rows, 1024, 0, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        uint64_t smallest = UINT64_MAX;
        for (int64_t e = matrix.positions[r]; e < matrix.positions[r + 1]; ++e)
          smallest =
              std::min(smallest,
                       hash.bits(static_cast<uint64_t>(matrix.coordinates[e])));
        keys[r] = {smallest, r};
      }
    });
    std::vector<std::pair<uint64_t, int64_t>> sorted = keys;
    std::sort(sorted.begin(), sorted.end());
    auto isEmpty = [&](int64_t r) {
      return matrix.positions[r] == matrix.positions[r + 1];
    };
    for (size_t i = 0; i < sorted.size(); ++i)
      for (size_t j = i + 1;
           j <= i + kNeighbours && j < sorted.size() &&
           sorted[j].first == sorted[i].first && !isEmpty(sorted[i].second);
           ++j)
        pairs.push_back({0, sorted[i].second, sorted[j].second});
  }
  auto byRows = [](const Pair &x, const Pair &y) {
    return x.a != y.a ? x.a < y.a : x.b < y.b;
  };
  std::sort(pairs.begin(), pairs.end(), byRows);
  pairs.erase(std::unique(pairs.begin(), pairs.end(),
                          [](const Pair &x, const Pair &y) {
                            return x.a == y.a && x.b == y.b;
                          }),
              pairs.end());
  parallelFor(static_cast<int64_t>(pairs.size()), 4096, 0,
              [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i)
                  pairs[i].similarity = jaccard(matrix, pairs[i].a, pairs[i].b);
              });
  std::sort(pairs.begin(), pairs.end(), [&](const Pair &x, const Pair &y) {
    return x.similarity != y.similarity ? x.similarity > y.similarity
                                        : byRows(x, y);
  });
  return pairs;
}

static std::vector<int64_t> clusterRows(const CsrSource &matrix,
                                        int64_t window) {
  std::vector<Pair> pairs = findPairs(matrix);
  Clusters clusters(matrix.rows);
  for (const Pair &pair : pairs) {
    int64_t a = clusters.find(pair.a), b = clusters.find(pair.b);
    if (a != b && clusters.size(a) + clusters.size(b) <= window)
      clusters.join(a, b);
  }
  std::vector<int64_t> order;
  order.reserve(static_cast<size_t>(matrix.rows));
  std::vector<bool> isDone(static_cast<size_t>(matrix.rows));
  auto take = [&](int64_t cluster) {
    for (int64_t r = cluster; r >= 0; r = clusters.following(r)) {
      order.push_back(r);
      isDone[r] = true;
    }
  };
  for (int64_t r = 0; r < matrix.rows; ++r)
    if (int64_t cluster = clusters.find(r);
        !isDone[r] && clusters.size(cluster) == window)
      take(cluster);
  for (const Pair &pair : pairs) {
    int64_t a = clusters.find(pair.a), b = clusters.find(pair.b);
    if (a != b && !isDone[a] && !isDone[b])
      clusters.join(a, b);
  }
  std::vector<int64_t> empty;
  for (int64_t r = 0; r < matrix.rows; ++r) {
    if (isDone[r])
      continue;
    if (matrix.positions[r] == matrix.positions[r + 1])
      empty.push_back(r);
    else
      take(clusters.find(r));
  }
  order.insert(order.end(), empty.begin(), empty.end());
  return order;
}

/// Condensed tiles of the rows in an order.
static int64_t countTiles(const CsrSource &matrix,
                          const std::vector<int64_t> &order, int64_t window,
                          int64_t tile) {
  std::vector<int64_t> lastWindow(static_cast<size_t>(matrix.cols), -1);
  int64_t tiles = 0, columns = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    int64_t at = static_cast<int64_t>(i) / window;
    if (static_cast<int64_t>(i) % window == 0)
      columns = 0;
    for (int64_t e = matrix.positions[order[i]];
         e < matrix.positions[order[i] + 1]; ++e)
      if (int64_t &last = lastWindow[matrix.coordinates[e]]; last != at) {
        last = at;
        // A tile begins with each tile-th column.
        tiles += columns++ % tile == 0;
      }
  }
  return tiles;
}

std::vector<int64_t> formats::orderBySimilarity(const CsrSource &matrix,
                                                int64_t window, int64_t tile) {
  std::vector<int64_t> best(static_cast<size_t>(matrix.rows));
  std::iota(best.begin(), best.end(), int64_t(0));
  int64_t fewest = countTiles(matrix, best, window, tile);
  std::vector<int64_t> grouped = groupRows(matrix, window);
  // Rows that do not exist fill groups up.
  grouped.erase(std::remove_if(grouped.begin(), grouped.end(),
                               [&](int64_t r) { return r >= matrix.rows; }),
                grouped.end());
  for (std::vector<int64_t> &order :
       std::vector{std::move(grouped), clusterRows(matrix, window)}) {
    int64_t tiles = countTiles(matrix, order, window, tile);
    if (tiles < fewest) {
      fewest = tiles;
      best = std::move(order);
    }
  }
  return best;
}

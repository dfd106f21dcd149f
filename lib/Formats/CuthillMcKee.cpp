//===- CuthillMcKee.cpp - Reverse Cuthill-McKee
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Not Boost.Graph's cuthill_mckee_ordering: it looks at all vertices anew for
// each connected part, which is quadratic on graphs of many parts, and counts
// in int.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Reordering.h"

#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <numeric>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {

/// How often a start is replaced by one farther out. Mostly two or three times
/// are enough; the bound keeps the time linear.
constexpr int kStarts = 8;

class CuthillMcKee {
public:
  explicit CuthillMcKee(const CsrSource &matrix);
  std::vector<int64_t> run();

private:
  int64_t degree(int64_t vertex) const {
    return positions[vertex + 1] - positions[vertex];
  }
  /// Of equal degree the first comes first.
  bool comesFirst(int64_t a, int64_t b) const {
    return degree(a) != degree(b) ? degree(a) < degree(b) : a < b;
  }
  /// The vertices by their distance from `start` go to `queue`; gives the
  /// largest distance, and in `last` where the vertices of that begin.
  int64_t findLevels(int64_t start, size_t &last);
  int64_t findStart(int64_t vertex);
  void appendPart(int64_t start);

  /// The graph of A + A^T without its diagonal.
  std::vector<int64_t> positions, neighbours;
  /// The last search that saw a vertex; vertices in the order are ordered[v].
  std::vector<int64_t> seen;
  std::vector<bool> ordered;
  std::vector<int64_t> queue, order;
  int64_t search = 0;
};

} // namespace

CuthillMcKee::CuthillMcKee(const CsrSource &matrix)
    : positions(1, 0), seen(static_cast<size_t>(matrix.rows), -1),
      ordered(static_cast<size_t>(matrix.rows)) {
  int64_t rows = matrix.rows, nnz = matrix.nnz();
  // A^T by counting; rows of it ascend.
  std::vector<int64_t> starts(static_cast<size_t>(rows) + 1, 0);
  for (int64_t e = 0; e < nnz; ++e)
    ++starts[matrix.coordinates[e] + 1];
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  std::vector<int64_t> next(starts.begin(), starts.end() - 1);
  std::vector<int64_t> transposed(static_cast<size_t>(nnz));
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t e = matrix.positions[r]; e < matrix.positions[r + 1]; ++e)
      transposed[next[matrix.coordinates[e]]++] = r;
  for (int64_t r = 0; r < rows; ++r) {
    int64_t a = matrix.positions[r], aEnd = matrix.positions[r + 1];
    int64_t b = starts[r], bEnd = starts[r + 1];
    while (a < aEnd || b < bEnd) {
      int64_t fromA = a < aEnd ? matrix.coordinates[a] : rows;
      int64_t fromB = b < bEnd ? transposed[b] : rows;
      int64_t column = std::min(fromA, fromB);
      a += fromA == column;
      b += fromB == column;
      if (column != r)
        neighbours.push_back(column);
    }
    positions.push_back(static_cast<int64_t>(neighbours.size()));
  }
}

int64_t CuthillMcKee::findLevels(int64_t start, size_t &last) {
  ++search;
  queue.assign(1, start);
  seen[start] = search;
  last = 0;
  for (int64_t distance = 0;; ++distance) {
    size_t end = queue.size();
    for (size_t i = last; i < end; ++i)
      for (int64_t e = positions[queue[i]]; e < positions[queue[i] + 1]; ++e)
        if (seen[neighbours[e]] != search) {
          seen[neighbours[e]] = search;
          queue.push_back(neighbours[e]);
        }
    if (queue.size() == end)
      return distance;
    last = end;
  }
}

int64_t CuthillMcKee::findStart(int64_t vertex) {
  int64_t farthest = -1;
  for (int i = 0; i < kStarts; ++i) {
    size_t last = 0;
    int64_t distance = findLevels(vertex, last);
    if (distance <= farthest)
      break;
    farthest = distance;
    vertex = *std::min_element(
        queue.begin() + static_cast<int64_t>(last), queue.end(),
        [&](int64_t a, int64_t b) { return comesFirst(a, b); });
  }
  return vertex;
}

void CuthillMcKee::appendPart(int64_t start) {
  size_t at = order.size();
  order.push_back(start);
  ordered[start] = true;
  for (; at < order.size(); ++at) {
    auto begin = static_cast<int64_t>(order.size());
    for (int64_t e = positions[order[at]]; e < positions[order[at] + 1]; ++e)
      if (!ordered[neighbours[e]]) {
        ordered[neighbours[e]] = true;
        order.push_back(neighbours[e]);
      }
    std::sort(order.begin() + begin, order.end(),
              [&](int64_t a, int64_t b) { return comesFirst(a, b); });
  }
}

std::vector<int64_t> CuthillMcKee::run() {
  auto rows = static_cast<int64_t>(ordered.size());
  order.reserve(ordered.size());
  // Parts from the last to the first: after the reversal they are in the order
  // of the matrix.
  for (int64_t vertex = rows; vertex-- > 0;)
    if (!ordered[vertex])
      appendPart(findStart(vertex));
  std::reverse(order.begin(), order.end());
  return std::move(order);
}

Expected<std::vector<int64_t>> formats::orderByRcm(const CsrSource &matrix) {
  if (matrix.rows != matrix.cols)
    return Error(concat("reverse Cuthill-McKee orders rows and columns alike: "
                        "it takes a square matrix, not ",
                        matrix.rows, " x ", matrix.cols));
  return CuthillMcKee(matrix).run();
}

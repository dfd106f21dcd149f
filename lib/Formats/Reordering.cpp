//===- Reordering.cpp - Orders of the rows of a matrix
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Reordering.h"

#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Support/Strings.h"
#include "WindowColumns.h"

#include <algorithm>
#include <numeric>

using namespace sparsegpu;
using namespace sparsegpu::formats;

std::vector<int64_t> formats::orderByRowLength(const CsrSource &matrix) {
  auto length = [&](int64_t row) {
    return matrix.positions[row + 1] - matrix.positions[row];
  };
  int64_t longest = 0;
  for (int64_t r = 0; r < matrix.rows; ++r)
    longest = std::max(longest, length(r));
  // By counting: where the rows of each length begin, the longest first.
  std::vector<int64_t> next(static_cast<size_t>(longest) + 2, 0);
  for (int64_t r = 0; r < matrix.rows; ++r)
    ++next[longest - length(r) + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<int64_t> order(static_cast<size_t>(matrix.rows));
  for (int64_t r = 0; r < matrix.rows; ++r)
    order[next[longest - length(r)]++] = r;
  return order;
}

Status formats::checkPermutation(const std::vector<int64_t> &order,
                                 int64_t count, std::string_view what) {
  if (static_cast<int64_t>(order.size()) != count)
    return Error(concat("an order of ", count, " ", what, " has ", count,
                        " elements, this one has ", order.size()));
  std::vector<bool> seen(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    int64_t from = order[i];
    if (from < 0 || from >= count)
      return Error(concat("element ", i, " of the order of ", what, " is ",
                          from, ", expected 0 to ", count - 1));
    if (seen[from])
      return Error(concat(from, " occurs twice in the order of ", what));
    seen[from] = true;
  }
  return Status::success();
}

/// Where each place of the original goes.
static std::vector<int64_t> invert(const std::vector<int64_t> &order) {
  std::vector<int64_t> to(order.size());
  for (size_t i = 0; i < order.size(); ++i)
    to[order[i]] = static_cast<int64_t>(i);
  return to;
}

Expected<CooMatrix> formats::permute(const CooMatrix &matrix,
                                     const std::vector<int64_t> &rows,
                                     const std::vector<int64_t> &cols) {
  if (Status status = checkCoo(matrix); !status)
    return status.takeError();
  if (!rows.empty())
    if (Status status = checkPermutation(rows, matrix.rows, "rows"); !status)
      return status.takeError();
  if (!cols.empty())
    if (Status status = checkPermutation(cols, matrix.cols, "columns"); !status)
      return status.takeError();
  std::vector<int64_t> toRow = invert(rows), toCol = invert(cols);
  auto newRow = [&](size_t e) {
    return toRow.empty() ? matrix.row[e] : toRow[matrix.row[e]];
  };
  auto newCol = [&](size_t e) {
    return toCol.empty() ? matrix.col[e] : toCol[matrix.col[e]];
  };
  // By rows, by counting, then within each row; entries of one place stay in
  // their order.
  std::vector<int64_t> positions(static_cast<size_t>(matrix.rows) + 1, 0);
  for (size_t e = 0; e < matrix.row.size(); ++e)
    ++positions[newRow(e) + 1];
  std::partial_sum(positions.begin(), positions.end(), positions.begin());
  std::vector<int64_t> next(positions.begin(), positions.end() - 1);
  std::vector<std::pair<int64_t, int64_t>> sorted(matrix.row.size());
  for (size_t e = 0; e < matrix.row.size(); ++e)
    sorted[next[newRow(e)]++] = {newCol(e), static_cast<int64_t>(e)};
  CooMatrix result;
  result.rows = matrix.rows;
  result.cols = matrix.cols;
  result.reserve(matrix.entries());
  for (int64_t r = 0; r < matrix.rows; ++r) {
    std::sort(sorted.begin() + positions[r], sorted.begin() + positions[r + 1]);
    for (int64_t i = positions[r]; i < positions[r + 1]; ++i)
      result.add(r, sorted[i].first, matrix.value[sorted[i].second]);
  }
  return result;
}

OrderStatistics formats::computeOrderStatistics(const CsrSource &matrix,
                                                int64_t window, int64_t tile) {
  OrderStatistics result;
  for (int64_t r = 0; r < matrix.rows; ++r) {
    int64_t begin = matrix.positions[r], end = matrix.positions[r + 1];
    if (begin == end)
      continue;
    int64_t first = matrix.coordinates[begin],
            last = matrix.coordinates[end - 1];
    result.bandwidth = std::max({result.bandwidth, r - first, last - r});
    result.profile += std::max<int64_t>(r - first, 0);
  }
  WindowColumns columns(matrix, window, /*group=*/1);
  for (int64_t w = 0; w < columns.windows(); ++w)
    result.tiles += divideCeil(columns.count(w), tile);
  if (result.tiles)
    result.entriesPerTile =
        static_cast<double>(matrix.nnz()) / static_cast<double>(result.tiles);
  return result;
}

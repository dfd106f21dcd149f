//===- RowGrouping.cpp - Rows with like columns together
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 1. Rows with the same columns form a class: by a hash, then by comparison.
// 2. Each class gives as many full groups as it has rows for. What is left of a
//    class has fewer rows than a group.
// 3. If there are as many groups left as classes with rows left, each of these
//    classes is a group, filled up with rows that do not exist. Else no split
//    without padding exists.
// 4. Then the rest is grouped greedily: a group takes, of the next rows that
//    have no group, the one that leaves the least padding, until it is full.
//    Next: in the order of the matrix, or of a signature that rows with like
//    columns are likely to share (min-hashing: A. Broder, "On the resemblance
//    and containment of documents", 1997).
// 5. Of both results and the rows as they are, the one with the fewest vectors
//    is taken, and of equals the one closest to the matrix.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/RowGrouping.h"

#include "SparseGPU/Support/CounterHash.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <unordered_map>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {

using Rows = std::vector<int64_t>;

/// How many rows a greedy group looks at before it takes one.
constexpr size_t kWindow = 32;

class Grouping {
public:
  Grouping(const CsrSource &matrix, int64_t size)
      : matrix(matrix), size(size),
        count(matrix.rows / size + (matrix.rows % size != 0)),
        seen(static_cast<size_t>(matrix.cols), -1) {}

  std::vector<int64_t> run();

private:
  int64_t length(int64_t row) const {
    return matrix.positions[row + 1] - matrix.positions[row];
  }
  bool haveSameColumns(int64_t a, int64_t b) const;
  std::vector<Rows> findClasses() const;
  /// Groups `order`, all rows that are left, one class after the other.
  std::vector<Rows> groupGreedily(const Rows &order);
  Rows sortBySignature(const Rows &rows) const;
  /// The permutation of groups, in the order that the result has.
  std::vector<int64_t> flatten(std::vector<Rows> groups) const;

  const CsrSource &matrix;
  int64_t size, count;
  /// For each column the last greedy group that has it.
  std::vector<int64_t> seen;
  int64_t greedyGroups = 0;
};

} // namespace

bool Grouping::haveSameColumns(int64_t a, int64_t b) const {
  if (length(a) != length(b))
    return false;
  int64_t from = matrix.positions[a], other = matrix.positions[b];
  for (int64_t i = 0, end = length(a); i < end; ++i)
    if (matrix.coordinates[from + i] != matrix.coordinates[other + i])
      return false;
  return true;
}

/// Classes in the order of their first rows; rows ascend.
std::vector<Rows> Grouping::findClasses() const {
  const CounterHash hash(1);
  std::vector<Rows> classes;
  std::unordered_map<uint64_t, std::vector<size_t>> byHash;
  for (int64_t row = 0; row < matrix.rows; ++row) {
    uint64_t key = 0;
    for (int64_t e = matrix.positions[row]; e < matrix.positions[row + 1]; ++e)
      key += hash.bits(static_cast<uint64_t>(matrix.coordinates[e]));
    std::vector<size_t> &candidates = byHash[key];
    auto found =
        std::find_if(candidates.begin(), candidates.end(), [&](size_t c) {
          return haveSameColumns(classes[c].front(), row);
        });
    if (found != candidates.end()) {
      classes[*found].push_back(row);
    } else {
      candidates.push_back(classes.size());
      classes.push_back({row});
    }
  }
  return classes;
}

/// Keeps the order of rows with the same signature: those of a class stay
/// together.
Rows Grouping::sortBySignature(const Rows &rows) const {
  using Signature = std::array<uint64_t, 4>;
  std::vector<std::pair<Signature, size_t>> keys;
  keys.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    Signature signature;
    signature.fill(UINT64_MAX);
    int64_t row = rows[i];
    for (int64_t e = matrix.positions[row]; e < matrix.positions[row + 1]; ++e)
      for (size_t k = 0; k < signature.size(); ++k) {
        CounterHash hash(2, k);
        auto column = static_cast<uint64_t>(matrix.coordinates[e]);
        signature[k] = std::min(signature[k], hash.bits(column));
      }
    keys.emplace_back(signature, i);
  }
  std::sort(keys.begin(), keys.end());
  Rows sorted;
  sorted.reserve(rows.size());
  for (const auto &[signature, i] : keys)
    sorted.push_back(rows[i]);
  return sorted;
}

std::vector<Rows> Grouping::groupGreedily(const Rows &order) {
  std::vector<Rows> groups;
  Rows window;
  auto following = order.begin();
  int64_t width = 0, id = -1;
  while (true) {
    while (window.size() < kWindow && following != order.end())
      window.push_back(*following++);
    if (window.empty())
      return groups;
    if (groups.empty() || static_cast<int64_t>(groups.back().size()) == size) {
      groups.emplace_back();
      id = greedyGroups++;
      width = 0;
    }
    Rows &group = groups.back();
    auto rowsThen = static_cast<int64_t>(group.size()) + 1;
    auto best = window.end();
    int64_t leastPadding = 0, widthThen = 0;
    for (auto row = window.begin(); row != window.end(); ++row) {
      int64_t newWidth = width;
      for (int64_t e = matrix.positions[*row]; e < matrix.positions[*row + 1];
           ++e)
        newWidth += seen[matrix.coordinates[e]] != id;
      // Of the group with this row, less what does not depend on it.
      int64_t padding = newWidth * rowsThen - length(*row);
      if (best == window.end() || padding < leastPadding) {
        best = row;
        leastPadding = padding;
        widthThen = newWidth;
      }
      // The first row begins a group, whatever it has; a row with all of the
      // group's columns and no other cannot be bettered.
      if (rowsThen == 1 || (newWidth == width && length(*row) == width))
        break;
    }
    for (int64_t e = matrix.positions[*best]; e < matrix.positions[*best + 1];
         ++e)
      seen[matrix.coordinates[e]] = id;
    width = widthThen;
    group.push_back(*best);
    window.erase(best);
  }
}

std::vector<int64_t> Grouping::flatten(std::vector<Rows> groups) const {
  for (Rows &group : groups)
    std::sort(group.begin(), group.end());
  std::sort(groups.begin(), groups.end());
  std::vector<int64_t> permutation;
  int64_t missing = matrix.rows;
  for (const Rows &group : groups) {
    permutation.insert(permutation.end(), group.begin(), group.end());
    for (auto i = static_cast<int64_t>(group.size()); i < size; ++i)
      permutation.push_back(missing++);
  }
  return permutation;
}

std::vector<int64_t> Grouping::run() {
  std::vector<Rows> groups, leftClasses;
  for (Rows &rows : findClasses()) {
    auto begin = rows.begin();
    for (; rows.end() - begin >= size; begin += size)
      groups.emplace_back(begin, begin + size);
    if (begin != rows.end())
      leftClasses.emplace_back(begin, rows.end());
  }
  if (static_cast<int64_t>(groups.size() + leftClasses.size()) == count) {
    groups.insert(groups.end(), leftClasses.begin(), leftClasses.end());
    return flatten(std::move(groups));
  }
  Rows left;
  for (const Rows &rows : leftClasses)
    left.insert(left.end(), rows.begin(), rows.end());
  std::vector<int64_t> best(static_cast<size_t>(count * size));
  std::iota(best.begin(), best.end(), int64_t(0));
  int64_t fewest = countVectors(matrix, best, size);
  Rows inOrder = left;
  std::sort(inOrder.begin(), inOrder.end());
  for (const Rows &order : {inOrder, sortBySignature(left)}) {
    std::vector<Rows> all = groups, greedy = groupGreedily(order);
    all.insert(all.end(), greedy.begin(), greedy.end());
    std::vector<int64_t> permutation = flatten(std::move(all));
    int64_t vectors = countVectors(matrix, permutation, size);
    if (vectors < fewest) {
      fewest = vectors;
      best = std::move(permutation);
    }
  }
  return best;
}

std::vector<int64_t> formats::groupRows(const CsrSource &matrix, int64_t size) {
  return Grouping(matrix, size).run();
}

int64_t formats::countVectors(const CsrSource &matrix,
                              const std::vector<int64_t> &permutation,
                              int64_t size) {
  std::vector<int64_t> lastGroup(static_cast<size_t>(matrix.cols), -1);
  int64_t vectors = 0;
  for (size_t i = 0; i < permutation.size(); ++i) {
    int64_t row = permutation[i], group = static_cast<int64_t>(i) / size;
    if (row >= matrix.rows)
      continue;
    for (int64_t e = matrix.positions[row]; e < matrix.positions[row + 1]; ++e)
      if (int64_t &last = lastGroup[matrix.coordinates[e]]; last != group) {
        last = group;
        ++vectors;
      }
  }
  return vectors;
}

Expected<std::vector<int64_t>>
formats::completePermutation(std::vector<int64_t> permutation, int64_t rows,
                             int64_t size) {
  int64_t count = (rows / size + (rows % size != 0)) * size;
  auto given = static_cast<int64_t>(permutation.size());
  if (given != rows && given != count)
    return Error(concat("a permutation of ", rows, " rows in groups of ", size,
                        " has ", rows, " or ", count, " elements, this one ",
                        "has ", given));
  for (int64_t row = given; row < count; ++row)
    permutation.push_back(row);
  std::vector<bool> seen(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    int64_t row = permutation[i];
    if (row < 0 || row >= count)
      return Error(concat("element ", i, " of the permutation of rows is ", row,
                          ", expected 0 to ", count - 1));
    if (seen[row])
      return Error(
          concat("row ", row, " occurs twice in the permutation of rows"));
    seen[row] = true;
  }
  return permutation;
}

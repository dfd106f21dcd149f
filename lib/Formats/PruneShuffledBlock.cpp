//===- PruneShuffledBlock.cpp - Groups of rows for shuffled-block pruning
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which rows share a group, so that the best V x 1 vectors retain the most.
//
// 1. Start from the order of the matrix.
// 2. Choose the vectors for the groups: those with the largest sums.
// 3. For these vectors, what a row adds to a group is the sum of its elements
// in
//    the group's chosen columns. Two groups exchange rows so that both together
//    gain the most: the rows of each sorted by what they would win by moving,
//    swapped pair by pair while a pair gains.
// 4. Repeat 2 and 3. At first, a row has no say in what its own group chooses:
//    in step 3 it adds to its own group the elements of the columns that the
//    other rows would choose. Else each row sits where it is because it helped
//    to choose, and the search ends where it began. When that gains no more,
//    and from the best groups of it, with the vectors as they are chosen.
// 5. Do 2 to 4, the latter part only, also from groupRows of the mask of the
//    largest elements at a looser density (Shfl-BW, DAC 2022, section 4), and
//    take the better result.
//
// The latter part of 4 never lowers the score. All of this is k-means with
// groups of one size and the pruning score for a distance.
//
// The sums of step 3 are only formed for the groups of a chunk of at most
// kChunk groups, which keeps time and memory linear in the number of rows; from
// one round to the next chunks are made of neighbouring groups and of groups
// far from each other.
//
//===----------------------------------------------------------------------===//

#include "Prune.h"

#include "SparseGPU/Formats/RowGrouping.h"
#include "SparseGPU/Support/Parallel.h"
#include "WindowColumns.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {

/// Groups among which rows are exchanged.
constexpr int64_t kChunk = 128;
/// Rows that are added up together.
constexpr int64_t kLanes = 16;
/// How many rounds, how many of them without a gain, and how many additions a
/// part of the search may take.
constexpr int kRounds = 40;
constexpr int kIdleRounds = 3;
constexpr double kWork = 1e10;
/// How often the pairs of a chunk exchange rows for the same vectors.
constexpr int kSweeps = 4;

class GroupSearch {
public:
  GroupSearch(const DenseWeights &weights, int64_t v, int64_t budget);

  /// The order of the matrix, or a better one.
  std::vector<int64_t> run();

private:
  std::vector<int64_t> groupLargest() const;
  /// Rounds of 2 and 3 from `order`, which they replace by a better one.
  void improve(std::vector<int64_t> &order, bool leaveOneOut);
  /// What the rows of a chunk add to its groups.
  void computeGains(const std::vector<int64_t> &chunk,
                    const VectorChoice &choice,
                    const std::vector<int64_t> &order, bool leaveOneOut,
                    double border);
  /// What a row adds to its own group if a vector counts where the mean of the
  /// other rows is at least `border`.
  float gainWithoutItself(int64_t row, int64_t group,
                          const VectorChoice &choice, double border) const;
  /// Step 3 for the groups of a chunk; true when rows were exchanged.
  bool exchange(const std::vector<int64_t> &chunk, std::vector<int64_t> &order);
  bool exchangePair(int64_t a, int64_t b, const std::vector<int64_t> &chunk,
                    std::vector<int64_t> &order);
  /// Rows ascend within groups, and groups by their first row, but that a last
  /// one with fewer rows stays the last.
  std::vector<int64_t> sorted(const std::vector<int64_t> &order) const;
  /// The groups that keep the most vectors first, so that the blocks that take
  /// longest start first; of equal ones the first stays first.
  std::vector<int64_t> longestFirst(const std::vector<int64_t> &order) const;

  int64_t firstOf(int64_t group) const { return group * v; }
  int64_t lastOf(int64_t group) const {
    return std::min(weights.rows, (group + 1) * v);
  }

  const DenseWeights &weights;
  int64_t v, budget, groups;
  /// Magnitudes in single precision: they only steer the search.
  std::vector<float> magnitudes;
  double scale = 1;
  /// What row r adds to group i of the chunk: gains[r * kChunk + i].
  std::vector<float> gains;
  /// Additions so far.
  double work = 0;
};

} // namespace

GroupSearch::GroupSearch(const DenseWeights &weights, int64_t v, int64_t budget)
    : weights(weights), v(v), budget(budget),
      groups(divideCeil(weights.rows, v)), magnitudes(weights.values.size()) {
  // Scaled, so that no magnitude is lost to the smaller range.
  double largest = 0;
  for (double value : weights.values)
    largest = std::max(largest, std::abs(value));
  if (largest > 0 && std::isfinite(1 / largest))
    scale = 1 / largest;
  std::transform(
      weights.values.begin(), weights.values.end(), magnitudes.begin(),
      [this](double x) { return static_cast<float>(std::abs(x) * scale); });
}

std::vector<int64_t> GroupSearch::groupLargest() const {
  int64_t looser = std::min(2 * budget, weights.rows * weights.cols / 2);
  Mask mask = pruneUnstructured(weights, std::max(looser, budget));
  std::vector<int64_t> positions(1, 0), columns;
  size_t i = 0;
  for (int64_t r = 0; r < weights.rows; ++r) {
    for (int64_t c = 0; c < weights.cols; ++c, ++i)
      if (mask[i])
        columns.push_back(c);
    positions.push_back(static_cast<int64_t>(columns.size()));
  }
  CsrSource source{weights.rows,
                   weights.cols,
                   IndexArray(positions.data(), ElementType::I64),
                   IndexArray(columns.data(), ElementType::I64),
                   ElementType::F32,
                   nullptr};
  std::vector<int64_t> order = groupRows(source, v);
  // Rows that do not exist fill groups up anywhere; here only the last group
  // has fewer rows.
  order.erase(std::remove_if(order.begin(), order.end(),
                             [&](int64_t r) { return r >= weights.rows; }),
              order.end());
  return order;
}

bool GroupSearch::exchangePair(int64_t a, int64_t b,
                               const std::vector<int64_t> &chunk,
                               std::vector<int64_t> &order) {
  // The places of a group's rows, the row that wins the most by moving first.
  struct Move {
    float gain;
    int64_t place;
  };
  auto moves = [&](int64_t from, int64_t to) {
    std::vector<Move> result;
    for (int64_t i = firstOf(chunk[from]); i < lastOf(chunk[from]); ++i) {
      const float *gain = gains.data() + order[i] * kChunk;
      result.push_back({gain[to] - gain[from], i});
    }
    std::sort(result.begin(), result.end(), [&](const Move &x, const Move &y) {
      return x.gain != y.gain ? x.gain > y.gain
                              : order[x.place] < order[y.place];
    });
    return result;
  };
  std::vector<Move> there = moves(a, b), back = moves(b, a);
  bool any = false;
  for (size_t i = 0; i < std::min(there.size(), back.size()); ++i) {
    float gain = there[i].gain + back[i].gain;
    // Beyond what rounding may pretend.
    if (gain <= 1e-5f * (std::abs(there[i].gain) + std::abs(back[i].gain)))
      break;
    std::swap(order[there[i].place], order[back[i].place]);
    any = true;
  }
  return any;
}

void GroupSearch::computeGains(const std::vector<int64_t> &chunk,
                               const VectorChoice &choice,
                               const std::vector<int64_t> &order,
                               bool leaveOneOut, double border) {
  std::vector<std::vector<int32_t>> columns(chunk.size());
  /// The places of rows, and which group of the chunk each is in.
  std::vector<std::pair<int64_t, size_t>> places;
  int64_t cols = weights.cols, additions = 0;
  for (size_t i = 0; i < chunk.size(); ++i) {
    const uint8_t *kept = choice.kept.data() + chunk[i] * cols;
    for (int64_t c = 0; c < cols; ++c)
      if (kept[c])
        columns[i].push_back(static_cast<int32_t>(c));
    for (int64_t p = firstOf(chunk[i]); p < lastOf(chunk[i]); ++p)
      places.emplace_back(p, i);
    additions += static_cast<int64_t>(columns[i].size());
  }
  work += static_cast<double>(additions + cols) *
          static_cast<double>(places.size());
  auto count = static_cast<int64_t>(places.size());
  parallelFor(count, kLanes, 0, [&](int64_t begin, int64_t end) {
    // kLanes rows side by side, so that one instruction adds several.
    std::vector<float> rows(static_cast<size_t>(cols * kLanes));
    for (int64_t i = begin; i < end; ++i) {
      const float *row = magnitudes.data() + order[places[i].first] * cols;
      for (int64_t c = 0; c < cols; ++c)
        rows[c * kLanes + (i - begin)] = row[c];
    }
    for (size_t g = 0; g < chunk.size(); ++g) {
      std::array<float, kLanes> sums = {};
      for (int32_t c : columns[g])
        for (int64_t lane = 0; lane < kLanes; ++lane)
          sums[lane] += rows[c * kLanes + lane];
      for (int64_t i = begin; i < end; ++i)
        gains[order[places[i].first] * kChunk + static_cast<int64_t>(g)] =
            sums[i - begin];
    }
    if (leaveOneOut)
      for (int64_t i = begin; i < end; ++i)
        gains[order[places[i].first] * kChunk +
              static_cast<int64_t>(places[i].second)] =
            gainWithoutItself(order[places[i].first], chunk[places[i].second],
                              choice, border);
  });
}

float GroupSearch::gainWithoutItself(int64_t row, int64_t group,
                                     const VectorChoice &choice,
                                     double border) const {
  int64_t others = lastOf(group) - firstOf(group) - 1;
  if (others == 0)
    return 0;
  const double *sums = choice.sums.data() + group * weights.cols;
  const double *values = weights.row(row);
  double least = border * static_cast<double>(others);
  double gain = 0;
  for (int64_t c = 0; c < weights.cols; ++c) {
    double magnitude = std::abs(values[c]);
    gain += sums[c] - magnitude >= least ? magnitude : 0;
  }
  return static_cast<float>(gain * scale);
}

bool GroupSearch::exchange(const std::vector<int64_t> &chunk,
                           std::vector<int64_t> &order) {
  bool any = false;
  auto count = static_cast<int64_t>(chunk.size());
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    bool now = false;
    for (int64_t a = 0; a < count; ++a)
      for (int64_t b = a + 1; b < count; ++b)
        now |= exchangePair(a, b, chunk, order);
    if (!now)
      break;
    any = true;
  }
  return any;
}

/// The smallest mean of a vector that stays.
static double findBorder(const VectorChoice &choice, int64_t rows, int64_t cols,
                         int64_t v) {
  double border = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < choice.kept.size(); ++i) {
    int64_t group = static_cast<int64_t>(i) / cols;
    auto size = static_cast<double>(std::min(v, rows - group * v));
    if (choice.kept[i])
      border = std::min(border, choice.sums[i] / size);
  }
  return border;
}

void GroupSearch::improve(std::vector<int64_t> &order, bool leaveOneOut) {
  int64_t chunks = divideCeil(groups, kChunk);
  VectorChoice choice = chooseVectors(weights, order, v, budget);
  double score = choice.score;
  std::vector<int64_t> next = order;
  work = 0;
  for (int round = 0, idle = 0;
       round < kRounds && idle < kIdleRounds && work < kWork; ++round) {
    double border =
        leaveOneOut ? findBorder(choice, weights.rows, weights.cols, v) : 0;
    bool any = false;
    for (int64_t k = 0; k < chunks; ++k) {
      std::vector<int64_t> chunk;
      // Neighbours, or every chunks-th group.
      if (round % 2 == 0)
        for (int64_t g = k * kChunk; g < std::min(groups, (k + 1) * kChunk);
             ++g)
          chunk.push_back(g);
      else
        for (int64_t g = k; g < groups; g += chunks)
          chunk.push_back(g);
      computeGains(chunk, choice, next, leaveOneOut, border);
      any |= exchange(chunk, next);
    }
    if (!any && chunks == 1)
      return;
    choice = chooseVectors(weights, next, v, budget);
    ++idle;
    if (choice.score > score) {
      score = choice.score;
      order = next;
      idle = 0;
    }
  }
}

std::vector<int64_t>
GroupSearch::sorted(const std::vector<int64_t> &order) const {
  std::vector<std::vector<int64_t>> parts;
  for (int64_t g = 0; g < groups; ++g) {
    parts.emplace_back(order.begin() + firstOf(g), order.begin() + lastOf(g));
    std::sort(parts.back().begin(), parts.back().end());
  }
  int64_t full = weights.rows / v;
  std::sort(parts.begin(), parts.begin() + full);
  std::vector<int64_t> result;
  result.reserve(order.size());
  for (const std::vector<int64_t> &part : parts)
    result.insert(result.end(), part.begin(), part.end());
  return result;
}

std::vector<int64_t>
GroupSearch::longestFirst(const std::vector<int64_t> &order) const {
  VectorChoice choice = chooseVectors(weights, order, v, budget);
  int64_t full = weights.rows / v, cols = weights.cols;
  std::vector<int64_t> lengths(static_cast<size_t>(full)), by(lengths.size());
  for (int64_t g = 0; g < full; ++g)
    lengths[g] = std::count(choice.kept.begin() + g * cols,
                            choice.kept.begin() + (g + 1) * cols, 1);
  std::iota(by.begin(), by.end(), int64_t(0));
  std::sort(by.begin(), by.end(), [&](int64_t a, int64_t b) {
    return lengths[a] != lengths[b] ? lengths[a] > lengths[b] : a < b;
  });
  std::vector<int64_t> result;
  result.reserve(order.size());
  for (int64_t g : by)
    result.insert(result.end(), order.begin() + firstOf(g),
                  order.begin() + lastOf(g));
  result.insert(result.end(), order.begin() + full * v, order.end());
  return result;
}

std::vector<int64_t> GroupSearch::run() {
  std::vector<int64_t> order(static_cast<size_t>(weights.rows));
  std::iota(order.begin(), order.end(), int64_t(0));
  if (groups < 2 || budget == 0)
    return order;
  gains.resize(static_cast<size_t>(weights.rows * kChunk));
  std::vector<int64_t> best = order, fromMask = groupLargest();
  double score = chooseVectors(weights, order, v, budget).score;
  improve(order, /*leaveOneOut=*/true);
  for (std::vector<int64_t> start : {order, fromMask}) {
    improve(start, /*leaveOneOut=*/false);
    start = longestFirst(sorted(start));
    // Summed in the order that the result has.
    double reached = chooseVectors(weights, start, v, budget).score;
    if (reached > score) {
      score = reached;
      best = std::move(start);
    }
  }
  return best;
}

std::vector<int64_t> formats::searchGroups(const DenseWeights &weights,
                                           int64_t v, int64_t budget) {
  return GroupSearch(weights, v, budget).run();
}

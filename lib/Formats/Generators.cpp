//===- Generators.cpp - Made-up matrices
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Generators.h"

#include "SparseGPU/Support/CounterHash.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>

using namespace sparsegpu;
using namespace sparsegpu::formats;

/// Streams of random numbers; a stream is never used for two purposes.
enum Stream : uint64_t { Places, Values, Dense, Ranks, Columns, Degrees };

static constexpr int64_t maxEntries = std::numeric_limits<int32_t>::max();

namespace {
/// Collects entries in row order and gives each its value.
class Builder {
public:
  Builder(const SparseRecipe &recipe, uint64_t seed) : values(seed, Values) {
    matrix.rows = recipe.rows;
    matrix.cols = recipe.cols;
  }

  void add(int64_t row, int64_t col) {
    // Unsigned arithmetic: for huge shapes the place wraps around, which is
    // harmless for a hash.
    uint64_t place =
        static_cast<uint64_t>(row) * static_cast<uint64_t>(matrix.cols) +
        static_cast<uint64_t>(col);
    double value = values.symmetric(place);
    matrix.add(row, col, value == 0 ? 1 : value);
  }

  CooMatrix take() { return std::move(matrix); }
  void reserve(int64_t entries) { matrix.reserve(entries); }

private:
  CounterHash values;
  CooMatrix matrix;
};
} // namespace

static Error tooManyEntries(double entries) {
  return Error(concat("the matrix would have about ", entries,
                      " entries, more than ", maxEntries));
}

/// 1. Up to a quarter full: draw places until enough different ones came up.
///    Sorting and removing repetitions after each round keeps this linear but
///    for the sort.
/// 2. Fuller than that: draw the places that stay empty instead, and walk
///    through all places.
static Expected<CooMatrix> generateUniform(const SparseRecipe &recipe,
                                           uint64_t seed) {
  if (!(recipe.parameter >= 0 && recipe.parameter <= 1))
    return Error(
        concat("the density ", recipe.parameter, " is outside of 0 to 1"));
  double size =
      static_cast<double>(recipe.rows) * static_cast<double>(recipe.cols);
  double wanted = std::round(recipe.parameter * size);
  if (wanted > maxEntries)
    return tooManyEntries(wanted);
  if (size >= 0x1p63)
    return Error(concat("the shape ", recipe.rows, " x ", recipe.cols,
                        " has more than 2^63 places"));
  uint64_t places =
      static_cast<uint64_t>(recipe.rows) * static_cast<uint64_t>(recipe.cols);
  uint64_t entries = std::min(places, static_cast<uint64_t>(wanted));
  bool drawEmpty = entries > places / 4;
  uint64_t target = drawEmpty ? places - entries : entries;
  if (drawEmpty && places > static_cast<uint64_t>(maxEntries) * 4)
    return tooManyEntries(wanted);

  CounterHash hash(seed, Places);
  std::vector<uint64_t> drawn;
  drawn.reserve(target);
  for (uint64_t counter = 0; drawn.size() < target;) {
    // Slightly more than is missing would bias the choice: the surplus could
    // only be cut from the sorted end.
    for (uint64_t missing = target - drawn.size(); missing > 0; --missing)
      drawn.push_back(hash.below(counter++, places));
    std::sort(drawn.begin(), drawn.end());
    drawn.erase(std::unique(drawn.begin(), drawn.end()), drawn.end());
  }

  Builder builder(recipe, seed);
  builder.reserve(static_cast<int64_t>(entries));
  uint64_t cols = static_cast<uint64_t>(recipe.cols);
  auto add = [&](uint64_t place) {
    builder.add(static_cast<int64_t>(place / cols),
                static_cast<int64_t>(place % cols));
  };
  if (!drawEmpty) {
    for (uint64_t place : drawn)
      add(place);
    return builder.take();
  }
  auto empty = drawn.begin();
  for (uint64_t place = 0; place < places; ++place) {
    if (empty != drawn.end() && *empty == place)
      ++empty;
    else
      add(place);
  }
  return builder.take();
}

/// The numbers below `count`, shuffled (Fisher and Yates).
static std::vector<int64_t> shuffled(int64_t count, const CounterHash &hash) {
  std::vector<int64_t> order(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    auto other =
        hash.below(static_cast<uint64_t>(i), static_cast<uint64_t>(i) + 1);
    order[static_cast<size_t>(i)] = order[other];
    order[other] = i;
  }
  return order;
}

/// 1. Row of rank k gets C / k entries, rounded up or down at random so that
///    rows of less than one entry exist, some of them empty.
/// 2. A row of more than a quarter of the columns takes each column with the
///    same probability; others draw columns, small ranks more often, until
///    they have enough different ones.
static Expected<CooMatrix> generatePowerLaw(const SparseRecipe &recipe,
                                            uint64_t seed) {
  double mean = recipe.parameter;
  if (!(mean >= 0))
    return Error(concat("the mean ", mean, " of entries per row is negative"));
  double total = mean * static_cast<double>(recipe.rows);
  if (total > maxEntries)
    return tooManyEntries(total);
  if (std::max(recipe.rows, recipe.cols) > maxEntries)
    return Error(concat("the shape ", recipe.rows, " x ", recipe.cols,
                        " is too large for a power law"));
  double harmonic = 0;
  for (int64_t k = recipe.rows; k >= 1; --k)
    harmonic += 1 / static_cast<double>(k);

  std::vector<int64_t> rowRank =
      shuffled(recipe.rows, CounterHash(seed, Ranks));
  std::vector<int64_t> colOfRank =
      shuffled(recipe.cols, CounterHash(seed, Columns));
  CounterHash degrees(seed, Degrees), places(seed, Places);
  Builder builder(recipe, seed);
  std::vector<int64_t> row;
  uint64_t counter = 0;
  double cols = static_cast<double>(recipe.cols);
  for (int64_t r = 0; r < recipe.rows; ++r) {
    double length = total / harmonic / static_cast<double>(rowRank[r] + 1);
    double whole = std::floor(length);
    if (degrees.unit(static_cast<uint64_t>(r)) < length - whole)
      ++whole;
    size_t count = static_cast<size_t>(std::min(whole, cols));
    row.clear();
    if (count > static_cast<size_t>(recipe.cols) / 4) {
      // Selection sampling (Knuth, TAOCP 3.4.2, algorithm S).
      size_t needed = count;
      for (int64_t c = 0; needed > 0; ++c)
        if (places.below(counter++, static_cast<uint64_t>(recipe.cols - c)) <
            needed) {
          row.push_back(c);
          --needed;
        }
    }
    while (row.size() < count) {
      for (size_t missing = count - row.size(); missing > 0; --missing) {
        double u = places.unit(counter++);
        auto rank = static_cast<size_t>(u * u * cols);
        row.push_back(colOfRank[rank]);
      }
      std::sort(row.begin(), row.end());
      row.erase(std::unique(row.begin(), row.end()), row.end());
    }
    for (int64_t c : row)
      builder.add(r, c);
  }
  return builder.take();
}

static Expected<CooMatrix> generateBanded(const SparseRecipe &recipe,
                                          uint64_t seed) {
  double half = recipe.parameter;
  if (!(half >= 0) || half != std::floor(half))
    return Error(concat("the half width ", half,
                        " of the band is not a whole number >= 0"));
  double width = std::min(2 * half + 1, static_cast<double>(recipe.cols));
  double total = width * static_cast<double>(recipe.rows);
  if (total > maxEntries)
    return tooManyEntries(total);
  Builder builder(recipe, seed);
  builder.reserve(static_cast<int64_t>(total));
  int64_t reach =
      static_cast<int64_t>(std::min(half, static_cast<double>(recipe.cols)));
  for (int64_t r = 0; r < recipe.rows; ++r) {
    auto centre = static_cast<int64_t>(static_cast<unsigned __int128>(r) *
                                       static_cast<uint64_t>(recipe.cols) /
                                       static_cast<uint64_t>(recipe.rows));
    int64_t end = std::min(recipe.cols, centre + reach + 1);
    for (int64_t c = std::max<int64_t>(0, centre - reach); c < end; ++c)
      builder.add(r, c);
  }
  return builder.take();
}

Expected<CooMatrix> formats::generateSparse(const SparseRecipe &recipe,
                                            uint64_t seed) {
  if (recipe.rows < 0 || recipe.cols < 0)
    return Error(
        concat("the shape ", recipe.rows, " x ", recipe.cols, " is negative"));
  try {
    switch (recipe.distribution) {
    case SparseDistribution::Uniform:
      return generateUniform(recipe, seed);
    case SparseDistribution::PowerLaw:
      return generatePowerLaw(recipe, seed);
    case SparseDistribution::Banded:
      return generateBanded(recipe, seed);
    }
  } catch (const std::bad_alloc &) {
    double rows = static_cast<double>(recipe.rows);
    double entries =
        recipe.distribution == SparseDistribution::Uniform
            ? recipe.parameter * rows * static_cast<double>(recipe.cols)
        : recipe.distribution == SparseDistribution::PowerLaw
            ? recipe.parameter * rows
            : (2 * recipe.parameter + 1) * rows;
    return Error(concat("there is not enough memory for the generated matrix "
                        "of about ",
                        entries, " entries (", 24 * entries, " bytes)"));
  }
  return Error("unknown distribution");
}

void formats::fillDense(DenseFill fill, uint64_t seed, int64_t first,
                        int64_t count, double *output) {
  CounterHash hash(seed, Dense);
  for (int64_t i = 0; i < count; ++i) {
    switch (fill) {
    case DenseFill::Random:
      output[i] = hash.symmetric(static_cast<uint64_t>(first + i));
      break;
    case DenseFill::Zeros:
      output[i] = 0;
      break;
    case DenseFill::Iota:
      output[i] = static_cast<double>(first + i);
      break;
    }
  }
}

Expected<std::vector<std::byte>> formats::generateDense(DenseFill fill,
                                                        uint64_t seed,
                                                        ElementType type,
                                                        int64_t count) {
  std::vector<std::byte> bytes(static_cast<size_t>(count) * byteSize(type));
  // In pieces, so that the doubles take little memory.
  constexpr int64_t kPiece = 1 << 16;
  std::vector<double> values(std::min(count, kPiece));
  for (int64_t first = 0; first < count; first += kPiece) {
    int64_t size = std::min(kPiece, count - first);
    fillDense(fill, seed, first, size, values.data());
    if (fill == DenseFill::Random && !isFloat(type))
      for (double &value : values)
        value = std::floor(value * 8);
    size_t stored = storeElements(
        type, values.data(), static_cast<size_t>(size), Overflow::Refuse,
        bytes.data() + static_cast<size_t>(first) * byteSize(type));
    if (stored != static_cast<size_t>(size))
      return Error("element " +
                   std::to_string(first + static_cast<int64_t>(stored)) +
                   " does not fit its type");
  }
  return bytes;
}

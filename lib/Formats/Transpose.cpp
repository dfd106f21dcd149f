//===- Transpose.cpp - Compressed columns from compressed rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A counting sort by column, stable, in two steps when the columns are many.
//
//   1. The entries are cut into chunks of equal length, the columns into
//      ranges. Each chunk counts its entries in each range, which gives the
//      place in the output where each chunk's part of each range begins.
//   2. Each chunk moves its entries to their ranges, in order, and remembers
//      the low bits of their columns.
//   3. Each range is sorted by column on its own: entries go to their places
//      in a copy, which is then taken apart into rows and values.
//
// One step would touch a random place for each entry: with millions of columns
// every one is a cache miss, three times over. Here step 2 writes as many
// streams as there are ranges, and step 3 stays in the second-level cache.
// With few columns, or where entries of neighbouring rows are in columns
// nearby, a range is one column and steps 1 and 2 suffice. A range with a large
// part of all entries is not copied: it is filled from the matrix itself.
// Whatever the chunks, entries of a column keep their order.
//
// Source: the counting sort of Gustavson, "Two fast algorithms for sparse
// matrices: multiplication and permuted transposition" (TOMS 4, 1978), with
// the partitioning of a radix sort.
//
//===----------------------------------------------------------------------===//

#include "Transpose.h"

#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Support/Parallel.h"
#include "TypedIndices.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <new>
#include <thread>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {

/// Uninitialized elements.
template <typename T> std::unique_ptr<T[]> makeScratch(int64_t count) {
  return std::unique_ptr<T[]>(new T[static_cast<size_t>(count)]);
}

/// How columns and entries are divided.
struct Plan {
  int64_t nnz, cols;
  /// A range is 2^shift columns.
  unsigned shift;
  int64_t ranges, chunks;
  /// A range of more entries is filled from the matrix.
  int64_t largestCopy;

  /// Up to this many columns, each is its own range: the streams of step 2 and
  /// their counters stay in the second-level cache.
  static constexpr int64_t fewColumns = 1 << 14;
  /// Low bits of columns are kept in 16 bits.
  static constexpr unsigned largestShift = 16;
  static constexpr int64_t manyRanges = 128;

  Plan(const CsrSource &matrix, unsigned threads)
      : nnz(matrix.nnz()), cols(matrix.cols), shift(0) {
    if (cols > fewColumns && !isLocal(matrix))
      while (shift < largestShift && (cols - 1) >> shift >= manyRanges)
        ++shift;
    ranges = cols == 0 ? 0 : ((cols - 1) >> shift) + 1;
    // Counters take two bytes for each entry at most.
    chunks = std::max<int64_t>(
        1, std::min<int64_t>({threads, nnz >> 14, nnz / 4 / (ranges + 1)}));
    largestCopy = std::max<int64_t>(1 << 15, nnz / 16 / threads);
  }

  /// Whether entries that follow each other are in columns nearby, as in a
  /// band: then one step does not miss the cache. Looks at some stretches of
  /// entries.
  static bool isLocal(const CsrSource &matrix) {
    constexpr int64_t stretches = 16, length = 1024, nearby = 1 << 14;
    int64_t nnz = matrix.nnz(), local = 0;
    // The counters of all columns are not small beside few entries.
    if (nnz / 4 < matrix.cols)
      return false;
    for (int64_t s = 0; s < stretches; ++s) {
      int64_t begin =
          static_cast<int64_t>(static_cast<__int128>(nnz) * s / stretches);
      int64_t first = matrix.coordinates[begin], last = first;
      for (int64_t e = begin, end = std::min(nnz, begin + length); e < end;
           ++e) {
        int64_t column = matrix.coordinates[e];
        first = std::min(first, column);
        last = std::max(last, column);
      }
      local += last - first < nearby;
    }
    return local > stretches / 2;
  }

  int64_t chunkBegin(int64_t chunk) const {
    return static_cast<int64_t>(static_cast<__int128>(nnz) * chunk / chunks);
  }
};

template <typename Rows, typename Columns, typename Value> class Transposer {
public:
  Transposer(const CsrSource &matrix, Columns columns, Rows rowsOut,
             IndexWriter positionsOut, Value *valuesOut, unsigned threads)
      : matrix(matrix), columns(columns), rowsOut(rowsOut),
        positionsOut(positionsOut), valuesOut(valuesOut), threads(threads),
        plan(matrix, threads) {}

  void run() {
    counters = makeScratch<int64_t>(plan.ranges * plan.chunks);
    if (plan.shift != 0)
      low = makeScratch<uint16_t>(plan.nnz);
    parallelFor(plan.chunks, 1, threads,
                [&](int64_t chunk, int64_t) { count(chunk); });
    accumulate();
    parallelFor(plan.chunks, 1, threads,
                [&](int64_t chunk, int64_t) { move(chunk); });
    if (plan.shift == 0)
      return;
    std::atomic<bool> outOfMemory{false};
    parallelFor(plan.ranges, 1, threads, [&](int64_t range, int64_t) {
      try {
        sortRange(range);
      } catch (const std::bad_alloc &) {
        outOfMemory = true;
      }
    });
    if (outOfMemory)
      throw std::bad_alloc();
  }

private:
  static Value readValue(const std::byte *values, int64_t e) {
    Value value;
    std::memcpy(&value, values + e * int64_t(sizeof(Value)), sizeof(Value));
    return value;
  }

  int64_t *countersOf(int64_t chunk) {
    return counters.get() + chunk * plan.ranges;
  }

  /// So many entries ahead of time the place of one is asked for.
  static constexpr int64_t ahead = 24;

  /// Step 1, for one chunk.
  void count(int64_t chunk) {
    int64_t *counts = countersOf(chunk);
    std::fill_n(counts, plan.ranges, 0);
    Columns in = columns;
    unsigned shift = plan.shift;
    int64_t e = plan.chunkBegin(chunk), end = plan.chunkBegin(chunk + 1);
    for (; e < end; ++e)
      ++counts[in[e] >> shift];
  }

  /// Turns counts into places. The last chunk's ends where the range does.
  void accumulate() {
    int64_t at = 0;
    for (int64_t range = 0; range < plan.ranges; ++range) {
      if (plan.shift == 0)
        positionsOut.set(range, at);
      for (int64_t chunk = 0; chunk < plan.chunks; ++chunk) {
        int64_t &counter = countersOf(chunk)[range];
        int64_t size = counter;
        counter = at;
        at += size;
      }
    }
    positionsOut.set(plan.cols, at);
  }

  /// Step 2, for one chunk. What the loops use is local, as the compiler must
  /// think that what they write may be a member.
  void move(int64_t chunk) {
    int64_t *next = countersOf(chunk);
    int64_t begin = plan.chunkBegin(chunk), end = plan.chunkBegin(chunk + 1);
    Rows rows = rowsOut;
    Value *values = valuesOut;
    const std::byte *in = matrix.values;
    if (plan.shift == 0) {
      Columns ids = columns;
      forEachEntry(begin, end, [&](int64_t row, int64_t column, int64_t e) {
        if (e + ahead < end) {
          int64_t soon = next[ids[e + ahead]];
          rows.prefetch(soon);
          __builtin_prefetch(values + soon, 1);
        }
        int64_t to = next[column]++;
        rows.set(to, row);
        values[to] = readValue(in, e);
      });
      return;
    }
    unsigned shift = plan.shift;
    int64_t mask = (int64_t(1) << shift) - 1;
    uint16_t *lowBits = low.get();
    forEachEntry(begin, end, [&](int64_t row, int64_t column, int64_t e) {
      int64_t to = next[column >> shift]++;
      rows.set(to, row);
      values[to] = readValue(in, e);
      lowBits[to] = static_cast<uint16_t>(column & mask);
      // The next cache line of each stream: no hardware follows so many.
      rows.prefetch(to + 64 / int64_t(sizeof(typename Rows::Element)));
      __builtin_prefetch(values + to + 64 / int64_t(sizeof(Value)), 1);
      __builtin_prefetch(lowBits + to + 32, 1);
    });
  }

  /// Calls `visit(row, column, entry)` for the entries from `e` to `end`.
  template <typename Visit>
  void forEachEntry(int64_t e, int64_t end, const Visit &visit) const {
    if (e == end)
      return;
    // The row of entry e: the last that begins at or before it.
    int64_t row = 0, above = matrix.rows;
    while (above - row > 1) {
      int64_t middle = row + (above - row) / 2;
      (matrix.positions[middle] <= e ? row : above) = middle;
    }
    Columns in = columns;
    IndexArray positions = matrix.positions;
    for (; e < end; ++row)
      for (int64_t stop = std::min(end, positions[row + 1]); e < stop; ++e)
        visit(row, in[e], e);
  }

  /// Step 3.
  void sortRange(int64_t range) {
    // After step 2 the last chunk's cursors are the ends.
    const int64_t *ends = countersOf(plan.chunks - 1);
    int64_t begin = range == 0 ? 0 : ends[range - 1];
    int64_t size = ends[range] - begin;
    int64_t firstColumn = range << plan.shift;
    int64_t width = std::min(plan.cols - firstColumn, int64_t(1) << plan.shift);
    auto next = makeScratch<int64_t>(width);
    std::fill_n(next.get(), width, 0);
    for (int64_t i = 0; i < size; ++i)
      ++next[low[begin + i]];
    int64_t at = begin;
    for (int64_t c = 0; c < width; ++c) {
      int64_t count = next[c];
      positionsOut.set(firstColumn + c, at);
      next[c] = at;
      at += count;
    }
    if (size > plan.largestCopy) {
      forEachEntry(0, plan.nnz, [&](int64_t row, int64_t column, int64_t e) {
        if (column >> plan.shift != range)
          return;
        int64_t to = next[column - firstColumn]++;
        rowsOut.set(to, row);
        valuesOut[to] = readValue(matrix.values, e);
      });
      return;
    }
    // Row and value of an entry together: one place is touched for each.
    struct Entry {
      typename Rows::Element row;
      Value value;
    };
    auto sorted = makeScratch<Entry>(size);
    Rows rowsTo = rowsOut;
    Value *valuesTo = valuesOut + begin;
    const uint16_t *lowBits = low.get() + begin;
    int64_t *places = next.get();
    Entry *entries = sorted.get();
    for (int64_t i = 0; i < size; ++i) {
      if (i + ahead < size)
        __builtin_prefetch(&entries[places[lowBits[i + ahead]] - begin], 1);
      Entry &entry = entries[places[lowBits[i]]++ - begin];
      entry.row = rowsTo.get(begin + i);
      entry.value = valuesTo[i];
    }
    for (int64_t i = 0; i < size; ++i) {
      rowsTo.put(begin + i, sorted[i].row);
      valuesTo[i] = sorted[i].value;
    }
  }

  const CsrSource &matrix;
  Columns columns;
  Rows rowsOut;
  IndexWriter positionsOut;
  Value *valuesOut;
  unsigned threads;
  Plan plan;
  std::unique_ptr<int64_t[]> counters;
  std::unique_ptr<uint16_t[]> low;
};

} // namespace

void formats::transpose(const CsrSource &matrix, Field &positions,
                        Field &coordinates, Field &values, unsigned threads) {
  if (threads == 0)
    threads = std::max(1u, std::thread::hardware_concurrency());
  IndexWriter positionsOut(positions.bytes.data(), positions.type);
  withIndexType(matrix.coordinates.width(), [&](auto from) {
    TypedIndices<decltype(from)> columns(matrix.coordinates.bytes());
    withIndexType(byteSize(coordinates.type), [&](auto to) {
      TypedIndexWriter<decltype(to)> rows(coordinates.bytes.data());
      withIndexType(byteSize(values.type), [&](auto value) {
        using Value = decltype(value);
        Transposer<decltype(rows), decltype(columns), Value>(
            matrix, columns, rows, positionsOut,
            reinterpret_cast<Value *>(values.bytes.data()), threads)
            .run();
      });
    });
  });
}

Expected<PackedMatrix> formats::transposeCsr(const CsrSource &matrix,
                                             const PackOptions &options) {
  try {
    CsrSource turned = matrix;
    turned.rows = matrix.cols;
    turned.cols = matrix.rows;
    int64_t nnz = matrix.nnz();
    PackedMatrix packed{"csr", turned.rows, turned.cols, nnz, {}};
    Expected<ElementType> positionType =
        checkedIndexType("position", options.positionWidth, nnz);
    if (!positionType)
      return positionType.takeError();
    Expected<ElementType> coordinateType =
        checkedIndexType("coordinate", options.coordinateWidth,
                         std::max<int64_t>(matrix.rows - 1, 0));
    if (!coordinateType)
      return coordinateType.takeError();
    const ElementType types[] = {*positionType, *coordinateType,
                                 matrix.valueType};
    std::array<int64_t, 3> counts = csrFieldCounts(turned.rows, nnz);
    for (size_t i = 0; i < counts.size(); ++i) {
      Expected<Field> field =
          allocateField(csrFields()[i], types[i], counts[i], Contents::Unset);
      if (!field)
        return field.takeError();
      packed.fields.push_back(*std::move(field));
    }
    transpose(matrix, packed.fields[0], packed.fields[1], packed.fields[2]);
    return packed;
  } catch (const std::bad_alloc &) {
    return Error("there is not enough memory to transpose the matrix");
  }
}

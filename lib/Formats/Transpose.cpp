//===- Transpose.cpp - Compressed columns from compressed rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A counting sort by column, stable, in two steps when the columns are many.
//
//   1. The entries are cut into chunks of equal length. Each chunk counts its
//      entries in groups of columns; groups are put together to ranges with
//      few entries or few columns. The counts give the place in the output
//      where each chunk's part of each range begins.
//   2. Each chunk moves its entries to their ranges, in order, and remembers
//      the low bits of their columns: below the row, where both fit its type.
//   3. Each range is sorted by column on its own: entries go to their places
//      in a copy, which is then taken apart into rows and values.
//
// One step would touch a random place for each entry: with millions of columns
// every one is a cache miss, three times over. Here step 2 writes as many
// streams as there are ranges, and step 3 stays in the second-level cache.
// With few columns, or where entries of neighbouring rows are in columns
// nearby, a range is one column and steps 1 and 2 suffice. A range with a large
// part of all entries is not copied: it is filled from the matrix itself,
// unless it is one column, which is in order after step 2. Whatever the chunks,
// entries of a column keep their order.
//
// Source: the counting sort of Gustavson, "Two fast algorithms for sparse
// matrices: multiplication and permuted transposition" (TOMS 4, 1978), with
// the partitioning of a radix sort.
//
//===----------------------------------------------------------------------===//

#include "Transpose.h"

#include "SparseGPU/Support/Parallel.h"
#include "TransposePlan.h"
#include "TypedIndices.h"

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

template <typename Rows, typename Columns, typename Value> class Transposer {
public:
  Transposer(const CsrSource &matrix, Columns columns, Rows rowsOut,
             IndexWriter positionsOut, Value *valuesOut, unsigned threads)
      : matrix(matrix), columns(columns), rowsOut(rowsOut),
        positionsOut(positionsOut), valuesOut(valuesOut), threads(threads),
        plan(matrix, threads) {}

  void run() {
    counters = makeScratch<int64_t>(counterStride() * plan.chunks);
    parallelFor(plan.chunks, 1, threads,
                [&](int64_t chunk, int64_t) { count(chunk); });
    if (plan.shift != 0)
      makeRanges();
    accumulate();
    if (plan.shift == 0) {
      parallelFor(plan.chunks, 1, threads,
                  [&](int64_t chunk, int64_t) { moveToColumns(chunk); });
    } else if (keyBits() <= 8 * sizeof(typename Rows::Element)) {
      sortInRanges(PackedKeys<Rows>{rowsOut, plan.shift});
    } else {
      auto low = makeScratch<uint16_t>(plan.nnz);
      sortInRanges(SeparateKeys<Rows>{rowsOut, plan.shift, low.get()});
    }
  }

private:
  /// Bits of a row and of a column within its range.
  unsigned keyBits() const {
    unsigned bits = plan.shift;
    while (bits < 64 && (matrix.rows - 1) >> (bits - plan.shift) != 0)
      ++bits;
    return bits;
  }

  /// Steps 2 and 3.
  template <typename Keys> void sortInRanges(const Keys &keys) {
    parallelFor(plan.chunks, 1, threads,
                [&](int64_t chunk, int64_t) { moveToRanges(chunk, keys); });
    std::atomic<bool> outOfMemory{false};
    parallelFor(plan.ranges(), 1, threads, [&](int64_t range, int64_t) {
      try {
        sortRange(range, keys);
      } catch (const std::bad_alloc &) {
        outOfMemory = true;
      }
    });
    if (outOfMemory)
      throw std::bad_alloc();
  }

  static Value readValue(const std::byte *values, int64_t e) {
    Value value;
    std::memcpy(&value, values + e * int64_t(sizeof(Value)), sizeof(Value));
    return value;
  }

  /// Counters of different chunks do not share cache lines.
  int64_t counterStride() const { return (plan.granules + 31) / 16 * 16; }
  int64_t *countersOf(int64_t chunk) {
    return counters.get() + chunk * counterStride();
  }

  /// So many entries ahead of time the place of one is asked for.
  static constexpr int64_t ahead = 24;

  /// Step 1, for one chunk.
  void count(int64_t chunk) {
    int64_t *counts = countersOf(chunk);
    std::fill_n(counts, plan.granules, 0);
    Columns in = columns;
    unsigned shift = plan.granuleShift;
    int64_t e = plan.chunkBegin(chunk), end = plan.chunkBegin(chunk + 1);
    for (; e < end; ++e)
      ++counts[in[e] >> shift];
  }

  /// Makes ranges, and counts of ranges from counts of granules.
  void makeRanges() {
    plan.makeRanges([&](int64_t granule) {
      int64_t sum = 0;
      for (int64_t chunk = 0; chunk < plan.chunks; ++chunk)
        sum += countersOf(chunk)[granule];
      return sum;
    });
    for (int64_t chunk = 0; chunk < plan.chunks; ++chunk) {
      int64_t *counts = countersOf(chunk);
      for (int64_t g = 0, last = -1; g < plan.granules; ++g) {
        // No range is after its granules, so that nothing is lost.
        int64_t range = plan.rangeOfGranule[g], count = counts[g];
        counts[range] = range == last ? counts[range] + count : count;
        last = range;
      }
    }
  }

  /// Turns counts into places. The last chunk's ends where the range does.
  void accumulate() {
    int64_t at = 0;
    for (int64_t range = 0, end = plan.ranges(); range < end; ++range) {
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

  /// Step 2 where each range is one column, for one chunk. What the loops use
  /// is local, as the compiler must think that what they write may be a member.
  void moveToColumns(int64_t chunk) {
    int64_t *next = countersOf(chunk);
    int64_t begin = plan.chunkBegin(chunk), end = plan.chunkBegin(chunk + 1);
    Rows rows = rowsOut;
    Value *values = valuesOut;
    const std::byte *in = matrix.values;
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
  }

  /// Step 2, for one chunk.
  template <typename Keys> void moveToRanges(int64_t chunk, Keys keys) {
    int64_t *next = countersOf(chunk);
    int64_t begin = plan.chunkBegin(chunk), end = plan.chunkBegin(chunk + 1);
    Value *values = valuesOut;
    const std::byte *in = matrix.values;
    unsigned shift = plan.granuleShift;
    const uint32_t *ranges = plan.rangeOfGranule.data();
    forEachEntry(begin, end, [&](int64_t row, int64_t column, int64_t e) {
      int64_t to = next[ranges[column >> shift]]++;
      keys.set(to, row, column);
      values[to] = readValue(in, e);
      // The next cache line of each stream: no hardware follows so many.
      keys.prefetchNextLine(to);
      __builtin_prefetch(values + to + 64 / int64_t(sizeof(Value)), 1);
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
  template <typename Keys> void sortRange(int64_t range, const Keys &keys) {
    // After step 2 the last chunk's cursors are the ends.
    const int64_t *ends = countersOf(plan.chunks - 1);
    int64_t begin = range == 0 ? 0 : ends[range - 1];
    int64_t size = ends[range] - begin;
    int64_t firstColumn = plan.firstColumns[range];
    int64_t width = plan.firstColumns[range + 1] - firstColumn;
    if (size > plan.largestCopy(Keys::packed, threads))
      fillRange(begin, size, firstColumn, width, keys);
    else
      sortCopy(begin, size, firstColumn, width, keys);
  }

  /// Counts the columns of the `size` entries from `begin`, and turns counts
  /// into places that are relative to `begin`.
  template <typename Place, typename Keys>
  std::unique_ptr<Place[]> placeColumns(int64_t begin, int64_t size,
                                        int64_t firstColumn, int64_t width,
                                        Keys keys) {
    auto next = makeScratch<Place>(width);
    std::fill_n(next.get(), width, 0);
    int64_t firstLow = plan.lowBits(firstColumn);
    for (int64_t i = 0; i < size; ++i)
      ++next[keys.low(begin + i) - firstLow];
    Place at = 0;
    for (int64_t c = 0; c < width; ++c) {
      Place count = next[c];
      positionsOut.set(firstColumn + c, begin + int64_t(at));
      next[c] = at;
      at += count;
    }
    return next;
  }

  /// Fills a range from the matrix.
  template <typename Keys>
  void fillRange(int64_t begin, int64_t size, int64_t firstColumn,
                 int64_t width, const Keys &keys) {
    auto next = placeColumns<int64_t>(begin, size, firstColumn, width, keys);
    forEachEntry(0, plan.nnz, [&](int64_t row, int64_t column, int64_t e) {
      if (column < firstColumn || column - firstColumn >= width)
        return;
      int64_t to = begin + next[column - firstColumn]++;
      rowsOut.set(to, row);
      valuesOut[to] = readValue(matrix.values, e);
    });
  }

  /// Sorts the entries of a range, of which there are less than 2^32, in a
  /// copy with row and value side by side: one place is touched for each.
  template <typename Keys>
  void sortCopy(int64_t begin, int64_t size, int64_t firstColumn, int64_t width,
                Keys keys) {
    struct Entry {
      typename Rows::Element row;
      Value value;
    };
    auto next = placeColumns<uint32_t>(begin, size, firstColumn, width, keys);
    auto sorted = makeScratch<Entry>(size);
    Rows rowsTo = rowsOut;
    Value *valuesTo = valuesOut + begin;
    uint32_t *places = next.get();
    Entry *entries = sorted.get();
    int64_t firstLow = plan.lowBits(firstColumn);
    auto place = [&](int64_t i) {
      entries[places[keys.low(begin + i) - firstLow]++] = {keys.row(begin + i),
                                                           valuesTo[i]};
    };
    int64_t i = 0;
    for (; i < size - ahead; ++i) {
      int64_t soon = keys.low(begin + i + ahead) - firstLow;
      __builtin_prefetch(&entries[places[soon]], 1);
      place(i);
    }
    for (; i < size; ++i)
      place(i);
    for (i = 0; i < size; ++i) {
      rowsTo.put(begin + i, entries[i].row);
      valuesTo[i] = entries[i].value;
    }
  }

  const CsrSource &matrix;
  Columns columns;
  Rows rowsOut;
  IndexWriter positionsOut;
  Value *valuesOut;
  unsigned threads;
  TransposePlan plan;
  std::unique_ptr<int64_t[]> counters;
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

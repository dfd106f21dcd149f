//===- CsrPacking.cpp - Compressed rows from triplets
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   1. The entries of each row are counted, in the field of positions itself.
//   2. Columns go to their rows, in the field of coordinates, and beside each
//      the number of its entry. Triplets that ascend stay where they are, and
//      have no such numbers.
//   3. Each row is sorted by column, and by number in one column.
//   4. Entries of one place are counted. Where there are several, or zeros to
//      drop, rows move up.
//   5. Values are fetched, added up in double precision in the order of the
//      input, and rounded.
//
// So there is never a second copy of the values: beside the triplets and the
// result, the numbers take 4 bytes for each entry. Rows are divided among the
// threads; what comes out does not depend on how.
//
//===----------------------------------------------------------------------===//

#include "RowSort.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Support/Parallel.h"
#include "SparseGPU/Support/Strings.h"
#include "TypedIndices.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <thread>

using namespace sparsegpu;
using namespace sparsegpu::formats;

/// Entries that a thread takes at a time.
static constexpr int64_t grain = 1 << 16;

static unsigned countThreads() {
  return std::max(1u, std::thread::hardware_concurrency());
}

/// Whether the triplets ascend strictly, and their largest column.
static bool ascends(const CooMatrix &matrix, int64_t &largestColumn) {
  std::atomic<bool> ascending{true};
  std::mutex mutex;
  parallelFor(matrix.entries(), grain, 0, [&](int64_t begin, int64_t end) {
    int64_t largest = 0;
    bool here = true;
    for (int64_t e = begin; e < end; ++e) {
      largest = std::max(largest, matrix.col[e]);
      if (e > 0)
        here &= matrix.row[e] > matrix.row[e - 1] ||
                (matrix.row[e] == matrix.row[e - 1] &&
                 matrix.col[e] > matrix.col[e - 1]);
    }
    if (!here)
      ascending = false;
    std::lock_guard<std::mutex> lock(mutex);
    largestColumn = std::max(largestColumn, largest);
  });
  return ascending;
}

namespace {
/// Indices while they are worked on: those of a field, or others when its type
/// may be too narrow for a number that occurs on the way.
struct WorkIndices {
  Field field;
  ElementType finalType;

  template <typename T> T *data() {
    return reinterpret_cast<T *>(field.bytes.data());
  }

  static Expected<WorkIndices> make(const FieldSpec &spec, ElementType type,
                                    int64_t largest, int64_t count,
                                    Contents contents) {
    Expected<Field> field =
        allocateField(spec, largest <= maxIndex(type) ? type : ElementType::I64,
                      count, contents);
    if (!field)
      return field.takeError();
    return WorkIndices{*std::move(field), type};
  }

  /// The field with its first `count` elements, which fit its type.
  Expected<Field> finish(int64_t count) {
    if (field.type == finalType) {
      field.count = count;
      field.bytes.resize(static_cast<size_t>(count) * byteSize(finalType));
      return std::move(field);
    }
    Expected<Field> narrow =
        allocateField(field.spec, finalType, count, Contents::Unset);
    if (narrow)
      storeIndices(finalType, data<int64_t>(), static_cast<size_t>(count),
                   narrow->bytes.data());
    return narrow;
  }
};

/// The steps, for types of positions, columns and numbers of entries.
template <typename Position, typename Column, typename Order> class Packer {
public:
  Packer(const CooMatrix &matrix, const PackOptions &options,
         Position *positions, Column *columns)
      : matrix(matrix), options(options), positions(positions),
        columns(columns) {}

  /// Steps 1 to 4; afterwards positions and columns are those of the result.
  Status arrange(bool ascending);
  /// Step 5, for all entries of the result.
  Status storeValues(Field &values);

  int64_t count() const { return static_cast<int64_t>(positions[matrix.rows]); }
  int64_t largestColumn() const;

private:
  void countAscending();
  void distribute();
  void forEachRowPiece(const std::function<void(int64_t, int64_t)> &body) const;
  /// The sum of the entries from `e` on that are in one column of a row that
  /// ends before `end`; moves `e` behind them.
  double takeSum(int64_t &e, int64_t end) const {
    Column column = columns[e];
    double sum = matrix.value[numberOf(e)];
    for (++e; e < end && columns[e] == column; ++e)
      sum += matrix.value[numberOf(e)];
    return sum;
  }
  int64_t numberOf(int64_t e) const {
    return order ? static_cast<int64_t>(order[e]) : e;
  }
  bool mustMerge() const;
  Status merge();
  int64_t rowOf(int64_t e) const {
    return std::upper_bound(positions, positions + matrix.rows + 1,
                            static_cast<Position>(e)) -
           positions - 1;
  }

  const CooMatrix &matrix;
  const PackOptions &options;
  Position *positions;
  Column *columns;
  std::unique_ptr<Order[]> order;
  /// The sums, when entries were added up.
  std::vector<double> sums;
};
} // namespace

/// Calls `body(begin, end)` for rows with about `grain` entries together.
template <typename P, typename C, typename O>
void Packer<P, C, O>::forEachRowPiece(
    const std::function<void(int64_t, int64_t)> &body) const {
  int64_t pieces = std::max<int64_t>(1, matrix.entries() / grain);
  auto rowAt = [&](int64_t piece) {
    if (piece == pieces)
      return matrix.rows;
    auto first = static_cast<P>(matrix.entries() / pieces * piece);
    return static_cast<int64_t>(
        std::lower_bound(positions, positions + matrix.rows, first) -
        positions);
  };
  parallelFor(pieces, 1, 0, [&](int64_t piece, int64_t) {
    int64_t begin = piece == 0 ? 0 : rowAt(piece), end = rowAt(piece + 1);
    if (begin < end)
      body(begin, end);
  });
}

/// Steps 1 and 2 of triplets that ascend.
template <typename P, typename C, typename O>
void Packer<P, C, O>::countAscending() {
  int64_t entries = matrix.entries();
  parallelFor(entries, grain, 0, [&](int64_t begin, int64_t end) {
    for (int64_t e = begin; e < end; ++e) {
      columns[e] = static_cast<C>(matrix.col[e]);
      int64_t row = matrix.row[e], before = e == 0 ? -1 : matrix.row[e - 1];
      for (; before < row; ++before)
        positions[before + 1] = static_cast<P>(e);
    }
  });
  for (int64_t row = entries == 0 ? -1 : matrix.row.back(); row < matrix.rows;
       ++row)
    positions[row + 1] = static_cast<P>(entries);
}

/// Steps 1 and 2 of others. Each thread looks at all entries and takes those of
/// its rows, so that nothing but the positions counts them.
template <typename P, typename C, typename O>
void Packer<P, C, O>::distribute() {
  int64_t entries = matrix.entries(), rows = matrix.rows;
  int64_t parts = std::min<int64_t>(
      {int64_t(countThreads()), 8, std::max<int64_t>(1, entries >> 15)});
  auto eachPart = [&](const std::function<void(int64_t, int64_t)> &body) {
    parallelFor(parts, 1, 0, [&](int64_t part, int64_t) {
      auto bound = [&](int64_t p) {
        return static_cast<int64_t>(static_cast<__int128>(rows) * p / parts);
      };
      body(bound(part), bound(part + 1));
    });
  };
  eachPart([&](int64_t first, int64_t last) {
    for (int64_t e = 0; e < entries; ++e)
      if (int64_t row = matrix.row[e]; row >= first && row < last)
        ++positions[row];
  });
  // Where the rows begin; step 2 moves each up to where the next one begins.
  P sum = 0;
  for (int64_t row = 0; row < rows; ++row) {
    P count = positions[row];
    positions[row] = sum;
    sum += count;
  }
  positions[rows] = sum;
  eachPart([&](int64_t first, int64_t last) {
    for (int64_t e = 0; e < entries; ++e)
      if (int64_t row = matrix.row[e]; row >= first && row < last) {
        auto to = static_cast<int64_t>(positions[row]++);
        columns[to] = static_cast<C>(matrix.col[e]);
        order[to] = static_cast<O>(e);
      }
  });
  std::copy_backward(positions, positions + rows, positions + rows + 1);
  positions[0] = 0;
}

template <typename P, typename C, typename O>
bool Packer<P, C, O>::mustMerge() const {
  std::atomic<bool> found{false};
  forEachRowPiece([&](int64_t begin, int64_t end) {
    bool here = false;
    for (int64_t row = begin; row < end; ++row)
      for (auto e = static_cast<int64_t>(positions[row]),
                last = static_cast<int64_t>(positions[row + 1]);
           e < last; ++e) {
        here |= e + 1 < last && columns[e] == columns[e + 1];
        here |= options.dropZeros && matrix.value[numberOf(e)] == 0;
      }
    if (here)
      found = true;
  });
  return found;
}

/// Step 4: adds up entries at one place, and drops zeros if asked to. The
/// numbers of entries give way to sums only then.
template <typename P, typename C, typename O> Status Packer<P, C, O>::merge() {
  int64_t out = 0, begin = 0;
  int64_t total = 0;
  // Count first: the sums are as many as the places.
  for (int64_t row = 0; row < matrix.rows; ++row)
    for (auto e = static_cast<int64_t>(positions[row]),
              end = static_cast<int64_t>(positions[row + 1]);
         e < end;) {
      int64_t first = e;
      double sum = takeSum(e, end);
      if (e - first > 1 && options.duplicates == Duplicates::Refuse)
        return Error(concat("there are several entries at (", row, ", ",
                            static_cast<int64_t>(columns[first]),
                            "), counted from 0"));
      total += !(options.dropZeros && sum == 0);
    }
  sums.reserve(static_cast<size_t>(total));
  for (int64_t row = 0; row < matrix.rows; ++row) {
    auto end = static_cast<int64_t>(positions[row + 1]);
    for (int64_t e = begin; e < end;) {
      C column = columns[e];
      double sum = takeSum(e, end);
      if (options.dropZeros && sum == 0)
        continue;
      columns[out++] = column;
      sums.push_back(sum);
    }
    positions[row + 1] = static_cast<P>(out);
    begin = end;
  }
  order.reset();
  return Status::success();
}

template <typename P, typename C, typename O>
Status Packer<P, C, O>::arrange(bool ascending) {
  if (ascending) {
    countAscending();
  } else {
    order.reset(new O[static_cast<size_t>(matrix.entries())]);
    distribute();
    forEachRowPiece([&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        auto first = static_cast<int64_t>(positions[row]);
        sortRow(columns + first, order.get() + first,
                static_cast<int64_t>(positions[row + 1]) - first);
      }
    });
  }
  return mustMerge() ? merge() : Status::success();
}

template <typename P, typename C, typename O>
int64_t Packer<P, C, O>::largestColumn() const {
  int64_t largest = 0;
  for (int64_t e = 0, end = count(); e < end; ++e)
    largest = std::max(largest, static_cast<int64_t>(columns[e]));
  return largest;
}

template <typename P, typename C, typename O>
Status Packer<P, C, O>::storeValues(Field &values) {
  const double *ready = !sums.empty() ? sums.data()
                        : order       ? nullptr
                                      : matrix.value.data();
  size_t width = byteSize(values.type);
  std::atomic<int64_t> wrong{std::numeric_limits<int64_t>::max()};
  parallelFor(count(), grain, 0, [&](int64_t begin, int64_t end) {
    constexpr int64_t few = 512;
    double fetched[few];
    for (int64_t e = begin; e < end; e += few) {
      int64_t here = std::min(few, end - e);
      if (!ready)
        for (int64_t i = 0; i < here; ++i)
          fetched[i] = matrix.value[order[e + i]];
      auto size = static_cast<size_t>(here);
      size_t stored = storeElements(
          values.type, ready ? ready + e : fetched, size, options.overflow,
          values.bytes.data() + static_cast<size_t>(e) * width);
      if (stored == size)
        continue;
      int64_t at = e + static_cast<int64_t>(stored), first = wrong;
      while (at < first && !wrong.compare_exchange_weak(first, at))
        ;
      return;
    }
  });
  if (int64_t at = wrong; at < count())
    return Error(concat("the value ",
                        ready ? ready[at] : matrix.value[order[at]], " at (",
                        rowOf(at), ", ", static_cast<int64_t>(columns[at]),
                        "), counted from 0, does not fit ", name(values.type)));
  return Status::success();
}

template <typename P, typename C, typename O>
static Expected<PackedMatrix>
packAs(const CooMatrix &matrix, const PackOptions &options, bool ascending,
       WorkIndices positions, WorkIndices columns) {
  Packer<P, C, O> packer(matrix, options, positions.data<P>(),
                         columns.data<C>());
  if (Status status = packer.arrange(ascending); !status)
    return status.takeError();
  int64_t nnz = packer.count();
  if (auto type = checkedIndexType("position", options.positionWidth, nnz);
      !type)
    return type.takeError();
  // The largest coordinate that occurs decides, not the number of columns: a
  // matrix with 300 columns fits 8 bits when only the first 256 are used.
  if (auto type = checkedIndexType("coordinate", options.coordinateWidth,
                                   packer.largestColumn());
      !type)
    return type.takeError();
  Expected<Field> values =
      allocateField(csrFields()[2], options.valueType, nnz, Contents::Unset);
  if (!values)
    return values.takeError();
  if (Status status = packer.storeValues(*values); !status)
    return status.takeError();
  Expected<Field> positionField = positions.finish(matrix.rows + 1);
  if (!positionField)
    return positionField.takeError();
  Expected<Field> columnField = columns.finish(nnz);
  if (!columnField)
    return columnField.takeError();
  PackedMatrix packed{"csr", matrix.rows, matrix.cols, nnz, {}};
  packed.fields.push_back(*std::move(positionField));
  packed.fields.push_back(*std::move(columnField));
  packed.fields.push_back(*std::move(values));
  return packed;
}

static Expected<PackedMatrix> packChecked(const CooMatrix &matrix,
                                          const PackOptions &options) {
  Expected<ElementType> positionType =
      checkedIndexType("position", options.positionWidth, 0);
  if (!positionType)
    return positionType.takeError();
  Expected<ElementType> columnType =
      checkedIndexType("coordinate", options.coordinateWidth, 0);
  if (!columnType)
    return columnType.takeError();
  int64_t entries = matrix.entries(), largest = 0;
  bool ascending = ascends(matrix, largest);
  Expected<WorkIndices> positions = WorkIndices::make(
      csrFields()[0], *positionType, entries, matrix.rows + 1, Contents::Zero);
  if (!positions)
    return positions.takeError();
  Expected<WorkIndices> columns = WorkIndices::make(
      csrFields()[1], *columnType, largest, entries, Contents::Unset);
  if (!columns)
    return columns.takeError();
  Expected<PackedMatrix> packed = Error("");
  withIndexType(byteSize(positions->field.type), [&](auto position) {
    withIndexType(byteSize(columns->field.type), [&](auto column) {
      using P = decltype(position);
      using C = decltype(column);
      packed = entries <= std::numeric_limits<uint32_t>::max()
                   ? packAs<P, C, uint32_t>(matrix, options, ascending,
                                            *std::move(positions),
                                            *std::move(columns))
                   : packAs<P, C, uint64_t>(matrix, options, ascending,
                                            *std::move(positions),
                                            *std::move(columns));
    });
  });
  return packed;
}

Expected<PackedMatrix> formats::packCsr(const CooMatrix &matrix,
                                        const PackOptions &options) {
  if (Status status = checkCoo(matrix); !status)
    return status.takeError();
  if (options.valueType == ElementType::Index)
    return Error("the value type 'index' is not supported");
  // A shape that exceeds the memory is refused before anything is allocated for
  // it, whatever the width of positions.
  if (Status status =
          checkFieldSize(csrFields()[0], ElementType::I64, matrix.rows);
      !status)
    return status.takeError();
  try {
    return packChecked(matrix, options);
  } catch (const std::bad_alloc &) {
    return Error(concat("there is not enough memory to pack a ", matrix.rows,
                        " x ", matrix.cols, " matrix of ", matrix.entries(),
                        " entries as compressed rows"));
  }
}

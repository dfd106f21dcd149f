//===- Csr.cpp - Compressed sparse rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Csr.h"

#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <new>

using namespace sparsegpu;
using namespace sparsegpu::formats;

const std::array<FieldSpec, 3> &formats::csrFields() {
  static constexpr std::array<FieldSpec, 3> fields = {{
      {"positions", FieldRole::Positions, "rows + 1",
       "where the entries of row i begin; the last element is nnz"},
      {"coordinates", FieldRole::Coordinates, "nnz",
       "the column of entry e, ascending within a row"},
      {"values", FieldRole::Values, "nnz", "the value of entry e"},
  }};
  return fields;
}

std::array<int64_t, 3> formats::csrFieldCounts(int64_t rows, int64_t nnz) {
  return {rows + 1, nnz, nnz};
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

namespace {
/// Entries in row order, with 64-bit positions.
struct SortedEntries {
  std::vector<int64_t> positions;
  std::vector<int64_t> col;
  std::vector<double> value;
};
} // namespace

/// Groups entries by row, keeping the order of entries within a row. `order`
/// gives the sequence in which entries are taken; empty means 0, 1, 2, ...
static SortedEntries groupByRow(const CooMatrix &matrix,
                                const std::vector<int64_t> &order) {
  SortedEntries sorted;
  size_t entries = matrix.row.size();
  sorted.positions.assign(static_cast<size_t>(matrix.rows) + 1, 0);
  for (int64_t r : matrix.row)
    ++sorted.positions[static_cast<size_t>(r) + 1];
  for (size_t r = 1; r < sorted.positions.size(); ++r)
    sorted.positions[r] += sorted.positions[r - 1];
  sorted.col.resize(entries);
  sorted.value.resize(entries);
  // Positions serve as the cursors of their rows: each ends where the next row
  // begins, and moves up by one row at last.
  for (size_t i = 0; i < entries; ++i) {
    size_t e = order.empty() ? i : static_cast<size_t>(order[i]);
    auto place = static_cast<size_t>(sorted.positions[matrix.row[e]]++);
    sorted.col[place] = matrix.col[e];
    sorted.value[place] = matrix.value[e];
  }
  std::copy_backward(sorted.positions.begin(), sorted.positions.end() - 1,
                     sorted.positions.end());
  sorted.positions[0] = 0;
  return sorted;
}

static bool rowsAscend(const SortedEntries &sorted) {
  for (size_t r = 0; r + 1 < sorted.positions.size(); ++r)
    if (!std::is_sorted(sorted.col.begin() + sorted.positions[r],
                        sorted.col.begin() + sorted.positions[r + 1]))
      return false;
  return true;
}

/// The entries in the order of their columns; equal columns keep their order.
static std::vector<int64_t> orderByColumn(const CooMatrix &matrix) {
  std::vector<int64_t> next(static_cast<size_t>(matrix.cols) + 1, 0);
  for (int64_t c : matrix.col)
    ++next[static_cast<size_t>(c) + 1];
  for (size_t c = 1; c < next.size(); ++c)
    next[c] += next[c - 1];
  std::vector<int64_t> order(matrix.col.size());
  for (size_t e = 0; e < matrix.col.size(); ++e)
    order[static_cast<size_t>(next[matrix.col[e]]++)] = static_cast<int64_t>(e);
  return order;
}

/// Sorts each row on its own: for matrices with far more columns than entries.
static void sortRows(SortedEntries &sorted) {
  struct Entry {
    int64_t col;
    size_t order;
    double value;
  };
  std::vector<Entry> buffer;
  for (size_t r = 0; r + 1 < sorted.positions.size(); ++r) {
    size_t begin = static_cast<size_t>(sorted.positions[r]);
    size_t end = static_cast<size_t>(sorted.positions[r + 1]);
    buffer.clear();
    for (size_t e = begin; e < end; ++e)
      buffer.push_back({sorted.col[e], e, sorted.value[e]});
    std::sort(buffer.begin(), buffer.end(), [](const Entry &a, const Entry &b) {
      return a.col != b.col ? a.col < b.col : a.order < b.order;
    });
    for (size_t e = begin; e < end; ++e) {
      sorted.col[e] = buffer[e - begin].col;
      sorted.value[e] = buffer[e - begin].value;
    }
  }
}

/// Rows, and columns within a row, ascend; equal places keep their order.
static SortedEntries sortEntries(const CooMatrix &matrix) {
  // 1. One counting pass by row suffices for files sorted by row or column.
  SortedEntries sorted = groupByRow(matrix, {});
  if (rowsAscend(sorted))
    return sorted;
  // 2. Otherwise a stable counting sort by column, then by row.
  if (matrix.cols / 8 <= matrix.entries() + 8192)
    return groupByRow(matrix, orderByColumn(matrix));
  // 3. Unless an array over the columns would dwarf the matrix.
  sortRows(sorted);
  return sorted;
}

/// Adds up entries at one place, and drops zeros if asked to, in place.
static Status mergeEntries(SortedEntries &sorted, const PackOptions &options) {
  size_t out = 0;
  size_t begin = 0;
  for (size_t r = 0; r + 1 < sorted.positions.size(); ++r) {
    size_t end = static_cast<size_t>(sorted.positions[r + 1]);
    for (size_t e = begin; e < end;) {
      int64_t col = sorted.col[e];
      double value = sorted.value[e];
      for (++e; e < end && sorted.col[e] == col; ++e) {
        if (options.duplicates == Duplicates::Refuse)
          return Error(concat("there are several entries at (", r, ", ", col,
                              "), counted from 0"));
        value += sorted.value[e];
      }
      if (options.dropZeros && value == 0)
        continue;
      sorted.col[out] = col;
      sorted.value[out] = value;
      ++out;
    }
    sorted.positions[r + 1] = static_cast<int64_t>(out);
    begin = end;
  }
  sorted.col.resize(out);
  sorted.value.resize(out);
  return Status::success();
}

/// Row of entry `e`, for messages.
static int64_t rowOf(const SortedEntries &sorted, size_t e) {
  auto next = std::upper_bound(sorted.positions.begin(), sorted.positions.end(),
                               static_cast<int64_t>(e));
  return next - sorted.positions.begin() - 1;
}

static Expected<PackedMatrix> packSorted(const CooMatrix &matrix,
                                         const SortedEntries &sorted,
                                         const PackOptions &options) {
  int64_t nnz = static_cast<int64_t>(sorted.col.size());
  // The largest coordinate that occurs decides, not the number of columns: a
  // matrix with 300 columns fits 8 bits when only the first 256 are used.
  int64_t largestCol = 0;
  for (int64_t c : sorted.col)
    largestCol = std::max(largestCol, c);
  Expected<ElementType> positionType =
      checkedIndexType("position", options.positionWidth, nnz);
  if (!positionType)
    return positionType.takeError();
  Expected<ElementType> coordinateType =
      checkedIndexType("coordinate", options.coordinateWidth, largestCol);
  if (!coordinateType)
    return coordinateType.takeError();

  PackedMatrix packed{"csr", matrix.rows, matrix.cols, nnz, {}};
  const ElementType types[] = {*positionType, *coordinateType,
                               options.valueType};
  std::array<int64_t, 3> counts = csrFieldCounts(matrix.rows, nnz);
  for (size_t i = 0; i < counts.size(); ++i) {
    Expected<Field> field = allocateField(csrFields()[i], types[i], counts[i]);
    if (!field)
      return field.takeError();
    packed.fields.push_back(*std::move(field));
  }
  storeIndices(*positionType, sorted.positions.data(), sorted.positions.size(),
               packed.fields[0].bytes.data());
  storeIndices(*coordinateType, sorted.col.data(), sorted.col.size(),
               packed.fields[1].bytes.data());
  size_t stored =
      storeElements(options.valueType, sorted.value.data(), sorted.value.size(),
                    options.overflow, packed.fields[2].bytes.data());
  if (stored != sorted.value.size())
    return Error(concat("the value ", sorted.value[stored], " at (",
                        rowOf(sorted, stored), ", ", sorted.col[stored],
                        "), counted from 0, does not fit ",
                        name(options.valueType)));
  return packed;
}

Expected<PackedMatrix> formats::packCsr(const CooMatrix &matrix,
                                        const PackOptions &options) {
  if (Status status = checkCoo(matrix); !status)
    return status.takeError();
  if (options.valueType == ElementType::Index)
    return Error("the value type 'index' is not supported");
  // Positions are computed with 64 bits whatever their width; a shape that
  // exceeds the memory is refused before anything is allocated for it.
  if (Status status =
          checkFieldSize(csrFields()[0], ElementType::I64, matrix.rows);
      !status)
    return status.takeError();
  try {
    SortedEntries sorted = sortEntries(matrix);
    if (Status status = mergeEntries(sorted, options); !status)
      return status.takeError();
    return packSorted(matrix, sorted, options);
  } catch (const std::bad_alloc &) {
    return Error("there is not enough memory to pack the matrix");
  }
}

//===----------------------------------------------------------------------===//
// Unpacking and checking
//===----------------------------------------------------------------------===//

Expected<CsrView> formats::viewCsr(const PackedMatrix &matrix) {
  if (matrix.fields.size() != csrFields().size())
    return Error(concat("a CSR matrix has ", csrFields().size(),
                        " fields, this one has ", matrix.fields.size()));
  for (size_t i = 0; i < csrFields().size(); ++i) {
    const Field &field = matrix.fields[i];
    if (field.spec.name != csrFields()[i].name)
      return Error(concat("field ", i, " of a CSR matrix is ",
                          quoted(csrFields()[i].name), ", found ",
                          quoted(field.spec.name)));
    if (field.count < 0 ||
        field.bytes.size() !=
            static_cast<size_t>(field.count) * byteSize(field.type))
      return Error(concat("field ", quoted(field.spec.name), " has ",
                          field.bytes.size(), " bytes for ", field.count,
                          " elements of ", name(field.type)));
  }
  CsrView view;
  view.rows = matrix.rows;
  view.cols = matrix.cols;
  view.positions = matrix.fields[0].bytes.data();
  view.positionType = matrix.fields[0].type;
  view.positionCount = matrix.fields[0].count;
  view.coordinates = matrix.fields[1].bytes.data();
  view.coordinateType = matrix.fields[1].type;
  view.coordinateCount = matrix.fields[1].count;
  view.valueCount = matrix.fields[2].count;
  return view;
}

Status formats::checkCsr(const CsrView &view) {
  if (view.rows < 0 || view.cols < 0)
    return Error(concat("CSR1: the shape ", view.rows, " x ", view.cols,
                        " is negative"));
  if (isFloat(view.positionType) || isFloat(view.coordinateType))
    return Error(concat("CSR1: positions of type ", name(view.positionType),
                        " and coordinates of type ", name(view.coordinateType),
                        ", expected integers"));
  if (view.positionCount < 1 || view.positionCount - 1 != view.rows)
    return Error(concat("CSR2: positions has ", view.positionCount,
                        " elements, expected one more than the ", view.rows,
                        " rows"));

  IndexArray positions(view.positions, view.positionType);
  if (positions[0] != 0)
    return Error(
        concat("CSR3: positions[0] is ", positions[0], ", expected 0"));
  for (int64_t r = 0; r < view.rows; ++r)
    if (positions[r + 1] < positions[r])
      return Error(concat("CSR4: positions[", r + 1, "] is ", positions[r + 1],
                          ", below positions[", r, "] = ", positions[r]));
  if (positions[view.rows] != view.coordinateCount)
    return Error(concat("CSR5: positions[", view.rows, "] is ",
                        positions[view.rows], ", but there are ",
                        view.coordinateCount, " coordinates"));
  if (view.valueCount != view.coordinateCount)
    return Error(concat("CSR6: there are ", view.valueCount, " values for ",
                        view.coordinateCount, " coordinates"));

  IndexArray coordinates(view.coordinates, view.coordinateType);
  for (int64_t r = 0; r < view.rows; ++r) {
    int64_t previous = -1;
    for (int64_t e = positions[r], end = positions[r + 1]; e < end; ++e) {
      int64_t c = coordinates[e];
      if (c < 0 || c >= view.cols)
        return Error(concat("CSR7: coordinates[", e, "] in row ", r, " is ", c,
                            ", outside of ", view.cols, " columns"));
      if (c <= previous)
        return Error(concat("CSR8: coordinates[", e, "] in row ", r, " is ", c,
                            ", not above its predecessor ", previous));
      previous = c;
    }
  }
  return Status::success();
}

Expected<CooMatrix> formats::unpackCsr(const PackedMatrix &matrix) {
  Expected<CsrView> view = viewCsr(matrix);
  if (!view)
    return view.takeError();
  if (Status status = checkCsr(*view); !status)
    return status.takeError();
  CooMatrix coo;
  coo.rows = matrix.rows;
  coo.cols = matrix.cols;
  coo.reserve(view->coordinateCount);
  IndexArray positions(view->positions, view->positionType);
  IndexArray coordinates(view->coordinates, view->coordinateType);
  for (int64_t r = 0; r < matrix.rows; ++r)
    for (int64_t e = positions[r], end = positions[r + 1]; e < end; ++e)
      coo.add(r, coordinates[e], 0);
  const Field &values = matrix.fields[2];
  loadElements(values.type, values.bytes.data(), coo.value.size(),
               coo.value.data());
  return coo;
}

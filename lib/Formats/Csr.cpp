//===- Csr.cpp - Compressed sparse rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Csr.h"

#include "SparseGPU/Support/Strings.h"

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

/// The triplets; `isRead(i)` is called when field i is not needed any more.
template <typename IsRead>
static Expected<CooMatrix> unpackFields(const PackedMatrix &matrix,
                                        const IsRead &isRead) {
  Expected<CsrView> view = viewCsr(matrix);
  if (!view)
    return view.takeError();
  if (Status status = checkCsr(*view); !status)
    return status.takeError();
  try {
    CooMatrix coo;
    coo.rows = matrix.rows;
    coo.cols = matrix.cols;
    auto entries = static_cast<size_t>(view->coordinateCount);
    IndexArray positions(view->positions, view->positionType);
    IndexArray coordinates(view->coordinates, view->coordinateType);
    coo.col.resize(entries);
    for (size_t e = 0; e < entries; ++e)
      coo.col[e] = coordinates[static_cast<int64_t>(e)];
    isRead(1);
    coo.row.reserve(entries);
    for (int64_t r = 0; r < matrix.rows; ++r)
      coo.row.insert(coo.row.end(),
                     static_cast<size_t>(positions[r + 1] - positions[r]), r);
    isRead(0);
    coo.value.resize(entries);
    const Field &values = matrix.fields[2];
    loadElements(values.type, values.bytes.data(), entries, coo.value.data());
    isRead(2);
    return coo;
  } catch (const std::bad_alloc &) {
    return Error(concat("there is not enough memory for ",
                        view->coordinateCount, " triplets"));
  }
}

Expected<CooMatrix> formats::unpackCsr(const PackedMatrix &matrix) {
  return unpackFields(matrix, [](size_t) {});
}

Expected<CooMatrix> formats::unpackCsr(PackedMatrix &&matrix) {
  return unpackFields(matrix,
                      [&](size_t i) { matrix.fields[i].bytes = Bytes(); });
}

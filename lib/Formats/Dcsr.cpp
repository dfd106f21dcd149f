//===- Dcsr.cpp - Doubly compressed sparse rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Dcsr.h"

#include "SparseGPU/Support/Strings.h"
#include "StorageSupport.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
class DcsrFormat final : public Format {
public:
  std::string_view name() const override { return "dcsr"; }

  std::vector<FieldSpec> fields() const override {
    return {{"row_coordinates", FieldRole::Coordinates, "stored rows",
             "the row that is stored as number i, ascending"},
            {"positions", FieldRole::Positions, "stored rows + 1",
             "where the entries of stored row i begin; the last is nnz"},
            {"coordinates", FieldRole::Coordinates, "nnz",
             "the column of entry e, ascending within a row"},
            {"values", FieldRole::Values, "nnz", "the value of entry e"}};
  }

  std::string_view sizeFormula() const override {
    return "stored rows * (c + p) + p + nnz * (c + v)";
  }

  Expected<PackedMatrix> pack(const CsrSource &matrix,
                              const std::vector<int64_t> &parameters,
                              const PackOptions &options) const override {
    int64_t nnz = matrix.nnz(), stored = 0, largest = 0;
    for (int64_t row = 0; row < matrix.rows; ++row)
      if (matrix.positions[row] < matrix.positions[row + 1]) {
        ++stored;
        largest = row;
      }
    largest = std::max(largest, largestCoordinate(matrix));
    Expected<PackedMatrix> packed =
        allocatePacked(*this, matrix, parameters, options, nnz, largest,
                       {stored, stored + 1, nnz, nnz});
    if (!packed)
      return packed;
    int64_t next = 0;
    for (int64_t row = 0; row < matrix.rows; ++row)
      if (matrix.positions[row] < matrix.positions[row + 1]) {
        storeIndex(packed->fields[0], next++, row);
        storeIndex(packed->fields[1], next, matrix.positions[row + 1]);
      }
    copyIndices(matrix.coordinates, packed->fields[2]);
    copyValues(matrix, packed->fields[3]);
    return packed;
  }

  Expected<PackedMatrix> unpack(const PackedMatrix &packed) const override;
  Status check(const PackedMatrix &packed) const override;
};

} // namespace

const Format &formats::dcsrFormat() {
  static const DcsrFormat format;
  return format;
}

Expected<PackedMatrix> DcsrFormat::unpack(const PackedMatrix &packed) const {
  if (Status status = check(packed); !status)
    return status.takeError();
  IndexArray rows = indices(packed, 0), positions = indices(packed, 1),
             coordinates = indices(packed, 2);
  const Field &values = packed.fields[3];
  size_t width = byteSize(values.type);
  CsrBuilder builder(packed.rows, packed.cols, values.type,
                     expectedEntries(packed));
  int64_t next = 0;
  for (int64_t row = 0; row < packed.rows; ++row) {
    if (next < packed.fields[0].count && rows[next] == row) {
      for (int64_t e = positions[next]; e < positions[next + 1]; ++e)
        builder.add(coordinates[e], values.bytes.data() + e * width);
      ++next;
    }
    builder.endRow();
  }
  return builder.finish();
}

Status DcsrFormat::check(const PackedMatrix &packed) const {
  if (Status status = checkFields(*this, packed); !status)
    return Error(concat("DCSR1: ", status.message()));
  int64_t stored = packed.fields[0].count, nnz = packed.fields[2].count;
  if (packed.fields[1].count - 1 != stored)
    return Error(concat("DCSR2: positions has ", packed.fields[1].count,
                        " elements, expected one more than the ", stored,
                        " stored rows"));
  IndexArray rows = indices(packed, 0), positions = indices(packed, 1),
             coordinates = indices(packed, 2);
  for (int64_t i = 0; i < stored; ++i)
    if (rows[i] < 0 || rows[i] >= packed.rows ||
        (i > 0 && rows[i] <= rows[i - 1]))
      return Error(concat("DCSR3: row_coordinates[", i, "] is ", rows[i],
                          ", expected more than its predecessor and less than ",
                          packed.rows));
  if (positions[0] != 0)
    return Error(
        concat("DCSR4: positions[0] is ", positions[0], ", expected 0"));
  for (int64_t i = 0; i < stored; ++i)
    if (positions[i + 1] <= positions[i])
      return Error(concat("DCSR4: positions[", i + 1, "] is ", positions[i + 1],
                          ", not above positions[", i, "] = ", positions[i]));
  if (positions[stored] != nnz || packed.fields[3].count != nnz)
    return Error(concat("DCSR5: positions ends with ", positions[stored],
                        ", but there are ", nnz, " coordinates and ",
                        packed.fields[3].count, " values"));
  for (int64_t i = 0; i < stored; ++i)
    for (int64_t e = positions[i]; e < positions[i + 1]; ++e)
      if (coordinates[e] < 0 || coordinates[e] >= packed.cols ||
          (e > positions[i] && coordinates[e] <= coordinates[e - 1]))
        return Error(concat("DCSR6: coordinates[", e, "] in row ", rows[i],
                            " is ", coordinates[e],
                            ", expected more than its predecessor and less "
                            "than ",
                            packed.cols));
  return Status::success();
}

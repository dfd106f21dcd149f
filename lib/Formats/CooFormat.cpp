//===- CooFormat.cpp - Triplets as a storage format
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/CooFormat.h"

#include "SparseGPU/Support/Parallel.h"
#include "SparseGPU/Support/Strings.h"
#include "StorageSupport.h"
#include "TypedIndices.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
class CooFormat final : public Format {
public:
  std::string_view name() const override { return "coo"; }

  std::vector<FieldSpec> fields() const override {
    return {{"row_coordinates", FieldRole::Coordinates, "nnz",
             "the row of entry e"},
            {"column_coordinates", FieldRole::Coordinates, "nnz",
             "the column of entry e, ascending within a row"},
            {"values", FieldRole::Values, "nnz", "the value of entry e"}};
  }

  std::string_view sizeFormula() const override { return "nnz * (2 * c + v)"; }

  Expected<PackedMatrix> pack(const CsrSource &matrix,
                              const std::vector<int64_t> &parameters,
                              const PackOptions &options) const override {
    int64_t nnz = matrix.nnz(), largest = 0;
    for (int64_t row = 0; row < matrix.rows; ++row)
      if (matrix.positions[row] < matrix.positions[row + 1])
        largest = row;
    largest = std::max(largest, largestCoordinate(matrix));
    Expected<PackedMatrix> packed = allocatePacked(
        *this, matrix, parameters, options, 0, largest, {nnz, nnz, nnz});
    if (!packed)
      return packed;
    withIndexType(byteSize(packed->fields[0].type), [&](auto type) {
      TypedIndexWriter<decltype(type)> out(packed->fields[0].bytes.data());
      parallelFor(matrix.rows, 1 << 13, 0, [&](int64_t begin, int64_t end) {
        int64_t e = matrix.positions[begin];
        for (int64_t row = begin; row < end; ++row)
          for (int64_t last = matrix.positions[row + 1]; e < last; ++e)
            out.set(e, row);
      });
    });
    copyIndices(matrix.coordinates, packed->fields[1]);
    copyValues(matrix, packed->fields[2]);
    return packed;
  }

  Expected<PackedMatrix> unpack(const PackedMatrix &packed) const override {
    if (Status status = check(packed); !status)
      return status.takeError();
    IndexArray rows(packed.fields[0].bytes.data(), packed.fields[0].type);
    IndexArray columns(packed.fields[1].bytes.data(), packed.fields[1].type);
    const Field &values = packed.fields[2];
    size_t width = byteSize(values.type);
    CsrBuilder builder(packed.rows, packed.cols, values.type,
                       expectedEntries(packed));
    int64_t e = 0;
    for (int64_t row = 0; row < packed.rows; ++row) {
      for (; e < values.count && rows[e] == row; ++e)
        builder.add(columns[e], values.bytes.data() + e * width);
      builder.endRow();
    }
    return builder.finish();
  }

  Status check(const PackedMatrix &packed) const override {
    if (Status status = checkFields(*this, packed); !status)
      return Error(concat("COO1: ", status.message()));
    int64_t nnz = packed.fields[2].count;
    for (size_t i = 0; i < 2; ++i)
      if (packed.fields[i].count != nnz)
        return Error(concat("COO2: there are ", packed.fields[i].count, " ",
                            packed.fields[i].spec.name, " for ", nnz,
                            " values"));
    IndexArray rows(packed.fields[0].bytes.data(), packed.fields[0].type);
    IndexArray columns(packed.fields[1].bytes.data(), packed.fields[1].type);
    for (int64_t e = 0; e < nnz; ++e) {
      if (rows[e] < 0 || rows[e] >= packed.rows || columns[e] < 0 ||
          columns[e] >= packed.cols)
        return Error(concat("COO3: entry ", e, " at (", rows[e], ", ",
                            columns[e], ") is outside of the shape ",
                            packed.rows, " x ", packed.cols));
      if (e > 0 && (rows[e] < rows[e - 1] ||
                    (rows[e] == rows[e - 1] && columns[e] <= columns[e - 1])))
        return Error(concat("COO4: entry ", e, " at (", rows[e], ", ",
                            columns[e], ") does not come after entry ", e - 1,
                            " at (", rows[e - 1], ", ", columns[e - 1], ")"));
    }
    return Status::success();
  }
};
} // namespace

const Format &formats::cooFormat() {
  static const CooFormat format;
  return format;
}

//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SkylineFormat.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
class RowsFormat final : public Format {
public:
  std::string_view name() const override { return "skyline"; }

  std::vector<FieldSpec> fields() const override {
    return {{"positions", FieldRole::Positions, "rows + 1",
             "where the values of row i begin"},
            {"first_columns", FieldRole::Coordinates, "rows",
             "the column of the first value of row i"},
            {"values", FieldRole::Values, "places",
             "row by row, from the first entry to the last"}};
  }

  std::string_view sizeFormula() const override {
    return "(rows + 1) * p + rows * c + places * v";
  }

  Expected<PackedMatrix> pack(const CsrSource &matrix,
                              const std::vector<int64_t> &parameters,
                              const PackOptions &options) const override {
    int64_t places = 0, largest = 0;
    for (int64_t row = 0; row < matrix.rows; ++row) {
      places += widthOf(matrix, row);
      largest = std::max(largest, firstOf(matrix, row));
    }
    Expected<PackedMatrix> packed =
        allocatePacked(*this, matrix, parameters, options, places, largest,
                       {matrix.rows + 1, matrix.rows, places});
    if (!packed)
      return packed;
    size_t width = byteSize(matrix.valueType);
    int64_t place = 0;
    for (int64_t row = 0; row < matrix.rows; ++row) {
      int64_t first = firstOf(matrix, row);
      storeIndex(packed->fields[1], row, first);
      for (int64_t e = matrix.positions[row]; e < matrix.positions[row + 1];
           ++e) {
        int64_t to = place + matrix.coordinates[e] - first;
        std::copy_n(matrix.values + e * width, width,
                    packed->fields[2].bytes.data() + to * width);
        if (isPadding(matrix.values, width, e))
          packed->explicitZeros.push_back(to);
      }
      place += widthOf(matrix, row);
      storeIndex(packed->fields[0], row + 1, place);
    }
    return packed;
  }

  Expected<PackedMatrix> unpack(const PackedMatrix &packed) const override {
    if (Status status = check(packed); !status)
      return status.takeError();
    IndexArray positions(packed.fields[0].bytes.data(), packed.fields[0].type);
    IndexArray first(packed.fields[1].bytes.data(), packed.fields[1].type);
    const Field &values = packed.fields[2];
    size_t width = byteSize(values.type);
    CsrBuilder builder(packed.rows, packed.cols, values.type);
    for (int64_t row = 0; row < packed.rows; ++row) {
      for (int64_t p = positions[row]; p < positions[row + 1]; ++p)
        if (!isPadding(values.bytes.data(), width, p) ||
            std::binary_search(packed.explicitZeros.begin(),
                               packed.explicitZeros.end(), p))
          builder.add(first[row] + p - positions[row],
                      values.bytes.data() + p * width);
      builder.endRow();
    }
    return builder.finish();
  }

  Status check(const PackedMatrix &packed) const override {
    if (Status status = checkFields(*this, packed); !status)
      return Error("SKY1: " + status.message());
    if (packed.fields[0].count != packed.rows + 1 ||
        packed.fields[1].count != packed.rows)
      return Error("SKY2: positions or first_columns do not fit the rows");
    IndexArray positions(packed.fields[0].bytes.data(), packed.fields[0].type);
    IndexArray first(packed.fields[1].bytes.data(), packed.fields[1].type);
    if (positions[0] != 0 || positions[packed.rows] != packed.fields[2].count)
      return Error("SKY3: positions do not run from 0 to the number of values");
    for (int64_t row = 0; row < packed.rows; ++row) {
      int64_t width = positions[row + 1] - positions[row];
      if (width < 0)
        return Error("SKY3: positions decrease at row " + std::to_string(row));
      if (first[row] < 0 || first[row] > packed.cols - width)
        return Error("SKY4: row " + std::to_string(row) +
                     " does not end within the columns");
    }
    return Status::success();
  }

private:
  static int64_t firstOf(const CsrSource &matrix, int64_t row) {
    int64_t e = matrix.positions[row];
    return e < matrix.positions[row + 1] ? matrix.coordinates[e] : 0;
  }

  static int64_t widthOf(const CsrSource &matrix, int64_t row) {
    int64_t end = matrix.positions[row + 1];
    return matrix.positions[row] < end
               ? matrix.coordinates[end - 1] - firstOf(matrix, row) + 1
               : 0;
  }
};
} // namespace

const Format &skyline::rowsFormat() {
  static const RowsFormat format;
  return format;
}

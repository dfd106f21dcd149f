//===- Dia.cpp - Diagonals
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Dia.h"

#include "SparseGPU/Support/Strings.h"
#include "StorageSupport.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
class DiaFormat final : public Format {
public:
  std::string_view name() const override { return "dia"; }

  std::vector<FieldSpec> fields() const override {
    return {{"diagonals", FieldRole::Coordinates, "D",
             "the number of stored diagonal i, column - row + M - 1"},
            {"values", FieldRole::Values, "M * D",
             "the element of row i / D on stored diagonal i mod D"}};
  }

  std::string_view sizeFormula() const override { return "D * (c + M * v)"; }

  Expected<PackedMatrix> pack(const CsrSource &matrix,
                              const std::vector<int64_t> &parameters,
                              const PackOptions &options) const override;
  Expected<PackedMatrix> unpack(const PackedMatrix &packed) const override;
  Status check(const PackedMatrix &packed) const override;
};

/// The numbers of the diagonals with an entry, ascending.
std::vector<int64_t> findDiagonals(const CsrSource &matrix) {
  std::vector<int64_t> found;
  int64_t nnz = matrix.nnz(), last = matrix.rows - 1;
  auto forEach = [&](auto body) {
    for (int64_t row = 0; row < matrix.rows; ++row)
      for (int64_t e = matrix.positions[row]; e < matrix.positions[row + 1];
           ++e)
        body(matrix.coordinates[e] - row + last);
  };
  // A flag for each diagonal, unless there are far more than entries.
  if (matrix.cols <= 64 * (nnz + matrix.rows)) {
    std::vector<bool> has(static_cast<size_t>(matrix.rows + matrix.cols));
    forEach([&](int64_t d) { has[static_cast<size_t>(d)] = true; });
    for (size_t d = 0; d < has.size(); ++d)
      if (has[d])
        found.push_back(static_cast<int64_t>(d));
    return found;
  }
  found.reserve(static_cast<size_t>(nnz));
  forEach([&](int64_t d) { found.push_back(d); });
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}
} // namespace

const Format &formats::diaFormat() {
  static const DiaFormat format;
  return format;
}

Expected<PackedMatrix> DiaFormat::pack(const CsrSource &matrix,
                                       const std::vector<int64_t> &parameters,
                                       const PackOptions &options) const {
  std::vector<int64_t> diagonals = findDiagonals(matrix);
  auto stored = static_cast<int64_t>(diagonals.size());
  int64_t last = matrix.rows - 1, places;
  if (__builtin_mul_overflow(matrix.rows, stored, &places))
    return Error(concat(stored, " diagonals of ", matrix.rows,
                        " values do not fit the memory"));
  Expected<PackedMatrix> packed = allocatePacked(
      *this, matrix, parameters, options, 0,
      diagonals.empty() ? 0 : diagonals.back(), {stored, places});
  if (!packed)
    return packed;
  for (int64_t i = 0; i < stored; ++i)
    storeIndex(packed->fields[0], i, diagonals[static_cast<size_t>(i)]);
  Field &values = packed->fields[1];
  size_t width = byteSize(matrix.valueType);
  for (int64_t row = 0; row < matrix.rows; ++row) {
    // Both ascend: entries are met in the order of the stored diagonals.
    int64_t e = matrix.positions[row], end = matrix.positions[row + 1];
    auto first =
        std::lower_bound(diagonals.begin(), diagonals.end(), last - row);
    for (int64_t i = first - diagonals.begin(); i < stored; ++i) {
      int64_t col = diagonals[static_cast<size_t>(i)] + row - last;
      if (col >= matrix.cols || (e == end && !options.refusePadding))
        break;
      if (e == end || matrix.coordinates[e] != col) {
        if (options.refusePadding)
          return refusedPadding(row, col, concat("diagonal ", col - row));
        continue;
      }
      int64_t place = row * stored + i;
      copyElement(matrix.values, e, values.bytes.data(), place, width);
      if (isPadding(matrix.values, width, e))
        packed->explicitZeros.push_back(place);
      ++e;
    }
  }
  return packed;
}

Status DiaFormat::check(const PackedMatrix &packed) const {
  if (Status status = checkFields(*this, packed); !status)
    return Error(concat("DIA1: ", status.message()));
  const Field &values = packed.fields[1];
  IndexArray diagonals = indices(packed, 0);
  int64_t stored = packed.fields[0].count, last = packed.rows - 1;
  for (int64_t i = 0; i < stored; ++i) {
    // In this form nothing can overflow.
    bool exists = packed.rows > 0 && packed.cols > 0 && diagonals[i] >= 0 &&
                  diagonals[i] - last < packed.cols;
    if (!exists || (i > 0 && diagonals[i] <= diagonals[i - 1]))
      return Error(concat("DIA2: diagonals[", i, "] is ", diagonals[i],
                          ", expected more than its predecessor and a diagonal "
                          "of a ",
                          packed.rows, " x ", packed.cols, " matrix"));
  }
  int64_t places;
  if (__builtin_mul_overflow(packed.rows, stored, &places) ||
      values.count != places)
    return Error(concat("DIA3: there are ", values.count, " values for ",
                        stored, " diagonals of ", packed.rows, " rows"));
  for (int64_t row = 0; row < packed.rows; ++row)
    for (int64_t i = 0; i < stored; ++i) {
      int64_t col = diagonals[i] - last + row;
      if ((col < 0 || col >= packed.cols) &&
          isEntry(packed, values, row * stored + i))
        return Error(concat("DIA4: row ", row, " of diagonal ",
                            diagonals[i] - last,
                            " is outside of the matrix and not zero"));
    }
  return Status::success();
}

Expected<PackedMatrix> DiaFormat::unpack(const PackedMatrix &packed) const {
  if (Status status = check(packed); !status)
    return status.takeError();
  const Field &values = packed.fields[1];
  IndexArray diagonals = indices(packed, 0);
  int64_t stored = packed.fields[0].count, last = packed.rows - 1;
  size_t width = byteSize(values.type);
  CsrBuilder builder(packed.rows, packed.cols, values.type);
  auto zero = packed.explicitZeros.begin(), end = packed.explicitZeros.end();
  for (int64_t row = 0; row < packed.rows; ++row) {
    for (int64_t i = 0; i < stored; ++i) {
      int64_t place = row * stored + i, col = diagonals[i] - last + row;
      if (col < 0 || col >= packed.cols)
        continue;
      zero = std::find_if(zero, end, [&](int64_t z) { return z >= place; });
      if (!isPadding(values.bytes.data(), width, place) ||
          (zero != end && *zero == place))
        builder.add(col,
                    values.bytes.data() + static_cast<size_t>(place) * width);
    }
    builder.endRow();
  }
  return builder.finish();
}

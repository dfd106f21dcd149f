//===- Csc.cpp - Compressed sparse columns
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Csc.h"

#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Support/Strings.h"
#include "Transpose.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
class CscFormat final : public Format {
public:
  std::string_view name() const override { return "csc"; }

  std::vector<FieldSpec> fields() const override {
    return {
        {"positions", FieldRole::Positions, "K + 1",
         "where the entries of column j begin; the last is their number"},
        {"coordinates", FieldRole::Coordinates, "nnz", "the row of entry i"},
        {"values", FieldRole::Values, "nnz", "the value of entry i"}};
  }

  std::string_view sizeFormula() const override {
    return "(columns + 1) * p + nnz * (c + v)";
  }

  Expected<PackedMatrix> pack(const CsrSource &matrix,
                              const std::vector<int64_t> &parameters,
                              const PackOptions &options) const override {
    int64_t nnz = matrix.nnz(), last = matrix.rows - 1;
    // The last row with an entry.
    while (last > 0 && matrix.positions[last] == nnz)
      --last;
    Expected<PackedMatrix> packed =
        allocatePacked(*this, matrix, parameters, options, nnz,
                       std::max<int64_t>(last, 0), {matrix.cols + 1, nnz, nnz});
    if (packed)
      transpose(matrix, packed->fields[0], packed->fields[1],
                packed->fields[2]);
    return packed;
  }

  Expected<PackedMatrix> unpack(const PackedMatrix &packed) const override {
    if (Status status = check(packed); !status)
      return status.takeError();
    PackOptions wide;
    wide.positionWidth = wide.coordinateWidth = 64;
    CsrSource turned = asCsrSource(packed);
    std::swap(turned.rows, turned.cols);
    return transposeCsr(turned, wide);
  }

  Status check(const PackedMatrix &packed) const override {
    if (Status status = checkFields(*this, packed); !status)
      return Error(concat("CSC1: ", status.message()));
    const std::vector<Field> &fields = packed.fields;
    CsrView view = {packed.cols,    packed.rows,     fields[0].bytes.data(),
                    fields[0].type, fields[0].count, fields[1].bytes.data(),
                    fields[1].type, fields[1].count, fields[2].count};
    if (Status status = checkCsr(view); !status)
      return Error(
          concat("CSC2: as rows of the transposed matrix, ", status.message()));
    return Status::success();
  }
};
} // namespace

const Format &formats::cscFormat() {
  static const CscFormat format;
  return format;
}

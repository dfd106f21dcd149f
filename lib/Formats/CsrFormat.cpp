//===- CsrFormat.cpp - Compressed rows as a format
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Csr.h"

#include "StorageSupport.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
class CsrFormat final : public Format {
public:
  std::string_view name() const override { return "csr"; }
  std::vector<FieldSpec> fields() const override {
    return {csrFields().begin(), csrFields().end()};
  }
  std::string_view sizeFormula() const override {
    return "(rows + 1) * p + nnz * (c + v)";
  }

  Expected<PackedMatrix> pack(const CsrSource &matrix,
                              const std::vector<int64_t> &,
                              const PackOptions &options) const override {
    return repack(matrix, options);
  }

  Expected<PackedMatrix> unpack(const PackedMatrix &packed) const override {
    if (Status status = check(packed); !status)
      return status.takeError();
    PackOptions options;
    options.positionWidth = options.coordinateWidth = 64;
    return repack(asCsrSource(packed), options);
  }

  Status check(const PackedMatrix &packed) const override {
    if (Status status = checkParameters(*this, packed.parameters); !status)
      return status;
    Expected<CsrView> view = viewCsr(packed);
    return view ? checkCsr(*view) : Status(view.takeError());
  }

private:
  /// The same entries with other widths.
  static Expected<PackedMatrix> repack(const CsrSource &matrix,
                                       const PackOptions &options) {
    int64_t nnz = matrix.nnz();
    Expected<PackedMatrix> allocated =
        allocatePacked(csrFormat(), matrix, {}, options, nnz,
                       largestCoordinate(matrix), {matrix.rows + 1, nnz, nnz});
    if (!allocated)
      return allocated.takeError();
    PackedMatrix packed = *std::move(allocated);
    copyIndices(matrix.positions, packed.fields[0]);
    copyIndices(matrix.coordinates, packed.fields[1]);
    copyValues(matrix, packed.fields[2]);
    return packed;
  }
};
} // namespace

const Format &formats::csrFormat() {
  static const CsrFormat format;
  return format;
}

//===- VectorFormat.h - V x 1 vectors of groups of rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the shuffled block and vector-wise sparsity share: all but the
// permutation.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_VECTORFORMAT_H
#define SPARSEGPU_LIB_FORMATS_VECTORFORMAT_H

#include "SparseGPU/Formats/Format.h"

namespace sparsegpu::formats {

class VectorFormat final : public Format {
public:
  /// `prefix` begins the ids of the invariants.
  VectorFormat(std::string_view name, std::string_view prefix, bool isShuffled)
      : formatName(name), prefix(prefix), isShuffled(isShuffled) {}

  std::string_view name() const override { return formatName; }
  std::vector<ParameterSpec> parameters() const override;
  bool storesRowPermutation() const override { return isShuffled; }
  std::vector<FieldSpec> fields() const override;
  std::string_view sizeFormula() const override;
  Expected<PackedMatrix> pack(const CsrSource &matrix,
                              const std::vector<int64_t> &parameters,
                              const PackOptions &options) const override;
  Expected<PackedMatrix> unpack(const PackedMatrix &packed) const override;
  Status check(const PackedMatrix &packed) const override;

private:
  /// The number of the row of the matrix, or of none, for each packed row.
  std::vector<int64_t> readPermutation(const PackedMatrix &packed) const;
  /// Invariants 2 to 7.
  Status checkVectors(const PackedMatrix &packed, int64_t groups) const;

  std::string_view formatName, prefix;
  bool isShuffled;
};

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_VECTORFORMAT_H

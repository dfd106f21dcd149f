//===- NM.cpp - N of M neighbouring places of a row
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/NM.h"

#include "Blocks.h"
#include "Metadata.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <array>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {

/// Sizes of an N:M matrix.
struct Groups {
  int64_t n, m, perRow, cols;
  Metadata metadata;

  Groups(int64_t matrixCols, const std::vector<int64_t> &parameters)
      : n(parameters[0]), m(parameters[1]), perRow(divideCeil(matrixCols, m)),
        cols(matrixCols), metadata(valuesPerRow(), m) {}

  int64_t valuesPerRow() const { return perRow * n; }
  /// Columns of the matrix in a group.
  int64_t width(int64_t group) const { return std::min(m, cols - group * m); }
};

class NMFormat final : public Format {
public:
  std::string_view name() const override { return "nm"; }

  std::vector<ParameterSpec> parameters() const override {
    return {{"n", 2, 1, 15, "stored places of a group"},
            {"m", 4, 2, 16, "places of a group"}};
  }

  Status checkTogether(const std::vector<int64_t> &p) const override {
    if (p[0] < p[1])
      return Status::success();
    return Error(concat("parameter 'n' of format 'nm' must be below 'm', got ",
                        p[0], " and ", p[1]));
  }

  std::vector<FieldSpec> fields() const override {
    return {{"metadata", FieldRole::Bits, "M * ceil(ceil(K / m) * n * b / 32)",
             "indices in their groups, b bits each, from the lowest bit on",
             ElementType::I32},
            {"values", FieldRole::Values, "M * ceil(K / m) * n",
             "the values of a row, group by group"}};
  }

  std::string_view sizeFormula() const override {
    return "M * (ceil(ceil(K / m) * n * b / 32) * 4 + ceil(K / m) * n * v), b "
           "= 1 for m = 2, 2 for m <= 4, else 4";
  }

  Expected<PackedMatrix> pack(const CsrSource &matrix,
                              const std::vector<int64_t> &parameters,
                              const PackOptions &options) const override;
  Expected<PackedMatrix> unpack(const PackedMatrix &packed) const override;
  Status check(const PackedMatrix &packed) const override;
};

} // namespace

const Format &formats::nmFormat() {
  static const NMFormat format;
  return format;
}

Expected<PackedMatrix> NMFormat::pack(const CsrSource &matrix,
                                      const std::vector<int64_t> &parameters,
                                      const PackOptions &options) const {
  Groups groups(matrix.cols, parameters);
  PackedMatrix packed{"nm", matrix.rows, matrix.cols, matrix.nnz(),
                      {},   parameters,  {}};
  const ElementType types[] = {ElementType::I32, matrix.valueType};
  const int64_t counts[] = {
      saturatingProduct(matrix.rows, groups.metadata.wordsPerRow()),
      saturatingProduct(matrix.rows, groups.valuesPerRow())};
  std::vector<FieldSpec> specs = fields();
  for (size_t i = 0; i < 2; ++i) {
    Expected<Field> field = allocateField(specs[i], types[i], counts[i]);
    if (!field)
      return field.takeError();
    packed.fields.push_back(*std::move(field));
  }
  size_t width = byteSize(matrix.valueType);
  std::array<int64_t, 16> indices;
  std::array<bool, 16> marks = {};
  if (groups.perRow == 0)
    return packed;
  for (int64_t row = 0; row < matrix.rows; ++row) {
    int64_t e = matrix.positions[row], end = matrix.positions[row + 1];
    for (int64_t group = 0; group < groups.perRow; ++group) {
      int64_t first = e, base = group * groups.m, count = 0;
      for (; e < end && matrix.coordinates[e] < base + groups.m; ++e, ++count)
        if (count < groups.n)
          indices[count] = matrix.coordinates[e] - base;
      int64_t columns = groups.width(group);
      if (count > groups.n)
        return Error(concat("row ", row, " has ", count, " entries in group ",
                            group, ", columns ", base, " to ",
                            base + columns - 1, "; ", groups.n, ":", groups.m,
                            " storage holds ", groups.n));
      if (options.refusePadding && count < std::min(groups.n, columns))
        return Error(concat("row ", row, " has ", count, " entries in group ",
                            group, ", which stores ",
                            std::min(groups.n, columns),
                            ", and padding is refused"));
      fillUp(indices, count, groups.n, marks);
      for (int64_t k = 0, from = first; k < groups.n; ++k) {
        int64_t i = group * groups.n + k, to = row * groups.valuesPerRow() + i;
        groups.metadata.set(packed.fields[0], row, i, indices[k]);
        if (from == e || matrix.coordinates[from] != base + indices[k])
          continue;
        std::copy_n(matrix.values + from * width, width,
                    packed.fields[1].bytes.data() + to * width);
        if (isPadding(matrix.values, width, from))
          packed.explicitZeros.push_back(to);
        ++from;
      }
    }
  }
  return packed;
}

/// True if `field` has `perRow` elements for each of `rows`.
static bool hasRows(const Field &field, int64_t rows, int64_t perRow) {
  return field.count == saturatingProduct(rows, perRow);
}

Status NMFormat::check(const PackedMatrix &packed) const {
  if (Status status = checkFields(*this, packed); !status)
    return Error(concat("NM1: ", status.message()));
  Groups groups(packed.cols, packed.parameters);
  const Field &metadata = packed.fields[0], &values = packed.fields[1];
  if (!hasRows(metadata, packed.rows, groups.metadata.wordsPerRow()))
    return Error(concat("NM2: metadata has ", metadata.count,
                        " words, expected ", groups.metadata.wordsPerRow(),
                        " for each of ", packed.rows, " rows"));
  if (!hasRows(values, packed.rows, groups.valuesPerRow()))
    return Error(concat("NM3: there are ", values.count, " values, expected ",
                        groups.valuesPerRow(), " for each of ", packed.rows,
                        " rows"));
  if (groups.perRow == 0)
    return Status::success();
  for (int64_t row = 0; row < packed.rows; ++row)
    for (int64_t group = 0; group < groups.perRow; ++group) {
      int64_t columns = groups.width(group), previous = -1;
      for (int64_t k = 0; k < groups.n; ++k) {
        int64_t i = group * groups.n + k;
        int64_t index = groups.metadata.get(metadata, row, i);
        auto where = [&] {
          return concat("index ", k, " of row ", row, ", group ", group, " is ",
                        index);
        };
        if (index >= groups.m)
          return Error(
              concat("NM4: ", where(), ", outside of ", groups.m, " places"));
        if (index <= previous)
          return Error(concat("NM4: ", where(), ", not above its predecessor ",
                              previous));
        previous = index;
        if (index < columns)
          continue;
        if (k < columns)
          return Error(concat("NM5: ", where(), ", beyond the last of ",
                              packed.cols, " columns"));
        if (isEntry(packed, values, row * groups.valuesPerRow() + i))
          return Error(concat("NM6: value ", k, " of row ", row, ", group ",
                              group, " is not zero, beyond the last of ",
                              packed.cols, " columns"));
      }
    }
  return Status::success();
}

Expected<PackedMatrix> NMFormat::unpack(const PackedMatrix &packed) const {
  if (Status status = check(packed); !status)
    return status.takeError();
  if (Status status =
          checkFieldSize(csrFields()[0], ElementType::I64, packed.rows);
      !status)
    return status.takeError();
  Groups groups(packed.cols, packed.parameters);
  const Field &metadata = packed.fields[0], &values = packed.fields[1];
  size_t width = byteSize(values.type);
  CsrBuilder builder(packed.rows, packed.cols, values.type,
                     expectedEntries(packed));
  if (groups.perRow == 0)
    return builder.finish();
  for (int64_t row = 0; row < packed.rows; ++row) {
    for (int64_t i = 0; i < groups.valuesPerRow(); ++i) {
      int64_t at = row * groups.valuesPerRow() + i;
      if (!isPadding(values.bytes.data(), width, at) ||
          std::binary_search(packed.explicitZeros.begin(),
                             packed.explicitZeros.end(), at))
        builder.add(i / groups.n * groups.m +
                        groups.metadata.get(metadata, row, i),
                    values.bytes.data() + at * width);
    }
    builder.endRow();
  }
  return builder.finish();
}

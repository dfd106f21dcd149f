//===- CondensedTiles.cpp - Tiles of the distinct columns of row windows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/CondensedTiles.h"

#include "SparseGPU/Formats/Reordering.h"
#include "SparseGPU/Formats/RowGrouping.h"
#include "SparseGPU/Support/Strings.h"
#include "StorageSupport.h"
#include "TileLayout.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;

static const TileLayout &getLayout(int64_t number) {
  switch (static_cast<CondensedLayout>(number)) {
  case CondensedLayout::TCF:
    return tcfLayout();
  case CondensedLayout::METCF:
    return meTcfLayout();
  case CondensedLayout::MEBCRS:
    return meBcrsLayout();
  case CondensedLayout::BitTCF:
    break;
  }
  return bitTcfLayout();
}

namespace {
class CondensedTilesFormat final : public Format {
public:
  std::string_view name() const override { return "condensed_tiles"; }

  std::vector<ParameterSpec> parameters() const override {
    return {{"layout",
             static_cast<int64_t>(CondensedLayout::BitTCF),
             0,
             3,
             "how the entries of a tile are stored",
             {"tcf", "me_tcf", "bit_tcf", "me_bcrs"}},
            {"window", 16, 1, largestTileSide, "rows of a window"},
            {"tile", 8, 1, largestTileSide, "condensed columns of a tile"},
            {"permuted",
             0,
             0,
             1,
             "whether an order of the rows is stored",
             {"false", "true"}}};
  }

  std::vector<FieldSpec> fields() const override {
    return bitTcfLayout().fields();
  }

  std::vector<FieldSpec>
  fieldsFor(const std::vector<int64_t> &parameters) const override {
    std::vector<FieldSpec> fields = getLayout(parameters[0]).fields();
    if (parameters[3])
      fields.push_back({"row_permutation", FieldRole::Coordinates,
                        "ceil(M / window) * window",
                        "the row of the matrix that packed row i is; not below "
                        "M where there is none"});
    return fields;
  }

  bool storesRowPermutationFor(
      const std::vector<int64_t> &parameters) const override {
    return parameters[3] != 0;
  }

  std::string_view sizeFormula() const override {
    return "tcf: (ceil(M / window) + M + 1) * p + nnz * (3 * c + v); "
           "me_tcf: (ceil(M / window) + tiles + 2) * p + tiles * tile * c + "
           "nnz * (1 + v); "
           "bit_tcf: (ceil(M / window) + tiles + 2) * p + tiles * (tile * c + "
           "8 * ceil(window * tile / 64)) + nnz * v; "
           "me_bcrs: (ceil(M / window) + 1) * p + vectors * (c + window * v); "
           "permuted: and ceil(M / window) * window * c";
  }

  Expected<PackedMatrix> pack(const CsrSource &matrix,
                              const std::vector<int64_t> &parameters,
                              const PackOptions &options) const override;
  Expected<PackedMatrix> unpack(const PackedMatrix &packed) const override;
  Status check(const PackedMatrix &packed) const override;
};

/// Rows of a matrix in another order.
class PermutedRows {
public:
  /// `order` has all rows once.
  PermutedRows(const CsrSource &matrix, const std::vector<int64_t> &order)
      : positions(1, 0), rows(matrix.rows), cols(matrix.cols),
        type(matrix.valueType) {
    size_t width = byteSize(type);
    coordinates.reserve(static_cast<size_t>(matrix.nnz()));
    values.reserve(static_cast<size_t>(matrix.nnz()) * width);
    for (int64_t row : order) {
      int64_t begin = matrix.positions[row], end = matrix.positions[row + 1];
      for (int64_t e = begin; e < end; ++e)
        coordinates.push_back(matrix.coordinates[e]);
      values.insert(values.end(), matrix.values + begin * width,
                    matrix.values + end * width);
      positions.push_back(static_cast<int64_t>(coordinates.size()));
    }
  }

  CsrSource source() const {
    return {rows,
            cols,
            IndexArray(positions.data(), ElementType::I64),
            IndexArray(coordinates.data(), ElementType::I64),
            type,
            values.data()};
  }

private:
  std::vector<int64_t> positions, coordinates;
  std::vector<std::byte> values;
  int64_t rows, cols;
  ElementType type;
};
} // namespace

/// Condensed tiles without a permutation.
static Expected<PackedMatrix> packTiles(const CsrSource &matrix,
                                        std::vector<int64_t> parameters,
                                        const PackOptions &options) {
  parameters[3] = 0;
  PackedMatrix packed;
  packed.parameters = parameters;
  WindowColumns columns(matrix, parameters[1], /*group=*/1);
  Status status =
      getLayout(parameters[0]).fill(matrix, columns, options, packed);
  if (!status)
    return status.takeError();
  return packed;
}

/// The order of the rows, with numbers that are no rows at its end.
static Expected<std::vector<int64_t>>
findPermutation(const CsrSource &matrix, const std::vector<int64_t> &parameters,
                const PackOptions &options) {
  if (options.rowPermutation.empty())
    return completePermutation(
        orderBySimilarity(matrix, parameters[1], parameters[2]), matrix.rows,
        parameters[1]);
  Expected<std::vector<int64_t>> order =
      completePermutation(options.rowPermutation, matrix.rows, parameters[1]);
  if (!order)
    return order;
  for (int64_t i = 0; i < matrix.rows; ++i)
    if ((*order)[i] >= matrix.rows)
      return Error(concat("element ", i, " of the permutation of rows is ",
                          (*order)[i], ", which is no row; these come last"));
  return order;
}

Expected<PackedMatrix>
CondensedTilesFormat::pack(const CsrSource &matrix,
                           const std::vector<int64_t> &parameters,
                           const PackOptions &options) const {
  if (!parameters[3])
    return packTiles(matrix, parameters, options);
  Expected<std::vector<int64_t>> order =
      findPermutation(matrix, parameters, options);
  if (!order)
    return order.takeError();
  Expected<ElementType> type = checkedIndexType(
      "coordinate", options.coordinateWidth,
      std::max<int64_t>(static_cast<int64_t>(order->size()) - 1, 0));
  if (!type)
    return type.takeError();
  std::vector<int64_t> rows(order->begin(), order->begin() + matrix.rows);
  PermutedRows permuted(matrix, rows);
  Expected<PackedMatrix> packed =
      packTiles(permuted.source(), parameters, options);
  if (!packed)
    return packed;
  packed->parameters = parameters;
  if (Status status =
          appendIndices(*packed, fieldsFor(parameters).back(), *type, *order);
      !status)
    return status.takeError();
  return packed;
}

Expected<PackedMatrix>
CondensedTilesFormat::unpack(const PackedMatrix &packed) const {
  if (Status status = check(packed); !status)
    return status.takeError();
  const TileLayout &layout = getLayout(packed.parameters[0]);
  ElementType type = packed.find("values")->type;
  CsrBuilder builder(packed.rows, packed.cols, type);
  layout.unpack(packed, builder);
  Expected<PackedMatrix> rows = builder.finish();
  if (!rows || !packed.parameters[3])
    return rows;
  IndexArray order = indices(packed, packed.fields.size() - 1);
  std::vector<int64_t> place(static_cast<size_t>(packed.rows));
  for (int64_t i = 0; i < packed.rows; ++i)
    place[order[i]] = i;
  CsrSource source = asCsrSource(*rows);
  CsrBuilder original(packed.rows, packed.cols, type);
  size_t width = byteSize(type);
  for (int64_t row : place) {
    for (int64_t e = source.positions[row]; e < source.positions[row + 1]; ++e)
      original.add(source.coordinates[e], source.values + e * width);
    original.endRow();
  }
  return original.finish();
}

Status CondensedTilesFormat::check(const PackedMatrix &packed) const {
  if (Status status = checkFields(*this, packed); !status)
    return Error(concat("CT1: ", status.message()));
  if (Status status = getLayout(packed.parameters[0]).check(packed); !status)
    return status;
  if (!packed.parameters[3])
    return Status::success();
  const Field &field = packed.fields.back();
  int64_t window = packed.parameters[1];
  int64_t count = divideCeil(packed.rows, window) * window;
  if (Status status = checkCount("CT8", field, count); !status)
    return status;
  IndexArray stored = indices(packed, packed.fields.size() - 1);
  std::vector<int64_t> order;
  for (int64_t i = 0; i < count; ++i)
    order.push_back(stored[i]);
  Expected<std::vector<int64_t>> valid =
      completePermutation(order, packed.rows, window);
  if (!valid)
    return Error(concat("CT8: ", valid.message()));
  for (int64_t i = 0; i < packed.rows; ++i)
    if (order[i] >= packed.rows)
      return Error(concat("CT8: row_permutation[", i, "] is ", order[i],
                          ", which is no row; these come last"));
  return Status::success();
}

const Format &formats::condensedTilesFormat() {
  static const CondensedTilesFormat format;
  return format;
}

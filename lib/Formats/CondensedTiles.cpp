//===- CondensedTiles.cpp - Tiles of the distinct columns of row windows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/CondensedTiles.h"

#include "SparseGPU/Support/Strings.h"
#include "TileLayout.h"

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
            {"tile", 8, 1, largestTileSide, "condensed columns of a tile"}};
  }

  std::vector<FieldSpec> fields() const override {
    return bitTcfLayout().fields();
  }

  std::vector<FieldSpec>
  fieldsFor(const std::vector<int64_t> &parameters) const override {
    return getLayout(parameters[0]).fields();
  }

  std::string_view sizeFormula() const override {
    return "tcf: (ceil(M / window) + M + 1) * p + nnz * (3 * c + v); "
           "me_tcf: (ceil(M / window) + tiles + 2) * p + tiles * tile * c + "
           "nnz * (1 + v); "
           "bit_tcf: (ceil(M / window) + tiles + 2) * p + tiles * (tile * c + "
           "8 * ceil(window * tile / 64)) + nnz * v; "
           "me_bcrs: (ceil(M / window) + 1) * p + vectors * (c + window * v)";
  }

  Expected<PackedMatrix> pack(const CsrSource &matrix,
                              const std::vector<int64_t> &parameters,
                              const PackOptions &options) const override {
    PackedMatrix packed;
    packed.parameters = parameters;
    WindowColumns columns(matrix, parameters[1], /*group=*/1);
    Status status =
        getLayout(parameters[0]).fill(matrix, columns, options, packed);
    if (!status)
      return status.takeError();
    return packed;
  }

  Expected<PackedMatrix> unpack(const PackedMatrix &packed) const override {
    if (Status status = check(packed); !status)
      return status.takeError();
    CsrBuilder builder(packed.rows, packed.cols, packed.fields.back().type,
                       expectedEntries(packed));
    getLayout(packed.parameters[0]).unpack(packed, builder);
    return builder.finish();
  }

  Status check(const PackedMatrix &packed) const override {
    if (Status status = checkFields(*this, packed); !status)
      return Error(concat("CT1: ", status.message()));
    return getLayout(packed.parameters[0]).check(packed);
  }
};
} // namespace

const Format &formats::condensedTilesFormat() {
  static const CondensedTilesFormat format;
  return format;
}

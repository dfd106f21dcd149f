//===- Bsr.cpp - Block compressed sparse rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Bsr.h"

#include "BlockRows.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {

BlockGrid makeGrid(const PackedMatrix &packed) {
  return BlockGrid(packed.rows, packed.cols, packed.parameters[0],
                   packed.parameters[1]);
}

class BsrFormat final : public Format {
public:
  std::string_view name() const override { return "bsr"; }

  std::vector<ParameterSpec> parameters() const override {
    return {{"rows", 16, 1, 128, "rows of a block"},
            {"columns", 16, 1, 128, "columns of a block"}};
  }

  std::vector<FieldSpec> fields() const override {
    return {{"positions", FieldRole::Positions, "ceil(M / rows) + 1",
             "where the blocks of block row i begin; the last element is their "
             "number"},
            {"coordinates", FieldRole::Coordinates, "blocks",
             "the block column of block b, ascending within a block row"},
            {"values", FieldRole::Values, "blocks * rows * columns",
             "the elements of block b, row by row"}};
  }

  std::string_view sizeFormula() const override {
    return "(ceil(M / rows) + 1) * p + blocks * (c + rows * columns * v)";
  }

  Expected<PackedMatrix> pack(const CsrSource &matrix,
                              const std::vector<int64_t> &parameters,
                              const PackOptions &options) const override;
  Expected<PackedMatrix> unpack(const PackedMatrix &packed) const override;
  Status check(const PackedMatrix &packed) const override;
};

} // namespace

const Format &formats::bsrFormat() {
  static const BsrFormat format;
  return format;
}

Expected<PackedMatrix> BsrFormat::pack(const CsrSource &matrix,
                                       const std::vector<int64_t> &parameters,
                                       const PackOptions &options) const {
  BlockGrid grid(matrix.rows, matrix.cols, parameters[0], parameters[1]);
  BlockRows blocks(matrix, grid);
  std::vector<int64_t> first = blocks.accumulate();
  int64_t count = first.back();
  Expected<PackedMatrix> packed = allocatePacked(
      *this, matrix, parameters, options, count, blocks.largest(),
      {grid.blockRows + 1, count, count * grid.size()});
  if (!packed)
    return packed;
  storeIndices(packed->fields[0].type, first.data(), first.size(),
               packed->fields[0].bytes.data());
  blocks.store([&](int64_t blockRow) { return first[blockRow]; },
               packed->fields[1], packed->fields[2], packed->explicitZeros);
  if (options.refusePadding)
    if (Status status = refuseBlockPadding(matrix, grid); !status)
      return status.takeError();
  return packed;
}

Status BsrFormat::check(const PackedMatrix &packed) const {
  if (Status status = checkFields(*this, packed); !status)
    return Error(concat("BSR1: ", status.message()));
  BlockGrid blocks = makeGrid(packed);
  const Field &values = packed.fields[2];
  int64_t count = packed.fields[1].count;
  if (packed.fields[0].count != blocks.blockRows + 1)
    return Error(concat("BSR2: positions has ", packed.fields[0].count,
                        " elements, expected one more than the ",
                        blocks.blockRows, " block rows"));
  CsrSource source = asCsrSource(packed);
  if (source.positions[0] != 0)
    return Error(
        concat("BSR3: positions[0] is ", source.positions[0], ", expected 0"));
  for (int64_t b = 0; b < blocks.blockRows; ++b)
    if (source.positions[b + 1] < source.positions[b])
      return Error(concat("BSR3: positions[", b + 1, "] is ",
                          source.positions[b + 1], ", below positions[", b,
                          "] = ", source.positions[b]));
  if (source.positions[blocks.blockRows] != count)
    return Error(concat("BSR4: positions ends with ",
                        source.positions[blocks.blockRows], ", but there are ",
                        count, " coordinates"));
  if (values.count / blocks.size() != count ||
      values.count % blocks.size() != 0)
    return Error(concat("BSR5: there are ", values.count, " values for ", count,
                        " blocks of ", blocks.rows, " x ", blocks.cols));
  for (int64_t b = 0; b < blocks.blockRows; ++b) {
    int64_t previous = -1;
    for (int64_t i = source.positions[b]; i < source.positions[b + 1]; ++i) {
      int64_t c = source.coordinates[i];
      if (c < 0 || c >= blocks.blockCols)
        return Error(concat("BSR6: coordinates[", i, "] in block row ", b,
                            " is ", c, ", outside of ", blocks.blockCols,
                            " block columns"));
      if (c <= previous)
        return Error(concat("BSR7: coordinates[", i, "] in block row ", b,
                            " is ", c, ", not above its predecessor ",
                            previous));
      previous = c;
      if (Status status = checkBlockEdge(packed, blocks, values, i, b, c);
          !status)
        return Error(concat("BSR8: ", status.message()));
    }
  }
  return Status::success();
}

Expected<PackedMatrix> BsrFormat::unpack(const PackedMatrix &packed) const {
  if (Status status = check(packed); !status)
    return status.takeError();
  BlockGrid blocks = makeGrid(packed);
  CsrSource source = asCsrSource(packed);
  CsrBuilder builder(packed.rows, packed.cols, source.valueType,
                     expectedEntries(packed));
  for (int64_t row = 0; row < packed.rows; ++row) {
    int64_t blockRow = row / blocks.rows;
    for (int64_t b = source.positions[blockRow];
         b < source.positions[blockRow + 1]; ++b)
      unpackBlockLine(packed, blocks, packed.fields[2], b,
                      source.coordinates[b], row % blocks.rows, builder);
    builder.endRow();
  }
  return builder.finish();
}

//===- BlockedEll.cpp - Blocked ELL
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Ell.h"

#include "BlockRows.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;

int64_t formats::noCoordinate(ElementType type) {
  return byteSize(type) == 8 ? -1 : (int64_t(1) << (8 * byteSize(type))) - 1;
}

namespace {
class BlockedEllFormat final : public Format {
public:
  std::string_view name() const override { return "blocked_ell"; }

  std::vector<ParameterSpec> parameters() const override {
    return {{"size", 16, 1, 128, "rows and columns of a block"}};
  }

  std::vector<FieldSpec> fields() const override {
    return {{"coordinates", FieldRole::Coordinates, "ceil(M / size) * width",
             "the block column of place i of the block rows, or all bits set"},
            {"values", FieldRole::Values,
             "ceil(M / size) * width * size * size",
             "the elements of the blocks, row by row"}};
  }

  std::string_view sizeFormula() const override {
    return "ceil(M / size) * width * (c + size * size * v)";
  }

  Expected<PackedMatrix> pack(const CsrSource &matrix,
                              const std::vector<int64_t> &parameters,
                              const PackOptions &options) const override;
  Expected<PackedMatrix> unpack(const PackedMatrix &packed) const override;
  Status check(const PackedMatrix &packed) const override;
};

BlockGrid makeGrid(const PackedMatrix &packed) {
  return BlockGrid(packed.rows, packed.cols, packed.parameters[0],
                   packed.parameters[0]);
}

/// Places for blocks in each block row.
int64_t widthOf(const PackedMatrix &packed, const BlockGrid &grid) {
  return grid.blockRows == 0 ? 0 : packed.fields[0].count / grid.blockRows;
}
} // namespace

const Format &formats::blockedEllFormat() {
  static const BlockedEllFormat format;
  return format;
}

Expected<PackedMatrix>
BlockedEllFormat::pack(const CsrSource &matrix,
                       const std::vector<int64_t> &parameters,
                       const PackOptions &options) const {
  BlockGrid grid(matrix.rows, matrix.cols, parameters[0], parameters[0]);
  BlockRows blocks(matrix, grid);
  int64_t width = 0;
  for (int64_t b = 0; b < grid.blockRows; ++b)
    width = std::max(width, blocks.count(b));
  // One more than any coordinate, which leaves the largest number to padding.
  int64_t largest = width == 0 ? 0 : blocks.largest() + 1;
  int64_t count = grid.blockRows * width;
  Expected<PackedMatrix> packed =
      allocatePacked(*this, matrix, parameters, options, 0, largest,
                     {count, count * grid.size()});
  if (!packed)
    return packed;
  std::fill(packed->fields[0].bytes.begin(), packed->fields[0].bytes.end(),
            std::byte(0xff));
  blocks.store([&](int64_t blockRow) { return blockRow * width; },
               packed->fields[0], packed->fields[1], packed->explicitZeros);
  if (options.refusePadding)
    if (Status status = refuseBlockPadding(matrix, grid); !status)
      return status.takeError();
  return packed;
}

Status BlockedEllFormat::check(const PackedMatrix &packed) const {
  if (Status status = checkFields(*this, packed); !status)
    return Error(concat("BELL1: ", status.message()));
  BlockGrid grid = makeGrid(packed);
  const Field &field = packed.fields[0], &values = packed.fields[1];
  int64_t width = widthOf(packed, grid);
  if (field.count != width * grid.blockRows)
    return Error(concat("BELL2: there are ", field.count,
                        " coordinates, not a multiple of the ", grid.blockRows,
                        " block rows"));
  if (values.count / grid.size() != field.count ||
      values.count % grid.size() != 0)
    return Error(concat("BELL3: there are ", values.count, " values for ",
                        field.count, " blocks of ", grid.rows, " x ",
                        grid.cols));
  IndexArray coordinates(field.bytes.data(), field.type);
  int64_t none = noCoordinate(field.type);
  for (int64_t i = 0; i < field.count; ++i) {
    int64_t c = coordinates[i], blockRow = i / width;
    bool isFirst = i % width == 0;
    int64_t previous = isFirst ? -1 : coordinates[i - 1];
    if (c == none) {
      for (int64_t k = 0; k < grid.size(); ++k)
        if (isEntry(packed, values, i * grid.size() + k))
          return Error(
              concat("BELL5: block ", i, " has no coordinate and is not zero"));
      continue;
    }
    if (c < 0 || c >= grid.blockCols || (!isFirst && previous == none) ||
        c <= previous)
      return Error(concat("BELL4: coordinates[", i, "] in block row ", blockRow,
                          " is ", c,
                          ", expected more than its predecessor and less than ",
                          grid.blockCols));
    if (Status status = checkBlockEdge(packed, grid, values, i, blockRow, c);
        !status)
      return Error(concat("BELL5: ", status.message()));
  }
  return Status::success();
}

Expected<PackedMatrix>
BlockedEllFormat::unpack(const PackedMatrix &packed) const {
  if (Status status = check(packed); !status)
    return status.takeError();
  BlockGrid grid = makeGrid(packed);
  int64_t width = widthOf(packed, grid);
  const Field &field = packed.fields[0], &values = packed.fields[1];
  IndexArray coordinates(field.bytes.data(), field.type);
  CsrBuilder builder(packed.rows, packed.cols, values.type,
                     expectedEntries(packed));
  for (int64_t row = 0; row < packed.rows; ++row) {
    int64_t first = row / grid.rows * width;
    for (int64_t i = first; i < first + width; ++i)
      if (coordinates[i] != noCoordinate(field.type))
        unpackBlockLine(packed, grid, values, i, coordinates[i],
                        row % grid.rows, builder);
    builder.endRow();
  }
  return builder.finish();
}

//===- Bsr.cpp - Block compressed sparse rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Bsr.h"

#include "SparseGPU/Support/Strings.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {

int64_t divideCeil(int64_t a, int64_t b) { return a / b + (a % b != 0); }

/// Sizes of a BSR matrix.
struct Blocks {
  int64_t rows, cols, blockRows, blockCols;

  Blocks(int64_t matrixRows, int64_t matrixCols,
         const std::vector<int64_t> &parameters)
      : rows(parameters[0]), cols(parameters[1]),
        blockRows(divideCeil(matrixRows, rows)),
        blockCols(divideCeil(matrixCols, cols)) {}

  int64_t size() const { return rows * cols; }
};

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

/// The columns of the blocks of each block row, ascending, and where those of a
/// block row begin.
static void findBlocks(const CsrSource &matrix, const Blocks &blocks,
                       std::vector<int64_t> &positions,
                       std::vector<int64_t> &coordinates) {
  positions.assign(1, 0);
  std::vector<int64_t> lastSeen(static_cast<size_t>(blocks.blockCols), -1);
  for (int64_t blockRow = 0; blockRow < blocks.blockRows; ++blockRow) {
    int64_t end = std::min(matrix.rows, (blockRow + 1) * blocks.rows);
    for (int64_t e = matrix.positions[blockRow * blocks.rows],
                 last = matrix.positions[end];
         e < last; ++e) {
      int64_t blockCol = matrix.coordinates[e] / blocks.cols;
      if (lastSeen[blockCol] == blockRow)
        continue;
      lastSeen[blockCol] = blockRow;
      coordinates.push_back(blockCol);
    }
    std::sort(coordinates.begin() + positions.back(), coordinates.end());
    positions.push_back(static_cast<int64_t>(coordinates.size()));
  }
}

/// An error when a place of a block, within the matrix, has no entry.
static Status refusePadding(const CsrSource &matrix, const Blocks &blocks,
                            const std::vector<int64_t> &positions,
                            const std::vector<int64_t> &coordinates) {
  for (int64_t row = 0; row < matrix.rows; ++row) {
    int64_t e = matrix.positions[row], end = matrix.positions[row + 1];
    for (int64_t b = positions[row / blocks.rows],
                 last = positions[row / blocks.rows + 1];
         b < last; ++b)
      for (int64_t col = coordinates[b] * blocks.cols,
                   stop = std::min(matrix.cols, col + blocks.cols);
           col < stop; ++col, ++e)
        if (e == end || matrix.coordinates[e] != col)
          return refusedPadding(row, col, concat("block ", b));
  }
  return Status::success();
}

Expected<PackedMatrix> BsrFormat::pack(const CsrSource &matrix,
                                       const std::vector<int64_t> &parameters,
                                       const PackOptions &options) const {
  Blocks blocks(matrix.rows, matrix.cols, parameters);
  std::vector<int64_t> positions, coordinates;
  findBlocks(matrix, blocks, positions, coordinates);
  auto count = static_cast<int64_t>(coordinates.size());
  int64_t largest = 0;
  for (int64_t c : coordinates)
    largest = std::max(largest, c);
  Expected<ElementType> positionType =
      checkedIndexType("position", options.positionWidth, count);
  if (!positionType)
    return positionType.takeError();
  Expected<ElementType> coordinateType =
      checkedIndexType("coordinate", options.coordinateWidth, largest);
  if (!coordinateType)
    return coordinateType.takeError();

  PackedMatrix packed{"bsr", matrix.rows, matrix.cols, matrix.nnz(),
                      {},    parameters,  {}};
  const ElementType types[] = {*positionType, *coordinateType,
                               matrix.valueType};
  const int64_t counts[] = {blocks.blockRows + 1, count, count * blocks.size()};
  std::vector<FieldSpec> specs = fields();
  for (size_t i = 0; i < 3; ++i) {
    Expected<Field> field = allocateField(specs[i], types[i], counts[i]);
    if (!field)
      return field.takeError();
    packed.fields.push_back(*std::move(field));
  }
  storeIndices(*positionType, positions.data(), positions.size(),
               packed.fields[0].bytes.data());
  storeIndices(*coordinateType, coordinates.data(), coordinates.size(),
               packed.fields[1].bytes.data());

  size_t width = byteSize(matrix.valueType);
  std::byte *values = packed.fields[2].bytes.data();
  for (int64_t row = 0; row < matrix.rows; ++row) {
    // Both lists ascend, so one pass over the blocks serves a row.
    int64_t block = positions[row / blocks.rows];
    for (int64_t e = matrix.positions[row], end = matrix.positions[row + 1];
         e < end; ++e) {
      int64_t col = matrix.coordinates[e];
      while (coordinates[block] < col / blocks.cols)
        ++block;
      int64_t to = block * blocks.size() + row % blocks.rows * blocks.cols +
                   col % blocks.cols;
      std::copy_n(matrix.values + e * width, width, values + to * width);
      if (isPadding(matrix.values, width, e))
        packed.explicitZeros.push_back(to);
    }
  }
  std::sort(packed.explicitZeros.begin(), packed.explicitZeros.end());
  if (options.refusePadding)
    if (Status status = refusePadding(matrix, blocks, positions, coordinates);
        !status)
      return status.takeError();
  return packed;
}

Status BsrFormat::check(const PackedMatrix &packed) const {
  if (Status status = checkFields(*this, packed); !status)
    return Error(concat("BSR1: ", status.message()));
  Blocks blocks(packed.rows, packed.cols, packed.parameters);
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
  size_t width = byteSize(values.type);
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
      if ((b + 1) * blocks.rows <= packed.rows &&
          (c + 1) * blocks.cols <= packed.cols)
        continue;
      for (int64_t r = 0; r < blocks.rows; ++r)
        for (int64_t k = 0; k < blocks.cols; ++k)
          if ((b * blocks.rows + r >= packed.rows ||
               c * blocks.cols + k >= packed.cols) &&
              !isPadding(values.bytes.data(), width,
                         i * blocks.size() + r * blocks.cols + k))
            return Error(concat("BSR8: block ", i, " is not zero at (", r, ", ",
                                k, "), beyond the shape ", packed.rows, " x ",
                                packed.cols));
    }
  }
  return Status::success();
}

Expected<PackedMatrix> BsrFormat::unpack(const PackedMatrix &packed) const {
  if (Status status = check(packed); !status)
    return status.takeError();
  Blocks blocks(packed.rows, packed.cols, packed.parameters);
  CsrSource source = asCsrSource(packed);
  size_t width = byteSize(source.valueType);
  CsrBuilder builder(packed.rows, packed.cols, source.valueType);
  for (int64_t row = 0; row < packed.rows; ++row) {
    int64_t blockRow = row / blocks.rows;
    for (int64_t b = source.positions[blockRow];
         b < source.positions[blockRow + 1]; ++b)
      for (int64_t k = 0; k < blocks.cols; ++k) {
        int64_t at = b * blocks.size() + row % blocks.rows * blocks.cols + k;
        if (!isPadding(source.values, width, at) ||
            std::binary_search(packed.explicitZeros.begin(),
                               packed.explicitZeros.end(), at))
          builder.add(source.coordinates[b] * blocks.cols + k,
                      source.values + at * width);
      }
    builder.endRow();
  }
  return builder.finish();
}

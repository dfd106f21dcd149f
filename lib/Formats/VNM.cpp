//===- VNM.cpp - Four columns of a block, and N of them in each row
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/VNM.h"

#include "Blocks.h"
#include "Metadata.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <array>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {

/// Columns that a block keeps: the M of the hardware's N:M.
constexpr int64_t kKept = 4;

/// Sizes of a V:N:M matrix. A block row has `perRow` blocks.
struct Blocks {
  int64_t v, n, m, perRow, blockRows, rows, cols;
  Metadata metadata;

  Blocks(int64_t rows, int64_t cols, const std::vector<int64_t> &parameters)
      : v(parameters[0]), n(parameters[1]), m(parameters[2]),
        perRow(divideCeil(cols, m)), blockRows(divideCeil(rows, v)), rows(rows),
        cols(cols), metadata(valuesPerRow(), kKept) {}

  int64_t valuesPerRow() const { return perRow * n; }
  int64_t columnCount() const {
    return saturatingProduct(blockRows, saturatingProduct(perRow, kKept));
  }
  /// A field with `each` elements for every packed row.
  int64_t countOf(int64_t each) const {
    return saturatingProduct(saturatingProduct(blockRows, v), each);
  }
  /// Columns of the matrix among those that `block` keeps.
  int64_t keptColumns(int64_t block) const {
    return std::min(kKept, cols - block * m);
  }
};

class VNMFormat final : public Format {
public:
  std::string_view name() const override { return "vnm"; }

  std::vector<ParameterSpec> parameters() const override {
    return {{"v", 64, 1, 128, "rows of a block"},
            {"n", 2, 1, 3, "stored places of a row of a block"},
            {"m", 8, 4, 128, "columns of a block"}};
  }

  std::vector<FieldSpec> fields() const override {
    return {
        {"columns", FieldRole::Bits, "ceil(M / v) * ceil(K / m) * 4",
         "the columns that a block keeps, counted within it", ElementType::I8},
        {"metadata", FieldRole::Bits,
         "ceil(M / v) * v * ceil(ceil(K / m) * n / 16)",
         "places among the columns that a block keeps, 2 bits each, from the "
         "lowest bit on",
         ElementType::I32},
        {"values", FieldRole::Values, "ceil(M / v) * v * ceil(K / m) * n",
         "the values of a row, block by block"}};
  }

  std::string_view sizeFormula() const override {
    return "ceil(M / v) * (ceil(K / m) * 4 + v * (ceil(ceil(K / m) * n / 16) * "
           "4 + ceil(K / m) * n * value))";
  }

  Expected<PackedMatrix> pack(const CsrSource &matrix,
                              const std::vector<int64_t> &parameters,
                              const PackOptions &options) const override;
  Expected<PackedMatrix> unpack(const PackedMatrix &packed) const override;
  Status check(const PackedMatrix &packed) const override;
};

} // namespace

const Format &formats::vnmFormat() {
  static const VNMFormat format;
  return format;
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

/// The four columns that each block of a block row keeps, ascending.
static Status selectColumns(const CsrSource &matrix, const Blocks &blocks,
                            int64_t blockRow, uint8_t *columns) {
  std::vector<uint8_t> counts(static_cast<size_t>(blocks.perRow));
  int64_t last = std::min(matrix.rows, (blockRow + 1) * blocks.v);
  for (int64_t row = blockRow * blocks.v; row < last; ++row)
    for (int64_t e = matrix.positions[row]; e < matrix.positions[row + 1];
         ++e) {
      int64_t block = matrix.coordinates[e] / blocks.m;
      auto column = static_cast<uint8_t>(matrix.coordinates[e] % blocks.m);
      uint8_t *kept = columns + block * kKept;
      if (std::find(kept, kept + counts[block], column) != kept + counts[block])
        continue;
      if (counts[block] == kKept)
        return Error(concat("block ", block, " of rows ", blockRow * blocks.v,
                            " to ", last - 1, " has entries in more than ",
                            kKept, " columns, with row ", row, ", column ",
                            matrix.coordinates[e]));
      kept[counts[block]++] = column;
    }
  std::array<bool, 128> marks = {};
  for (int64_t block = 0; block < blocks.perRow; ++block) {
    uint8_t *kept = columns + block * kKept;
    fillUp(kept, counts[block], kKept, marks);
  }
  return Status::success();
}

/// Fills in metadata and values of a row.
static Status packRow(const CsrSource &matrix, const Blocks &blocks,
                      int64_t row, bool refusePadding, const uint8_t *columns,
                      PackedMatrix &packed) {
  size_t width = byteSize(matrix.valueType);
  int64_t e = matrix.positions[row], end = matrix.positions[row + 1];
  std::array<int64_t, kKept> places;
  std::array<bool, kKept> marks = {};
  for (int64_t block = 0; block < blocks.perRow; ++block) {
    int64_t first = e, base = block * blocks.m, count = 0;
    const uint8_t *kept = columns + block * kKept;
    for (; e < end && matrix.coordinates[e] < base + blocks.m; ++e, ++count)
      if (count < blocks.n)
        places[count] =
            std::find(kept, kept + kKept, matrix.coordinates[e] - base) - kept;
    if (count > blocks.n)
      return Error(concat("row ", row, " has ", count, " entries in block ",
                          block, ", of which ", blocks.n, " can be stored"));
    int64_t needed = std::min(blocks.n, blocks.keptColumns(block));
    if (refusePadding && count < needed)
      return Error(concat("row ", row, " has ", count, " entries in block ",
                          block, ", which stores ", needed,
                          ", and padding is refused"));
    fillUp(places, count, blocks.n, marks);
    for (int64_t k = 0, from = first; k < blocks.n; ++k) {
      int64_t i = block * blocks.n + k, to = row * blocks.valuesPerRow() + i;
      blocks.metadata.set(packed.fields[1], row, i, places[k]);
      if (from == e || matrix.coordinates[from] != base + kept[places[k]])
        continue;
      std::copy_n(matrix.values + from * width, width,
                  packed.fields[2].bytes.data() + to * width);
      if (isPadding(matrix.values, width, from))
        packed.explicitZeros.push_back(to);
      ++from;
    }
  }
  return Status::success();
}

Expected<PackedMatrix> VNMFormat::pack(const CsrSource &matrix,
                                       const std::vector<int64_t> &parameters,
                                       const PackOptions &options) const {
  Blocks blocks(matrix.rows, matrix.cols, parameters);
  PackedMatrix packed{"vnm", matrix.rows, matrix.cols, matrix.nnz(),
                      {},    parameters,  {}};
  const ElementType types[] = {ElementType::I8, ElementType::I32,
                               matrix.valueType};
  const int64_t counts[] = {blocks.columnCount(),
                            blocks.countOf(blocks.metadata.wordsPerRow()),
                            blocks.countOf(blocks.valuesPerRow())};
  std::vector<FieldSpec> specs = fields();
  for (size_t i = 0; i < 3; ++i) {
    Expected<Field> field = allocateField(specs[i], types[i], counts[i]);
    if (!field)
      return field.takeError();
    packed.fields.push_back(*std::move(field));
  }
  if (blocks.perRow == 0)
    return packed;
  auto *columns = reinterpret_cast<uint8_t *>(packed.fields[0].bytes.data());
  for (int64_t blockRow = 0; blockRow < blocks.blockRows; ++blockRow) {
    uint8_t *kept = columns + blockRow * blocks.perRow * kKept;
    Status status = selectColumns(matrix, blocks, blockRow, kept);
    int64_t first = blockRow * blocks.v;
    int64_t last = std::min(matrix.rows, first + blocks.v);
    for (int64_t row = first; status && row < last; ++row)
      status =
          packRow(matrix, blocks, row, options.refusePadding, kept, packed);
    // The same places as in an empty row.
    for (int64_t row = last; status && row < first + blocks.v; ++row)
      for (int64_t i = 0; i < blocks.valuesPerRow(); ++i)
        blocks.metadata.set(packed.fields[1], row, i, i % blocks.n);
    if (!status)
      return status.takeError();
  }
  return packed;
}

//===----------------------------------------------------------------------===//
// Checking and unpacking
//===----------------------------------------------------------------------===//

static Status checkColumns(const PackedMatrix &packed, const Blocks &blocks) {
  IndexArray columns(packed.fields[0].bytes.data(), ElementType::I8);
  for (int64_t i = 0; i < packed.fields[0].count; ++i) {
    int64_t block = i / kKept % blocks.perRow, place = i % kKept;
    auto where = [&] {
      return concat("columns[", i, "] of block ", block, " is ", columns[i]);
    };
    if (columns[i] >= blocks.m)
      return Error(
          concat("VNM5: ", where(), ", outside of ", blocks.m, " columns"));
    if (place > 0 && columns[i] <= columns[i - 1])
      return Error(concat("VNM5: ", where(), ", not above its predecessor ",
                          columns[i - 1]));
    if (place < blocks.keptColumns(block) &&
        block * blocks.m + columns[i] >= blocks.cols)
      return Error(concat("VNM5: ", where(), ", beyond the last of ",
                          blocks.cols, " columns"));
  }
  return Status::success();
}

Status VNMFormat::check(const PackedMatrix &packed) const {
  if (Status status = checkFields(*this, packed); !status)
    return Error(concat("VNM1: ", status.message()));
  Blocks blocks(packed.rows, packed.cols, packed.parameters);
  const Field &metadata = packed.fields[1], &values = packed.fields[2];
  if (packed.fields[0].count != blocks.columnCount())
    return Error(concat("VNM2: there are ", packed.fields[0].count,
                        " columns, expected ", kKept, " for each of ",
                        blocks.blockRows, " x ", blocks.perRow, " blocks"));
  if (metadata.count != blocks.countOf(blocks.metadata.wordsPerRow()))
    return Error(concat("VNM3: metadata has ", metadata.count,
                        " words, expected ", blocks.metadata.wordsPerRow(),
                        " for each row of ", blocks.blockRows, " x ", blocks.v,
                        " rows"));
  if (values.count != blocks.countOf(blocks.valuesPerRow()))
    return Error(concat("VNM4: there are ", values.count, " values, expected ",
                        blocks.valuesPerRow(), " for each row of ",
                        blocks.blockRows, " x ", blocks.v, " rows"));
  if (blocks.perRow == 0)
    return Status::success();
  if (Status status = checkColumns(packed, blocks); !status)
    return status;
  for (int64_t row = 0; row < blocks.blockRows * blocks.v; ++row)
    for (int64_t i = 0; i < blocks.valuesPerRow(); ++i) {
      int64_t place = blocks.metadata.get(metadata, row, i);
      int64_t block = i / blocks.n, k = i % blocks.n;
      if (k > 0 && place <= blocks.metadata.get(metadata, row, i - 1))
        return Error(concat("VNM6: place ", k, " of row ", row, ", block ",
                            block, " is ", place,
                            ", not above its predecessor ",
                            blocks.metadata.get(metadata, row, i - 1)));
      if ((row >= blocks.rows || place >= blocks.keptColumns(block)) &&
          isEntry(packed, values, row * blocks.valuesPerRow() + i))
        return Error(concat("VNM7: value ", k, " of row ", row, ", block ",
                            block, " is not zero, beyond the shape ",
                            blocks.rows, " x ", blocks.cols));
    }
  return Status::success();
}

Expected<PackedMatrix> VNMFormat::unpack(const PackedMatrix &packed) const {
  if (Status status = check(packed); !status)
    return status.takeError();
  if (Status status =
          checkFieldSize(csrFields()[0], ElementType::I64, packed.rows);
      !status)
    return status.takeError();
  Blocks blocks(packed.rows, packed.cols, packed.parameters);
  const Field &metadata = packed.fields[1], &values = packed.fields[2];
  IndexArray columns(packed.fields[0].bytes.data(), ElementType::I8);
  size_t width = byteSize(values.type);
  CsrBuilder builder(packed.rows, packed.cols, values.type,
                     expectedEntries(packed));
  if (blocks.perRow == 0)
    return builder.finish();
  for (int64_t row = 0; row < packed.rows; ++row) {
    int64_t firstBlock = row / blocks.v * blocks.perRow;
    for (int64_t i = 0; i < blocks.valuesPerRow(); ++i) {
      int64_t at = row * blocks.valuesPerRow() + i, block = i / blocks.n;
      if (isPadding(values.bytes.data(), width, at) &&
          !std::binary_search(packed.explicitZeros.begin(),
                              packed.explicitZeros.end(), at))
        continue;
      int64_t place = blocks.metadata.get(metadata, row, i);
      builder.add(block * blocks.m +
                      columns[(firstBlock + block) * kKept + place],
                  values.bytes.data() + at * width);
    }
    builder.endRow();
  }
  return builder.finish();
}

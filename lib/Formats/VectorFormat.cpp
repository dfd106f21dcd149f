//===- VectorFormat.cpp - V x 1 vectors of groups of rows
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorFormat.h"

#include "SparseGPU/Formats/RowGrouping.h"
#include "SparseGPU/Formats/ShuffledBlock.h"
#include "SparseGPU/Formats/VectorWise.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <numeric>

using namespace sparsegpu;
using namespace sparsegpu::formats;

const Format &formats::shuffledBlockFormat() {
  static const VectorFormat format("shuffled_block", "SB", true);
  return format;
}

const Format &formats::vectorWiseFormat() {
  static const VectorFormat format("vector_wise", "VW", false);
  return format;
}

static int64_t countGroups(int64_t rows, int64_t v) {
  return rows / v + (rows % v != 0);
}

std::vector<ParameterSpec> VectorFormat::parameters() const {
  return {{"v", 32, 8, 128, "rows of a group, values of a vector"}};
}

std::vector<FieldSpec> VectorFormat::fields() const {
  std::vector<FieldSpec> fields = {
      {"group_positions", FieldRole::Positions, "ceil(M / v) + 1",
       "where the vectors of group i begin; the last element is their number"},
      {"columns", FieldRole::Coordinates, "vectors",
       "the column of vector i, ascending within a group"},
      {"values", FieldRole::Values, "vectors * v",
       "the values of the vectors, one vector after the other"}};
  if (isShuffled)
    fields.push_back({"row_permutation", FieldRole::Coordinates,
                      "ceil(M / v) * v",
                      "the row of the matrix that packed row i is; not below M "
                      "where there is none"});
  return fields;
}

std::string_view VectorFormat::sizeFormula() const {
  return isShuffled ? "(ceil(M / v) + 1) * p + vectors * (c + v * value) + "
                      "ceil(M / v) * v * c"
                    : "(ceil(M / v) + 1) * p + vectors * (c + v * value)";
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

/// The columns of each group, ascending, and where those of a group begin.
static void findColumns(const CsrSource &matrix,
                        const std::vector<int64_t> &permutation, int64_t v,
                        std::vector<int64_t> &positions,
                        std::vector<int64_t> &columns) {
  positions.assign(1, 0);
  auto groups = static_cast<int64_t>(permutation.size()) / v;
  std::vector<int64_t> lastGroup(static_cast<size_t>(matrix.cols), -1);
  for (int64_t group = 0; group < groups; ++group) {
    for (int64_t i = group * v; i < (group + 1) * v; ++i) {
      int64_t row = permutation[i];
      if (row >= matrix.rows)
        continue;
      for (int64_t e = matrix.positions[row]; e < matrix.positions[row + 1];
           ++e) {
        int64_t column = matrix.coordinates[e];
        if (lastGroup[column] == group)
          continue;
        lastGroup[column] = group;
        columns.push_back(column);
      }
    }
    std::sort(columns.begin() + positions.back(), columns.end());
    positions.push_back(static_cast<int64_t>(columns.size()));
  }
}

Expected<PackedMatrix>
VectorFormat::pack(const CsrSource &matrix,
                   const std::vector<int64_t> &parameters,
                   const PackOptions &options) const {
  int64_t v = parameters[0];
  std::vector<int64_t> permutation = options.rowPermutation;
  if (!isShuffled) {
    permutation.resize(static_cast<size_t>(countGroups(matrix.rows, v) * v));
    std::iota(permutation.begin(), permutation.end(), int64_t(0));
  } else if (permutation.empty()) {
    permutation = groupRows(matrix, v);
  } else {
    Expected<std::vector<int64_t>> complete =
        completePermutation(std::move(permutation), matrix.rows, v);
    if (!complete)
      return complete.takeError();
    permutation = *std::move(complete);
  }
  std::vector<int64_t> positions, columns;
  findColumns(matrix, permutation, v, positions, columns);
  auto vectors = static_cast<int64_t>(columns.size());
  int64_t largest = 0;
  for (int64_t column : columns)
    largest = std::max(largest, column);
  if (isShuffled && !permutation.empty())
    largest = std::max(largest, static_cast<int64_t>(permutation.size()) - 1);
  Expected<ElementType> positionType =
      checkedIndexType("position", options.positionWidth, vectors);
  if (!positionType)
    return positionType.takeError();
  Expected<ElementType> coordinateType =
      checkedIndexType("coordinate", options.coordinateWidth, largest);
  if (!coordinateType)
    return coordinateType.takeError();

  PackedMatrix packed{formatName, matrix.rows, matrix.cols, matrix.nnz(),
                      {},         parameters,  {}};
  std::vector<FieldSpec> specs = fields();
  Status status = appendIndices(packed, specs[0], *positionType, positions);
  if (status)
    status = appendIndices(packed, specs[1], *coordinateType, columns);
  if (!status)
    return status.takeError();
  Expected<Field> field =
      allocateField(specs[2], matrix.valueType, vectors * v);
  if (!field)
    return field.takeError();
  size_t width = byteSize(matrix.valueType);
  for (size_t i = 0; i < permutation.size(); ++i) {
    int64_t row = permutation[i];
    if (row >= matrix.rows)
      continue;
    int64_t group = static_cast<int64_t>(i) / v,
            slot = static_cast<int64_t>(i) % v;
    int64_t e = matrix.positions[row], end = matrix.positions[row + 1];
    // Both lists ascend, so one pass over the vectors serves a row.
    for (int64_t vector = positions[group]; vector < positions[group + 1];
         ++vector) {
      if (e == end || matrix.coordinates[e] != columns[vector]) {
        if (options.refusePadding)
          return refusedPadding(row, columns[vector], concat("group ", group));
        continue;
      }
      int64_t to = vector * v + slot;
      std::copy_n(matrix.values + e * width, width,
                  field->bytes.data() + to * width);
      if (isPadding(matrix.values, width, e))
        packed.explicitZeros.push_back(to);
      ++e;
    }
  }
  std::sort(packed.explicitZeros.begin(), packed.explicitZeros.end());
  packed.fields.push_back(*std::move(field));
  if (isShuffled)
    status = appendIndices(packed, specs[3], *coordinateType, permutation);
  if (!status)
    return status.takeError();
  return packed;
}

//===----------------------------------------------------------------------===//
// Checking and unpacking
//===----------------------------------------------------------------------===//

std::vector<int64_t>
VectorFormat::readPermutation(const PackedMatrix &packed) const {
  int64_t v = packed.parameters[0];
  std::vector<int64_t> permutation(
      static_cast<size_t>(countGroups(packed.rows, v) * v));
  std::iota(permutation.begin(), permutation.end(), int64_t(0));
  if (isShuffled) {
    const Field &field = packed.fields[3];
    IndexArray stored(field.bytes.data(), field.type);
    for (size_t i = 0; i < permutation.size(); ++i)
      permutation[i] = stored[static_cast<int64_t>(i)];
  }
  return permutation;
}

Status VectorFormat::checkVectors(const PackedMatrix &packed,
                                  int64_t groups) const {
  CsrSource source = asCsrSource(packed);
  int64_t vectors = packed.fields[1].count;
  if (packed.fields[0].count != groups + 1)
    return Error(
        concat(prefix, "2: group_positions has ", packed.fields[0].count,
               " elements, expected one more than the ", groups, " groups"));
  if (source.positions[0] != 0)
    return Error(concat(prefix, "3: group_positions[0] is ",
                        source.positions[0], ", expected 0"));
  for (int64_t g = 0; g < groups; ++g)
    if (source.positions[g + 1] < source.positions[g])
      return Error(concat(prefix, "3: group_positions[", g + 1, "] is ",
                          source.positions[g + 1], ", below group_positions[",
                          g, "] = ", source.positions[g]));
  if (source.positions[groups] != vectors)
    return Error(concat(prefix, "4: group_positions ends with ",
                        source.positions[groups], ", but there are ", vectors,
                        " columns"));
  int64_t v = packed.parameters[0], values = packed.fields[2].count;
  if (values / v != vectors || values % v != 0)
    return Error(concat(prefix, "5: there are ", values, " values for ",
                        vectors, " vectors of ", v));
  for (int64_t g = 0; g < groups; ++g)
    for (int64_t i = source.positions[g]; i < source.positions[g + 1]; ++i) {
      int64_t column = source.coordinates[i];
      if (column < 0 || column >= packed.cols)
        return Error(concat(prefix, "6: columns[", i, "] in group ", g, " is ",
                            column, ", outside of ", packed.cols, " columns"));
      if (i > source.positions[g] && column <= source.coordinates[i - 1])
        return Error(concat(prefix, "7: columns[", i, "] in group ", g, " is ",
                            column, ", not above its predecessor ",
                            source.coordinates[i - 1]));
    }
  return Status::success();
}

Status VectorFormat::check(const PackedMatrix &packed) const {
  if (Status status = checkFields(*this, packed); !status)
    return Error(concat(prefix, "1: ", status.message()));
  int64_t v = packed.parameters[0], groups = countGroups(packed.rows, v);
  if (Status status = checkVectors(packed, groups); !status)
    return status;
  if (isShuffled && packed.fields[3].count != groups * v)
    return Error(concat(prefix, "8: row_permutation has ",
                        packed.fields[3].count, " elements, expected ",
                        groups * v));
  std::vector<int64_t> permutation = readPermutation(packed);
  Expected<std::vector<int64_t>> valid =
      completePermutation(permutation, packed.rows, v);
  if (!valid)
    return Error(concat(prefix, "8: ", valid.message()));
  const Field &values = packed.fields[2];
  CsrSource source = asCsrSource(packed);
  for (size_t i = 0; i < permutation.size(); ++i) {
    if (permutation[i] < packed.rows)
      continue;
    int64_t group = static_cast<int64_t>(i) / v,
            slot = static_cast<int64_t>(i) % v;
    for (int64_t vector = source.positions[group];
         vector < source.positions[group + 1]; ++vector)
      if (isEntry(packed, values, vector * v + slot))
        return Error(concat(prefix, isShuffled ? "9" : "8", ": vector ", vector,
                            " is not zero in packed row ", i,
                            ", which is no row of the matrix"));
  }
  return Status::success();
}

Expected<PackedMatrix> VectorFormat::unpack(const PackedMatrix &packed) const {
  if (Status status = check(packed); !status)
    return status.takeError();
  int64_t v = packed.parameters[0];
  std::vector<int64_t> permutation = readPermutation(packed);
  std::vector<int64_t> place(permutation.size());
  for (size_t i = 0; i < permutation.size(); ++i)
    place[permutation[i]] = static_cast<int64_t>(i);
  CsrSource source = asCsrSource(packed);
  size_t width = byteSize(source.valueType);
  CsrBuilder builder(packed.rows, packed.cols, source.valueType,
                     expectedEntries(packed));
  for (int64_t row = 0; row < packed.rows; ++row) {
    int64_t group = place[row] / v, slot = place[row] % v;
    for (int64_t vector = source.positions[group];
         vector < source.positions[group + 1]; ++vector) {
      int64_t at = vector * v + slot;
      if (!isPadding(source.values, width, at) ||
          std::binary_search(packed.explicitZeros.begin(),
                             packed.explicitZeros.end(), at))
        builder.add(source.coordinates[vector], source.values + at * width);
    }
    builder.endRow();
  }
  return builder.finish();
}

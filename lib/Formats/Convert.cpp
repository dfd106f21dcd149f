//===- Convert.cpp - From one format to another
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Convert.h"

#include "SparseGPU/Formats/Pruning.h"

#include "SparseGPU/Support/Strings.h"

#include <cstring>
#include <new>

using namespace sparsegpu;
using namespace sparsegpu::formats;

Expected<PackedMatrix> formats::adoptFields(
    const Format &format, const std::vector<int64_t> &parameters,
    const PackOptions &options, int64_t rows, int64_t cols,
    const std::vector<const void *> &data, const std::vector<int64_t> &counts) {
  if (Status status = checkParameters(format, parameters); !status)
    return status.takeError();
  std::vector<FieldSpec> specs = format.fieldsFor(parameters);
  if (data.size() != specs.size() || counts.size() != specs.size())
    return Error(concat("format ", quoted(format.name()), " has ", specs.size(),
                        " fields, got ", data.size()));
  PackedMatrix packed;
  packed.format = format.name();
  packed.rows = rows;
  packed.cols = cols;
  packed.parameters = parameters;
  for (size_t i = 0; i < specs.size(); ++i) {
    ElementType type = options.valueType;
    if (specs[i].role == FieldRole::Bits)
      type = specs[i].bitsType;
    if (specs[i].role == FieldRole::Positions ||
        specs[i].role == FieldRole::Coordinates) {
      Expected<ElementType> index = checkedIndexType(
          name(specs[i].role),
          specs[i].role == FieldRole::Positions ? options.positionWidth
                                                : options.coordinateWidth,
          0);
      if (!index)
        return index.takeError();
      type = *index;
    }
    if (counts[i] < 0 || (counts[i] > 0 && !data[i]))
      return Error(
          concat("field ", quoted(specs[i].name), " has no elements to read"));
    Expected<Field> field =
        allocateField(specs[i], type, counts[i], Contents::Unset);
    if (!field)
      return field.takeError();
    if (!field->bytes.empty())
      std::memcpy(field->bytes.data(), data[i], field->bytes.size());
    packed.fields.push_back(*std::move(field));
  }
  return packed;
}

Expected<PackedMatrix> formats::convert(const PackedMatrix &packed,
                                        const Format &from, const Format &to,
                                        const std::vector<int64_t> &parameters,
                                        const PackOptions &options) {
  std::vector<int64_t> numbers = parameters;
  if (numbers.empty())
    for (const ParameterSpec &parameter : to.parameters())
      numbers.push_back(parameter.defaultValue);
  if (Status status = checkParameters(to, numbers); !status)
    return status.takeError();
  try {
    Expected<PackedMatrix> csr = from.unpack(packed);
    if (!csr)
      return csr.takeError();
    PackOptions target = options;
    target.valueType = csr->fields[2].type;
    return to.pack(asCsrSource(*csr), numbers, target);
  } catch (const std::bad_alloc &) {
    return Error("there is not enough memory to convert the matrix");
  }
}

Expected<PackedMatrix>
formats::convertPruned(const PackedMatrix &packed, const Format &from,
                       const Format &to, const std::vector<int64_t> &parameters,
                       const PackOptions &options, double sparsity) {
  std::vector<int64_t> numbers = parameters;
  if (numbers.empty())
    for (const ParameterSpec &parameter : to.parameters())
      numbers.push_back(parameter.defaultValue);
  if (Status status = checkParameters(to, numbers); !status)
    return status.takeError();
  Expected<CooMatrix> entries = unpack(packed, from);
  if (!entries)
    return entries.takeError();
  Expected<DenseWeights> weights = denseWeights(*entries);
  if (!weights)
    return weights.takeError();
  Expected<PrunedWeights> pruned =
      prune(*weights, patternOf(to, numbers, sparsity));
  if (!pruned)
    return pruned.takeError();
  PackOptions target = options;
  target.valueType = packed.find("values")->type;
  target.rowPermutation = pruned->rowPermutation;
  return pack(pruned->matrix, to, numbers, target);
}

Expected<PackedMatrix> formats::compressDense(int64_t rows, int64_t cols,
                                              ElementType type,
                                              const std::byte *values) {
  if (rows < 0 || cols < 0)
    return Error(concat("the shape ", rows, " x ", cols, " is negative"));
  try {
    size_t width = byteSize(type);
    CsrBuilder builder(rows, cols, type);
    std::vector<double> numbers(static_cast<size_t>(cols));
    for (int64_t row = 0; row < rows; ++row) {
      const std::byte *line = values + static_cast<size_t>(row * cols) * width;
      loadElements(type, line, numbers.size(), numbers.data());
      for (int64_t col = 0; col < cols; ++col)
        if (numbers[static_cast<size_t>(col)] != 0)
          builder.add(col, line + static_cast<size_t>(col) * width);
      builder.endRow();
    }
    return builder.finish();
  } catch (const std::bad_alloc &) {
    return Error("there is not enough memory to compress the matrix");
  }
}

Expected<Field> formats::expandToDense(const PackedMatrix &packed,
                                       const Format &format) {
  static const FieldSpec spec = {"values", FieldRole::Values, "rows * cols",
                                 "the element at (i / cols, i mod cols)"};
  try {
    Expected<PackedMatrix> csr = format.unpack(packed);
    if (!csr)
      return csr.takeError();
    CsrSource source = asCsrSource(*csr);
    int64_t count;
    if (__builtin_mul_overflow(source.rows, source.cols, &count))
      return Error(concat("a dense matrix of ", source.rows, " x ", source.cols,
                          " elements does not fit the memory"));
    Expected<Field> dense = allocateField(spec, source.valueType, count);
    if (!dense)
      return dense.takeError();
    size_t width = byteSize(source.valueType);
    for (int64_t row = 0; row < source.rows; ++row)
      for (int64_t e = source.positions[row]; e < source.positions[row + 1];
           ++e) {
        int64_t place = row * source.cols + source.coordinates[e];
        std::memcpy(dense->bytes.data() + static_cast<size_t>(place) * width,
                    source.values + static_cast<size_t>(e) * width, width);
      }
    return dense;
  } catch (const std::bad_alloc &) {
    return Error("there is not enough memory to expand the matrix");
  }
}

//===- Format.cpp - What a storage format is
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Format.h"

#include "SparseGPU/Formats/Bsr.h"
#include "SparseGPU/Formats/CondensedTiles.h"
#include "SparseGPU/Formats/CooFormat.h"
#include "SparseGPU/Formats/Csc.h"
#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/Dcsr.h"
#include "SparseGPU/Formats/Dia.h"
#include "SparseGPU/Formats/Ell.h"
#include "SparseGPU/Formats/Hyb.h"
#include "SparseGPU/Formats/NM.h"
#include "SparseGPU/Formats/RowMerge.h"
#include "SparseGPU/Formats/ShuffledBlock.h"
#include "SparseGPU/Formats/VNM.h"
#include "SparseGPU/Formats/VectorWise.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>

using namespace sparsegpu;
using namespace sparsegpu::formats;

Format::~Format() = default;

Status Format::checkTogether(const std::vector<int64_t> &) const {
  return Status::success();
}

bool Format::storesRowPermutationFor(const std::vector<int64_t> &) const {
  return storesRowPermutation();
}

std::vector<FieldSpec> Format::fieldsFor(const std::vector<int64_t> &) const {
  return fields();
}

const std::vector<const Format *> &formats::allFormats() {
  static const std::vector<const Format *> formats = {
      &csrFormat(),            //
      &cscFormat(),            //
      &bsrFormat(),            //
      &cooFormat(),            //
      &dcsrFormat(),           //
      &blockedEllFormat(),     //
      &slicedEllFormat(),      //
      &shuffledBlockFormat(),  //
      &vectorWiseFormat(),     //
      &nmFormat(),             //
      &vnmFormat(),            //
      &condensedTilesFormat(), //
      &rowMergeFormat(),       //
      &hybFormat(),            //
      &diaFormat(),            //
  };
  return formats;
}

const Format *formats::findFormat(std::string_view name) {
  for (const Format *format : allFormats())
    if (format->name() == name)
      return format;
  return nullptr;
}

CsrSource formats::asCsrSource(const PackedMatrix &csr) {
  auto indices = [&](size_t i) {
    return IndexArray(csr.fields[i].bytes.data(), csr.fields[i].type);
  };
  return {csr.rows,   csr.cols,           indices(0),
          indices(1), csr.fields[2].type, csr.fields[2].bytes.data()};
}

Expected<PackedMatrix> formats::pack(const CooMatrix &matrix,
                                     const Format &format,
                                     const std::vector<int64_t> &parameters,
                                     const PackOptions &options) {
  std::vector<int64_t> numbers = parameters;
  if (numbers.empty())
    for (const ParameterSpec &parameter : format.parameters())
      numbers.push_back(parameter.defaultValue);
  if (Status status = checkParameters(format, numbers); !status)
    return status.takeError();
  if (!options.rowPermutation.empty() &&
      !format.storesRowPermutationFor(numbers))
    return Error(concat("format ", quoted(format.name()),
                        " stores no permutation of the rows"));
  if (&format == &csrFormat())
    return packCsr(matrix, options);
  if (Status status = checkShape(matrix.rows, matrix.cols); !status)
    return status.takeError();
  PackOptions wide = options;
  wide.positionWidth = wide.coordinateWidth = 64;
  Expected<PackedMatrix> csr = packCsr(matrix, wide);
  if (!csr)
    return csr.takeError();
  auto outOfMemory = [&] {
    return Error(concat("there is not enough memory to pack a ", csr->rows,
                        " x ", csr->cols, " matrix of ", csr->nnz,
                        " entries as ", format.name()));
  };
  try {
    return format.pack(asCsrSource(*csr), numbers, options);
  } catch (const std::bad_alloc &) {
    return outOfMemory();
  } catch (const std::length_error &) { // More than there are addresses.
    return outOfMemory();
  }
}

Expected<CooMatrix> formats::unpack(const PackedMatrix &packed,
                                    const Format &format) {
  if (&format == &csrFormat())
    return unpackCsr(packed);
  // Formats that store no empty rows may have any number of them.
  if (Status status = checkFieldSize(csrFields()[0], ElementType::I64,
                                     packed.rows < INT64_MAX ? packed.rows + 1
                                                             : packed.rows);
      !status)
    return status.takeError();
  try {
    Expected<PackedMatrix> csr = format.unpack(packed);
    if (!csr)
      return csr.takeError();
    return unpackCsr(*std::move(csr));
  } catch (const std::bad_alloc &) {
    return Error(concat("there is not enough memory to unpack a ", packed.rows,
                        " x ", packed.cols, " matrix of ", packed.nnz,
                        " entries from ", format.name()));
  }
}

Status formats::checkParameters(const Format &format,
                                const std::vector<int64_t> &parameters) {
  std::vector<ParameterSpec> specs = format.parameters();
  if (specs.size() != parameters.size())
    return Error(concat("format ", quoted(format.name()), " takes ",
                        specs.size(), " parameters, got ", parameters.size()));
  for (size_t i = 0; i < specs.size(); ++i) {
    if (parameters[i] >= specs[i].smallest && parameters[i] <= specs[i].largest)
      continue;
    std::string range = concat(specs[i].smallest, " to ", specs[i].largest);
    for (size_t c = 0; c < specs[i].choices.size(); ++c)
      range += concat(c == 0 ? " (" : ", ", specs[i].choices[c]);
    if (!specs[i].choices.empty())
      range += ")";
    return Error(concat("parameter ", quoted(specs[i].name), " of format ",
                        quoted(format.name()), " is ", range, ", got ",
                        parameters[i]));
  }
  return format.checkTogether(parameters);
}

Status formats::checkShape(int64_t rows, int64_t cols) {
  if (rows < 0 || cols < 0)
    return Error(concat("the shape ", rows, " x ", cols, " is negative"));
  if (rows > maxPackedSize || cols > maxPackedSize)
    return Error(concat("the shape ", rows, " x ", cols,
                        " is larger than can be packed, 2^62"));
  return Status::success();
}

Status formats::checkFields(const Format &format, const PackedMatrix &packed) {
  if (packed.format != format.name())
    return Error(concat("a matrix packed as ", quoted(packed.format),
                        " is not one of format ", quoted(format.name())));
  if (Status status = checkParameters(format, packed.parameters); !status)
    return status;
  if (Status status = checkShape(packed.rows, packed.cols); !status)
    return status;
  std::vector<FieldSpec> specs = format.fieldsFor(packed.parameters);
  if (packed.fields.size() != specs.size())
    return Error(concat("a matrix of format ", quoted(format.name()), " has ",
                        specs.size(), " fields, this one has ",
                        packed.fields.size()));
  for (size_t i = 0; i < specs.size(); ++i) {
    const Field &field = packed.fields[i];
    if (field.spec.name != specs[i].name)
      return Error(concat("field ", i, " of format ", quoted(format.name()),
                          " is ", quoted(specs[i].name), ", found ",
                          quoted(field.spec.name)));
    if (field.count < 0 ||
        field.bytes.size() !=
            static_cast<size_t>(field.count) * byteSize(field.type))
      return Error(concat("field ", quoted(field.spec.name), " has ",
                          field.bytes.size(), " bytes for ", field.count,
                          " elements of ", name(field.type)));
    if (specs[i].role == FieldRole::Bits && field.type != specs[i].bitsType)
      return Error(concat("field ", quoted(field.spec.name), " is of type ",
                          name(field.type), ", expected ",
                          name(specs[i].bitsType)));
    if (specs[i].role != FieldRole::Values && isFloat(field.type))
      return Error(concat("field ", quoted(field.spec.name), " is of type ",
                          name(field.type), ", expected integers"));
  }
  return Status::success();
}

Expected<ElementType> formats::checkedIndexType(std::string_view what,
                                                unsigned width,
                                                int64_t largest) {
  std::optional<ElementType> type = indexType(width);
  if (!type)
    return Error(concat("a ", what, " width of ", width,
                        " bits is not supported, expected 0, 8, 16, 32 or 64"));
  if (largest > maxIndex(*type))
    return Error(concat("the ", what, " ", largest, " does not fit ", width,
                        " bits, whose largest value is ", maxIndex(*type)));
  return *type;
}

Expected<PackedMatrix>
formats::allocatePacked(const Format &format, const CsrSource &matrix,
                        const std::vector<int64_t> &parameters,
                        const PackOptions &options, int64_t largestPosition,
                        int64_t largestCoordinate,
                        const std::vector<int64_t> &counts) {
  Expected<ElementType> positionType =
      checkedIndexType("position", options.positionWidth, largestPosition);
  if (!positionType)
    return positionType.takeError();
  Expected<ElementType> coordinateType = checkedIndexType(
      "coordinate", options.coordinateWidth, largestCoordinate);
  if (!coordinateType)
    return coordinateType.takeError();
  PackedMatrix packed{format.name(), matrix.rows, matrix.cols, matrix.nnz(), {},
                      parameters,    {}};
  std::vector<FieldSpec> specs = format.fieldsFor(parameters);
  for (size_t i = 0; i < specs.size(); ++i) {
    ElementType type = specs[i].role == FieldRole::Positions ? *positionType
                       : specs[i].role == FieldRole::Coordinates
                           ? *coordinateType
                       : specs[i].role == FieldRole::Bits ? specs[i].bitsType
                                                          : matrix.valueType;
    Expected<Field> field = allocateField(specs[i], type, counts[i]);
    if (!field)
      return field.takeError();
    packed.fields.push_back(*std::move(field));
  }
  return packed;
}

void formats::storeIndex(Field &field, int64_t i, int64_t value) {
  storeIndices(field.type, &value, 1,
               field.bytes.data() +
                   static_cast<size_t>(i) * byteSize(field.type));
}

bool formats::isPadding(const std::byte *values, size_t width, int64_t index) {
  const std::byte *value = values + static_cast<size_t>(index) * width;
  return std::all_of(value, value + width,
                     [](std::byte b) { return b == std::byte(0); });
}

bool formats::isEntry(const PackedMatrix &packed, const Field &values,
                      int64_t place) {
  return !isPadding(values.bytes.data(), byteSize(values.type), place) ||
         std::binary_search(packed.explicitZeros.begin(),
                            packed.explicitZeros.end(), place);
}

Error formats::refusedPadding(int64_t row, int64_t col, std::string_view unit) {
  return Error(concat("row ", row, " has no entry in column ", col, ", which ",
                      unit, " stores, and padding is refused"));
}

Status formats::appendIndices(PackedMatrix &packed, const FieldSpec &spec,
                              ElementType type,
                              const std::vector<int64_t> &indices) {
  Expected<Field> field =
      allocateField(spec, type, static_cast<int64_t>(indices.size()));
  if (!field)
    return field.takeError();
  storeIndices(type, indices.data(), indices.size(), field->bytes.data());
  packed.fields.push_back(*std::move(field));
  return Status::success();
}

int64_t formats::expectedEntries(const PackedMatrix &packed) {
  const Field *values = packed.find("values");
  return std::max<int64_t>(
      0, std::min(packed.nnz, values ? values->count : int64_t(0)));
}

CsrBuilder::CsrBuilder(int64_t rows, int64_t cols, ElementType valueType,
                       int64_t entries)
    : rowCount(rows), colCount(cols), valueType(valueType),
      width(byteSize(valueType)) {
  positions.reserve((static_cast<size_t>(rows) + 1) * sizeof(int64_t));
  append(positions, 0);
  this->cols.reserve(static_cast<size_t>(entries) * sizeof(int64_t));
  values.reserve(static_cast<size_t>(entries) * width);
}

void CsrBuilder::append(Bytes &bytes, int64_t number) {
  const auto *first = reinterpret_cast<const std::byte *>(&number);
  bytes.insert(bytes.end(), first, first + sizeof(number));
}

void CsrBuilder::add(int64_t col, const std::byte *value) {
  append(cols, col);
  values.insert(values.end(), value, value + width);
}

Expected<PackedMatrix> CsrBuilder::finish() {
  int64_t nnz = entries();
  while (positions.size() < (static_cast<size_t>(rowCount) + 1) * 8)
    append(positions, nnz);
  PackedMatrix packed{"csr", rowCount, colCount, nnz, {}, {}, {}};
  std::vector<FieldSpec> specs = csrFormat().fields();
  packed.fields.push_back(
      {specs[0], ElementType::I64, rowCount + 1, std::move(positions)});
  packed.fields.push_back({specs[1], ElementType::I64, nnz, std::move(cols)});
  packed.fields.push_back({specs[2], valueType, nnz, std::move(values)});
  return packed;
}

//===- NumericArray.cpp - Arrays of numbers in files
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NumericArray.h"

#include "SparseGPU/Formats/ElementType.h"
#include "SparseGPU/Formats/Float8.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace sparsegpu;
using namespace sparsegpu::formats;

using Kind = NumericType::Kind;

FileField NumericType::field() const {
  if (kind == Kind::Complex)
    return FileField::Complex;
  return isInteger() ? FileField::Integer : FileField::Real;
}

std::optional<int64_t>
formats::elementCount(const std::vector<int64_t> &shape) {
  int64_t count = 1;
  bool overflow = false;
  for (int64_t size : shape) {
    if (size < 0)
      return std::nullopt;
    // 0 elements are 0 however large the other sizes.
    if (size == 0)
      return 0;
    overflow |= __builtin_mul_overflow(count, size, &count);
  }
  if (overflow)
    return std::nullopt;
  return count;
}

int64_t NumericArray::count() const { return *elementCount(shape); }

/// The bytes of a number in this machine's order.
template <typename T> static T load(const char *from, bool bigEndian) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, from, sizeof(T));
  if (bigEndian)
    std::reverse(bytes, bytes + sizeof(T));
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

static double loadFloat(const char *from, size_t bytes, bool bigEndian) {
  switch (bytes) {
  case 2:
    return fromHalf(load<uint16_t>(from, bigEndian));
  case 4:
    return load<float>(from, bigEndian);
  default:
    return load<double>(from, bigEndian);
  }
}

int64_t NumericArray::integer(int64_t i) const {
  const char *from = data.data() + static_cast<size_t>(i) * type.bytes;
  bool isSigned = type.kind == Kind::Signed;
  switch (type.bytes) {
  case 1:
    return isSigned ? int64_t(static_cast<int8_t>(*from))
                    : int64_t(static_cast<uint8_t>(*from));
  case 2: {
    auto bits = load<uint16_t>(from, type.bigEndian);
    return isSigned ? int64_t(static_cast<int16_t>(bits)) : int64_t(bits);
  }
  case 4: {
    auto bits = load<uint32_t>(from, type.bigEndian);
    return isSigned ? int64_t(static_cast<int32_t>(bits)) : int64_t(bits);
  }
  default:
    return load<int64_t>(from, type.bigEndian);
  }
}

double NumericArray::number(int64_t i, ComplexValues complex) const {
  const char *from = data.data() + static_cast<size_t>(i) * type.bytes;
  switch (type.kind) {
  case Kind::Float:
    return loadFloat(from, type.bytes, type.bigEndian);
  case Kind::BFloat16:
    return fromBFloat16(load<uint16_t>(from, type.bigEndian));
  case Kind::Float8E4M3:
    return fromFloat8E4M3FN(static_cast<uint8_t>(*from));
  case Kind::Float8E5M2:
    return fromFloat8E5M2(static_cast<uint8_t>(*from));
  case Kind::Bool:
    return *from != 0;
  case Kind::Unsigned:
    if (type.bytes == 8)
      return static_cast<double>(load<uint64_t>(from, type.bigEndian));
    [[fallthrough]];
  case Kind::Signed:
    return static_cast<double>(integer(i));
  case Kind::Complex: {
    size_t half = type.bytes / 2;
    double real = loadFloat(from, half, type.bigEndian);
    if (complex == ComplexValues::Real)
      return real;
    return std::hypot(real, loadFloat(from + half, half, type.bigEndian));
  }
  case Kind::Text:
    break;
  }
  return 0;
}

Status formats::checkValues(const NumericArray &array,
                            const ReadOptions &options) {
  if (array.type.kind == Kind::Text)
    return array.error(0, "the elements are text, expected numbers");
  if (array.type.kind == Kind::Complex &&
      options.complexValues == ComplexValues::Refuse)
    return array.error(0, "the values are complex; ask for their real parts or "
                          "magnitudes");
  return Status::success();
}

Expected<MatrixFile> formats::denseMatrix(const NumericArray &array,
                                          FileKind kind,
                                          const ReadOptions &options) {
  if (Status status = checkValues(array, options); !status)
    return status.takeError();
  if (array.shape.empty() || array.shape.size() > 2)
    return array.error(0, "the array has ", array.shape.size(),
                       " dimensions, expected a matrix or a vector");
  MatrixFile file;
  file.kind = kind;
  file.field = array.type.field();
  file.dense = true;
  file.storedEntries = array.count();
  CooMatrix &matrix = file.matrix;
  matrix.rows = array.shape[0];
  matrix.cols = array.shape.size() == 2 ? array.shape[1] : 1;
  int64_t inner = array.fortranOrder ? matrix.rows : matrix.cols;
  int64_t nonzeros = 0;
  for (int64_t i = 0; i < file.storedEntries; ++i)
    nonzeros += array.number(i, options.complexValues) != 0;
  matrix.reserve(nonzeros);
  for (int64_t i = 0; i < file.storedEntries; ++i) {
    double value = array.number(i, options.complexValues);
    if (value == 0)
      continue;
    if (array.fortranOrder)
      matrix.add(i % inner, i / inner, value);
    else
      matrix.add(i / inner, i % inner, value);
  }
  return file;
}

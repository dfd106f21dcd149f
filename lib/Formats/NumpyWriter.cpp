//===- NumpyWriter.cpp - NumPy and SciPy files
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NumpyWriter.h"

#include "SparseGPU/Formats/Field.h"
#include "SparseGPU/Support/Strings.h"
#include "Zip.h"

#include <algorithm>
#include <limits>

using namespace sparsegpu;
using namespace sparsegpu::formats;

/// NumPy's name of a type; empty when it has none.
static std::string_view typeName(ElementType type) {
  switch (type) {
  case ElementType::F64:
    return "<f8";
  case ElementType::F32:
    return "<f4";
  case ElementType::F16:
    return "<f2";
  case ElementType::I8:
    return "|i1";
  case ElementType::I16:
    return "<i2";
  case ElementType::I32:
    return "<i4";
  case ElementType::I64:
  case ElementType::Index:
    return "<i8";
  case ElementType::BF16:
  case ElementType::F8E4M3FN:
  case ElementType::F8E5M2:
    break;
  }
  return {};
}

/// Magic, version, and a header filled up so that the data begins at a multiple
/// of 64.
static std::string npyHeader(std::string_view type, std::string_view shape) {
  std::string header =
      concat("{'descr': '", type, "', 'fortran_order': False, 'shape': ", shape,
             ", }");
  size_t length = (10 + header.size() + 1 + 63) / 64 * 64 - 10;
  header.resize(length - 1, ' ');
  header += '\n';
  std::string result("\x93NUMPY\1\0", 8);
  result += static_cast<char>(length & 0xff);
  result += static_cast<char>(length >> 8);
  return result + header;
}

/// An array of one dimension.
static Expected<std::string> npyVector(const std::vector<double> &values,
                                       ElementType type) {
  if (typeName(type).empty())
    return Error(concat("NumPy has no type ", name(type)));
  std::string content =
      npyHeader(typeName(type), concat("(", values.size(), ",)"));
  size_t begin = content.size();
  content.resize(begin + values.size() * byteSize(type));
  size_t stored =
      storeElements(type, values.data(), values.size(), Overflow::Refuse,
                    reinterpret_cast<std::byte *>(content.data() + begin));
  if (stored != values.size())
    return Error(concat("the value ", values[stored], " of entry ", stored,
                        " does not fit ", name(type)));
  return content;
}

template <typename T> static void append(std::string &to, T value) {
  to.append(reinterpret_cast<const char *>(&value), sizeof(T));
}

std::string formats::npyIndices(const std::vector<int64_t> &values, bool wide) {
  std::string content =
      npyHeader(wide ? "<i8" : "<i4", concat("(", values.size(), ",)"));
  for (int64_t value : values)
    if (wide)
      append(content, value);
    else
      append(content, static_cast<int32_t>(value));
  return content;
}

Expected<std::string> formats::formatNpz(const CooMatrix &matrix,
                                         const MatrixWriteOptions &options) {
  bool sorted = true;
  for (size_t e = 1; sorted && e < matrix.row.size(); ++e)
    sorted = matrix.row[e - 1] < matrix.row[e] ||
             (matrix.row[e - 1] == matrix.row[e] &&
              matrix.col[e - 1] < matrix.col[e]);
  // With far more rows than entries, positions would dwarf the entries.
  sorted &= matrix.rows / 64 <= matrix.entries() + 4096;
  bool wide = std::max({matrix.rows, matrix.cols, matrix.entries()}) >
              std::numeric_limits<int32_t>::max();
  Expected<std::string> data = npyVector(matrix.value, options.valueType);
  if (!data)
    return data.takeError();

  ZipWriter archive;
  if (sorted) {
    std::vector<int64_t> positions(static_cast<size_t>(matrix.rows) + 1, 0);
    for (int64_t r : matrix.row)
      ++positions[static_cast<size_t>(r) + 1];
    for (size_t r = 1; r < positions.size(); ++r)
      positions[r] += positions[r - 1];
    archive.add("indices.npy", npyIndices(matrix.col, wide));
    archive.add("indptr.npy", npyIndices(positions, wide));
  } else {
    archive.add("row.npy", npyIndices(matrix.row, wide));
    archive.add("col.npy", npyIndices(matrix.col, wide));
  }
  archive.add("format.npy", npyHeader("|S3", "()") + (sorted ? "csr" : "coo"));
  archive.add("shape.npy", npyIndices({matrix.rows, matrix.cols}, true));
  archive.add("data.npy", *data);
  return archive.finish();
}

Expected<std::string> formats::formatNpy(const CooMatrix &matrix,
                                         const MatrixWriteOptions &options) {
  ElementType type = options.valueType;
  if (typeName(type).empty())
    return Error(concat("NumPy has no type ", name(type)));
  int64_t count = 0;
  if (__builtin_mul_overflow(matrix.rows, matrix.cols, &count) ||
      !checkFieldSize({"values", FieldRole::Values, "", ""}, ElementType::F64,
                      count))
    return Error(concat("a dense matrix of ", matrix.rows, " x ", matrix.cols,
                        " does not fit the memory of this machine"));
  std::vector<double> dense(static_cast<size_t>(count), 0);
  for (size_t e = 0; e < matrix.row.size(); ++e)
    dense[static_cast<size_t>(matrix.row[e] * matrix.cols + matrix.col[e])] +=
        matrix.value[e];
  std::string content = npyHeader(
      typeName(type), concat("(", matrix.rows, ", ", matrix.cols, ")"));
  size_t begin = content.size();
  content.resize(begin + dense.size() * byteSize(type));
  size_t stored =
      storeElements(type, dense.data(), dense.size(), Overflow::Refuse,
                    reinterpret_cast<std::byte *>(content.data() + begin));
  if (stored != dense.size())
    return Error(
        concat("the value ", dense[stored], " does not fit ", name(type)));
  return content;
}

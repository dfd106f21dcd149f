//===- FieldTestUtils.h - Reading and damaging fields
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_FORMATS_FIELDTESTUTILS_H
#define SPARSEGPU_UNITTESTS_FORMATS_FIELDTESTUTILS_H

#include "SparseGPU/Formats/Format.h"

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

namespace sparsegpu::test {

template <typename T>
std::vector<T> elementsOf(const formats::PackedMatrix &packed,
                          std::string_view name) {
  const formats::Field *field = packed.find(name);
  if (!field)
    return {};
  std::vector<T> result(static_cast<size_t>(field->count));
  std::copy(field->bytes.begin(), field->bytes.end(),
            reinterpret_cast<std::byte *>(result.data()));
  return result;
}

/// Overwrites element `i`.
template <typename T>
void setElement(formats::PackedMatrix &packed, std::string_view name, size_t i,
                T value) {
  for (formats::Field &field : packed.fields)
    if (field.spec.name == name)
      std::memcpy(field.bytes.data() + i * sizeof(T), &value, sizeof(T));
}

/// Leaves `count` elements of a field of T.
template <typename T>
void resizeField(formats::PackedMatrix &packed, std::string_view name,
                 int64_t count) {
  for (formats::Field &field : packed.fields)
    if (field.spec.name == name) {
      field.count = count;
      field.bytes.resize(static_cast<size_t>(count) * sizeof(T));
    }
}

/// A matrix from its rows as text: a digit is an entry, '.' is none.
inline formats::CooMatrix
fromText(std::initializer_list<std::string_view> rows) {
  formats::CooMatrix coo;
  coo.rows = static_cast<int64_t>(rows.size());
  int64_t row = 0;
  for (std::string_view line : rows) {
    coo.cols = static_cast<int64_t>(line.size());
    for (size_t col = 0; col < line.size(); ++col)
      if (line[col] != '.')
        coo.add(row, static_cast<int64_t>(col), line[col] - '0');
    ++row;
  }
  return coo;
}

} // namespace sparsegpu::test

#endif // SPARSEGPU_UNITTESTS_FORMATS_FIELDTESTUTILS_H

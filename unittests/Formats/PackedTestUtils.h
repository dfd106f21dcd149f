//===- PackedTestUtils.h - Fields of packed matrices in tests
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_FORMATS_PACKEDTESTUTILS_H
#define SPARSEGPU_UNITTESTS_FORMATS_PACKEDTESTUTILS_H

#include "SparseGPU/Formats/Format.h"

#include <cstring>
#include <gtest/gtest.h>
#include <tuple>

namespace sparsegpu::test {

/// The elements of a field, whose type must be as wide as T.
template <typename T> std::vector<T> elementsOf(const formats::Field &field) {
  EXPECT_EQ(field.bytes.size(), static_cast<size_t>(field.count) * sizeof(T));
  std::vector<T> result(static_cast<size_t>(field.count));
  if (!result.empty())
    std::memcpy(result.data(), field.bytes.data(), field.bytes.size());
  return result;
}

/// Overwrites element `i` of a field.
template <typename T>
void setElement(formats::Field &field, size_t i, T value) {
  std::memcpy(field.bytes.data() + i * sizeof(T), &value, sizeof(T));
}

/// Cuts or extends a field, with zeros.
inline void resizeField(formats::Field &field, int64_t count) {
  field.count = count;
  field.bytes.resize(static_cast<size_t>(count) *
                     formats::byteSize(field.type));
}

/// Packs the given entries as f32 with 32-bit indices.
inline formats::PackedMatrix
packEntries(const formats::Format &format,
            const std::vector<int64_t> &parameters, int64_t rows, int64_t cols,
            const std::vector<std::tuple<int64_t, int64_t, double>> &entries) {
  formats::CooMatrix coo;
  coo.rows = rows;
  coo.cols = cols;
  for (auto [row, col, value] : entries)
    coo.add(row, col, value);
  formats::PackOptions options;
  options.positionWidth = options.coordinateWidth = 32;
  Expected<formats::PackedMatrix> packed =
      formats::pack(coo, format, parameters, options);
  EXPECT_TRUE(packed.ok()) << packed.message();
  return *packed;
}

} // namespace sparsegpu::test

#endif // SPARSEGPU_UNITTESTS_FORMATS_PACKEDTESTUTILS_H

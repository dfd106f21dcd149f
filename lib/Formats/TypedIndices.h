//===- TypedIndices.h - Index fields of a width known to the compiler
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What IndexArray and IndexWriter decide for each element is decided here once
// for a loop.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_TYPEDINDICES_H
#define SPARSEGPU_LIB_FORMATS_TYPEDINDICES_H

#include "SparseGPU/Formats/IndexArray.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sparsegpu::formats {

/// Indices of the unsigned type T, aligned or not.
template <typename T> class TypedIndices {
public:
  explicit TypedIndices(const void *data)
      : data(static_cast<const std::byte *>(data)) {}

  int64_t operator[](int64_t i) const {
    T value;
    std::memcpy(&value, data + i * int64_t(sizeof(T)), sizeof(T));
    return static_cast<int64_t>(value);
  }

private:
  const std::byte *data;
};

/// Writes indices, known to fit, as the unsigned type T.
template <typename T> class TypedIndexWriter {
public:
  using Element = T;

  explicit TypedIndexWriter(std::byte *data) : data(data) {}

  void set(int64_t i, int64_t value) const { put(i, static_cast<T>(value)); }
  void put(int64_t i, T value) const {
    std::memcpy(data + i * int64_t(sizeof(T)), &value, sizeof(T));
  }
  T get(int64_t i) const {
    T value;
    std::memcpy(&value, data + i * int64_t(sizeof(T)), sizeof(T));
    return value;
  }
  /// Says that place `i`, which need not exist, will be written soon.
  void prefetch(int64_t i) const {
    __builtin_prefetch(data + i * int64_t(sizeof(T)), 1);
  }

private:
  std::byte *data;
};

/// Calls `body` with a zero of the unsigned type of `bytes` bytes: 1, 2, 4, 8.
template <typename Body> void withIndexType(size_t bytes, const Body &body) {
  switch (bytes) {
  case 1:
    return body(uint8_t(0));
  case 2:
    return body(uint16_t(0));
  case 4:
    return body(uint32_t(0));
  default:
    return body(uint64_t(0));
  }
}

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_TYPEDINDICES_H

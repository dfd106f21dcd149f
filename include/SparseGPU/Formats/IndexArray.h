//===- IndexArray.h - Index fields of any width
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_INDEXARRAY_H
#define SPARSEGPU_FORMATS_INDEXARRAY_H

#include "SparseGPU/Formats/ElementType.h"

#include <cstring>

namespace sparsegpu::formats {

/// Reads positions or coordinates of any integer type as unsigned numbers;
/// 64-bit ones with the top bit set come out negative.
class IndexArray {
public:
  /// Requires an integer type.
  IndexArray(const void *data, ElementType type)
      : data(static_cast<const char *>(data)), elementBytes(byteSize(type)) {}

  /// Bytes of an element, and the first of them.
  size_t width() const { return elementBytes; }
  const void *bytes() const { return data; }

  int64_t operator[](int64_t i) const {
    switch (elementBytes) {
    case 1:
      return read<uint8_t>(i);
    case 2:
      return read<uint16_t>(i);
    case 4:
      return read<uint32_t>(i);
    default:
      return read<int64_t>(i);
    }
  }

private:
  template <typename T> int64_t read(int64_t i) const {
    T value;
    std::memcpy(&value, data + i * static_cast<int64_t>(sizeof(T)),
                sizeof(value));
    return static_cast<int64_t>(value);
  }

  const char *data;
  size_t elementBytes;
};

/// Writes positions or coordinates, known to fit, of any integer type.
class IndexWriter {
public:
  /// Requires an integer type.
  IndexWriter(std::byte *data, ElementType type)
      : data(data), bytes(byteSize(type)) {}

  void set(int64_t i, int64_t value) const {
    switch (bytes) {
    case 1:
      return write<uint8_t>(i, value);
    case 2:
      return write<uint16_t>(i, value);
    case 4:
      return write<uint32_t>(i, value);
    default:
      return write<int64_t>(i, value);
    }
  }

private:
  template <typename T> void write(int64_t i, int64_t value) const {
    T narrow = static_cast<T>(value);
    std::memcpy(data + i * static_cast<int64_t>(sizeof(T)), &narrow,
                sizeof(narrow));
  }

  std::byte *data;
  size_t bytes;
};

template <typename T>
void storeIndicesAs(const int64_t *input, size_t count, std::byte *output) {
  for (size_t i = 0; i < count; ++i) {
    T value = static_cast<T>(input[i]);
    std::memcpy(output + i * sizeof(T), &value, sizeof(T));
  }
}

/// Stores indices, known to fit, as an integer type.
inline void storeIndices(ElementType type, const int64_t *input, size_t count,
                         std::byte *output) {
  switch (byteSize(type)) {
  case 1:
    return storeIndicesAs<uint8_t>(input, count, output);
  case 2:
    return storeIndicesAs<uint16_t>(input, count, output);
  case 4:
    return storeIndicesAs<uint32_t>(input, count, output);
  default:
    return storeIndicesAs<uint64_t>(input, count, output);
  }
}

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_INDEXARRAY_H

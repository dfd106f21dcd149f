//===- Metadata.h - Rows of small numbers in 32-bit words
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which elements of a group N:M storage keeps, in the order of the PTX ISA,
// "Sparse matrix storage": the first number in the lowest bits.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_METADATA_H
#define SPARSEGPU_LIB_FORMATS_METADATA_H

#include "SparseGPU/Formats/Field.h"

#include <cstring>
#include <limits>

namespace sparsegpu::formats {

/// Numbers below `bound` (2 to 16), `perRow` of them in each row; a row begins
/// with a word of its own. A number has 1, 2 or 4 bits, so that none lies
/// across two words.
class Metadata {
public:
  Metadata(int64_t perRow, int64_t bound)
      : bits(bound <= 2   ? 1
             : bound <= 4 ? 2
                          : 4),
        words(perRow / (32 / bits) + (perRow % (32 / bits) != 0)) {}

  int64_t wordsPerRow() const { return words; }

  int64_t get(const Field &field, int64_t row, int64_t i) const {
    uint32_t word;
    std::memcpy(&word, field.bytes.data() + byteOf(row, i), sizeof(word));
    return word >> shiftOf(i) & ((1u << bits) - 1);
  }

  /// Requires that the bits were zero.
  void set(Field &field, int64_t row, int64_t i, int64_t number) const {
    std::byte *at = field.bytes.data() + byteOf(row, i);
    uint32_t word;
    std::memcpy(&word, at, sizeof(word));
    word |= static_cast<uint32_t>(number) << shiftOf(i);
    std::memcpy(at, &word, sizeof(word));
  }

private:
  int64_t byteOf(int64_t row, int64_t i) const {
    return (row * words + i / (32 / bits)) * 4;
  }
  int64_t shiftOf(int64_t i) const { return i % (32 / bits) * bits; }

  int64_t bits, words;
};

/// a * b, or the largest number, which allocateField refuses.
inline int64_t saturatingProduct(int64_t a, int64_t b) {
  int64_t product;
  return __builtin_mul_overflow(a, b, &product)
             ? std::numeric_limits<int64_t>::max()
             : product;
}

/// Adds the lowest numbers that are not among the first `count` ones of
/// `numbers`, up to `size` of them, and sorts. `marks` has a place for each
/// number, all false, before and after.
template <typename Numbers, typename Marks>
void fillUp(Numbers &numbers, int64_t count, int64_t size, Marks &marks) {
  for (int64_t i = 0; i < count; ++i)
    marks[numbers[i]] = true;
  for (int64_t number = 0; count < size; ++number)
    if (!marks[number]) {
      numbers[count++] = number;
      marks[number] = true;
    }
  for (int64_t i = 0, number = 0; i < size; ++number)
    if (marks[number]) {
      numbers[i++] = number;
      marks[number] = false;
    }
}

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_METADATA_H

//===- StorageSupport.h - What packers and checks of formats share
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_STORAGESUPPORT_H
#define SPARSEGPU_LIB_FORMATS_STORAGESUPPORT_H

#include "SparseGPU/Formats/Format.h"

#include <cstring>

namespace sparsegpu::formats {

/// The elements of a field of integers.
IndexArray indices(const PackedMatrix &packed, size_t field);
IndexWriter indexWriter(PackedMatrix &packed, size_t field);

/// An error unless the field has `count` elements, begins with 0, never
/// decreases and ends with `total`. The message begins with `rule`.
Status checkOffsets(std::string_view rule, const Field &field, int64_t count,
                    int64_t total);

/// An error unless the field has `count` elements.
Status checkCount(std::string_view rule, const Field &field, int64_t count);

/// The largest coordinate of all entries, 0 without any; from several threads.
int64_t largestCoordinate(const CsrSource &matrix);

/// Stores indices, known to fit, as all elements of `to`; from several threads.
void copyIndices(const IndexArray &from, Field &to);

/// Copies the values of the matrix as they are; from several threads.
void copyValues(const CsrSource &matrix, Field &to);

/// Copies one element of `width` bytes: 1, 2, 4 or 8.
inline void copyElement(const std::byte *from, int64_t fromIndex, std::byte *to,
                        int64_t toIndex, size_t width) {
  from += static_cast<size_t>(fromIndex) * width;
  to += static_cast<size_t>(toIndex) * width;
  switch (width) {
  case 1:
    *to = *from;
    return;
  case 2:
    std::memcpy(to, from, 2);
    return;
  case 4:
    std::memcpy(to, from, 4);
    return;
  default:
    std::memcpy(to, from, 8);
  }
}

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_STORAGESUPPORT_H

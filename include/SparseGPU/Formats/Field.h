//===- Field.h - Storage fields of packed matrices
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_FIELD_H
#define SPARSEGPU_FORMATS_FIELD_H

#include "SparseGPU/Formats/ElementType.h"
#include "SparseGPU/Support/Bytes.h"
#include "SparseGPU/Support/Expected.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace sparsegpu::formats {

/// What the numbers of a field mean. It decides which width option of an
/// encoding gives the field its element type.
enum class FieldRole { Positions, Coordinates, Values, Bits };

/// "positions", "coordinates", "values", "bits".
std::string_view name(FieldRole role);

/// One storage field of a format. Each format lists its fields once, next to
/// its packing; the format's attribute and the ABI follow that list.
/// The texts have static storage duration.
struct FieldSpec {
  std::string_view name;
  FieldRole role;
  /// The number of elements, as a formula in rows, cols and nnz.
  std::string_view size;
  /// What element i holds.
  std::string_view description;
  /// The type of the elements where the role is Bits; else it follows from the
  /// widths and the value type that packing is asked for.
  ElementType bitsType = ElementType::I32;
};

/// A field of one matrix: `count` elements of `type`, little endian, without
/// gaps. `bytes` is aligned for every element type.
struct Field {
  FieldSpec spec;
  ElementType type;
  int64_t count;
  Bytes bytes;
};

/// A matrix in the storage of a format: its fields in the order of the ABI.
struct PackedMatrix {
  std::string_view format;
  int64_t rows = 0;
  int64_t cols = 0;
  /// Stored entries, explicit zeros included.
  int64_t nnz = 0;
  std::vector<Field> fields;
  /// One number per parameter of the format.
  std::vector<int64_t> parameters = {};
  /// In formats that fill tiles up with zeros: places in the field "values",
  /// ascending, where a zero is an entry and no padding. Kernels do not need
  /// it.
  std::vector<int64_t> explicitZeros = {};

  /// The field with that name, or null.
  const Field *find(std::string_view name) const;

  /// Bytes of all fields together.
  int64_t byteSize() const;
};

/// Fails when `count` elements of `type` would not fit this machine's memory;
/// the message names the field.
Status checkFieldSize(const FieldSpec &spec, ElementType type, int64_t count);

/// What a new field holds: zeros, or nothing known, for one that is written in
/// full at once.
enum class Contents { Zero, Unset };

/// A field of `count` elements. Fails as checkFieldSize does.
Expected<Field> allocateField(const FieldSpec &spec, ElementType type,
                              int64_t count,
                              Contents contents = Contents::Zero);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_FIELD_H

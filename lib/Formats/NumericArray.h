//===- NumericArray.h - Arrays of numbers in files
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to lib/Formats.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_NUMERICARRAY_H
#define SPARSEGPU_LIB_FORMATS_NUMERICARRAY_H

#include "SparseGPU/Formats/MatrixFile.h"
#include "SparseGPU/Support/Strings.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sparsegpu::formats {

/// "<where>: byte <offset>: message".
template <typename... Ts>
Error byteError(std::string_view where, size_t offset, const Ts &...parts) {
  return Error(concat(where, ": byte ", offset, ": ", parts...));
}

/// The type of a number as files have them.
struct NumericType {
  enum class Kind {
    Float, // IEEE, 2, 4 or 8 bytes
    BFloat16,
    Float8E4M3,
    Float8E5M2,
    Signed,
    Unsigned,
    Bool,
    Complex, // two floats of 4 or 8 bytes
    Text,    // no number: characters of 1 byte, or 4 (UTF-32)
  };
  Kind kind = Kind::Float;
  size_t bytes = 8;
  bool bigEndian = false;

  bool isInteger() const {
    return kind == Kind::Signed || kind == Kind::Unsigned || kind == Kind::Bool;
  }
  FileField field() const;
};

/// An array within the content of a file.
struct NumericArray {
  NumericType type;
  std::vector<int64_t> shape;
  /// The first index varies fastest.
  bool fortranOrder = false;
  std::string_view data;
  /// For messages: what to call it ("a.npy", "a.npz: data.npy"), and where the
  /// data begins.
  std::string where;
  size_t offset = 0;

  /// The number of elements. Requires a shape that was checked.
  int64_t count() const;

  /// Element i in the order of the file. Requires a type of numbers.
  double number(int64_t i, ComplexValues complex) const;

  /// An element that is a whole number; 2^63 and more come out negative.
  /// Requires an integer type.
  int64_t integer(int64_t i) const;

  /// "<where>: byte <offset of element i>: message".
  template <typename... Ts> Error error(int64_t i, const Ts &...parts) const {
    return byteError(where, offset + static_cast<size_t>(i) * type.bytes,
                     parts...);
  }
};

/// The product of the sizes, unless it is beyond 2^63 - 1 or one is negative.
std::optional<int64_t> elementCount(const std::vector<int64_t> &shape);

/// An error when the values are complex and the options refuse that, or are no
/// numbers.
Status checkValues(const NumericArray &array, const ReadOptions &options);

/// The elements of a matrix, or of a vector as one column, that are not zero.
Expected<MatrixFile> denseMatrix(const NumericArray &array, FileKind kind,
                                 const ReadOptions &options);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_NUMERICARRAY_H

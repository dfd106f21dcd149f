//===- AppendNumber.h - Numbers as text
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to lib/Formats.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_APPENDNUMBER_H
#define SPARSEGPU_LIB_FORMATS_APPENDNUMBER_H

#include <charconv>
#include <string>

namespace sparsegpu::formats {

/// Appends an integer, or the shortest decimal that reads back as the same
/// double.
template <typename T> void appendNumber(std::string &text, T number) {
  char buffer[32]; // 24 characters suffice for a double in shortest form
  auto [end, error] = std::to_chars(buffer, buffer + sizeof(buffer), number);
  (void)error;
  text.append(buffer, static_cast<size_t>(end - buffer));
}

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_APPENDNUMBER_H

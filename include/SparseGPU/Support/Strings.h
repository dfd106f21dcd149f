//===- Strings.h - Text for messages and parsers
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_SUPPORT_STRINGS_H
#define SPARSEGPU_SUPPORT_STRINGS_H

#include <cstdint>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace sparsegpu {

/// Everything that a stream can print, in one string.
template <typename... Ts> std::string concat(const Ts &...parts) {
  std::ostringstream stream;
  stream.imbue(std::locale::classic());
  (stream << ... << parts);
  return stream.str();
}

/// `text` in single quotes for a message: bytes outside printable ASCII as
/// \xNN, cut after `limit` characters of input.
std::string quoted(std::string_view text, size_t limit = 40);

/// `text` with ASCII letters in lower case. Independent of the locale.
std::string lower(std::string_view text);

/// The parts of `text` between occurrences of `separator`; always one more
/// than there are separators.
std::vector<std::string_view> split(std::string_view text, char separator);

bool startsWith(std::string_view text, std::string_view prefix);
bool endsWith(std::string_view text, std::string_view suffix);

/// A whole decimal integer with an optional sign; nothing when `text` is
/// anything else, or does not fit 64 bits.
std::optional<int64_t> parseInteger(std::string_view text);

/// A whole decimal floating-point number; nothing when `text` is anything
/// else, or too large for a double. Independent of the locale.
std::optional<double> parseDouble(std::string_view text);

/// Why parseDoublePrefix stopped.
enum class NumberError { None, NotANumber, TooLarge };

/// Parses the longest floating-point number at the start of [first, last):
/// decimal or scientific notation, "inf", "infinity" and "nan" in any case, an
/// optional sign. Values below the smallest subnormal become zero; values that
/// would round to infinity give TooLarge. Moves `first` behind the number.
NumberError parseDoublePrefix(const char *&first, const char *last,
                              double &value);

} // namespace sparsegpu

#endif // SPARSEGPU_SUPPORT_STRINGS_H

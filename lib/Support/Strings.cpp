//===- Strings.cpp - Text for messages and parsers
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <charconv>
#include <limits>

using namespace sparsegpu;

std::string sparsegpu::quoted(std::string_view text, size_t limit) {
  static const char digits[] = "0123456789abcdef";
  std::string result = "'";
  for (size_t i = 0; i < text.size() && i < limit; ++i) {
    unsigned char c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c < 0x7f) {
      result += static_cast<char>(c);
    } else {
      result += "\\x";
      result += digits[c >> 4];
      result += digits[c & 15];
    }
  }
  if (text.size() > limit)
    result += "...";
  return result + "'";
}

std::string sparsegpu::lower(std::string_view text) {
  std::string result(text);
  for (char &c : result)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::vector<std::string_view> sparsegpu::split(std::string_view text,
                                               char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return parts;
    text.remove_prefix(end + 1);
  }
}

bool sparsegpu::startsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool sparsegpu::endsWith(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() &&
         text.substr(text.size() - suffix.size()) == suffix;
}

std::optional<int64_t> sparsegpu::parseInteger(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-')
    text.remove_prefix(1);
  int64_t value = 0;
  const char *last = text.data() + text.size();
  auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc() || end != last)
    return std::nullopt;
  return value;
}

std::optional<double> sparsegpu::parseDouble(std::string_view text) {
  const char *first = text.data(), *last = first + text.size();
  double value = 0;
  if (parseDoublePrefix(first, last, value) != NumberError::None ||
      first != last)
    return std::nullopt;
  return value;
}

/// True when the decimal number in [first, last), known not to be
/// representable, is above 1. std::from_chars reports overflow and underflow
/// with one code.
static bool isLarge(const char *first, const char *last) {
  int64_t exponent = 0; // of the first digit that is not zero
  bool seenPoint = false, seenDigit = false;
  for (; first != last && *first != 'e' && *first != 'E'; ++first) {
    if (*first == '.') {
      seenPoint = true;
      continue;
    }
    if (*first < '0' || *first > '9')
      continue;
    if (!seenDigit && *first != '0')
      seenDigit = true;
    else if (seenDigit && !seenPoint)
      ++exponent;
    if (!seenDigit && seenPoint)
      --exponent;
  }
  if (first == last)
    return exponent > 0;
  ++first;
  bool negative = first != last && *first == '-';
  if (first != last && (*first == '-' || *first == '+'))
    ++first;
  int64_t written = 0;
  auto [end, error] = std::from_chars(first, last, written);
  (void)end;
  if (error != std::errc())
    return !negative;
  // No text is as long as half of the largest number.
  written = std::min(written, std::numeric_limits<int64_t>::max() / 2);
  return exponent + (negative ? -written : written) > 0;
}

NumberError sparsegpu::parseDoublePrefix(const char *&first, const char *last,
                                         double &value) {
  const char *begin = first;
  // std::from_chars refuses a leading plus.
  if (begin != last && *begin == '+') {
    ++begin;
    if (begin != last && *begin == '-')
      return NumberError::NotANumber;
  }
  auto [end, error] = std::from_chars(begin, last, value);
  if (error == std::errc::invalid_argument)
    return NumberError::NotANumber;
  first = end;
  if (error == std::errc::result_out_of_range) {
    if (isLarge(begin, end))
      return NumberError::TooLarge;
    value = *begin == '-' ? -0.0 : 0.0;
  }
  return NumberError::None;
}

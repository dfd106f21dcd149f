//===- NpyArray.cpp - The array in an .npy file
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// numpy.lib.format: magic, version, length of the header, the header as a
// Python dictionary, the elements.
//
//===----------------------------------------------------------------------===//

#include "NpyArray.h"

#include <charconv>

using namespace sparsegpu;
using namespace sparsegpu::formats;

using Kind = NumericType::Kind;

static constexpr std::string_view magic("\x93NUMPY", 6);

bool formats::isNpy(std::string_view content) {
  return startsWith(content, magic);
}

namespace {
/// The header: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
class HeaderParser {
public:
  HeaderParser(std::string_view content, size_t begin, size_t end,
               NumericArray &array)
      : content(content), at(begin), end(end), array(array) {}

  Status parse();

private:
  Status parseValue(std::string_view key);
  Status parseType(size_t place, std::string_view text);
  Status parseShape();

  void skipBlanks() {
    while (at < end && (content[at] == ' ' || content[at] == '\n' ||
                        content[at] == '\t' || content[at] == '\r'))
      ++at;
  }
  bool take(std::string_view word) {
    skipBlanks();
    if (!startsWith(content.substr(at, end - at), word))
      return false;
    at += word.size();
    return true;
  }
  /// Takes a text in single or double quotes.
  bool takeText(std::string_view &text) {
    skipBlanks();
    if (at == end || (content[at] != '\'' && content[at] != '"'))
      return false;
    size_t close = content.find(content[at], at + 1);
    if (close >= end)
      return false;
    text = content.substr(at + 1, close - at - 1);
    at = close + 1;
    return true;
  }
  template <typename... Ts> Error error(const Ts &...parts) const {
    return byteError(array.where, at, parts...);
  }
  Error unexpected(std::string_view expected) const {
    return error("the header of the array is malformed: expected ", expected,
                 ", found ", quoted(content.substr(at, end - at), 12));
  }

  std::string_view content;
  size_t at, end;
  NumericArray &array;
};
} // namespace

/// Byte order, kind, size: "<f8".
Status HeaderParser::parseType(size_t place, std::string_view text) {
  auto refused = [&](std::string_view why) {
    return byteError(array.where, place, "elements of type ", quoted(text), " ",
                     why);
  };
  std::string_view rest = text;
  NumericType &type = array.type;
  if (!rest.empty() &&
      std::string_view("<>|=").find(rest[0]) != std::string_view::npos) {
    type.bigEndian = rest[0] == '>';
    rest.remove_prefix(1);
  }
  int64_t size = rest.empty() ? -1 : parseInteger(rest.substr(1)).value_or(-1);
  if (size < 0)
    return refused("are not supported");
  bool known = false;
  switch (rest[0]) {
  case 'f':
    type.kind = Kind::Float;
    known = size == 2 || size == 4 || size == 8;
    break;
  case 'i':
  case 'u':
    type.kind = rest[0] == 'i' ? Kind::Signed : Kind::Unsigned;
    known = size == 1 || size == 2 || size == 4 || size == 8;
    break;
  case 'b':
    type.kind = Kind::Bool;
    known = size == 1;
    break;
  case 'c':
    type.kind = Kind::Complex;
    known = size == 8 || size == 16;
    break;
  case 'S':
  case 'U':
    // What scipy calls its formats.
    type.kind = Kind::Text;
    known = size <= 64;
    size *= rest[0] == 'U' ? 4 : 1;
    break;
  }
  if (!known)
    return refused("are not supported");
  type.bytes = static_cast<size_t>(size);
  return Status::success();
}

Status HeaderParser::parseShape() {
  if (!take("("))
    return unexpected("'('");
  while (!take(")")) {
    skipBlanks();
    int64_t size = 0;
    const char *first = content.data() + at, *last = content.data() + end;
    auto [next, code] = std::from_chars(first, last, size);
    if (code == std::errc::result_out_of_range)
      return error("a size of the array does not fit 64 bits");
    if (code != std::errc() || size < 0)
      return unexpected("a size");
    at += static_cast<size_t>(next - first);
    take("L"); // As Python 2 writes long integers.
    array.shape.push_back(size);
    if (array.shape.size() > 32)
      return error("the array has more than 32 dimensions");
    skipBlanks();
    if (!take(",") && (at == end || content[at] != ')'))
      return unexpected("',' or ')'");
  }
  return Status::success();
}

Status HeaderParser::parseValue(std::string_view key) {
  if (key == "descr") {
    skipBlanks();
    size_t place = at;
    std::string_view text;
    if (!takeText(text))
      return error("arrays of records are not supported");
    return parseType(place, text);
  }
  if (key == "fortran_order") {
    array.fortranOrder = take("True");
    if (!array.fortranOrder && !take("False"))
      return unexpected("True or False");
    return Status::success();
  }
  if (key == "shape")
    return parseShape();
  return error("the header has an unknown entry ", quoted(key));
}

Status HeaderParser::parse() {
  if (!take("{"))
    return unexpected("'{'");
  unsigned seen = 0;
  static constexpr std::string_view keys[] = {"descr", "fortran_order",
                                              "shape"};
  while (!take("}")) {
    std::string_view key;
    if (!takeText(key))
      return unexpected("a name");
    if (!take(":"))
      return unexpected("':'");
    for (unsigned i = 0; i < 3; ++i)
      if (key == keys[i]) {
        if (seen & (1u << i))
          return error("the header has ", quoted(key), " twice");
        seen |= 1u << i;
      }
    if (Status status = parseValue(key); !status)
      return status;
    skipBlanks();
    if (!take(",") && (at == end || content[at] != '}'))
      return unexpected("',' or '}'");
  }
  for (unsigned i = 0; i < 3; ++i)
    if (!(seen & (1u << i)))
      return error("the header has no ", quoted(keys[i]));
  return Status::success();
}

Expected<NumericArray> formats::parseNpyArray(std::string_view content,
                                              std::string_view where) {
  NumericArray array;
  array.where = where;
  auto byte = [&](size_t i) { return static_cast<uint8_t>(content[i]); };
  if (!isNpy(content))
    return byteError(where, 0, "is not an .npy array");
  if (content.size() < 10)
    return byteError(where, content.size(), "the array ends in its header");
  unsigned version = byte(6);
  if (version < 1 || version > 3)
    return byteError(where, 6, "version ", version,
                     " of .npy is not supported, expected 1 to 3");
  size_t begin = version == 1 ? 10 : 12;
  if (content.size() < begin)
    return byteError(where, content.size(), "the array ends in its header");
  size_t length = byte(8) | size_t(byte(9)) << 8;
  if (version > 1)
    length |= size_t(byte(10)) << 16 | size_t(byte(11)) << 24;
  if (length > content.size() - begin)
    return byteError(where, 8, "the header has ", length, " bytes, but only ",
                     content.size() - begin, " follow");
  array.offset = begin + length;
  if (Status status = HeaderParser(content, begin, array.offset, array).parse();
      !status)
    return status.takeError();
  array.data = content.substr(array.offset);
  std::optional<int64_t> count = elementCount(array.shape);
  uint64_t expected = 0;
  if (!count || __builtin_mul_overflow(static_cast<uint64_t>(*count),
                                       array.type.bytes, &expected))
    return byteError(where, begin,
                     "the array has more elements than fit 64 "
                     "bits");
  if (expected != array.data.size())
    return byteError(where, array.offset, "the elements take ", expected,
                     " bytes, but ", array.data.size(), " follow");
  return array;
}

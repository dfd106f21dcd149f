//===- JSON.cpp - Writing JSON --------------------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "JSON.h"

#include <cstdio>

using namespace sparsegpu::emulator;

/// Bytes of the UTF-8 sequence at the beginning of `text`; 0 if it is none
/// (RFC 3629, section 4).
static unsigned sequenceLength(std::string_view text) {
  auto byte = [&](size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  auto follows = [&](size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return byte(i) >= low && byte(i) <= high;
  };
  unsigned first = byte(0);
  if (first < 0x80)
    return 1;
  if (first >= 0xc2 && first <= 0xdf)
    return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef)
    return follows(1, first == 0xe0 ? 0xa0 : 0x80,
                   first == 0xed ? 0x9f : 0xbf) &&
                   follows(2)
               ? 3
               : 0;
  if (first >= 0xf0 && first <= 0xf4)
    return follows(1, first == 0xf0 ? 0x90 : 0x80,
                   first == 0xf4 ? 0x8f : 0xbf) &&
                   follows(2) && follows(3)
               ? 4
               : 0;
  return 0;
}

static std::string quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    unsigned length = sequenceLength(text);
    unsigned char c = text[0];
    if (length == 0) {
      out += "\xef\xbf\xbd";
    } else if (c < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof(escape), "\\u%04x", c);
      out += escape;
    } else {
      if (c == '"' || c == '\\')
        out += '\\';
      out += text.substr(0, length);
    }
    text.remove_prefix(length ? length : 1);
  }
  return out + '"';
}

JSONValue::JSONValue(std::string_view text)
    : JSONValue(Kind::Scalar, quote(text)) {}

JSONValue JSONValue::real(double number) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.6g", number);
  return JSONValue(Kind::Scalar, text);
}

JSONValue JSONValue::array(std::vector<JSONValue> elements) {
  JSONValue value(Kind::Array, "");
  value.elements = std::move(elements);
  return value;
}

std::string JSONValue::print() const {
  std::string out;
  print(out, 0);
  return out;
}

void JSONValue::print(std::string &out, unsigned indent) const {
  if (kind == Kind::Scalar) {
    out += scalar;
    return;
  }
  bool isFirst = true;
  auto next = [&] {
    out += isFirst ? "\n" : ",\n";
    isFirst = false;
    out.append(indent + 2, ' ');
  };
  out += kind == Kind::Array ? '[' : '{';
  for (const JSONValue &element : elements) {
    next();
    element.print(out, indent + 2);
  }
  for (auto &[name, member] : members) {
    next();
    out += quote(name) + ": ";
    member.print(out, indent + 2);
  }
  if (!isFirst) {
    out += '\n';
    out.append(indent, ' ');
  }
  out += kind == Kind::Array ? ']' : '}';
}

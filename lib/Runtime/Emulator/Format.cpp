//===- Format.cpp - Text with values in it --------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Format.h"

#include <cassert>

using namespace sparsegpu::emulator;

std::string sparsegpu::emulator::toHex(uint64_t value) {
  std::string digits;
  do
    digits.insert(digits.begin(), "0123456789abcdef"[value & 0xf]);
  while (value >>= 4);
  return "0x" + digits;
}

std::string sparsegpu::emulator::formatArguments(
    std::string_view text, std::initializer_list<FormatArgument> arguments) {
  std::string out;
  while (!text.empty()) {
    size_t open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos)
      break;
    size_t close = text.find('}', open);
    assert(close != std::string_view::npos && "a brace without an end");
    std::string_view item = text.substr(open + 1, close - open - 1);
    size_t colon = item.find(':');
    unsigned index = 0;
    for (char digit : item.substr(0, colon))
      index = index * 10 + (digit - '0');
    assert(index < arguments.size() && "no such argument");
    const FormatArgument &argument = arguments.begin()[index];
    out += colon == item.npos ? argument.plain : argument.hex;
    text.remove_prefix(close + 1);
  }
  return out;
}

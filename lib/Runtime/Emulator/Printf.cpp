//===- Printf.cpp - printf of a kernel ------------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// CUDA C++ programming guide, "Formatted Output": conversions
// %[flags][width][.precision][size]type with size h, l, ll and type
// dicouxXpaAeEfFgGs. A `float` arrives promoted to double, a `char` to int.
//
//===----------------------------------------------------------------------===//

#include "Printf.h"

#include "BlockRunner.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

using namespace sparsegpu::emulator;

namespace {
/// Walks over packed arguments.
class ArgumentReader {
public:
  explicit ArgumentReader(const void *arguments)
      : base(static_cast<const char *>(arguments)) {}
  template <typename T> T next() {
    offset = (offset + sizeof(T) - 1) / sizeof(T) * sizeof(T);
    T value;
    std::memcpy(&value, base + offset, sizeof(T));
    offset += sizeof(T);
    ++count;
    return value;
  }
  int32_t count = 0;

private:
  const char *base;
  size_t offset = 0;
};
} // namespace

template <typename T>
static void append(std::string &out, const std::string &spec, T value) {
  char buffer[512];
  int length = std::snprintf(buffer, sizeof(buffer), spec.c_str(), value);
  if (length > 0)
    out.append(buffer, std::min<size_t>(length, sizeof(buffer) - 1));
}

static int32_t format(std::string &out, const char *text,
                      const void *arguments) {
  ArgumentReader reader(arguments);
  while (*text) {
    if (*text != '%') {
      out += *text++;
      continue;
    }
    if (text[1] == '%') {
      out += '%';
      text += 2;
      continue;
    }
    std::string spec = "%";
    ++text;
    while (*text && std::strchr("-+ #0123456789.*", *text)) {
      if (*text == '*')
        spec += std::to_string(reader.next<int32_t>());
      else
        spec += *text;
      ++text;
    }
    // Size: only its effect on the width of the argument matters.
    unsigned longs = 0;
    while (*text && std::strchr("hlzjtL", *text)) {
      longs += *text == 'l' || *text == 'z' || *text == 'j' || *text == 't';
      ++text;
    }
    char conversion = *text;
    if (!conversion)
      break;
    ++text;
    switch (conversion) {
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
      // `long` of the device has 64 bits.
      if (longs)
        append(out, spec + "ll" + conversion, reader.next<long long>());
      else
        append(out, spec + conversion, reader.next<int32_t>());
      break;
    case 'c':
      append(out, spec + 'c', reader.next<int32_t>());
      break;
    case 'p':
      append(out, spec + 'p', reader.next<void *>());
      break;
    case 's': {
      const char *string = reader.next<const char *>();
      if (spec == "%")
        out += string ? string : "(null)";
      else
        append(out, spec + 's', string ? string : "(null)");
      break;
    }
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      append(out, spec + conversion, reader.next<double>());
      break;
    default:
      // Unknown conversions are printed as they are.
      out += spec + conversion;
    }
  }
  return reader.count;
}

std::string sparsegpu::emulator::formatDevice(const char *text,
                                              const void *arguments) {
  std::string out;
  format(out, text, arguments);
  return out;
}

int32_t sparsegpu::emulator::printFormatted(const char *text,
                                            const void *arguments) {
  std::string out;
  int32_t count = format(out, text, arguments);
  BlockRunner *runner = activeRunner();
  if (runner && runner->launch().silent)
    return count;
  // One call prints as a whole.
  std::fwrite(out.data(), 1, out.size(), stdout);
  return count;
}
